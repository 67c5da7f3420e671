from typing import Any

import pytest

from tests.emulator.tables.tables_world import INVALID_QUERY, PROVIDER, TablesWorld
from tests.emulator.world import (
    ACCESS_DENIED,
    CREATOR,
    MEMBERSHIP_NOT_FOUND,
    MEMBERSHIP_STATE,
    READER,
    RUNNER,
    refusal,
)


def chain() -> tuple[TablesWorld, list[str]]:
    """visits (PROVIDER) -> daily -> weekly -> monthly, all populated."""
    world = TablesWorld()
    world.associated("visits")
    made = [world.filled("daily", "select day from visits")]
    made.append(world.filled("weekly", "select day from daily"))
    made.append(world.filled("monthly", "select day from weekly"))
    return world, made


def statuses(world: TablesWorld, made: list[str]) -> list[str]:
    return [world.status(id) for id in made]


@pytest.mark.parametrize("given", [{}, {"includeDescendants": True}], ids=["by default", "when asked to"])
def test_disallowing_a_table_ends_its_descendants_too(given: dict[str, Any]) -> None:
    world, made = chain()

    world.disallow("weekly", **given)

    assert ["POPULATE_SUCCESS", "DISALLOWED_BY_DATA_PROVIDER", "DISALLOWED_BY_DATA_PROVIDER"] == statuses(world, made)


def test_descendants_can_be_spared() -> None:
    world, made = chain()

    world.disallow("daily", includeDescendants=False)

    assert ["DISALLOWED_BY_DATA_PROVIDER", "POPULATE_SUCCESS", "POPULATE_SUCCESS"] == statuses(world, made)


def test_a_disallowed_table_says_why_and_has_no_data() -> None:
    world, made = chain()
    world.disallow("Daily")

    shown = world.intermediate(made[0])
    assert PROVIDER in shown["statusReason"]
    assert "intermediateTableVersion" not in shown
    assert ["INTERMEDIATE_TABLE_DISALLOWED_BY_DATA_PROVIDER"] == world.reasons("daily")
    assert INVALID_QUERY == world.querying("select day from daily").kind


def test_a_disallowed_table_cannot_be_populated_again() -> None:
    world, made = chain()
    world.disallow("daily")

    refused = world.populating(made[0])
    assert (MEMBERSHIP_STATE, made[0]) == (refused.kind, refused.resource_id)


def test_a_disallowed_table_can_be_deleted() -> None:
    world, made = chain()
    world.disallow("daily")
    world.of(RUNNER).delete_intermediate_table(**world.made(made[0]))

    assert "daily" not in world.schemas()


def test_disallowing_twice_changes_nothing() -> None:
    world, made = chain()
    world.disallow("daily")
    before = world.intermediate(made[0])
    world.clock.advance(60)

    world.disallow("daily")

    assert before == world.intermediate(made[0])


@pytest.mark.parametrize("account", [CREATOR, READER, RUNNER], ids=["creator", "reader", "owner"])
def test_only_owners_of_base_tables_disallow(account: str) -> None:
    world, made = chain()

    refused = refusal(
        world.of(account).disallow_intermediate_table,
        membershipIdentifier=world.memberships[account],
        intermediateTableName="daily",
    )
    assert ACCESS_DENIED == refused.kind
    assert ["POPULATE_SUCCESS"] * 3 == statuses(world, made)


@pytest.mark.parametrize("name", ["nothing", "visits"], ids=["missing", "no intermediate table"])
def test_a_table_that_is_not_there_is_not_found(name: str) -> None:
    world, _ = chain()

    refused = refusal(
        world.of(PROVIDER).disallow_intermediate_table,
        membershipIdentifier=world.memberships[PROVIDER],
        intermediateTableName=name,
    )
    assert (MEMBERSHIP_NOT_FOUND, name) == (refused.kind, refused.resource_id)


def test_nothing_is_disallowed_through_an_ended_membership() -> None:
    world, _ = chain()
    world.close()

    refused = refusal(
        world.of(PROVIDER).disallow_intermediate_table,
        membershipIdentifier=world.memberships[PROVIDER],
        intermediateTableName="daily",
    )
    assert MEMBERSHIP_STATE == refused.kind
