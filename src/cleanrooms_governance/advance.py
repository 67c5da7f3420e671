"""Carry a plan out: read, plan, decide, make one move, read again, until nothing is left to do but wait.

Nothing is remembered between runs but what the service itself holds, so a run may stop anywhere and the next one goes on.
Members and requests are read afresh before every single move.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from cleanrooms_governance.atoms import effects, stated_by
from cleanrooms_governance.changes import RemovePayer
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.errors import AnswerLost, Conflict, Refused, ServiceError
from cleanrooms_governance.filing import Draft
from cleanrooms_governance.ledger import FILED_TAG, FILING_TAG, Ledger
from cleanrooms_governance.lookup import check_identity, find_collaboration
from cleanrooms_governance.losses import lost_by_commits, newly_committed
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, CostType, RequestStatus
from cleanrooms_governance.next_move import (
    CancelRequest,
    CastVote,
    Claim,
    CommitRequest,
    Decision,
    FileRequest,
    Move,
    Outcome,
    Situation,
    actionable,
    decide,
)
from cleanrooms_governance.plan import Plan, Reviewed
from cleanrooms_governance.planning import plan_collaboration
from cleanrooms_governance.requests import completed, find_unrecorded, ours
from cleanrooms_governance.service import Action, CleanRooms, CleanRoomsReads
from cleanrooms_governance.tagging import OWNER_TAG
from cleanrooms_governance.text import label

ACTIVE = "ACTIVE"
"""MembershipStatus of a membership in use."""

MOST_MOVES = 200
"""More moves than any run needs; reaching it means that the service undoes what we do."""

PATIENCE = 3
"""How often an answer that should be there is looked for, a second apart."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class World:
    """What was read of a collaboration at one moment."""

    live: Collaboration
    requests: tuple[ChangeRequest, ...]

    @property
    def open_requests(self) -> frozenset[str]:
        """The ids of the requests that are still to be decided or committed."""
        return frozenset(request.id for request in self.requests if request.is_open)


def read_world(creator: CleanRoomsReads, collaboration_id: str) -> World:
    """Read a collaboration, its members, its tags and all its change requests, as its creator."""
    live = creator.collaboration(collaboration_id)
    tags = creator.tags(live.arn) if live.creator == creator.account else {}
    return World(replace(live, tags=tags), creator.change_requests(collaboration_id))


def see_acceptance(desired: DesiredCollaboration, world: World, members: Mapping[AccountId, CleanRoomsReads]) -> World:
    """Add to a world what the given members have accepted to pay, if the plan depends on it: if it removes a payer.

    Parameters: ``members`` reads as each account whose membership this stack may look at. One that cannot be read is not
    visible, which is the careful reading.
    """
    plan = plan_collaboration(desired, world.live)
    if not any(isinstance(change, RemovePayer) for change in plan.request_changes):
        return world
    accepted: dict[AccountId, frozenset[CostType]] = {}
    for account, member in sorted(members.items()):
        with suppress(ServiceError):
            own = [each for each in member.memberships() if each.collaboration_id == world.live.id and each.status == ACTIVE]
            accepted[account] = frozenset(cost for each in own for cost, pays in each.payments.items() if pays)
    return replace(world, live=replace(world.live, accepted=accepted))


@dataclass(frozen=True, slots=True)
class Parties:
    """The accounts that a run may act as, and how it passes time and tells what it does.

    Parameters: ``creator`` reads and writes as the creator; ``voters`` vote; ``sleep`` takes seconds; ``tell`` gets one line
    for each thing that was done.
    """

    creator: CleanRooms
    voters: Mapping[AccountId, CleanRooms]
    today: date
    sleep: Callable[[float], None]
    tell: Callable[[str], None]
    may_write: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """How a run ended: the world as last read, and what is to be said about it.

    ``failure`` is the reason why the run could not go on, in words, where there is one. ``conflicting`` are the requests that
    were open when the service would not take another one.
    """

    world: World
    plan: Plan
    decision: Decision
    failure: str = ""
    conflicting: frozenset[str] = frozenset()

    @property
    def outcome(self) -> Outcome:
        """How the collaboration stands."""
        return Outcome.FAILED if self.failure else self.decision.outcome


def situation_of(desired: DesiredCollaboration, world: World, today: date, *, may_write: bool) -> Situation:
    """Plan against a world that was read, and return everything that a decision needs."""
    return Situation(desired, world.live, world.requests, plan_collaboration(desired, world.live), today, may_write)


