import pytest

from cleanrooms_governance.model import CostType
from cleanrooms_governance.planning.changes import (
    AddMember,
    AddPayer,
    Change,
    ClaimOwnership,
    CreateCollaboration,
    GrantAbility,
    GrantMlAbility,
    JoinCollaboration,
    RemovePayer,
    RevokeAbility,
    RevokeMlAbility,
    SetAutoApproval,
    change_id,
)
from tests.unit.core.builders import BANK, EXPORT, NEWCOMER, RECEIVE, SHOP

MODEL = "CAN_RECEIVE_MODEL_OUTPUT"
QUERY_COMPUTE = CostType.QUERY_COMPUTE
SETTINGS = {"members": {BANK: {}, SHOP: {}}, "queryLog": False}
NAMES = {BANK: "bank"}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        pytest.param(AddMember(BANK, NAMES), f"add member {BANK} (bank)", id="add member"),
        pytest.param(GrantAbility(BANK, RECEIVE, NAMES), f"grant CAN_RECEIVE_RESULTS to {BANK} (bank)", id="grant"),
        pytest.param(RevokeAbility(BANK, RECEIVE), f"revoke CAN_RECEIVE_RESULTS from {BANK}", id="revoke"),
        pytest.param(GrantMlAbility(BANK, MODEL, NAMES), f"grant {MODEL} to {BANK} (bank)", id="grant ML ability"),
        pytest.param(RevokeMlAbility(BANK, MODEL), f"revoke {MODEL} from {BANK}", id="revoke ML ability"),
        pytest.param(AddPayer(BANK, QUERY_COMPUTE, NAMES), f"add {BANK} (bank) as payer for queryCompute", id="add payer"),
        pytest.param(RemovePayer(BANK, QUERY_COMPUTE), f"remove {BANK} as payer for queryCompute", id="remove payer"),
        pytest.param(
            SetAutoApproval(frozenset({"A", "B"}), frozenset({"B", "C", "D"})),
            "set the auto-approval list: +C, +D, -A",
            id="auto-approval",
        ),
        pytest.param(
            CreateCollaboration("Sales", "eu-west-1", SETTINGS, NAMES),
            f"create collaboration 'Sales' in eu-west-1 with {BANK} (bank), {SHOP}",
            id="create",
        ),
        pytest.param(ClaimOwnership(None, "a/b/c"), "adopt the collaboration: tag it governed-by=a/b/c", id="adopt"),
        pytest.param(
            ClaimOwnership("x/y/z", "a/b/c"),
            "adopt the collaboration: tag it governed-by=a/b/c (until now x/y/z)",
            id="take over",
        ),
        pytest.param(JoinCollaboration(BANK, frozenset(), {}), f"join as {BANK}, paying for nothing", id="join"),
        pytest.param(
            JoinCollaboration(BANK, frozenset({CostType.QUERY_COMPUTE, CostType.JOB_COMPUTE}), {}),
            f"join as {BANK}, paying for jobCompute, queryCompute",
            id="join as payer",
        ),
    ],
)
def test_a_change_reads_as_one_line(change: Change, text: str) -> None:
    assert text == str(change)


def test_names_are_no_part_of_a_changes_identity() -> None:
    named, nameless = AddMember(BANK, NAMES), AddMember(BANK)
    assert named == nameless
    assert change_id(named, needs_votes=True) == change_id(nameless, needs_votes=True)


def test_every_other_property_is_part_of_a_changes_identity() -> None:
    changes: list[Change] = [
        AddMember(BANK),
        AddMember(NEWCOMER),
        GrantAbility(BANK, RECEIVE),
        RevokeAbility(BANK, RECEIVE),
        GrantAbility(BANK, EXPORT),
        GrantMlAbility(BANK, MODEL),
        GrantMlAbility(BANK, "CAN_RECEIVE_INFERENCE_OUTPUT"),
        RevokeMlAbility(BANK, MODEL),
        AddPayer(BANK, QUERY_COMPUTE),
        AddPayer(BANK, CostType.JOB_COMPUTE),
        RemovePayer(BANK, QUERY_COMPUTE),
        SetAutoApproval(frozenset(), frozenset({"A"})),
        SetAutoApproval(frozenset(), frozenset({"A", "B"})),
        SetAutoApproval(frozenset({"B"}), frozenset({"A"})),
        CreateCollaboration("Sales", "eu-west-1", SETTINGS),
        CreateCollaboration("Sales", "eu-west-1", {**SETTINGS, "queryLog": True}),
        ClaimOwnership(None, "a/b/c"),
        ClaimOwnership("x/y/z", "a/b/c"),
        JoinCollaboration(BANK, frozenset(), {}),
        JoinCollaboration(BANK, frozenset({CostType.QUERY_COMPUTE}), {}),
        JoinCollaboration(BANK, frozenset(), {"queryLog": True}),
    ]
    ids = {change_id(change, needs_votes=votes) for change in changes for votes in (True, False)}
    assert 2 * len(changes) == len(ids)
