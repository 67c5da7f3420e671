"""Who pays: what ListMembers shows, what creation refuses, what a member may accept at joining and later."""

from typing import Any

import pytest

from tests.emulator.world import (
    CREATOR,
    INVALID_CONFIGURATION,
    READER,
    RUNNER,
    World,
    member,
    member_change,
    pays,
    refusal,
)

ALL_TYPES = ("queryCompute", "jobCompute", "modelTraining", "modelInference", "syntheticDataGeneration")


def payer(account: str, *abilities: str, **flags: bool) -> dict[str, Any]:
    return member(account, *abilities, paymentConfiguration=pays(**flags))


@pytest.mark.parametrize(
    ("runner", "reader", "shown"),
    [
        (
            member(RUNNER, "CAN_QUERY"),
            member(READER),
            (pays(queryCompute=True), pays(queryCompute=False)),
        ),
        (
            member(RUNNER, "CAN_QUERY"),
            payer(READER, queryCompute=True),
            (pays(queryCompute=False), pays(queryCompute=True)),
        ),
        (
            payer(RUNNER, "CAN_QUERY", queryCompute=True),
            payer(READER, queryCompute=True),
            (pays(queryCompute=True), pays(queryCompute=True)),
        ),
        (
            payer(RUNNER, "CAN_QUERY", queryCompute=False),
            payer(READER, queryCompute=True),
            (pays(queryCompute=False), pays(queryCompute=True)),
        ),
        (
            member(RUNNER, "CAN_QUERY", "CAN_RUN_JOB"),
            member(READER),
            (pays(queryCompute=True, jobCompute=True), pays(queryCompute=False, jobCompute=False)),
        ),
        (
            member(RUNNER, "CAN_QUERY", "CAN_RUN_JOB"),
            payer(READER, jobCompute=True),
            (pays(queryCompute=True, jobCompute=False), pays(queryCompute=False, jobCompute=True)),
        ),
        (
            member(RUNNER, "CAN_QUERY"),
            payer(READER, jobCompute=True),
            (pays(queryCompute=True), pays(queryCompute=False, jobCompute=True)),
        ),
        (
            member(RUNNER, "CAN_QUERY"),
            payer(READER, modelTraining=True, syntheticDataGeneration=False),
            (pays(queryCompute=True), pays(modelTraining=True, syntheticDataGeneration=False)),
        ),
        (member(RUNNER), member(READER), (pays(queryCompute=False), pays(queryCompute=False))),
    ],
    ids=[
        "nobody named: the runner",
        "somebody else named",
        "two named",
        "the runner excluded",
        "jobs by default",
        "jobs by somebody else",
        "jobs paid though nobody can run them",
        "machine learning as configured",
        "nobody can query",
    ],
)
def test_members_are_shown_with_the_payments_as_configured_or_by_default(
    runner: Any, reader: Any, shown: tuple[object, object]
) -> None:
    world = World()
    listed = world.members(world.create(runner, reader))

    assert shown == tuple(listed[account]["paymentConfiguration"] for account in (RUNNER, READER))


def test_the_creator_can_be_the_payer() -> None:
    world = World()
    id = world.create(member(RUNNER, "CAN_QUERY"), creatorPaymentConfiguration=pays(queryCompute=True))

    listed = world.members(id)
    assert [pays(queryCompute=True), pays(queryCompute=False)] == [
        listed[account]["paymentConfiguration"] for account in (CREATOR, RUNNER)
    ]


@pytest.mark.parametrize(
    ("abilities", "flags"),
    [
        (["CAN_QUERY"], {"queryCompute": False}),
        (["CAN_QUERY", "CAN_RUN_JOB"], {"queryCompute": True, "jobCompute": False}),
    ],
    ids=["queries", "jobs"],
)
def test_a_runner_cannot_be_excluded_while_nobody_else_pays(abilities: list[str], flags: dict[str, bool]) -> None:
    world = World()

    refused = refusal(
        world.of(CREATOR).create_collaboration,
        name="Campaigns",
        creatorDisplayName="The creator",
        creatorMemberAbilities=[],
        queryLogStatus="DISABLED",
        members=[payer(RUNNER, *abilities, **flags)],
    )
    assert (INVALID_CONFIGURATION, 400) == (refused.kind, refused.status)


@pytest.mark.parametrize("gone", ["LEFT", "REMOVED"])
def test_a_runner_does_not_become_the_payer_when_the_named_one_is_gone(gone: str) -> None:
    world = World()
    id = world.create(member(RUNNER, "CAN_QUERY"), payer(READER, queryCompute=True))
    membership = world.join(READER, id, paymentConfiguration=pays(queryCompute=True))
    if gone == "LEFT":
        world.of(READER).delete_membership(membershipIdentifier=membership)
    else:
        world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)

    assert pays(queryCompute=False) == world.members(id)[RUNNER]["paymentConfiguration"]


