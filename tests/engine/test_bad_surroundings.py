"""What only the service can show to be wrong: ids, credentials, roles, Regions, an endpoint."""

from __future__ import annotations

import pytest

from cleanrooms_emulator.callers.roles import Role, declare
from tests.engine.stack_files import ACCOUNTS, BANK, INSURER, MEDIA, REGION, RETAILER, Config, collaboration, only_governing
from tests.engine.world import Watched, World

pytestmark = pytest.mark.engine

INVISIBLE = "00000000-0000-4000-8000-000000000000"
ANOTHER = "00000000-0000-4000-8000-000000000001"
CLOSED = "http://127.0.0.1:9"
"""Where nothing listens."""


def _foreign(account: str) -> Config:
    return {"account": account, "collaboration": ANOTHER, "region": REGION, "expects": {"creator": RETAILER}}


ERRORS = {
    "a collaboration that is not visible": (
        "Collaboration (invisible)",
        f"GetCollaboration on {INVISIBLE}: account 111122223333 in eu-west-1 may not see it",
        "Check the id and the Region in the stack file, then the role's policy.",
    ),
    "an ability that nobody knows": (
        "Collaboration (ability)",
        "collaborations.ability.members.444455556666.abilities: CAN_FLY_HIGH is no ability that this version knows",
        "Correct it, or update this tool",
    ),
    "credentials of another account": (
        "Membership (bank)",
        "accounts.444455556666: the environment would act as account 111122223333, but this entry is for account 444455556666",
        "Give 444455556666 credentials of its own.",
    ),
    "a role that cannot be assumed": (
        "Membership (media)",
        "accounts.222233334444: role arn:aws:iam::222233334444:role/governance cannot be used",
        "Check that the role exists, that its trust policy lets in the credentials of the environment",
    ),
    "an invitation that is not there": (
        "Membership (insurer)",
        f"memberships.insurer.collaboration: 555566667777 (Insurer) cannot see collaboration {ANOTHER} in eu-west-1",
        "It is not invited, or the id or the Region is wrong",
    ),
}


@pytest.fixture(scope="module")
def preview(world: World) -> Watched:
    """One preview of a stack in which everything is wrong but one collaboration."""
    declare(world.app.store, [Role(f"arn:aws:iam::{MEDIA}:role/another", (RETAILER,))])
    repository = world.repository("surroundings", RETAILER)
    insurer = {"name": "Insurer", "role": f"arn:aws:iam::{INSURER}:role/governance"}
    stack = {
        "accounts": {**ACCOUNTS, BANK: {"name": "Bank", "environment": True}, INSURER: insurer},
        "collaborations": {
            "invisible": collaboration(id=INVISIBLE),
            "ability": collaboration(bank=["CAN_FLY_HIGH"]),
            "healthy": collaboration(),
        },
        "memberships": {"media": _foreign(MEDIA), "bank": _foreign(BANK), "insurer": _foreign(INSURER)},
    }
    repository.write_stack("retail", stack)
    repository.init("retail")
    return world.watch(lambda: repository.preview("retail"))


@pytest.mark.parametrize(("resource", "what", "advice"), ERRORS.values(), ids=ERRORS)
def test_an_error_stands_under_its_resource_with_what_to_do(preview: Watched, resource: str, what: str, advice: str) -> None:
    _, _, diagnostics = preview.output.partition("Diagnostics:")
    _, _, own = diagnostics.partition(f"{resource}:\n")
    (error,) = [line.strip() for line in own.split("\n\n")[0].splitlines() if "error: " in line]
    assert error.startswith(f"error: {what}")
    assert advice in error


def test_what_is_well_is_still_planned(preview: Watched) -> None:
    assert "plan: create collaboration 'healthy'" in preview.output


def test_what_cannot_be_reached_fails_the_preview_and_nothing_is_written(preview: Watched) -> None:
    assert (1, []) == (preview.code, preview.writes)
    assert "Traceback" not in preview.output


def test_credentials_that_are_refused_are_used_for_nothing(preview: Watched) -> None:
    assert {INSURER} == {call.account for call in preview.asked("ListMemberships")}


def test_an_endpoint_that_is_down_is_an_error_that_names_it(world: World) -> None:
    repository = world.repository("down", RETAILER, AWS_ENDPOINT_URL=CLOSED)
    repository.write_stack("retail", only_governing(away=collaboration()))
    repository.init("retail")
    preview = world.watch(lambda: repository.preview("retail"))
    assert (1, ()) == (preview.code, preview.calls), preview.output
    assert f'could not connect (Could not connect to the endpoint URL: "{CLOSED}/")' in preview.output
    assert "Check the network, the proxy and AWS_ENDPOINT_URL, then run again." in preview.output
    assert "Traceback" not in preview.output


def test_a_misspelled_region_is_named_with_the_one_that_was_meant(world: World) -> None:
    repository = world.repository("region", RETAILER)
    repository.write_stack("retail", only_governing(away=collaboration(region="eu-wset-1")))
    repository.init("retail")
    preview = world.watch(lambda: repository.preview("retail"))
    assert (1, []) == (preview.code, preview.writes), preview.output
    assert "Clean Rooms is not known to be in a Region eu-wset-1. Did you mean eu-west-1? Correct `region`" in preview.output
    assert "Traceback" not in preview.output
