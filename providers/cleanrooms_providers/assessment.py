"""What a check finds: the plan, what could be done now, and what stands in the way, all without writing anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from types import MappingProxyType
from typing import Any

from cleanrooms_governance.change_requests.absences import Absences, is_out_of_reach
from cleanrooms_governance.change_requests.next_move import CastVote, Decision, Move, Outcome, Remove, actionable, decide
from cleanrooms_governance.desired import DesiredCollaboration, DesiredMembership
from cleanrooms_governance.errors import AccessDenied, GovernanceError, NoCredentials, NotFound, Refused, ServiceError
from cleanrooms_governance.memberships.advance_membership import read_invitation
from cleanrooms_governance.memberships.joining import Invitation, decide_membership, plan_membership
from cleanrooms_governance.model import AccountId, Collaboration
from cleanrooms_governance.planning.changes import RemoveMember
from cleanrooms_governance.planning.plan import Plan, PlannedChange, Refusal, Remark
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration, predicted
from cleanrooms_governance.report import harmless
from cleanrooms_governance.running.advance import Report, situation_of
from cleanrooms_governance.running.lookup import check_identity, find_collaboration
from cleanrooms_governance.running.world import World, look_closer, read_world
from cleanrooms_governance.service import CleanRoomsReads
from cleanrooms_governance.text import label
from cleanrooms_providers.properties import NO_CREDENTIALS

UNREADABLE = "unreadable"
"""The rule of the refusal that says what could not be read."""


@dataclass(frozen=True, slots=True)
class CollaborationAssessment:
    """A collaboration as it was found; ``world`` is ``None`` where there is none yet or it could not be read.

    ``conflicting`` are the requests that were open when the service last would not take another one.
    """

    desired: DesiredCollaboration
    collaboration_id: str
    plan: Plan
    decision: Decision
    world: World | None = None
    conflicting: frozenset[str] = frozenset()

    @classmethod
    def after(cls, desired: DesiredCollaboration, collaboration_id: str, report: Report) -> "CollaborationAssessment":
        """Return how a run left a collaboration."""
        return cls(desired, collaboration_id, report.plan, report.decision, report.world, report.conflicting)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that stands in the way: of the plan, and of requests."""
        return (*self.plan.refusals, *self.decision.refusals)

    def moves(self) -> tuple[Move, ...]:
        """Return what can be done now; see ``next_move.actionable``."""
        open_requests = self.world.open_requests if self.world else frozenset()
        return actionable(self.decision.moves, self.conflicting, open_requests)


@dataclass(frozen=True, slots=True)
class MembershipAssessment:
    """A membership as one check found it; ``seen`` is ``None`` where the account could not look."""

    desired: DesiredMembership
    plan: Plan
    decision: Decision
    seen: Invitation | None = None
    may_write: bool = True

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that stands in the way."""
        return (*self.plan.refusals, *self.decision.refusals)

    @property
    def can_act(self) -> bool:
        """Whether the account would join, change its membership or vote now."""
        return bool(self.decision.moves) or (bool(self.plan.changes) and self.may_write and not self.desired.paused)


def assess_collaboration(
    desired: DesiredCollaboration,
    known_id: str,
    reads: CleanRoomsReads,
    today: date,
    *,
    may_write: bool,
    voters: Mapping[AccountId, CleanRoomsReads] = MappingProxyType({}),
    one_way: frozenset[AccountId] = frozenset(),
) -> CollaborationAssessment:
    """Find the collaboration, read it and plan.

    What cannot be read becomes a refusal, so that the other resources of a preview are still planned.

    Parameters: ``voters`` reads as each account whose votes the collaboration casts; see ``world.look_closer``. ``one_way`` are
    those of them that are written to the same way as they are read: whether they can vote shows without trying.
    """
    found = known_id
    try:
        found = find_collaboration(desired, known_id, reads) or ""
        if not found:
            return _new_collaboration(desired, may_write=may_write)
        world = read_world(reads, found)
        check_identity(desired, world.live)
        world = look_closer(desired, world, reads, voters)
    except GovernanceError as error:
        if known_id and not desired.id and _is_no_longer_listed(known_id, error, reads):
            return deleted_collaboration(desired, known_id)
        return CollaborationAssessment(desired, found, unread(desired.owner, error), Decision(Outcome.REFUSED))
    situation = situation_of(desired, world, today, may_write=may_write)
    decision = decide(situation)
    if absences := _out_of_reach(decision.moves, {account: voters[account] for account in one_way if account in voters}):
        decision = decide(replace(situation, absences=absences))
    return CollaborationAssessment(desired, found, situation.plan, decision, world)


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


def _new_collaboration(desired: DesiredCollaboration, *, may_write: bool) -> CollaborationAssessment:
    plan = plan_collaboration(desired, None)
    if not may_write:
        creator = label(desired.creator, desired.names)
        text = (
            f"collaborations.{desired.key}: it is not there yet, and account {creator} is only looked at by this stack, so it"
            f" cannot be created. Give accounts.{desired.creator} `write` credentials, or have it created and adopt it by id"
        )
        plan = replace(plan, refusals=(*plan.refusals, Refusal("read-only", desired.creator, text)))
    return CollaborationAssessment(desired, "", plan, Decision(Outcome.REFUSED if plan.refusals else Outcome.WAITING))


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


class Outlook(Enum):
    """What a membership is planned against while its collaboration is governed by the same run."""

    LIVE = auto()
    """The collaboration as it is: this run does not change what concerns the account."""
    PREDICTED = auto()
    """The collaboration as it will be, because it approves the planned changes by itself."""
    OPEN = auto()
    """Nothing yet: what the run achieves decides it."""


def outlook(governed: CollaborationAssessment, account: AccountId) -> Outlook:
    """Return what the plan of an account's membership is to be made against."""
    concerned = _concerning(account, governed)
    if not concerned or not governed.moves():
        return Outlook.LIVE
    automatic = not any(planned.needs_votes for planned in concerned) and not governed.plan.dangers
    if any(isinstance(planned.change, RemoveMember) for planned in concerned):
        # A removal that waits for others may come about in this run or not.
        automatic = automatic and any(isinstance(each, Remove) and each.removal.account == account for each in governed.moves())
    return Outlook.PREDICTED if automatic else Outlook.OPEN


