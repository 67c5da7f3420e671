"""What becomes of templates and budgets when their tables or owners go."""

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.budgets.budgets_world import OTHER_PROVIDER, PROVIDER, BudgetsWorld, part
from tests.emulator.world import COLLABORATION_NOT_FOUND, CREATOR, QUOTA, RUNNER, refusal


def delete_table(world: BudgetsWorld, arn: str, by: str = PROVIDER) -> None:
    world.of(by).delete_configured_table_association(
        membershipIdentifier=world.memberships[by], configuredTableAssociationIdentifier=arn.rpartition("/")[2]
    )


def remove(world: BudgetsWorld, account: str) -> None:
    world.of(CREATOR).delete_member(collaborationIdentifier=world.id, accountId=account)


def intermediate_table(world: BudgetsWorld, base: str) -> tuple[str, str]:
    """A table made of an associated one by the runner; its ARN and id."""
    name = world.of(PROVIDER).get_configured_table_association(
        membershipIdentifier=world.memberships[PROVIDER], configuredTableAssociationIdentifier=base.rpartition("/")[2]
    )["configuredTableAssociation"]["name"]
    made = world.of(RUNNER).create_intermediate_table(
        membershipIdentifier=world.memberships[RUNNER],
        name="made",
        populationAnalysisConfiguration={"sqlParameters": {"queryString": f"SELECT user_id FROM {name}"}},
    )["intermediateTable"]
    return made["arn"], made["id"]


def test_deleting_a_table_deletes_its_template() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("DAY", 5))
    delete_table(world, arn)

    assert ([], []) == (world.templates(), world.all_budgets())


def test_deleting_a_table_leaves_other_templates_alone() -> None:
    world = BudgetsWorld()
    gone, kept = world.table(), world.table()
    world.limit(gone, part("DAY", 5))
    template = world.limit(kept, part("DAY", 5))["id"]
    policy = world.set_policy(3, 30)["id"]
    delete_table(world, gone)

    assert [template, policy] == [each["id"] for each in world.templates()]


def test_the_tags_of_a_template_go_with_its_table() -> None:
    world = BudgetsWorld()
    arn = world.table()
    template = world.limit(arn, part("DAY", 5), tags={"team": "ads"})["arn"]
    delete_table(world, arn)

    assert "ResourceNotFoundException" == refusal(world.of(PROVIDER).list_tags_for_resource, resourceArn=template).kind[0]


def test_under_the_other_reading_a_template_outlives_its_table_until_it_is_deleted() -> None:
    world = BudgetsWorld({"associationDeletionTakesTemplate": "no"})
    arn = world.table()
    template = world.limit(arn, part("DAY", 5))["id"]
    delete_table(world, arn)
    kept = [each["id"] for each in world.templates()]
    world.delete(template)

    assert ([template], []) == (kept, world.templates())


def test_an_intermediate_table_can_have_a_budget() -> None:
    world = BudgetsWorld()
    arn, _ = intermediate_table(world, world.table())
    world.limit(arn, part("LIFETIME", 5), by=RUNNER)
    world.use(arn)

    assert 4 == world.left(arn)


def test_the_budget_of_an_intermediate_table_goes_with_it() -> None:
    world = BudgetsWorld()
    arn, id = intermediate_table(world, world.table())
    world.limit(arn, part("LIFETIME", 5), by=RUNNER)
    world.of(RUNNER).delete_intermediate_table(membershipIdentifier=world.memberships[RUNNER], intermediateTableIdentifier=id)

    assert [] == world.templates(RUNNER)


def test_nobody_else_sees_the_policy_of_a_removed_member() -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30, by=OTHER_PROVIDER)["id"]
    remove(world, OTHER_PROVIDER)
    refused = refusal(
        world.of(RUNNER).get_collaboration_privacy_budget_template,
        collaborationIdentifier=world.id,
        privacyBudgetTemplateIdentifier=template,
    )

    assert ([], [], COLLABORATION_NOT_FOUND) == (
        world.all_templates(),
        world.all_budgets("DIFFERENTIAL_PRIVACY"),
        refused.kind,
    )


def test_a_removed_member_still_reads_and_deletes_its_policy() -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30, by=OTHER_PROVIDER)["id"]
    remove(world, OTHER_PROVIDER)
    read = world.get(template, by=OTHER_PROVIDER)["id"]
    world.delete(template, by=OTHER_PROVIDER)

    assert (template, []) == (read, world.templates(OTHER_PROVIDER))


def test_without_the_policy_of_a_removed_member_protected_tables_cannot_be_queried() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30, by=OTHER_PROVIDER)
    remove(world, OTHER_PROVIDER)

    assert world.cannot_query(COUNT=1)


def test_the_policy_of_a_removed_member_can_be_replaced_by_another_member() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30, by=OTHER_PROVIDER)
    remove(world, OTHER_PROVIDER)
    template = world.set_policy(5, 50)["id"]

    assert ([template], False) == ([each["id"] for each in world.all_templates()], world.cannot_query(COUNT=1))


def test_under_the_other_reading_the_policy_of_a_removed_member_goes_on() -> None:
    world = BudgetsWorld({"removedMemberTemplates": "kept"})
    template = world.set_policy(3, 30, by=OTHER_PROVIDER)["id"]
    remove(world, OTHER_PROVIDER)
    refused = world.setting_policy(5, 50)

    assert ([template], False) == ([each["id"] for each in world.all_templates()], world.cannot_query(COUNT=1))
    assert "ALREADY_EXISTS" == refused.kind[1]


@pytest.mark.parametrize(("reading", "quota_is_free"), [("hidden", True), ("kept", False)])
def test_whether_access_templates_of_a_removed_member_count_is_a_reading(reading: str, quota_is_free: bool) -> None:
    world = BudgetsWorld({"removedMemberTemplates": reading, "associationDeletionTakesTemplate": "no"})
    quotas.adjust(world.store, quotas.ACCESS_BUDGET_TEMPLATES, 1)
    world.limit(world.table(OTHER_PROVIDER), part("DAY", 5), by=OTHER_PROVIDER)
    remove(world, OTHER_PROVIDER)
    arn = world.table()

    if quota_is_free:
        assert "ACCESS_BUDGET" == world.limit(arn, part("DAY", 5))["privacyBudgetType"]
    else:
        assert QUOTA == world.limiting(arn, part("DAY", 5)).kind


def test_access_budgets_of_a_removed_member_end_with_its_tables() -> None:
    world = BudgetsWorld()
    world.limit(world.table(OTHER_PROVIDER), part("DAY", 5), by=OTHER_PROVIDER)
    remove(world, OTHER_PROVIDER)

    assert ([], []) == (world.all_budgets(), world.templates(OTHER_PROVIDER))
