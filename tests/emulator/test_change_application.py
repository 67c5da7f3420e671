"""What a committed change request does to a collaboration, and when it can no longer be committed."""

from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.world import (
    COLLABORATION_STATE,
    CREATOR,
    INVALID_CONFIGURATION,
    NEWCOMER,
    OUTSIDER,
    READER,
    RUNNER,
    World,
    invitation,
    member,
    member_change,
    pays,
    settings_change,
)

RESULTS, EXPORT = "CAN_RECEIVE_RESULTS", "CAN_EXPORT_QUERY_ANALYSIS_LOG"
MODEL, INFERENCE = "CAN_RECEIVE_MODEL_OUTPUT", "CAN_RECEIVE_INFERENCE_OUTPUT"


def learning(*abilities: str) -> dict[str, Any]:
    return {"mlMemberAbilities": {"customMLMemberAbilities": list(abilities)}}


def commit(world: World, collaboration: str, *changes: dict[str, Any]) -> dict[str, Any]:
    """File in a collaboration that nobody has joined, where requests are approved at once, and commit."""
    return world.act(world.file(collaboration, *changes), "COMMIT", CREATOR)


def test_an_invited_account_becomes_a_member_as_specified_and_can_join() -> None:
    world = World()
    id = world.create()
    commit(
        world,
        id,
        invitation(NEWCOMER, EXPORT, **learning(MODEL), paymentConfiguration=pays(jobCompute=True)),
    )

    added = world.members(id)[NEWCOMER]
    expected = {
        "status": "INVITED",
        "displayName": f"Member {NEWCOMER}",
        "abilities": [EXPORT],
        "mlAbilities": {"customMLMemberAbilities": [MODEL]},
        "paymentConfiguration": pays(jobCompute=True),
    }
    assert expected == {key: added[key] for key in expected}
    world.join(NEWCOMER, id, paymentConfiguration=pays(jobCompute=True))
    assert "ACTIVE" == world.members(id)[NEWCOMER]["status"]


def test_the_list_of_abilities_replaces_the_old_one() -> None:
    world = World()
    id = world.create(member(READER, RESULTS))
    commit(world, id, member_change(READER, EXPORT))

    assert [EXPORT] == world.members(id)[READER]["abilities"]


def test_an_active_member_keeps_status_and_membership_when_it_is_changed() -> None:
    world = World()
    id = world.create(member(READER))
    membership = world.join(READER, id)
    request = world.file(id, member_change(READER, RESULTS))
    world.act(request, "APPROVE", READER)
    world.act(request, "COMMIT", CREATOR)

    changed = world.members(id)[READER]
    assert ("ACTIVE", membership) == (changed["status"], changed["membershipId"])
    assert [RESULTS] == world.membership(membership, READER)["memberAbilities"]


