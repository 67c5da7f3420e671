"""What is drawn for the laws of governance: readings, accounts, changes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cleanrooms_emulator.switches import describe
from tests.emulator.laws.members import subject_of
from tests.emulator.world import CREATOR, NEWCOMER, OUTSIDER, READER, RUNNER, pays

LATECOMER = "666677778888"
PARTNERS = (RUNNER, READER, NEWCOMER, LATECOMER)
EVERYBODY = (CREATOR, *PARTNERS, OUTSIDER)

DRAWN = (
    "approvers",
    "autoApprovedStatus",
    "autoCommitOnApproval",
    "cancelApproved",
    "changedVote",
    "concurrency",
    "creatorVote",
    "decline",
    "departedVote",
    "lateJoiners",
    "newPayerTypes",
    "noOtherVoter",
    "noopChange",
    "notFound",
    "omittedMl",
    "ownerActionByOthers",
    "readdRemoved",
    "repeatedVote",
    "runnerAbilities",
    "staleCommit",
    "voteOnApproved",
)
"""The switches that the reference knows; all others have their default."""

VALUES = {record.name: record.values for record in describe() if record.name in DRAWN}
AUTO_APPROVABLE = (
    "ADD_MEMBER",
    "GRANT_RECEIVE_RESULTS_ABILITY",
    "REVOKE_RECEIVE_RESULTS_ABILITY",
    "GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
    "REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
)
NO_EFFECT = {"GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_RECEIVE_RESULTS_ABILITY"}
"""A change without any may have one of these types where it is accepted: an answer needs one."""

COST_TYPES = ("queryCompute", "jobCompute", "modelTraining", "modelInference")


def some(*values: str) -> st.SearchStrategy[list[str]]:
    """Some of the values, or none."""
    return st.lists(st.sampled_from(values), unique=True)


readings = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})
mutable = some("CAN_RECEIVE_RESULTS", "CAN_EXPORT_QUERY_ANALYSIS_LOG")
learning = some("CAN_RECEIVE_MODEL_OUTPUT", "CAN_RECEIVE_INFERENCE_OUTPUT")
payments = st.dictionaries(st.sampled_from(COST_TYPES), st.booleans(), min_size=1, max_size=2)
accounts = st.sampled_from(EVERYBODY)


@st.composite
def member_changes(draw: st.DrawFn) -> dict[str, Any]:
    """What may be asked for an account; whether it needs a name is found out when it is filed."""
    specification: dict[str, Any] = {"accountId": draw(st.sampled_from((CREATOR, *PARTNERS))), "memberAbilities": draw(mutable)}
    if draw(st.booleans()):
        specification["mlMemberAbilities"] = {"customMLMemberAbilities": draw(learning)}
    if draw(st.integers(0, 3)) == 0:
        specification["paymentConfiguration"] = pays(**draw(payments))
    return {"specificationType": "MEMBER", "specification": {"member": specification}}


@st.composite
def settings_changes(draw: st.DrawFn) -> dict[str, Any]:
    """A new list of types that need no votes."""
    listed = {"autoApprovedChangeTypes": draw(some(*AUTO_APPROVABLE))}
    return {"specificationType": "COLLABORATION", "specification": {"collaboration": listed}}


changes = st.lists(
    st.one_of(member_changes(), member_changes(), member_changes(), settings_changes()),
    min_size=1,
    max_size=3,
    unique_by=subject_of,
)
