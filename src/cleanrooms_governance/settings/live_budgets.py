"""Privacy budgets that are live as the sections of a stack file whose plan is empty."""

from collections.abc import Iterable, Mapping, Sequence

from cleanrooms_governance.privacy_budgets import (
    CALENDAR_PERIODS,
    AccessParameters,
    Allowance,
    AutoRefresh,
    BudgetedTable,
    BudgetTemplate,
    BudgetType,
    Period,
    PrivacyParameters,
    TemplateRefresh,
    table_id,
)
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.settings.budget_checks import MOST_AMOUNTS
from cleanrooms_governance.settings.documents import Document, without_none
from cleanrooms_governance.settings.keys import free_key
from cleanrooms_governance.settings.text_shapes import TABLE_NAME
from cleanrooms_governance.tagging import OWNER_TAG, declarable_tags
from cleanrooms_governance.text import plain

LONGEST_NAME = 20
"""Characters of a budget's name, so that with its membership's key it stays one that a tag can hold."""


def budget_sections(
    budgets: tuple[BudgetTemplate, ...] | NotVisible, tables: Sequence[BudgetedTable]
) -> tuple[dict[str, Document] | None, list[str]]:
    """Return the budgets of a membership by name, nothing where they cannot be read, and what is to be said about them.

    Parameters: ``tables`` are all tables of the membership, associations first.
    """
    if isinstance(budgets, NotVisible):
        return None, [f"its privacy budgets could not be read ({budgets.reason}): not managed"]
    sections: dict[str, Document] = {}
    remarks: list[str] = []
    for template in sorted(budgets, key=lambda each: (each.type, each.id)):
        document, said = _section(template, tables)
        name = _name(template, tables, sections)
        if document is None:
            remarks.append(f"the privacy budget {template.id} cannot be said in a file of this version: not managed, it stays")
            continue
        remarks += [f"privacyBudgets.{name}: {each}" for each in said]
        sections[name] = document
    return sections or None, remarks


def _name(template: BudgetTemplate, tables: Sequence[BudgetedTable], taken: Iterable[str]) -> str:
    if template.type == BudgetType.DIFFERENTIAL_PRIVACY:
        return free_key("noise", "noise", template.id[:8], list(taken), LONGEST_NAME)
    table = _table_of(template, tables)
    called = table.name if table else ""
    return free_key(called, f"table-{template.id[:8]}", template.id[:8], list(taken), LONGEST_NAME)


def _section(template: BudgetTemplate, tables: Sequence[BudgetedTable]) -> tuple[Document | None, list[str]]:
    tags, said = _tags(template)
    match template.parameters:
        case PrivacyParameters(epsilon, noise) if template.auto_refresh in set(TemplateRefresh):
            document = {
                "type": str(BudgetType.DIFFERENTIAL_PRIVACY),
                "epsilon": epsilon,
                "usersNoisePerQuery": noise,
                "autoRefresh": template.auto_refresh,
            }
        case AccessParameters(resource, allowances) if _can_be_said(allowances):
            document = {
                "type": str(BudgetType.ACCESS_BUDGET),
                "resource": _resource(template, resource, tables),
                "budgets": [_amount(period, each) for period, each in sorted(allowances.items())],
            }
            said += [
                f"whether {period} is renewed is not shown by AWS; DISABLED stands here for not known"
                for period, each in sorted(allowances.items())
                if period in CALENDAR_PERIODS and each.auto_refresh is None
            ]
        case _:
            return None, []
    return without_none({**document, "tags": tags}), said


def _can_be_said(allowances: Mapping[str, Allowance]) -> bool:
    calendar = allowances.keys() & CALENDAR_PERIODS
    refresh = {allowances[period].auto_refresh for period in calendar} - {None}
    return (
        1 <= len(allowances) <= MOST_AMOUNTS
        and allowances.keys() <= set(Period)
        and len(calendar) <= 1
        and refresh <= set(AutoRefresh)
    )


def _amount(period: str, allowance: Allowance) -> Document:
    renewal = (allowance.auto_refresh or str(AutoRefresh.DISABLED)) if period in CALENDAR_PERIODS else None
    return without_none({"type": str(period), "budget": allowance.uses, "autoRefresh": renewal})


def _table_of(template: BudgetTemplate, tables: Sequence[BudgetedTable]) -> BudgetedTable | None:
    if not isinstance(template.parameters, AccessParameters):
        return None
    wanted = table_id(template.parameters.resource)
    return next((table for table in tables if table_id(table.arn) == wanted), None)


def _resource(template: BudgetTemplate, arn: str, tables: Sequence[BudgetedTable]) -> str:
    """Return the table's name where it leads to this very table, as a file's names are looked up, and its ARN where not."""
    table = _table_of(template, tables)
    if table is None or table.name.startswith("arn:") or TABLE_NAME.objection(table.name):
        return arn
    name = table.name.lower()
    first = next(each for each in tables if name in (each.name.lower(), table_id(each.arn)))
    return table.name if first == table else arn


def _tags(template: BudgetTemplate) -> tuple[dict[str, str] | None, list[str]]:
    if template.tags is None:
        return None, ["its tags could not be read: not managed"]
    owner = template.tags.get(OWNER_TAG)
    said = [f"governed by the stack {plain(owner, 256)}"] if owner else []
    return declarable_tags(template.tags), said