def expected_collaboration(governed: CollaborationAssessment, account: AccountId) -> Collaboration | None:
    """Return the collaboration as this run will leave it for an account, where that is sure and not yet so."""
    if governed.world is None or outlook(governed, account) is not Outlook.PREDICTED:
        return None
    return predicted(governed.world.live, governed.desired, _concerning(account, governed))


def _concerning(account: AccountId, governed: CollaborationAssessment) -> list[PlannedChange]:
    return [planned for planned in governed.plan.changes if planned.change.subject == account]


def assess_membership(
    desired: DesiredMembership,
    reads: CleanRoomsReads,
    today: date,
    *,
    may_write: bool,
    expected: Collaboration | None = None,
) -> MembershipAssessment:
    """Read the invitation and plan.

    Parameters: ``expected`` is the collaboration as it will be when this membership's turn comes, where that is not what can be
    read now.
    """
    try:
        seen = read_invitation(desired, reads, reads.memberships())
    except GovernanceError as error:
        plan = unread(desired.owner, error)
        return MembershipAssessment(desired, plan, Decision(Outcome.REFUSED), may_write=may_write)
    if expected is not None and seen.membership is None:
        seen = replace(seen, collaboration=expected)
    plan = plan_membership(desired, seen)
    decision = decide_membership(desired, seen, plan, today, may_write=may_write)
    if plan.changes and not may_write:
        text = f"account {label(desired.account, desired.names)} is read-only here: shown, never written"
        decision = replace(decision, remarks=(*decision.remarks, Remark("read-only", desired.account, text)))
    return MembershipAssessment(desired, plan, decision, seen, may_write)


def other_membership(desired: DesiredMembership, recorded_id: str) -> MembershipAssessment:
    """Return what to say about a membership whose account or collaboration was edited."""
    text = (
        f"memberships.{desired.key}: this key stands for the membership {recorded_id}, and the file now means"
        f" {membership_resource_id(desired)}. Declare that one under a key of its own, or make the stack forget the other with"
        " `pulumi state delete` first: it stays in force either way"
    )
    plan = stopped(desired.owner, "another-membership", text)
    return MembershipAssessment(desired, plan, Decision(Outcome.REFUSED))


def membership_resource_id(desired: DesiredMembership) -> str:
    """Return ``<collaboration id>/<account>``, which is known before the account has joined."""
    return f"{desired.collaboration}/{desired.account}"


def refusal_documents(refusals: tuple[Refusal, ...]) -> list[dict[str, str]]:
    """Return refusals as the JSON documents that join a resource's inputs."""
    return [{"rule": r.rule, "subject": r.subject, "message": harmless(r.message)} for r in sorted(set(refusals))]


def computed_inputs(plan: Plan, refusals: tuple[Refusal, ...]) -> dict[str, Any]:
    """Return the inputs that a check adds to those of every kind of resource."""
    return {"plan": plan.document(), "fingerprint": plan.fingerprint, "refused": refusal_documents(refusals)}


def differing(record: Mapping[str, Any], now: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    """Return whether a resource's outputs are out of date in any of some keys."""
    return any(record.get(key) != now[key] for key in keys)


def unread(owner: str, error: GovernanceError) -> Plan:
    """Return the plan of what could not be judged, by why it could not."""
    match error:
        case NoCredentials():
            return stopped(owner, NO_CREDENTIALS, f"not read: {error}")
        case Refused():
            return stopped(owner, "identity", str(error))
        case _:
            return stopped(owner, UNREADABLE, str(error))


def stopped(owner: str, rule: str, message: str) -> Plan:
    """Return the plan of what is not touched, with the one reason."""
    return Plan(owner, refusals=(Refusal(rule, owner, message),))