def ensure_collaboration(desired: DesiredCollaboration, known_id: str, parties: Parties) -> str:
    """Return the id of the collaboration that the file means, creating it where there is none.

    Raises ``Refused`` and ``ServiceError``. A creation whose answer was lost is looked for and never sent twice.
    """
    found = find_collaboration(desired, known_id, parties.creator)
    if found:
        return found
    try:
        created = parties.creator.create_collaboration(desired, {OWNER_TAG: desired.owner})
    except AnswerLost as lost:
        sought = _poll(lambda: find_collaboration(desired, "", parties.creator), parties.sleep)
        if sought is None:
            raise AnswerLost(
                f"collaborations.{desired.key}: it is not known whether the collaboration was created ({lost})."
                " Run again: it will be found by its tag if it was",
                operation=lost.operation,
                account=lost.account,
                region=lost.region,
                code=lost.code,
            ) from lost
        created = sought
    parties.tell(f"created collaboration {created}")
    return created


def advance(desired: DesiredCollaboration, collaboration_id: str, reviewed: Reviewed, parties: Parties) -> Report:
    """Bring the collaboration as far towards the file as is possible now.

    Raises ``Refused`` or a ``ServiceError`` if not even a first look was possible or the live world has moved away from the
    reviewed plan before anything was written. Whatever goes wrong later is in the report.
    """
    return _Run(desired, collaboration_id, reviewed, parties).run()