def test_the_list_of_auto_approved_types_replaces_the_old_one() -> None:
    world = World()
    id = world.create(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    commit(world, id, settings_change("GRANT_RECEIVE_RESULTS_ABILITY"))

    assert ["GRANT_RECEIVE_RESULTS_ABILITY"] == world.collaboration(id)["autoApprovedChangeTypes"]


def test_an_empty_list_of_auto_approved_types_clears_it() -> None:
    world = World()
    id = world.create(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    commit(world, id, settings_change())

    assert [] == world.collaboration(id)["autoApprovedChangeTypes"]


@pytest.mark.parametrize(("value", "expected"), [("keep", [MODEL]), ("clear", None)])
def test_ml_abilities_left_out_are_treated_as_the_switch_says(value: str, expected: list[str] | None) -> None:
    world = World({"omittedMl": value})
    id = world.create(member(READER, **learning(MODEL)))
    commit(world, id, member_change(READER, RESULTS))

    assert expected == (world.members(id)[READER].get("mlAbilities") or {}).get("customMLMemberAbilities")


@pytest.mark.parametrize("value", ["keep", "clear"])
def test_ml_abilities_given_replace_the_old_ones(value: str) -> None:
    world = World({"omittedMl": value})
    id = world.create(member(READER, **learning(MODEL)))
    commit(world, id, member_change(READER, **learning(INFERENCE)))

    assert {"customMLMemberAbilities": [INFERENCE]} == world.members(id)[READER]["mlAbilities"]


@pytest.mark.parametrize(
    ("value", "sent", "expected"),
    [
        ("keep", None, pays(jobCompute=True, modelTraining=True)),
        ("clear", None, pays()),
        ("keep", pays(jobCompute=False), pays(jobCompute=False, modelTraining=True)),
        ("clear", pays(jobCompute=False), pays(jobCompute=False)),
    ],
    ids=["nothing sent, keep", "nothing sent, clear", "one sent, keep", "one sent, clear"],
)
def test_payments_left_out_are_treated_as_the_switch_says(value: str, sent: Any, expected: object) -> None:
    world = World({"omittedPayment": value})
    id = world.create(member(READER, paymentConfiguration=pays(jobCompute=True, modelTraining=True)))
    more = {} if sent is None else {"paymentConfiguration": sent}
    commit(world, id, member_change(READER, RESULTS, **more))

    assert expected == world.members(id)[READER]["paymentConfiguration"]


def test_payers_can_be_swapped_in_one_request() -> None:
    world = World()
    id = world.create(member(RUNNER, "CAN_QUERY"), member(READER))
    commit(
        world,
        id,
        member_change(RUNNER, paymentConfiguration=pays(queryCompute=False)),
        member_change(READER, paymentConfiguration=pays(queryCompute=True)),
    )

    listed = world.members(id)
    assert [pays(queryCompute=False), pays(queryCompute=True)] == [
        listed[account]["paymentConfiguration"] for account in (RUNNER, READER)
    ]


@pytest.mark.parametrize("reader", [member(READER, paymentConfiguration=pays(queryCompute=True)), member(READER)])
def test_the_last_payer_of_queries_cannot_be_taken_off(reader: dict[str, Any]) -> None:
    world = World()
    runner: dict[str, Any] = {"paymentConfiguration": pays(queryCompute=False)} if "paymentConfiguration" in reader else {}
    id = world.create(member(RUNNER, "CAN_QUERY", **runner), reader)
    last = READER if runner else RUNNER

    refused = world.filing(id, member_change(last, paymentConfiguration=pays(queryCompute=False)))
    assert INVALID_CONFIGURATION == refused.kind


def test_taking_off_the_only_named_payer_makes_an_unnamed_runner_pay_again() -> None:
    world = World()
    id = world.create(member(RUNNER, "CAN_QUERY"), member(READER, paymentConfiguration=pays(queryCompute=True)))
    commit(world, id, member_change(READER, paymentConfiguration=pays(queryCompute=False)))

    assert pays(queryCompute=True) == world.members(id)[RUNNER]["paymentConfiguration"]


RUNNER_CASES = {
    # switch value, abilities sent for the runner: abilities after, or refused
    ("reject", (RESULTS,)): ["CAN_QUERY", RESULTS],
    ("reject", ("CAN_QUERY", RESULTS)): INVALID_CONFIGURATION,
    ("accept-if-held", (RESULTS,)): ["CAN_QUERY", RESULTS],
    ("accept-if-held", ("CAN_QUERY", RESULTS)): ["CAN_QUERY", RESULTS],
    ("accept-if-held", ("CAN_RUN_JOB", RESULTS)): INVALID_CONFIGURATION,
    ("drop-if-omitted", (RESULTS,)): [RESULTS],
    ("drop-if-omitted", ("CAN_QUERY", RESULTS)): ["CAN_QUERY", RESULTS],
    ("drop-if-omitted", ("CAN_RUN_JOB", RESULTS)): INVALID_CONFIGURATION,
}


@pytest.mark.parametrize(("value", "sent"), RUNNER_CASES)
def test_the_abilities_of_the_runner_are_treated_as_the_switch_says(value: str, sent: tuple[str, ...]) -> None:
    world = World({"runnerAbilities": value})
    id = world.create(member(RUNNER, "CAN_QUERY"))
    expected = RUNNER_CASES[value, sent]

    if expected == INVALID_CONFIGURATION:
        assert INVALID_CONFIGURATION == world.filing(id, member_change(RUNNER, *sent)).kind
    else:
        commit(world, id, member_change(RUNNER, *sent))
        assert expected == world.members(id)[RUNNER]["abilities"]


@pytest.mark.parametrize("value", ["reject", "accept-if-held", "drop-if-omitted"])
def test_nobody_is_given_the_runners_abilities(value: str) -> None:
    world = World({"runnerAbilities": value})
    id = world.create(member(RUNNER, "CAN_QUERY"), member(READER))

    for change in (member_change(READER, "CAN_QUERY"), invitation(NEWCOMER, "CAN_QUERY")):
        assert INVALID_CONFIGURATION == world.filing(id, change).kind


def test_a_dropped_runner_does_not_show_in_the_types() -> None:
    world = World({"runnerAbilities": "drop-if-omitted"})
    request = world.file(world.create(member(RUNNER, "CAN_QUERY")), member_change(RUNNER, RESULTS))

    assert [["GRANT_RECEIVE_RESULTS_ABILITY"]] == [each["types"] for each in request["changes"]]


def test_a_removed_account_that_is_added_again_starts_anew() -> None:
    world = World({"readdRemoved": "accept"})
    id = world.create(member(READER, RESULTS, name="Old name"))
    old = world.join(READER, id, defaultResultConfiguration=RESULTS_HERE)
    world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)
    commit(world, id, invitation(READER))

    added = world.members(id)[READER]
    assert ("INVITED", [], f"Member {READER}", None) == (
        added["status"],
        added["abilities"],
        added["displayName"],
        added.get("membershipId"),
    )
    assert old != world.join(READER, id)
    former = world.membership(old, READER)
    assert ("REMOVED", [RESULTS]) == (former["status"], former["memberAbilities"])


RESULTS_HERE = {
    "outputConfiguration": {"s3": {"resultFormat": "PARQUET", "bucket": "results-here"}},
    "roleArn": f"arn:aws:iam::{READER}:role/results",
}


def removed(world: World, id: str) -> None:
    world.of(CREATOR).delete_member(collaborationIdentifier=id, accountId=READER)


def left(world: World, id: str) -> None:
    [membership] = world.of(READER).list_memberships()["membershipSummaries"]
    world.of(READER).delete_membership(membershipIdentifier=membership["id"])


def in_effect_already(world: World, id: str) -> None:
    commit(world, id, member_change(READER, RESULTS))


def member_by_now(world: World, id: str) -> None:
    commit(world, id, invitation(NEWCOMER))


def full_by_now(world: World, id: str) -> None:
    commit(world, id, invitation(OUTSIDER))
    quotas.adjust(world.store, quotas.MEMBERS_INVITED, 2)


CONTRADICTIONS = {
    "the member was removed": (member_change(READER, RESULTS), removed),
    "the member left": (member_change(READER, RESULTS), left),
    "the change is in effect already": (member_change(READER, RESULTS), in_effect_already),
    "the new account is a member by now": (invitation(NEWCOMER), member_by_now),
    "the new account would now be changed instead": (invitation(NEWCOMER, RESULTS), member_by_now),
    "there is no room any more": (invitation(NEWCOMER), full_by_now),
}


@pytest.mark.parametrize(("change", "meanwhile"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_a_request_that_contradicts_the_collaboration_by_now_cannot_be_committed(change: Any, meanwhile: Any) -> None:
    world = World({"concurrency": "free"})
    id = world.create(member(READER))
    if meanwhile is left:
        world.join(READER, id)
    request = world.file(id, change, settings_change("ADD_MEMBER"))
    if meanwhile is left:
        world.act(request, "APPROVE", READER)
    meanwhile(world, id)
    before = (world.members(id), world.collaboration(id), world.request(request))

    refused = world.acting(request, "COMMIT", CREATOR)

    assert (COLLABORATION_STATE, 409, id) == (refused.kind, refused.status, refused.resource_id)
    assert before == (world.members(id), world.collaboration(id), world.request(request))


def test_a_request_replaces_whole_lists_even_if_they_have_changed_since_it_was_filed() -> None:
    world = World({"concurrency": "free"})
    id = world.create(member(READER))
    request = world.file(id, member_change(READER, EXPORT))
    commit(world, id, member_change(READER, RESULTS))

    world.act(request, "COMMIT", CREATOR)

    assert [EXPORT] == world.members(id)[READER]["abilities"]


def test_all_changes_of_a_request_take_effect_together() -> None:
    world = World()
    id = world.create(member(READER))
    commit(world, id, invitation(NEWCOMER), member_change(READER, RESULTS), settings_change("ADD_MEMBER"))

    listed = world.members(id)
    assert ("INVITED", [RESULTS], ["ADD_MEMBER"]) == (
        listed[NEWCOMER]["status"],
        listed[READER]["abilities"],
        world.collaboration(id)["autoApprovedChangeTypes"],
    )
