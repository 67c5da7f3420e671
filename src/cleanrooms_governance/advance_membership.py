"""Carry the plan of a membership out: read the invitation, join, vote."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from cleanrooms_governance.changes import JoinCollaboration
from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.errors import AccessDenied, AnswerLost, Conflict, NotFound, ServiceError
from cleanrooms_governance.joining import ACTIVE, Invitation, decide_membership, plan_membership
from cleanrooms_governance.model import Membership
from cleanrooms_governance.next_move import CastVote, Decision, Outcome
from cleanrooms_governance.plan import Plan, Reviewed
from cleanrooms_governance.planning import OWNER_TAG
from cleanrooms_governance.service import Action, CleanRooms, CleanRoomsReads


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
    own = _own_membership(desired, memberships)
    if own is not None and own.status == ACTIVE and (desired.query_log is not None or desired.result_configuration is not None):
        own = port.membership(own.id)
    if own is not None and not (desired.foreign and own.status == ACTIVE):
        return Invitation(own, None)
    try:
        collaboration = port.collaboration(desired.collaboration)
    except (AccessDenied, NotFound):
        if own is not None:
            raise
        return Invitation(None, None)
    requests = port.change_requests(desired.collaboration) if own is not None else ()
    return Invitation(own, collaboration, requests)


def _own_membership(desired: DesiredMembership, memberships: tuple[Membership, ...]) -> Membership | None:
    mine = [membership for membership in memberships if membership.collaboration_id == desired.collaboration]
    return next((m for m in mine if m.status == ACTIVE), mine[0] if mine else None)


def advance_membership(desired: DesiredMembership, reviewed: Reviewed, member: Member) -> MembershipReport:
    """Join and vote as far as is possible now.

    Raises ``Refused`` if the invitation is no longer what was reviewed, and a ``ServiceError`` if nothing was written yet.
    """
    seen = _look(desired, member)
    reviewed.admit(plan_membership(desired, seen))
    failure = ""
    attempted: set[tuple[str, str]] = set()
    while True:
        plan = plan_membership(desired, seen)
        decision = decide_membership(desired, seen, plan, member.today, may_write=member.may_write)
        moves = _moves(plan, decision, may_write=member.may_write)
        if failure or not moves:
            return MembershipReport(seen, plan, decision, failure)
        move = moves[0]
        attempt = ("join", "") if isinstance(move, JoinCollaboration) else ("vote on change request", move.request.id)
        if attempt in attempted:
            failure = f"{' '.join(attempt).strip()} was sent and does not show. Run again, or look at it in the console"
            continue
        try:
            _make(desired, move, member)
        except ServiceError as error:
            if not attempted:
                raise
            failure = str(error)
        attempted.add(attempt)
        try:
            seen = _look(desired, member)
        except ServiceError as error:
            failure = failure or str(error)


def _look(desired: DesiredMembership, member: Member) -> Invitation:
    return read_invitation(desired, member.port, member.port.memberships())


def _moves(plan: Plan, decision: Decision, *, may_write: bool) -> list[JoinCollaboration | CastVote]:
    if plan.refusals or not may_write:
        return []
    joins = [planned.change for planned in plan.changes if isinstance(planned.change, JoinCollaboration)]
    return [*joins, *(move for move in decision.moves if isinstance(move, CastVote))]


def _make(desired: DesiredMembership, move: JoinCollaboration | CastVote, member: Member) -> None:
    collaboration = desired.collaboration or ""
    if isinstance(move, JoinCollaboration):
        try:
            joined = member.port.create_membership(
                collaboration,
                query_log=bool(desired.query_log),
                payments=dict.fromkeys(sorted(move.payments), True),
                result_configuration=desired.result_configuration,
                tags={OWNER_TAG: desired.owner},
            )
        except (Conflict, AnswerLost):
            # Joined already, by whomever, or not known: the list of memberships says so when it is read again.
            return
        member.tell(f"joined {collaboration} with membership {joined.id}")
        return
    try:
        member.port.update_change_request(collaboration, move.request.id, move.action)
    except (Conflict, AnswerLost):
        return
    member.tell(f"{_PAST[move.action]} change request {move.request.id} ({move.about}) by {move.rule}")


_PAST = {Action.APPROVE: "approved", Action.DENY: "denied"}
