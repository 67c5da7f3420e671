"""Payers under every reading of what the service leaves open about them."""

from typing import Any

import pytest

from tests.emulator.test_payers import ALL_TYPES, payer, updating
from tests.emulator.world import (
    CREATOR,
    INVALID_CONFIGURATION,
    MEMBERSHIP_STATE,
    READER,
    RUNNER,
    Refusal,
    World,
    member,
    member_change,
    pays,
    refusal,
)


def creating(world: World, *members: dict[str, Any]) -> Refusal:
    return refusal(
        world.of(CREATOR).create_collaboration,
        name="Campaigns",
        creatorDisplayName="The creator",
        creatorMemberAbilities=[],
        queryLogStatus="DISABLED",
        members=list(members),
    )


@pytest.mark.parametrize(("value", "kind", "status"), [("400", INVALID_CONFIGURATION, 400), ("409", MEMBERSHIP_STATE, 409)])
def test_an_acceptance_that_is_not_what_was_configured_is_refused_as_the_switch_says(
    value: str, kind: object, status: int
) -> None:
    world = World({"paymentMismatch": value})
    id = world.create(payer(READER, queryCompute=True), member(RUNNER))
    join = {"collaborationIdentifier": id, "queryLogStatus": "DISABLED", "paymentConfiguration": pays(queryCompute=False)}
    membership = world.join(RUNNER, id)

    joining = refusal(world.of(READER).create_membership, **join)
    accepting = refusal(world.of(RUNNER).update_membership, **updating(world, membership, queryCompute=True))
    assert [(kind, status)] * 2 == [(each.kind, each.status) for each in (joining, accepting)]


@pytest.mark.parametrize(("value", "shown"), [("cleared", pays()), ("kept", pays(queryCompute=True))])
def test_the_acceptance_of_a_member_that_is_no_payer_any_more_is_treated_as_the_switch_says(value: str, shown: object) -> None:
    world = World({"removedPayerAcceptance": value})
    id = world.create(payer(RUNNER, "CAN_QUERY", queryCompute=True), payer(READER, queryCompute=True))
    membership = world.join(READER, id, paymentConfiguration=pays(queryCompute=True))
    request = world.file(id, member_change(READER, paymentConfiguration=pays(queryCompute=False)))
    world.act(request, "APPROVE", READER)
    world.act(request, "COMMIT", CREATOR)

    assert shown == world.membership(membership, READER)["paymentConfiguration"]
    assert pays() == world.members(id)[READER]["paymentConfiguration"]


@pytest.mark.parametrize(("value", "synthetic"), [("runner", True), ("none", False)])
def test_nobody_named_for_synthetic_data_means_what_the_switch_says(value: str, synthetic: bool) -> None:
    world = World({"syntheticDataDefault": value, "shownPayments": "everything"})
    listed = world.members(world.create(member(RUNNER, "CAN_QUERY")))

    assert (
        pays(queryCompute=True, jobCompute=False, modelTraining=True, modelInference=True, syntheticDataGeneration=synthetic)
        == (listed[RUNNER]["paymentConfiguration"])
    )


@pytest.mark.parametrize("value", ["runner", "none"])
def test_a_payer_named_for_synthetic_data_pays_under_every_reading(value: str) -> None:
    world = World({"syntheticDataDefault": value})
    listed = world.members(world.create(member(RUNNER, "CAN_QUERY"), payer(READER, syntheticDataGeneration=True)))

    assert pays(syntheticDataGeneration=True) == listed[READER]["paymentConfiguration"]


JOBS = ("CAN_QUERY", "CAN_RUN_JOB")


@pytest.mark.parametrize("value", ["unless-others", "always"])
def test_a_runner_of_jobs_is_excluded_at_creation_as_the_switch_says(value: str) -> None:
    world = World({"runnerJobPayment": value})
    members = (payer(RUNNER, *JOBS, queryCompute=True, jobCompute=False), payer(READER, jobCompute=True))

    if value == "always":
        refused = creating(world, *members)
        assert (INVALID_CONFIGURATION, ["members"]) == (refused.kind, refused.fields)
    else:
        listed = world.members(world.create(*members))
        assert pays(queryCompute=True, jobCompute=False) == listed[RUNNER]["paymentConfiguration"]


