import pytest

from tests.emulator.tables.tables_world import ARTIFACTS, INVALID_QUERY, POPULATED_AFTER, PRIVATE, PROVIDER, TablesWorld
from tests.emulator.world import CREATOR, INVALID_CONFIGURATION, RUNNER

BY_DAY = "select day, sum(amount) as total from visits group by day"


def world_with_protected_visits() -> TablesWorld:
    world = TablesWorld()
    world.associated("visits", PRIVATE)
    return world


def set_privacy_policy(world: TablesWorld) -> None:
    world.of(PROVIDER).create_privacy_budget_template(
        membershipIdentifier=world.memberships[PROVIDER],
        privacyBudgetType="DIFFERENTIAL_PRIVACY",
        autoRefresh="NONE",
        parameters={"differentialPrivacy": {"epsilon": 5, "usersNoisePerQuery": 50}},
    )


def test_populating_takes_from_every_base_table_nested_ones_included() -> None:
    world = TablesWorld()
    visits, sales = world.associated("visits"), world.associated("sales", owner=CREATOR)
    daily = world.define("daily", BY_DAY)
    weekly = world.define("weekly", "select * from daily join sales on daily.day = sales.day")
    world.budget(visits["arn"], 10)
    world.budget(sales["arn"], 10, CREATOR)
    world.budget(daily["arn"], 10, RUNNER)
    world.budget(weekly["arn"], 10, RUNNER)

    world.populate(daily["id"])
    world.clock.advance(POPULATED_AFTER)
    world.allow(daily["id"])
    assert {visits["arn"]: 9, sales["arn"]: 10, daily["arn"]: 10, weekly["arn"]: 10} == world.left()

    world.populate(weekly["id"])
    assert {visits["arn"]: 8, sales["arn"]: 9, daily["arn"]: 9, weekly["arn"]: 10} == world.left()


def test_using_a_table_takes_from_it_and_from_all_base_tables() -> None:
    world = TablesWorld()
    visits = world.associated("visits")
    made = [world.filled("daily", BY_DAY), world.filled("weekly", "select * from daily")]
    arns = [visits["arn"], *(world.intermediate(id)["arn"] for id in made)]
    for arn, owner in zip(arns, (PROVIDER, RUNNER, RUNNER), strict=True):
        world.budget(arn, 10, owner)

    world.query("select total from weekly")

    assert dict.fromkeys(arns, 9) == world.left()


@pytest.mark.parametrize("switch", ["400", "FAILED"])
def test_a_population_without_budget(switch: str) -> None:
    world = TablesWorld({"budgetExhausted": switch})
    visits = world.associated("visits")
    world.budget(visits["arn"], 0)
    id = world.define("daily", BY_DAY)["id"]

    if switch == "400":
        assert INVALID_CONFIGURATION == world.populating(id).kind
        assert "CREATED" == world.status(id)
    else:
        world.populate(id)
        world.clock.advance(POPULATED_AFTER)
        assert "POPULATE_FAILED" == world.status(id)


def test_protected_tables_are_populated_under_a_privacy_policy_only() -> None:
    world = world_with_protected_visits()
    id = world.define("daily", BY_DAY)["id"]
    assert INVALID_CONFIGURATION == world.populating(id).kind

    set_privacy_policy(world)
    world.populate(id)
    assert "POPULATE_STARTED" == world.status(id)


def test_protected_tables_are_not_for_pyspark() -> None:
    world = world_with_protected_visits()
    arn = world.template(
        format="PYSPARK_1_0",
        source={"artifacts": ARTIFACTS},
        schema={"referencedTables": ["visits"]},
    )["arn"]
    id = world.of(RUNNER).create_intermediate_table(
        membershipIdentifier=world.memberships[RUNNER],
        name="daily",
        populationAnalysisConfiguration={"sqlParameters": {"analysisTemplateArn": arn}},
    )["intermediateTable"]["id"]

    assert INVALID_QUERY == world.populating(id).kind


def test_a_table_made_of_protected_data_is_protected() -> None:
    world = world_with_protected_visits()
    set_privacy_policy(world)
    world.filled("daily", BY_DAY)

    assert ["DIFFERENTIAL_PRIVACY"] == world.schema("daily")["schemaStatusDetails"][0]["configurations"]
