from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.tables.tables_world import (
    ARTIFACTS,
    INVALID_QUERY,
    MEMBERSHIP_EXISTS,
    PROVIDER,
    TablesWorld,
    names,
)
from tests.emulator.world import (
    ACCESS_DENIED,
    COLLABORATION_NOT_FOUND,
    CREATOR,
    INVALID_CONFIGURATION,
    INVALID_FIELD,
    MEMBERSHIP_NOT_FOUND,
    MEMBERSHIP_STATE,
    NO_SUCH_ID,
    OUTSIDER,
    QUOTA,
    READER,
    RUNNER,
    refusal,
)

SQL = "select v.day, count(*) from visits v join Sales s on v.user_id = s.user_id where v.amount > :least group by v.day"
LEAST = {"name": "least", "type": "INTEGER", "defaultValue": "3"}
PYSPARK: dict[str, Any] = {"format": "PYSPARK_1_0", "source": {"artifacts": ARTIFACTS}}
SYNTHETIC = {
    "mlSyntheticDataParameters": {
        "epsilon": 1.5,
        "maxMembershipInferenceAttackScore": 0.7,
        "columnClassification": {
            "columnMapping": [
                {"columnName": f"c{number}", "columnType": "NUMERICAL", "isPredictiveValue": number == 0} for number in range(5)
            ]
        },
    }
}


def named(world: TablesWorld, id: str, owner: str = PROVIDER) -> dict[str, str]:
    return {"membershipIdentifier": world.memberships[owner], "analysisTemplateIdentifier": id}


def seen(world: TablesWorld, arn: str, by: str = READER) -> dict[str, Any]:
    found: dict[str, Any] = world.of(by).get_collaboration_analysis_template(
        collaborationIdentifier=world.collaboration_id, analysisTemplateArn=arn
    )["collaborationAnalysisTemplate"]
    return found


def all_seen(world: TablesWorld, by: str = READER) -> list[str]:
    listed = world.of(by).list_collaboration_analysis_templates(collaborationIdentifier=world.collaboration_id)
    return names(listed["collaborationAnalysisTemplateSummaries"])


def test_a_template_is_shown_as_it_was_created() -> None:
    world = TablesWorld()
    created = world.sql_template(SQL, description="By day", analysisParameters=[LEAST])
    membership = world.memberships[PROVIDER]

    shown = world.of(PROVIDER).get_analysis_template(**named(world, created["id"]))["analysisTemplate"]
    assert created == shown
    assert {
        "id": created["id"],
        "arn": f"arn:aws:cleanrooms:eu-west-1:{PROVIDER}:membership/{membership}/analysistemplate/{created['id']}",
        "name": "report",
        "description": "By day",
        "format": "SQL",
        "source": {"text": SQL},
        "schema": {"referencedTables": ["sales", "visits"]},
        "analysisParameters": [LEAST],
        "membershipId": membership,
        "membershipArn": f"arn:aws:cleanrooms:eu-west-1:{PROVIDER}:membership/{membership}",
        "collaborationId": world.collaboration_id,
        "collaborationArn": f"arn:aws:cleanrooms:eu-west-1:{CREATOR}:collaboration/{world.collaboration_id}",
    } == {name: value for name, value in shown.items() if not name.endswith("Time")}


def test_the_tables_of_a_pyspark_template_are_those_that_were_given() -> None:
    template = TablesWorld().template(**PYSPARK, schema={"referencedTables": ["visits"]})

    assert {"referencedTables": ["visits"]} == template["schema"]


def test_a_pyspark_template_has_a_hash_for_each_artifact() -> None:
    more = {"location": {"bucket": "scripts", "key": "helpers.zip"}}
    source = {"artifacts": {**ARTIFACTS, "additionalArtifacts": [more]}}
    hashes = TablesWorld().template(format="PYSPARK_2_0", source=source)["sourceMetadata"]["artifacts"]

    entry, helpers = hashes["entryPointHash"]["sha256"], hashes["additionalArtifactHashes"][0]["sha256"]
    assert (64, 64) == (len(entry), len(helpers))
    assert entry != helpers


