"""Many calls on a service that holds each operation to its documented rate, by threads in virtual time."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from math import ceil
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.journal import Entry
from cleanrooms_emulator.limits.rates import Rates
from cleanrooms_emulator.transport.in_process import connect
from cleanrooms_emulator.world.clock import Clock
from cleanrooms_emulator.world.store import Store
from cleanrooms_governance.aws import AwsAccounts, Pace
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.model import CAN_RECEIVE_RESULTS, AccountId
from cleanrooms_governance.planning.plan import Reviewed
from cleanrooms_governance.running.advance import Report, advance, situation_of
from cleanrooms_governance.running.making_moves import Parties
from cleanrooms_governance.running.world import World, read_world
from tests.unit.aws.virtual_time import VirtualTime
from tests.unit.aws.world import CREATOR, NEWCOMER, REGION, STACK, access, collaboration, member
from tests.unit.core.builders import TODAY

READERS = 16
"""As many collaborations are read at once by a preview."""

UPDATES = 4
"""As many are updated at once: the provider's server has four threads."""

AS_DOCUMENTED = Rates(steady=True)
HANDFUL = 5
NEAR = 1.2
"""How many times longer than the rates allow something may take."""

FILE = "CreateCollaborationChangeRequest"

ORIGIN = 4e9
"""Epoch seconds in a far future, in which no credentials of the service have expired for the SDK."""

TRAVEL = (0.005, 0.04)
"""Seconds that a request is on its way, and its answer too."""


class Busy:
    """Collaborations of one creator on a service in virtual time, and the processes that call it from far away."""

    def __init__(self, count: int, rates: Rates = AS_DOCUMENTED) -> None:
        self.time = VirtualTime()
        store = Store()
        clock = Clock(store, source=lambda: ORIGIN + self.time.now)
        self.app = Application(store=store, clock=clock, strict_output=False)
        self.limited: list[tuple[AccountId, str]] = []
        self._travel = random.Random(6)
        port = self.process()
        wanted = [collaboration(key=f"sales-{n}", name=f"Sales {n}", owner=f"{STACK}/sales-{n}") for n in range(count)]
        self.wanted = {port.create_collaboration(each, {}): each for each in wanted}
        self.app.limits.rates = rates
        self._before = self.app.journal.last
        self.seconds = 0.0

    def process(self) -> AwsCleanRooms:
        """The creator's account as a process of its own acts in it, its credentials checked."""
        pace = Pace(self.time.clock, self.time.sleep, changed=self.time.condition(), on_limit=self._note_limit)
        port = AwsAccounts(STACK, self._connect, pace=pace)(access(CREATOR), REGION)
        port.memberships()
        return port

    def start(self, jobs: Iterable[Callable[[], object]], threads: int) -> None:
        """Let threads share jobs once ``run`` is called."""
        waiting = deque(jobs)

        def work() -> None:
            while waiting:
                waiting.popleft()()

        for _ in range(threads):
            self.time.start(work)

    def start_preview(self) -> list[World]:
        """Let a process of its own read every collaboration; what it has read is in the list in the end."""
        port, read = self.process(), list[World]()

        def job(id_: str) -> Callable[[], None]:
            return lambda: read.append(read_world(port, id_))

        self.start(map(job, self.wanted), READERS)
        return read

    def run(self) -> None:
        """Let everything that was started come to its end, which takes ``seconds``."""
        began = self.time.now
        self.time.run()
        self.seconds = self.time.now - began

    @property
    def calls(self) -> list[Entry]:
        return self.app.journal.entries(self._before, service="cleanrooms")

    @property
    def refused(self) -> int:
        return sum(entry.fault == "steady" for entry in self.calls)

    @property
    def floor(self) -> float:
        """Seconds that the rates allow for the operation that was called most, a second's worth of which may come at once."""
        most = max(Counter(entry.operation for entry in self.calls if entry.fault is None).values())
        return most / AS_DOCUMENTED.default - AS_DOCUMENTED.burst

    def _connect(self, client: Any) -> None:
        def travel(**_: Any) -> None:
            self.time.sleep(self._travel.uniform(*TRAVEL))

        connect(self.app, client)
        client.meta.events.register("before-call", travel)
        client.meta.events.register("after-call", travel)

    def _note_limit(self, account: AccountId, region: str) -> None:
        self.limited.append((account, region))


def test_a_preview_of_two_hundred_collaborations_meets_a_handful_of_429s_near_the_floor() -> None:
    busy = Busy(200)
    read = busy.start_preview()
    busy.run()
    assert busy.wanted.keys() == {world.live.id for world in read}
    assert 1 <= busy.refused <= HANDFUL
    assert 39 <= busy.seconds <= NEAR * 39
    assert [(CREATOR, REGION)] == busy.limited


def test_within_a_second_s_worth_of_calls_nothing_waits() -> None:
    busy = Busy(5)
    busy.start_preview()
    busy.run()
    assert 0 == busy.refused
    assert busy.seconds <= 4 * 2 * TRAVEL[1]


def test_a_service_without_limits_is_called_almost_as_fast_as_it_answers() -> None:
    busy = Busy(100, Rates())
    busy.start_preview()
    busy.run()
    at_full_speed = ceil(100 / READERS) * 4 * sum(TRAVEL)
    assert busy.seconds <= NEAR * at_full_speed


def test_a_service_that_allows_larger_bursts_is_not_flooded_either() -> None:
    busy = Busy(40, Rates(steady=True, burst=2.0))
    busy.start_preview()
    busy.run()
    assert busy.refused <= 2 * HANDFUL
    assert busy.seconds <= NEAR * busy.floor


def test_a_service_that_is_slower_than_documented_is_called_more_slowly() -> None:
    busy = Busy(40, Rates(steady=True, default=2.0))
    read = busy.start_preview()
    busy.run()
    assert 40 == len(read)
    assert busy.seconds <= NEAR * (40 / 2.0 - 1)
    assert busy.refused <= 0.1 * len(busy.calls)


def test_two_previews_of_one_account_at_once_share_what_the_rates_allow() -> None:
    busy = Busy(80)
    first, second = busy.start_preview(), busy.start_preview()
    busy.run()
    assert (80, 80) == (len(first), len(second))
    assert busy.seconds <= NEAR * busy.floor
    assert busy.refused <= 0.1 * len(busy.calls)


def test_an_update_that_files_fifty_requests_files_each_once_near_the_floor() -> None:
    busy = Busy(50)
    port, reports = busy.process(), list[Report]()
    busy.start([partial(_file, busy, port, id_, reports) for id_ in busy.wanted], UPDATES)
    busy.run()
    answered = [call for call in busy.calls if call.fault is None]
    filed = Counter(call.parameters["collaborationIdentifier"] for call in answered if call.operation == FILE)
    assert dict.fromkeys(busy.wanted, 1) == filed
    assert {Outcome.CONVERGED} == {report.outcome for report in reports}
    assert busy.refused <= HANDFUL
    assert busy.seconds <= NEAR * busy.floor


def _file(busy: Busy, port: AwsCleanRooms, id_: str, reports: list[Report]) -> None:
    wanted = busy.wanted[id_]
    desired = replace(wanted, members={**wanted.members, NEWCOMER: member(NEWCOMER, CAN_RECEIVE_RESULTS)})
    situation = situation_of(desired, read_world(port, id_), TODAY, may_write=True)
    parties = Parties(creator=port, voters={}, today=TODAY, sleep=busy.time.sleep, tell=lambda line: None)
    reports.append(advance(desired, id_, Reviewed.of(situation.plan), parties))
