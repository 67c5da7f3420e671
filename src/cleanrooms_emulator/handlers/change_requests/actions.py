"""Which actions on a change request are possible, and for whom.

Source: model, UpdateCollaborationChangeRequest. What it leaves open are assumptions: switches ownerActionByOthers,
cancelApproved, voteOnApproved, repeatedVote and changedVote.
"""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers.change_requests import voting
from cleanrooms_emulator.handlers.change_requests.change_lifecycle import APPROVED, PENDING
from cleanrooms_emulator.handlers.refusals import COLLABORATION, access_denied, invalid_field, invalid_state
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.world.store import Document

VOTES = {"APPROVE": voting.APPROVED, "DENY": voting.DENIED}
"""What a member's entry in the approvals says after these actions."""


def check_allowed(ctx: Context, collaboration: Document, request: Document, action: str) -> None:
    """Refuse votes by accounts that were not asked, and the owner's actions by others."""
    if action in VOTES:
        asked = request.get("approvals") or voting.voters(ctx.switches, collaboration)
        if ctx.account not in asked:
            raise access_denied(f"Only members that were asked for their approval may {action} change request {request['id']}")
    elif ctx.account != collaboration["creatorAccountId"]:
        message = f"Only the creator of the collaboration may {action} change request {request['id']}"
        raise invalid_field("action", message) if ctx.switches.owner_action_by_others == "400" else access_denied(message)


def check_possible(switches: Switches, request: Document, action: str) -> None:
    """Raise ConflictException if the request's status does not let the action happen."""
    if not _is_possible(switches, request, action):
        raise _closed(request, f"it is {request['status']}, {action} is not possible")


def is_repeated(ctx: Context, request: Document, action: str) -> bool:
    """Whether the caller votes the same as before, which changes nothing. Raises ConflictException as switched."""
    cast, vote = request["approvals"][ctx.account]["status"], VOTES[action]
    if cast == voting.PENDING:
        return False
    accepted = ctx.switches.repeated_vote if cast == vote else ctx.switches.changed_vote
    if accepted == "409":
        raise _closed(request, f"account {ctx.account} voted {cast} already")
    return bool(cast == vote)


def _is_possible(switches: Switches, request: Document, action: str) -> bool:
    if request["status"] == PENDING:
        return action != "COMMIT"
    if request["status"] != APPROVED:
        return False
    if action in VOTES:
        return "approvals" in request and switches.vote_on_approved == "as-pending"
    return action == "COMMIT" or switches.cancel_approved == "allowed"


def _closed(request: Document, why: str) -> ServiceError:
    return invalid_state(COLLABORATION, request["collaborationId"], f"Change request {request['id']}: {why}")