@pytest.mark.parametrize("value", ["unless-others", "always"])
def test_a_runner_of_jobs_is_excluded_by_a_request_as_the_switch_says(value: str) -> None:
    world = World({"runnerJobPayment": value})
    id = world.create(payer(RUNNER, *JOBS, queryCompute=True, jobCompute=True), payer(READER, jobCompute=True))
    change = member_change(RUNNER, paymentConfiguration=pays(queryCompute=True, jobCompute=False))

    if value == "always":
        assert (INVALID_CONFIGURATION, ["changes"]) == ((refused := world.filing(id, change)).kind, refused.fields)
    else:
        world.act(world.file(id, change), "COMMIT", CREATOR)
        assert pays(queryCompute=True, jobCompute=False) == world.members(id)[RUNNER]["paymentConfiguration"]


@pytest.mark.parametrize(("value", "beside"), [("unless-others", False), ("always", True)])
def test_a_runner_of_jobs_pays_beside_another_member_as_the_switch_says(value: str, beside: bool) -> None:
    world = World({"runnerJobPayment": value})
    listed = world.members(world.create(member(RUNNER, *JOBS), payer(READER, jobCompute=True)))

    assert (pays(queryCompute=True, jobCompute=beside), pays(jobCompute=True)) == tuple(
        listed[account]["paymentConfiguration"] for account in (RUNNER, READER)
    )


@pytest.mark.parametrize("value", ["accept", "400"])
def test_a_payer_of_jobs_that_nobody_can_run_is_created_as_the_switch_says(value: str) -> None:
    world = World({"jobPayerWithoutRunner": value})
    reader = payer(READER, jobCompute=True)

    if value == "400":
        refused = creating(world, reader)
        assert (INVALID_CONFIGURATION, ["members"]) == (refused.kind, refused.fields)
    else:
        assert pays(jobCompute=True) == world.members(world.create(reader))[READER]["paymentConfiguration"]


@pytest.mark.parametrize("value", ["accept", "400"])
def test_a_payer_of_jobs_that_nobody_can_run_is_named_by_a_request_as_the_switch_says(value: str) -> None:
    world = World({"jobPayerWithoutRunner": value})
    id = world.create(member(READER))
    change = member_change(READER, paymentConfiguration=pays(jobCompute=True))

    if value == "400":
        assert INVALID_CONFIGURATION == world.filing(id, change).kind
    else:
        world.act(world.file(id, change), "COMMIT", CREATOR)
        assert pays(jobCompute=True) == world.members(id)[READER]["paymentConfiguration"]


def test_a_payer_of_jobs_whose_runner_is_gone_can_be_changed_under_every_reading() -> None:
    world = World({"jobPayerWithoutRunner": "400"})
    id = world.create(member(RUNNER, *JOBS), payer(READER, jobCompute=True))
    world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=RUNNER)
    change = member_change(READER, "CAN_RECEIVE_RESULTS", paymentConfiguration=pays(jobCompute=True))

    assert "APPROVED" == world.file(id, change)["status"]


@pytest.mark.parametrize(("cost_type", "ability"), [("queryCompute", "CAN_QUERY"), ("jobCompute", "CAN_RUN_JOB")])
@pytest.mark.parametrize("value", ["400", "accept"])
def test_the_last_payer_is_taken_off_as_the_switch_says(value: str, cost_type: str, ability: str) -> None:
    world = World({"lastPayer": value})
    id = world.create(member(RUNNER, ability))
    change = member_change(RUNNER, paymentConfiguration=pays(**{cost_type: False}))

    if value == "400":
        assert INVALID_CONFIGURATION == world.filing(id, change).kind
    else:
        world.act(world.file(id, change), "COMMIT", CREATOR)
        assert pays(**{cost_type: False}) == world.members(id)[RUNNER]["paymentConfiguration"]


@pytest.mark.parametrize(
    ("value", "runner", "reader"),
    [
        ("where-configured", pays(queryCompute=True), pays(modelTraining=True)),
        (
            "everything",
            pays(**{**dict.fromkeys(ALL_TYPES, True), "jobCompute": False, "modelTraining": False}),
            pays(**{**dict.fromkeys(ALL_TYPES, False), "modelTraining": True}),
        ),
    ],
)
def test_members_are_listed_with_the_cost_types_that_the_switch_says(value: str, runner: object, reader: object) -> None:
    world = World({"shownPayments": value})
    listed = world.members(world.create(member(RUNNER, "CAN_QUERY"), payer(READER, modelTraining=True)))

    assert (runner, reader) == tuple(listed[account]["paymentConfiguration"] for account in (RUNNER, READER))


def test_naming_the_payer_that_is_shown_changes_nothing_under_every_reading() -> None:
    world = World({"shownPayments": "everything"})
    change = member_change(RUNNER, paymentConfiguration=pays(queryCompute=True, modelTraining=True))

    assert INVALID_CONFIGURATION == world.filing(world.create(member(RUNNER, "CAN_QUERY")), change).kind
