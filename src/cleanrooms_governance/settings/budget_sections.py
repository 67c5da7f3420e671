"""A privacy budget of a stack file, and the inputs of its resource.

One section for both types, so that every key is known; which of them go with which type is checked in ``budget_checks``.
"""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, Strict

from cleanrooms_governance.privacy_budgets import AutoRefresh, BudgetType, Period, TemplateRefresh
from cleanrooms_governance.settings import fields, strict
from cleanrooms_governance.settings.fields import Maybe, Section
from cleanrooms_governance.settings.text_shapes import BUDGETED_TABLE, TABLE_NAME

LEAST_EPSILON, MOST_EPSILON = 1, 20
"""Service model: Epsilon."""

LEAST_NOISE, MOST_NOISE = 10, 100
"""Service model: UsersNoisePerQuery."""

MOST_USES = 1_000_000
"""Service model: Budget."""

_check_name, _check_arn = strict.shaped(TABLE_NAME), strict.shaped(BUDGETED_TABLE)


def _table(value: object) -> str:
    written = strict.text(value)
    return _check_arn(written) if written.startswith("arn:") else _check_name(written)


Kind = Annotated[BudgetType, BeforeValidator(strict.enumeration("type of privacy budget", BudgetType))]
Epsilon = Annotated[int, BeforeValidator(strict.whole(LEAST_EPSILON, MOST_EPSILON))]
Noise = Annotated[int, BeforeValidator(strict.whole(LEAST_NOISE, MOST_NOISE))]
Uses = Annotated[int, BeforeValidator(strict.whole(0, MOST_USES))]
BudgetPeriod = Annotated[Period, BeforeValidator(strict.enumeration("period of an access budget", Period))]
Renewal = Annotated[AutoRefresh, BeforeValidator(strict.enumeration("way to renew an amount", AutoRefresh))]
MonthlyRenewal = Annotated[TemplateRefresh, BeforeValidator(strict.enumeration("way to renew a budget", TemplateRefresh))]
Share = Annotated[int, BeforeValidator(strict.percent)]
Table = Annotated[str, BeforeValidator(_table)]


class AllowanceSection(Section):
    """How often a table may be used in one period (service model: BudgetParameter)."""

    stand_ins: ClassVar[dict[str, object]] = {"type": str(Period.LIFETIME), "budget": 0}

    type: BudgetPeriod = Field(description="CALENDAR_DAY, CALENDAR_WEEK, CALENDAR_MONTH or LIFETIME")
    budget: Uses = Field(description=f"how often the table may be used, 0 to {MOST_USES}")
    auto_refresh: Maybe[Renewal] = None


class PrivacyBudgetSection(Section):
    """A privacy budget template of a membership."""

    stand_ins: ClassVar[dict[str, object]] = {"type": str(BudgetType.DIFFERENTIAL_PRIVACY)}

    type: Kind = Field(description="DIFFERENTIAL_PRIVACY or ACCESS_BUDGET")
    epsilon: Maybe[Epsilon] = None
    users_noise_per_query: Maybe[Noise] = None
    auto_refresh: Maybe[MonthlyRenewal] = None
    resource: Maybe[Table] = None
    budgets: Maybe[Annotated[tuple[AllowanceSection, ...], Strict(False)]] = None
    warn_below: Maybe[Share] = None
    tags: Maybe[dict[fields.TagKey, fields.TagValue]] = None
