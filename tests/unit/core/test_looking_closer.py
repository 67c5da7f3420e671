"""What a plan makes worth looking at, read from the embedded service, and what it costs."""

from dataclasses import replace
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import CAN_RUN_JOB, AccountId
from cleanrooms_governance.running.world import World, look_closer
from cleanrooms_governance.seen import DerivedTable, NotVisible, Seen, SharedTable, SharedTemplate
from tests.unit.core.builders import (
    APPROVE_OWN_PLAN,
    BANK,
    CREATOR,
    NEWCOMER,
    QUERY,
    RECEIVE,
    RUNNER,
    SHOP,
    collaboration,
    member,
    pays,
    stack_file,
    wanted_member,
)
from tests.unit.core.governed import Governed, Service, create
from tests.unit.core.strategies import acknowledging

FOUR = ["GetCollaboration", "ListMembers", "ListTagsForResource", "ListCollaborationChangeRequests"]
SHARED = ["ListSchemas", "ListCollaborationAnalysisTemplates", "ListCollaborationPrivacyBudgetTemplates"]
RUNNING = ["ListProtectedQueries"] * 2 + ["ListProtectedJobs"] * 2
STANDING = (wanted_member(RUNNER, QUERY, CAN_RUN_JOB), wanted_member(SHOP, RECEIVE))
REMOVING = stack_file(*STANDING, removed=frozenset({BANK}), voters=dict.fromkeys((RUNNER, SHOP), APPROVE_OWN_PLAN))
LAKE = {"glue": {"databaseName": "lake", "tableName": "visits"}}
ANYTHING = {"allowedAnalyses": ["ANY_QUERY", "ANY_JOB"], "allowedAnalysisProviders": [RUNNER, BANK]}
SCRIPT = {
    "artifacts": {
        "entryPoint": {"location": {"bucket": "scripts", "key": "job.py"}},
        "roleArn": f"arn:aws:iam::{BANK}:role/scripts",
    }
}
JOB_RESULTS = {"outputConfiguration": {"s3": {"bucket": "results"}}, "roleArn": f"arn:aws:iam::{SHOP}:role/results"}
TO_SHOP = {"outputConfiguration": {"member": {"accountId": SHOP}}}


def own(governed: Governed, account: str) -> str:
    (membership,) = (each for each in governed.service.port(account).memberships() if each.collaboration_id == governed.id)
    return membership.id


def bring(governed: Governed) -> str:
    """The bank brings a table, a budget, and a template for jobs, whose ARN is returned."""
    bank, at = governed.service.console(BANK), {"membershipIdentifier": own(governed, BANK)}
    table = {
        "configuredTableIdentifier": bank.create_configured_table(
            name="visits", tableReference=LAKE, allowedColumns=["user_id", "amount"], analysisMethod="MULTIPLE"
        )["configuredTable"]["id"]
    }
    bank.create_configured_table_analysis_rule(
        **table, analysisRuleType="CUSTOM", analysisRulePolicy={"v1": {"custom": ANYTHING}}
    )
    visits = bank.create_configured_table_association(**table, **at, name="visits", roleArn=f"arn:aws:iam::{BANK}:role/lake")
    budget = {
        "budgetParameters": [{"type": "LIFETIME", "budget": 9}],
        "resourceArn": visits["configuredTableAssociation"]["arn"],
    }
    bank.create_privacy_budget_template(**at, privacyBudgetType="ACCESS_BUDGET", parameters={"accessBudget": budget})
    template = bank.create_analysis_template(
        **at, name="spend", format="PYSPARK_1_0", source=SCRIPT, schema={"referencedTables": ["visits"]}
    )
    return str(template["analysisTemplate"]["arn"])


def run(governed: Governed, template: str) -> tuple[str, str]:
    """The runner makes an intermediate table, a query and a job; the ids of the last two."""
    runner, at = governed.service.console(RUNNER), {"membershipIdentifier": own(governed, RUNNER)}
    governed.service.console(SHOP).update_membership(
        membershipIdentifier=own(governed, SHOP), defaultJobResultConfiguration=JOB_RESULTS
    )
    heavy = {"sqlParameters": {"queryString": "select user_id from visits where amount > 9"}}
    runner.create_intermediate_table(**at, name="heavy", populationAnalysisConfiguration=heavy)
    query = runner.start_protected_query(
        **at, type="SQL", sqlParameters={"queryString": "select count(*) as n from visits"}, resultConfiguration=TO_SHOP
    )
    job = runner.start_protected_job(
        **at, type="PYSPARK", jobParameters={"analysisTemplateArn": template}, resultConfiguration=TO_SHOP
    )
    return str(query["protectedQuery"]["id"]), str(job["protectedJob"]["id"])


@pytest.fixture
def governed(service: Service) -> Governed:
    """The bank pays for the queries and jobs that the runner runs."""
    for account in (RUNNER, SHOP):
        service.port(account)
    live = collaboration(
        member(RUNNER, QUERY, CAN_RUN_JOB),
        member(SHOP, RECEIVE),
        member(BANK, payments=pays(queryCompute=True, jobCompute=True)),
    )
    return replace(create(service, live), held=(RUNNER, SHOP))