@pytest.mark.parametrize(
    ("given", "kind", "field"),
    [
        ({"format": "SQL", "source": {"artifacts": ARTIFACTS}}, INVALID_CONFIGURATION, "source"),
        ({"format": "PYSPARK_1_0", "source": {"text": SQL}}, INVALID_CONFIGURATION, "source"),
        ({"format": "SQL", "source": {"text": "select from"}}, INVALID_QUERY, "source.text"),
        ({"format": "SQL", "source": {"text": "drop table visits"}}, INVALID_QUERY, "source.text"),
        ({"format": "SQL", "source": {"text": SQL}, "analysisParameters": [LEAST, LEAST]}, INVALID_FIELD, "analysisParameters"),
    ],
    ids=["artifacts for SQL", "text for PySpark", "no SQL", "no query", "parameter twice"],
)
def test_a_template_that_cannot_be_run_is_refused(given: dict[str, Any], kind: object, field: str) -> None:
    world = TablesWorld()

    refused = refusal(world.of(PROVIDER).create_analysis_template, **world.sketch(), **given)
    assert (kind, [field]) == (refused.kind, refused.fields)


def test_a_name_is_taken_once_in_a_membership() -> None:
    world = TablesWorld()
    world.sql_template(SQL, "report")

    refused = refusal(world.of(PROVIDER).create_analysis_template, **world.sketch("report"), format="SQL", source={"text": SQL})
    assert (MEMBERSHIP_EXISTS, 409, world.memberships[PROVIDER]) == (refused.kind, refused.status, refused.resource_id)
    assert "report" == world.sql_template(SQL, "report", READER)["name"]


def test_the_templates_of_a_membership_are_listed_in_pages() -> None:
    world = TablesWorld()
    for name in ("one", "two", "three"):
        world.sql_template(SQL, name)
    world.sql_template(SQL, "others", READER)

    pages = (
        world.of(PROVIDER)
        .get_paginator("list_analysis_templates")
        .paginate(membershipIdentifier=world.memberships[PROVIDER], PaginationConfig={"PageSize": 2})
    )
    assert [["one", "two"], ["three"]] == [names(page["analysisTemplateSummaries"]) for page in pages]


@pytest.mark.parametrize(
    ("given", "expected"), [({}, False), ({"syntheticDataParameters": SYNTHETIC}, True)], ids=["no", "yes"]
)
def test_lists_say_whether_a_template_makes_synthetic_data(given: dict[str, Any], expected: bool) -> None:
    world = TablesWorld()
    world.sql_template(SQL, **given)

    (own,) = world.of(PROVIDER).list_analysis_templates(membershipIdentifier=world.memberships[PROVIDER])[
        "analysisTemplateSummaries"
    ]
    (listed,) = world.of(READER).list_collaboration_analysis_templates(collaborationIdentifier=world.collaboration_id)[
        "collaborationAnalysisTemplateSummaries"
    ]
    assert (expected, expected) == (own["isSyntheticData"], listed["isSyntheticData"])


def test_the_description_can_be_changed() -> None:
    world = TablesWorld()
    before = world.sql_template(SQL, description="First")
    world.clock.advance(60)

    world.of(PROVIDER).update_analysis_template(**named(world, before["id"]), description="Second")

    after = world.of(PROVIDER).get_analysis_template(**named(world, before["id"]))["analysisTemplate"]
    assert {**before, "description": "Second", "updateTime": after["updateTime"]} == after
    assert before["updateTime"] < after["updateTime"]


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
@pytest.mark.parametrize("account", [PROVIDER, READER], ids=["missing", "partner's"])
def test_a_template_exists_under_its_own_membership_alone(operation: str, account: str) -> None:
    world = TablesWorld()
    id = world.sql_template(SQL)["id"] if account == READER else NO_SUCH_ID

    call = getattr(world.of(account), f"{operation}_analysis_template")
    refused = refusal(call, **named(world, id, account))
    assert (MEMBERSHIP_NOT_FOUND, 404, id) == (refused.kind, refused.status, refused.resource_id)


@pytest.mark.parametrize("switch", ["404", "204"])
def test_deleting_a_template_twice(switch: str) -> None:
    world = TablesWorld({"repeatedDelete": switch})
    template = named(world, world.sql_template(SQL)["id"])
    delete = world.of(PROVIDER).delete_analysis_template
    delete(**template)

    if switch == "404":
        assert MEMBERSHIP_NOT_FOUND == refusal(delete, **template).kind
    else:
        assert 204 == delete(**template)["ResponseMetadata"]["HTTPStatusCode"]


def test_templates_of_a_membership_are_limited() -> None:
    world = TablesWorld()
    quotas.adjust(world.store, quotas.ANALYSIS_TEMPLATES, 1)
    world.sql_template(SQL, "one")

    refused = refusal(world.of(PROVIDER).create_analysis_template, **world.sketch("two"), format="SQL", source={"text": SQL})
    assert (QUOTA, ("Analysis templates per membership", 1)) == (refused.kind, refused.quota)
    assert 100 == quotas.ANALYSIS_TEMPLATES.default


