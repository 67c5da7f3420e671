import pytest

from tests.emulator.budgets.budgets_world import OTHER_PROVIDER, POLICY_EXISTS, PROVIDER, BudgetsWorld, moment, part
from tests.emulator.world import COLLABORATION_STATE, INVALID_CONFIGURATION, INVALID_FIELD, READER, RUNNER, refusal

TYPES = {"AVG", "COUNT", "COUNT_DISTINCT", "SUM", "STDDEV"}


def previewed(world: BudgetsWorld, epsilon: int, noise: int, by: str = PROVIDER) -> dict[str, int]:
    answer = world.of(by).preview_privacy_impact(
        membershipIdentifier=world.memberships[by],
        parameters={"differentialPrivacy": {"epsilon": epsilon, "usersNoisePerQuery": noise}},
    )
    return {each["type"]: each["maxCount"] for each in answer["privacyImpact"]["differentialPrivacy"]["aggregations"]}


def test_a_policy_has_epsilon_and_noise() -> None:
    template = BudgetsWorld().set_policy(3, 30)

    assert {"differentialPrivacy": {"epsilon": 3, "usersNoisePerQuery": 30}} == template["parameters"]


@pytest.mark.parametrize(("epsilon", "noise"), [(1, 10), (20, 100)])
def test_the_limits_of_epsilon_and_noise_are_possible(epsilon: int, noise: int) -> None:
    assert epsilon == BudgetsWorld().set_policy(epsilon, noise)["parameters"]["differentialPrivacy"]["epsilon"]


@pytest.mark.parametrize(
    ("epsilon", "noise", "field"), [(21, 30, "epsilon"), (3, 101, "usersNoisePerQuery")], ids=["epsilon", "noise"]
)
def test_values_above_the_limits_are_refused(epsilon: int, noise: int, field: str) -> None:
    refused = BudgetsWorld().setting_policy(epsilon, noise)

    assert (INVALID_FIELD, [f"parameters.differentialPrivacy.{field}"]) == (refused.kind, refused.fields)


@pytest.mark.parametrize("by", [PROVIDER, OTHER_PROVIDER])
def test_a_collaboration_has_one_policy(by: str) -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30)
    refused = world.setting_policy(5, 50, by=by)

    assert (POLICY_EXISTS, world.id) == (refused.kind, refused.resource_id)


def test_a_policy_goes_together_with_access_budgets() -> None:
    world = BudgetsWorld()
    world.limit(world.table(), part("DAY", 5))
    world.set_policy(3, 30)

    assert ["ACCESS_BUDGET", "DIFFERENTIAL_PRIVACY"] == [each["privacyBudgetType"] for each in world.templates()]


def test_another_member_can_set_the_policy_when_it_was_deleted() -> None:
    world = BudgetsWorld()
    world.delete(world.set_policy(3, 30)["id"])

    assert (
        OTHER_PROVIDER
        == world.of(READER).get_collaboration_privacy_budget_template(
            collaborationIdentifier=world.id,
            privacyBudgetTemplateIdentifier=world.set_policy(3, 30, by=OTHER_PROVIDER)["id"],
        )["collaborationPrivacyBudgetTemplate"]["creatorAccountId"]
    )


@pytest.mark.parametrize("by", [RUNNER, READER])
def test_a_member_that_receives_results_cannot_set_the_policy(by: str) -> None:
    refused = BudgetsWorld().setting_policy(3, 30, by=by)

    assert (INVALID_CONFIGURATION, ["privacyBudgetType"]) == (refused.kind, refused.fields)


def test_under_the_other_reading_a_member_that_receives_results_can_set_the_policy() -> None:
    world = BudgetsWorld({"receiverPrivacyTemplate": "accept"})

    assert "DIFFERENTIAL_PRIVACY" == world.set_policy(3, 30, by=READER)["privacyBudgetType"]


def test_a_member_that_receives_results_can_limit_its_tables() -> None:
    world = BudgetsWorld()
    arn = world.table(READER)
    world.limit(arn, part("DAY", 5), by=READER)

    assert 5 == world.left(arn)


@pytest.mark.parametrize("reading", ["NONE", "CALENDAR_MONTH"])
def test_an_omitted_refresh_of_a_policy_has_a_default(reading: str) -> None:
    assert reading == BudgetsWorld({"privacyDefaultRefresh": reading}).set_policy(3, 30)["autoRefresh"]


@pytest.mark.parametrize("refresh", ["NONE", "CALENDAR_MONTH"])
def test_a_given_refresh_of_a_policy_is_kept(refresh: str) -> None:
    world = BudgetsWorld()
    id = world.set_policy(3, 30, autoRefresh=refresh)["id"]
    world.change_policy(id, epsilon=5)

    assert refresh == world.get(id)["autoRefresh"]


def test_the_budget_lists_all_types_of_aggregation() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30)

    assert (3, TYPES) == (world.privacy()["epsilon"], set(world.aggregations_left()))


