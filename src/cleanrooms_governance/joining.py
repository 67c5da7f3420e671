"""The member's side: join a collaboration only if its invitation says what the file expects, and vote by rule.

A membership of a collaboration that is governed elsewhere votes for itself; where this stack governs the collaboration, the
collaboration casts the votes of all accounts held.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from cleanrooms_governance.changes import JoinCollaboration
from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.model import (
    CAN_QUERY,
    CAN_RECEIVE_RESULTS,
    CAN_RUN_JOB,
    ChangeRequest,
    Collaboration,
    CostType,
    Member,
    Membership,
    MemberStatus,
    RequestStatus,
    Vote,
)
from cleanrooms_governance.next_move import CastVote, Decision, Outcome
from cleanrooms_governance.plan import Level, Plan, PlannedChange, Refusal, Remark
from cleanrooms_governance.sayings import about
from cleanrooms_governance.text import label, plain
from cleanrooms_governance.votes import decide_vote

ACTIVE = "ACTIVE"
"""MembershipStatus of a membership in use; REMOVED and COLLABORATION_DELETED are final."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an account sees of one collaboration.

    ``membership`` is its own, if it ever joined; ``collaboration`` is ``None`` where it was not needed or cannot be seen;
    ``requests`` are read only where this membership casts its own votes.
    """

    membership: Membership | None
    collaboration: Collaboration | None
    requests: tuple[ChangeRequest, ...] = ()


def plan_membership(desired: DesiredMembership, seen: Invitation) -> Plan:
    """Return whether to join, or why not. A pure function."""
    target = f"{desired.collaboration}/{desired.account}"
    if seen.membership is not None:
        return Plan(target, remarks=tuple(sorted(_after_joining(desired, seen, seen.membership))))
    if seen.collaboration is None:
        return _invisible(desired, target)
    member = seen.collaboration.members.get(desired.account)
    if member is None or not member.belongs:
        return Plan(target, remarks=(_no_member(desired, member),))
    duties = payment_duties(member, seen.collaboration.members.values())
    settings = {
        "queryLog": bool(desired.query_log),
        "resultConfiguration": dict(desired.result_configuration) if desired.result_configuration else None,
    }
    join = JoinCollaboration(desired.account, duties, settings, desired.names)
    refusals = [*_expectations(desired, seen.collaboration, member), *_duties(desired, duties), *_results(desired, member)]
    return Plan(target, (PlannedChange(join, needs_votes=False),), refusals=tuple(sorted(refusals)))


def payment_duties(member: Member, members: Iterable[Member]) -> frozenset[CostType]:
    """Return the cost types that a member takes on by joining.

    What the collaboration configures for it, and what falls to the runner where no candidate is shown (service model:
    QueryComputePaymentConfig and JobComputePaymentConfig, the member who can query is the default payer). ML cost types by
    default arise only from the account's own calls and are not counted.
    """
    everybody = [other for other in members if other.belongs]
    duties = {cost for cost, pays in member.payments.items() if pays}
    for cost, ability in ((CostType.QUERY_COMPUTE, CAN_QUERY), (CostType.JOB_COMPUTE, CAN_RUN_JOB)):
        if ability in member.abilities and not any(other.payments.get(cost) for other in everybody):
            duties.add(cost)
    return frozenset(duties)


def decide_membership(desired: DesiredMembership, seen: Invitation, plan: Plan, today: date, *, may_write: bool) -> Decision:
    """Return the votes that this membership casts by itself, and how it stands."""
    votes: list[CastVote] = []
    remarks: list[Remark] = []
    joined = seen.membership is not None and seen.membership.status == ACTIVE
    if desired.foreign and joined and seen.collaboration is not None and not plan.refusals:
        for request in seen.requests:
            if request.status != RequestStatus.PENDING or request.approvals.get(desired.account) != Vote.PENDING:
                continue
            ballot = decide_vote(desired.policy, request, seen.collaboration, today, own_plan=False)
            what = about(request, seen.collaboration, desired.names)
            if ballot.action and may_write:
                votes.append(CastVote(request, desired.account, ballot.action, ballot.rule, what))
            else:
                why = ballot.rule if may_write else "the account is read-only here"
                remarks.append(_undecided(desired, request, what, why))
    if plan.refusals:
        outcome = Outcome.REFUSED
    elif plan.changes or votes or any(remark.rule in ("not-invited", "undecided") for remark in (*plan.remarks, *remarks)):
        outcome = Outcome.WAITING
    else:
        outcome = Outcome.CONVERGED
    return Decision(outcome, tuple(votes), tuple(sorted(remarks)))


def _undecided(desired: DesiredMembership, request: ChangeRequest, what: str, why: str) -> Remark:
    return Remark(
        "undecided",
        request.id,
        f"change request {request.id} ({what}) waits for the vote of {label(desired.account, desired.names)}: {why}."
        f" Vote in the console, or add a rule to memberships.{desired.key}.changeRequests",
    )


def _invisible(desired: DesiredMembership, target: str) -> Plan:
    who = label(desired.account, desired.names)
    if not desired.foreign:
        return Plan(target, remarks=(Remark("not-invited", desired.account, f"{who} is not invited yet: it joins when it is"),))
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


def _after_joining(desired: DesiredMembership, seen: Invitation, membership: Membership) -> Iterable[Remark]:
    path = f"memberships.{desired.key}"
    if membership.status != ACTIVE:
        text = f"{path}: the membership of {label(desired.account, desired.names)} is {membership.status}, which is final"
        yield Remark("cannot-join-again", desired.account, f"{text}. Take it out of the file", Level.WARNING)
        return
    stays = "differs from the live value and is not changed by this version: it stays. Change it in the console, or follow it"
    if desired.query_log is not None and membership.query_log is not None and desired.query_log != membership.query_log:
        yield Remark("unmanaged", "queryLog", f"{path}.queryLog {stays} in the file", Level.WARNING)
    live_results = membership.result_configuration
    if desired.result_configuration and membership.query_log is not None and desired.result_configuration != live_results:
        text = f"{path}.defaultResultConfiguration {stays} in the file"
        yield Remark("unmanaged", "defaultResultConfiguration", text, Level.WARNING)
    if seen.collaboration is not None:
        member = seen.collaboration.members.get(desired.account)
        if member is not None:
            for refusal in _expectations(desired, seen.collaboration, member):
                yield Remark(
                    "expectation", refusal.subject, refusal.message.replace("not joined", "joined before"), Level.WARNING
                )


def _expectations(desired: DesiredMembership, live: Collaboration, member: Member) -> Iterable[Refusal]:
    path = f"memberships.{desired.key}.expects"
    end = "not joined. Ask the creator, or change what is expected"
    expects = desired.expects
    if expects.creator is not None and expects.creator != live.creator:
        text = f"{path}.creator: the collaboration {plain(live.name)!r} is {live.creator}'s, not {expects.creator}'s: {end}"
        yield Refusal("expects-creator", desired.account, text)
    if expects.abilities is not None and expects.abilities != member.abilities:
        has, wants = (", ".join(sorted(names)) or "none" for names in (member.abilities, expects.abilities))
        yield Refusal(
            "expects-abilities", desired.account, f"{path}.abilities: the abilities are {has}, expected {wants}: {end}"
        )
    if expects.query_log is not None and expects.query_log != live.query_log:
        text = f"{path}.queryLog: the query log of the collaboration is {'on' if live.query_log else 'off'}: {end}"
        yield Refusal("expects-query-log", desired.account, text)


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
