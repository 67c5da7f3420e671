from typing import Any

import pytest

from tests.emulator.budgets.budgets_world import OTHER_PROVIDER, PROVIDER, BudgetsWorld, part
from tests.emulator.world import (
    CREATOR,
    INVALID_CONFIGURATION,
    INVALID_FIELD,
    MEMBERSHIP_NOT_FOUND,
    MEMBERSHIP_STATE,
    NO_SUCH_ID,
    OUTSIDER,
    READER,
    World,
    member,
    refusal,
)

DAILY = {"accessBudget": {"budgetParameters": [part("DAY", 5)]}}
POLICY = {"differentialPrivacy": {"epsilon": 3, "usersNoisePerQuery": 30}}


def calls(world: BudgetsWorld, by: str, template: str, membership: str) -> dict[str, tuple[Any, dict[str, Any]]]:
    """Every call on a membership's templates and budgets, with its parameters."""
    client, under = world.of(by), {"membershipIdentifier": membership}
    one = {**under, "privacyBudgetTemplateIdentifier": template}
    return {
        "create": (
            client.create_privacy_budget_template,
            {**under, "privacyBudgetType": "DIFFERENTIAL_PRIVACY", "parameters": POLICY},
        ),
        "get": (client.get_privacy_budget_template, one),
        "list": (client.list_privacy_budget_templates, under),
        "update": (client.update_privacy_budget_template, {**one, "privacyBudgetType": "ACCESS_BUDGET", "parameters": DAILY}),
        "delete": (client.delete_privacy_budget_template, one),
        "budgets": (client.list_privacy_budgets, {**under, "privacyBudgetType": "ACCESS_BUDGET"}),
        "preview": (client.preview_privacy_impact, {**under, "parameters": POLICY}),
    }


CALLS = ["create", "get", "list", "update", "delete", "budgets", "preview"]
NAMING_ONE = ["get", "update", "delete"]


def test_a_template_names_its_membership_and_collaboration() -> None:
    world = BudgetsWorld()
    template = world.limit(world.table(), part("DAY", 5))
    membership = world.membership(world.memberships[PROVIDER], PROVIDER)

    assert {
        "membershipId": membership["id"],
        "membershipArn": membership["arn"],
        "collaborationId": world.id,
        "collaborationArn": world.collaboration(world.id)["arn"],
        "privacyBudgetType": "ACCESS_BUDGET",
    }.items() <= template.items()


def test_the_arn_of_a_template_hangs_under_its_membership() -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30, by=OTHER_PROVIDER)
    path = f"membership/{template['membershipId']}/privacybudgettemplate/{template['id']}"

    assert f"arn:aws:cleanrooms:eu-west-1:{OTHER_PROVIDER}:{path}" == template["arn"]


def test_a_template_is_read_as_it_was_created() -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30)

    assert template == world.get(template["id"])


def test_a_new_template_was_updated_when_it_was_created() -> None:
    template = BudgetsWorld().set_policy(3, 30)

    assert template["createTime"] == template["updateTime"]


def test_an_update_moves_the_update_time_alone() -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30)
    world.clock.advance(60)
    updated = world.change_policy(template["id"], epsilon=4)

    assert (template["createTime"], True) == (updated["createTime"], updated["updateTime"] > template["updateTime"])


def test_an_update_answers_with_what_is_read_afterwards() -> None:
    world = BudgetsWorld()
    id = world.limit(world.table(), part("DAY", 5))["id"]

    assert world.change_limit(id, part("WEEK", 6)) == world.get(id)


def test_an_update_without_parameters_changes_no_parameters_and_no_balance() -> None:
    world = BudgetsWorld()
    arn = world.table()
    template = world.limit(arn, part("DAY", 5))
    world.use(arn)
    updated = world.of(PROVIDER).update_privacy_budget_template(
        **world.names(template["id"]), privacyBudgetType="ACCESS_BUDGET"
    )["privacyBudgetTemplate"]

    assert (template["parameters"], 4) == (updated["parameters"], world.left(arn))


def test_a_type_that_is_not_the_templates_is_refused_in_an_update() -> None:
    world = BudgetsWorld()
    id = world.limit(world.table(), part("DAY", 5))["id"]
    refused = world.changing_policy(id, epsilon=3)

    assert (INVALID_CONFIGURATION, ["privacyBudgetType"]) == (refused.kind, refused.fields)


@pytest.mark.parametrize("budget_type", ["ACCESS_BUDGET", "DIFFERENTIAL_PRIVACY"])
def test_parameters_of_the_other_type_are_refused(budget_type: str) -> None:
    world = BudgetsWorld()
    access = {"accessBudget": {"budgetParameters": [part("DAY", 5)], "resourceArn": world.table()}}
    refused = refusal(
        world.of(PROVIDER).create_privacy_budget_template,
        membershipIdentifier=world.memberships[PROVIDER],
        privacyBudgetType=budget_type,
        parameters=POLICY if budget_type == "ACCESS_BUDGET" else access,
    )

    assert (INVALID_CONFIGURATION, ["parameters"]) == (refused.kind, refused.fields)


