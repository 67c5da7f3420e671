"""A privacy budget of a stack file, and the inputs of its resource.

One section for both types, so that every key is known; which of them go with which type is checked in ``budget_checks``.
"""

from typing import Annotated, ClassVar

from pydantic import Field, Strict

from cleanrooms_governance.privacy_budgets import AutoRefresh, BudgetType, Period, TemplateRefresh
from cleanrooms_governance.settings import fields, strict
from cleanrooms_governance.settings.check import takes
from cleanrooms_governance.settings.fields import Maybe, Section
from cleanrooms_governance.settings.text_shapes import BUDGETED_TABLE, TABLE_NAME

LEAST_EPSILON, MOST_EPSILON = 1, 20
"""Service model: Epsilon."""

LEAST_NOISE, MOST_NOISE = 10, 100
"""Service model: UsersNoisePerQuery."""

MOST_USES = 1_000_000
"""Service model: Budget."""

_check_name, _check_arn = strict.shaped(TABLE_NAME), strict.shaped(BUDGETED_TABLE)


@takes(anyOf=[_check_arn.schema, _check_name.schema])
def _table(value: object) -> str:
    written = strict.text(value)
    return _check_arn(written) if written.startswith("arn:") else _check_name(written)


Kind = Annotated[BudgetType, strict.enumeration("type of privacy budget", BudgetType)]
Epsilon = Annotated[int, strict.whole(LEAST_EPSILON, MOST_EPSILON)]
Noise = Annotated[int, strict.whole(LEAST_NOISE, MOST_NOISE)]
Uses = Annotated[int, strict.whole(0, MOST_USES)]
BudgetPeriod = Annotated[Period, strict.enumeration("period of an access budget", Period)]
Renewal = Annotated[AutoRefresh, strict.enumeration("way to renew an amount", AutoRefresh)]
MonthlyRenewal = Annotated[TemplateRefresh, strict.enumeration("way to renew a budget", TemplateRefresh)]
Share = Annotated[int, strict.percent]
Table = Annotated[str, _table]


class AllowanceSection(Section):
    """How often a table may be used in one period (service model: BudgetParameter)."""

    stand_ins: ClassVar[dict[str, object]] = {"type": str(Period.LIFETIME), "budget": 0}

    type: BudgetPeriod = Field(description="CALENDAR_DAY, CALENDAR_WEEK, CALENDAR_MONTH or LIFETIME")
    budget: Uses = Field(description=f"how often the table may be used, 0 to {MOST_USES}")
    auto_refresh: Maybe[Renewal] = Field(
        default=None,
        description="`ENABLED` for a new amount every period, or `DISABLED`; a calendar amount has to"
        " have it, LIFETIME has none",
    )


class PrivacyBudgetSection(Section):
    """A privacy budget template of a membership."""

    stand_ins: ClassVar[dict[str, object]] = {"type": str(BudgetType.DIFFERENTIAL_PRIVACY)}

    type: Kind = Field(description="DIFFERENTIAL_PRIVACY or ACCESS_BUDGET")
    epsilon: Maybe[Epsilon] = Field(
        default=None, description="how much differential privacy may give away; it can be lowered only before the first query"
    )
    users_noise_per_query: Maybe[Noise] = Field(
        default=None, description="the noise that differential privacy adds to each query, in users"
    )
    auto_refresh: Maybe[MonthlyRenewal] = Field(
        default=None,
        description="`CALENDAR_MONTH` for a new budget of differential privacy every month, `NONE` for"
        " one that is never renewed;"
        " it is fixed once the budget is there",
    )
    resource: Maybe[Table] = Field(
        default=None,
        description="the table that an access budget is for: the name of an association of the account, or its ARN",
    )
    budgets: Maybe[Annotated[tuple[AllowanceSection, ...], Strict(False)]] = Field(
        default=None,
        description="the amounts of an access budget: one for a calendar period, one for the lifetime, or one of each",
    )
    warn_below: Maybe[Share] = Field(
        default=None,
        description="warn in previews and in `crgov budgets` when less than this share of an amount is left, such as 20%",
    )
    tags: Maybe[dict[fields.TagKey, fields.TagValue]] = Field(default=None, description=fields.TAGS)
