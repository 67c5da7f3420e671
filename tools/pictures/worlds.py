"""Plays the worlds of the examples with the real pulumi, and keeps of each preview's document what a comment reads.

The ids of the embedded service are fixed and the day is replaced, so that the documents come out the same on another day.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.server_thread import serve_in_thread
from tools.playground import Playground, Run

RETAILER, MEDIA, BANK, INSURER = "111122223333", "222233334444", "444455556666", "555566667777"
_REGION = "eu-west-1"
_ACKNOWLEDGED = "fp-a4c3f542386c8c43"
_DAY = "2026-03-02"

TERMINAL = "terminal"
"""The name of the preview that is kept as it is written on a terminal."""

_STEP = ("op", "urn")
_INPUTS = (
    "key", "name", "plan", "fingerprint", "refused", "names", "region", "collaborationId", "collaboration", "account",
)  # fmt: skip

Config = dict[str, Any]


def play(scratch: Path) -> Iterator[tuple[str, Run]]:
    """Yield the previews of the examples by name: ``<example>.<stack>``, and one as a terminal shows it."""
    app = Application(ids="pictures")
    with serve_in_thread(app) as url:
        creator, fork = Playground(scratch / "creator", url, RETAILER), Playground(scratch / "fork", url, "")
        bank = Playground(scratch / "bank", url, BANK)
        creator.write_stack("retailer", _stack())
        creator.init("retailer")
        creator.up("retailer", "--skip-preview")
        yield "nothing.retailer", creator.preview_json("retailer")
        campaign = _of(creator, "campaigns")
        bank.write_stack("bank", _bank(campaign))
        bank.init("bank")
        yield "votes.bank", bank.preview_json("bank")
        bank.up("bank", "--skip-preview")
        creator.write_stack("retailer", _stack(bank=["CAN_RECEIVE_RESULTS"]))
        creator.up("retailer", "--skip-preview")
        creator.write_stack("retailer", _stack(bank=["CAN_RECEIVE_RESULTS"], insurer=True))
        yield "votes.retailer", creator.preview_json("retailer")
        yield TERMINAL, creator.preview("retailer", "--color", "always")
        creator.write_stack("retailer", _stack(bank=["CAN_RECEIVE_RESULTS"], lost=True))
        yield "refused.retailer", creator.preview_json("retailer")
        creator.write_stack("retailer", _misspelled())
        yield "failed.retailer", creator.preview_json("retailer")
        fork.write_stack("retailer", _stack())
        fork.init("retailer")
        yield "fork.retailer", fork.preview_json("retailer")


def reduced(run: Run) -> str:
    """Return what a comment reads of a preview's document, which otherwise is full of paths of this machine."""
    document = run.json()
    kept = {
        "steps": [_step(step) for step in document["steps"]],
        "diagnostics": [_named(each, ("urn", "message", "severity")) for each in document["diagnostics"]],
    }
    return _on_the_day(json.dumps(kept, indent=1, ensure_ascii=False)) + "\n"


def written(run: Run) -> str:
    """Return what a command wrote, without the progress that a terminal shows only for a moment."""
    _, _, said = run.stdout.partition("Diagnostics:\x1b[0m\n")
    return _on_the_day(f"$ {run.command.removesuffix(' --color always')}\n\n{said.rstrip()}\n")


def _on_the_day(text: str) -> str:
    return text.replace(datetime.now(UTC).date().isoformat(), _DAY)


def _step(step: Mapping[str, Any]) -> Config:
    state = step.get("newState") or step.get("oldState") or {}
    inputs: Config = {key: value for key, value in state.get("inputs", {}).items() if key in _INPUTS}
    voters = state.get("inputs", {}).get("voters")
    if isinstance(voters, dict):
        inputs["voters"] = {
            account: {"changeRequests": {"ownPlan": voter["changeRequests"].get("ownPlan")}}
            for account, voter in voters.items()
        }
    needs = {key: value for key, value in (state.get("propertyDependencies") or {}).items() if value}
    kept: Config = _named(step, _STEP)
    if inputs:
        kept["newState"] = {"inputs": inputs, **({"propertyDependencies": needs} if needs else {})}
    return kept


