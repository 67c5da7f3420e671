"""Make one move of a run through the ports, so that a lost answer neither loses nor doubles anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from cleanrooms_governance.atoms import effects, stated_by
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.errors import AnswerLost, Conflict, Refused, ServiceError
from cleanrooms_governance.filing import Draft
from cleanrooms_governance.ledger import FILED_TAG, FILING_TAG, Ledger
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, RequestStatus
from cleanrooms_governance.moves import CancelRequest, CastVote, Claim, CommitRequest, FileRequest, Move
from cleanrooms_governance.polling import PATIENCE, poll
from cleanrooms_governance.requests import completed, find_unrecorded, ours
from cleanrooms_governance.service import Action, CleanRooms
from cleanrooms_governance.tagging import OWNER_TAG
from cleanrooms_governance.text import label
from cleanrooms_governance.world import World


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


@dataclass
class Making:
    """Makes the moves of one run.

    ``attempts`` counts what was sent, ``conflicting`` are the requests that were open when the service would not take another.
    """

    desired: DesiredCollaboration
    collaboration_id: str
    parties: Parties
    conflicting: frozenset[str] = frozenset()
    attempts: dict[tuple[str, ...], int] = field(default_factory=dict)

    def make(self, move: Move, world: World) -> None:
        """Carry out one move against the world as it was last read."""
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
            found = poll(lambda: self._announced_request(announced), self.parties.sleep)
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
