"""Single changes under every reading of what the service leaves open about them."""

from typing import Any

import pytest

from tests.emulator.world import (
    CREATOR,
    INVALID_CONFIGURATION,
    INVALID_FIELD,
    NEWCOMER,
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


def commit(world: World, collaboration: str, *changes: dict[str, Any]) -> dict[str, Any]:
    """File in a collaboration that nobody has joined, where requests are approved at once, and commit."""
    return world.act(world.file(collaboration, *changes), "COMMIT", CREATOR)


@pytest.mark.parametrize("value", ["400", "ignored"])
def test_a_specification_type_that_disagrees_is_treated_as_the_switch_says(value: str) -> None:
    world = World({"specificationMismatch": value})
    id = world.create()
    changes = [
        {**invitation(NEWCOMER), "specificationType": "COLLABORATION"},
        {**settings_change("ADD_MEMBER"), "specificationType": "MEMBER"},
    ]

    if value == "400":
        assert INVALID_FIELD == world.filing(id, *changes).kind
    else:
        commit(world, id, *changes)
        assert NEWCOMER in world.members(id)
        assert ["ADD_MEMBER"] == world.collaboration(id)["autoApprovedChangeTypes"]


@pytest.mark.parametrize("value", ["400", "in-order"])
def test_a_subject_named_twice_is_treated_as_the_switch_says(value: str) -> None:
    world = World({"repeatedSubject": value})
    id = world.create(member(READER))
    changes = [
        member_change(READER, RESULTS),
        settings_change("ADD_MEMBER"),
        member_change(READER, EXPORT),
        settings_change(),
    ]

    if value == "400":
        refused = world.filing(id, *changes)
        assert (INVALID_CONFIGURATION, ["changes.3.member.specification"]) == (refused.kind, refused.fields)
    else:
        request = commit(world, id, *changes)
        assert [
            {"GRANT_RECEIVE_RESULTS_ABILITY"},
            {"EDIT_AUTO_APPROVED_CHANGE_TYPES"},
            {"GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY", "REVOKE_RECEIVE_RESULTS_ABILITY"},
            {"EDIT_AUTO_APPROVED_CHANGE_TYPES"},
        ] == [set(change["types"]) for change in request["changes"]]
        assert ([EXPORT], []) == (world.members(id)[READER]["abilities"], world.collaboration(id)["autoApprovedChangeTypes"])


def test_an_account_added_and_then_changed_in_one_request_is_added_once() -> None:
    world = World({"repeatedSubject": "in-order"})
    id = world.create()
    request = commit(world, id, invitation(NEWCOMER), member_change(NEWCOMER, RESULTS))

    assert [["ADD_MEMBER"], ["GRANT_RECEIVE_RESULTS_ABILITY"]] == [change["types"] for change in request["changes"]]
    assert [RESULTS] == world.members(id)[NEWCOMER]["abilities"]


@pytest.mark.parametrize(("value", "expected"), [("400", None), ("keep", ["ADD_MEMBER"]), ("clear", [])])
def test_a_change_of_the_collaboration_that_names_no_setting_is_treated_as_the_switch_says(value: str, expected: Any) -> None:
    world = World({"omittedAutoApproval": value})
    id = world.create(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    change = {"specificationType": "COLLABORATION", "specification": {"collaboration": {}}}

    if value == "400":
        assert INVALID_FIELD == world.filing(id, change).kind
    else:
        request = commit(world, id, change)
        assert [["EDIT_AUTO_APPROVED_CHANGE_TYPES"]] == [each["types"] for each in request["changes"]]
        assert expected == world.collaboration(id)["autoApprovedChangeTypes"]


@pytest.mark.parametrize("account", [READER, CREATOR])
@pytest.mark.parametrize(("value", "renamed"), [("400", None), ("ignored", False), ("applied", True)])
def test_another_name_for_a_member_is_treated_as_the_switch_says(value: str, renamed: bool | None, account: str) -> None:
    world = World({"changedDisplayName": value})
    id = world.create(member(READER))
    before = world.members(id)[account]["displayName"]
    change = member_change(account, RESULTS, displayName="Other name")

    if renamed is None:
        assert INVALID_FIELD == world.filing(id, change).kind
    else:
        commit(world, id, change)
        expected = "Other name" if renamed else before
        assert expected == world.members(id)[account]["displayName"]
        if account == CREATOR:
            assert expected == world.collaboration(id)["creatorDisplayName"]


@pytest.mark.parametrize("value", ["ignored", "applied"])
def test_a_new_name_alone_is_a_change_without_effect(value: str) -> None:
    world = World({"changedDisplayName": value})

    refused = world.filing(world.create(member(READER)), member_change(READER, displayName="Other name"))
    assert INVALID_CONFIGURATION == refused.kind


@pytest.mark.parametrize("value", ["ignored", "applied"])
def test_a_new_member_needs_a_name_under_every_reading(value: str) -> None:
    world = World({"changedDisplayName": value})

    assert INVALID_FIELD == world.filing(world.create(), member_change(NEWCOMER)).kind


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("as-derived", ["GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY", "ADD_PAYER_CANDIDATE"]),
        ("alphabetical", ["ADD_PAYER_CANDIDATE", "GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"]),
    ],
)
def test_the_types_of_a_change_are_in_the_order_that_the_switch_says(value: str, expected: list[str]) -> None:
    world = World({"orderOfTypes": value})
    change = member_change(READER, RESULTS, paymentConfiguration=pays(jobCompute=True))
    [filed] = world.file(world.create(member(READER, EXPORT)), change)["changes"]

    assert expected == filed["types"]


@pytest.mark.parametrize(
    ("value", "types", "auto_approved"),
    [("ADD_MEMBER+ADD_PAYER_CANDIDATE", ["ADD_MEMBER", "ADD_PAYER_CANDIDATE"], False), ("ADD_MEMBER", ["ADD_MEMBER"], True)],
)
def test_a_new_payer_has_the_types_that_the_switch_says(value: str, types: list[str], auto_approved: bool) -> None:
    world = World({"newPayerTypes": value})
    id = world.joined(member(RUNNER), autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    request = world.file(id, invitation(NEWCOMER, paymentConfiguration=pays(jobCompute=True)))

    assert ([types], auto_approved) == ([each["types"] for each in request["changes"]], request["isAutoApproved"])


def test_a_member_that_becomes_a_payer_does_so_by_its_own_type_under_every_reading() -> None:
    world = World({"newPayerTypes": "ADD_MEMBER"})
    request = world.file(world.create(member(READER)), member_change(READER, paymentConfiguration=pays(jobCompute=True)))

    assert [["ADD_PAYER_CANDIDATE"]] == [each["types"] for each in request["changes"]]
