"""What channels and the jobs on them take from access budgets, and what is shown of these."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.emulator.machine_learning.learning_world import (
    CONFLICT,
    INVALID,
    UNTIL_ACTIVE,
    LearningWorld,
)
from tests.emulator.world import CREATOR, READER, RUNNER

STARVED = "BUDGET_EXHAUSTED"


class BudgetWorld(LearningWorld):
    """With the table "visits" of CREATOR, an access budget on it, and an association."""

    def __init__(self, amount: int = 10, **more: Any) -> None:
        super().__init__(**more)
        self.visits = self.table("visits")
        self.budget(self.visits, amount)
        self.trees = self.association()

    def active_channel(self, *arguments: str, **given: Any) -> str:
        arn = self.channel(self.trees, *arguments, **given)
        self.clock.advance(UNTIL_ACTIVE)
        return arn

    def active_model(self, channel: str, **given: Any) -> str:
        arn = self.model(self.trees, channel, **given)
        self.clock.advance(UNTIL_ACTIVE)
        return arn


def budgets(channel: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = channel["privacyBudgets"]["accessBudgets"]
    return found


def test_building_a_channel_is_a_use_of_its_tables() -> None:
    world = BudgetWorld()
    sales = world.table("sales")
    world.budget(sales, 4)
    world.channel(world.trees, "select v.amount from visits v join sales s on v.user_id = s.user_id join visits w on true")

    assert (9, 3) == (world.left(world.visits), world.left(sales))


def test_training_and_inference_are_uses_of_their_channels_tables() -> None:
    world = BudgetWorld()
    world.configure()
    channel = world.active_channel()
    model = world.active_model(channel)
    assert 8 == world.left(world.visits)

    world.inference(model, channel)
    assert 7 == world.left(world.visits)


def test_a_training_uses_all_tables_of_its_channels() -> None:
    world = BudgetWorld()
    sales = world.table("sales")
    world.budget(sales, 4)
    world.model(world.trees, world.active_channel("select 1 as one from visits, sales"))

    assert (8, 2) == (world.left(world.visits), world.left(sales))


def test_a_training_on_two_channels_of_one_table_uses_it_once() -> None:
    world = BudgetWorld()
    first, second = world.channel(world.trees), world.active_channel()
    world.model(world.trees, first, second)

    assert 7 == world.left(world.visits)


def test_a_channel_shows_the_budgets_of_its_tables_as_they_are_now() -> None:
    world = BudgetWorld(5)
    arn = world.active_channel()

    (budget,) = budgets(world.read_channel(arn))
    (detail,) = budget["details"]
    assert (world.visits, 4) == (budget["resourceArn"], budget["aggregateRemainingBudget"])
    assert ("CALENDAR_DAY", "ENABLED", 5, 4) == tuple(
        detail[name] for name in ("budgetType", "autoRefresh", "budget", "remainingBudget")
    )
    assert datetime(2026, 9, 22, tzinfo=UTC) == detail["endTime"]

    world.query("select amount from visits")
    assert 3 == budgets(world.read_channel(arn))[0]["aggregateRemainingBudget"]
    world.clock.advance(86_400)
    assert 5 == budgets(world.read_channel(arn))[0]["aggregateRemainingBudget"]


@pytest.mark.parametrize("account", [CREATOR, READER, RUNNER])
def test_every_member_sees_the_budgets_of_a_channel(account: str) -> None:
    world = BudgetWorld()
    arn = world.active_channel()

    assert budgets(world.read_channel(arn)) == budgets(world.seen_channel(arn, account))


def test_what_is_left_of_a_budget_of_two_parts_is_the_lower_one() -> None:
    world = LearningWorld()
    table = world.table("visits")
    world.of(CREATOR).create_privacy_budget_template(
        membershipIdentifier=world.memberships[CREATOR],
        privacyBudgetType="ACCESS_BUDGET",
        parameters={
            "accessBudget": {
                "budgetParameters": [
                    {"type": "CALENDAR_WEEK", "budget": 9, "autoRefresh": "ENABLED"},
                    {"type": "LIFETIME", "budget": 3},
                ],
                "resourceArn": table,
            }
        },
    )
    (budget,) = budgets(world.read_channel(world.channel(world.association())))

    assert (2, 2) == (len(budget["details"]), budget["aggregateRemainingBudget"])


def test_there_is_one_entry_for_each_table_with_a_budget() -> None:
    world = BudgetWorld()
    sales = world.table("sales")
    world.budget(sales, 2)
    world.table("free")
    arn = world.channel(world.trees, "select 1 as one from visits, sales, free")

    assert {world.visits: 9, sales: 1} == {
        each["resourceArn"]: each["aggregateRemainingBudget"] for each in budgets(world.read_channel(arn))
    }


def test_a_channel_without_budgets_does_not_mention_them() -> None:
    world = LearningWorld()
    world.table("visits")
    arn = world.channel(world.association())

    assert "privacyBudgets" not in world.read_channel(arn)
    assert "privacyBudgets" not in world.seen_channel(arn)


def test_a_channel_without_tables_can_be_made() -> None:
    world = BudgetWorld()

    assert "privacyBudgets" not in world.read_channel(world.channel(world.trees, "select 1 as one"))
    assert 10 == world.left(world.visits)


def test_a_budget_that_comes_or_goes_later_is_shown_or_not() -> None:
    world = LearningWorld()
    table = world.table("visits")
    arn = world.channel(world.association())
    world.budget(table, 3)
    assert 3 == budgets(world.read_channel(arn))[0]["aggregateRemainingBudget"]

    (template,) = world.of(CREATOR).list_privacy_budget_templates(membershipIdentifier=world.memberships[CREATOR])[
        "privacyBudgetTemplateSummaries"
    ]
    world.of(CREATOR).delete_privacy_budget_template(
        membershipIdentifier=world.memberships[CREATOR], privacyBudgetTemplateIdentifier=template["id"]
    )
    assert "privacyBudgets" not in world.read_channel(arn)


def test_nothing_can_be_built_or_run_on_a_table_that_is_used_up() -> None:
    world = BudgetWorld(1)
    world.configure()
    channel = world.active_channel()

    refused = world.training(world.trees, channel)
    assert (INVALID, 400) == (refused.kind, refused.status)
    assert INVALID == world.channelling(world.trees).kind
    assert 0 == world.left(world.visits)


def test_inference_is_refused_on_a_table_that_is_used_up() -> None:
    world = BudgetWorld(2)
    world.configure()
    channel = world.active_channel()
    model = world.active_model(channel)

    assert INVALID == world.inferring(model, channel).kind


def test_what_finds_no_budget_may_be_accepted_and_fail() -> None:
    world = BudgetWorld(1, switches={"budgetExhausted": "FAILED"})
    first, second = world.channel(world.trees), world.channel(world.trees)
    pending = world.read_channel(second)["status"]
    world.clock.advance(UNTIL_ACTIVE)
    model = world.model(world.trees, first)
    world.clock.advance(UNTIL_ACTIVE)

    assert ("CREATE_PENDING", "ACTIVE") == (pending, world.read_channel(first)["status"])
    failed = [world.read_channel(second), world.read_model(model)]
    assert [("CREATE_FAILED", STARVED)] * 2 == [(each["status"], each["statusDetails"]["statusCode"]) for each in failed]
    assert 0 == world.left(world.visits)


@pytest.mark.parametrize(("reading", "left"), [("no", 8), ("yes", 9)])
def test_what_a_cancelled_training_took_comes_back_by_the_switch(reading: str, left: int) -> None:
    world = BudgetWorld(switches={"budgetRefund": reading})
    model = world.model(world.trees, world.active_channel())
    world.ml(RUNNER).cancel_trained_model(membershipIdentifier=world.memberships[RUNNER], trainedModelArn=model)

    assert left == world.left(world.visits)


@pytest.mark.parametrize(("reading", "left"), [("no", 7), ("yes", 8)])
def test_what_a_failed_channel_took_comes_back_by_the_switch_once(reading: str, left: int) -> None:
    world = BudgetWorld(switches={"budgetRefund": reading})
    world.query("select amount from visits")
    world.query("select amount from visits")
    arn = world.active_channel("select raise_error('no') from visits")
    for _ in range(2):
        world.read_channel(arn)

    assert left == world.left(world.visits)


@pytest.mark.parametrize("reading", ["refused", "usable"])
@pytest.mark.parametrize("way", ["the member is removed", "the association is deleted"])
def test_whether_a_channel_outlives_its_table_is_a_switch(way: str, reading: str) -> None:
    world = LearningWorld(switches={"withdrawnChannelSource": reading})
    world.table("visits")
    sales = world.table("sales", READER)
    trees = world.association()
    channel = world.channel(trees, "select 1 as one from visits, sales")
    world.clock.advance(UNTIL_ACTIVE)
    if way == "the member is removed":
        world.removed(READER)
    else:
        world.of(READER).delete_configured_table_association(
            membershipIdentifier=world.memberships[READER],
            configuredTableAssociationIdentifier=sales.rpartition("/")[2],
        )

    if reading == "refused":
        assert CONFLICT == world.training(trees, channel).kind
    else:
        assert "CREATE_PENDING" == world.read_model(world.model(trees, channel))["status"]
