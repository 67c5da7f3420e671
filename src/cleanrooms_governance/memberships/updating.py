"""After joining: what separates a membership from the stack file, and what UpdateMembership is to change about it.

What the file is silent about stays as it is, inside a result configuration too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cleanrooms_governance.budgets import overview
from cleanrooms_governance.budgets.overview import SeenBudgets
from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.memberships.expectations import unmet_expectations
from cleanrooms_governance.memberships.membership_changes import (
    AcceptPayment,
    ChangeResults,
    ChangeTags,
    ClaimMembership,
    DeclinePayment,
    Log,
    MembershipChange,
    Results,
    SwitchLog,
)
from cleanrooms_governance.model import Collaboration, CostType, Membership
from cleanrooms_governance.planning.guards import TAKE_OVER, danger_fingerprint, refuse_unacknowledged, stale_acknowledgements
from cleanrooms_governance.planning.plan import Danger, Level, Plan, PlannedChange, Refusal, Remark
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.tagging import OWNER_TAG, edit_tags
from cleanrooms_governance.text import label, plain

NO_DECLINE_TAG = "crgov-no-decline"
"""Notes the cost types that the service did not let the account decline, so that it is not asked in every run."""

RESULT_PLACE = "result-place"


def accepted_payments(membership: Membership) -> frozenset[CostType]:
    """Return the cost types that the account has accepted to pay for."""
    return frozenset(cost for cost, accepted in membership.payments.items() if accepted)


def plan_updates(
    desired: DesiredMembership,
    membership: Membership,
    collaboration: Collaboration | None,
    budgets: SeenBudgets | NotVisible | None = None,
) -> Plan:
    """Return what to change about a membership in use. A pure function.

    Parameters: ``collaboration`` is needed where the accepted payments are not those of the file, and for what is expected;
    ``budgets`` where the file declares some, which are resources of their own: what it does not speak of is told here.
    """
    return _Updating(desired, membership, collaboration, budgets).plan()


@dataclass
class _Updating:
    desired: DesiredMembership
    membership: Membership
    collaboration: Collaboration | None
    budgets: SeenBudgets | NotVisible | None
    changes: list[MembershipChange] = field(default_factory=list)
    dangers: list[Danger] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def plan(self) -> Plan:
        if self.membership.query_log is not None:
            self._logs(self.membership.query_log)
            self._results(Results.QUERY, self.membership.result_configuration, self.desired.result_configuration)
            self._results(Results.JOB, self.membership.job_result_configuration, self.desired.job_result_configuration)
            self._metrics()
        self._tags()
        self._payments()
        self._claim()
        self._expectations()
        self._budgets()
        self._stale()
        dangers = tuple(sorted(self.dangers))
        return Plan(
            f"{self.desired.collaboration}/{self.desired.account}",
            tuple(PlannedChange(change, needs_votes=False) for change in self.changes),
            dangers,
            tuple(sorted([*self.refusals, *refuse_unacknowledged(dangers)])),
            tuple(sorted(self.remarks)),
        )

    def _path(self, key: str) -> str:
        return f"memberships.{self.desired.key}.{key}"

    @property
    def _who(self) -> str:
        return label(self.desired.account, self.desired.names)

    def _logs(self, query_log: bool) -> None:
        account, names = self.desired.account, self.desired.names
        for log, live, wanted in (
            (Log.QUERY, query_log, self.desired.query_log),
            (Log.JOB, self.membership.job_log, self.desired.job_log),
        ):
            if wanted is not None and wanted != live:
                self.changes.append(SwitchLog(account, log, wanted, names))

    def _results(self, results: Results, live: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None) -> None:
        if not wanted:
            return
        after = overlaid(live, wanted)
        if _settled(live) == _settled(after):
            return
        self.changes.append(ChangeResults(self.desired.account, results, live, after, self.desired.names))
        for what, part in (("bucket", _bucket), ("role", _role)):
            was, will_be = part(live), part(after)
            if was and was != will_be:
                self._danger(
                    RESULT_PLACE,
                    f"{results}/{what}",
                    was,
                    will_be,
                    f"{self._path(results)}: the {what} of {self._who} changes from {plain(was, 600)} to {plain(will_be, 600)}:"
                    f" {_CONSEQUENCE[what]}",
                )

    def _metrics(self) -> None:
        wanted, live = self.desired.metrics, self.membership.metrics
        if wanted is not None and wanted != live:
            text = (
                f"{self._path('metrics')}: metrics are {'on' if live else 'off'}, and that is fixed when an account joins."
                " Follow the live value in the file"
            )
            self.remarks.append(Remark("fixed-at-joining", "metrics", text, Level.WARNING))

    def _tags(self) -> None:
        if self.desired.tags is None or self.membership.tags is None:
            return
        if edit := edit_tags(self.membership.tags, self.desired.tags):
            self.changes.append(ChangeTags(self.desired.account, edit, self.desired.names))

    def _payments(self) -> None:
        account, names = self.desired.account, self.desired.names
        listed, accepted = self.desired.payer_for, accepted_payments(self.membership)
        if listed is None or self.collaboration is None:
            return
        member = self.collaboration.members.get(account)
        candidate_for = {cost for cost, pays in member.payments.items() if pays} if member else set()
        self.changes += [AcceptPayment(account, cost, names) for cost in sorted((listed & candidate_for) - accepted)]
        refused_before = (self.membership.tags or {}).get(NO_DECLINE_TAG, "").split()
        for cost in sorted(accepted - listed):
            if cost in refused_before:
                self.refusals.append(self._no_decline(cost))
                continue
            self.changes.append(DeclinePayment(account, cost, names))
            others = [each for each in self.collaboration.members.values() if each.account != account and each.belongs]
            if not any(other.payments.get(cost) for other in others):
                text = (
                    f"{self._path('payerFor')}: nobody else is a candidate to pay for {cost}: once {self._who} declines,"
                    " nothing that costs it can run until the creator names another payer"
                )
                self.remarks.append(Remark("last-payer", cost, text, Level.WARNING))

    def _no_decline(self, cost: CostType) -> Refusal:
        text = (
            f"{self._path('payerFor')}: the service did not let {self._who} decline to pay for {cost} (noted in the tag"
            f" {NO_DECLINE_TAG} of the membership). Add it to payerFor, or ask the creator to name another payer; to ask the"
            " service once more, remove that tag"
        )
        return Refusal("cannot-decline", f"{self.desired.account} {cost}", text)

    def _claim(self) -> None:
        """Mark a membership of somebody else's making as ours before it is changed."""
        if self.membership.tags is None or not (self.changes or self.refusals):
            return
        owner = self.membership.tags.get(OWNER_TAG)
        if owner == self.desired.owner:
            return
        self.changes.insert(0, ClaimMembership(self.desired.account, owner, self.desired.owner))
        if owner is not None:
            self._danger(
                TAKE_OVER,
                OWNER_TAG,
                owner,
                self.desired.owner,
                f"{self._path('account')}: the membership of {self._who} is governed by the stack {plain(owner, 256)}: two"
                " stacks would undo each other's changes. Take it out of that stack's file first",
            )

    def _expectations(self) -> None:
        member = self.collaboration.members.get(self.desired.account) if self.collaboration else None
        if self.collaboration is None or member is None:
            return
        for refusal in unmet_expectations(self.desired, self.collaboration, member):
            text = refusal.message.replace("not joined", "joined before")
            self.remarks.append(Remark("expectation", f"{refusal.subject} {refusal.rule}", text, Level.WARNING))

    def _budgets(self) -> None:
        match self.budgets:
            case SeenBudgets():
                self.remarks += overview.told(self.desired, self.budgets)
            case NotVisible(reason):
                text = f"{self._path('privacyBudgets')}: which others {self._who} has is not visible ({reason})"
                self.remarks.append(Remark("budget-not-in-file", self.desired.account, text))

    def _stale(self) -> None:
        """Say which acknowledgements match no danger, of the membership or of its budgets."""
        marks = {danger.fingerprint for danger in self.dangers}
        if isinstance(self.budgets, SeenBudgets):
            marks |= overview.marks(self.desired, self.budgets)
        elif self.desired.budgets:
            return
        for mark in stale_acknowledgements(self.desired.acknowledge, marks):
            text = f"{self._path('acknowledge')}: {mark} matches nothing any more. Take it out"
            self.remarks.append(Remark("stale-acknowledgement", mark, text))

    def _danger(self, rule: str, setting: str, before: str, after: str, text: str) -> None:
        subject = f"{self.desired.account}/{setting}"
        mark = danger_fingerprint(rule, self.desired.collaboration or "", subject, before, after)
        self.dangers.append(
            Danger(
                rule=rule,
                subject=self.desired.account,
                message=text,
                way_past=f"If that is meant, add {mark} to {self._path('acknowledge')}",
                fingerprint=mark,
                acknowledged=mark in self.desired.acknowledge,
            )
        )


_CONSEQUENCE = {
    "bucket": "from then on results go there, to whoever can read it",
    "role": "from then on results are written with its rights",
}


def overlaid(live: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result configuration as it is to be sent, whole: what the file names, and the live value of what it does not.

    Parameters: both are documents of the service (service model: MembershipProtectedQueryResultConfiguration and
    MembershipProtectedJobResultConfiguration).
    """
    before = live or {}
    s3 = {**before.get("outputConfiguration", {}).get("s3", {}), **wanted["outputConfiguration"]["s3"]}
    return {**before, **wanted, "outputConfiguration": {"s3": s3}}


def _settled(configuration: Mapping[str, Any] | None) -> object:
    """Return a result configuration in a form in which absent, false and empty are the same."""
    if configuration is None:
        return None
    output = configuration.get("outputConfiguration", {})
    places = {kind: {key: value for key, value in place.items() if value} for kind, place in output.items()}
    return places, configuration.get("roleArn")


def _bucket(configuration: Mapping[str, Any] | None) -> str:
    return str(((configuration or {}).get("outputConfiguration", {}).get("s3") or {}).get("bucket", ""))


def _role(configuration: Mapping[str, Any] | None) -> str:
    return str((configuration or {}).get("roleArn") or "")
