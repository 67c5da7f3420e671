"""The member's side: join a collaboration only if its invitation says what the file expects, and vote by rule.

A membership of a collaboration that is governed elsewhere votes for itself; where this stack governs the collaboration, the
collaboration casts the votes of all accounts held.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from cleanrooms_governance.budgets.overview import SeenBudgets
from cleanrooms_governance.change_requests.judging import content_fingerprint
from cleanrooms_governance.change_requests.next_move import CastVote, Decision, Outcome
from cleanrooms_governance.change_requests.sayings import about
from cleanrooms_governance.change_requests.votes import decide_vote, stale_pins
from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.memberships.expectations import payment_duties, unmet_expectations
from cleanrooms_governance.memberships.updating import plan_updates
from cleanrooms_governance.model import (
    CAN_QUERY,
    CAN_RECEIVE_RESULTS,
    ChangeRequest,
    Collaboration,
    CostType,
    Member,
    Membership,
    MemberStatus,
    RequestStatus,
    Vote,
)
from cleanrooms_governance.planning.changes import JoinCollaboration
from cleanrooms_governance.planning.plan import Level, Plan, PlannedChange, Refusal, Remark
from cleanrooms_governance.planning.resting import at_rest, resting
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.text import label, plain

__all__ = ["Invitation", "decide_membership", "payment_duties", "plan_membership"]

_OPEN_ENDS = frozenset({"not-invited", "paused", "undecided"})
"""The rules of remarks that say that something is still to come."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an account sees of one collaboration.

    ``membership`` is its own, if it ever joined; ``collaboration`` is ``None`` where it was not needed or cannot be seen;
    ``requests`` are read only where this membership casts its own votes, ``budgets`` only where the file speaks of them.
    """

    membership: Membership | None
    collaboration: Collaboration | None
    requests: tuple[ChangeRequest, ...] = ()
    budgets: SeenBudgets | NotVisible | None = None


def plan_membership(desired: DesiredMembership, seen: Invitation) -> Plan:
    """Return whether to join, or why not, and what to change about the membership of an account that has. A pure function."""
    plan = _plan(desired, seen)
    return _at_rest(desired, plan) if desired.paused else plan


def _plan(desired: DesiredMembership, seen: Invitation) -> Plan:
    target = f"{desired.collaboration}/{desired.account}"
    if seen.membership is not None:
        if not seen.membership.is_active:
            return _over(desired, target, seen.membership.status)
        return plan_updates(desired, seen.membership, seen.collaboration, seen.budgets)
    if seen.collaboration is None:
        return _invisible(desired, target)
    member = seen.collaboration.members.get(desired.account)
    if member is None or not member.belongs:
        return Plan(target, remarks=(_no_member(desired, member),))
    duties = payment_duties(member, seen.collaboration.members.values())
    join = JoinCollaboration(desired.account, duties, _decided_at_joining(desired), desired.names)
    refusals = [
        *unmet_expectations(desired, seen.collaboration, member),
        *_duties(desired, duties),
        *_results(desired, member),
        *_metrics(desired, seen.collaboration, member, duties),
    ]
    return Plan(target, (PlannedChange(join, needs_votes=False),), refusals=tuple(sorted(refusals)))


def _decided_at_joining(desired: DesiredMembership) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "queryLog": bool(desired.query_log),
        "resultConfiguration": dict(desired.result_configuration) if desired.result_configuration else None,
    }
    further = {
        "jobLog": desired.job_log,
        "metrics": desired.metrics,
        "jobResultConfiguration": desired.job_result_configuration,
        "tags": desired.tags,
    }
    return settings | {key: value for key, value in further.items() if value}


def _at_rest(desired: DesiredMembership, plan: Plan) -> Plan:
    """Return the plan of a paused membership: shown, and no reason for anything to fail."""
    said = [resting(f"memberships.{desired.key}", desired.account)] if plan.changes else []
    return at_rest(replace(plan, remarks=(*plan.remarks, *said)))


def decide_membership(desired: DesiredMembership, seen: Invitation, plan: Plan, today: date, *, may_write: bool) -> Decision:
    """Return the votes that this membership casts by itself, and how it stands."""
    votes: list[CastVote] = []
    remarks: list[Remark] = []
    joined = seen.membership is not None and seen.membership.is_active
    if desired.foreign and joined and seen.collaboration is not None and not plan.refusals:
        for request in seen.requests:
            if request.status != RequestStatus.PENDING or request.approvals.get(desired.account) != Vote.PENDING:
                continue
            policy = replace(desired.policy, paused=desired.paused)
            ballot = decide_vote(policy, request, seen.collaboration, today, own_plan=False)
            what = about(request, seen.collaboration, desired.names)
            if ballot.action and may_write:
                votes.append(CastVote(request, desired.account, ballot.action, ballot.rule, what))
            else:
                why = ballot.rule if may_write else "the account is read-only here"
                remarks.append(_undecided(desired, request, what, why))
    for pin in stale_pins(desired.policy, seen.requests) if joined and desired.foreign else ():
        text = f"memberships.{desired.key}.changeRequests.pinned: {pin.request} is no open change request any more. Take it out"
        remarks.append(Remark("stale-pin", pin.request, text))
    if plan.refusals:
        outcome = Outcome.REFUSED
    elif plan.changes or votes or any(remark.rule in _OPEN_ENDS for remark in (*plan.remarks, *remarks)):
        outcome = Outcome.WAITING
    else:
        outcome = Outcome.CONVERGED
    return Decision(outcome, tuple(votes), tuple(sorted(remarks)))


def _undecided(desired: DesiredMembership, request: ChangeRequest, what: str, why: str) -> Remark:
    if desired.paused:
        advice = "Vote in the console, or end the pause"
    else:
        advice = (
            f"Vote in the console, or add a rule to memberships.{desired.key}.changeRequests; to approve just this one, pin"
            f" {{request: {request.id}, content: {content_fingerprint(request.changes)}}}"
        )
    return Remark(
        "undecided",
        request.id,
        f"change request {request.id} ({what}) waits for the vote of {label(desired.account, desired.names)}: {why}. {advice}",
    )


def _invisible(desired: DesiredMembership, target: str) -> Plan:
    who = label(desired.account, desired.names)
    if not desired.foreign:
        text = (
            f"{who} sees no invitation yet: it joins when it does, unless it has left, which is final, or its role may not look"
        )
        return Plan(target, remarks=(Remark("not-invited", desired.account, text),))
    return Plan(
        target,
        refusals=(
            Refusal(
                "not-visible",
                desired.account,
                f"memberships.{desired.key}.collaboration: {who} cannot see collaboration {desired.collaboration} in"
                f" {desired.region}. It is not invited, or the id or the Region is wrong, or the role lacks"
                " cleanrooms:GetCollaboration and cleanrooms:ListMembers",
            ),
        ),
    )


def _no_member(desired: DesiredMembership, member: Member | None) -> Remark:
    who = label(desired.account, desired.names)
    if member is None:
        return Remark("not-invited", desired.account, f"{who} is not invited yet: it joins when it is")
    did = "left" if member.status == MemberStatus.LEFT else "was removed from"
    text = (
        f"{who} {did} the collaboration, which is final: it cannot join again. Take memberships.{desired.key} out of the file"
    )
    return Remark("cannot-join-again", desired.account, text, Level.WARNING)


def _over(desired: DesiredMembership, target: str, status: str) -> Plan:
    text = (
        f"memberships.{desired.key}: the membership of {label(desired.account, desired.names)} is {plain(status)}, which is"
        " final. Take it out of the file"
    )
    return Plan(target, remarks=(Remark("cannot-join-again", desired.account, text, Level.WARNING),))


def _duties(desired: DesiredMembership, duties: frozenset[CostType]) -> Iterable[Refusal]:
    if beyond := duties - (desired.payer_for or frozenset()):
        text = (
            f"memberships.{desired.key}.payerFor: joining makes {label(desired.account, desired.names)} pay for"
            f" {', '.join(sorted(beyond))}, which the file does not accept: not joined. Add it to payerFor, or ask the creator"
            " to name another payer"
        )
        yield Refusal("payment-duties", desired.account, text)


def _results(desired: DesiredMembership, member: Member) -> Iterable[Refusal]:
    # Inferred from published provider issues: a member that only receives results must say where they go.
    if CAN_RECEIVE_RESULTS in member.abilities and not member.is_runner and not desired.result_configuration:
        text = (
            f"memberships.{desired.key}.defaultResultConfiguration: {label(desired.account, desired.names)} receives results"
            " and runs nothing, so joining needs a place for them: not joined. Add s3.bucket and roleArn"
        )
        yield Refusal("result-configuration", desired.account, text)


def _metrics(desired: DesiredMembership, live: Collaboration, member: Member, duties: frozenset[CostType]) -> Iterable[Refusal]:
    # Service model, CreateMembershipInput: where the collaboration has them, and for whoever runs queries or pays.
    if not desired.metrics or (live.metrics and (CAN_QUERY in member.abilities or duties)):
        return
    why = "only whoever runs queries or pays can have metrics" if live.metrics else "the collaboration has no metrics"
    text = f"memberships.{desired.key}.metrics: {why}: not joined. Remove it, or ask the creator"
    yield Refusal("metrics", desired.account, text)