def test_an_unused_budget_has_everything_left() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30)

    assert [] == [each for each in world.privacy()["aggregations"] if each["maxCount"] != each["remainingCount"]]


def test_all_types_of_aggregation_share_the_budget() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30)
    before = world.counts_left()
    world.query(COUNT=2, AVG=3)

    assert dict.fromkeys(TYPES, before - 5) == world.aggregations_left()


def test_a_query_without_aggregations_takes_as_much_as_one_aggregation() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30)
    before = world.counts_left()
    world.query()

    assert before - 1 == world.counts_left()


def test_use_does_not_change_what_was_possible_at_first() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30)
    before = [each["maxCount"] for each in world.privacy()["aggregations"]]
    world.query(SUM=7)

    assert before == [each["maxCount"] for each in world.privacy()["aggregations"]]


def test_a_query_is_possible_until_the_budget_is_used_up() -> None:
    world = BudgetsWorld()
    world.set_policy(1, 10)
    last = world.counts_left() - 1
    world.query(COUNT=last)
    before = world.cannot_query(AVG=1)
    world.query(AVG=1)

    assert (False, True, 0) == (before, world.cannot_query(AVG=1), world.counts_left())


def test_a_query_that_needs_more_than_is_left_is_impossible() -> None:
    world = BudgetsWorld()
    world.set_policy(1, 10)

    assert (False, True) == (
        world.cannot_query(COUNT=world.counts_left()),
        world.cannot_query(COUNT=world.counts_left(), SUM=1),
    )


def test_without_a_policy_protected_tables_cannot_be_queried() -> None:
    assert BudgetsWorld().cannot_query(COUNT=1)


def test_without_a_policy_there_is_nothing_to_take_from() -> None:
    with pytest.raises(ValueError, match="has no differential privacy budget"):
        BudgetsWorld().query(COUNT=1)


def test_when_the_policy_is_deleted_protected_tables_cannot_be_queried() -> None:
    world = BudgetsWorld()
    id = world.set_policy(3, 30)["id"]
    before = world.cannot_query(COUNT=1)
    world.delete(id)

    assert (False, True) == (before, world.cannot_query(COUNT=1))


def test_a_new_policy_grants_a_fresh_budget() -> None:
    world = BudgetsWorld()
    id = world.set_policy(1, 10)["id"]
    world.query(COUNT=world.counts_left())
    world.delete(id)
    world.set_policy(1, 10)

    assert not world.cannot_query(COUNT=1)


def test_an_update_keeps_what_it_does_not_name() -> None:
    world = BudgetsWorld()
    id = world.set_policy(3, 30)["id"]
    world.change_policy(id, epsilon=5)
    updated = world.change_policy(id, usersNoisePerQuery=40)

    assert {"epsilon": 5, "usersNoisePerQuery": 40} == updated["parameters"]["differentialPrivacy"]


def test_an_update_that_names_nothing_changes_nothing() -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30)
    world.query(COUNT=1)
    before = world.privacy()

    assert template["parameters"] == world.change_policy(template["id"])["parameters"]
    assert before == world.privacy()


def test_raised_epsilon_is_added_to_what_is_left() -> None:
    world = BudgetsWorld()
    id = world.set_policy(3, 30)["id"]
    added = previewed(world, 5, 30)["COUNT"] - previewed(world, 3, 30)["COUNT"]
    world.query(COUNT=7)
    left = world.counts_left()
    world.change_policy(id, epsilon=5)

    assert left + added == world.counts_left()


def test_raised_epsilon_makes_queries_possible_again() -> None:
    world = BudgetsWorld()
    id = world.set_policy(1, 10)["id"]
    world.query(COUNT=world.counts_left())
    world.change_policy(id, epsilon=2)

    assert not world.cannot_query(COUNT=1)


def test_epsilon_can_be_lowered_before_the_first_query() -> None:
    world = BudgetsWorld()
    id = world.set_policy(3, 30)["id"]
    world.change_policy(id, epsilon=2)

    assert previewed(world, 2, 30) == world.aggregations_left()


@pytest.mark.parametrize(("reading", "kind"), [("409", COLLABORATION_STATE), ("400", INVALID_CONFIGURATION)])
def test_epsilon_cannot_be_lowered_after_a_query(reading: str, kind: tuple[str, str | None, str | None]) -> None:
    world = BudgetsWorld({"epsilonDecreaseAfterUse": reading})
    id = world.set_policy(3, 30)["id"]
    world.query(COUNT=1)

    assert (kind, 3) == (world.changing_policy(id, epsilon=2).kind, world.privacy()["epsilon"])


def test_epsilon_can_be_sent_again_after_a_query() -> None:
    world = BudgetsWorld()
    id = world.set_policy(3, 30)["id"]
    world.query(COUNT=1)
    left = world.counts_left()
    world.change_policy(id, epsilon=3, usersNoisePerQuery=30)

    assert left == world.counts_left()


