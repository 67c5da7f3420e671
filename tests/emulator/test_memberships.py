from typing import Any

import pytest

from tests.emulator.world import (
    ACCESS_DENIED,
    CREATOR,
    INVALID_CONFIGURATION,
    MEMBERSHIP_NOT_FOUND,
    MEMBERSHIP_STATE,
    NO_SUCH_ID,
    OUTSIDER,
    READER,
    RESULTS_TO,
    RUNNER,
    Refusal,
    World,
    member,
    pays,
    refusal,
)


def joining(world: World, account: str, collaboration: str, **more: object) -> Refusal:
    return refusal(
        world.of(account).create_membership,
        **{"collaborationIdentifier": collaboration, "queryLogStatus": "DISABLED", **more},
    )


def test_joining_makes_an_invited_member_active() -> None:
    world = World()
    id = world.create(member(READER))
    world.join(READER, id)

    assert {CREATOR: "INVITED", READER: "ACTIVE"} == {account: each["status"] for account, each in world.members(id).items()}


def test_a_membership_tells_about_its_collaboration() -> None:
    world = World()
    learning = {"customMLMemberAbilities": ["CAN_RECEIVE_MODEL_OUTPUT"]}
    id = world.create(member(RUNNER, "CAN_QUERY", mlMemberAbilities=learning), name="Spring")
    membership = world.membership(world.join(RUNNER, id), RUNNER)

    expected = {
        "collaborationId": id,
        "collaborationArn": f"arn:aws:cleanrooms:eu-west-1:{CREATOR}:collaboration/{id}",
        "collaborationName": "Spring",
        "collaborationCreatorAccountId": CREATOR,
        "collaborationCreatorDisplayName": "The creator",
        "memberAbilities": ["CAN_QUERY"],
        "mlMemberAbilities": learning,
        "status": "ACTIVE",
    }
    assert expected == {key: membership[key] for key in expected}


def test_a_membership_follows_the_name_of_its_collaboration() -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)
    world.of(CREATOR).update_collaboration(collaborationIdentifier=id, name="Renamed")

    assert "Renamed" == world.membership(membership, READER)["collaborationName"]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("queryLogStatus", "ENABLED"),
        ("jobLogStatus", "ENABLED"),
        ("defaultResultConfiguration", RESULTS_TO),
        (
            "defaultJobResultConfiguration",
            {
                "outputConfiguration": {"s3": {"bucket": "results-of-jobs"}},
                "roleArn": f"arn:aws:iam::{READER}:role/results",
            },
        ),
        ("paymentConfiguration", pays(queryCompute=False)),
    ],
)
def test_what_was_given_at_joining_is_read_back(parameter: str, value: object) -> None:
    world = World()
    membership = world.join(READER, world.create(member(READER)), **{parameter: value})

    assert value == world.membership(membership, READER)[parameter]


@pytest.mark.parametrize(
    ("setting", "default"),
    [
        ("jobLogStatus", "DISABLED"),
        ("isMetricsEnabled", False),
        ("defaultResultConfiguration", None),
        ("paymentConfiguration", pays()),
    ],
)
def test_what_was_not_given_at_joining_has_its_default_or_is_absent(setting: str, default: object) -> None:
    world = World()
    membership = world.join(READER, world.create(member(READER)))

    assert default == world.membership(membership, READER).get(setting)


def test_joining_twice_is_a_conflict_that_names_the_membership() -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)

    refused = joining(world, READER, id)
    assert (("ConflictException", "ALREADY_EXISTS", "MEMBERSHIP"), 409, membership) == (
        refused.kind,
        refused.status,
        refused.resource_id,
    )


def test_whoever_is_not_invited_cannot_join() -> None:
    world = World()

    assert ACCESS_DENIED == joining(world, OUTSIDER, world.create()).kind


@pytest.mark.parametrize("gone", ["LEFT", "REMOVED"])
def test_whoever_is_gone_cannot_join_again(gone: str) -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)
    if gone == "LEFT":
        world.of(READER).delete_membership(membershipIdentifier=membership)
    else:
        world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)

    assert ACCESS_DENIED == joining(world, READER, id).kind


