"""Plan one privacy budget: what separates the live template from the file, and what the change gives away.

An access budget is compared amount by amount, because sending one that is as wanted already would reset its balance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cleanrooms_governance import budget_words as words
from cleanrooms_governance.budgets.budget_changes import (
    BudgetChange,
    ChangeAccess,
    ChangePrivacy,
    ChangeTemplateTags,
    ClaimTemplate,
    CreateTemplate,
    EndTemplate,
    Subject,
    allowances_document,
    privacy_document,
    wanted_document,
)
from cleanrooms_governance.budgets.low import low_parts
from cleanrooms_governance.budgets.seen_budget import SeenBudget
from cleanrooms_governance.change_requests.situation import Outcome
from cleanrooms_governance.model import CAN_RECEIVE_RESULTS
from cleanrooms_governance.planning.guards import TAKE_OVER, danger_fingerprint, refuse_unacknowledged
from cleanrooms_governance.planning.plan import Danger, Level, Plan, PlannedChange, Refusal, Remark
from cleanrooms_governance.planning.resting import PAUSED, at_rest, resting
from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    AccessParameters,
    Allowance,
    BudgetTemplate,
    BudgetType,
    DesiredBudgetTemplate,
    Period,
    PrivacyBalance,
    PrivacyParameters,
    WantedAccess,
    WantedPrivacy,
    table_id,
)
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.tagging import OWNER_TAG, edit_tags
from cleanrooms_governance.text import label, plain

BUDGET_RESET = "budget-reset"
BUDGET_REPLACED = "budget-replaced"
BUDGET_LOW = "budget-low"
WAITS = "budget-waits"
"""The rule of what is said about a budget whose membership or table is not there yet."""

MOST_NAMES = 10
"""More tables than these are counted, not named."""


def plan_budget(desired: DesiredBudgetTemplate, seen: SeenBudget) -> Plan:
    """Return what to create or change about one privacy budget, or what it waits for. A pure function."""
    plan = _Planning(desired, seen).plan()
    if not desired.paused:
        return plan
    said = [resting(f"memberships.{desired.key}", desired.account)] if plan.changes else []
    return at_rest(replace(plan, remarks=(*plan.remarks, *said)))


def standing(plan: Plan) -> Outcome:
    """Return how a budget stands that has this plan."""
    if plan.refusals:
        return Outcome.REFUSED
    if plan.changes or any(remark.rule in (WAITS, PAUSED) for remark in plan.remarks):
        return Outcome.WAITING
    return Outcome.CONVERGED


def differs(live: Mapping[str, Allowance], wanted: Mapping[str, Allowance]) -> bool:
    """Tell whether amounts are others than wanted, whatever their order.

    Whether an amount is renewed is compared only where it is shown, and never for LIFETIME, which nothing renews: what cannot
    be seen to differ is left alone, since sending it would reset the balance.
    """
    if live.keys() != wanted.keys():
        return True
    return any(
        live[period].uses != each.uses
        or (period != Period.LIFETIME and live[period].auto_refresh not in (None, each.auto_refresh))
        for period, each in wanted.items()
    )


@dataclass
class _Planning:
    desired: DesiredBudgetTemplate
    seen: SeenBudget
    changes: list[BudgetChange] = field(default_factory=list)
    dangers: list[Danger] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def plan(self) -> Plan:
        if self._is_there():
            if self.seen.template is None:
                self._create()
            else:
                self._compare(self.seen.template)
        dangers = tuple(sorted(self.dangers))
        return Plan(
            f"{self.desired.collaboration}/{self.desired.account}/{self.desired.name}",
            tuple(PlannedChange(change, needs_votes=False) for change in self.changes),
            dangers,
            tuple(sorted([*self.refusals, *refuse_unacknowledged(dangers)])),
            tuple(sorted(self.remarks)),
        )

    @property
    def _path(self) -> str:
        return self.desired.path

    @property
    def _who(self) -> str:
        return label(self.desired.account, self.desired.names)

    @property
    def _subject(self) -> Subject:
        wanted = self.desired.declared.wanted
        if isinstance(wanted, WantedPrivacy):
            return Subject(self.desired.account, wanted.type, words.PRIVACY, self.desired.names)
        table = self.seen.table
        named = plain(table.name if table else wanted.table, 200)
        id_ = table_id(table.arn) if table else wanted.table
        return Subject(self.desired.account, id_, f"the access budget of table {named}", self.desired.names)

    def _is_there(self) -> bool:
        """Tell whether the membership is in use and the table associated; say what is missing."""
        membership, wanted = self.seen.membership, self.desired.declared.wanted
        if membership is None:
            self._waits(f"{self._path}: {self._who} has not joined the collaboration yet: the budget is made when it has")
            return False
        if not membership.is_active:
            text = (
                f"{self._path}: the membership of {self._who} is {plain(membership.status)}, which is final, and so no budget"
                " of it can be changed. Take it out of the file"
            )
            self.remarks.append(Remark("cannot-join-again", self.desired.account, text, Level.WARNING))
            return False
        if isinstance(wanted, WantedPrivacy):
            return self._is_only_one()
        if wanted.is_by_arn and f"membership/{membership.id}/" not in wanted.table:
            text = (
                f"{self._path}.resource: {wanted.table} is not a table of membership {membership.id}, which is that of"
                f" {self._who} in this collaboration. Give the ARN of one that is, or its name"
            )
            self.refusals.append(Refusal("another-table", self.desired.account, text))
            return False
        if self.seen.table is None:
            self._waits(self._no_table(wanted))
            return False
        return True

    def _is_only_one(self) -> bool:
        if self.seen.template is None and self.seen.elsewhere is not None:
            owner = label(self.seen.elsewhere, self.desired.names)
            text = (
                f"{self._path}: account {owner} has set the differential privacy of this collaboration, which has one for all"
                f" tables. Take this one out of the file, or have {owner} delete its template first"
            )
            self.refusals.append(Refusal("budget-of-another", self.seen.elsewhere, text))
            return False
        return True

    def _waits(self, text: str) -> None:
        self.remarks.append(Remark(WAITS, self.desired.account, text))

    def _no_table(self, wanted: WantedAccess) -> str:
        named = [*words.names_of(table.name for table in self.seen.tables)]
        more = f" and {len(named) - MOST_NAMES} more" if len(named) > MOST_NAMES else ""
        present = f"there are {', '.join(named[:MOST_NAMES])}{more}" if named else "there is none"
        return (
            f"{self._path}.resource: {self._who} has no table {plain(wanted.table, 200)!r} in this collaboration"
            f" ({present}). Associate it under that name, or correct the name: the next run makes the budget"
        )

    def _create(self) -> None:
        wanted, tags = self.desired.declared.wanted, self.desired.declared.tags
        table = self.seen.table.arn if self.seen.table and isinstance(wanted, WantedAccess) else ""
        self.changes.append(CreateTemplate(self._subject, wanted, table, tags or {}))
        for template in self.seen.left_behind:
            text = (
                f"{self._path}: the {words.terms(template)}, for which this key stood until now, stays in force: nothing is"
                " deleted. Delete it in the console if it is not wanted any more"
            )
            self.remarks.append(Remark("budget-stays", template.id, text, Level.WARNING))
        if isinstance(wanted, WantedPrivacy):
            self._receiver()
            self._impact()

    def _compare(self, template: BudgetTemplate) -> None:
        wanted = self.desired.declared.wanted
        match wanted, template.parameters:
            case WantedPrivacy(), PrivacyParameters() as live:
                self._privacy(wanted, template, live)
            case WantedAccess(), AccessParameters(allowances=allowances):
                self._access(wanted, allowances)
            case _:
                # The service model has no such thing: a template of this type with parameters of another.
                return
        self._low()
        replaced = any(isinstance(change, EndTemplate) for change in self.changes)
        if template.tags is not None:
            if not replaced and self.desired.declared.tags is not None:
                edit = edit_tags(template.tags, self.desired.declared.tags)
                self.changes += [ChangeTemplateTags(self._subject, edit)] if edit else []
            self._claim(template.tags, is_replaced=replaced)

    def _privacy(self, wanted: WantedPrivacy, template: BudgetTemplate, live: PrivacyParameters) -> None:
        if wanted.auto_refresh != template.auto_refresh:
            self._replace(wanted, template, live)
            self._impact()
            self._handed_out()
        elif wanted.parameters != live:
            self.changes.append(ChangePrivacy(self._subject, live, wanted.parameters))
            if wanted.parameters.epsilon < live.epsilon:
                self._lower(wanted, live)
            self._impact()

    def _lower(self, wanted: WantedPrivacy, live: PrivacyParameters) -> None:
        """Refuse to lower epsilon once queries have used the budget (service guide, differential privacy policy)."""
        balance = self.seen.balance
        if isinstance(balance, PrivacyBalance) and balance.is_used:
            text = (
                f"{self._path}.epsilon: cannot be lowered from {live.epsilon} to {wanted.parameters.epsilon} any more: queries"
                f" have used the budget of {self._who} (left: {words.left_of_privacy(balance)}), and what they learned stays"
                f" known. Write {live.epsilon}, or more noise, with which each query gives away less"
            )
            self.refusals.append(Refusal("epsilon-used", self.desired.account, text))

    def _replace(self, wanted: WantedPrivacy, template: BudgetTemplate, live: PrivacyParameters) -> None:
        before = {**privacy_document(live), "autoRefresh": template.auto_refresh}
        said = f"{words.privacy(live)}, {words.renewal(template.auto_refresh)}"
        self.changes.append(EndTemplate(self._subject, template.id, before, said))
        self.changes.append(CreateTemplate(self._subject, wanted, "", self.desired.declared.tags or {}))
        self._danger(
            BUDGET_REPLACED,
            BudgetType.DIFFERENTIAL_PRIVACY,
            before,
            wanted_document(wanted),
            f"{self._path}.autoRefresh: {plain(template.auto_refresh)} is to become {wanted.auto_refresh}, and is fixed once"
            f" a template is there: that of {self._who} is deleted and made anew. All of the budget is handed out again, and"
            " until then nobody can query the tables that differential privacy protects",
        )

    def _access(self, wanted: WantedAccess, live: Mapping[str, Allowance]) -> None:
        if not differs(live, wanted.allowances):
            return
        self.changes.append(ChangeAccess(self._subject, live, wanted.allowances))
        self._danger(
            BUDGET_RESET,
            self._subject.id,
            allowances_document(live),
            allowances_document(wanted.allowances),
            f"{self._path}.budgets: {self._subject} is to become {words.amounts(wanted.allowances)} (until now"
            f" {words.amounts(live)}): with any edit AWS resets the balance, so that what was used can be used again",
        )
        balance = self.seen.balance
        if isinstance(balance, AccessBalance):
            text = f"{self._subject}: {words.left_and_after(balance, wanted.allowances)}"
            self.remarks.append(Remark("budget-balance", self._subject.id, text, Level.WARNING))
        elif isinstance(balance, NotVisible):
            self._not_visible("what is left", balance)

    def _low(self) -> None:
        """Say what has less left than the file wants to hear of. A remark: what is left is never part of a plan."""
        percent, balance = self.desired.declared.warn_below, self.seen.balance
        if percent is None or balance is None:
            return
        if isinstance(balance, NotVisible):
            if not self.changes:
                self._not_visible("what is left", balance)
            return
        for part in low_parts(balance, percent):
            text = f"{self._path}.warnBelow: {self._subject}: {words.low(part.names, part.left, part.whole, percent)}"
            self.remarks.append(Remark(BUDGET_LOW, f"{self._subject.id} {part.names[0]}", text, Level.WARNING))

    def _impact(self) -> None:
        """Say how many aggregations the budget allows as wanted, and beside it what it allows and what is left of it now."""
        impact, now, balance = self.seen.impact, self.seen.impact_now, self.seen.balance
        if isinstance(impact, NotVisible) or isinstance(now, NotVisible):
            self._not_visible("how many aggregations are allowed", impact if isinstance(impact, NotVisible) else now)
        elif impact is not None:
            said = words.counts(impact) if now is None else words.counts_before_and_after(now, impact)
            text = f"{self._subject} allows, if it is used for one kind alone: {said}"
            self.remarks.append(Remark("privacy-impact", self.desired.account, text))
        if isinstance(balance, PrivacyBalance):
            text = f"{self._subject}: left at present {words.left_of_privacy(balance)}"
            self.remarks.append(Remark("budget-balance", self.desired.account, text))
        elif isinstance(balance, NotVisible):
            self._not_visible("what is left", balance)

    def _handed_out(self) -> None:
        """Say what a template made anew hands out again."""
        balance, impact = self.seen.balance, self.seen.impact
        if isinstance(balance, PrivacyBalance) and isinstance(impact, Mapping):
            left = {kind: each.left for kind, each in balance.aggregations.items()}
            text = f"{self._subject}: left at present and when it is made anew: {words.counts_before_and_after(left, impact)}"
            self.remarks.append(Remark("budget-balance", f"{self.desired.account} anew", text, Level.WARNING))

    def _not_visible(self, what: str, hidden: NotVisible | Mapping[str, int] | None) -> None:
        reason = hidden.reason if isinstance(hidden, NotVisible) else ""
        text = f"{self._subject}: {what} is not visible ({reason})"
        self.remarks.append(Remark("budget-balance", f"{self.desired.account} {what}", text, Level.WARNING))

    def _receiver(self) -> None:
        membership = self.seen.membership
        if membership is not None and CAN_RECEIVE_RESULTS in membership.abilities:
            text = (
                f"{self._path}: {self._who} can receive results, and whoever can cannot protect its own tables by"
                " differential privacy (AWS documentation): the service may refuse the template"
            )
            self.remarks.append(Remark("receiver-budget", self.desired.account, text, Level.WARNING))

    def _claim(self, tags: Mapping[str, str], *, is_replaced: bool) -> None:
        """Mark a template of somebody else's making as ours before it is changed; one made anew carries the mark anyway."""
        owner = tags.get(OWNER_TAG)
        if owner == self.desired.owner or not self.changes:
            return
        if not is_replaced:
            self.changes.insert(0, ClaimTemplate(self._subject, owner, self.desired.owner))
        if owner is not None and not _is_of_this_membership(owner, self.desired.owner):
            self._danger(
                TAKE_OVER,
                f"{self._subject.id}/{OWNER_TAG}",
                owner,
                self.desired.owner,
                f"{self._path}: {self._subject} is governed by the stack {plain(owner, 256)}: two stacks would undo each"
                " other's changes. Take it out of that stack's file first",
            )

    def _danger(self, rule: str, setting: str, before: object, after: object, text: str) -> None:
        mark = danger_fingerprint(rule, self.desired.collaboration or "", f"{self.desired.account}/{setting}", before, after)
        self.dangers.append(
            Danger(
                rule=rule,
                subject=self.desired.account,
                message=text,
                way_past=f"If that is meant, add {mark} to memberships.{self.desired.key}.acknowledge",
                fingerprint=mark,
                acknowledged=mark in self.desired.acknowledge,
            )
        )


def _is_of_this_membership(owner: str, own: str) -> bool:
    """Tell whether an owner is another key of the same membership, by which a budget may have gone before."""
    return owner.rpartition("/")[0] == own.rpartition("/")[0]
