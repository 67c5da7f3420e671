"""Some accounts cannot be reached, or none: what can be done is done, and the summary says what was not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cleanrooms_emulator.callers.roles import Role, declare
from tests.engine.stack_files import BANK, INSURER, MEDIA, RECEIVES, REGION, RETAILER, Config, collaboration, results_of
from tests.engine.world import Watched, World

pytestmark = pytest.mark.engine

NOT_BY_PREVIEW = ("--skip-preview", "--continue-on-error")
ROLES = {account: f"arn:aws:iam::{account}:role/governance" for account in (MEDIA, BANK, INSURER)}


def _stack(*, edited: bool) -> Config:
    """The retailer and the bank govern a collaboration each, and one stack holds all four accounts."""
    grants = RECEIVES if edited else []
    named = {MEDIA: "Media", BANK: "Bank", INSURER: "Insurer"}
    ads = collaboration(bank=grants)
    bonus = {
        "creator": BANK,
        "region": REGION,
        "members": {BANK: {"abilities": ["CAN_QUERY", *RECEIVES]}, INSURER: {"abilities": grants}},
    }
    votes = {"changeRequests": {"ownPlan": "approve"}}
    return {
        "accounts": {
            RETAILER: {"name": "Retailer", "environment": True},
            **{account: {"name": name, "role": ROLES[account]} for account, name in named.items()},
        },
        "collaborations": {"ads": ads, "bonus": bonus},
        "memberships": {
            "ads-bank": {
                "account": BANK,
                "collaboration": "ads",
                "defaultResultConfiguration": results_of(BANK),
                **votes,
            },
            "ads-media": {"account": MEDIA, "collaboration": "ads", "payerFor": ["queryCompute"], **votes},
            "bonus-insurer": {
                "account": INSURER,
                "collaboration": "bonus",
                "defaultResultConfiguration": results_of(INSURER),
                **votes,
            },
        },
    }


def _only(world: World, *accounts: str) -> None:
    """Let only these accounts' roles be assumed."""
    declare(world.app.store, [Role(ROLES[account], (RETAILER,) if account in accounts else ()) for account in ROLES])


def _summary(watched: Watched) -> list[str]:
    """The lines of the last summary in an output."""
    _, _, last = watched.output.rpartition("Diagnostics:")
    _, found, text = last.partition("Summary: ")
    assert found, watched.output
    return [line.strip() for line in (found + text).split("\n\n")[0].splitlines()]


@pytest.fixture(scope="module")
def told(world: World) -> Mapping[str, Watched]:
    """A voter is lost, comes back, and then one of the two creators is lost."""
    stack = world.repository("partial", RETAILER)
    stack.write_stack("retail", _stack(edited=False))
    stack.init("retail")
    stack.up("retail", "--skip-preview")
    told = {"converged": world.watch(lambda: stack.preview("retail"))}
    _only(world, BANK, INSURER)
    stack.write_stack("retail", _stack(edited=True))
    told["preview without media"] = world.watch(lambda: stack.preview("retail"))
    told["up without media"] = world.watch(lambda: stack.up("retail"))
    told["others go on"] = world.watch(lambda: stack.up("retail", *NOT_BY_PREVIEW))
    _only(world, MEDIA, INSURER)
    told["without the bank"] = world.watch(lambda: stack.up("retail", *NOT_BY_PREVIEW))
    return told


def test_where_all_is_well_the_summary_is_one_line(told: Mapping[str, Watched]) -> None:
    expected = ["Summary: everything is as the file says (2 collaborations and 3 memberships)"]
    assert expected == _summary(told["converged"])


def test_a_preview_plans_everything_else_and_is_red(told: Mapping[str, Watched]) -> None:
    preview = told["preview without media"]
    assert (1, []) == (preview.code, preview.writes)
    headline, *lines = _summary(preview)
    assert "Summary: 4 to do, 1 skipped" == headline
    assert f"to do: collaboration ads: file a change request with 1 change ({BANK} (Bank))" == lines[0]
    assert f"skipped: membership ads-media: cannot be read: accounts.{MEDIA}: role {ROLES[MEDIA]} cannot be used" in lines[-1]


