"""What will the next `pulumi up` of a stack do about the votes that are awaited?

Said by the very functions that `pulumi up` decides with, so that what is shown is what happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from cleanrooms_governance.change_requests.next_move import CastVote, Situation, decide
from cleanrooms_governance.change_requests.votes import Ballot, decide_vote
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.cli.worlds import World
from cleanrooms_governance.desired import DesiredCollaboration, DesiredMembership
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, RequestStatus
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.running.advance import situation_of
from cleanrooms_governance.running.world import World as ReadWorld
from cleanrooms_governance.running.world import look_closer
from cleanrooms_governance.service import Accounts, Action
from cleanrooms_governance.settings.inputs import membership_inputs, parse_membership_inputs

_WOULD = {Action.APPROVE: "approves", Action.DENY: "denies"}


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What will be done for one account: the vote that a rule casts, or why none is cast; a person then may ``by_hand``."""

    action: Action | None
    why: str
    by_hand: bool = True

    @property
    def said(self) -> str:
        """Say it in a few words."""
        return (
            f"pulumi up {_WOULD[self.action]} it by {self.why}"
            if self.action in _WOULD
            else f"pulumi up does not vote: {self.why}"
        )


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a stack would do in one collaboration; ``live`` is that with all that could be seen of who accepted to pay.

    ``situation`` is there where this stack governs the collaboration.
    """

    live: Collaboration
    votes: Mapping[tuple[str, AccountId], Foreseen] = field(default_factory=dict)
    situation: Situation | None = None

    def on(self, request: ChangeRequest) -> dict[AccountId, Foreseen]:
        """Return what is done about the votes that a request awaits."""
        return {account: each for (id_, account), each in self.votes.items() if id_ == request.id}


def foresee(world: World, stack: Stack | None, accounts: Accounts, today: date) -> Foresight:
    """Return what the next `pulumi up` would do, as far as the stack file decides it.

    Parameters: ``today`` is a date in UTC, on which rules are judged.
    """
    if stack is None:
        return Foresight(world.live)
    pending = [request for request in world.requests if request.status == RequestStatus.PENDING]
    if world.place.desired is not None:
        return _governed(world, as_of(world.place.desired, today), stack, pending, accounts, today)
    policies = {
        desired.account: desired
        for key, section in stack.file.memberships.items()
        if section.collaboration == world.live.id
        for desired in [_membership(stack, key)]
    }
    votes = {
        (request.id, account): _by_policy(policies[account], request, world.live, today)
        if account in policies
        else _unheard(account, stack)
        for request in pending
        for account in request.pending_voters
        if account in policies or stack.holds(account)
    }
    return Foresight(world.live, votes)


def _governed(
    world: World,
    desired: DesiredCollaboration,
    stack: Stack,
    pending: list[ChangeRequest],
    accounts: Accounts,
    today: date,
) -> Foresight:
    place = world.place
    members = {account: accounts(access, place.region) for account, access in place.voters.items()}
    closer = look_closer(desired, ReadWorld(world.live, world.requests), accounts(place.access, place.region), members)
    situation = situation_of(desired, closer, today, may_write=place.access.write is not None)
    decision = decide(situation)
    cast = {(move.request.id, move.account): move for move in decision.moves if isinstance(move, CastVote)}
    refused = bool(situation.plan.refusals or decision.refusals)
    votes: dict[tuple[str, AccountId], Foreseen] = {}
    for request in pending:
        for account in request.pending_voters:
            if move := cast.get((request.id, account)):
                votes[request.id, account] = Foreseen(move.action, move.rule)
            elif policy := desired.voters.get(account):
                ballot = decide_vote(policy, request, closer.live, today, own_plan=False)
                votes[request.id, account] = Foreseen(None, _uncast(request, ballot, desired, refused=refused))
            elif stack.holds(account):
                votes[request.id, account] = _unheard(account, stack)
    return Foresight(closer.live, votes, situation)


def _uncast(request: ChangeRequest, ballot: Ballot, desired: DesiredCollaboration, *, refused: bool) -> str:
    """Say why a vote is not cast, though a rule may be there for it."""
    if request.id in desired.cancel_requests:
        return "it is cancelled, as cancelRequests asks"
    if desired.paused:
        return "the collaboration is paused"
    if ballot.action is None:
        return ballot.rule
    return f"{ballot.rule} would, but " + ("the plan is refused" if refused else "something else goes first")


def _by_policy(desired: DesiredMembership, request: ChangeRequest, live: Collaboration, today: date) -> Foreseen:
    ballot = decide_vote(desired.policy, request, live, today, own_plan=False)
    return Foreseen(ballot.action, ballot.rule)


def _membership(stack: Stack, key: str) -> DesiredMembership:
    desired, _ = parse_membership_inputs(membership_inputs(stack.file, key, stack.owner_prefix))
    return desired


def _unheard(account: AccountId, stack: Stack) -> Foreseen:
    access = stack.file.accounts[account].access
    if access is not None and access.write is None:
        return Foreseen(None, "the account is only looked at by this stack", by_hand=False)
    return Foreseen(None, "the stack file has no membership of the account there, hence no rule")
