from typing import Any

import pytest

from tests.emulator.budgets.budgets_world import OTHER_PROVIDER, PROVIDER, BudgetsWorld, part
from tests.emulator.world import (
    ACCESS_DENIED,
    COLLABORATION_NOT_FOUND,
    CREATOR,
    INVALID_FIELD,
    NO_SUCH_ID,
    OUTSIDER,
    READER,
    RUNNER,
    refusal,
)

MEMBERSHIP_IDS = {"membershipId", "membershipArn"}
VIEWS = ["template", "templates", "budgets"]


def view(world: BudgetsWorld, by: str, name: str, template: str = NO_SUCH_ID) -> tuple[Any, dict[str, Any]]:
    """A call on the collaboration's templates and budgets, with its parameters."""
    client, of = world.of(by), {"collaborationIdentifier": world.id}
    return {
        "template": (
            client.get_collaboration_privacy_budget_template,
            {**of, "privacyBudgetTemplateIdentifier": template},
        ),
        "templates": (client.list_collaboration_privacy_budget_templates, of),
        "budgets": (client.list_collaboration_privacy_budgets, {**of, "privacyBudgetType": "ACCESS_BUDGET"}),
    }[name]


def seen(world: BudgetsWorld, by: str, template: str) -> dict[str, Any]:
    call, parameters = view(world, by, "template", template)
    found: dict[str, Any] = call(**parameters)["collaborationPrivacyBudgetTemplate"]
    return found


@pytest.mark.parametrize("by", [CREATOR, RUNNER, READER, OTHER_PROVIDER])
def test_every_member_sees_a_template_with_its_owner_and_without_its_membership(by: str) -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30)
    expected = {name: value for name, value in template.items() if name not in MEMBERSHIP_IDS}

    assert {**expected, "creatorAccountId": PROVIDER} == seen(world, by, template["id"])


def test_the_templates_of_all_members_are_listed_oldest_first() -> None:
    world = BudgetsWorld()
    created = [
        world.limit(world.table(OTHER_PROVIDER), part("DAY", 5), by=OTHER_PROVIDER),
        world.set_policy(3, 30),
        world.limit(world.table(), part("DAY", 5)),
    ]
    listed = [(each["id"], each["creatorAccountId"]) for each in world.all_templates()]

    assert list(zip([each["id"] for each in created], [OTHER_PROVIDER, PROVIDER, PROVIDER], strict=True)) == listed


def test_listed_templates_name_no_memberships() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30)

    assert set() == MEMBERSHIP_IDS & world.all_templates()[0].keys()


def test_the_templates_of_all_members_are_listed_in_pages() -> None:
    world = BudgetsWorld()
    created = [world.limit(world.table(), part("DAY", 5))["id"] for _ in range(3)]
    pages = (
        world.of(RUNNER)
        .get_paginator("list_collaboration_privacy_budget_templates")
        .paginate(collaborationIdentifier=world.id, PaginationConfig={"PageSize": 2})
    )
    read = [[each["id"] for each in page["collaborationPrivacyBudgetTemplateSummaries"]] for page in pages]

    assert [created[:2], created[2:]] == read


def test_a_budget_names_its_template_and_has_an_id_of_its_own() -> None:
    world = BudgetsWorld()
    template = world.limit(world.table(), part("DAY", 5))
    (budget,) = world.budgets()

    assert (template["id"], template["arn"]) == (budget["privacyBudgetTemplateId"], budget["privacyBudgetTemplateArn"])
    assert budget["id"] != template["id"]


def test_the_owner_sees_its_membership_on_a_budget_and_others_see_its_account() -> None:
    world = BudgetsWorld()
    world.limit(world.table(), part("DAY", 5))
    (own,), (shared,) = world.budgets(), world.all_budgets()

    assert world.memberships[PROVIDER] == own["membershipId"]
    assert (PROVIDER, set()) == (shared["creatorAccountId"], MEMBERSHIP_IDS & shared.keys())


def test_both_views_show_the_same_budget() -> None:
    world = BudgetsWorld()
    arn = world.table()
    world.limit(arn, part("WEEK", 5, "ENABLED"), part("LIFETIME", 9))
    world.use(arn)
    (own,), (shared,) = world.budgets(), world.all_budgets()

    assert (own["id"], own["budget"]) == (shared["id"], shared["budget"])


def test_a_budget_keeps_its_id_when_it_is_used_and_updated() -> None:
    world = BudgetsWorld()
    arn = world.table()
    template = world.limit(arn, part("DAY", 5))["id"]
    before = world.budgets()[0]["id"]
    world.use(arn)
    world.change_limit(template, part("DAY", 6))

    assert before == world.budgets()[0]["id"]


