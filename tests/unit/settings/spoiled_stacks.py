"""Bad stack files, generated: a stack that says everything there is to say, one value at one place replaced.

`RUBBISH` are the values, `places()` the places; `is_taken` says where some of it is no rubbish.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from tests.unit.settings.stacks import BANK, FOREIGN_ID, MEDIA, OTHER_ID, RETAILER, Stack

Place = tuple[str | int, ...]

FINGERPRINT = "fp-0123456789abcdef"
ROLE = f"arn:aws:iam::{RETAILER}:role/results"
RULE = {
    "types": ["ADD_MEMBER"],
    "accounts": [BANK],
    "abilities": ["CAN_RECEIVE_RESULTS"],
    "mlAbilities": ["CAN_RECEIVE_MODEL_OUTPUT"],
    "payerFor": ["queryCompute"],
    "until": "2027-03-31",
}

RUBBISH: dict[str, Any] = {
    "null": None,
    "a number": 7,
    "a number of hundreds of digits": 10**400,
    "a fraction": 0.5,
    "infinity": float("inf"),
    "no number at all": float("nan"),
    "true": True,
    "a list": [["x"]],
    "a mapping": {"x": {"y": "z"}},
    "an empty text": "",
    "a blank": " ",
    "a text": "some thing",
    "a date": "2027-03-31T00:00:00Z",
    "a megabyte of text": "a" * 1_000_000,
    "a null character": "a\0b",
    "a lone surrogate": "a\ud800b",
    "emoji": "👩‍👩‍👧‍👦",
    "right to left": "\u202eab",
    "full-width digits": "１１１１２２２２３３３３",
    "a combining heap": "e" + "\u0301" * 500,
    "engine markup": "<{%fg 1%}>",
    "nested a hundred times": json.loads("[" * 100 + "]" * 100),
}
"""Values of every kind, and of kinds that no file should hold."""

_FLAGS = {
    *("environment", "queryLog", "jobLog", "metrics", "paused", "singleFileOutput"),
    *("allowCleartext", "allowDuplicates", "allowJoinsOnColumnsWithDifferentNames", "preserveNulls"),
}
_FREE = {"name", "displayName", "description", "why", "profile"}
_TAG = {"team"}
TAKEN: dict[str, set[str]] = {
    "a number": {"removals", "untilNotice", "deadline"},
    "a fraction": {"removalShare"},
    "true": _FLAGS,
    "an empty text": {"description", "keyPrefix"} | _TAG,
    "a blank": _TAG,
    "a text": _FREE | _TAG,
    "a date": _FREE | _TAG | {"externalId"},
    "full-width digits": _FREE | _TAG,
    "emoji": _FREE,
    "right to left": _FREE,
    "engine markup": _FREE,
}
"""The keys under which some of the rubbish is what may stand there: texts of the file's own author, who is not our enemy."""


def is_taken(rubbish: str, place: Place) -> bool:
    """Whether this rubbish at this place makes a valid stack."""
    return place[-1] in TAKEN.get(rubbish, set())


def whole_stack() -> Stack:
    """A valid stack with every key that a stack file may have."""
    return {
        "accounts": {
            RETAILER: {"name": "Retailer", "role": f"arn:aws:iam::{RETAILER}:role/governance", "externalId": "a1"},
            MEDIA: {"name": "Media", "read": {"profile": "media"}, "write": {"environment": True}},
            BANK: {"name": "Bank"},
        },
        "collaborations": {
            "sales": {
                "id": OTHER_ID,
                "creator": RETAILER,
                "region": "eu-west-1",
                "previously": ["old"],
                "name": "Sales",
                "description": "Of all",
                "queryLog": True,
                "jobLog": False,
                "metrics": False,
                "encryption": {
                    "allowCleartext": True,
                    "allowDuplicates": True,
                    "allowJoinsOnColumnsWithDifferentNames": True,
                    "preserveNulls": True,
                },
                "resultRegions": ["eu-west-1"],
                "analyticsEngine": "SPARK",
                "tags": {"team": "data"},
                "autoApprove": ["ADD_MEMBER"],
                "removed": ["555566667777"],
                "limits": {"removals": 1, "removalShare": 0.2},
                "acknowledge": [FINGERPRINT],
                "untilNotice": 30,
                "deadline": 14,
                "paused": False,
                "unmanaged": "report",
                "cancelRequests": [FOREIGN_ID],
                "members": {
                    RETAILER: {
                        "displayName": "Retailer",
                        "abilities": ["CAN_QUERY"],
                        "mlAbilities": ["CAN_RECEIVE_MODEL_OUTPUT"],
                    },
                    MEDIA: {"abilities": [], "payerFor": ["queryCompute"], "until": "2027-03-31", "why": "contract 77"},
                },
            }
        },
        "memberships": {
            "media": {
                "account": MEDIA,
                "collaboration": FOREIGN_ID,
                "region": "eu-west-1",
                "expects": {
                    "creator": BANK,
                    "abilities": ["CAN_QUERY"],
                    "mlAbilities": ["CAN_RECEIVE_MODEL_OUTPUT"],
                    "payerFor": ["queryCompute"],
                    "queryLog": True,
                    "jobLog": True,
                    "encryption": {"allowCleartext": True},
                },
                "queryLog": True,
                "jobLog": True,
                "metrics": True,
                "defaultResultConfiguration": {
                    "s3": {"bucket": "results", "resultFormat": "CSV", "keyPrefix": "a/", "singleFileOutput": True},
                    "roleArn": ROLE,
                },
                "defaultJobResultConfiguration": {
                    "s3": {"bucket": "results", "resultFormat": "CSV", "keyPrefix": "a/"},
                    "roleArn": ROLE,
                },
                "payerFor": ["queryCompute"],
                "changeRequests": {
                    "ownPlan": "wait",
                    "approve": [RULE],
                    "deny": [{"types": ["ADD_MEMBER"], "autoApprove": ["ADD_MEMBER"]}],
                    "pinned": [{"request": FOREIGN_ID, "content": FINGERPRINT}],
                },
                "acknowledge": [FINGERPRINT],
                "paused": False,
                "tags": {"team": "data"},
            }
        },
        "include": [],
        "onWaiting": "report",
        "audit": {"file": "audit/retail.jsonl"},
    }


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every place in a value, from the outside inwards."""
    steps: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*at, step)
        yield from places(inner, (*at, step))


def with_value(stack: Stack, place: Place, value: Any) -> Stack:
    """A copy of the stack with a value at a place."""
    spoiled, inner = _copied(stack, place)
    inner[place[-1]] = value
    return spoiled


def with_key(stack: Stack, place: Place, key: str) -> Stack:
    """A copy of the stack with the key at a place written otherwise."""
    spoiled, inner = _copied(stack, place)
    inner[key] = inner.pop(place[-1])
    return spoiled


def without(stack: Stack, place: Place) -> Stack:
    """A copy of the stack without the value at a place."""
    spoiled, inner = _copied(stack, place)
    del inner[place[-1]]
    return spoiled


def _copied(stack: Stack, place: Place) -> tuple[Stack, Any]:
    """A copy of the stack, and what in it holds the value at a place."""
    spoiled = copy.deepcopy(stack)
    inner: Any = spoiled
    for step in place[:-1]:
        inner = inner[step]
    return spoiled, inner
