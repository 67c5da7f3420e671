"""What CreateMLInputChannel asks for: the runner, an association, one query on usable tables, a payer, a free place."""

from typing import Any

import pytest

from cleanrooms_emulator.handlers import quotas
from tests.emulator.analyses.analysis_world import ANY
from tests.emulator.machine_learning.learning_world import (
    CONFLICT,
    DAY,
    DENIED,
    INVALID,
    NOT_FOUND,
    LearningWorld,
    input_channel,
    learning_members,
    role,
)
from tests.emulator.world import CREATOR, NO_SUCH_ID, OUTSIDER, QUOTA, READER, RUNNER

SYNTHETIC = {
    "mlSyntheticDataParameters": {
        "epsilon": 0.5,
        "maxMembershipInferenceAttackScore": 0.75,
        "columnClassification": {
            "columnMapping": [
                {"columnName": f"column_{number}", "columnType": "NUMERICAL", "isPredictiveValue": number == 0}
                for number in range(5)
            ]
        },
    }
}


def ready(**more: Any) -> tuple[LearningWorld, str]:
    """A world with the table "visits", and an association."""
    world = LearningWorld(**more)
    world.table("visits")
    return world, world.association()


def from_template(arn: str, **more: Any) -> dict[str, Any]:
    return {"inputChannel": input_channel(RUNNER, analysisTemplateArn=arn, **more)}


@pytest.mark.parametrize("by", [CREATOR, READER])
def test_only_the_member_that_can_query_makes_channels(by: str) -> None:
    world, association = ready()

    assert DENIED == world.channelling(association, by=by).kind


def test_another_accounts_role_is_denied() -> None:
    world, association = ready()

    assert DENIED == world.channelling(association, inputChannel=input_channel(CREATOR, queryString="select 1 as one")).kind


@pytest.mark.parametrize("membership", [NO_SUCH_ID, "somebody else's"])
def test_a_membership_of_somebody_else_is_not_found(membership: str) -> None:
    world, association = ready()
    identifier = membership if membership == NO_SUCH_ID else world.memberships[CREATOR]

    assert NOT_FOUND == world.channelling(association, membershipIdentifier=identifier).kind


def test_a_removed_runner_makes_no_channel() -> None:
    world, association = ready()
    world.removed(RUNNER)

    assert CONFLICT == world.channelling(association).kind


def test_an_association_that_is_not_in_the_collaboration_is_not_found() -> None:
    world, association = ready()
    elsewhere = association.replace(association.rpartition("/")[2], NO_SUCH_ID)

    assert NOT_FOUND == world.channelling(elsewhere).kind


def test_an_association_of_a_removed_member_cannot_be_used() -> None:
    world, _ = ready()
    association = world.association(READER)
    world.removed(READER)

    assert NOT_FOUND == world.channelling(association).kind


@pytest.mark.parametrize(
    "sql",
    ["select amount from nowhere", "delete from visits", "select amount frm visits where", "select 1; select 2"],
    ids=["a table that is not there", "no query", "no SQL", "two statements"],
)
def test_what_is_no_query_on_usable_tables_is_refused(sql: str) -> None:
    world, association = ready()

    refused = world.channelling(association, sql)
    assert (INVALID, 400, []) == (refused.kind, refused.status, refused.fields)


def test_a_table_of_a_removed_member_cannot_be_used() -> None:
    world, association = ready()
    world.table("sales", READER)
    world.removed(READER)

    assert INVALID == world.channelling(association, "select amount from sales").kind


@pytest.mark.parametrize(
    "parameters", [{}, {"queryString": "select 1 as one", "analysisTemplateArn": "some"}], ids=["neither", "both"]
)
def test_the_query_comes_as_text_or_from_a_template(parameters: dict[str, str]) -> None:
    world, association = ready()
    if parameters:
        parameters = {**parameters, "analysisTemplateArn": world.template()}

    assert INVALID == world.channelling(association, inputChannel=input_channel(RUNNER, **parameters)).kind


