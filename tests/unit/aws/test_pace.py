from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from cleanrooms_governance.aws.pace import CALLS_PER_SECOND, PAUSE_AFTER_THROTTLING, Lane, Pace
from cleanrooms_governance.model import AccountId
from tests.unit.aws.world import CREATOR, PARTNER, REGION, FakeTime

LANE = Lane(CREATOR, REGION, "ListMembers")


def test_calls_go_out_at_full_speed_until_the_first_429(time: FakeTime) -> None:
    pace = time.pace()
    for _ in range(100):
        pace.wait(LANE)

    assert [] == time.naps


def test_a_429_pauses_its_lane_and_then_holds_it_to_the_documented_rate(time: FakeTime) -> None:
    pace = time.pace()
    pace.throttled(LANE)
    sent = []
    for _ in range(4):
        pace.wait(LANE)
        sent.append(time.now)

    assert pytest.approx([PAUSE_AFTER_THROTTLING + n / CALLS_PER_SECOND for n in range(4)]) == sent


@pytest.mark.parametrize(
    "other",
    [
        replace(LANE, account=AccountId(PARTNER)),
        replace(LANE, region="us-east-1"),
        replace(LANE, operation="GetCollaboration"),
    ],
    ids=["account", "region", "operation"],
)
def test_a_429_slows_nothing_but_its_own_lane(time: FakeTime, other: Lane) -> None:
    pace = time.pace()
    pace.throttled(LANE)
    pace.wait(other)

    assert [] == time.naps


def test_a_lane_that_was_idle_lets_the_next_call_go_at_once(time: FakeTime) -> None:
    pace = time.pace()
    pace.throttled(LANE)
    time.now += 60
    pace.wait(LANE)

    assert [] == time.naps


def test_the_429s_of_calls_that_went_out_together_pause_the_lane_once(time: FakeTime) -> None:
    pace = time.pace()
    for _ in range(20):
        pace.throttled(LANE)
    pace.wait(LANE)

    assert PAUSE_AFTER_THROTTLING == time.now


def test_threads_never_share_a_slot() -> None:
    naps: list[float] = []
    pace = Pace(clock=lambda: 0.0, sleep=naps.append)
    pace.throttled(LANE)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: pace.wait(LANE), range(24)))

    assert pytest.approx([PAUSE_AFTER_THROTTLING + n / CALLS_PER_SECOND for n in range(24)]) == sorted(naps)


def test_each_back_off_can_be_longer_than_the_last_but_never_over_five_seconds(time: FakeTime) -> None:
    pace = time.pace()
    for attempt in range(1, 13):
        pace.back_off(attempt)

    longest = [min(0.05 * 2**attempt, 5.0) for attempt in range(1, 13)]
    assert [] == [(nap, limit) for nap, limit in zip(time.naps, longest, strict=True) if not limit / 2 <= nap <= limit]
