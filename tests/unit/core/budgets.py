"""Privacy budgets for tests: what a file wants, what an account sees, and a bank with tables on the embedded service."""

from collections.abc import Mapping
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.budgets import charging
from cleanrooms_governance.budgets.advance_budget import BudgetOwner, BudgetReport, advance_budget
from cleanrooms_governance.budgets.plan_budget import plan_budget
from cleanrooms_governance.budgets.reading import read_budget
from cleanrooms_governance.budgets.seen_budget import SeenBudget
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.planning.plan import Plan, Reviewed
from cleanrooms_governance.privacy_budgets import (
    AccessParameters,
    Allowance,
    BudgetedTable,
    BudgetTemplate,
    BudgetType,
    DeclaredBudget,
    DesiredBudgetTemplate,
    Period,
    PrivacyParameters,
    TemplateRefresh,
    Wanted,
    WantedAccess,
    WantedPrivacy,
)
from tests import tables
from tests.unit.core.builders import BANK, ID, RUNNER
from tests.unit.core.governed import REGION, Governed, Service
from tests.unit.core.test_joining import membership

MEMBERSHIP_ID = "22222222-0000-4000-8000-000000000000"
TABLE_ARN = f"arn:aws:cleanrooms:{REGION}:{BANK}:membership/{MEMBERSHIP_ID}/configuredtableassociation/t-orders"
OURS = "acme/prod/bank/orders"


def week(uses: int, refresh: str = "ENABLED") -> dict[Period, Allowance]:
    """An amount for a week."""
    return {Period.WEEK: Allowance(uses, refresh)}


def day(uses: int, refresh: str = "ENABLED") -> dict[Period, Allowance]:
    """An amount for a day."""
    return {Period.DAY: Allowance(uses, refresh)}


def lifetime(uses: int) -> dict[Period, Allowance]:
    """An amount for good."""
    return {Period.LIFETIME: Allowance(uses)}


def privacy(epsilon: int = 3, noise: int = 50, refresh: str = "NONE") -> WantedPrivacy:
    """Differential privacy as a file wants it."""
    return WantedPrivacy(PrivacyParameters(epsilon, noise), TemplateRefresh(refresh))


def access(*amounts: Mapping[Period, Allowance], table: str = "orders") -> WantedAccess:
    """An access budget as a file wants it, 50 uses a week if nothing else is said."""
    return WantedAccess(table, {str(period): each for amount in amounts or (week(50),) for period, each in amount.items()})


def desired(wanted: Wanted, **more: Any) -> DesiredBudgetTemplate:
    """A budget of the bank."""
    settings = {
        "key": "bank",
        "name": "orders",
        "owner": OURS,
        "account": BANK,
        "collaboration": ID,
        "region": REGION,
        "declared": DeclaredBudget(wanted, more.pop("tags", None), more.pop("warn_below", None)),
        **more,
    }
    return DesiredBudgetTemplate(**settings)


def live(parameters: PrivacyParameters | AccessParameters, refresh: str = "NONE", **more: Any) -> BudgetTemplate:
    """A template that is there."""
    is_privacy = isinstance(parameters, PrivacyParameters)
    type_ = BudgetType.DIFFERENTIAL_PRIVACY if is_privacy else BudgetType.ACCESS_BUDGET
    return BudgetTemplate("b-1", "arn:b-1", BANK, type_, refresh, parameters, **more)


def limited(*amounts: Mapping[Period, Allowance], **more: Any) -> BudgetTemplate:
    """The access budget that the table orders has, as it is read."""
    allowances = {str(period): each for amount in amounts for period, each in amount.items()}
    return live(AccessParameters(TABLE_ARN, allowances), **more)


def seen(template: BudgetTemplate | None = None, **more: Any) -> SeenBudget:
    """What the bank sees after it has joined and associated its table."""
    settings = {"membership": membership(), "table": BudgetedTable("orders", TABLE_ARN), **more}
    return SeenBudget(template=template, **settings)


def rules(plan: Plan) -> list[str]:
    """Why a plan is refused."""
    return [refusal.rule for refusal in plan.refusals]


def said(plan: Plan) -> list[str]:
    """The planned changes as they read."""
    return [str(change) for change in plan.changes]


def remarked(plan: Plan, rule: str) -> str:
    """What a plan says under a rule."""
    return "; ".join(remark.message for remark in plan.remarks if remark.rule == rule)


class Bank:
    """The bank's own stack on the service, which it has joined, with one budget in its file."""

    def __init__(self, governed: Governed, wanted: Wanted, **more: Any) -> None:
        self.governed = governed
        self.service: Service = governed.service
        self.told: list[str] = []
        self.desired = desired(wanted, **{"collaboration": governed.id, **more})

    @property
    def port(self) -> Any:
        """The bank as the reconciler acts in it."""
        return self.service.port(BANK)

    @property
    def membership(self) -> str:
        """The id of the bank's membership."""
        return str(next(each.id for each in self.port.memberships() if each.collaboration_id == self.governed.id))

    def look(self) -> SeenBudget:
        """What a check sees."""
        return read_budget(self.desired, self.port, self.port.memberships())

    def plan(self) -> Plan:
        """What a preview shows."""
        return plan_budget(self.desired, self.look())

    def run(self, reviewed: Reviewed | None = None, *, may_write: bool = True) -> BudgetReport:
        """What an `up` does."""
        owner = BudgetOwner(self.port, lambda _: None, self.told.append, may_write)
        return advance_budget(self.desired, reviewed or Reviewed.of(self.plan()), owner)

    def writes(self) -> list[str]:
        """The writing operations of one more run."""
        before = self.service.app.journal.last
        self.run()
        return self.service.written(before)

    def acknowledging(self) -> "Bank":
        """The same stack after a person has acknowledged every danger of the plan."""
        marks = frozenset(danger.fingerprint for danger in self.plan().dangers)
        return Bank(self.governed, self.desired.declared.wanted, tags=self.desired.declared.tags, acknowledge=marks)


def associate(governed: Governed, name: str, account: AccountId = BANK) -> str:
    """A person associates a table with the collaboration; its ARN."""
    own = next(each.id for each in governed.service.port(account).memberships() if each.collaboration_id == governed.id)
    return tables.associate(governed.service.console(account), account, own, name)


def use(governed: Governed, *tables: str, times: int = 1, **aggregations: int) -> None:
    """Somebody queries the tables with these ARNs, or protected tables with so many aggregations of each kind."""
    app = governed.service.app
    for _ in range(times):
        with app.store.transaction():
            context = Context(
                account=RUNNER,
                principal=f"arn:aws:iam::{RUNNER}:root",
                region=REGION,
                service="cleanrooms",
                store=app.store,
                now=app.clock.now(),
                switches=app.switches,
                new_id=lambda: "00000000-0000-4000-8000-000000000000",
            )
            if tables:
                charging.take(context, governed.id, tables)
            if aggregations:
                charging.take_privacy(context, governed.id, aggregations)
