"""Make one move of a run through the ports, so that a lost answer neither loses nor doubles anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from cleanrooms_governance.change_requests.filing import Draft
from cleanrooms_governance.change_requests.judging import completed, find_unrecorded, ours
from cleanrooms_governance.change_requests.ledger import FILED_TAG, FILING_TAG, Ledger
from cleanrooms_governance.change_requests.moves import (
    CancelRequest,
    CastVote,
    Claim,
    CommitRequest,
    EditTags,
    FileRequest,
    Move,
    Remove,
    UpdateSettings,
)
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.errors import AnswerLost, Conflict, NotFound, Refused, ServiceError
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, RequestStatus
from cleanrooms_governance.planning.atoms import effects, stated_by
from cleanrooms_governance.planning.changes import RemoveMember
from cleanrooms_governance.running.polling import PATIENCE, poll
from cleanrooms_governance.running.world import World
from cleanrooms_governance.service import Action, CleanRooms
from cleanrooms_governance.tagging import OWNER_TAG
from cleanrooms_governance.text import label


@dataclass(frozen=True, slots=True)
class Parties:
    """The accounts that a run may act as, and how it passes time and tells what it does.

    Parameters: ``creator`` reads and writes as the creator; ``voters`` vote; ``sleep`` takes seconds; ``tell`` gets one line
    for each thing that was done. ``trouble`` says what failed before this run or beside it, because of which nobody is removed;
    nothing if all went well.
    """

    creator: CleanRooms
    voters: Mapping[AccountId, CleanRooms]
    today: date
    sleep: Callable[[float], None]
    tell: Callable[[str], None]
    may_write: bool = True
    trouble: Callable[[], str] = str


@dataclass
class Making:
    """Makes the moves of one run.

    ``attempts`` counts what was sent, ``conflicting`` are the requests that were open when the service would not take another,
    ``conflicts`` counts how often the service did not let a request be cancelled, ``filed`` are the requests that were filed.
    """

    desired: DesiredCollaboration
    collaboration_id: str
    parties: Parties
    conflicting: frozenset[str] = frozenset()
    attempts: dict[tuple[str, ...], int] = field(default_factory=dict)
    conflicts: dict[str, int] = field(default_factory=dict)
    filed: set[str] = field(default_factory=set)

    def make(self, move: Move, world: World) -> None:
        """Carry out one move against the world as it was last read."""
        ledger = completed(Ledger.read(world.live.tags), world.requests, world.live, self.desired)
        match move:
            case Claim(owner):
                self._count(("claim", owner), "TagResource", "another owner tag or none")
                self.parties.creator.tag(world.live.arn, {OWNER_TAG: owner})
                self.parties.tell(f"tagged the collaboration {OWNER_TAG}={owner}")
            case UpdateSettings(name, description):
                self._count(("settings", str(name), str(description)), "UpdateCollaboration", "the old name or description")
                self.parties.creator.update_collaboration(self.collaboration_id, name=name, description=description)
                self.parties.tell(f"set the {move}")
            case EditTags(edit):
                self._count(("tags", str(edit)), "TagResource", "other tags")
                # Removed first: should the run end in between, the note about our keys lists one too many, which mends itself.
                self.parties.creator.untag(world.live.arn, edit.removed)
                self.parties.creator.tag(world.live.arn, edit.written)
                self.parties.tell(f"tagged the collaboration: {edit}")
            case CancelRequest(request):
                if ours(request, world.requests, Ledger.read(world.live.tags)):
                    if self.conflicts.get(request.id, 0) >= PATIENCE:
                        self._write_ledger(world.live, ledger.keeping(request.id))
                        self.parties.tell(f"the service does not let change request {request.id} be cancelled: it stays")
                        return
                    self._write_ledger(world.live, ledger.cancelling(request.id))
                elif request.id not in self.desired.cancel_requests:
                    raise Refused(f"change request {request.id} is not ours to cancel")
                self._act(move, request, Action.CANCEL, self.parties.creator)
            case Remove(removal):
                self._remove(removal)
            case CastVote(request, account, action, rule, about):
                self._act(move, request, action, self._voter(account), f" ({about}) as {self._who(account)} by {rule}")
            case CommitRequest(request):
                self._act(move, request, Action.COMMIT, self.parties.creator)
                self._await_effect(request)
            case FileRequest(draft):
                self._file(draft, world, ledger)

    def _count(self, attempt: tuple[str, ...], operation: str, still: str) -> None:
        self.attempts[attempt] = self.attempts.get(attempt, 0) + 1
        if self.attempts[attempt] > PATIENCE:
            raise Refused(
                f"{operation} was accepted {PATIENCE} times and the collaboration still shows {still}. Look at it in the"
                " console: maybe somebody else sets it to another value all the time"
            )
        if self.attempts[attempt] > 1:
            self.parties.sleep(1)

    def _remove(self, removal: RemoveMember) -> None:
        """Remove a member, and say so only when it shows: an answer that was lost, or a conflict, may mean that it is gone."""
        sent = f"DeleteMember of {removal.account}"
        self._count(("remove", removal.account), sent, "the account as a member")
        trouble: ServiceError | None = None
        try:
            self.parties.creator.delete_member(self.collaboration_id, removal.account)
        except (AnswerLost, Conflict, NotFound) as error:
            trouble = error
        try:
            gone = poll(lambda: self._is_gone(removal.account), self.parties.sleep)
        except ServiceError as error:
            raise Refused(
                f"{sent} was sent, and whether {self._who(removal.account)} is still a member could not be read afterwards"
                f" ({error}). Run again: it is removed then, if it is still a member"
            ) from error
        if gone:
            self.parties.tell(f"removed member {self._who(removal.account)}")
        elif isinstance(trouble, AnswerLost):
            raise trouble.still(
                f"it is not known whether {self._who(removal.account)} was removed ({trouble}). Run again: it is removed then,"
                " if it is still a member"
            ) from trouble
        elif trouble:
            raise trouble
        else:
            raise Refused(
                f"{sent} was answered, and {self._who(removal.account)} still shows as a member. Look at the collaboration in"
                " the console; the next run tries again"
            )

    def _is_gone(self, account: AccountId) -> bool | None:
        member = self.parties.creator.collaboration(self.collaboration_id).members.get(account)
        return True if member is None or not member.belongs else None

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
        except (Conflict, AnswerLost) as error:
            # Somebody else was quicker, or the answer was lost: what counts is how the request stands when it is read again.
            if action is Action.CANCEL and isinstance(error, Conflict):
                self.conflicts[request.id] = self.conflicts.get(request.id, 0) + 1
            return
        self.parties.tell(f"{_PAST[action]} change request {request.id}{how}")

    def _file(self, draft: Draft, world: World, ledger: Ledger) -> None:
        if unseen := sorted(self.filed - {request.id for request in world.requests}):
            raise Refused(
                f"change request {', '.join(unseen)} was filed in this run and is not listed, so it would be filed again. Run"
                " again: what is listed by then is kept"
            )
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
            found = poll(lambda: self._announced_request(announced), self.parties.sleep)
            if found is None:
                raise lost.still(
                    f"it is not known whether the change request was filed ({lost}). Run again: it will be found if it was"
                ) from lost
            request_id = found
        except ServiceError:
            self._write_ledger(world.live, announced.withdraw(), clear=FILING_TAG)
            raise
        self.filed.add(request_id)
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

        poll(settled, self.parties.sleep)

    def _await_effect(self, request: ChangeRequest) -> None:
        def shows() -> bool | None:
            live = self.parties.creator.collaboration(self.collaboration_id)
            return None if effects(stated_by(request, live), live) else True

        poll(shows, self.parties.sleep)

    def _who(self, account: AccountId) -> str:
        return label(account, self.desired.names)


_PAST = {
    Action.APPROVE: "approved",
    Action.DENY: "denied",
    Action.CANCEL: "cancelled",
    Action.COMMIT: "committed",
}
