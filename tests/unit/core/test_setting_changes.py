"""What a collaboration is beside its members, in a plan: name, description, tags, owner, and what is fixed at creation."""

from dataclasses import replace
from typing import Any

import pytest

from cleanrooms_governance.change_requests.moves import EditTags, UpdateSettings
from cleanrooms_governance.change_requests.next_move import Claim, Outcome, decide
from cleanrooms_governance.model import Collaboration
from cleanrooms_governance.planning.changes import ClaimOwnership
from cleanrooms_governance.planning.plan import Level, Plan
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.planning.setting_changes import DescribeCollaboration, RenameCollaboration, TagCollaboration
from cleanrooms_governance.report import plan_lines
from cleanrooms_governance.tagging import KEYS_TAG, OWNER_TAG, TagEdit, first_tags
from tests.unit.core.builders import ID, OWNER, collaboration, situation, stack_file

FORMER = "acme/prod/selling"
ENCRYPTED = {
    "allowCleartext": True,
    "allowDuplicates": False,
    "allowJoinsOnColumnsWithDifferentNames": False,
    "preserveNulls": True,
}


def changes_of(plan: Plan) -> list[object]:
    return [planned.change for planned in plan.changes]


@pytest.mark.parametrize(
    ("wanted", "live", "change", "said"),
    [
        pytest.param(
            {"name": "New"},
            {},
            RenameCollaboration("Sales", "New"),
            "rename the collaboration to 'New' (until now 'Sales')",
            id="name",
        ),
        pytest.param(
            {"description": "New"},
            {},
            DescribeCollaboration("", "New"),
            "describe the collaboration as 'New' (until now none)",
            id="first description",
        ),
        pytest.param(
            {"description": "New"},
            {"description": "Old"},
            DescribeCollaboration("Old", "New"),
            "describe the collaboration as 'New' (until now 'Old')",
            id="other description",
        ),
        pytest.param(
            {"description": ""},
            {"description": "Old"},
            DescribeCollaboration("Old", ""),
            "take away the description of the collaboration (until now 'Old')",
            id="no description",
        ),
    ],
)
def test_a_name_and_a_description_are_changed_at_once(
    wanted: dict[str, Any], live: dict[str, Any], change: object, said: str
) -> None:
    plan = plan_collaboration(stack_file(**wanted), collaboration(**live))
    assert [change] == changes_of(plan)
    assert [(said, False)] == [(str(planned), planned.needs_votes) for planned in plan.changes]
    assert ((), (), ()) == (plan.dangers, plan.refusals, plan.remarks)


def test_without_a_name_an_adopted_collaboration_keeps_the_one_that_it_has() -> None:
    assert () == plan_collaboration(stack_file(name=None, id=ID), collaboration(name="Anything")).changes


@pytest.mark.parametrize("key", ["description", "tags"])
def test_what_is_absent_is_not_managed(key: str) -> None:
    live = collaboration(description="Old", tags={"team": "sales"})
    assert Plan(ID) == plan_collaboration(stack_file(**{key: None}), live)


def test_declared_tags_are_written_and_what_we_set_is_removed() -> None:
    ours = {key: value for key, value in first_tags({"team": "sales", "old": "1"}, OWNER).items() if key != OWNER_TAG}
    live = collaboration(tags={**ours, "cost": "17"})
    (change,) = changes_of(plan_collaboration(stack_file(tags={"team": "legal"}), live))
    assert isinstance(change, TagCollaboration)
    assert ({"team", KEYS_TAG}, ["old"]) == (set(change.edit.written), change.edit.removed)
    assert "tag the collaboration: team=legal, without old" == str(change)


def test_tags_that_are_there_are_no_change() -> None:
    live = collaboration(tags=first_tags({"team": "sales"}, OWNER))
    assert () == plan_collaboration(stack_file(tags={"team": "sales"}), live).changes


def test_name_description_and_tags_are_set_after_the_claim_and_by_one_call_where_one_carries_them() -> None:
    desired = stack_file(name="New", description="New", tags={"team": "sales"})
    live = replace(collaboration(), tags={})
    moves = decide(situation(desired, live)).moves
    assert [Claim(OWNER), UpdateSettings("New", "New")] == list(moves[:2])
    assert [EditTags] == [type(move) for move in moves[2:]]


def test_a_collaboration_that_is_only_renamed_is_not_converged_yet() -> None:
    assert Outcome.WAITING == decide(situation(stack_file(name="New"), collaboration())).outcome


def test_a_plan_tells_one_new_name_from_another() -> None:
    plans = {plan_collaboration(stack_file(name=name), collaboration()).fingerprint for name in ("New", "Newer")}
    assert 2 == len(plans)


@pytest.mark.parametrize(
    ("owner", "change", "dangers"),
    [
        pytest.param(OWNER, [], [], id="ours"),
        pytest.param(FORMER, [ClaimOwnership(FORMER, OWNER)], [], id="ours under a former key"),
        pytest.param("acme/prod/other", [ClaimOwnership("acme/prod/other", OWNER)], ["take-over"], id="another key's"),
        pytest.param("acme/test/selling", [ClaimOwnership("acme/test/selling", OWNER)], ["take-over"], id="another stack's"),
    ],
)
def test_what_carries_a_former_key_is_ours(owner: str, change: list[object], dangers: list[str]) -> None:
    live = collaboration(tags={OWNER_TAG: owner})
    plan = plan_collaboration(stack_file(former_owners=frozenset({FORMER})), live)
    assert change == changes_of(plan)
    assert dangers == [danger.rule for danger in plan.dangers] == [refusal.rule for refusal in plan.refusals]


