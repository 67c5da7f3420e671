"""How the accounts we hold vote: by the rules of their memberships, and by nothing else.

A rule never matches what it does not know. Deny wins; then what a person has pinned; then an approve rule; then ``ownPlan``;
otherwise a person decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date

from cleanrooms_governance.change_requests.judging import content_fingerprint
from cleanrooms_governance.desired import OwnPlan, Pin, Rule, VotingPolicy
from cleanrooms_governance.model import ChangeRequest, Collaboration, MemberChange, RequestedChange
from cleanrooms_governance.planning.atoms import derived_types, unexplained_types
from cleanrooms_governance.service import Action


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote and the rule that casts it; ``action`` is ``None`` where a person has to decide."""

    action: Action | None
    rule: str


def decide_vote(policy: VotingPolicy, request: ChangeRequest, live: Collaboration, today: date, *, own_plan: bool) -> Ballot:
    """Return how an account with this policy votes on a pending request.

    Parameters: ``today`` is a date in UTC; ``own_plan`` says that the request only does what this stack's own file wants and
    that the plan's guards let it pass, whoever filed it.
    """
    if policy.paused:
        return Ballot(None, "its membership is paused")
    for rule in _in_force(policy.deny, today):
        if any(_denies(rule, change, live) for change in request.changes):
            return Ballot(Action.DENY, _named("deny", rule))
    # What was read, and what a file wants, is what a request states: where the service says that it does more, nobody said yes.
    if request.changes and not request.unknown and not unexplained_types(request, live):
        if content_fingerprint(request.changes) in {pin.content for pin in policy.pinned if pin.request == request.id}:
            return Ballot(Action.APPROVE, "pinned")
        for rule in _in_force(policy.approve, today):
            if all(_allows(rule, change, live) for change in request.changes):
                return Ballot(Action.APPROVE, _named("approve", rule))
        if own_plan and policy.own_plan is OwnPlan.APPROVE:
            return Ballot(Action.APPROVE, "ownPlan: approve")
    if any(pin.request == request.id for pin in policy.pinned):
        return Ballot(None, "it does something else than what was pinned, and no rule covers it")
    return Ballot(None, "no rule covers it")


def is_overdue(request: ChangeRequest, deadline: int | None, today: date) -> bool:
    """Tell whether votes on a request have been waited for longer than they may take.

    Parameters: ``deadline`` is in days, ``None`` for ever; ``today`` is a date in UTC.
    """
    return deadline is not None and (today - filed_on(request)).days > deadline


def filed_on(request: ChangeRequest) -> date:
    """Return the UTC day on which a request was filed."""
    return request.created.astimezone(UTC).date()


def stale_pins(policy: VotingPolicy, requests: Iterable[ChangeRequest]) -> tuple[Pin, ...]:
    """Return the pins whose change request is over or not to be seen."""
    still_open = {request.id for request in requests if request.is_open}
    return tuple(sorted(pin for pin in policy.pinned if pin.request not in still_open))


def _named(kind: str, rule: Rule) -> str:
    """Name a rule by what it lists: the order of rules means nothing, so a number would tell nobody which one it was."""
    return f"{kind} rule ({'; '.join(', '.join(sorted(listed)) for listed in _kinds(rule) if listed)})"


def _in_force(rules: Iterable[Rule], today: date) -> list[Rule]:
    """Return the rules that are not over, the narrowest first: of several that match, that one casts the vote."""
    going = (rule for rule in rules if rule.until is None or today <= rule.until)
    return sorted(going, key=lambda rule: (sum(map(len, _kinds(rule))), _named("", rule)))


def _kinds(rule: Rule) -> tuple[frozenset[str], ...]:
    return rule.types, rule.accounts, rule.abilities, rule.ml_abilities, rule.payer_for, rule.auto_approve


def _allows(rule: Rule, change: RequestedChange, live: Collaboration) -> bool:
    """Everything the change is (by our reckoning and by the service's) and states is listed."""
    types = derived_types(change, live)
    if not types or types != change.types or not types <= rule.types:
        return False
    if not isinstance(change, MemberChange):
        return change.auto_approved <= rule.auto_approve
    return (
        change.account in rule.accounts
        and change.abilities <= rule.abilities
        and (change.ml_abilities or frozenset()) <= rule.ml_abilities
        and {cost for cost, pays in (change.payments or {}).items() if pays} <= rule.payer_for
    )


def _denies(rule: Rule, change: RequestedChange, live: Collaboration) -> bool:
    """Every kind of thing that the rule speaks of is touched by the change; it is enough that one of each kind is."""
    spoken: list[bool] = []
    if rule.types:
        spoken.append(bool(rule.types & (derived_types(change, live) | change.types)))
    if isinstance(change, MemberChange):
        if rule.accounts:
            spoken.append(change.account in rule.accounts)
        if rule.abilities:
            spoken.append(bool(rule.abilities & change.abilities))
        if rule.ml_abilities:
            spoken.append(bool(rule.ml_abilities & (change.ml_abilities or frozenset())))
        if rule.payer_for:
            spoken.append(any(pays and cost in rule.payer_for for cost, pays in (change.payments or {}).items()))
        if rule.auto_approve:
            spoken.append(False)
    else:
        if rule.auto_approve:
            spoken.append(bool(rule.auto_approve & change.auto_approved))
        if rule.accounts or rule.abilities or rule.ml_abilities or rule.payer_for:
            spoken.append(False)
    return bool(spoken) and all(spoken)