def test_epsilon_that_was_raised_cannot_be_lowered_to_the_old_value_after_a_query() -> None:
    world = BudgetsWorld()
    id = world.set_policy(3, 30)["id"]
    world.query(COUNT=1)
    world.change_policy(id, epsilon=5)

    assert COLLABORATION_STATE == world.changing_policy(id, epsilon=3).kind


@pytest.mark.parametrize("noise", [10, 100])
def test_noise_can_move_either_way_after_a_query(noise: int) -> None:
    world = BudgetsWorld()
    id = world.set_policy(3, 30)["id"]
    world.query(COUNT=1)
    updated = world.change_policy(id, usersNoisePerQuery=noise)

    assert noise == updated["parameters"]["differentialPrivacy"]["usersNoisePerQuery"]


def test_more_noise_stretches_what_is_left() -> None:
    world = BudgetsWorld()
    id = world.set_policy(1, 10)["id"]
    world.query(COUNT=5)
    left = world.counts_left()
    world.change_policy(id, usersNoisePerQuery=20)

    assert 2 * left == world.counts_left()


def test_noise_revives_no_exhausted_budget() -> None:
    world = BudgetsWorld()
    id = world.set_policy(1, 10)["id"]
    world.query(COUNT=world.counts_left())
    world.change_policy(id, usersNoisePerQuery=100)

    assert 0 == world.counts_left()


def test_a_monthly_budget_is_whole_again_on_the_first_of_the_month() -> None:
    world = BudgetsWorld()
    world.set_policy(1, 10, autoRefresh="CALENDAR_MONTH")
    whole = world.counts_left()
    world.query(COUNT=whole)
    world.go_to("2027-03-31T23:59:59.999")
    before = world.counts_left()
    world.go_to("2027-04-01T00:00:00")

    assert (0, whole) == (before, world.counts_left())


def test_a_monthly_budget_is_renewed_every_month() -> None:
    world = BudgetsWorld()
    world.set_policy(1, 10, autoRefresh="CALENDAR_MONTH")
    whole = world.counts_left()
    for date in ("2027-04-01T00:00:00", "2027-08-15T00:00:00"):
        world.query(COUNT=whole)
        world.go_to(date)

    assert whole == world.counts_left()


def test_a_budget_without_refresh_stays_used() -> None:
    world = BudgetsWorld()
    world.set_policy(1, 10)
    world.query(COUNT=3)
    left = world.counts_left()
    world.go_to("2028-01-01T00:00:00")

    assert left == world.counts_left()


def test_a_renewed_budget_remembers_that_queries_were_run() -> None:
    world = BudgetsWorld()
    id = world.set_policy(3, 30, autoRefresh="CALENDAR_MONTH")["id"]
    world.query(COUNT=1)
    world.go_to("2027-04-02T00:00:00")

    assert COLLABORATION_STATE == world.changing_policy(id, epsilon=2).kind


def test_a_renewed_budget_was_updated_when_its_month_began() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30, autoRefresh="CALENDAR_MONTH")
    world.go_to("2027-04-02T00:00:00")

    assert moment("2027-04-01") == world.budgets("DIFFERENTIAL_PRIVACY")[0]["updateTime"].timestamp()


def test_a_query_moves_the_update_time_of_the_budget() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30)
    world.go_to("2027-03-10T15:00:00")
    world.query(COUNT=1)

    assert moment("2027-03-10T15:00:00") == world.budgets("DIFFERENTIAL_PRIVACY")[0]["updateTime"].timestamp()


def test_a_preview_tells_what_a_policy_would_allow() -> None:
    world = BudgetsWorld()
    preview = previewed(world, 3, 30)
    world.set_policy(3, 30)

    assert preview == world.aggregations_left()


def test_a_preview_rises_with_epsilon_and_with_noise() -> None:
    world = BudgetsWorld()
    base, more_epsilon, more_noise = previewed(world, 3, 30), previewed(world, 4, 30), previewed(world, 3, 31)

    assert TYPES == {each for each in base if base[each] < more_epsilon[each] and base[each] < more_noise[each]}


def test_a_preview_changes_nothing() -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30)
    before = world.privacy()
    previewed(world, 9, 90)

    assert (template, before) == (world.get(template["id"]), world.privacy())


@pytest.mark.parametrize("by", [RUNNER, READER, OTHER_PROVIDER])
def test_every_member_can_ask_for_a_preview(by: str) -> None:
    assert TYPES == set(previewed(BudgetsWorld(), 3, 30, by))


def test_a_preview_outside_the_limits_is_refused() -> None:
    world = BudgetsWorld()
    refused = refusal(
        world.of(PROVIDER).preview_privacy_impact,
        membershipIdentifier=world.memberships[PROVIDER],
        parameters={"differentialPrivacy": {"epsilon": 21, "usersNoisePerQuery": 30}},
    )

    assert INVALID_FIELD == refused.kind
