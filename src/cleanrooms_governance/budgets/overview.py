"""All privacy budgets of one membership together: which live templates the file does not speak of, and which dangers there are.

The membership tells it, because a template that was dropped from the file has no resource any more that could.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cleanrooms_governance import budget_words as words
from cleanrooms_governance.budgets.plan_budget import plan_budget
from cleanrooms_governance.budgets.reading import read_budget
from cleanrooms_governance.budgets.seen_budget import SeenBudget
from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.model import Membership
from cleanrooms_governance.planning.plan import Level, Remark
from cleanrooms_governance.privacy_budgets import AccessParameters, BudgetedTable, BudgetTemplate, table_id
from cleanrooms_governance.seen import NotVisible, visible
from cleanrooms_governance.service import CleanRoomsReads
from cleanrooms_governance.tagging import OWNER_TAG
from cleanrooms_governance.text import label, plain


@dataclass(frozen=True, slots=True)
class SeenBudgets:
    """What was read of a membership's budgets: each that the file declares, and the templates that it does not speak of."""

    declared: Mapping[str, SeenBudget]
    others: tuple[BudgetTemplate, ...] = ()
    tables: tuple[BudgetedTable, ...] = ()


def look_over(desired: DesiredMembership, port: CleanRoomsReads, own: Membership) -> SeenBudgets | NotVisible:
    """Read the budgets of a membership in use. What cannot be read is not visible: here it is only told."""
    return visible(lambda: _look_over(desired, port, own))


def _look_over(desired: DesiredMembership, port: CleanRoomsReads, own: Membership) -> SeenBudgets:
    declared = {name: read_budget(desired.budget(name), port, (own,)) for name in sorted(desired.budgets or {})}
    known = {seen.template.id for seen in declared.values() if seen.template}
    others = [port.budget_template(own.id, each.id) for each in port.own_budget_templates(own.id) if each.id not in known]
    tables = (*port.associated_tables(own.id), *port.intermediate_tables(own.id)) if others else ()
    return SeenBudgets(declared, tuple(replace(each, tags=port.tags(each.arn)) for each in others), tables)


def marks(desired: DesiredMembership, seen: SeenBudgets) -> frozenset[str]:
    """Return the fingerprints of all dangers of the budgets, which the membership's ``acknowledge`` may name."""
    plans = (plan_budget(desired.budget(name), each) for name, each in seen.declared.items())
    return frozenset(danger.fingerprint for plan in plans for danger in plan.dangers)


def told(desired: DesiredMembership, seen: SeenBudgets) -> Iterable[Remark]:
    """Say which templates stay in force although the file does not speak of them."""
    who, path = label(desired.account, desired.names), f"memberships.{desired.key}.privacyBudgets"
    for template in seen.others:
        owner = (template.tags or {}).get(OWNER_TAG)
        what = f"the {words.terms(template, _name_of(template, seen.tables))} of {who}"
        if owner is not None and owner.startswith(f"{desired.owner}/"):
            text = (
                f"{path}: the file does not mean {what} any more, which was made under the key"
                f" {plain(owner.rpartition('/')[2])}: it stays in force, nothing is deleted. Delete it in the console if it is"
                " not wanted"
            )
            yield Remark("budget-stays", template.id, text, Level.WARNING)
        else:
            by = f"governed by the stack {plain(owner, 256)}" if owner else "not governed by any stack"
            text = f"{path}: {what} is not in this file and {by}. Declare it here to govern it; it stays as it is"
            yield Remark("budget-not-in-file", template.id, text)


def _name_of(template: BudgetTemplate, tables: Iterable[BudgetedTable]) -> str:
    parameters = template.parameters
    if not isinstance(parameters, AccessParameters):
        return ""
    id_ = table_id(parameters.resource)
    return next((table.name for table in tables if table_id(table.arn) == id_), "")
