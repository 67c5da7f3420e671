from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest

from cleanrooms_governance.aws.pace import CALLS_PER_SECOND, PAUSE_AFTER_THROTTLING, Lane, Pace
from cleanrooms_governance.model import AccountId
from tests.unit.aws.virtual_time import VirtualTime
from tests.unit.aws.world import CREATOR, PARTNER, REGION, FakeTime

LANE = Lane(CREATOR, REGION, "ListMembers")
OTHER_OPERATION = replace(LANE, operation="GetCollaboration")


def send(pace: Pace, lane: Lane = LANE, *, refused: bool = False) -> None:
    with pace.turn(lane) as turn:
        turn.refused = refused


def test_calls_that_are_answered_go_out_at_full_speed(time: FakeTime) -> None:
    pace = time.pace()
    for _ in range(100):
        send(pace)

    assert [] == time.naps


def test_a_429_pauses_its_lane_and_then_holds_it_to_the_documented_rate(time: FakeTime) -> None:
    pace = time.pace()
    send(pace, refused=True)
    sent = []
    for _ in range(4):
        send(pace)
        sent.append(time.now)

    assert pytest.approx([PAUSE_AFTER_THROTTLING + n / CALLS_PER_SECOND for n in range(4)]) == sent


def test_a_429_holds_every_operation_of_the_account_and_region_to_the_documented_rate(time: FakeTime) -> None:
    pace = time.pace()
    send(pace, refused=True)
    sent = []
    for _ in range(4):
        send(pace, OTHER_OPERATION)
        sent.append(time.now)

    assert pytest.approx([n / CALLS_PER_SECOND for n in range(4)]) == sent


def test_an_operation_that_has_had_its_burst_rests_first_when_another_meets_the_limit(time: FakeTime) -> None:
    pace = time.pace()
    for _ in range(5):
        send(pace, OTHER_OPERATION)
    send(pace, refused=True)
    send(pace, OTHER_OPERATION)

    assert pytest.approx(1.0) == time.now


@pytest.mark.parametrize(
    "other",
    [replace(LANE, account=AccountId(PARTNER)), replace(LANE, region="us-east-1")],
    ids=["account", "region"],
)
def test_a_429_slows_nothing_but_its_own_account_and_region(time: FakeTime, other: Lane) -> None:
    pace = time.pace()
    send(pace, refused=True)
    for _ in range(20):
        send(pace, other)

    assert [] == time.naps


def test_a_lane_that_was_idle_lets_the_next_call_go_at_once(time: FakeTime) -> None:
    pace = time.pace()
    send(pace, refused=True)
    time.now += 60
    send(pace)

    assert [] == time.naps


def test_the_429s_of_calls_that_went_out_together_pause_the_lane_once(time: FakeTime) -> None:
    pace = time.pace()
    with ExitStack() as together:
        for _ in range(5):
            together.enter_context(pace.turn(LANE)).refused = True
    send(pace)
    send(pace)

    assert pytest.approx(PAUSE_AFTER_THROTTLING + 1 / CALLS_PER_SECOND) == time.now


def test_a_429_at_the_documented_rate_halves_it_and_answers_raise_it_again(time: FakeTime) -> None:
    pace = time.pace()
    send(pace, refused=True)
    send(pace, refused=True)
    sent = []
    for _ in range(20):
        send(pace)
        sent.append(time.now)
    gaps = [after - before for before, after in pairwise(sent)]

    assert pytest.approx(2 / CALLS_PER_SECOND) == gaps[0]
    assert pytest.approx(1 / CALLS_PER_SECOND) == gaps[-1]


def test_the_account_whose_calls_begin_to_be_held_back_is_told_once() -> None:
    told: list[tuple[AccountId, str]] = []
    pace = Pace(clock=lambda: 0.0, sleep=lambda seconds: None, on_limit=lambda account, region: told.append((account, region)))
    for lane in (LANE, OTHER_OPERATION, replace(LANE, account=AccountId(PARTNER))):
        send(pace, lane, refused=True)
        send(pace, lane, refused=True)

    assert [(CREATOR, REGION), (PARTNER, REGION)] == told


def test_over_the_documented_rate_one_call_is_under_way_at_first_and_one_more_with_each_answer() -> None:
    time = VirtualTime()
    pace = Pace(time.clock, time.sleep, changed=time.condition())
    sent: list[float] = []

    def call() -> None:
        with pace.turn(LANE):
            sent.append(time.now)
            time.sleep(0.01)

    for _ in range(20):
        time.start(call)
    time.run()

    assert pytest.approx([0.0] * 6 + [0.01] * 2 + [0.02] * 4 + [0.03] * 8) == sent


def test_a_call_without_an_answer_holds_the_others_to_the_documented_rate() -> None:
    time = VirtualTime()
    pace = Pace(time.clock, time.sleep, changed=time.condition())
    sent: list[float] = []

    def call(seconds: float) -> None:
        with pace.turn(LANE):
            sent.append(time.now)
            time.sleep(seconds)

    for number in range(10):
        time.start(partial(call, 30 if number == 5 else 0.01))
    time.run()

    assert pytest.approx([0.0] * 6 + [0.2, 0.4, 0.6, 0.8]) == sent


def test_calls_of_a_lane_go_out_in_the_order_in_which_they_came() -> None:
    time = VirtualTime()
    pace = Pace(time.clock, time.sleep, changed=time.condition())
    send(pace, refused=True)
    went: list[int] = []

    def call(number: int) -> None:
        with pace.turn(LANE):
            went.append(number)

    for number in range(10):
        time.start(partial(call, number))
    time.run()

    assert list(range(10)) == went


def test_threads_never_share_a_slot() -> None:
    naps: list[float] = []
    pace = Pace(clock=lambda: 0.0, sleep=naps.append)
    send(pace, refused=True)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: send(pace), range(24)))

    assert pytest.approx([PAUSE_AFTER_THROTTLING + n / CALLS_PER_SECOND for n in range(24)]) == sorted(naps)


def test_each_back_off_can_be_longer_than_the_last_but_never_over_five_seconds(time: FakeTime) -> None:
    pace = time.pace()
    for attempt in range(1, 13):
        pace.back_off(attempt)

    longest = [min(0.05 * 2**attempt, 5.0) for attempt in range(1, 13)]
    assert [] == [(nap, limit) for nap, limit in zip(time.naps, longest, strict=True) if not limit / 2 <= nap <= limit]