@dataclass
class _Run:
    desired: DesiredCollaboration
    collaboration_id: str
    reviewed: Reviewed
    parties: Parties
    conflicting: frozenset[str] = frozenset()
    attempts: dict[tuple[str, ...], int] = field(default_factory=dict)
    failure: str = ""

    def run(self) -> Report:
        world = self._read()
        check_identity(self.desired, world.live)
        auto_approved = world.live.auto_approved
        going_on = self.reviewed
        wrote = False
        for _ in range(MOST_MOVES):
            situation = situation_of(self.desired, world, self.parties.today, may_write=self.parties.may_write)
            decision = decide(situation)
            try:
                # A shorter list only asks for more votes than were reviewed; by a longer one something might need fewer.
                (going_on if world.live.auto_approved <= auto_approved else self.reviewed).admit(situation.plan)
                going_on = going_on.either_way(situation.plan)
            except Refused as refused:
                if not wrote:
                    raise
                self.failure = self.failure or str(refused)
            moves = actionable(decision.moves, self.conflicting, world.open_requests)
            if not moves or self.failure:
                return Report(world, situation.plan, decision, self.failure, self.conflicting)
            try:
                self._make(moves[0], world)
            except (ServiceError, Refused) as error:
                if not wrote and not self._may_have_written(error):
                    raise
                self.failure = str(error)
            wrote = True
            world = self._look_again(world)
        self.failure = (
            f"gave up after {MOST_MOVES} moves: the collaboration changes as fast as it is governed. Look who else does"
        )
        return Report(world, situation.plan, decision, self.failure, self.conflicting)

    def _may_have_written(self, error: Exception) -> bool:
        return bool(self.attempts) or isinstance(error, AnswerLost)

    def _read(self) -> World:
        world = read_world(self.parties.creator, self.collaboration_id)
        return see_acceptance(self.desired, world, self.parties.voters)

    def _look_again(self, before: World) -> World:
        try:
            after = self._read()
        except ServiceError as error:
            self.failure = self.failure or str(error)
            return before
        committed = newly_committed(before.requests, after.requests)
        if lost := lost_by_commits(before.live, after.live, committed):
            self.failure = (
                f"committing change requests also took away: {'; '.join(str(atom) for atom in lost)}. This was not asked for,"
                " and this tool will not try to mend it. Look at the collaboration in the console at once"
            )
        return after

    def _make(self, move: Move, world: World) -> None:
        ledger = completed(Ledger.read(world.live.tags), world.requests, world.live, self.desired)
        match move:
            case Claim(owner):
                self.parties.creator.tag(world.live.arn, {OWNER_TAG: owner})
                self.parties.tell(f"tagged the collaboration {OWNER_TAG}={owner}")
            case CancelRequest(request):
                if not ours(request, world.requests, Ledger.read(world.live.tags)):
                    raise Refused(f"change request {request.id} is not ours to cancel")
                self._write_ledger(world.live, ledger.cancelling(request.id))
                self._act(move, request, Action.CANCEL, self.parties.creator)
            case CastVote(request, account, action, rule, about):
                self._act(move, request, action, self._voter(account), f" ({about}) as {self._who(account)} by {rule}")
            case CommitRequest(request):
                self._act(move, request, Action.COMMIT, self.parties.creator)
                self._await_effect(request)
            case FileRequest(draft):
                self._file(draft, world, ledger)

    def _voter(self, account: AccountId) -> CleanRooms:
        voters = {self.parties.creator.account: self.parties.creator, **self.parties.voters}
        if account not in voters:
            raise Refused(f"account {account} is to vote, and this run was given no access to it")
        return voters[account]

    def _act(self, move: Move, request: ChangeRequest, action: Action, actor: CleanRooms, how: str = "") -> None:
        attempt = (type(move).__name__, request.id, actor.account)
        self.attempts[attempt] = self.attempts.get(attempt, 0) + 1
        if self.attempts[attempt] > PATIENCE:
            raise Refused(
                f"{action} of change request {request.id} was sent {PATIENCE} times and it is still {request.status}. Look at"
                " it in the console; if it cannot take effect any more, cancel it there"
            )
        if self.attempts[attempt] > 1:
            self.parties.sleep(1)
        try:
            actor.update_change_request(self.collaboration_id, request.id, action)
        except (Conflict, AnswerLost):
            # Somebody else was quicker, or the answer was lost: what counts is how the request stands when it is read again.
            return
        self.parties.tell(f"{_PAST[action]} change request {request.id}{how}")

    def _file(self, draft: Draft, world: World, ledger: Ledger) -> None:
        arn = world.live.arn
        mark = max((request.created.timestamp() for request in world.requests), default=0.0)
        announced = ledger.announce(draft.content, mark)
        self._write_ledger(world.live, announced)
        self.attempts["announced", draft.content] = 1
        try:
            request_id = self.parties.creator.create_change_request(self.collaboration_id, draft.changes).id
        except Conflict:
            self._write_ledger(world.live, announced.withdraw(), clear=FILING_TAG)
            self.conflicting = world.open_requests
            if not self.conflicting:
                raise
            self.parties.tell(
                "the service takes no further change request while another one is open: it is filed when that is over"
            )
            return
        except AnswerLost as lost:
            found = _poll(lambda: self._announced_request(announced), self.parties.sleep)
            if found is None:
                raise AnswerLost(
                    f"it is not known whether the change request was filed ({lost}). Run again: it will be found if it was",
                    operation=lost.operation,
                    account=lost.account,
                    region=lost.region,
                ) from lost
            request_id = found
        except ServiceError:
            self._write_ledger(world.live, announced.withdraw(), clear=FILING_TAG)
            raise
        self.parties.tell(f"filed change request {request_id}")
        self.parties.creator.tag(arn, {FILED_TAG: announced.record(request_id).filed_tag})
        self.parties.creator.untag(arn, [FILING_TAG])
        self._await_automatic(request_id)

    def _announced_request(self, announced: Ledger) -> str | None:
        return find_unrecorded(self.parties.creator.change_requests(self.collaboration_id), announced)

    def _write_ledger(self, live: Collaboration, ledger: Ledger, clear: str = "") -> None:
        tags = {FILED_TAG: ledger.filed_tag, FILING_TAG: ledger.filing_tag}
        if wanted := {key: value for key, value in tags.items() if value and live.tags.get(key) != value}:
            self.parties.creator.tag(live.arn, wanted)
        gone = [key for key, value in tags.items() if not value and (key in live.tags or key == clear)]
        if gone:
            self.parties.creator.untag(live.arn, gone)

    def _await_automatic(self, request_id: str) -> None:
        """Give an auto-approved request a moment to take effect by itself, before it is committed by hand."""

        def settled() -> bool | None:
            requests = self.parties.creator.change_requests(self.collaboration_id)
            request = next((request for request in requests if request.id == request_id), None)
            waits = request is None or (request.auto_approved and request.status == RequestStatus.APPROVED)
            return None if waits else True

        _poll(settled, self.parties.sleep)

    def _await_effect(self, request: ChangeRequest) -> None:
        def shows() -> bool | None:
            live = self.parties.creator.collaboration(self.collaboration_id)
            return None if effects(stated_by(request, live), live) else True

        _poll(shows, self.parties.sleep)

    def _who(self, account: AccountId) -> str:
        return label(account, self.desired.names)


_PAST = {
    Action.APPROVE: "approved",
    Action.DENY: "denied",
    Action.CANCEL: "cancelled",
    Action.COMMIT: "committed",
}


def _poll(look: Callable[[], Result | None], sleep: Callable[[float], None]) -> Result | None:
    for attempt in range(PATIENCE):
        if attempt:
            sleep(1)
        if (found := look()) is not None:
            return found
    return None
