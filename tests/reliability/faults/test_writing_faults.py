"""Whatever happens to a writing call, once or twice: one object in the end, soon, and an honest word until then.

Every kind of fault that the service knows, an error of every code that its model names, and every operation that the
reconciler sends.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.wire.service import service as service_model
from cleanrooms_governance.model import AccountId
from tests.reliability.faults.stories import STORIES, Story, Told
from tests.reliability.operations import BUDGET_WRITES, DEEDS, RUN_BY_HAND, UPDATE_REQUEST, WRITES, named_writes
from tests.reliability.operators import Ran
from tests.unit.core.builders import BANK, CREATOR, RUNNER
from tests.unit.core.governed import Service

TIMES_OUT = 60.0
"""Seconds, more than the reconciler waits for an answer."""
RUNS_TO_CONVERGE = 2
"""After the fault has stopped."""

LOST = {
    FaultKind.DROP_AFTER, FaultKind.RESET_AFTER, FaultKind.TRUNCATE, FaultKind.EMPTY, FaultKind.BAD_GATEWAY_AFTER,
    FaultKind.LATE, FaultKind.HANG, FaultKind.DROP_BEFORE, FaultKind.RESET_BEFORE, FaultKind.BAD_GATEWAY_BEFORE,
    FaultKind.INTERNAL,
}  # fmt: skip
"""The kinds after which the caller cannot know whether the call had its effect."""

NEEDED: Mapping[str, Mapping[str, Any]] = {
    "ResourceNotFoundException": {"resourceId": "it", "resourceType": "COLLABORATION"},
    "ServiceQuotaExceededException": {"quotaName": "MEMBERSHIPS", "quotaValue": 100.0},
}
"""The members that errors of some codes must have (service model)."""

NEXT_STEP = re.compile(r"Run again|Look |Correct |Add it|Check |Ask |Renew |the next run|remove it|nothing to do")
UNKNOWN = re.compile(r"not known|may or may not|does not show|could not be read|still shows|was sent")


@dataclass(frozen=True)
class Case:
    """A fault of a story's operation."""

    name: str
    kind: FaultKind
    times: int
    code: str | None = None

    @property
    def story(self) -> Story:
        """The story that it happens in."""
        return STORIES[self.name]

    @property
    def rule(self) -> FaultRule:
        """The fault as the service takes it."""
        story = self.story
        return FaultRule(
            kind=self.kind,
            operation=story.operation,
            account=story.account,
            skip=story.skip,
            times=self.times,
            latency=TIMES_OUT if self.kind in (FaultKind.LATE, FaultKind.LATENCY) else 0,
            code=self.code,
            members=NEEDED.get(self.code or "", {}),
        )

    @property
    def is_final(self) -> bool:
        """Whether a refusal is taken for the last word: a decline is not asked for again, and what to do instead is said."""
        asked_twice = self.code == "ConflictException" and self.times == 2
        return self.name == "UpdateMembership to decline" and (asked_twice or self.code == "ValidationException")

    def __str__(self) -> str:
        return f"{self.name}, {self.code or self.kind}{' twice' if self.times == 2 else ''}"


def codes(operation: str) -> list[str]:
    """The errors that the service model names for an operation, without those that are kinds of fault themselves."""
    model = service_model("cleanrooms").model.operation_model(operation)
    return sorted({str(shape.name) for shape in model.error_shapes} - {"ThrottlingException", "InternalServerException"})


def cases() -> Iterator[Case]:
    """Every combination; twice in a row once for each operation."""
    for name, story in STORIES.items():
        for times in (1, 2) if name in DEEDS or name in TWICE else (1,):
            for kind in FaultKind:
                for code in codes(story.operation) if kind is FaultKind.ERROR else [None]:
                    yield Case(name, kind, times, code)


TWICE = {"UpdateMembership to accept", "UpdateMembership to decline"}
CASES = [*cases()]


def test_every_writing_operation_in_the_source_is_one_of_a_run_or_of_a_command() -> None:
    assert {*WRITES, *BUDGET_WRITES, *RUN_BY_HAND} == named_writes()


def test_every_operation_that_the_reconciler_sends_has_a_story_and_meets_every_kind_of_fault() -> None:
    assert {*DEEDS} == {name if name in DEEDS else name.split()[0] for name in STORIES}
    assert {(name, kind) for name in STORIES for kind in FaultKind} == {(case.name, case.kind) for case in CASES}
    assert 710 == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fault_leaves_one_object_and_an_honest_word(ticking_service: Service, case: Case) -> None:
    story = case.story
    told = story.begin(ticking_service)
    ticking_service.fail(case.rule)
    began = ticking_service.app.journal.last
    for _ in range(case.times):
        ran = told.run()
        assert [] == dishonest(case, told, ran)
    assert ticking_service.app.faults.as_json()[0]["hits"]
    ticking_service.fail()
    runs = [told.run()]
    while not over(story, told, runs[-1]) and len(runs) < RUNS_TO_CONVERGE:
        runs.append(told.run())
    assert case.is_final != over(story, told, runs[-1]), runs[-1].text
    assert [] == twice(told, story, began)
    last = ticking_service.app.journal.last
    told.run()
    assert [] == ticking_service.written(last)


def over(story: Story, told: Told, ran: Ran) -> bool:
    """Whether a run says that everything is as the file says, and it is."""
    return [] == ran.trouble() and not waiting(ran) and story.done(told)


def waiting(ran: Ran) -> bool:
    """Whether anything is waited for."""
    return any(line.endswith((": waiting", ": denied")) for line in ran.lines)


def dishonest(case: Case, told: Told, ran: Ran) -> list[str]:
    """What a run said, and should not have, or did not say."""
    trouble = ran.trouble()
    done = case.story.done(told)
    found = []
    if not done and not trouble and not waiting(ran):
        found.append("all is said to be well, and nothing is done")
    found += [f"no next step in: {said}" for said in trouble if not NEXT_STEP.search(said)]
    found += [f"not for people: {said}" for said in ran.lines if "Traceback" in said or "object at 0x" in said]
    if trouble and case.kind in LOST and not any(UNKNOWN.search(said) for said in trouble):
        found.append(f"what is not known is not said: {trouble}")
    return found


def twice(told: Told, story: Story, began: int) -> list[str]:
    """What there is too much of."""
    store = told.service.app.store
    collaborations = [each for each in store.all("collaboration") if not each["_deleted"]]
    found = [] if len(collaborations) <= 1 else [f"{len(collaborations)} collaborations"]
    if story.operation != "DeleteCollaboration" and [*story.requests] != told.requests():
        found.append(f"change requests {told.requests()}")
    for account in (CREATOR, RUNNER, BANK):
        joined = [each for each in told.memberships(AccountId(account)) if each["status"] == "ACTIVE"]
        found += [f"{len(joined)} memberships of {account}"] if len(joined) > 1 else []
    acts = Counter(
        (entry.account, entry.parameters["changeRequestIdentifier"], entry.parameters["action"])
        for entry in told.service.app.journal.entries(began, operation=UPDATE_REQUEST)
        if entry.status == 200
    )
    journal = told.service.app.journal
    acts |= Counter(
        (entry.account, None, entry.operation)
        for entry in journal.entries(began)
        if entry.operation in BUDGET_WRITES and entry.status == 200
    )
    found += [f"{len(told.budgets())} privacy budgets"] if len(told.budgets()) > 1 else []
    return found + [f"{act} {number} times" for act, number in acts.items() if number > 1]
