"""Carry the plan of a membership out: read the invitation, join, change what the file wants otherwise, vote."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from cleanrooms_governance.budgets.overview import look_over
from cleanrooms_governance.change_requests.absences import is_out_of_reach
from cleanrooms_governance.change_requests.next_move import CastVote, Decision, Outcome
from cleanrooms_governance.desired import DesiredMembership, Expectations
from cleanrooms_governance.errors import AccessDenied, AnswerLost, Conflict, NotFound, Refused, ServiceError
from cleanrooms_governance.memberships.joining import Invitation, decide_membership, plan_membership
from cleanrooms_governance.memberships.make_membership_change import make_change
from cleanrooms_governance.memberships.membership_changes import MembershipChange
from cleanrooms_governance.memberships.updating import accepted_payments
from cleanrooms_governance.model import Membership, membership_in
from cleanrooms_governance.planning.changes import JoinCollaboration
from cleanrooms_governance.planning.plan import Plan, Reviewed
from cleanrooms_governance.service import Action, CleanRooms, CleanRoomsReads, OwnSettings
from cleanrooms_governance.tagging import first_tags

Step = JoinCollaboration | MembershipChange | CastVote
"""One write of a membership's run."""


@dataclass(frozen=True, slots=True)
class Member:
    """The account that a run acts as; see ``advance.Parties`` for the rest."""

    port: CleanRooms
    today: date
    tell: Callable[[str], None]
    may_write: bool = True


@dataclass(frozen=True, slots=True)
class MembershipReport:
    """How a run ended: what the account sees now, and what is to be said about it."""

    seen: Invitation
    plan: Plan
    decision: Decision
    failure: str = ""

    @property
    def outcome(self) -> Outcome:
        """How the membership stands."""
        return Outcome.FAILED if self.failure else self.decision.outcome


def read_invitation(desired: DesiredMembership, port: CleanRoomsReads, memberships: tuple[Membership, ...]) -> Invitation:
    """Read what the account sees of its collaboration, with as few calls as the file needs.

    Parameters: ``memberships`` is the account's list, read once for all of them. A collaboration that cannot be seen is no
    error as long as the account has not joined it: not invited and not allowed look alike, and the plan says so. A member that
    may not read it raises ``AccessDenied``: it could not vote.
    """
    if desired.collaboration is None:
        return Invitation(None, None)
    own = membership_in(desired.collaboration, memberships)
    if own is not None and own.is_active:
        return _read_in_use(desired, port, own)
    if own is not None:
        return Invitation(own, None)
    try:
        return Invitation(None, port.collaboration(desired.collaboration))
    except (AccessDenied, NotFound):
        return Invitation(None, None)


def _read_in_use(desired: DesiredMembership, port: CleanRoomsReads, own: Membership) -> Invitation:
    """Read more about a membership than the list says, where the file asks for more."""
    told = (desired.query_log, desired.job_log, desired.metrics, desired.result_configuration, desired.job_result_configuration)
    if any(wanted is not None for wanted in told):
        own = port.membership(own.id)
    collaboration = None
    asked = desired.expects != Expectations() or desired.payer_for not in (None, accepted_payments(own))
    if desired.foreign or asked:
        collaboration = port.collaboration(own.collaboration_id)
    # Whose it is matters only where something is to be changed, so that a converged membership costs no call for it.
    if desired.tags is not None or plan_membership(desired, Invitation(own, collaboration)).changes:
        own = replace(own, tags=port.tags(own.arn))
    requests = port.change_requests(own.collaboration_id) if desired.foreign else ()
    budgets = look_over(desired, port, own) if desired.budgets is not None else None
    return Invitation(own, collaboration, requests, budgets)


def advance_membership(desired: DesiredMembership, reviewed: Reviewed, member: Member) -> MembershipReport:
    """Join and vote as far as is possible now.

    Raises ``Refused`` if the invitation is no longer what was reviewed, and a ``ServiceError`` if nothing was written yet.
    """
    seen = _look(desired, member)
    reviewed.admit(plan_membership(desired, seen))
    failure = ""
    attempted: set[tuple[str, str]] = set()
    failed_votes: dict[tuple[str, str], str] = {}
    while True:
        plan = plan_membership(desired, seen)
        decision = decide_membership(desired, seen, plan, member.today, may_write=member.may_write)
        possible = _moves(plan, decision, may_write=member.may_write and not desired.paused)
        moves = [move for move in possible if _attempt(move) not in failed_votes]
        if failure or not moves:
            return MembershipReport(seen, plan, decision, failure or "; ".join(failed_votes.values()))
        move = moves[0]
        attempt = _attempt(move)
        if attempt in attempted:
            failure = f"{' '.join(attempt).strip()} was sent and does not show. Run again, or look at it in the console"
            continue
        try:
            reviewed.admit(plan)
            _make(desired, move, seen.membership, member)
        except (ServiceError, Refused) as error:
            if isinstance(move, CastVote) and not is_out_of_reach(error):
                # The votes on other requests do not hang on this one.
                failed_votes[attempt] = str(error)
            elif not attempted:
                raise
            else:
                failure = str(error)
        attempted.add(attempt)
        try:
            seen = _look(desired, member)
        except ServiceError as error:
            failure = failure or str(error)


def _look(desired: DesiredMembership, member: Member) -> Invitation:
    return read_invitation(desired, member.port, member.port.memberships())


def _moves(plan: Plan, decision: Decision, *, may_write: bool) -> list[Step]:
    if plan.refusals or not may_write:
        return []
    changes = [planned.change for planned in plan.changes if isinstance(planned.change, JoinCollaboration | MembershipChange)]
    return [*changes, *(move for move in decision.moves if isinstance(move, CastVote))]


def _attempt(move: Step) -> tuple[str, str]:
    """Name a move, so that it is not made twice."""
    match move:
        case JoinCollaboration():
            return "join", ""
        case CastVote():
            return "vote on change request", move.request.id
        case _:
            return str(move), ""


def _make(desired: DesiredMembership, move: Step, membership: Membership | None, member: Member) -> None:
    if isinstance(move, JoinCollaboration):
        _join(desired, move, member)
    elif isinstance(move, CastVote):
        _vote(desired, move, member)
    elif membership is not None:
        make_change(move, membership, member.port, member.tell)


def _join(desired: DesiredMembership, move: JoinCollaboration, member: Member) -> None:
    try:
        joined = member.port.create_membership(
            desired.collaboration or "",
            settings=OwnSettings(
                query_log=bool(desired.query_log),
                job_log=desired.job_log,
                payments=dict.fromkeys(sorted(move.payments), True),
                result_configuration=desired.result_configuration,
                job_result_configuration=desired.job_result_configuration,
            ),
            metrics=bool(desired.metrics),
            tags=first_tags(desired.tags, desired.owner),
        )
    except (Conflict, AnswerLost):
        # Joined already, by whomever, or not known: the list of memberships says so when it is read again.
        return
    member.tell(f"joined {desired.collaboration} with membership {joined.id}")


def _vote(desired: DesiredMembership, move: CastVote, member: Member) -> None:
    try:
        member.port.update_change_request(desired.collaboration or "", move.request.id, move.action)
    except (Conflict, AnswerLost):
        return
    member.tell(f"{_PAST[move.action]} change request {move.request.id} ({move.about}) by {move.rule}")


_PAST = {Action.APPROVE: "approved", Action.DENY: "denied"}