@pytest.mark.parametrize(
    ("reader", "accepted", "field"),
    [
        (payer(READER, queryCompute=True), None, "queryCompute"),
        (payer(READER, modelTraining=True), None, "machineLearning.modelTraining"),
        (payer(READER, syntheticDataGeneration=True), None, "machineLearning.syntheticDataGeneration"),
        (payer(READER, queryCompute=True), pays(queryCompute=False), "queryCompute"),
        (payer(READER, jobCompute=True), pays(), "jobCompute"),
        (payer(READER, modelTraining=True), pays(modelTraining=False), "machineLearning.modelTraining"),
        (payer(READER, modelInference=True), pays(modelInference=False), "machineLearning.modelInference"),
        (member(READER), pays(queryCompute=True), "queryCompute"),
        (member(READER), pays(jobCompute=True), "jobCompute"),
        (member(READER), pays(modelTraining=True), "machineLearning.modelTraining"),
        (member(READER), pays(modelInference=True), "machineLearning.modelInference"),
    ],
    ids=[
        "query payer says nothing",
        "training payer says nothing",
        "synthetic data payer says nothing",
        "query payer says false",
        "job payer leaves jobs out",
        "training payer says false",
        "inference payer says false",
        "no payer accepts queries",
        "no payer accepts jobs",
        "no payer accepts training",
        "no payer accepts inference",
    ],
)
def test_joining_with_another_payment_than_configured_is_refused(reader: Any, accepted: Any, field: str) -> None:
    world = World()
    more = {} if accepted is None else {"paymentConfiguration": accepted}

    refused = refusal(
        world.of(READER).create_membership,
        collaborationIdentifier=world.create(member(RUNNER, "CAN_QUERY", "CAN_RUN_JOB"), reader),
        queryLogStatus="DISABLED",
        **more,
    )
    assert (INVALID_CONFIGURATION, 400, [f"paymentConfiguration.{field}.isResponsible"]) == (
        refused.kind,
        refused.status,
        refused.fields,
    )


@pytest.mark.parametrize(
    ("account", "accepted", "shown"),
    [
        (READER, pays(**dict.fromkeys(ALL_TYPES, True)), pays(**dict.fromkeys(ALL_TYPES, True))),
        (RUNNER, None, pays(queryCompute=False)),
        (RUNNER, pays(), pays(queryCompute=False)),
    ],
    ids=["a payer accepts everything", "a runner that need not pay says nothing", "a runner that need not pay"],
)
def test_a_membership_shows_what_its_member_accepted(account: str, accepted: Any, shown: object) -> None:
    world = World()
    id = world.create(member(RUNNER, "CAN_QUERY"), payer(READER, **dict.fromkeys(ALL_TYPES, True)))
    more = {} if accepted is None else {"paymentConfiguration": accepted}

    assert shown == world.membership(world.join(account, id, **more), account)["paymentConfiguration"]


@pytest.mark.parametrize(
    ("runner", "shown"),
    [
        (member(RUNNER, "CAN_QUERY"), pays(queryCompute=True)),
        (member(RUNNER, "CAN_QUERY", "CAN_RUN_JOB"), pays(queryCompute=True, jobCompute=True)),
        (
            payer(RUNNER, "CAN_QUERY", queryCompute=True, modelTraining=True),
            pays(queryCompute=True, modelTraining=True),
        ),
    ],
    ids=["queries by default", "queries and jobs by default", "training as configured"],
)
def test_a_runner_accepts_its_duties_by_joining(runner: Any, shown: object) -> None:
    world = World()
    membership = world.join(RUNNER, world.create(runner))

    assert shown == world.membership(membership, RUNNER)["paymentConfiguration"]


def test_nothing_is_checked_for_synthetic_data_that_is_not_configured() -> None:
    world = World()
    accepted = pays(syntheticDataGeneration=True)
    membership = world.join(READER, world.create(member(READER)), paymentConfiguration=accepted)

    assert accepted == world.membership(membership, READER)["paymentConfiguration"]


def updating(world: World, membership: str, **flags: bool) -> Any:
    configuration = {name: leaf for name, leaf in pays(**flags).items() if name in flags or name == "machineLearning"}
    return {"membershipIdentifier": membership, "membershipPaymentConfiguration": configuration}


def test_a_payer_can_decline_later_and_accept_again() -> None:
    world = World()
    id = world.create(payer(READER, queryCompute=True, jobCompute=True))
    membership = world.join(READER, id, paymentConfiguration=pays(queryCompute=True, jobCompute=True))
    update = world.of(READER).update_membership

    declined = update(**updating(world, membership, jobCompute=False))["membership"]
    assert pays(queryCompute=True, jobCompute=False) == declined["paymentConfiguration"]
    accepted = update(**updating(world, membership, jobCompute=True))["membership"]
    assert pays(queryCompute=True, jobCompute=True) == accepted["paymentConfiguration"]


@pytest.mark.parametrize("cost_type", ALL_TYPES)
def test_an_update_of_one_cost_type_leaves_the_others_as_they_are(cost_type: str) -> None:
    world = World()
    everything = dict.fromkeys(ALL_TYPES, True)
    membership = world.join(
        READER, world.create(payer(READER, **everything)), paymentConfiguration=pays(**everything), queryLogStatus="ENABLED"
    )
    before = world.membership(membership, READER)
    world.of(READER).update_membership(**updating(world, membership, **{cost_type: False}))

    after = world.membership(membership, READER)
    assert pays(**{**everything, cost_type: False}) == after["paymentConfiguration"]
    assert {"paymentConfiguration", "updateTime"} == {key for key in after if before[key] != after[key]}


