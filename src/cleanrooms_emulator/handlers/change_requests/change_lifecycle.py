"""Change requests after their creation: committing them, and what happens to their votes."""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.change_requests import voting
from cleanrooms_emulator.handlers.change_requests.change_outcome import ChangeOutcome
from cleanrooms_emulator.handlers.change_requests.change_rules import subject_of
from cleanrooms_emulator.handlers.change_requests.change_types import REMOVE_PAYER_CANDIDATE
from cleanrooms_emulator.handlers.change_requests.second_judgement import judged_again
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.memberships import acceptance, payments
from cleanrooms_emulator.handlers.timeline import advanced, latest
from cleanrooms_emulator.world.store import Document

PENDING, APPROVED, CANCELLED, COMMITTED = "PENDING", "APPROVED", "CANCELLED", "COMMITTED"
OPEN = (PENDING, APPROVED)


def requests_of(ctx: Context, collaboration: Document) -> list[Document]:
    """All change requests of a collaboration, in the order of their creation."""
    wanted = collaboration["id"]
    return [each for each in ctx.store.all(kinds.CHANGE_REQUEST) if each["collaborationId"] == wanted]


def save(ctx: Context, collaboration: Document, request: Document) -> None:
    """Keep both; they always change together, since the collaboration knows the latest moment."""
    ctx.store.put(kinds.CHANGE_REQUEST, request["id"], request)
    kept = recounted(ctx, collaboration) if request["status"] == COMMITTED else collaboration
    ctx.store.put(kinds.COLLABORATION, kept["id"], kept)


def committed(ctx: Context, collaboration: Document, request: Document) -> tuple[Document, Document]:
    """The collaboration with the request in effect, and the request COMMITTED, at the latest moment.

    The changes are judged again first: the collaboration may have moved on. Raises ConflictException if one
    of them has become impossible, is in effect already, or would now add a member it was to modify or the
    other way round; then nothing is applied (assumptions, switches staleCommit and commitAtomicity). What the
    whole lists in it replace may have changed since; that is no conflict.
    """
    judged = judged_again(ctx, collaboration, request)
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


def recounted(ctx: Context, collaboration: Document) -> Document:
    """The collaboration after the votes on its PENDING requests were revised, since members came or went.

    The requests are stored, the collaboration is for the caller to store. One request that commits itself may
    bring members again.
    """
    for request in requests_of(ctx, collaboration):
        if request["status"] != PENDING:
            continue
        approvals = voting.revised(ctx.switches, collaboration, request["approvals"])
        if approvals != request["approvals"]:
            collaboration, counted = voted(ctx, advanced(ctx, collaboration), request, approvals)
            ctx.store.put(kinds.CHANGE_REQUEST, counted["id"], counted)
            return recounted(ctx, collaboration)
    return collaboration


def _take_back_acceptance(ctx: Context, collaboration: Document, judged: ChangeOutcome) -> None:
    before_all, after_all = roster.members(collaboration), roster.members(judged.collaboration)
    for change in judged.changes:
        if REMOVE_PAYER_CANDIDATE not in change["types"] or ctx.switches.removed_payer_acceptance == "kept":
            continue
        account = subject_of(change)
        before, after = roster.entry(collaboration, account), roster.entry(judged.collaboration, account)
        membership = ctx.store.get(kinds.MEMBERSHIP, before.get("membershipId", ""))
        if membership is None:
            continue
        shown = payments.shown_flags(ctx.switches, after_all, after)
        lost = [
            cost_type
            for cost_type, flag in payments.shown_flags(ctx.switches, before_all, before).items()
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