def test_plain_up_writes_nothing_while_an_account_cannot_be_read(told: Mapping[str, Watched]) -> None:
    assert (1, []) == (told["up without media"].code, told["up without media"].writes)


def test_without_its_preview_up_does_all_that_needs_no_vote_of_the_lost_account(told: Mapping[str, Watched]) -> None:
    run = told["others go on"]
    done = {(call.account, call.parameters["action"]) for call in run.asked("UpdateCollaborationChangeRequest")}
    assert {(BANK, "APPROVE"), (INSURER, "APPROVE"), (BANK, "COMMIT")} == done
    assert 2 == len(run.asked("CreateCollaborationChangeRequest"))


def test_the_lost_vote_is_waited_for_and_the_run_is_red(told: Mapping[str, Watched]) -> None:
    run = told["others go on"]
    assert 1 == run.code
    assert f"warning: waits for {MEDIA} (Media) to vote on" in run.output
    assert f"error: skipped: waits for {MEDIA} (Media) to vote on" in run.output
    lines = _summary(run)
    assert lines[0].startswith("Summary: 5 done, 2 skipped; ")
    assert lines[-2].startswith(f"skipped: collaboration ads: waits for {MEDIA} (Media) to vote on")


def test_the_loss_of_a_creator_stops_no_other_collaboration(told: Mapping[str, Watched]) -> None:
    run = told["without the bank"]
    votes = [(call.account, call.parameters["action"]) for call in run.asked("UpdateCollaborationChangeRequest")]
    assert (1, [(MEDIA, "APPROVE"), (RETAILER, "COMMIT")]) == (run.code, votes)
    assert {"skipped"} == {line.split(":")[0] for line in _summary(run)[3:]}


@pytest.fixture(scope="module")
def bare(world: World) -> Mapping[str, Watched]:
    """Nobody has signed in; then one account has a profile, and the others have nothing."""
    stack = world.repository("bare", RETAILER, AWS_ACCESS_KEY_ID="")
    stack.write_stack("retail", _stack(edited=False))
    stack.init("retail")
    told = {
        "preview": world.watch(lambda: stack.preview("retail")),
        "up": world.watch(lambda: stack.up("retail")),
        "up alone": world.watch(lambda: stack.up("retail", *NOT_BY_PREVIEW)),
    }
    profile = f"[profile media]\naws_access_key_id = {MEDIA}\naws_secret_access_key = not-checked\n"
    (stack.scratch / "aws-config").write_text(profile)
    mixed = _stack(edited=False)
    mixed["accounts"][MEDIA] = {"name": "Media", "profile": "media"}
    elsewhere = "00000000-0000-4000-8000-000000000000"
    foreign = {"account": MEDIA, "collaboration": elsewhere, "region": REGION, "expects": {"creator": RETAILER}}
    mixed["memberships"]["elsewhere"] = foreign
    stack.write_stack("retail", mixed)
    told["some"] = world.watch(lambda: stack.preview("retail"))
    return told


def test_without_any_credentials_a_preview_says_once_that_it_read_nothing_and_ends_well(bare: Mapping[str, Watched]) -> None:
    preview = bare["preview"]
    assert (0, ()) == (preview.code, preview.calls), preview.output
    _, _, diagnostics = preview.output.partition("Diagnostics:")
    assert 1 == diagnostics.count("This preview read nothing, because no AWS credentials were found. It shows only that")
    assert 5 == diagnostics.count("warning: not read")
    assert ["Summary: nothing was read, so nothing is known of 2 collaborations and 3 memberships"] == _summary(preview)


@pytest.mark.parametrize("command", ["up", "up alone"])
def test_without_any_credentials_up_is_red_and_calls_nothing(bare: Mapping[str, Watched], command: str) -> None:
    assert (1, ()) == (bare[command].code, bare[command].calls), bare[command].output
    assert "no AWS credentials were found, neither in the environment nor in shared files" in bare[command].output


def test_credentials_for_one_account_alone_make_the_others_an_error(bare: Mapping[str, Watched]) -> None:
    assert 1 == bare["some"].code
    assert f"error: not read: accounts.{RETAILER}: no AWS credentials were found" in bare["some"].output
    assert "This preview read nothing" not in bare["some"].output
