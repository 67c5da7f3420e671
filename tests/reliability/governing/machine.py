"""Parties, moves, faults and the clock against the real reconciler: what no run may ever do, and that runs come to rest.

Safety is looked at after every step, liveness at the end: people approve, faults stop, and soon a run writes nothing more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from cleanrooms_emulator.faults import ANY, FaultKind, FaultRule
from cleanrooms_emulator.journal import Entry
from cleanrooms_emulator.switches import describe
from cleanrooms_governance.change_requests.next_move import Outcome
from tests.laws.test_convergence import ASKED
from tests.reliability.governing import oracle
from tests.reliability.governing.town import ACTS, ALL_PAID, CREATORS, EDITS, EVERYBODY, OTHERS, PARTNERS_OWN, RULES, Town
from tests.reliability.governing.watching import ENDING, Watch
from tests.reliability.operations import READS, WRITES
from tests.reliability.operators import Ran
from tests.unit.core.builders import BANK, CREATOR, RUNNER
from tests.unit.core.governed import MOMENT, Crash, Service

MOST_ROUNDS = 12
"""So often everybody may run, vote and accept after the faults have stopped, until nothing is left to do."""


@cache
def service_of_process() -> Service:
    """The service and its clients, made once; its time goes on a little with every look at it."""
    ticks = count()
    return Service(Path(mkdtemp(prefix="reliability")), time=lambda: MOMENT + next(ticks) / 100)


def readings() -> st.SearchStrategy[dict[str, str]]:
    """The default reading, or one other value of one switch."""
    others = [{each.name: value} for each in describe() if each.name in ASKED for value in each.values if value != each.default]
    return st.sampled_from([{}, *others])


some_account = st.sampled_from(EVERYBODY)
small = st.integers(0, 7)
doings = st.tuples(st.sampled_from(ACTS), some_account, small)
edits = st.tuples(st.sampled_from([*EDITS, "ability", "member", "payer", "removal", "removal"]), some_account, small)
kinds = st.sampled_from([*FaultKind])
operators = st.sampled_from([CREATORS, CREATORS, CREATORS, PARTNERS_OWN, PARTNERS_OWN, "second"])
NOBODY = ""
afterwards = st.sampled_from([CREATORS, CREATORS, PARTNERS_OWN, "second", NOBODY])
faulty_operations = st.sampled_from([*[ANY] * 20, *READS, *sorted({*WRITES} - ENDING)])


class Governing(RuleBasedStateMachine):
    """A creator's stack with a second operator, a partner's own stack, and people."""

    played: ClassVar[Counter[str]] = Counter()
    """What was played so far: steps, runs, faults met and the like."""

    @initialize(reading=readings(), rules=st.integers(0, len(RULES) - 1), starts=st.booleans())
    def begin(self, reading: dict[str, str], rules: int, starts: bool) -> None:
        """An empty world; mostly the collaboration has been made and everybody has joined."""
        self.service = service_of_process()
        self.service.start(reading)
        self.reading = reading
        self.town = Town(self.service)
        self.said: dict[str, list[str]] = {}
        self.played["cases"] += 1
        if starts:
            self._run(CREATORS)
            for account in OTHERS[:2]:
                self.town.act("join", account, 0)
            self.town.edit("rules", BANK, rules)

    @rule(edits=st.lists(edits, min_size=1, max_size=3), name=afterwards)
    def edit(self, edits: list[tuple[str, str, int]], name: str) -> None:
        """Stack files are edited, and mostly somebody carries them out."""
        self._moved(len(edits))
        for what, account, number in edits:
            self.town.edit(what, account, number)
        self._then(name)

    @rule(name=operators)
    def up(self, name: str) -> None:
        """A run that nobody interrupts."""
        self._moved()
        self._run(name)

    @rule(name=operators, call=st.integers(1, 40), sent=st.booleans())
    def crash(self, name: str, call: int, sent: bool) -> None:
        """A run whose process dies before or after a call."""
        self._moved()

        def die() -> None:
            self.played["crashes"] += 1
            raise Crash

        with self._at(call, die, sent=sent):
            self._run(name)

    @rule(name=operators, call=st.integers(1, 40), doing=doings)
    def race(self, name: str, call: int, doing: tuple[str, str, int]) -> None:
        """A run in the middle of which somebody does something by hand."""
        self._moved()
        self._raced(name, call, lambda: self.town.act(*doing))

    @rule(name=operators, call=st.integers(1, 40), other=operators)
    def two_at_once(self, name: str, call: int, other: str) -> None:
        """A run in the middle of which another one runs whole."""
        self._moved()
        ran = self._raced(name, call, lambda: self.town.operator(other).up())
        if len(oracle.collaborations(self.service.app.store)) > 1:
            # Nothing keeps two machines from creating at the very same moment; it has to be said, and a person undoes one.
            assert ran is None or ran.trouble()
            self.town.undo_second_creation()

    @rule(name=operators)
    def preview(self, name: str) -> None:
        """A preview writes nothing."""
        self._moved()
        before = self.service.app.journal.last
        self.town.operator(name).preview()
        assert [] == self.service.written(before)

    @rule(acts=st.lists(doings, min_size=1, max_size=3), name=afterwards)
    def act(self, acts: list[tuple[str, str, int]], name: str) -> None:
        """People do something by hand, and mostly somebody carries a file out."""
        self._moved(len(acts))
        for doing in acts:
            self.town.act(*doing)
        self._then(name)

    @rule(name=afterwards)
    def acknowledge(self, name: str) -> None:
        """Everything that the last runs asked to acknowledge is."""
        self._moved()
        self._acknowledge()
        self._then(name)

    @rule(number=small)
    def second_operator(self, number: int) -> None:
        """The second operator takes over the file, or a stack's state is lost."""
        self._moved()
        self.town.pull()
        if number == 7 and self.town.is_claimed():
            self.town.operators[CREATORS].ids.clear()

    @rule(name=operators, kind=kinds, operation=faulty_operations, times=st.integers(1, 3), skip=st.integers(0, 5))
    def fault(self, name: str, kind: FaultKind, operation: str, times: int, skip: int) -> None:
        """Calls begin to fail, a few times, and a run meets them."""
        self._moved()
        latency = 60.0 if kind in (FaultKind.LATE, FaultKind.LATENCY) else 0.0
        code = "AccessDeniedException" if kind is FaultKind.ERROR else None
        self.service.fail(
            FaultRule(kind=kind, operation=operation, service="cleanrooms", times=times, skip=skip, latency=latency, code=code)
        )
        self._then(name)

    @rule()
    def lift(self) -> None:
        """Calls do not fail any more."""
        self._moved()
        self.service.fail()

    @rule(days=st.integers(1, 9))
    def days_pass(self, days: int) -> None:
        """It is a later day."""
        self._moved()
        self.town.days_pass(days)

    def _blocking(self) -> list[str]:
        """The requests that the stack takes for somebody else's; its own are among them once somebody took its note off."""
        return re.findall(r"change request ([0-9a-f-]{36}) \(.*\) was not filed by this stack", self._told())

    def _moved(self, steps: int = 1) -> None:
        self.played["steps"] += steps

    def _then(self, name: str) -> None:
        if name != NOBODY:
            self._moved()
            self._run(name)

    def _acknowledge(self) -> None:
        for name, place in ((CREATORS, "collaborations"), (CREATORS, "memberships"), (PARTNERS_OWN, "memberships")):
            for section in self.town.operators[name].sections.get(place, {}).values():
                asked = re.findall(r"add (fp-[0-9a-f]{16})", self._told())
                section["acknowledge"] = sorted({*section.get("acknowledge", ()), *asked})

    @contextmanager
    def _at(self, call: int, act: Callable[[], object], *, sent: bool = False) -> Iterator[None]:
        """Let something happen right before, or after, a call of a run."""
        hooks = self.service.after_calls if sent else self.service.before_calls
        calls = count(1)

        def hook(_: str) -> None:
            if next(calls) == call:
                act()

        hooks.append(hook)
        try:
            yield
        finally:
            hooks.remove(hook)

    def _raced(self, name: str, call: int, act: Callable[[], object]) -> Ran | None:
        watch = self._watch(name)

        def interfere() -> None:
            self.played["races"] += 1
            with watch.others():
                act()

        with self._at(call, interfere):
            return self._run(name, watch)

    def _watch(self, name: str) -> Watch:
        return Watch(self.service, self.town.operator(name).sections, self.town.today)

    def _run(self, name: str, watching: Watch | None = None) -> Ran | None:
        """Run a stack and look whether it did only what it may; nothing is returned where it crashed or had no file yet."""
        operator = self.town.operator(name)
        if not operator.sections:
            return None
        self.played["runs"] += 1
        watch = watching or self._watch(name)
        ran = None
        with suppress(Crash):
            ran = operator.up()
        if ran:
            self.said[name] = ran.lines
        self._count(watch.entries())
        found = watch.breaches(ran)
        assert [] == found, "\n".join([*found, *(ran.lines if ran else ())])
        return ran

    def _count(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.played["calls"] += 1
            self.played["faults"] += entry.fault is not None
            if entry.operation in WRITES:
                self.played[str(entry.parameters.get("action") or entry.operation)] += 1

    def _told(self) -> str:
        return "\n".join(line for lines in self.said.values() for line in lines)

    def teardown(self) -> None:
        """Everybody approves, faults stop: soon everything is as the files say, and one more run writes nothing."""
        if not hasattr(self, "town"):
            return
        self.service.fail()
        self._give_in()
        ends, rounds = self._settle()
        self.played[f"settled in {rounds}"] += 1
        assert {Outcome.CONVERGED} == {*ends.values()}, f"{ends}\n{self._told()}"
        last = self.service.app.journal.last
        for name in (CREATORS, PARTNERS_OWN):
            self.town.operator(name).up()
        written = self.service.written(last)
        assert [] == written, f"{written}\n{self._told()}"

    def _settle(self) -> tuple[dict[str, Outcome | None], int]:
        """Let everybody go on until all is as the files say, or nothing moves any more."""
        rounds, ends, same = 0, dict[str, Outcome | None](), 0
        while {Outcome.CONVERGED} != {*ends.values()} and same < 2 and rounds < MOST_ROUNDS:
            rounds += 1
            before = [*self.said.values()]
            ends = self._round()
            same = same + 1 if before == [*self.said.values()] else 0
        return ends, rounds

    def _give_in(self) -> None:
        creator = self.town.operators[CREATORS].sections
        section = creator["collaborations"][oracle.KEY]
        section.pop("paused", None)
        section.pop("cancelRequests", None)
        # Who is gone for good is taken out, as is asked for: it would be named to pay, say, and nobody else.
        for account in self.town.gone():
            section["members"].pop(account, None)
        # So is who was to be a member until a day that is over: no collaboration is created with it.
        if not oracle.collaborations(self.service.app.store):
            stay = {who: entry for who, entry in section["members"].items() if not oracle.lapsed(entry, self.town.today)}
            section["members"] = stay
        for each in creator["memberships"].values():
            each.pop("paused", None)
            each["changeRequests"] = {"ownPlan": "approve"}
        for each in self.town.operators[PARTNERS_OWN].sections.get("memberships", {}).values():
            each |= {"changeRequests": {}, "payerFor": ALL_PAID}

    def _round(self) -> dict[str, Outcome | None]:
        self._people_agree()
        ran = self._run(CREATORS)
        sections = self.town.operators[CREATORS].sections
        ends: dict[str, Outcome | None] = dict.fromkeys([*sections["collaborations"], *sections["memberships"]])
        if ran:
            ends |= ran.ends
        self._acknowledge()
        bank = self._run(PARTNERS_OWN) if self._belongs(BANK) else None
        if bank:
            ends |= {f"bank's {key}": end for key, end in {**dict.fromkeys(["bank"]), **bank.ends}.items()}
        return ends

    def _people_agree(self) -> None:
        """What others filed is undone, or carried out where it cannot be; all else is approved, joined and paid for."""
        for id, request in oracle.requests(self.service.app.store).items():
            if id in {*self.town.filed, *self._blocking()} and request["status"] in oracle.OPEN:
                self.town.decide(CREATOR, id, "CANCEL")
                self.town.decide(CREATOR, id, "COMMIT")
            for account in request["approvals"] if request["status"] == "PENDING" else ():
                if account != RUNNER:
                    self.town.decide(account, id, "APPROVE")
        for account in OTHERS:
            self.town.act("join", account, 0)
            self.town.act("accept", account, 0)

    def _belongs(self, account: str) -> bool:
        return (account, "member") in oracle.held(self.service.app.store)
