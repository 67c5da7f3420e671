"""Privacy budgets through boto3 against the embedded service: every operation, and what is and is not sent."""

from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.errors import AnswerLost, NotFound
from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    AccessParameters,
    Aggregations,
    Allowance,
    BudgetedTable,
    BudgetTemplate,
    BudgetType,
    PrivacyBalance,
    PrivacyParameters,
    TemplateRefresh,
)
from cleanrooms_governance.seen import SharedBudget
from cleanrooms_governance.service import OwnSettings
from tests import tables
from tests.unit.aws.wire import Script
from tests.unit.aws.world import CREATOR, PARTNER, REGION, FakeTime, World, member

KINDS = ("AVG", "COUNT", "COUNT_DISTINCT", "STDDEV", "SUM")
AMOUNTS = {"CALENDAR_WEEK": Allowance(50, "ENABLED"), "LIFETIME": Allowance(1000)}
PRIVACY = PrivacyParameters(3, 10)


class Provider:
    """The partner, who provides data, as the reconciler acts in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.collaboration = world.create(member(PARTNER))
        self.port: AwsCleanRooms = world.of(PARTNER)
        self.membership = self.port.create_membership(self.collaboration, settings=OwnSettings(query_log=False), tags={}).id

    def associate(self, name: str) -> str:
        """Associate a table; its ARN as the service shows it."""
        console = client(self.world.app, "cleanrooms", PARTNER, REGION)
        return tables.associate(console, PARTNER, self.membership, name)

    def sent(self, operation: str) -> dict[str, Any]:
        """The parameters of the latest call of an operation."""
        return dict(self.world.app.journal.entries(operation=operation)[-1].parameters)


@pytest.fixture
def provider(world: World) -> Provider:
    return Provider(world)


def test_differential_privacy_is_set_read_changed_and_deleted(provider: Provider) -> None:
    port, own = provider.port, provider.membership
    made = port.create_privacy_template(own, PRIVACY, TemplateRefresh.CALENDAR_MONTH, {"team": "x"})
    (listed,) = port.own_budget_templates(own)
    assert (made, BudgetType.DIFFERENTIAL_PRIVACY) == (listed.id, listed.type)
    read = port.budget_template(own, made)
    assert BudgetTemplate(made, listed.arn, PARTNER, "DIFFERENTIAL_PRIVACY", "CALENDAR_MONTH", PRIVACY) == read
    assert {"team": "x"} == port.tags(read.arn)
    port.update_privacy_template(own, made, PrivacyParameters(4, 20))
    assert PrivacyParameters(4, 20) == port.budget_template(own, made).parameters
    (budget,) = port.budgets(own, BudgetType.DIFFERENTIAL_PRIVACY)
    assert (made, PrivacyBalance(4, dict.fromkeys(KINDS, Aggregations(80, 80)))) == (budget.template, budget.balance)
    port.delete_budget_template(own, made)
    assert () == port.own_budget_templates(own)


def test_an_access_budget_is_set_read_and_replaced(provider: Provider) -> None:
    port, own, table = provider.port, provider.membership, provider.associate("orders")
    made = port.create_access_template(own, table, AMOUNTS, {})
    assert AccessParameters(table, AMOUNTS) == port.budget_template(own, made).parameters
    port.update_access_template(own, made, {"CALENDAR_DAY": Allowance(7, "DISABLED")})
    assert AccessParameters(table, {"CALENDAR_DAY": Allowance(7, "DISABLED")}) == port.budget_template(own, made).parameters
    (budget,) = port.budgets(own, BudgetType.ACCESS_BUDGET, table)
    assert isinstance(budget.balance, AccessBalance)
    assert (table, 7, ["CALENDAR_DAY"]) == (budget.balance.resource, budget.balance.left, [*budget.balance.periods])


def test_a_renewal_is_sent_for_calendar_amounts_and_for_nothing_else(provider: Provider) -> None:
    made = provider.port.create_access_template(provider.membership, provider.associate("orders"), AMOUNTS, {})
    expected = [
        {"type": "CALENDAR_WEEK", "budget": 50, "autoRefresh": "ENABLED"},
        {"type": "LIFETIME", "budget": 1000},
    ]
    sent = provider.sent("CreatePrivacyBudgetTemplate")
    assert (expected, False) == (sent["parameters"]["accessBudget"]["budgetParameters"], "autoRefresh" in sent)
    provider.port.update_access_template(provider.membership, made, AMOUNTS)
    sent = provider.sent("UpdatePrivacyBudgetTemplate")
    assert ({"budgetParameters": expected}, False) == (sent["parameters"]["accessBudget"], "autoRefresh" in sent)


def test_the_members_see_whose_budgets_there_are_and_what_is_left(provider: Provider) -> None:
    port, own = provider.port, provider.membership
    made = port.create_privacy_template(own, PRIVACY, TemplateRefresh.NONE, {})
    creator = provider.world.of(CREATOR)
    assert (SharedBudget(PARTNER, "DIFFERENTIAL_PRIVACY", made),) == creator.budget_templates(provider.collaboration)
    shared = creator.shared_budget_template(provider.collaboration, made)
    assert (PARTNER, PRIVACY, "NONE") == (shared.owner, shared.parameters, shared.auto_refresh)
    (budget,) = creator.shared_budgets(provider.collaboration, BudgetType.DIFFERENTIAL_PRIVACY)
    assert (PARTNER, made) == (budget.owner, budget.template)
    assert port.budgets(own, BudgetType.DIFFERENTIAL_PRIVACY)[0].balance == budget.balance


def test_the_impact_is_asked_for_without_changing_anything(provider: Provider) -> None:
    assert dict.fromkeys(KINDS, 30) == provider.port.privacy_impact(provider.membership, PRIVACY)
    assert () == provider.port.own_budget_templates(provider.membership)


def test_tables_are_named_by_the_arn_that_budgets_take(provider: Provider) -> None:
    table = provider.associate("Orders")
    assert (BudgetedTable("orders", table),) == provider.port.associated_tables(provider.membership)
    assert () == provider.port.intermediate_tables(provider.membership)


def test_a_template_that_is_gone_is_not_found_and_named(provider: Provider) -> None:
    gone = "00000000-0000-4000-8000-000000000000"
    with pytest.raises(NotFound, match=f"GetPrivacyBudgetTemplate on {gone}"):
        provider.port.budget_template(provider.membership, gone)


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.EMPTY, FaultKind.TRUNCATE])
def test_a_creation_without_a_usable_answer_is_sent_once(provider: Provider, kind: FaultKind) -> None:
    provider.world.fail(kind=kind, operation="CreatePrivacyBudgetTemplate")
    with pytest.raises(AnswerLost):
        provider.port.create_privacy_template(provider.membership, PRIVACY, TemplateRefresh.NONE, {})
    assert 1 == provider.world.called().count("CreatePrivacyBudgetTemplate")


def test_a_template_of_a_kind_to_come_is_read_without_its_parameters(time: FakeTime) -> None:
    about = {
        "id": "t",
        "arn": "arn:t",
        "membershipId": "m",
        "membershipArn": f"arn:aws:cleanrooms:{REGION}:{PARTNER}:membership/m",
        "collaborationId": "c",
        "collaborationArn": "arn:c",
        "createTime": 1_790_000_000,
        "updateTime": 1_790_000_000,
        "privacyBudgetType": "FORGETFULNESS",
        "autoRefresh": "NONE",
        "parameters": {"forgetfulness": {"days": 3}},
    }
    script = Script([{"privacyBudgetTemplate": about}])
    read = script.open(time.pace()).budget_template("m" * 36, "t" * 36)
    assert (None, "FORGETFULNESS", PARTNER) == (read.parameters, read.type, read.owner)
