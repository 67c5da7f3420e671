"""The condition keys that are known here, and what kind of value each of them has.

A key that is not known is refused where a policy is declared: a condition that is not judged would be a hole.
Sources: service authorization reference, AWS Clean Rooms and AWS Clean Rooms ML; IAM user guide, global condition keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class KeyKind(Enum):
    """What the value of a key is."""

    STRING = "a string"
    STRINGS = "several strings"
    ARN = "an ARN"
    BOOL = "true or false"
    DATE = "a date"
    NUMBER = "a number of seconds"


Facts = Mapping[str, tuple[str, ...]]
"""What is known about a request: the values by lower-case key. A key that is not there does not apply to the request."""

_KINDS: Mapping[str, KeyKind] = MappingProxyType(
    {
        "aws:CalledVia": KeyKind.STRINGS,
        "aws:CurrentTime": KeyKind.DATE,
        "aws:EpochTime": KeyKind.NUMBER,
        "aws:PrincipalAccount": KeyKind.STRING,
        "aws:PrincipalArn": KeyKind.ARN,
        "aws:RequestedRegion": KeyKind.STRING,
        "aws:ResourceAccount": KeyKind.STRING,
        "aws:SecureTransport": KeyKind.BOOL,
        "aws:TagKeys": KeyKind.STRINGS,
        "cleanrooms-ml:CollaborationId": KeyKind.STRING,
        "iam:PassedToService": KeyKind.STRING,
        "sts:ExternalId": KeyKind.STRING,
        "sts:RoleSessionName": KeyKind.STRING,
    }
)
_BY_TAG = ("aws:RequestTag/", "aws:ResourceTag/")
_FOLDED = {name.lower(): kind for name, kind in _KINDS.items()}


def kind_of(key: str) -> KeyKind:
    """The kind of a key, whose case does not matter. Raises ValueError for one that is not known."""
    folded = key.lower()
    for prefix in _BY_TAG:
        if folded.startswith(prefix.lower()) and len(key) > len(prefix):
            return KeyKind.STRING
    kind = _FOLDED.get(folded)
    if kind is None:
        known = ", ".join([*_KINDS, *(f"{prefix}KEY" for prefix in _BY_TAG)])
        raise ValueError(f"the condition key {key!r} is not evaluated here; known are {known}")
    return kind
