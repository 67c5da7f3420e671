"""Which tables let a channel be made of them, and what protected and intermediate tables are charged for it."""

from typing import Any

import pytest

from tests.emulator.analyses.analysis_world import ANY
from tests.emulator.machine_learning.learning_world import CONFLICT, INVALID, UNTIL_ACTIVE, LearningWorld, input_channel
from tests.emulator.world import CREATOR, OUTSIDER, RUNNER

QUERY_OF_OTHERS = {"allowedAnalyses": ["ANY_QUERY"], "allowedAnalysisProviders": [OUTSIDER]}
PRIVATE = {**ANY, "differentialPrivacy": {"columns": [{"name": "user_id"}]}}
SUMS = "select user_id, sum(amount) as total from visits group by user_id"


@pytest.mark.parametrize("rule", [None, QUERY_OF_OTHERS], ids=["no rule", "a rule for others"])
def test_a_table_that_is_not_open_to_queries_is_not_open_to_channels(rule: Any) -> None:
    world = LearningWorld()
    world.table("visits", rule=rule)

    assert INVALID == world.channelling(world.association()).kind


@pytest.mark.parametrize("allowed", [True, False])
def test_a_rule_can_open_a_table_to_one_template(allowed: bool) -> None:
    world = LearningWorld()
    world.table("other")
    template = world.template(source={"text": "select amount from visits"}, analysisParameters=[])
    world.table("visits", rule={"allowedAnalyses": [template]})
    sql = {"analysisTemplateArn": template} if allowed else {"queryString": "select amount from visits"}
    source = input_channel(RUNNER, **sql)
    association = world.association()

    if allowed:
        assert world.channel(association, inputChannel=source)
    else:
        assert INVALID == world.channelling(association, inputChannel=source).kind


def privacy_left(world: LearningWorld) -> int:
    budgets: list[Any] = world.of(RUNNER).list_collaboration_privacy_budgets(
        collaborationIdentifier=world.collaboration_id, privacyBudgetType="DIFFERENTIAL_PRIVACY"
    )["collaborationPrivacyBudgetSummaries"]
    aggregations = budgets[0]["budget"]["differentialPrivacy"]["aggregations"]
    return min(int(each["remainingCount"]) for each in aggregations)


def test_a_channel_of_a_protected_table_takes_from_the_privacy_budget() -> None:
    world = LearningWorld()
    world.table("visits", rule=PRIVATE)
    association, sql = world.association(), "select count(distinct user_id) as users from visits"
    assert INVALID == world.channelling(association, sql).kind

    world.of(CREATOR).create_privacy_budget_template(
        membershipIdentifier=world.memberships[CREATOR],
        privacyBudgetType="DIFFERENTIAL_PRIVACY",
        autoRefresh="NONE",
        parameters={"differentialPrivacy": {"epsilon": 3, "usersNoisePerQuery": 30}},
    )
    before = privacy_left(world)
    world.channel(association, sql)
    assert privacy_left(world) < before


def with_sums(rule: dict[str, Any] | None = None, **own_rule: Any) -> tuple[LearningWorld, str, str]:
    """A world with an intermediate table of "visits"; both have budgets."""
    world = LearningWorld()
    visits = world.table("visits", rule=rule or ANY)
    world.budget(visits, 9, "LIFETIME")
    runner, own = world.of(RUNNER), {"membershipIdentifier": world.memberships[RUNNER]}
    table = runner.create_intermediate_table(
        **own, name="sums", populationAnalysisConfiguration={"sqlParameters": {"queryString": SUMS}}
    )["intermediateTable"]
    runner.populate_intermediate_table(**own, intermediateTableIdentifier=table["id"])
    world.clock.advance(10)
    runner.create_intermediate_table_analysis_rule(
        **own,
        intermediateTableIdentifier=table["id"],
        analysisRuleType="CUSTOM",
        analysisRulePolicy={
            "v1": {"custom": {"allowedAnalyses": ["ANY_QUERY"], "allowedAnalysisProviders": [RUNNER], **own_rule}}
        },
    )
    world.budget(table["arn"], 9, "LIFETIME", RUNNER)
    return world, visits, table["arn"]


def test_a_channel_of_an_intermediate_table_uses_it_and_its_base() -> None:
    world, visits, sums = with_sums()
    association = world.association()
    channel = world.channel(association, "select total from sums")
    assert (7, 8) == (world.left(visits), world.left(sums))

    world.clock.advance(UNTIL_ACTIVE)
    world.model(association, channel)
    assert (6, 7) == (world.left(visits), world.left(sums))


def test_the_budget_shown_for_an_intermediate_table_is_that_of_its_base() -> None:
    world, visits, _ = with_sums()
    shown = world.read_channel(world.channel(world.association(), "select total from sums"))["privacyBudgets"]

    assert [visits] == [each["resourceArn"] for each in shown["accessBudgets"]]


@pytest.mark.parametrize("own_rule", [{}, {"additionalAnalyses": "ALLOWED"}], ids=["silent", "allows it"])
def test_an_intermediate_table_inherits_what_its_base_says_about_learning(own_rule: dict[str, str]) -> None:
    world, _, _ = with_sums({**ANY, "additionalAnalyses": "NOT_ALLOWED"}, **own_rule)

    assert INVALID == world.channelling(world.association(), "select total from sums").kind


@pytest.mark.parametrize(("region", "allowed"), [("eu-west-1", True), ("us-east-1", False)])
def test_an_intermediate_table_inherits_the_list_of_algorithms(region: str, allowed: bool) -> None:
    pattern = f"arn:aws:cleanrooms-ml:{region}:*:membership/*/configured-model-algorithm-association/*"
    listed = {"additionalAnalyses": "ALLOWED", "allowedAdditionalAnalyses": [pattern]}
    world, _, _ = with_sums({**ANY, **listed}, additionalAnalyses="ALLOWED")
    association = world.association()

    if allowed:
        assert world.channel(association, "select total from sums")
    else:
        assert INVALID == world.channelling(association, "select total from sums").kind


def test_a_channel_ends_with_the_base_of_its_intermediate_table() -> None:
    world, visits, _ = with_sums()
    association = world.association()
    channel = world.channel(association, "select total from sums")
    world.clock.advance(UNTIL_ACTIVE)
    world.of(CREATOR).delete_configured_table_association(
        membershipIdentifier=world.memberships[CREATOR],
        configuredTableAssociationIdentifier=visits.rpartition("/")[2],
    )

    assert CONFLICT == world.training(association, channel).kind


def test_a_channel_outlives_the_retention_of_its_intermediate_table() -> None:
    world, _, _ = with_sums()
    association = world.association()
    world.clock.advance(29.5 * 86_400)
    channel = world.channel(association, "select total from sums")
    world.clock.advance(86_400)

    assert INVALID == world.channelling(association, "select total from sums").kind
    assert world.model(association, channel)
