"""How does a person approve, deny or cancel a request, knowing what it does?

Everything is read again right before the vote is cast, as the account that casts it: what was reviewed must still be what is
there. The content fingerprint names what was reviewed. A collaboration that has changed since the request was filed makes it do
something else, so then the fingerprint of its effects has to be named as well.
"""

from dataclasses import dataclass

from cleanrooms_governance.change_requests.judging import content_fingerprint
from cleanrooms_governance.cli.request_view import effects_fingerprint, moved_since_filing, request_effects
from cleanrooms_governance.cli.worlds import Place, World, read
from cleanrooms_governance.errors import AnswerLost, Conflict, Refused
from cleanrooms_governance.model import AccountId, ChangeRequest, RequestStatus, Vote
from cleanrooms_governance.service import Accounts, Action
from cleanrooms_governance.text import labels, plain

_VOTES = {Action.APPROVE: Vote.APPROVED, Action.DENY: Vote.DENIED}
_DONE_AS = {Action.APPROVE: "approved", Action.DENY: "denied", Action.CANCEL: "cancelled"}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What somebody decided about: a request, its content, and, where it matters, what it would do now."""

    request_id: str
    content: str
    effects: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision carried out, or one that stood already (``done`` is false)."""

    world: World
    request: ChangeRequest
    action: Action
    done: bool

    @property
    def said(self) -> str:
        """Say it in one line."""
        who = self.world.place.access.account
        already = "" if self.done else " already"
        return (
            f"{who} {_DONE_AS[self.action]} change request {self.request.id}{already}; it is {plain(self.request.status)} now"
        )


def decide(action: Action, reviewed: Reviewed, place: Place, collaboration_id: str, accounts: Accounts) -> Decided:
    """Carry out a decision as the account of ``place``.

    Raises: ``Refused`` if the request is not what was reviewed or cannot be decided so by this account, with what differs;
    every ``ServiceError`` of the calls.
    """
    world, request = _read(reviewed, place, collaboration_id, accounts)
    _check_content(reviewed, request, world)
    if _stands(action, request, place.access.account):
        return Decided(world, request, action, done=False)
    _check_possible(action, request, world)
    if action is Action.APPROVE:
        _check_effects(reviewed, request, world)
    if place.access.write is None:
        raise Refused(
            f"account {place.access.account} is only looked at by this stack (accounts.{place.access.account} has no `write`),"
            " so it casts no vote. Give it `write` credentials, or act in the console"
        )
    try:
        answer = accounts(place.access, place.region).update_change_request(collaboration_id, request.id, action)
    except (AnswerLost, Conflict):
        world, request = _read(reviewed, place, collaboration_id, accounts)
        if not _stands(action, request, place.access.account):
            raise
        return Decided(world, request, action, done=True)
    return Decided(world, answer, action, done=True)


def _read(reviewed: Reviewed, place: Place, collaboration_id: str, accounts: Accounts) -> tuple[World, ChangeRequest]:
    world = read(place, collaboration_id, accounts)
    for request in world.requests:
        if request.id == reviewed.request_id:
            return world, request
    raise Refused(
        f"account {place.access.account} sees no change request {reviewed.request_id} in collaboration {collaboration_id}."
        " Check the id"
    )


def _stands(action: Action, request: ChangeRequest, account: AccountId) -> bool:
    """Whether the decision was made before."""
    if action is Action.CANCEL:
        return request.status == RequestStatus.CANCELLED
    return request.approvals.get(account) == _VOTES[action]


def _check_content(reviewed: Reviewed, request: ChangeRequest, world: World) -> None:
    found = content_fingerprint(request.changes)
    if found != reviewed.content:
        raise Refused(
            f"change request {request.id} has the content {found}, not {reviewed.content}: it is not what was reviewed, so"
            f" nothing was called.\n{_shown(request, world)}\nReview this, and name its content"
        )


def _check_possible(action: Action, request: ChangeRequest, world: World) -> None:
    account = world.place.access.account
    if action is Action.CANCEL:
        if account != world.live.creator:
            raise Refused(f"only the creator {world.live.creator} can cancel change request {request.id}, not {account}")
        if not request.is_open:
            raise Refused(f"change request {request.id} is {plain(request.status)}: there is nothing to cancel any more")
        return
    if request.status != RequestStatus.PENDING:
        raise Refused(f"change request {request.id} is {plain(request.status)}: there is nothing to vote on any more")
    if account not in request.approvals:
        voters = labels(request.approvals, {}) or "nobody"
        raise Refused(f"account {account} has no vote on change request {request.id}; {voters} has")
    if request.approvals[account] != Vote.PENDING:
        raise Refused(f"account {account} voted {plain(request.approvals[account])} on change request {request.id} before")
    if action is Action.APPROVE and request.unknown:
        raise Refused(
            f"change request {request.id} holds what this version does not understand ({', '.join(request.unknown)}), and no"
            " fingerprint covers that: it is not approved here. Look at it in the console, or update this tool"
        )


def _check_effects(reviewed: Reviewed, request: ChangeRequest, world: World) -> None:
    found = effects_fingerprint(request, world.live)
    if reviewed.effects is not None:
        if reviewed.effects != found:
            raise Refused(
                f"the collaboration is not as it was reviewed: a commit of change request {request.id} would now have the"
                f" effects {found}, not {reviewed.effects}, so nothing was called.\n{_shown(request, world)}\nReview this, and"
                " name its effects"
            )
        return
    if moved := moved_since_filing(request, world.live):
        raise Refused(
            f"the collaboration has changed since change request {request.id} was filed ({'; '.join(moved)}), so nothing was"
            f" called.\n{_shown(request, world)}\nReview this, and say so by --effects {found}"
        )


def _shown(request: ChangeRequest, world: World) -> str:
    """Return what a request would do now, one effect a line."""
    happening = [effect.line({}).text for effect in request_effects(request, world.live)]
    return "\n".join(happening or ["it changes nothing in the collaboration as it stands"])