@pytest.mark.parametrize(
    ("configuration", "field"),
    [
        ({}, "defaultResultConfiguration"),
        (
            {"defaultResultConfiguration": {"outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results"}}}},
            "defaultResultConfiguration.roleArn",
        ),
    ],
    ids=["no configuration", "no role"],
)
def test_a_member_that_only_receives_results_must_say_where_to(configuration: Any, field: str) -> None:
    world = World()

    refused = joining(world, READER, world.create(member(READER, "CAN_RECEIVE_RESULTS")), **configuration)
    assert (INVALID_CONFIGURATION, [field]) == (refused.kind, refused.fields)


@pytest.mark.parametrize(
    "abilities",
    [(), ("CAN_QUERY",), ("CAN_QUERY", "CAN_RECEIVE_RESULTS"), ("CAN_RUN_JOB", "CAN_RECEIVE_RESULTS")],
    ids=lambda abilities: "+".join(abilities) or "none",
)
def test_other_members_need_no_result_configuration(abilities: tuple[str, ...]) -> None:
    world = World()
    id = world.create(member(READER, *abilities))
    world.join(READER, id)

    assert "ACTIVE" == world.members(id)[READER]["status"]


@pytest.mark.parametrize(
    ("abilities", "payer", "collaboration_has_metrics", "allowed"),
    [
        (["CAN_QUERY"], False, True, True),
        ([], True, True, True),
        ([], False, True, False),
        (["CAN_QUERY"], False, False, False),
    ],
    ids=["runner", "payer", "neither runner nor payer", "collaboration without metrics"],
)
def test_metrics_are_for_runners_and_payers_where_the_collaboration_has_them(
    abilities: list[str], payer: bool, collaboration_has_metrics: bool, allowed: bool
) -> None:
    world = World()
    payment: dict[str, Any] = {"paymentConfiguration": pays(queryCompute=True)} if payer else {}
    id = world.create(member(READER, *abilities, **payment), isMetricsEnabled=collaboration_has_metrics)

    if allowed:
        membership = world.join(READER, id, isMetricsEnabled=True, **payment)
        assert world.membership(membership, READER)["isMetricsEnabled"] is True
    else:
        refused = joining(world, READER, id, isMetricsEnabled=True, **payment)
        assert (INVALID_CONFIGURATION, ["isMetricsEnabled"]) == (refused.kind, refused.fields)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, ["active", "ended", "removed"]),
        ("ACTIVE", ["active"]),
        ("REMOVED", ["removed"]),
        ("COLLABORATION_DELETED", ["ended"]),
    ],
)
def test_a_list_holds_the_accounts_memberships_by_status(status: str | None, expected: list[str]) -> None:
    world = World()
    ids = {name: world.joined(member(READER), name=name) for name in ("active", "removed", "ended")}
    world.of(CREATOR).delete_member(collaborationIdentifier=ids["removed"], accountId=READER)
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=ids["ended"])

    filters = {"status": status} if status else {}
    listed = world.of(READER).list_memberships(**filters)["membershipSummaries"]
    assert expected == sorted(each["collaborationName"] for each in listed)


def test_a_summary_agrees_with_the_membership_and_has_the_payments() -> None:
    world = World()
    id = world.create(member(RUNNER, "CAN_QUERY"))
    membership = world.membership(world.join(RUNNER, id), RUNNER)

    [summary] = world.of(RUNNER).list_memberships()["membershipSummaries"]
    assert summary == {key: value for key, value in membership.items() if key in summary}
    assert pays(queryCompute=True) == summary["paymentConfiguration"]


@pytest.mark.parametrize("account", [CREATOR, OUTSIDER])
@pytest.mark.parametrize("operation", ["get_membership", "update_membership", "delete_membership"])
def test_the_membership_of_another_account_does_not_exist(account: str, operation: str) -> None:
    world = World()
    membership = world.join(READER, world.create(member(READER)))

    refused = refusal(getattr(world.of(account), operation), membershipIdentifier=membership)
    assert (MEMBERSHIP_NOT_FOUND, 404, membership) == (refused.kind, refused.status, refused.resource_id)


def test_an_unknown_membership_does_not_exist() -> None:
    refused = refusal(World().of(READER).get_membership, membershipIdentifier=NO_SUCH_ID)

    assert MEMBERSHIP_NOT_FOUND == refused.kind