def test_a_former_key_is_called_so() -> None:
    live = collaboration(tags={OWNER_TAG: FORMER})
    (planned,) = plan_collaboration(stack_file(former_owners=frozenset({FORMER})), live).changes
    assert f"tag the collaboration by its new key: governed-by={OWNER} (until now {FORMER})" == str(planned)


def test_acknowledging_a_take_over_does_not_pass_that_of_another_stack() -> None:
    live, neighbour = (collaboration(tags={OWNER_TAG: owner}) for owner in ("acme/prod/other", "acme/prod/another"))
    (danger,) = plan_collaboration(stack_file(), live).dangers
    desired = stack_file(acknowledge=frozenset({danger.fingerprint}))
    assert () == plan_collaboration(desired, live).refusals
    assert ["take-over"] == [refusal.rule for refusal in plan_collaboration(desired, neighbour).refusals]
    elsewhere = replace(live, id="0ddba11" + ID[7:])
    assert ["take-over"] == [refusal.rule for refusal in plan_collaboration(desired, elsewhere).refusals]


FIXED = [
    ("queryLog", {"query_log": True}, {}, "the query log is off, and that cannot be changed after creation"),
    ("jobLog", {"job_log": False}, {"job_log": True}, "the job log is on, and that cannot be changed after creation"),
    ("metrics", {"metrics": True}, {}, "metrics are off, and that cannot be changed after creation"),
    ("encryption", {"encryption": ENCRYPTED}, {}, "the collaboration is not for encrypted data, and that"),
    ("encryption", {"encryption": {}}, {"encryption": ENCRYPTED}, "the collaboration is for encrypted data, and that"),
    (
        "encryption",
        {"encryption": {"allowCleartext": False, "preserveNulls": True}},
        {"encryption": ENCRYPTED},
        "encryption: allowCleartext is true, and that cannot be changed",
    ),
    ("resultRegions", {"result_regions": frozenset({"eu-west-1"})}, {}, "results may be stored in any Region, and that"),
    (
        "resultRegions",
        {"result_regions": frozenset({"eu-west-1", "eu-west-3"})},
        {"result_regions": frozenset({"eu-west-2"})},
        "results may be stored in eu-west-2, and that",
    ),
    (
        "analyticsEngine",
        {"analytics_engine": "SPARK"},
        {"analytics_engine": "CLEAN_ROOMS_SQL"},
        "the analytics engine is CLEAN_ROOMS_SQL, and this tool does not change it",
    ),
]


@pytest.mark.parametrize(("key", "wanted", "live", "said"), FIXED)
def test_what_is_fixed_at_creation_is_explained_and_not_planned(
    key: str, wanted: dict[str, Any], live: dict[str, Any], said: str
) -> None:
    plan = plan_collaboration(stack_file(**wanted), collaboration(**live))
    assert ((), ()) == (plan.changes, plan.refusals)
    (remark,) = plan.remarks
    assert ("fixed-at-creation", key, Level.WARNING) == (remark.rule, remark.subject, remark.level)
    assert remark.message.startswith(f"collaborations.sales.{key}: ")
    assert said in remark.message
    assert remark.message.endswith("it stays. Follow it in the file, or make a new collaboration")


ALIKE: list[tuple[dict[str, Any], Collaboration]] = [
    ({"query_log": False, "job_log": False, "metrics": False, "encryption": {}}, collaboration()),
    ({"job_log": True}, collaboration(job_log=True)),
    ({"encryption": {"preserveNulls": True}}, collaboration(encryption=ENCRYPTED)),
    ({"result_regions": frozenset({"eu-west-1"})}, collaboration(result_regions=frozenset({"eu-west-1"}))),
    ({"analytics_engine": "SPARK"}, collaboration(analytics_engine=None)),
    ({"analytics_engine": "SPARK"}, collaboration(analytics_engine="SPARK")),
    ({}, collaboration(query_log=True, job_log=True, metrics=True, encryption=ENCRYPTED, analytics_engine="SPARK")),
]


@pytest.mark.parametrize(("wanted", "live"), ALIKE)
def test_what_is_as_the_file_says_is_not_mentioned(wanted: dict[str, Any], live: Collaboration) -> None:
    assert Plan(ID) == plan_collaboration(stack_file(**wanted), live)


def test_the_plan_of_a_creation_tells_what_is_decided_for_ever() -> None:
    desired = stack_file(
        query_log=True,
        job_log=False,
        metrics=True,
        encryption={"preserveNulls": True, "allowCleartext": False},
        result_regions=frozenset({"eu-west-3", "eu-west-1"}),
        analytics_engine="SPARK",
    )
    (line,) = (line.message for line in plan_lines(plan_collaboration(desired, None), None, {}))
    assert line.endswith(
        "(at once; the members are invited; for ever with the query log, metrics, encrypted data (allowCleartext=false,"
        " preserveNulls=true), results in eu-west-1, eu-west-3 alone, the analytics engine SPARK)"
    )
    (line,) = (line.message for line in plan_lines(plan_collaboration(stack_file(), None), None, {}))
    assert line.endswith("(at once; the members are invited)")


def test_an_edit_of_tags_reads_without_our_own_notes() -> None:
    edit = TagEdit({"team": None, "old": "1", KEYS_TAG: "aaaaa"}, {"team": "sales", "old": None, KEYS_TAG: "bbbbb"})
    assert "team=sales, without old" == str(edit)
