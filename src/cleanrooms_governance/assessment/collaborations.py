"""What a look at a collaboration finds: the plan, what could be done now, and what stands in the way."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from cleanrooms_governance.assessment.refusing import stopped, unread
from cleanrooms_governance.change_requests.absences import Absences, is_out_of_reach
from cleanrooms_governance.change_requests.next_move import CastVote, Decision, Move, Outcome, actionable, decide
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.errors import AccessDenied, GovernanceError, NotFound, ServiceError
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.planning.plan import Level, Plan, Refusal, Remark
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.running.advance import Report, situation_of
from cleanrooms_governance.running.lookup import check_identity, find_collaboration, left_behind
from cleanrooms_governance.running.world import World, look_closer, read_world
from cleanrooms_governance.service import CleanRoomsReads
from cleanrooms_governance.text import label


@dataclass(frozen=True, slots=True)
class CollaborationAssessment:
    """A collaboration as it was found; ``world`` is ``None`` where there is none yet or it could not be read.

    ``conflicting`` are the requests that were open when the service last would not take another one. ``may_write`` says that
    this stack acts as the creator, and does not only look.
    """

    desired: DesiredCollaboration
    collaboration_id: str
    plan: Plan
    decision: Decision
    world: World | None = None
    conflicting: frozenset[str] = frozenset()
    may_write: bool = True

    @classmethod
    def after(
        cls, desired: DesiredCollaboration, collaboration_id: str, report: Report, *, may_write: bool
    ) -> "CollaborationAssessment":
        """Return how a run left a collaboration."""
        return cls(desired, collaboration_id, report.plan, report.decision, report.world, report.conflicting, may_write)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that stands in the way: of the plan, and of requests."""
        return (*self.plan.refusals, *self.decision.refusals)

    def moves(self) -> tuple[Move, ...]:
        """Return what can be done now; see ``next_move.actionable``."""
        open_requests = self.world.open_requests if self.world else frozenset()
        return actionable(self.decision.moves, self.conflicting, open_requests)


def assess_collaboration(
    desired: DesiredCollaboration,
    known_id: str,
    reads: CleanRoomsReads,
    today: date,
    *,
    may_write: bool,
    voters: Mapping[AccountId, CleanRoomsReads] = MappingProxyType({}),
    one_way: frozenset[AccountId] = frozenset(),
    declared: Collection[str] = (),
) -> CollaborationAssessment:
    """Find the collaboration, read it and plan.

    What cannot be read becomes a refusal, so that the other resources of a preview are still planned.

    Parameters: ``voters`` reads as each account whose votes the collaboration casts; see ``world.look_closer``. ``one_way`` are
    those of them that are written to the same way as they are read: whether they can vote shows without trying. ``declared``
    are the keys that the collaborations of the stack file have or had, none where that is not known.
    """
    found = known_id
    try:
        found = find_collaboration(desired, known_id, reads) or ""
        if not found:
            left = left_behind(desired, declared, reads) if declared else {}
            return _new_collaboration(desired, left, may_write=may_write)
        world = read_world(reads, found)
        check_identity(desired, world.live)
        world = look_closer(desired, world, reads, voters)
    except GovernanceError as error:
        if known_id and not desired.id and _is_no_longer_listed(known_id, error, reads):
            return deleted_collaboration(desired, known_id)
        plan = unread(desired.owner, error)
        return CollaborationAssessment(desired, found, plan, Decision(Outcome.REFUSED), may_write=may_write)
    situation = situation_of(desired, world, today, may_write=may_write)
    decision = decide(situation)
    if absences := _out_of_reach(decision.moves, {account: voters[account] for account in one_way if account in voters}):
        decision = decide(replace(situation, absences=absences))
    return CollaborationAssessment(desired, found, situation.plan, decision, world, may_write=may_write)


def _is_no_longer_listed(collaboration_id: str, error: GovernanceError, reads: CleanRoomsReads) -> bool:
    """Tell whether a collaboration that may not be seen is not even listed: a role that lacks a right still lists it."""
    if not isinstance(error, AccessDenied | NotFound):
        return False
    try:
        return all(summary.id != collaboration_id for summary in reads.collaborations())
    except ServiceError:
        return False