def test_parameters_of_the_other_type_are_refused_in_an_update() -> None:
    world = BudgetsWorld()
    refused = refusal(
        world.of(PROVIDER).update_privacy_budget_template,
        **world.names(world.limit(world.table(), part("DAY", 5))["id"]),
        privacyBudgetType="ACCESS_BUDGET",
        parameters=POLICY,
    )

    assert (INVALID_CONFIGURATION, ["parameters"]) == (refused.kind, refused.fields)


def test_templates_are_listed_oldest_first() -> None:
    world = BudgetsWorld()
    created = [world.limit(world.table(), part("DAY", number))["id"] for number in range(1, 6)]

    assert created == [each["id"] for each in world.templates()]


def test_a_summary_has_no_parameters() -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30)

    assert [{name: value for name, value in template.items() if name not in ("parameters", "autoRefresh")}] == world.templates()


def test_templates_are_listed_in_pages() -> None:
    world = BudgetsWorld()
    created = [world.limit(world.table(), part("DAY", number))["id"] for number in range(1, 6)]
    pages = (
        world.of(PROVIDER)
        .get_paginator("list_privacy_budget_templates")
        .paginate(membershipIdentifier=world.memberships[PROVIDER], PaginationConfig={"PageSize": 2})
    )
    read = [[each["id"] for each in page["privacyBudgetTemplateSummaries"]] for page in pages]

    assert [created[:2], created[2:4], created[4:]] == read


def test_an_account_lists_its_own_templates_only() -> None:
    world = BudgetsWorld()
    world.limit(world.table(), part("DAY", 5))
    other = world.limit(world.table(OTHER_PROVIDER), part("DAY", 5), by=OTHER_PROVIDER)

    assert [other["id"]] == [each["id"] for each in world.templates(OTHER_PROVIDER)]


@pytest.mark.parametrize("name", CALLS)
def test_the_membership_of_another_account_does_not_exist(name: str) -> None:
    world = BudgetsWorld()
    template = world.limit(world.table(), part("DAY", 5))["id"]
    call, parameters = calls(world, OTHER_PROVIDER, template, world.memberships[PROVIDER])[name]

    assert MEMBERSHIP_NOT_FOUND == refusal(call, **parameters).kind


@pytest.mark.parametrize("name", CALLS)
def test_an_account_outside_has_no_membership(name: str) -> None:
    world = BudgetsWorld()
    call, parameters = calls(world, OUTSIDER, NO_SUCH_ID, world.memberships[PROVIDER])[name]

    assert MEMBERSHIP_NOT_FOUND == refusal(call, **parameters).kind


@pytest.mark.parametrize("name", NAMING_ONE)
def test_a_template_that_does_not_exist_is_not_found(name: str) -> None:
    world = BudgetsWorld()
    call, parameters = calls(world, PROVIDER, NO_SUCH_ID, world.memberships[PROVIDER])[name]
    refused = refusal(call, **parameters)

    assert (MEMBERSHIP_NOT_FOUND, NO_SUCH_ID) == (refused.kind, refused.resource_id)


@pytest.mark.parametrize("name", NAMING_ONE)
def test_the_template_of_another_member_is_not_found_under_the_own_membership(name: str) -> None:
    world = BudgetsWorld()
    template = world.limit(world.table(), part("DAY", 5))["id"]
    call, parameters = calls(world, OTHER_PROVIDER, template, world.memberships[OTHER_PROVIDER])[name]

    assert MEMBERSHIP_NOT_FOUND == refusal(call, **parameters).kind


def test_a_deleted_template_is_gone() -> None:
    world = BudgetsWorld()
    id = world.limit(world.table(), part("DAY", 5))["id"]
    world.delete(id)

    assert (MEMBERSHIP_NOT_FOUND, [], []) == (
        refusal(world.of(PROVIDER).get_privacy_budget_template, **world.names(id)).kind,
        world.templates(),
        world.budgets(),
    )


def test_deleting_answers_204() -> None:
    world = BudgetsWorld()
    answer = world.of(PROVIDER).delete_privacy_budget_template(**world.names(world.set_policy(3, 30)["id"]))

    assert 204 == answer["ResponseMetadata"]["HTTPStatusCode"]


def test_a_template_that_is_gone_cannot_be_deleted_again() -> None:
    world = BudgetsWorld()
    id = world.set_policy(3, 30)["id"]
    world.delete(id)

    assert MEMBERSHIP_NOT_FOUND == refusal(world.of(PROVIDER).delete_privacy_budget_template, **world.names(id)).kind