def test_a_template_has_tags_until_it_is_deleted() -> None:
    world = TablesWorld()
    template = world.sql_template(SQL, tags={"team": "ads"})
    world.of(PROVIDER).tag_resource(resourceArn=template["arn"], tags={"stage": "test"})

    assert {"team": "ads", "stage": "test"} == world.tags(template["arn"], PROVIDER)
    world.of(PROVIDER).delete_analysis_template(**named(world, template["id"]))
    refused = refusal(world.of(PROVIDER).list_tags_for_resource, resourceArn=template["arn"])
    assert (MEMBERSHIP_NOT_FOUND, template["id"]) == (refused.kind, refused.resource_id)


def test_templates_cannot_be_made_or_changed_once_the_membership_has_ended() -> None:
    world = TablesWorld()
    id = world.sql_template(SQL)["id"]
    world.close()

    created = refusal(world.of(PROVIDER).create_analysis_template, **world.sketch("late"), format="SQL", source={"text": SQL})
    updated = refusal(world.of(PROVIDER).update_analysis_template, **named(world, id), description="Late")
    assert (MEMBERSHIP_STATE, ACCESS_DENIED) == (created.kind, updated.kind)


@pytest.mark.parametrize("account", [CREATOR, RUNNER, READER, PROVIDER])
def test_every_member_sees_the_templates_of_all(account: str) -> None:
    world = TablesWorld()
    arn = world.sql_template(SQL, "one")["arn"]
    world.sql_template(SQL, "two", RUNNER)

    assert ["one", "two"] == all_seen(world, account)
    assert (PROVIDER, SQL, ["sales", "visits"]) == (
        seen(world, arn, account)["creatorAccountId"],
        seen(world, arn, account)["source"]["text"],
        seen(world, arn, account)["schema"]["referencedTables"],
    )


def test_an_outsider_sees_no_templates() -> None:
    world = TablesWorld()
    arn = world.sql_template(SQL)["arn"]
    outsider, collaboration = world.of(OUTSIDER), {"collaborationIdentifier": world.collaboration_id}

    listed = refusal(outsider.list_collaboration_analysis_templates, **collaboration)
    read = refusal(outsider.get_collaboration_analysis_template, **collaboration, analysisTemplateArn=arn)
    batch = refusal(outsider.batch_get_collaboration_analysis_template, **collaboration, analysisTemplateArns=[arn])
    assert [ACCESS_DENIED] * 3 == [listed.kind, read.kind, batch.kind]


@pytest.mark.parametrize(
    ("switch", "account", "expected"),
    [("sql", READER, False), ("sql", PROVIDER, True), ("all", READER, True)],
    ids=["partner", "owner", "partner who sees all"],
)
def test_who_sees_where_the_artifacts_of_a_template_are(switch: str, account: str, expected: bool) -> None:
    world = TablesWorld({"templateSource": switch})
    arn = world.template(**PYSPARK)["arn"]

    shown = seen(world, arn, account)
    assert expected == ("source" in shown)
    assert "sha256" in shown["sourceMetadata"]["artifacts"]["entryPointHash"]


def test_a_template_of_another_collaboration_is_not_found() -> None:
    world = TablesWorld()
    arn = world.sql_template(SQL)["arn"]
    other = world.create()

    refused = refusal(
        world.of(CREATOR).get_collaboration_analysis_template, collaborationIdentifier=other, analysisTemplateArn=arn
    )
    assert (COLLABORATION_NOT_FOUND, arn) == (refused.kind, refused.resource_id)


def test_a_batch_gives_what_is_there_and_an_error_for_the_rest() -> None:
    world = TablesWorld()
    one, two = world.sql_template(SQL, "one")["arn"], world.sql_template(SQL, "two")["arn"]
    missing = one.rpartition("/")[0] + f"/{NO_SUCH_ID}"

    answer = world.of(READER).batch_get_collaboration_analysis_template(
        collaborationIdentifier=world.collaboration_id, analysisTemplateArns=[two, missing, one, two]
    )
    assert ["two", "one"] == names(answer["collaborationAnalysisTemplates"])
    assert [(missing, "ResourceNotFoundException")] == [(each["arn"], each["code"]) for each in answer["errors"]]


def test_templates_of_a_removed_member_are_not_seen_any_more() -> None:
    world = TablesWorld()
    world.sql_template(SQL, "one")
    world.sql_template(SQL, "two", READER)
    world.remove(PROVIDER)

    assert ["two"] == all_seen(world)