def _named(mapping: Mapping[str, Any], keys: tuple[str, ...]) -> Config:
    return {key: mapping[key] for key in keys if key in mapping}


def _of(playground: Playground, key: str) -> str:
    outputs = playground.pulumi("stack", "output", "--stack", "retailer", "--json").json()
    return str(outputs["collaborations"][key]["id"])


def _stack(bank: list[str] | None = None, *, insurer: bool = False, lost: bool = False) -> Config:
    """The retailer's stack: a collaboration that asks everybody, and one that approves new members by itself.

    ``lost`` takes results from everybody, acknowledged for one collaboration of two; a third one cannot be read.
    """
    collaborations: Config = {
        "campaigns": _collaboration({BANK: _member("Bank", *(bank or []))}),
        "loyalty": _collaboration({BANK: _member("Bank")}, autoApprove=["ADD_MEMBER"]),
    }
    if insurer:
        for each in collaborations.values():
            each["members"][INSURER] = _member("Insurer")
    if lost:
        receiver = collaborations["campaigns"]["members"][RETAILER]
        collaborations["campaigns"]["members"][RETAILER] = {**receiver, "abilities": []}
        collaborations["campaigns"]["members"].pop(BANK)
        collaborations["campaigns"]["removed"] = [BANK]
        other = collaborations["loyalty"]["members"]
        other[RETAILER] = {**other[RETAILER], "abilities": []}
        collaborations["loyalty"]["acknowledge"] = [_ACKNOWLEDGED]
        collaborations["clinic"] = {**_collaboration({}), "id": "00000000-0000-4000-8000-000000000000"}
    return {
        "accounts": {
            RETAILER: {"name": "Retailer", "environment": True},
            MEDIA: {"name": "Media", "role": f"arn:aws:iam::{MEDIA}:role/governance"},
            BANK: {"name": "Bank"},
            INSURER: {"name": "Insurer"},
        },
        "collaborations": collaborations,
        "memberships": {
            f"{account}-{key}": _membership(number, key)
            for key in ("campaigns", "loyalty")
            for account, number in (("media", MEDIA), ("retailer", RETAILER))
        },
    }


def _member(name: str, *abilities: str) -> Config:
    return {"displayName": name, "abilities": list(abilities)}


def _collaboration(more: Mapping[str, Config], **settings: Any) -> Config:
    members = {RETAILER: _member("Retailer", "CAN_RECEIVE_RESULTS"), MEDIA: _member("Media", "CAN_QUERY"), **more}
    return {"creator": RETAILER, "region": _REGION, "members": members, **settings}


def _membership(account: str, key: str) -> Config:
    if account == MEDIA:
        return {
            "account": account,
            "collaboration": key,
            "payerFor": ["queryCompute"],
            "changeRequests": {"ownPlan": "approve"},
        }
    results = {"s3": {"bucket": "retail-results", "resultFormat": "CSV"}, "roleArn": f"arn:aws:iam::{account}:role/results"}
    return {"account": account, "collaboration": key, "defaultResultConfiguration": results}


def _misspelled() -> Config:
    stack = _stack()
    campaigns = stack["collaborations"]["campaigns"]
    campaigns["membres"] = campaigns.pop("members")
    return stack


def _bank(collaboration: str) -> Config:
    return {
        "accounts": {BANK: {"name": "Bank", "environment": True}, RETAILER: {"name": "Retailer"}},
        "memberships": {
            "bank": {
                "account": BANK,
                "collaboration": collaboration,
                "region": _REGION,
                "expects": {"creator": RETAILER},
                "changeRequests": {"approve": []},
            }
        },
    }
