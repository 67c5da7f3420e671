"""An analysis is looked at until it has ended, more and more seldom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cleanrooms_governance.analyses.analysis import Analysis, Kind, Submission
from cleanrooms_governance.analyses.following import LONGEST_PAUSE, MISSES, UNKNOWN_PATIENCE, follow
from cleanrooms_governance.errors import AccessDenied, ServiceError, Throttled, Unreachable


def analysis(status: str) -> Analysis:
    return Analysis("an-id", datetime(2026, 11, 30, tzinfo=UTC), status, Submission(Kind.QUERY, sql="select 1"))


def lost(kind: type[ServiceError]) -> ServiceError:
    return kind("no answer", operation="GetProtectedQuery", account="222233334444", region="eu-west-1")


class Followed:
    """How an analysis was followed that begins as SUBMITTED and then shows what is given."""

    def __init__(self, *shown: str | ServiceError) -> None:
        self._shown: Iterator[str | ServiceError] = iter(shown)
        self.told: list[str] = []
        self.pauses: list[float] = []
        self.end = follow(
            analysis("SUBMITTED"), self._look, lambda each: self.told.append(each.status), self.pauses.append
        ).status

    def _look(self) -> Analysis:
        each = next(self._shown)
        if isinstance(each, ServiceError):
            raise each
        return analysis(each)


@pytest.mark.parametrize("end", ["SUCCESS", "FAILED", "CANCELLED", "TIMED_OUT"])
def test_each_end_is_an_end(end: str) -> None:
    followed = Followed("SUBMITTED", "STARTED", "STARTED", end)
    assert (end, ["SUBMITTED", "STARTED", end]) == (followed.end, followed.told)


def test_one_that_is_being_cancelled_has_not_ended() -> None:
    assert "CANCELLED" == Followed("CANCELLING", "CANCELLED").end


def test_what_has_ended_is_not_looked_at_again() -> None:
    ended = follow(analysis("SUCCESS"), lambda: analysis("FAILED"), lambda _: None, lambda _: None)
    assert "SUCCESS" == ended.status


def test_the_pauses_grow_to_a_bound() -> None:
    pauses = Followed(*["STARTED"] * 30, "SUCCESS").pauses
    assert sorted(pauses) == pauses
    assert (0.25, LONGEST_PAUSE) == (pauses[0], pauses[-1])


def test_an_unknown_status_is_shown_and_followed() -> None:
    followed = Followed("QUEUED", "STARTED", "SUCCESS")
    assert ("SUCCESS", ["SUBMITTED", "QUEUED", "STARTED", "SUCCESS"]) == (followed.end, followed.told)


def test_an_unknown_status_that_stays_is_given_up() -> None:
    assert "ARCHIVED" == Followed(*["ARCHIVED"] * UNKNOWN_PATIENCE).end


@pytest.mark.parametrize("kind", [Throttled, Unreachable])
def test_a_look_that_fails_now_and_then_is_no_end(kind: type[ServiceError]) -> None:
    misses = [lost(kind)] * (MISSES - 1)
    assert "SUCCESS" == Followed(*misses, "STARTED", *misses, "SUCCESS").end


def test_looks_that_go_on_failing_end_it() -> None:
    with pytest.raises(Unreachable):
        Followed(*[lost(Unreachable)] * MISSES)


def test_what_is_not_allowed_ends_it_at_once() -> None:
    with pytest.raises(AccessDenied):
        Followed(lost(AccessDenied), "SUCCESS")
