"""Change requests after their creation: committing them, and what happens to their votes."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds, quotas
from cleanrooms_emulator.handlers.change_requests import voting
from cleanrooms_emulator.handlers.change_requests.change_outcome import ChangeOutcome, outcome
from cleanrooms_emulator.handlers.change_requests.change_rules import subject_of
from cleanrooms_emulator.handlers.change_requests.change_types import ADD_MEMBER, REMOVE_PAYER_CANDIDATE
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.memberships import acceptance, payments
from cleanrooms_emulator.handlers.refusals import COLLABORATION, invalid_state
from cleanrooms_emulator.handlers.timeline import advanced, latest
from cleanrooms_emulator.store import Document

PENDING, APPROVED, CANCELLED, COMMITTED = "PENDING", "APPROVED", "CANCELLED", "COMMITTED"
OPEN = (PENDING, APPROVED)


def requests_of(ctx: Context, collaboration: Document) -> list[Document]:
    """All change requests of a collaboration, in the order of their creation."""
    wanted = collaboration["id"]
    return [each for each in ctx.store.all(kinds.CHANGE_REQUEST) if each["collaborationId"] == wanted]


def save(ctx: Context, collaboration: Document, request: Document) -> None:
    """Keep both; they always change together, since the collaboration knows the latest moment."""
    ctx.store.put(kinds.COLLABORATION, collaboration["id"], collaboration)
    ctx.store.put(kinds.CHANGE_REQUEST, request["id"], request)


def committed(ctx: Context, collaboration: Document, request: Document) -> tuple[Document, Document]:
    """The collaboration with the request in effect, and the request COMMITTED, at the latest moment.

    The changes are judged again first: the collaboration may have moved on. Raises ConflictException if one
    of them has become impossible, is in effect already, or would now add a member it was to modify or the
    other way round; then nothing is applied (assumption). What the whole lists in it replace may have changed
    since; that is no conflict.
    """
    judged = _judged_again(ctx, collaboration, request)
    _take_back_acceptance(ctx, collaboration, judged)
    return judged.collaboration, {**request, "status": COMMITTED, "updateTime": latest(collaboration)}


def voted(ctx: Context, collaboration: Document, request: Document, approvals: voting.Approvals) -> tuple[Document, Document]:
    """Collaboration and request after a change of the votes (at the collaboration's latest moment)."""
    counted = {
        **request,
        "approvals": approvals,
        "status": voting.tally(approvals),
        "updateTime": latest(collaboration),
    }
    return settled(ctx, collaboration, counted)


def settled(ctx: Context, collaboration: Document, request: Document) -> tuple[Document, Document]:
    """Commit an APPROVED request if requests do so by themselves (switch autoCommitOnApproval).

    One that cannot be committed stays APPROVED: the voter is not to blame.
    """
    if request["status"] != APPROVED or ctx.switches.auto_commit_on_approval == "no":
        return collaboration, request
    try:
        return committed(ctx, collaboration, request)
    except ServiceError:
        return collaboration, request


def without_voter(ctx: Context, collaboration: Document, account: str) -> Document:
    """The collaboration after the account's votes on PENDING requests were dropped and the rest counted.

    Assumption: whoever leaves or is removed no longer has to approve. The requests are kept, the
    collaboration is for the caller to keep.
    """
    for request in requests_of(ctx, collaboration):
        if request["status"] == PENDING and account in request["approvals"]:
            moment = advanced(ctx, collaboration)
            remaining = voting.without(request["approvals"], account)
            collaboration, counted = voted(ctx, moment, request, remaining)
            ctx.store.put(kinds.CHANGE_REQUEST, counted["id"], counted)
    return collaboration


def check_member_quota(ctx: Context, before: Document, after: Document) -> None:
    """Raise ServiceQuotaExceededException if members were added beyond the quota."""
    count = roster.invited_count(after)
    if count > roster.invited_count(before):
        quotas.ensure_within(ctx.store, quotas.MEMBERS_INVITED, count)


def _judged_again(ctx: Context, collaboration: Document, request: Document) -> ChangeOutcome:
    try:
        judged = outcome(ctx.switches, collaboration, request["changes"])
        check_member_quota(ctx, collaboration, judged.collaboration)
    except ServiceError as error:
        raise _contradicted(collaboration, request, error.message) from error
    for filed, now in zip(request["changes"], judged.changes, strict=True):
        if (ADD_MEMBER in filed["types"]) != (ADD_MEMBER in now["types"]):
            raise _contradicted(collaboration, request, f"account {subject_of(filed)} came or went since")
    return judged


def _contradicted(collaboration: Document, request: Document, why: str) -> ServiceError:
    return invalid_state(
        COLLABORATION,
        collaboration["id"],
        f"Change request {request['id']} cannot take effect any more: {why}",
    )


def _take_back_acceptance(ctx: Context, collaboration: Document, judged: ChangeOutcome) -> None:
    before_all, after_all = roster.members(collaboration), roster.members(judged.collaboration)
    for change in judged.changes:
        if REMOVE_PAYER_CANDIDATE not in change["types"]:
            continue
        account = subject_of(change)
        before, after = roster.entry(collaboration, account), roster.entry(judged.collaboration, account)
        membership = ctx.store.get(kinds.MEMBERSHIP, before.get("membershipId", ""))
        if membership is None:
            continue
        shown = payments.shown_flags(after_all, after)
        lost = [
            cost_type
            for cost_type, flag in payments.shown_flags(before_all, before).items()
            if flag and not shown.get(cost_type)
        ]
        ctx.store.put(
            kinds.MEMBERSHIP,
            membership["id"],
            {
                **membership,
                "_accepted": acceptance.after_losing(membership["_accepted"], lost),
                "updateTime": latest(collaboration),
            },
        )
