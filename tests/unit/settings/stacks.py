"""Stack files for tests: one that is valid, and the engine's view of any."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_governance.errors import InvalidInput
from cleanrooms_governance.settings.stack_file import StackFile, load

RETAILER = "111122223333"
MEDIA = "222233334444"
BANK = "444455556666"
INSURER = "777788889999"
FOREIGN_ID = "0a1b2c3d-0000-4000-8000-111122223333"
OTHER_ID = "0a1b2c3d-0000-4000-8000-444455556666"
NOWHERE = Path("no-project-folder")

Stack = dict[str, Any]


def a_stack() -> Stack:
    """Return a valid stack: a collaboration of two held accounts and a partner, and a membership in somebody else's."""
    return {
        "accounts": {
            RETAILER: {"name": "Retailer", "profile": "retailer"},
            MEDIA: {"name": "Media", "read": {"profile": "media-read"}, "write": {"environment": True}},
            BANK: {"name": "Bank"},
        },
        "collaborations": {
            "retail-media": {
                "creator": RETAILER,
                "region": "eu-west-1",
                "members": {
                    RETAILER: {"abilities": ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]},
                    MEDIA: {"abilities": []},
                    BANK: {"abilities": []},
                },
            }
        },
        "memberships": {
            "media": {"account": MEDIA, "collaboration": "retail-media"},
            "foreign": {
                "account": MEDIA,
                "collaboration": FOREIGN_ID,
                "region": "eu-west-1",
                "expects": {"creator": BANK},
            },
        },
    }


def engine_config(stack: Mapping[str, Any]) -> dict[str, str]:
    """Return what the engine hands to a program: one text a key, JSON for everything but texts."""
    config = {f"cleanrooms:{name}": value for name, value in stack.items()}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}


def load_stack(stack: Mapping[str, Any], project: Path = NOWHERE) -> StackFile:
    """Load a stack as the program does."""
    return load(engine_config(stack), project)


def findings_in(stack: Mapping[str, Any], project: Path = NOWHERE) -> list[str]:
    """Return the findings of a stack that cannot be used, as a user sees them."""
    return findings_of(engine_config(stack), project)


def findings_of(config: Mapping[str, str], project: Path = NOWHERE) -> list[str]:
    """Return the findings of a configuration that cannot be used, as a user sees them."""
    with pytest.raises(InvalidInput) as refused:
        load(config, project)
    return [str(finding) for finding in refused.value.findings]