def test_a_template_is_a_source_with_its_parameters() -> None:
    world, association = ready()
    arn = world.template()
    channel = world.channel(association, **from_template(arn, parameters={"least": "5"}))

    shown = world.read_channel(channel)["inputChannel"]["dataSource"]["protectedQueryInputParameters"]["sqlParameters"]
    assert {"analysisTemplateArn": arn, "parameters": {"least": "5"}} == shown


@pytest.mark.parametrize(
    "parameters", [{}, {"least": "much"}, {"least": "5", "most": "6"}], ids=["none", "wrong type", "unknown"]
)
def test_parameters_have_to_fit_the_template(parameters: dict[str, str]) -> None:
    world, association = ready()

    assert INVALID == world.channelling(association, **from_template(world.template(), parameters=parameters)).kind


def test_only_templates_take_parameters() -> None:
    world, association = ready()
    text = input_channel(RUNNER, queryString="select amount from visits", parameters={"least": "5"})

    assert INVALID == world.channelling(association, inputChannel=text).kind


def test_a_template_that_is_not_there_is_not_found() -> None:
    world, association = ready()
    gone = world.template().rpartition("/")[0] + "/" + NO_SUCH_ID

    assert NOT_FOUND == world.channelling(association, **from_template(gone)).kind


def test_a_template_of_a_job_is_no_source() -> None:
    world, association = ready()

    assert INVALID == world.channelling(association, **from_template(world.script("visits"))).kind


def test_a_template_with_synthetic_data_gives_its_parameters_and_has_a_payer() -> None:
    world = LearningWorld(learning_members(syntheticDataGeneration=True), accepting={READER: ["syntheticDataGeneration"]})
    world.table("visits")
    arn = world.template(syntheticDataParameters=SYNTHETIC)
    channel = world.read_channel(world.channel(world.association(), **from_template(arn, parameters={"least": "1"})))

    assert {"syntheticDataParameters": SYNTHETIC["mlSyntheticDataParameters"]} == channel["syntheticDataConfiguration"]
    assert {"computePayerAccountId": RUNNER, "syntheticDataPayerAccountId": READER} == channel["payerConfiguration"]


def test_nobody_pays_for_synthetic_data_that_is_not_made() -> None:
    world, association = ready()

    refused = world.channelling(association, payerConfiguration={"syntheticDataPayerAccountId": RUNNER})
    assert INVALID == refused.kind


def two_payers(accepting: bool = True, **switches: str) -> tuple[LearningWorld, str]:
    runner, reader = learning_members(queryCompute=True)
    runner = {**runner, "paymentConfiguration": reader["paymentConfiguration"]}
    world, association = ready(members=[runner, reader], accepting={READER: ["queryCompute"]}, switches=switches or None)
    return (world if accepting else world.declining(READER)), association


@pytest.mark.parametrize("payer", [RUNNER, READER])
def test_the_payer_that_was_named_is_returned(payer: str) -> None:
    world, association = two_payers()
    arn = world.channel(association, payerConfiguration={"computePayerAccountId": payer})

    assert {"computePayerAccountId": payer} == world.read_channel(arn)["payerConfiguration"]
    assert {"computePayerAccountId": payer} == world.seen_channel(arn)["payerConfiguration"]


@pytest.mark.parametrize("named", [OUTSIDER, CREATOR], ids=["an outsider", "a member that is no candidate"])
def test_a_payer_that_is_no_candidate_is_refused(named: str) -> None:
    world, association = two_payers()

    assert INVALID == world.channelling(association, payerConfiguration={"computePayerAccountId": named}).kind


def test_a_payer_that_declined_is_refused() -> None:
    world, association = two_payers(accepting=False)

    assert INVALID == world.channelling(association, payerConfiguration={"computePayerAccountId": READER}).kind


@pytest.mark.parametrize(("reading", "payer"), [("error", None), ("runner", RUNNER), ("first", RUNNER)])
def test_one_of_two_payers_has_to_be_named_or_is_chosen_by_the_switch(reading: str, payer: str | None) -> None:
    world, association = two_payers(ambiguousPayer=reading)

    if payer is None:
        assert INVALID == world.channelling(association).kind
    else:
        assert {"computePayerAccountId": payer} == world.read_channel(world.channel(association))["payerConfiguration"]


