"""`crgov probe` finds out which reading a service follows, whichever it is, and leaves nothing behind."""

from __future__ import annotations

import random

import pytest

from cleanrooms_emulator.switches import Switches, describe
from cleanrooms_governance.cli.probe.beyond import BEYOND_TWO_ACCOUNTS
from cleanrooms_governance.cli.probe.experiments import EXPERIMENTS
from tests.cli.runner import CREATOR, MEDIA, REGION, Ran, World, crgov, role, service

CLAIMED = {switch for experiment in EXPERIMENTS for switch in experiment.switches}
FOUND = [record for record in describe() if record.name in CLAIMED]
ONE_AT_A_TIME = [{record.name: value} for record in FOUND for value in record.values]
COMBINATIONS = [
    {record.name: random.Random(f"{number} {record.name}").choice(record.values) for record in FOUND} for number in range(24)
]


def probe(*more: str) -> Ran:
    return crgov(
        *("probe", "--creator", CREATOR, "--member", MEDIA, "--member-role", role(MEDIA), "--region", REGION, "--json", *more)
    )


def hidden_by(switches: dict[str, str]) -> set[str]:
    """The switches whose value makes no difference under the others, so that nobody could find it."""
    hidden = set()
    if switches.get("autoCommitOnApproval") == "yes":
        hidden |= {"voteOnApproved", "cancelApproved"}
        hidden |= {"autoApprovedStatus"}  # what is auto-approved commits itself, too
    if switches.get("repeatedVote") == "409":
        hidden |= {"voteOnApproved"}
    return hidden


def check(switches: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    with service(monkeypatch, switches) as app:
        ran = probe("--yes")
        world = World(app)
        left = [
            *world.of(CREATOR).list_collaborations()["collaborationList"],
            *world.of(CREATOR).list_memberships()["membershipSummaries"],
            *world.of(MEDIA).list_memberships()["membershipSummaries"],
        ]
    assert (0, "") == (ran.code, ran.err), ran.document["trouble"]
    truth = Switches.from_names(switches).as_names()
    hidden = hidden_by(truth)
    expected = {record.name: truth[record.name] for record in FOUND if record.name not in hidden}
    said = {name: value for name, value in ran.document["switches"].items() if name in truth}
    assert expected == said, ran.document["notFoundOut"]
    assert hidden & CLAIMED <= set(ran.document["notFoundOut"])
    assert [] == left


@pytest.mark.parametrize("switches", ONE_AT_A_TIME, ids=lambda each: "-".join(f"{k}={v}" for k, v in each.items()))
def test_every_value_of_every_switch_is_found(switches: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    check(switches, monkeypatch)


@pytest.mark.parametrize("number", range(len(COMBINATIONS)))
def test_all_are_found_whatever_the_others_are(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    check(COMBINATIONS[number], monkeypatch)


def test_every_switch_is_found_or_said_to_be_beyond_two_accounts() -> None:
    assert set() == {record.name for record in describe()} - CLAIMED - BEYOND_TWO_ACCOUNTS.keys()
    assert set() == CLAIMED & BEYOND_TWO_ACCOUNTS.keys()