def _out_of_reach(moves: Iterable[Move], members: Mapping[AccountId, CleanRoomsReads]) -> Absences | None:
    """Ask for each account that is to vote now whether it can be acted as; what it may do there is not asked."""
    reasons: dict[AccountId, str] = {}
    for account in sorted({move.account for move in moves if isinstance(move, CastVote)} & members.keys()):
        try:
            members[account].memberships()
        except ServiceError as error:
            if is_out_of_reach(error):
                reasons[account] = str(error)
    return Absences(accounts=reasons) if reasons else None


def _new_collaboration(desired: DesiredCollaboration, left: Mapping[str, str], *, may_write: bool) -> CollaborationAssessment:
    plan = plan_collaboration(desired, None)
    plan = replace(plan, remarks=(*plan.remarks, *(_perhaps_renamed(desired, key, id_) for key, id_ in left.items())))
    if not may_write:
        creator = label(desired.creator, desired.names)
        text = (
            f"collaborations.{desired.key}: it is not there yet, and account {creator} is only looked at by this stack, so it"
            f" cannot be created. Give accounts.{desired.creator} `write` credentials, or have it created and adopt it by id"
        )
        plan = replace(plan, refusals=(*plan.refusals, Refusal("read-only", desired.creator, text)))
    decision = Decision(Outcome.REFUSED if plan.refusals else Outcome.WAITING)
    return CollaborationAssessment(desired, "", plan, decision, may_write=may_write)


def _perhaps_renamed(desired: DesiredCollaboration, former: str, collaboration_id: str) -> Remark:
    text = (
        f"collaborations.{desired.key}: this stack governs collaboration {collaboration_id} under the key {former}, which its"
        f" file has no more. If {former} was renamed, add it to collaborations.{desired.key}.previously: else another"
        " collaboration is created, and that one stays in force"
    )
    return Remark("left-behind", former, text, Level.WARNING)


def lost_collaboration(desired: DesiredCollaboration) -> CollaborationAssessment:
    """Return what to say about a resource whose collaboration is not found: another one is not created on a guess."""
    path = f"collaborations.{desired.key}"
    text = (
        f"{path}: this stack has created or adopted a collaboration under this key, and now finds none with its tag."
        f" If the tag was taken away, give the collaboration's id as {path}.id. If it was deleted, make the stack forget"
        " it with `pulumi state delete`, and the next run creates a new one"
    )
    return CollaborationAssessment(desired, "", stopped(desired.owner, "lost", text), Decision(Outcome.REFUSED))


def deleted_collaboration(desired: DesiredCollaboration, known_id: str) -> CollaborationAssessment:
    """Return what to say about a known collaboration that its creator does not see any more: none is created in its place."""
    creator = label(desired.creator, desired.names)
    text = (
        f"collaborations.{desired.key}: account {creator} does not see collaboration {known_id} in {desired.region} any more,"
        " nor is it among those that the account lists: it seems to be deleted. Nothing is created in its place. If that is"
        " right, make the stack forget it with `pulumi state delete`, and the next run creates a new one"
    )
    return CollaborationAssessment(desired, known_id, stopped(desired.owner, "lost", text), Decision(Outcome.REFUSED))


def other_collaboration(desired: DesiredCollaboration, recorded_id: str) -> CollaborationAssessment:
    """Return what to say about an id that was edited: a resource stays with the collaboration that it was made for."""
    path = f"collaborations.{desired.key}"
    text = (
        f"{path}.id: this key stands for collaboration {recorded_id}, and the file now says {desired.id}. Govern that one"
        f" under a key of its own, or make the stack forget {recorded_id} with `pulumi state delete` first: it stays in force"
        " either way"
    )
    plan = stopped(desired.owner, "another-id", text)
    return CollaborationAssessment(desired, recorded_id, plan, Decision(Outcome.REFUSED))
