"""Fault rules as they are written on a command line."""

from __future__ import annotations

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.faults.text import rule_from_text


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("kind=hang", FaultRule(kind=FaultKind.HANG)),
        (
            "kind=throttle,operation=ListMembers,every=3",
            FaultRule(kind=FaultKind.THROTTLE, operation="ListMembers", every=3),
        ),
        (
            " kind = late , latency = 1.5 , account = 111122223333 , skip = 2 , times = 1 ",
            FaultRule(kind=FaultKind.LATE, latency=1.5, account="111122223333", skip=2, times=1),
        ),
        (
            "kind=error,service=cleanrooms,code=ConflictException,members.message=a = b,members.reason=INVALID_STATE",
            FaultRule(
                kind=FaultKind.ERROR,
                service="cleanrooms",
                code="ConflictException",
                members={"message": "a = b", "reason": "INVALID_STATE"},
            ),
        ),
        (
            '{"kind": "error", "code": "ConflictException", "members": {"message": "first, second"}}',
            FaultRule(kind=FaultKind.ERROR, code="ConflictException", members={"message": "first, second"}),
        ),
    ],
    ids=["one name", "numbers", "spaces", "an error", "JSON"],
)
def test_a_rule_is_read(text: str, rule: FaultRule) -> None:
    assert rule == rule_from_text(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("throttle", "'throttle' is not NAME=VALUE; a fault is written like kind=throttle,operation=ListMembers,every=3"),
        ("", "'' is not NAME=VALUE"),
        ("kind=throttle,", "'' is not NAME=VALUE"),
        ("kind=throttle,every=", "'every=' is not NAME=VALUE"),
        ("kind=throttle,kind=hang", "kind is given twice"),
        ("kind=throttle,every=often", "every: 'often' is not a number"),
        ("kind=throttle,every=0", "every: 0 is not a whole number of at least 1"),
        ("operation=ListMembers", "kind is missing; it is one of throttle"),
        ("kind=throttle,colour=blue", "unknown member colour; a fault rule has kind, operation"),
        ("kind=latency,latency=nan", "latency: nan is not a number of seconds"),
        ("{kind: throttle}", "is not JSON"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rule_from_text(text)