def look(governed: Governed, desired: DesiredCollaboration, *held: AccountId) -> World:
    ports = {each: governed.service.port(each) for each in held}
    return look_closer(desired, governed.world, governed.service.port(CREATOR), ports)


def calls(governed: Governed, since: int) -> list[str]:
    return [each for each in governed.service.called(since) if each.startswith(("List", "Get"))]


def test_everything_that_a_removal_breaks_is_seen(governed: Governed) -> None:
    query, job = run(governed, bring(governed))
    seen = look(governed, REMOVING, RUNNER).seen
    assert (
        (SharedTable(BANK, "visits", "TABLE"), SharedTable(RUNNER, "heavy", "INTERMEDIATE_TABLE")),
        (SharedTemplate(BANK, "spend"),),
        {RUNNER: (DerivedTable("heavy", frozenset({BANK})),)},
    ) == (seen.tables, seen.templates, seen.derived)
    assert isinstance(seen.budgets, tuple)
    assert [(BANK, "ACCESS_BUDGET", True)] == [(each.owner, each.kind, each.template is not None) for each in seen.budgets]
    shown = {RUNNER: [(query, RUNNER, BANK)]}, {RUNNER: [(job, RUNNER, BANK)]}
    assert shown == tuple(
        {account: [(each.id, each.runner, each.payer) for each in found] for account, found in kind.items()}  # type: ignore[union-attr]
        for kind in (seen.queries, seen.jobs)
    )


def test_an_analysis_that_has_ended_is_not_running(governed: Governed) -> None:
    run(governed, bring(governed))
    governed.service.app.clock.advance(60)
    seen = look(governed, REMOVING, RUNNER).seen
    assert ({RUNNER: ()}, {RUNNER: ()}) == (seen.queries, seen.jobs)


def test_a_plan_that_removes_nobody_and_changes_no_payer_looks_at_nothing(governed: Governed) -> None:
    for entry in (wanted_member(BANK), wanted_member(BANK, RECEIVE)):
        before = governed.service.app.journal.last
        assert Seen() == look(governed, stack_file(*STANDING, entry), RUNNER, SHOP).seen
        assert sorted(FOUR) == sorted(calls(governed, before))


def test_each_thing_is_looked_at_once(governed: Governed) -> None:
    before = governed.service.app.journal.last
    look(governed, REMOVING, RUNNER, SHOP)
    expected = [*FOUR, *SHARED, *RUNNING, *["ListMemberships"] * 2]
    assert sorted(expected) == sorted(calls(governed, before))


def test_a_run_looks_once_however_many_moves_it_makes(governed: Governed) -> None:
    more = {**REMOVING.members, NEWCOMER: wanted_member(NEWCOMER), SHOP: wanted_member(SHOP, RECEIVE, pays_for=[])}
    desired = acknowledging(replace(REMOVING, members=more), governed.live)
    before = governed.service.app.journal.last
    report = governed.run(desired)
    assert Outcome.CONVERGED == report.outcome
    seen = calls(governed, before)
    assert [1] * 3 == [seen.count(each) for each in SHARED]
    assert (2, 2) == (seen.count("ListProtectedQueries"), seen.count("ListProtectedJobs"))


@pytest.mark.parametrize(
    ("operation", "hidden"),
    [
        ("ListSchemas", "tables"),
        ("ListCollaborationAnalysisTemplates", "templates"),
        ("ListCollaborationPrivacyBudgetTemplates", "budgets"),
    ],
)
def test_what_may_not_be_read_is_not_visible_and_stops_nothing(governed: Governed, operation: str, hidden: str) -> None:
    governed.service.fail(FaultRule(kind=FaultKind.ERROR, operation=operation, code="AccessDeniedException"))
    seen = look(governed, REMOVING, RUNNER).seen
    assert NotVisible(f"{operation}: AccessDeniedException") == getattr(seen, hidden)
    assert Outcome.CONVERGED == governed.run(acknowledging(REMOVING, governed.live)).outcome


@pytest.mark.parametrize("operation", ["ListMemberships", "ListProtectedQueries", "GetIntermediateTable"])
def test_a_membership_that_may_not_be_read_is_not_visible(governed: Governed, operation: str) -> None:
    run(governed, bring(governed))
    governed.service.fail(FaultRule(kind=FaultKind.ERROR, operation=operation, code="AccessDeniedException"))
    world = look(governed, REMOVING, RUNNER)
    hidden: Any = NotVisible(f"{operation}: AccessDeniedException")
    read = world.seen.derived if operation == "GetIntermediateTable" else world.seen.queries
    assert hidden == read[RUNNER]
    assert (operation != "ListMemberships") == (RUNNER in world.live.accepted)


def test_an_invited_member_takes_nothing_along(service: Service) -> None:
    governed = create(
        service, collaboration(member(RUNNER, QUERY, CAN_RUN_JOB), member(SHOP, RECEIVE), member(BANK, status="INVITED"))
    )
    before = service.app.journal.last
    assert Seen() == look(governed, REMOVING, RUNNER).seen
    assert sorted(FOUR) == sorted(calls(governed, before))