@pytest.mark.parametrize(
    ("rule", "allowed"),
    [
        ({"additionalAnalyses": "NOT_ALLOWED"}, False),
        ({"additionalAnalyses": "ALLOWED"}, True),
        ({"additionalAnalyses": "REQUIRED"}, True),
    ],
    ids=["not allowed", "allowed", "required"],
)
def test_the_owner_of_a_table_says_whether_it_may_be_learned_from(rule: dict[str, str], allowed: bool) -> None:
    world = LearningWorld(switches={"silentAnalysisRule": "refuses"})
    world.table("visits", rule={**ANY, **rule})
    association = world.association()

    if allowed:
        assert world.channel(association)
    else:
        assert INVALID == world.channelling(association).kind


@pytest.mark.parametrize(("reading", "allowed"), [("allows", True), ("refuses", False)])
def test_an_analysis_rule_that_does_not_mention_machine_learning_is_a_switch(reading: str, allowed: bool) -> None:
    world, association = ready(switches={"silentAnalysisRule": reading})

    if allowed:
        assert world.channel(association)
    else:
        assert INVALID == world.channelling(association).kind


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        ("{arn}", True),
        ("arn:aws:cleanrooms-ml:eu-west-1:*:membership/*/configured-model-algorithm-association/*", True),
        ("arn:aws:cleanrooms-ml:us-east-1:*:membership/*/configured-model-algorithm-association/*", False),
    ],
    ids=["itself", "wildcards", "another Region"],
)
def test_the_rule_of_the_table_association_lists_the_algorithms(pattern: str, allowed: bool) -> None:
    world = LearningWorld()
    table = world.table("visits", rule={**ANY, "additionalAnalyses": "ALLOWED"})
    association = world.association()
    world.of(CREATOR).create_configured_table_association_analysis_rule(
        membershipIdentifier=world.memberships[CREATOR],
        configuredTableAssociationIdentifier=table.rpartition("/")[2],
        analysisRuleType="CUSTOM",
        analysisRulePolicy={"v1": {"custom": {"allowedAdditionalAnalyses": [pattern.format(arn=association)]}}},
    )

    if allowed:
        assert world.channel(association)
    else:
        assert INVALID == world.channelling(association).kind


def test_active_channels_of_a_membership_are_limited() -> None:
    world, association = ready()
    quotas.adjust(world.store, quotas.ML_INPUT_CHANNELS, 1)
    world.channel(association, retentionInDays=1)

    refused = world.channelling(association)
    assert (QUOTA, 402, ("Active ML input channels per membership", 1)) == (refused.kind, refused.status, refused.quota)
    world.clock.advance(2 * DAY)
    assert world.channel(association)


@pytest.mark.parametrize(("reading", "expected"), [("free", 2), ("unique", 1)])
def test_whether_two_channels_can_have_one_name_is_a_switch(reading: str, expected: int) -> None:
    world, association = ready(switches={"mlNames": reading})
    world.channel(association)
    if reading == "free":
        world.channel(association)
    else:
        assert CONFLICT == world.channelling(association).kind

    listed = world.ml(RUNNER).list_ml_input_channels(membershipIdentifier=world.memberships[RUNNER])
    assert expected == len(listed["mlInputChannelsList"])


def test_a_refused_channel_leaves_no_trace() -> None:
    world, association = ready()
    before = world.store.snapshot()
    world.channelling(association, tags={"aws:team": "ads"})

    assert before == world.store.snapshot()


def test_the_role_may_be_any_of_the_runners_own() -> None:
    world, association = ready()
    given = {**input_channel(RUNNER, queryString="select 1 as one"), "roleArn": role(RUNNER).replace("role/", "role/path/")}

    assert given["roleArn"] == world.read_channel(world.channel(association, inputChannel=given))["inputChannel"]["roleArn"]
