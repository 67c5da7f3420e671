"""The nouns of privacy budgets: templates, what is left of them, and what a stack file wants, as frozen values.

Names and enumerations are those of the service model (cleanrooms 2022-02-17); the spelling of the wire ends in
``cleanrooms_governance.aws``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cleanrooms_governance.model import AccountId


class BudgetType(StrEnum):
    """What a template protects by (service model: PrivacyBudgetType)."""

    DIFFERENTIAL_PRIVACY = "DIFFERENTIAL_PRIVACY"
    ACCESS_BUDGET = "ACCESS_BUDGET"


class Period(StrEnum):
    """What an amount of an access budget is for (service model: AccessBudgetType)."""

    DAY = "CALENDAR_DAY"
    WEEK = "CALENDAR_WEEK"
    MONTH = "CALENDAR_MONTH"
    LIFETIME = "LIFETIME"


CALENDAR_PERIODS = frozenset({Period.DAY, Period.WEEK, Period.MONTH})
"""Those that end, and can be renewed when they do."""


class AutoRefresh(StrEnum):
    """Whether an amount is renewed when its period ends (service model: AutoRefreshMode)."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


class TemplateRefresh(StrEnum):
    """When a differential privacy budget is renewed (service model: PrivacyBudgetTemplateAutoRefresh)."""

    CALENDAR_MONTH = "CALENDAR_MONTH"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class PrivacyParameters:
    """How much differential privacy gives away; ``users_noise`` is in users a query (service model: UsersNoisePerQuery)."""

    epsilon: int
    users_noise: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often a table may be used in one period; ``auto_refresh`` is ``None`` for LIFETIME, or where it is not shown."""

    uses: int
    auto_refresh: str | None = None


@dataclass(frozen=True, slots=True)
class AccessParameters:
    """How often one table may be used: ``resource`` is its ARN, ``allowances`` are by ``Period``, unknown ones included."""

    resource: str
    allowances: Mapping[str, Allowance]


@dataclass(frozen=True, slots=True, order=True)
class TemplateSummary:
    """One entry of ListPrivacyBudgetTemplates; ``type`` is a ``BudgetType`` or one that this version does not know."""

    id: str
    arn: str
    type: str


@dataclass(frozen=True, slots=True)
class BudgetTemplate:
    """A privacy budget template as its owner, or any member, reads it.

    ``parameters`` is ``None`` for a kind that this version does not know; ``tags`` is ``None`` where they were not read.
    """

    id: str
    arn: str
    owner: AccountId
    type: str
    auto_refresh: str
    parameters: PrivacyParameters | AccessParameters | None
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Aggregations:
    """How many aggregations of one kind a budget allows, and how many of them are left if it is used for no other."""

    most: int
    left: int


@dataclass(frozen=True, slots=True)
class PrivacyBalance:
    """What is left of a differential privacy budget, by kind of aggregation (``AVG``, ``COUNT``, …)."""

    epsilon: int
    aggregations: Mapping[str, Aggregations]

    @property
    def is_used(self) -> bool:
        """Whether anything has been taken from it in the present period."""
        return any(each.left < each.most for each in self.aggregations.values())


@dataclass(frozen=True, slots=True)
class PeriodBalance:
    """What is left in one period; ``end`` is ``None`` for one that does not end."""

    uses: int
    left: int
    start: datetime
    end: datetime | None = None
    auto_refresh: str | None = None


@dataclass(frozen=True, slots=True)
class AccessBalance:
    """What is left of an access budget, by period; ``left`` is what can be used now, the lower one of them."""

    resource: str
    periods: Mapping[str, PeriodBalance]
    left: int


@dataclass(frozen=True, slots=True)
class PrivacyBudget:
    """A budget with what is left of it (ListPrivacyBudgets, ListCollaborationPrivacyBudgets).

    ``template`` is the id of the template that it comes from; ``balance`` is ``None`` for a kind that this version does not
    know. ``created`` is when it began, where that was read.
    """

    id: str
    template: str
    owner: AccountId
    type: str
    balance: PrivacyBalance | AccessBalance | None
    created: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class BudgetedTable:
    """A table that an access budget can be for: an association or an intermediate table of one membership.

    ``arn`` is the one by which budgets name it (service model: BudgetedResourceArn).
    """

    name: str
    arn: str
    is_derived: bool = False


def table_id(arn: str) -> str:
    """Return the id at the end of a table's ARN, whatever form the ARN has."""
    return arn.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class WantedPrivacy:
    """A differential privacy budget as the file wants it; ``auto_refresh`` is fixed once there is one."""

    parameters: PrivacyParameters
    auto_refresh: TemplateRefresh
    type = BudgetType.DIFFERENTIAL_PRIVACY


@dataclass(frozen=True, slots=True)
class WantedAccess:
    """An access budget as the file wants it.

    ``table`` is the name of a table of the membership, or its ARN; ``allowances`` are by ``Period``.
    """

    table: str
    allowances: Mapping[str, Allowance]
    type = BudgetType.ACCESS_BUDGET

    @property
    def is_by_arn(self) -> bool:
        """Whether the table is given by its ARN."""
        return self.table.startswith("arn:")


Wanted = WantedPrivacy | WantedAccess


@dataclass(frozen=True, slots=True)
class DeclaredBudget:
    """What the file says of one budget of a membership; ``tags`` hold neither the owner tag nor this tool's notes.

    ``warn_below`` is a share in percent, of which somebody is to be told when less is left; nothing of it goes to AWS.
    """

    wanted: Wanted
    tags: Mapping[str, str] | None = None
    warn_below: int | None = None


@dataclass(frozen=True, slots=True)
class DesiredBudgetTemplate:
    """A privacy budget template as the file wants it: what is declared, and of which account in which collaboration.

    ``key`` is that of its membership and ``name`` its own under ``privacyBudgets``; ``owner`` is
    ``<project>/<stack>/<key>/<name>``, the value of the ``governed-by`` tag. ``collaboration`` is the collaboration's id, or
    ``None`` while it is not known.
    """

    key: str
    name: str
    owner: str
    account: AccountId
    collaboration: str | None
    region: str
    declared: DeclaredBudget
    acknowledge: frozenset[str] = frozenset()
    paused: bool = False
    names: Mapping[AccountId, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Where it stands in the stack file."""
        return f"memberships.{self.key}.privacyBudgets.{self.name}"
