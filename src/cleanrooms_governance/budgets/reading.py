"""What is read of one privacy budget: with as few calls as the file needs, and more only where something changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cleanrooms_governance.budgets.budget_changes import ChangeTemplateTags, ClaimTemplate
from cleanrooms_governance.budgets.plan_budget import plan_budget
from cleanrooms_governance.budgets.seen_budget import SeenBudget
from cleanrooms_governance.model import Membership, membership_in
from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    AccessParameters,
    BudgetedTable,
    BudgetTemplate,
    BudgetType,
    DesiredBudgetTemplate,
    PrivacyBalance,
    PrivacyParameters,
    WantedAccess,
    WantedPrivacy,
    table_id,
)
from cleanrooms_governance.seen import NotVisible, visible
from cleanrooms_governance.service import CleanRoomsReads
from cleanrooms_governance.tagging import OWNER_TAG


def read_budget(desired: DesiredBudgetTemplate, port: CleanRoomsReads, memberships: tuple[Membership, ...]) -> SeenBudget:
    """Read what separates a budget from the file.

    Parameters: ``memberships`` is the account's list, read once for all of them. Raises every ``ServiceError`` of what a plan
    depends on; what is only told, as what is left and what a change gives away, may be not visible.
    """
    own = membership_in(desired.collaboration, memberships)
    if own is None or not own.is_active:
        return SeenBudget(own)
    looking = _Looking(desired, port, own)
    seen = looking.template()
    if seen.template is not None and (desired.declared.tags is not None or plan_budget(desired, seen).changes):
        seen = replace(seen, template=replace(seen.template, tags=port.tags(seen.template.arn)))
    changes = [planned.change for planned in plan_budget(desired, seen).changes]
    is_about_more_than_tags = any(not isinstance(change, ClaimTemplate | ChangeTemplateTags) for change in changes)
    if is_about_more_than_tags:
        return looking.closer(seen)
    return looking.with_balance(seen) if desired.declared.warn_below is not None else seen


@dataclass(frozen=True, slots=True)
class _Looking:
    desired: DesiredBudgetTemplate
    port: CleanRoomsReads
    own: Membership

    def template(self) -> SeenBudget:
        wanted = self.desired.declared.wanted
        if isinstance(wanted, WantedPrivacy):
            return self._privacy_template()
        return self._access_template(wanted)

    def _privacy_template(self) -> SeenBudget:
        template = next(iter(templates_of(self.port, self.own, BudgetType.DIFFERENTIAL_PRIVACY)), None)
        if template is not None:
            return SeenBudget(self.own, template)
        shared = self.port.budget_templates(self.own.collaboration_id)
        others = [each.owner for each in shared if each.kind == BudgetType.DIFFERENTIAL_PRIVACY]
        return SeenBudget(self.own, elsewhere=next((each for each in others if each != self.desired.account), None))

    def _access_template(self, wanted: WantedAccess) -> SeenBudget:
        table, listed = self._table(wanted)
        if table is None:
            return SeenBudget(self.own, tables=listed)
        templates = templates_of(self.port, self.own, BudgetType.ACCESS_BUDGET)
        template = next((each for each in templates if is_of(each, table)), None)
        if template is None and wanted.is_by_arn:
            # Whether there is such a table matters only now, so that what is given by ARN costs no list otherwise.
            table, listed = self._listed(table_id(wanted.table))
        return SeenBudget(self.own, template, table=table, tables=listed)

    def _table(self, wanted: WantedAccess) -> tuple[BudgetedTable | None, tuple[BudgetedTable, ...]]:
        if wanted.is_by_arn:
            return BudgetedTable(wanted.table, wanted.table), ()
        return self._listed(wanted.table)

    def _listed(self, name: str) -> tuple[BudgetedTable | None, tuple[BudgetedTable, ...]]:
        """Find a table by its name, without regard to case, or by its id, with all that was listed on the way."""
        listed: tuple[BudgetedTable, ...] = ()
        for read in (self.port.associated_tables, self.port.intermediate_tables):
            listed += read(self.own.id)
            found = next((each for each in listed if name.lower() in (each.name.lower(), table_id(each.arn))), None)
            if found is not None:
                return found, listed
        return None, listed

    def closer(self, seen: SeenBudget) -> SeenBudget:
        """Add what a change gives away, and what it leaves behind."""
        wanted = self.desired.declared.wanted
        if isinstance(wanted, WantedPrivacy):
            return self._closer_at_privacy(seen, wanted)
        if seen.template is None:
            return replace(seen, left_behind=self._left_behind(seen))
        return self.with_balance(seen)

    def with_balance(self, seen: SeenBudget) -> SeenBudget:
        """Add what is left of a template, if there is one."""
        if seen.template is None:
            return seen
        live = seen.template.parameters
        table = live.resource if isinstance(live, AccessParameters) else None
        return replace(seen, balance=self._balance(seen.template, self.desired.declared.wanted.type, table))

    def _closer_at_privacy(self, seen: SeenBudget, wanted: WantedPrivacy) -> SeenBudget:
        impact = self._impact(wanted.parameters)
        seen = replace(seen, impact=impact)
        if seen.template is None or not isinstance(seen.template.parameters, PrivacyParameters):
            return seen
        now = seen.template.parameters
        return replace(
            seen,
            impact_now=impact if now == wanted.parameters else self._impact(now),
            balance=self.with_balance(seen).balance,
        )

    def _impact(self, parameters: PrivacyParameters) -> Mapping[str, int] | NotVisible:
        return visible(lambda: self.port.privacy_impact(self.own.id, parameters))

    def _balance(
        self, template: BudgetTemplate, type_: BudgetType, table: str | None = None
    ) -> PrivacyBalance | AccessBalance | NotVisible:
        listed = visible(lambda: self.port.budgets(self.own.id, type_, table))
        if isinstance(listed, NotVisible):
            return listed
        found = next((each for each in listed if each.template == template.id), None)
        return NotVisible("not listed") if found is None or found.balance is None else found.balance

    def _left_behind(self, seen: SeenBudget) -> tuple[BudgetTemplate, ...]:
        """Return the templates of other tables that carry the mark of this very key: it stood for them before."""
        templates = templates_of(self.port, self.own, BudgetType.ACCESS_BUDGET)
        return tuple(each for each in templates if self.port.tags(each.arn).get(OWNER_TAG) == self.desired.owner)


def templates_of(port: CleanRoomsReads, own: Membership, type_: str) -> list[BudgetTemplate]:
    """Read the templates of one type of a membership."""
    return [port.budget_template(own.id, each.id) for each in port.own_budget_templates(own.id) if each.type == type_]


def is_of(template: BudgetTemplate, table: BudgetedTable) -> bool:
    """Tell whether a template is for a table, whatever the forms of their ARNs."""
    parameters = template.parameters
    return isinstance(parameters, AccessParameters) and table_id(parameters.resource) == table_id(table.arn)
