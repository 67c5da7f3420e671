from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.tables.tables_world import ASSOCIATION_NOT_FOUND, INVALID_QUERY, MEMBERSHIP_IN_USE, PROVIDER, TablesWorld
from tests.emulator.world import CREATOR, MEMBERSHIP_NOT_FOUND, READER, RUNNER, refusal

SWITCH = pytest.mark.parametrize("switch", ["deleted", "kept"])


def busy(switch: str = "deleted") -> tuple[TablesWorld, dict[str, Any], str, str]:
    """visits of PROVIDER, daily and weekly made of it, and sales of CREATOR."""
    world = TablesWorld({"removedMemberTables": switch})
    visits = world.associated("visits")
    world.associated("sales", owner=CREATOR)
    daily = world.filled("daily", "select day from visits")
    weekly = world.filled("weekly", "select daily.day from daily join sales on daily.day = sales.day")
    return world, visits, daily, weekly


@SWITCH
def test_the_tables_of_a_removed_member_leave_the_collaboration(switch: str) -> None:
    world, visits, *_ = busy(switch)
    world.budget(visits["arn"], 5)

    world.remove(PROVIDER)

    assert ["sales", "daily", "weekly"] == world.schemas()
    assert INVALID_QUERY == world.querying("select day from visits").kind
    assert {} == world.left()


@SWITCH
def test_a_removed_member_keeps_no_access_budgets_on_its_tables(switch: str) -> None:
    world, visits, *_ = busy(switch)
    world.budget(visits["arn"], 5)

    world.remove(PROVIDER)

    listed = world.of(PROVIDER).list_privacy_budget_templates(membershipIdentifier=world.memberships[PROVIDER])
    assert [] == listed["privacyBudgetTemplateSummaries"]


@SWITCH
def test_what_was_made_of_the_tables_of_a_removed_member_ends(switch: str) -> None:
    world, _, daily, weekly = busy(switch)

    world.remove(PROVIDER)

    assert ["BASE_TABLE_REMOVED"] * 2 == [world.status(daily), world.status(weekly)]
    assert ["INTERMEDIATE_TABLE_BASE_TABLE_REMOVED"] == world.reasons("weekly")
    assert "visits" in world.intermediate(daily)["statusReason"]
    assert INVALID_QUERY == world.querying("select day from daily").kind


def test_what_was_not_made_of_the_tables_of_a_removed_member_stays() -> None:
    world, *_ = busy()
    monthly = world.filled("monthly", "select day from sales")

    world.remove(PROVIDER)

    assert "POPULATE_SUCCESS" == world.status(monthly)


@SWITCH
def test_the_name_of_a_table_that_has_left_is_free(switch: str) -> None:
    world, *_ = busy(switch)
    world.remove(PROVIDER)

    assert "visits" == world.associate("visits", owner=READER)["name"]


@pytest.mark.parametrize(("switch", "left"), [("deleted", []), ("kept", ["visits"])])
def test_what_a_removed_member_sees_of_its_associations(switch: str, left: list[str]) -> None:
    world, visits, *_ = busy(switch)
    world.remove(PROVIDER)
    provider, membership = world.of(PROVIDER), world.memberships[PROVIDER]

    listed = provider.list_configured_table_associations(membershipIdentifier=membership)["configuredTableAssociationSummaries"]
    assert left == [each["name"] for each in listed]
    if left:
        provider.delete_configured_table_association(**world.named(visits["id"]))
    else:
        assert ASSOCIATION_NOT_FOUND == refusal(provider.get_configured_table_association, **world.named(visits["id"])).kind
    provider.delete_membership(membershipIdentifier=membership)
    assert [] == provider.list_memberships()["membershipSummaries"]


@SWITCH
def test_intermediate_tables_leave_with_the_runner(switch: str) -> None:
    world, visits, daily, weekly = busy(switch)

    world.remove(RUNNER)

    assert ["visits", "sales"] == world.schemas()
    assert [] == world.association(visits["id"])["childResources"]
    if switch == "deleted":
        assert MEMBERSHIP_NOT_FOUND == refusal(world.of(RUNNER).get_intermediate_table, **world.made(daily)).kind
    else:
        assert ["POPULATE_SUCCESS", "BASE_TABLE_REMOVED"] == [world.status(daily), world.status(weekly)]


def test_configured_tables_stay_with_a_removed_member() -> None:
    world, visits, *_ = busy()

    world.remove(PROVIDER)

    assert ["CUSTOM"] == world.table(visits["configuredTableId"])["analysisRuleTypes"]


def test_removing_a_member_without_tables_changes_no_table() -> None:
    world, visits, daily, _ = busy()
    before = [world.association(visits["id"]), world.intermediate(daily)]

    world.remove(READER)

    assert before == [world.association(visits["id"]), world.intermediate(daily)]


def hold_association(world: TablesWorld) -> Callable[[], object]:
    named = world.named(world.associate("sales", owner=RUNNER)["id"], RUNNER)
    return lambda: world.of(RUNNER).delete_configured_table_association(**named)


def hold_template(world: TablesWorld) -> Callable[[], object]:
    id = world.sql_template("select day from visits", owner=RUNNER)["id"]
    return lambda: world.of(RUNNER).delete_analysis_template(
        membershipIdentifier=world.memberships[RUNNER], analysisTemplateIdentifier=id
    )


def hold_intermediate_table(world: TablesWorld) -> Callable[[], object]:
    named = world.made(world.define("daily", "select day from visits")["id"])
    return lambda: world.of(RUNNER).delete_intermediate_table(**named)


@pytest.mark.parametrize(
    "hold",
    [hold_association, hold_template, hold_intermediate_table],
    ids=["association", "template", "intermediate table"],
)
def test_a_member_cannot_leave_while_it_holds_resources(hold: Callable[[TablesWorld], Callable[[], object]]) -> None:
    world = TablesWorld()
    world.associated("visits")
    clear = hold(world)
    runner, membership = world.of(RUNNER), world.memberships[RUNNER]

    refused = refusal(runner.delete_membership, membershipIdentifier=membership)
    assert (MEMBERSHIP_IN_USE, 409, membership) == (refused.kind, refused.status, refused.resource_id)

    clear()
    runner.delete_membership(membershipIdentifier=membership)
    assert "LEFT" == world.members(world.collaboration_id)[RUNNER]["status"]


def test_everybody_can_clear_up_after_the_collaboration_was_deleted() -> None:
    world, visits, daily, weekly = busy()
    template = world.sql_template("select day from visits")
    world.close()
    provider, runner = world.of(PROVIDER), world.of(RUNNER)

    assert "visits" == world.association(visits["id"])["name"]
    assert ["POPULATE_SUCCESS"] * 2 == [world.status(daily), world.status(weekly)]
    provider.delete_configured_table_association(**world.named(visits["id"]))
    provider.delete_analysis_template(
        membershipIdentifier=world.memberships[PROVIDER], analysisTemplateIdentifier=template["id"]
    )
    for id in (daily, weekly):
        runner.delete_intermediate_table(**world.made(id))
    for account in (PROVIDER, RUNNER):
        world.of(account).delete_membership(membershipIdentifier=world.memberships[account])
    assert [[], []] == [world.of(each).list_memberships()["membershipSummaries"] for each in (PROVIDER, RUNNER)]