def test_under_the_other_reading_a_template_can_be_deleted_again() -> None:
    world = BudgetsWorld({"repeatedDelete": "204"})
    id = world.set_policy(3, 30)["id"]
    world.delete(id)
    world.delete(id)

    assert [] == world.templates()


def test_under_the_other_reading_a_template_of_another_member_is_not_deleted() -> None:
    world = BudgetsWorld({"repeatedDelete": "204"})
    id = world.set_policy(3, 30)["id"]
    world.delete(id, by=OTHER_PROVIDER)

    assert id == world.get(id)["id"]


def test_a_membership_with_a_template_cannot_be_deleted() -> None:
    world = BudgetsWorld()
    world.set_policy(3, 30, by=OTHER_PROVIDER)
    refused = refusal(world.of(OTHER_PROVIDER).delete_membership, membershipIdentifier=world.memberships[OTHER_PROVIDER])

    assert ("ConflictException", "SUBRESOURCES_EXIST", "MEMBERSHIP") == refused.kind


def test_a_membership_whose_templates_are_deleted_can_be_deleted() -> None:
    world = BudgetsWorld()
    world.delete(world.set_policy(3, 30, by=OTHER_PROVIDER)["id"], by=OTHER_PROVIDER)
    world.of(OTHER_PROVIDER).delete_membership(membershipIdentifier=world.memberships[OTHER_PROVIDER])

    assert "LEFT" == world.members(world.id)[OTHER_PROVIDER]["status"]


@pytest.mark.parametrize(("name", "kind"), [("create", MEMBERSHIP_STATE), ("update", MEMBERSHIP_STATE)])
def test_nothing_is_created_or_changed_under_an_ended_membership(name: str, kind: tuple[str, str | None, str | None]) -> None:
    world = BudgetsWorld()
    template = world.limit(world.table(OTHER_PROVIDER), part("DAY", 5), by=OTHER_PROVIDER)["id"]
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=world.id)
    call, parameters = calls(world, OTHER_PROVIDER, template, world.memberships[OTHER_PROVIDER])[name]

    assert kind == refusal(call, **parameters).kind


def test_an_ended_membership_gives_no_preview() -> None:
    world = BudgetsWorld()
    call, parameters = calls(world, OTHER_PROVIDER, NO_SUCH_ID, world.memberships[OTHER_PROVIDER])["preview"]
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=world.id)

    assert "AccessDeniedException" == refusal(call, **parameters).kind[0]


def test_templates_of_an_ended_membership_can_be_read_and_deleted() -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30, by=OTHER_PROVIDER)["id"]
    world.of(CREATOR).delete_collaboration(collaborationIdentifier=world.id)
    read = world.get(template, by=OTHER_PROVIDER)["id"]
    world.delete(template, by=OTHER_PROVIDER)

    assert (template, []) == (read, world.templates(OTHER_PROVIDER))


def test_a_membership_in_another_region_does_not_exist() -> None:
    world = BudgetsWorld()
    refused = refusal(
        world.of(PROVIDER, "us-east-1").list_privacy_budget_templates, membershipIdentifier=world.memberships[PROVIDER]
    )

    assert MEMBERSHIP_NOT_FOUND == refused.kind


def test_a_template_is_taggable_from_its_creation_to_its_deletion() -> None:
    world = BudgetsWorld()
    template = world.set_policy(3, 30, tags={"team": "ads"})
    client, arn = world.of(PROVIDER), template["arn"]
    client.tag_resource(resourceArn=arn, tags={"stage": "test"})
    before = client.list_tags_for_resource(resourceArn=arn)["tags"]
    world.delete(template["id"])

    assert {"team": "ads", "stage": "test"} == before
    assert "ResourceNotFoundException" == refusal(client.list_tags_for_resource, resourceArn=arn).kind[0]


def test_tags_of_a_template_belong_to_its_owner() -> None:
    world = BudgetsWorld()
    arn = world.set_policy(3, 30, tags={"team": "ads"})["arn"]

    assert "ResourceNotFoundException" == refusal(world.of(READER).list_tags_for_resource, resourceArn=arn).kind[0]


def test_reserved_tags_are_refused_and_nothing_is_created() -> None:
    world = BudgetsWorld()
    refused = world.setting_policy(3, 30, tags={"aws:owner": "me"})

    assert (INVALID_FIELD, []) == (refused.kind, world.templates())


def test_a_member_that_has_only_been_invited_has_no_membership_to_create_under() -> None:
    world = World()
    world.create(member(OTHER_PROVIDER))
    refused = refusal(
        world.of(OTHER_PROVIDER).create_privacy_budget_template,
        membershipIdentifier=NO_SUCH_ID,
        privacyBudgetType="DIFFERENTIAL_PRIVACY",
        parameters=POLICY,
    )

    assert MEMBERSHIP_NOT_FOUND == refused.kind
