"""What a run did beyond what its stack file allows, told from the service's journal and documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from cleanrooms_emulator.journal import Entry
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.model import RUNNER_ABILITIES
from tests.reliability.governing import oracle
from tests.reliability.operations import READS, UPDATE_REQUEST, WRITES
from tests.reliability.operators import Ran
from tests.scenarios.invariants import LOST_BY_COMMIT, Held, without_an_end
from tests.unit.core.governed import Service

ENDING = frozenset({"DeleteCollaboration", "DeleteMembership"})
"""Sent by commands alone, never by a run."""

MAY_CALL = {*READS, *WRITES} - ENDING
"""Nothing about budgets is in it but to look at them."""


@dataclass
class Watch:
    """One run of a stack file, from right before it; what others do in the middle of it is not counted as its own."""

    service: Service
    sections: oracle.Sections
    today: date
    gained: Held = frozenset()
    """What others brought about meanwhile, and took in ``lost``."""
    lost: Held = frozenset()
    filed: set[str] = field(default_factory=set)
    spans: list[tuple[int, int]] = field(default_factory=list)
    """The places of others' calls in the journal: after the first, up to the last."""

    def __post_init__(self) -> None:
        self.start = self.service.app.journal.last
        self.before = oracle.held(self.service.app.store)
        self.known = oracle.requests(self.service.app.store)

    @contextmanager
    def others(self) -> Iterator[None]:
        """Let others act while the run is under way, and let nothing happen in the middle of what they do."""
        store, journal = self.service.app.store, self.service.app.journal
        before, known, start = oracle.held(store), {*oracle.requests(store)}, journal.last
        hooks = [*self.service.before_calls], [*self.service.after_calls]
        self.service.before_calls[:], self.service.after_calls[:] = [], []
        try:
            yield
        finally:
            self.service.before_calls[:], self.service.after_calls[:] = hooks
            after = oracle.held(store)
            self.gained |= after - before
            self.lost |= before - after
            self.filed |= {*oracle.requests(store)} - known
            self.spans.append((start, journal.last))

    def entries(self) -> list[Entry]:
        """The run's own calls."""
        called = self.service.app.journal.entries(self.start, service="cleanrooms")
        return [each for each in called if not any(first < each.sequence <= last for first, last in self.spans)]

    def breaches(self, ran: Ran | None) -> list[str]:
        """What the run should not have done or said; it crashed where nothing is told of it."""
        store, entries = self.service.app.store, self.entries()
        said = ran.lines if ran else ()
        now = oracle.requests(store)
        mine = [id for id in now if id not in self.known and id not in self.filed]
        return [
            *(f"called {entry.operation}" for entry in entries if entry.operation not in MAY_CALL),
            *self._removals(entries),
            *self._gains(entries),
            *self._losses(entries, shouted=any(LOST_BY_COMMIT in line for line in said)),
            *self._votes(entries),
            *oracle.same_content(store, mine, self.known),
            *self._again(mine),
            *(self._claims(ran) if ran else ()),
        ]

    def _claims(self, ran: Ran) -> Iterator[str]:
        yield from ran.false_calm
        if not any(line.startswith("finding: ") for line in ran.lines):
            there = bool(oracle.collaborations(self.service.app.store))
            keys = [*self.sections.get("collaborations", ()), *(self.sections.get("memberships", ()) if there else ())]
            yield from without_an_end(keys, ran.lines)
        if ran.ends.get(oracle.KEY) is Outcome.CONVERGED and not self.spans:
            for each in oracle.unmet(self.sections, self.service.app.store, self.today):
                yield f"it is called converged, and {each}"

    def _removals(self, entries: Sequence[Entry]) -> Iterator[str]:
        section = self.sections.get("collaborations", {}).get(oracle.KEY, {"members": {}})
        for entry in entries:
            account = str(entry.parameters.get("accountId"))
            if entry.operation == "DeleteMember" and not oracle.signed_twice(section, account):
                yield f"DeleteMember of {account} without two signatures"

    def _gains(self, entries: Sequence[Entry]) -> Iterator[str]:
        after = oracle.held(self.service.app.store)
        by_themselves = {pair for request in self._took_effect(entries) for pair in oracle.stated(request)}
        for account, what in sorted(after - self.before - self.gained):
            asked = what in oracle.wanted(self.sections, account, self.today) or (account, what) in by_themselves
            if not asked and not self._paid_by_default(account, what, after):
                yield f"{account} gained {what}"

    def _losses(self, entries: Sequence[Entry], *, shouted: bool) -> Iterator[str]:
        after = oracle.held(self.service.app.store)
        touched = {account for request in self._took_effect(entries) for account in oracle.subjects(request)}
        for account, what in sorted(self.before - after - self.lost):
            if shouted or account in touched or self._paid_by_default(account, what, after):
                continue
            if oracle.silent(self.sections, account, what, self.today):
                yield f"{account} lost {what}, about which the file is silent"
            elif what in oracle.wanted(self.sections, account, self.today):
                yield f"{account} lost {what}, which the file wants"

    def _took_effect(self, entries: Sequence[Entry]) -> list[dict[str, object]]:
        """The requests that took effect without the run's committing them: it voted by a rule, and the service did the rest."""
        committed = {
            entry.parameters["changeRequestIdentifier"] for entry in entries if entry.parameters.get("action") == "COMMIT"
        }
        return [
            request
            for id, request in oracle.requests(self.service.app.store).items()
            if request["status"] == "COMMITTED" and id not in committed and id in self.known
            if self.known[id]["status"] != "COMMITTED"
        ]

    def _paid_by_default(self, account: str, what: str, after: Held) -> bool:
        runs = any((account, ability) in self.before | after for ability in RUNNER_ABILITIES)
        return runs and what in oracle.COSTS

    def _again(self, mine: Sequence[str]) -> Iterator[str]:
        """Filing the same twice in one run, though nobody interfered."""
        requests = oracle.requests(self.service.app.store)
        filed = Counter(oracle.content(requests[id]) for id in mine)
        if not self.spans:
            yield from (f"filed {number} times in one run: {what}" for what, number in filed.items() if number > 1)

    def _votes(self, entries: Sequence[Entry]) -> Iterator[str]:
        requests = oracle.requests(self.service.app.store)
        cast: Counter[tuple[str, str]] = Counter()
        for entry in entries:
            action = entry.parameters.get("action")
            if entry.operation != UPDATE_REQUEST or entry.status != 200 or action not in ("APPROVE", "DENY"):
                continue
            account, request = str(entry.account), requests[str(entry.parameters["changeRequestIdentifier"])]
            cast[account, request["id"]] += 1
            yield from oracle.objections(self.sections, account, action, request, self.before | self.gained, self.today)
        yield from (f"{account} voted {number} times on {id}" for (account, id), number in cast.items() if number > 1)