@pytest.mark.parametrize("budget_type", ["ACCESS_BUDGET", "DIFFERENTIAL_PRIVACY"])
def test_budgets_are_listed_by_type(budget_type: str) -> None:
    world = BudgetsWorld()
    world.limit(world.table(), part("DAY", 5))
    world.set_policy(3, 30)

    assert [[budget_type], [budget_type]] == [
        [each["type"] for each in world.budgets(budget_type)],
        [each["type"] for each in world.all_budgets(budget_type)],
    ]


def test_budgets_can_be_filtered_by_table() -> None:
    world = BudgetsWorld()
    tables = [world.table(), world.table()]
    for arn in tables:
        world.limit(arn, part("DAY", 5))
    found = [*world.budgets(accessBudgetResourceArn=tables[1]), *world.all_budgets(accessBudgetResourceArn=tables[1])]

    assert [tables[1], tables[1]] == [each["budget"]["accessBudget"]["resourceArn"] for each in found]


def test_no_privacy_budget_belongs_to_a_table() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30)

    assert [] == world.all_budgets("DIFFERENTIAL_PRIVACY", accessBudgetResourceArn=world.table())


def test_a_filter_that_is_no_table_is_refused() -> None:
    world = BudgetsWorld()
    call, parameters = view(world, RUNNER, "budgets")
    refused = refusal(call, **parameters, accessBudgetResourceArn="visits")

    assert (INVALID_FIELD, ["accessBudgetResourceArn"]) == (refused.kind, refused.fields)


def test_budgets_are_listed_in_pages() -> None:
    world = BudgetsWorld()
    tables = [world.table() for _ in range(3)]
    for arn in tables:
        world.limit(arn, part("DAY", 5))
    pages = (
        world.of(RUNNER)
        .get_paginator("list_collaboration_privacy_budgets")
        .paginate(collaborationIdentifier=world.id, privacyBudgetType="ACCESS_BUDGET", PaginationConfig={"PageSize": 2})
    )
    read = [
        [each["budget"]["accessBudget"]["resourceArn"] for each in page["collaborationPrivacyBudgetSummaries"]]
        for page in pages
    ]

    assert [tables[:2], tables[2:]] == read


@pytest.mark.parametrize("name", VIEWS)
def test_an_outsider_sees_nothing(name: str) -> None:
    world = BudgetsWorld()
    call, parameters = view(world, OUTSIDER, name, world.set_policy(3, 30)["id"])

    assert ACCESS_DENIED == refusal(call, **parameters).kind


@pytest.mark.parametrize("name", VIEWS)
def test_a_removed_member_sees_nothing_of_others(name: str) -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30)["id"]
    world.of(CREATOR).delete_member(collaborationIdentifier=world.id, accountId=READER)
    call, parameters = view(world, READER, name, template)

    assert ACCESS_DENIED == refusal(call, **parameters).kind


@pytest.mark.parametrize("name", VIEWS)
def test_under_the_other_reading_a_hidden_collaboration_is_not_found(name: str) -> None:
    world = BudgetsWorld({"notFound": "404"})
    call, parameters = view(world, OUTSIDER, name)

    assert COLLABORATION_NOT_FOUND == refusal(call, **parameters).kind


@pytest.mark.parametrize("name", VIEWS)
def test_in_another_region_there_is_nothing_to_see(name: str) -> None:
    world = BudgetsWorld()
    call, parameters = view(world, RUNNER, name)
    elsewhere = getattr(world.of(RUNNER, "us-east-1"), call.__name__)

    assert ACCESS_DENIED == refusal(elsewhere, **parameters).kind


def test_a_template_that_does_not_exist_is_not_found() -> None:
    world = BudgetsWorld()
    call, parameters = view(world, RUNNER, "template")
    refused = refusal(call, **parameters)

    assert (COLLABORATION_NOT_FOUND, NO_SUCH_ID) == (refused.kind, refused.resource_id)


def test_a_template_of_another_collaboration_is_not_found() -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30)["id"]
    world.id = world.create()
    call, parameters = view(world, CREATOR, "template", template)

    assert COLLABORATION_NOT_FOUND == refusal(call, **parameters).kind


def test_a_policy_of_another_collaboration_does_not_hinder_one_here() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30)
    world.memberships[PROVIDER] = world.join(PROVIDER, world.create())

    assert "DIFFERENTIAL_PRIVACY" == world.set_policy(3, 30)["privacyBudgetType"]
