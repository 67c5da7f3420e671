from typing import Any

import pytest

from tests.emulator.tables.tables_world import ASSOCIATION_EXISTS, ASSOCIATION_NOT_FOUND, PROVIDER, TablesWorld
from tests.emulator.world import INVALID_CONFIGURATION, MEMBERSHIP_STATE, READER, refusal

TO_READER = {"allowedResultReceivers": [READER]}


def policy(type: str = "CUSTOM", said: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"v1": {type.lower(): TO_READER if said is None else said}}


def rule(world: TablesWorld, id: str, type: str = "CUSTOM") -> Any:
    return world.of(PROVIDER).create_configured_table_association_analysis_rule(
        **world.named(id), analysisRuleType=type, analysisRulePolicy=policy(type)
    )["analysisRule"]


@pytest.mark.parametrize("type", ["LIST", "AGGREGATION", "CUSTOM"])
def test_a_rule_is_shown_as_it_was_created(type: str) -> None:
    world = TablesWorld()
    association = world.associate("visits")
    created = rule(world, association["id"], type)

    shown = world.of(PROVIDER).get_configured_table_association_analysis_rule(
        **world.named(association["id"]), analysisRuleType=type
    )["analysisRule"]
    assert created == shown
    assert (world.memberships[PROVIDER], association["id"], association["arn"], type, policy(type)) == (
        created["membershipIdentifier"],
        created["configuredTableAssociationId"],
        created["configuredTableAssociationArn"],
        created["type"],
        created["policy"],
    )
    assert [type] == world.association(association["id"])["analysisRuleTypes"]


@pytest.mark.parametrize("second", ["LIST", "CUSTOM"])
def test_an_association_has_one_rule_only(second: str) -> None:
    world = TablesWorld()
    id = world.associate("visits")["id"]
    rule(world, id)

    refused = refusal(
        world.of(PROVIDER).create_configured_table_association_analysis_rule,
        **world.named(id),
        analysisRuleType=second,
        analysisRulePolicy=policy(second),
    )
    assert (ASSOCIATION_EXISTS, id) == (refused.kind, refused.resource_id)


@pytest.mark.parametrize("operation", ["create", "update"])
def test_type_and_policy_must_agree(operation: str) -> None:
    world = TablesWorld()
    id = world.associate("visits")["id"]
    if operation == "update":
        rule(world, id)

    refused = refusal(
        getattr(world.of(PROVIDER), f"{operation}_configured_table_association_analysis_rule"),
        **world.named(id),
        analysisRuleType="CUSTOM",
        analysisRulePolicy=policy("LIST"),
    )
    assert (INVALID_CONFIGURATION, ["analysisRulePolicy"]) == (refused.kind, refused.fields)


def test_updating_a_rule_replaces_its_policy() -> None:
    world = TablesWorld()
    id = world.associate("visits")["id"]
    before = rule(world, id)
    world.clock.advance(60)

    after = world.of(PROVIDER).update_configured_table_association_analysis_rule(
        **world.named(id), analysisRuleType="CUSTOM", analysisRulePolicy=policy("CUSTOM", {})
    )["analysisRule"]

    assert (policy("CUSTOM", {}), before["createTime"]) == (after["policy"], after["createTime"])
    assert after["updateTime"] == world.association(id)["updateTime"] > before["updateTime"]


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
def test_a_rule_of_another_type_is_not_found(operation: str) -> None:
    world = TablesWorld()
    id = world.associate("visits")["id"]
    rule(world, id, "LIST")
    more = {"analysisRulePolicy": policy()} if operation == "update" else {}

    call = getattr(world.of(PROVIDER), f"{operation}_configured_table_association_analysis_rule")
    refused = refusal(call, **world.named(id), analysisRuleType="CUSTOM", **more)
    assert (ASSOCIATION_NOT_FOUND, id) == (refused.kind, refused.resource_id)


@pytest.mark.parametrize("switch", ["404", "204"])
def test_deleting_a_rule_twice(switch: str) -> None:
    world = TablesWorld({"repeatedDelete": switch})
    id = world.associate("visits")["id"]
    rule(world, id)
    delete = world.of(PROVIDER).delete_configured_table_association_analysis_rule
    delete(**world.named(id), analysisRuleType="CUSTOM")

    assert [] == world.association(id)["analysisRuleTypes"]
    if switch == "404":
        assert ASSOCIATION_NOT_FOUND == refusal(delete, **world.named(id), analysisRuleType="CUSTOM").kind
    else:
        again = delete(**world.named(id), analysisRuleType="CUSTOM")
        assert 204 == again["ResponseMetadata"]["HTTPStatusCode"]


def test_a_rule_cannot_be_made_or_changed_once_the_membership_has_ended() -> None:
    world = TablesWorld()
    with_rule, without = world.associate("visits")["id"], world.associate("sales")["id"]
    rule(world, with_rule)
    world.close()
    said = {"analysisRuleType": "CUSTOM", "analysisRulePolicy": policy()}
    provider = world.of(PROVIDER)

    created = refusal(provider.create_configured_table_association_analysis_rule, **world.named(without), **said)
    updated = refusal(provider.update_configured_table_association_analysis_rule, **world.named(with_rule), **said)
    assert (MEMBERSHIP_STATE, MEMBERSHIP_STATE) == (created.kind, updated.kind)
    provider.delete_configured_table_association_analysis_rule(**world.named(with_rule), analysisRuleType="CUSTOM")
    assert [] == world.association(with_rule)["analysisRuleTypes"]
