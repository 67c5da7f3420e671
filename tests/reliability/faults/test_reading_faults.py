"""Whatever happens to the readings of a run: none of them is ever taken for "there is nothing"."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.reliability.faults.stories import NOT_ASKED, PLAIN, STORIES, Story, stack_file, without_bank
from tests.reliability.faults.test_writing_faults import over, twice, waiting
from tests.reliability.operations import BUDGET_READS, READS
from tests.unit.core.builders import CREATOR
from tests.unit.core.governed import Service

LOGGING = stack_file(own={"queryLog": True}, tags={"team": "sales"})
OUT = without_bank(removed=["444455556666"], limits={"removalShare": 0.5})


@dataclass(frozen=True)
class Situation:
    """``story`` is what is there and what the file wants; ``writes`` is all that a run may write, whatever it cannot read."""

    story: Story
    reads: str
    writes: frozenset[str] = frozenset()
    forgets: bool = False
    """Whether the stack's state is lost."""


def nothing_to_do(*before: Any, requests: tuple[str, ...] = ()) -> Story:
    """A story in which the last file has been carried out already."""
    return Story("", CREATOR, before, before[-1], lambda told: told.exists, requests)


BARE = "GetCollaboration ListCollaborationChangeRequests ListMembers ListMemberships ListTagsForResource"
USUAL = f"{BARE} GetMembership"
FILING = frozenset({"CreateCollaborationChangeRequest", "TagResource", "UntagResource", "UpdateCollaborationChangeRequest"})
SITUATIONS = {
    "all is done": Situation(nothing_to_do(LOGGING), USUAL),
    "all is done and forgotten": Situation(nothing_to_do(PLAIN), f"{USUAL} ListCollaborations", forgets=True),
    "a vote is missing": Situation(nothing_to_do(PLAIN, NOT_ASKED, requests=("PENDING",)), USUAL),
    "a collaboration is to be created": Situation(
        STORIES["CreateCollaboration"], f"{USUAL} ListCollaborations", frozenset({"CreateCollaboration", "CreateMembership"})
    ),
    "a request is to be filed": Situation(STORIES["CreateCollaborationChangeRequest"], USUAL, FILING),
    "an account is to join": Situation(STORIES["CreateMembership"], USUAL, frozenset({"CreateMembership"})),
    "a member is to be removed": Situation(
        STORIES["DeleteMember"],
        f"{BARE} ListSchemas ListCollaborationAnalysisTemplates ListCollaborationPrivacyBudgetTemplates",
        frozenset({"DeleteMember"}),
    ),
    "differential privacy is to be set": Situation(
        STORIES["CreatePrivacyBudgetTemplate"],
        "ListPrivacyBudgetTemplates ListCollaborationPrivacyBudgetTemplates PreviewPrivacyImpact",
        frozenset({"CreatePrivacyBudgetTemplate"}),
    ),
    "a table is to be limited otherwise": Situation(
        STORIES["UpdatePrivacyBudgetTemplate"],
        "ListPrivacyBudgetTemplates GetPrivacyBudgetTemplate ListConfiguredTableAssociations ListPrivacyBudgets",
        frozenset({"TagResource", "UpdatePrivacyBudgetTemplate"}),
    ),
}

NOT_MET = {
    "GetIntermediateTable", "ListIntermediateTables", "ListProtectedJobs", "ListProtectedQueries",
    "GetCollaborationPrivacyBudgetTemplate", "ListCollaborationPrivacyBudgets",
}  # fmt: skip
"""Read only to tell what a removal breaks, where somebody shares derived tables, has set budgets or runs analyses."""


@dataclass(frozen=True)
class Case:
    """All calls of an operation fail from a certain one on."""

    situation: str
    operation: str
    kind: FaultKind
    code: str | None
    skip: int

    @property
    def rule(self) -> FaultRule:
        """The fault as the service takes it. Throttling ends: nobody would wait for the end of an endless one here."""
        times = 4 if self.kind is FaultKind.THROTTLE else None
        return FaultRule(kind=self.kind, operation=self.operation, code=self.code, skip=self.skip, times=times)

    def __str__(self) -> str:
        return f"{self.situation}, {self.operation}, {self.code or self.kind}, from call {self.skip + 1}"


KINDS = (
    FaultKind.THROTTLE,
    FaultKind.ERROR,
    FaultKind.DROP_BEFORE,
    FaultKind.TRUNCATE,
    FaultKind.EMPTY,
    FaultKind.BAD_GATEWAY_AFTER,
)
"""Those by which a reading fails in ways of its own; the others are the same to somebody who only reads."""


def cases() -> Iterator[Case]:
    """Every combination."""
    for name, situation in SITUATIONS.items():
        for operation in situation.reads.split():
            for kind in KINDS:
                code = "AccessDeniedException" if kind is FaultKind.ERROR else None
                for skip in (0, 1) if kind is FaultKind.ERROR else (0,):
                    yield Case(name, operation, kind, code, skip)


CASES = [*cases()]


def test_every_reading_meets_every_kind_of_fault() -> None:
    met = {(case.operation, case.kind) for case in CASES}
    assert {(operation, kind) for operation in {*READS, *BUDGET_READS} - NOT_MET for kind in KINDS} == met
    assert 371 == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_reading_that_fails_is_not_taken_for_nothing(ticking_service: Service, case: Case) -> None:
    situation = SITUATIONS[case.situation]
    told = situation.story.begin(ticking_service)
    if situation.forgets:
        told.operator.ids = {}
    ticking_service.fail(case.rule)
    began = ticking_service.app.journal.last
    ran = told.run()
    assert case.skip or ticking_service.app.faults.as_json()[0]["hits"]
    assert {*ticking_service.written(began)} <= situation.writes
    assert ran.trouble() or waiting(ran) or situation.story.done(told)
    ticking_service.fail()
    runs = [told.run(), told.run()]
    assert over(situation.story, told, runs[-1]) or "PENDING" in told.requests(), runs[-1].text
    assert [] == twice(told, situation.story, began)
