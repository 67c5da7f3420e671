"""Which types the service derives for a change, for every kind of difference."""

from typing import Any

import pytest

from tests.emulator.world import (
    CREATOR,
    INVALID_CONFIGURATION,
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


def learning(*abilities: str) -> dict[str, Any]:
    return {"mlMemberAbilities": {"customMLMemberAbilities": list(abilities)}}


def paying(**flags: bool) -> dict[str, Any]:
    return {"paymentConfiguration": pays(**flags)}


MODEL, INFERENCE = "CAN_RECEIVE_MODEL_OUTPUT", "CAN_RECEIVE_INFERENCE_OUTPUT"

CASES: dict[str, tuple[dict[str, Any], dict[str, Any], set[str]]] = {
    # the member as it is, the change, its types
    "invite": (member(READER), invitation(NEWCOMER), {"ADD_MEMBER"}),
    "invite with everything": (
        member(READER),
        invitation(NEWCOMER, RESULTS, EXPORT, **learning(MODEL, INFERENCE), **paying(queryCompute=True)),
        {
            "ADD_MEMBER",
            "GRANT_RECEIVE_RESULTS_ABILITY",
            "GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
            "GRANT_CAN_RECEIVE_MODEL_OUTPUT",
            "GRANT_CAN_RECEIVE_INFERENCE_OUTPUT",
            "ADD_PAYER_CANDIDATE",
        },
    ),
    "invite as no payer": (member(READER), invitation(NEWCOMER, **paying(queryCompute=False)), {"ADD_MEMBER"}),
    "grant results": (member(READER), member_change(READER, RESULTS), {"GRANT_RECEIVE_RESULTS_ABILITY"}),
    "revoke results": (member(READER, RESULTS), member_change(READER), {"REVOKE_RECEIVE_RESULTS_ABILITY"}),
    "grant export": (
        member(READER),
        member_change(READER, EXPORT),
        {"GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"},
    ),
    "revoke export": (
        member(READER, EXPORT),
        member_change(READER),
        {"REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"},
    ),
    "one for the other": (
        member(READER, RESULTS),
        member_change(READER, EXPORT),
        {"REVOKE_RECEIVE_RESULTS_ABILITY", "GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"},
    ),
    "grant model output": (member(READER), member_change(READER, **learning(MODEL)), {"GRANT_CAN_RECEIVE_MODEL_OUTPUT"}),
    "grant inference output": (
        member(READER, **learning(MODEL)),
        member_change(READER, **learning(MODEL, INFERENCE)),
        {"GRANT_CAN_RECEIVE_INFERENCE_OUTPUT"},
    ),
    "swap outputs": (
        member(READER, **learning(MODEL)),
        member_change(READER, **learning(INFERENCE)),
        {"REVOKE_CAN_RECEIVE_MODEL_OUTPUT", "GRANT_CAN_RECEIVE_INFERENCE_OUTPUT"},
    ),
    "clear outputs": (
        member(READER, **learning(MODEL, INFERENCE)),
        member_change(READER, **learning()),
        {"REVOKE_CAN_RECEIVE_MODEL_OUTPUT", "REVOKE_CAN_RECEIVE_INFERENCE_OUTPUT"},
    ),
    "name a payer": (member(READER), member_change(READER, **paying(queryCompute=True)), {"ADD_PAYER_CANDIDATE"}),
    "name a payer of three things": (
        member(READER),
        member_change(READER, **paying(queryCompute=True, jobCompute=True, modelTraining=True)),
        {"ADD_PAYER_CANDIDATE"},
    ),
    "take off a payer": (
        member(READER, **paying(jobCompute=True)),
        member_change(READER, **paying(jobCompute=False)),
        {"REMOVE_PAYER_CANDIDATE"},
    ),
    "swap what is paid": (
        member(READER, **paying(modelTraining=True)),
        member_change(READER, **paying(modelTraining=False, modelInference=True)),
        {"ADD_PAYER_CANDIDATE", "REMOVE_PAYER_CANDIDATE"},
    ),
    "a cost type left out stays": (
        member(READER, **paying(jobCompute=True)),
        member_change(READER, RESULTS, **paying(queryCompute=False)),
        {"GRANT_RECEIVE_RESULTS_ABILITY"},
    ),
    "the default payer named as what it is shown": (
        member(READER),
        member_change(RUNNER, RESULTS, **paying(queryCompute=True)),
        {"GRANT_RECEIVE_RESULTS_ABILITY"},
    ),
    "the creator's own entry": (member(READER), member_change(CREATOR, RESULTS), {"GRANT_RECEIVE_RESULTS_ABILITY"}),
    "the list of auto-approved types": (
        member(READER),
        settings_change("ADD_MEMBER"),
        {"EDIT_AUTO_APPROVED_CHANGE_TYPES"},
    ),
    "the same list again": (member(READER), settings_change(), {"EDIT_AUTO_APPROVED_CHANGE_TYPES"}),
}


@pytest.mark.parametrize(("reader", "change", "types"), CASES.values(), ids=CASES.keys())
def test_types_name_the_difference_that_a_change_makes(reader: Any, change: Any, types: set[str]) -> None:
    world = World()
    id = world.create(member(RUNNER, "CAN_QUERY"), reader)

    [filed] = world.file(id, change)["changes"]
    assert types == set(filed["types"])
    assert len(types) == len(filed["types"])


NO_EFFECT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the same abilities": (member(READER, RESULTS), member_change(READER, RESULTS)),
    "the same abilities twice": (member(READER, RESULTS), member_change(READER, RESULTS, RESULTS)),
    "no ML abilities where there are none": (member(READER), member_change(READER, **learning())),
    "no payer where there is none": (member(READER), member_change(READER, **paying(jobCompute=False))),
    "the runner without its abilities": (member(READER), member_change(RUNNER)),
    "the default payer named": (member(READER), member_change(RUNNER, **paying(queryCompute=True))),
}


