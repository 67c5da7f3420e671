"""Calendar periods in UTC: where the one that holds a moment begins, and where the next one does.

A moment is in epoch seconds. A period holds its first moment and not its last: what happens exactly on a boundary
belongs to the period that begins there. Weeks begin on Sunday (service guide, adding a data access budget); days at
00:00 UTC and months on their first day are inferred from that.
"""

from __future__ import annotations

from datetime import UTC, datetime

DAY, WEEK, MONTH = "CALENDAR_DAY", "CALENDAR_WEEK", "CALENDAR_MONTH"
CALENDAR_KINDS = (DAY, WEEK, MONTH)

_DAY_SECONDS = 86_400
_DAYS_FROM_SUNDAY_TO_EPOCH = 4
"""The epoch began on a Thursday."""


def period_start(kind: str, moment: float) -> float:
    """The first moment of the period of this calendar kind that holds `moment`."""
    if kind == MONTH:
        date = datetime.fromtimestamp(moment, UTC)
        return _first_of(date.year, date.month)
    day = int(moment // _DAY_SECONDS)
    if kind == WEEK:
        day -= (day + _DAYS_FROM_SUNDAY_TO_EPOCH) % 7
    return float(day * _DAY_SECONDS)


def period_end(kind: str, moment: float) -> float:
    """The first moment of the period that follows the one holding `moment`."""
    start = period_start(kind, moment)
    if kind == MONTH:
        date = datetime.fromtimestamp(start, UTC)
        return _first_of(date.year + date.month // 12, date.month % 12 + 1)
    return start + _DAY_SECONDS * (7 if kind == WEEK else 1)


def _first_of(year: int, month: int) -> float:
    return datetime(year, month, 1, tzinfo=UTC).timestamp()
