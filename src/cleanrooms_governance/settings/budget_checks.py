"""What a privacy budget must fulfil by itself, and the budgets of one membership and of one collaboration together.

Sources: service model (limits of each value); service guide, adding a data access budget (which amounts go together) and
differential privacy policy (one a collaboration).
"""

from collections.abc import Iterable, Iterator

from cleanrooms_governance.errors import Finding
from cleanrooms_governance.privacy_budgets import CALENDAR_PERIODS, BudgetType, Period
from cleanrooms_governance.settings import strict
from cleanrooms_governance.settings.budget_sections import (
    LEAST_EPSILON,
    LEAST_NOISE,
    MOST_EPSILON,
    MOST_NOISE,
    AllowanceSection,
    PrivacyBudgetSection,
)
from cleanrooms_governance.settings.fields import Section
from cleanrooms_governance.settings.places import Location
from cleanrooms_governance.settings.reading import Entry
from cleanrooms_governance.settings.sections import MembershipSettings

BUDGETS = "privacyBudgets"

_REQUIRED = {
    BudgetType.DIFFERENTIAL_PRIVACY: {
        "epsilon": f"how much may be given away, {LEAST_EPSILON} to {MOST_EPSILON}",
        "usersNoisePerQuery": f"the noise of a query in users, {LEAST_NOISE} to {MOST_NOISE}",
        "autoRefresh": "CALENDAR_MONTH for a new budget every month, NONE for one that is never renewed",
    },
    BudgetType.ACCESS_BUDGET: {
        "resource": "the name of a table that the account has associated, or its ARN",
        "budgets": "one or two amounts, each with type and budget",
    },
}
_BELONGS_ELSEWHERE = {
    "epsilon": "only goes with DIFFERENTIAL_PRIVACY: remove it",
    "usersNoisePerQuery": "only goes with DIFFERENTIAL_PRIVACY: remove it",
    "autoRefresh": "only goes with DIFFERENTIAL_PRIVACY: give each calendar amount under `budgets` its own",
    "resource": "only goes with ACCESS_BUDGET, and differential privacy is for all tables of the collaboration: remove it",
    "budgets": "only goes with ACCESS_BUDGET: remove it",
}
MOST_AMOUNTS = 2
"""Service model: BudgetParameters."""


def budget_findings(entry: Entry[Section], section: PrivacyBudgetSection, account: str, *at: str) -> Iterator[Finding]:
    """Check one budget: the keys that its type needs and no others, and amounts that go together.

    Parameters: ``account`` is whose membership it is; ``at`` is where the budget stands in the entry.
    """
    if not entry.is_sure(*at, "type"):
        return
    given = {key for key in _BELONGS_ELSEWHERE if getattr(section, _field(key)) is not None}
    for key, what in _REQUIRED[section.type].items():
        if key not in given and entry.is_sure(*at, key):
            yield entry.finding(f"is missing: give {what}", *at, key)
    for key in sorted(given - _REQUIRED[section.type].keys()):
        yield entry.finding(_BELONGS_ELSEWHERE[key], *at, key)
    if section.type is BudgetType.ACCESS_BUDGET:
        yield from _amounts(entry, section.budgets, *at, "budgets")
        yield from _table(entry, section.resource, account, *at, "resource")


def _field(key: str) -> str:
    return next(name for name, info in PrivacyBudgetSection.model_fields.items() if info.alias == key)


def _amounts(entry: Entry[Section], amounts: tuple[AllowanceSection, ...] | None, *at: str) -> Iterator[Finding]:
    if amounts is None:
        return
    if not 1 <= len(amounts) <= MOST_AMOUNTS and entry.is_sure(*at):
        yield entry.finding(f"has {len(amounts)} amounts: give one calendar amount, one LIFETIME amount, or one of each", *at)
    calendar: list[Period] = []
    for number, amount in enumerate(amounts):
        place: Location = (*at, number)
        if not entry.is_sure(*place, "type"):
            continue
        if amount.type is Period.LIFETIME:
            if amount.auto_refresh is not None:
                yield entry.finding("does not go with LIFETIME, which is never renewed: remove it", *place, "autoRefresh")
        elif amount.auto_refresh is None and entry.is_sure(*place, "autoRefresh"):
            yield entry.finding(
                "is missing: write ENABLED for a new budget every period, or DISABLED (AWS does not say what absence means)",
                *place,
                "autoRefresh",
            )
        if sum(other.type is amount.type for other in amounts[:number]):
            yield entry.finding(f"{amount.type} is given twice: remove one of them", *place, "type")
        elif amount.type in CALENDAR_PERIODS:
            calendar.append(amount.type)
    if len(calendar) > 1:
        yield entry.finding(
            f"{' and '.join(calendar)} do not go together: keep one of them (a LIFETIME amount may stand beside it)", *at
        )


def _table(entry: Entry[Section], table: str | None, account: str, *at: str) -> Iterator[Finding]:
    if table is None or not table.startswith("arn:"):
        return
    owner = table.split(":")[4]
    if owner != account and entry.is_sure(*at):
        yield entry.finding(
            f"is a table of {owner}, and an access budget is for one of {account} itself: give one of those", *at
        )


def membership_budget_findings(entry: Entry[MembershipSettings], key: str) -> Iterator[Finding]:
    """Check all budgets of a membership: each by itself, one for differential privacy, and one a table.

    Parameters: ``key`` is that of the membership, with which that of a budget becomes part of a tag value.
    """
    budgets = entry.section.privacy_budgets or {}
    privacy: list[str] = []
    tables: dict[str, str] = {}
    for name, section in budgets.items():
        yield from budget_findings(entry, section, entry.section.account, BUDGETS, name)
        if (length := len(f"{key}/{name}")) > strict.MOST_OF_A_KEY:
            yield entry.finding(
                f"{key}/{name} has {length} characters: {strict.MOST_OF_A_KEY} are the most, shorten one of the two keys",
                *(BUDGETS, name),
            )
        if not entry.is_sure(BUDGETS, name, "type"):
            continue
        if section.type is BudgetType.DIFFERENTIAL_PRIVACY:
            privacy.append(name)
        elif section.resource is not None:
            # AWS keeps the names of associations in lower case (service model: ConfiguredTableAssociation).
            first = tables.setdefault(section.resource.lower(), name)
            if first != name:
                yield entry.finding(
                    f"{strict.shown(section.resource)} has the budget {first} already: a table has one, remove the other",
                    *(BUDGETS, name, "resource"),
                )
    for name in privacy[1:]:
        yield entry.finding(
            f"is a second DIFFERENTIAL_PRIVACY beside {privacy[0]}: a collaboration has one, remove the other",
            *(BUDGETS, name),
        )


def shared_privacy_findings(entries: Iterable[tuple[str, Entry[MembershipSettings], str]]) -> Iterator[Finding]:
    """Check that no collaboration is given differential privacy by two of its members.

    Parameters: ``entries`` are the memberships, each with its key and what names its collaboration.
    """
    first: dict[str, str] = {}
    for key, entry, collaboration in entries:
        for name, section in (entry.section.privacy_budgets or {}).items():
            if section.type is not BudgetType.DIFFERENTIAL_PRIVACY or not entry.is_sure(BUDGETS, name, "type"):
                continue
            other = first.setdefault(collaboration, key)
            if other != key:
                yield entry.finding(
                    f"is a second DIFFERENTIAL_PRIVACY in {collaboration}, beside that of {other}: a collaboration has one, for"
                    " all its tables, remove the other",
                    *(BUDGETS, name),
                )