@pytest.mark.parametrize(("reader", "change"), NO_EFFECT.values(), ids=NO_EFFECT.keys())
def test_a_change_without_a_type_is_refused(reader: Any, change: Any) -> None:
    world = World()

    refused = world.filing(world.create(member(RUNNER, "CAN_QUERY"), reader), change)
    assert (INVALID_CONFIGURATION, ["changes.1.member.specification.member"]) == (refused.kind, refused.fields)


def test_several_changes_have_their_own_types() -> None:
    world = World()
    request = world.file(world.create(member(READER)), invitation(NEWCOMER), member_change(READER, RESULTS))

    assert [["ADD_MEMBER"], ["GRANT_RECEIVE_RESULTS_ABILITY"]] == [each["types"] for each in request["changes"]]


def test_types_are_kept_as_derived_when_the_request_was_filed() -> None:
    world = World()
    request = world.file(world.create(), invitation(NEWCOMER))
    committed = world.act(request, "COMMIT", CREATOR)

    assert request["changes"] == committed["changes"] == world.request(request)["changes"]


@pytest.mark.parametrize(
    ("switch", "reader", "lost"),
    [
        ("omittedMl", member(READER, **learning(MODEL)), "REVOKE_CAN_RECEIVE_MODEL_OUTPUT"),
        ("omittedPayment", member(READER, **paying(jobCompute=True)), "REMOVE_PAYER_CANDIDATE"),
    ],
)
@pytest.mark.parametrize("value", ["keep", "clear"])
def test_what_a_change_leaves_out_counts_as_the_switch_says(switch: str, value: str, reader: Any, lost: str) -> None:
    world = World({switch: value})

    [filed] = world.file(world.create(reader), member_change(READER, RESULTS))["changes"]
    assert {"GRANT_RECEIVE_RESULTS_ABILITY"} | ({lost} if value == "clear" else set()) == set(filed["types"])