def test_an_update_of_other_settings_leaves_what_was_accepted() -> None:
    world = World()
    membership = world.join(READER, world.create(payer(READER, jobCompute=True)), paymentConfiguration=pays(jobCompute=True))
    world.of(READER).update_membership(membershipIdentifier=membership, queryLogStatus="ENABLED")

    assert pays(jobCompute=True) == world.membership(membership, READER)["paymentConfiguration"]


def test_declining_is_not_shown_to_the_creator() -> None:
    world = World()
    id = world.create(payer(READER, queryCompute=True))
    membership = world.join(READER, id, paymentConfiguration=pays(queryCompute=True))
    world.of(READER).update_membership(**updating(world, membership, queryCompute=False))

    assert pays(queryCompute=True) == world.members(id)[READER]["paymentConfiguration"]


def test_declining_can_be_an_error() -> None:
    world = World({"decline": "error"})
    id = world.create(payer(READER, queryCompute=True))
    membership = world.join(READER, id, paymentConfiguration=pays(queryCompute=True))

    refused = refusal(world.of(READER).update_membership, **updating(world, membership, queryCompute=False))
    assert (INVALID_CONFIGURATION, ["membershipPaymentConfiguration.queryCompute.isResponsible"]) == (
        refused.kind,
        refused.fields,
    )


@pytest.mark.parametrize("cost_type", ALL_TYPES[:4])
def test_whoever_is_no_payer_cannot_accept_later(cost_type: str) -> None:
    world = World()
    membership = world.join(READER, world.create(member(RUNNER, "CAN_QUERY", "CAN_RUN_JOB"), member(READER)))

    refused = refusal(world.of(READER).update_membership, **updating(world, membership, **{cost_type: True}))
    assert INVALID_CONFIGURATION == refused.kind


def test_a_member_that_became_a_payer_has_accepted_nothing_until_it_says_so() -> None:
    world = World()
    id = world.create(member(RUNNER, "CAN_QUERY"), member(READER))
    membership = world.join(READER, id)
    request = world.file(id, member_change(READER, paymentConfiguration=pays(queryCompute=True)))
    world.act(request, "APPROVE", READER)
    world.act(request, "COMMIT", CREATOR)

    assert pays(queryCompute=False) == world.membership(membership, READER)["paymentConfiguration"]
    world.of(READER).update_membership(**updating(world, membership, queryCompute=True))
    assert pays(queryCompute=True) == world.membership(membership, READER)["paymentConfiguration"]


def test_a_member_that_is_no_payer_any_more_has_its_acceptance_taken_back() -> None:
    world = World()
    id = world.create(payer(RUNNER, "CAN_QUERY", queryCompute=True), payer(READER, queryCompute=True, jobCompute=True))
    membership = world.join(READER, id, paymentConfiguration=pays(queryCompute=True, jobCompute=True))
    before = world.membership(membership, READER)
    request = world.file(id, member_change(READER, paymentConfiguration=pays(queryCompute=False)))
    world.act(request, "APPROVE", READER)
    world.act(request, "COMMIT", CREATOR)

    after = world.membership(membership, READER)
    assert pays(queryCompute=False, jobCompute=True) == after["paymentConfiguration"]
    assert before["updateTime"] < after["updateTime"]


def test_accepting_again_is_no_error_where_declining_is() -> None:
    world = World({"decline": "error"})
    id = world.create(payer(READER, queryCompute=True))
    membership = world.join(READER, id, paymentConfiguration=pays(queryCompute=True))
    world.of(READER).update_membership(**updating(world, membership, queryCompute=True))

    assert pays(queryCompute=True) == world.membership(membership, READER)["paymentConfiguration"]


def test_synthetic_data_left_out_at_joining_is_not_accepted() -> None:
    world = World()
    id = world.create(payer(READER, syntheticDataGeneration=True))
    membership = world.join(READER, id, paymentConfiguration=pays())

    assert pays() == world.membership(membership, READER)["paymentConfiguration"]


def test_a_runner_of_jobs_alone_accepts_jobs_by_joining() -> None:
    world = World()
    membership = world.join(RUNNER, world.create(member(RUNNER, "CAN_RUN_JOB")))

    assert pays(jobCompute=True) == world.membership(membership, RUNNER)["paymentConfiguration"]


def test_a_change_of_abilities_leaves_the_membership_as_it_was_accepted() -> None:
    world = World()
    id = world.create(payer(READER, queryCompute=True))
    membership = world.join(READER, id, paymentConfiguration=pays(queryCompute=True))
    before = world.membership(membership, READER)
    request = world.file(id, member_change(READER, "CAN_RECEIVE_RESULTS"))
    world.act(request, "APPROVE", READER)
    world.act(request, "COMMIT", CREATOR)

    assert {**before, "memberAbilities": ["CAN_RECEIVE_RESULTS"]} == world.membership(membership, READER)