def test_a_membership_exists_in_its_own_region_only() -> None:
    world = World()
    membership = world.join(CREATOR, world.create())
    elsewhere = world.of(CREATOR, "us-east-1")

    assert MEMBERSHIP_NOT_FOUND == refusal(elsewhere.get_membership, membershipIdentifier=membership).kind
    assert [] == elsewhere.list_memberships()["membershipSummaries"]


def test_updating_changes_what_is_given_and_keeps_the_rest() -> None:
    world = World()
    membership = world.join(READER, world.create(member(READER)), jobLogStatus="ENABLED")
    before = world.membership(membership, READER)

    world.of(READER).update_membership(
        membershipIdentifier=membership, queryLogStatus="ENABLED", defaultResultConfiguration=RESULTS_TO
    )

    after = world.membership(membership, READER)
    assert ("ENABLED", RESULTS_TO) == (after["queryLogStatus"], after["defaultResultConfiguration"])
    assert {"queryLogStatus", "defaultResultConfiguration", "updateTime"} == {
        key for key in after if before.get(key) != after[key]
    }


@pytest.mark.parametrize("ended", ["REMOVED", "COLLABORATION_DELETED"])
def test_a_membership_that_has_ended_cannot_be_updated_but_cleared_away(ended: str) -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)
    if ended == "REMOVED":
        world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)
    else:
        world.of(CREATOR).delete_collaboration(collaborationIdentifier=id)
    reader = world.of(READER)

    refused = refusal(reader.update_membership, membershipIdentifier=membership, queryLogStatus="ENABLED")
    assert (MEMBERSHIP_STATE, 409, membership) == (refused.kind, refused.status, refused.resource_id)
    reader.delete_membership(membershipIdentifier=membership)
    assert [] == reader.list_memberships()["membershipSummaries"]


def test_leaving_shows_the_member_as_left_and_ends_what_it_sees() -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)

    answer = world.of(READER).delete_membership(membershipIdentifier=membership)

    assert 204 == answer["ResponseMetadata"]["HTTPStatusCode"]
    left = world.members(id)[READER]
    assert ("LEFT", None, None) == (left["status"], left.get("membershipId"), left.get("membershipArn"))
    assert ACCESS_DENIED == refusal(world.of(READER).get_collaboration, collaborationIdentifier=id).kind
    assert MEMBERSHIP_NOT_FOUND == refusal(world.of(READER).get_membership, membershipIdentifier=membership).kind


def test_clearing_away_the_membership_of_a_removed_member_leaves_it_removed() -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)
    world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)

    world.of(READER).delete_membership(membershipIdentifier=membership)

    assert "REMOVED" == world.members(id)[READER]["status"]


def test_the_creator_can_leave_only_by_deleting_the_collaboration() -> None:
    world = World()
    id = world.create()
    membership = world.join(CREATOR, id)
    leave = world.of(CREATOR).delete_membership

    refused = refusal(leave, membershipIdentifier=membership)
    assert (MEMBERSHIP_STATE, membership) == (refused.kind, refused.resource_id)
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=id)
    assert 204 == leave(membershipIdentifier=membership)["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("kind", ["configured_table_association", "privacy_budget_template"])
def test_a_membership_that_holds_resources_cannot_be_deleted(kind: str) -> None:
    world = World()
    membership = world.join(READER, world.create(member(READER)))
    world.store.put(kind, "held", {"id": "held", "membershipId": membership})

    refused = refusal(world.of(READER).delete_membership, membershipIdentifier=membership)
    assert (("ConflictException", "SUBRESOURCES_EXIST", "MEMBERSHIP"), membership) == (
        refused.kind,
        refused.resource_id,
    )
    world.store.delete(kind, "held")
    world.of(READER).delete_membership(membershipIdentifier=membership)


def test_a_runner_can_enable_metrics_though_somebody_else_pays_for_everything() -> None:
    world = World()
    everything = pays(queryCompute=True, modelTraining=True, modelInference=True, syntheticDataGeneration=True)
    id = world.create(member(RUNNER, "CAN_QUERY"), member(READER, paymentConfiguration=everything), isMetricsEnabled=True)
    membership = world.join(RUNNER, id, isMetricsEnabled=True)

    assert world.membership(membership, RUNNER)["isMetricsEnabled"] is True
