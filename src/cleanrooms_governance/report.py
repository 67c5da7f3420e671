"""What is said about a plan and a decision: lines for people, and the document that a resource's outputs record."""

from collections.abc import Iterator, Mapping
from typing import Any

from cleanrooms_governance.change_requests.moves import EditTags, UpdateSettings
from cleanrooms_governance.change_requests.next_move import (
    CancelRequest,
    CastVote,
    Claim,
    CommitRequest,
    FileRequest,
    Move,
    Remove,
)
from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.model import AccountId, Collaboration, MemberChange, RequestedChange
from cleanrooms_governance.planning.changes import CreateCollaboration, JoinCollaboration, RemoveMember
from cleanrooms_governance.planning.fixed_settings import fixed_in_words
from cleanrooms_governance.planning.plan import Level, Plan, PlannedChange, Remark
from cleanrooms_governance.planning.plan_collaboration import predicted_voters
from cleanrooms_governance.tagging import own_tags
from cleanrooms_governance.text import label, plain


def plan_lines(plan: Plan, live: Collaboration | None, names: Mapping[AccountId, str]) -> Iterator[Remark]:
    """Yield one line for each planned change, danger and remark of a plan.

    Parameters: ``live`` is the collaboration as it stands, from which it is told whose votes a change will probably need.
    """
    for planned in plan.changes:
        why = f"; {plain(planned.why, 255)}" if planned.why else ""
        yield Remark("plan", planned.change.subject, f"plan: {planned} ({_consequence(planned, live, names)}{why})")
    for danger in plan.dangers:
        if danger.acknowledged:
            yield Remark("danger", danger.subject, f"acknowledged danger {danger.fingerprint}: {danger.message}", Level.WARNING)
    yield from plan.remarks


def _consequence(planned: PlannedChange, live: Collaboration | None, names: Mapping[AccountId, str]) -> str:
    if isinstance(planned.change, CreateCollaboration):
        fixed = fixed_in_words(planned.change.settings)
        return f"at once; the members are invited{f'; for ever with {fixed}' if fixed else ''}"
    if isinstance(planned.change, JoinCollaboration):
        return "at once"
    if isinstance(planned.change, RemoveMember):
        return "at once, no votes, for good"
    if not planned.change.types:
        return "at once, no votes"
    if not planned.needs_votes:
        return "the collaboration approves it by itself"
    voters = predicted_voters(live, names) if live else ""
    return f"needs the votes of {voters}" if voters else "by change request; nobody else has to vote"


def move_line(move: Move, names: Mapping[AccountId, str]) -> Remark:
    """Return the line that tells what a run will do next."""
    match move:
        case Claim(owner):
            return Remark("next", "governed-by", f"next: tag the collaboration governed-by={owner}")
        case UpdateSettings():
            return Remark("next", "settings", f"next: set the {move}")
        case EditTags(edit):
            return Remark("next", "tags", f"next: tag the collaboration: {edit}")
        case CancelRequest(request):
            return Remark("next", request.id, f"next: cancel change request {request.id}")
        case CastVote(request, account, action, rule, about):
            vote = f"{str(action).lower()} change request {request.id} ({about})"
            return Remark("next", request.id, f"next: {vote} as {label(account, names)} by {rule}")
        case Remove(removal):
            return Remark("next", removal.account, f"next: {removal}, for good")
        case CommitRequest(request):
            return Remark("next", request.id, f"next: commit change request {request.id}, which is approved")
        case FileRequest(draft):
            count = len(draft.changes)
            subjects = ", ".join(_subject(change, names) for change in draft.changes)
            what = f"a change request with {count} change{'s' * (count > 1)} ({subjects})"
            return Remark("next", draft.content, f"next: file {what}")


def _subject(change: RequestedChange, names: Mapping[AccountId, str]) -> str:
    return label(change.account, names) if isinstance(change, MemberChange) else "the auto-approval list"


def live_document(live: Collaboration) -> dict[str, Any]:
    """Return the collaboration as outputs show it: foreign texts made harmless, lists sorted.

    Of the tags only those that this tool set are shown, since those of others are none of its business.
    Whether an invited member has joined yet is progress and not part of it, or every joining would make the record out of date.
    """
    return {
        "name": plain(live.name),
        "creator": live.creator,
        "region": live.region,
        "description": plain(live.description, 255),
        "queryLog": live.query_log,
        "jobLog": live.job_log,
        "metrics": live.metrics,
        "encryption": dict(sorted((live.encryption or {}).items())),
        "resultRegions": sorted(live.result_regions or ()),
        "analyticsEngine": plain(live.analytics_engine or ""),
        "tags": {key: plain(value, 256) for key, value in own_tags(live.tags).items()},
        "autoApprove": sorted(live.auto_approved),
        "members": {
            account: {
                "displayName": plain(member.display_name),
                "status": "MEMBER" if member.belongs else member.status,
                "abilities": sorted(member.abilities),
                "mlAbilities": sorted(member.ml_abilities),
                "payerFor": sorted(cost for cost, pays in member.payments.items() if pays),
            }
            for account, member in sorted(live.members.items())
        },
    }


def live_digest(live: Collaboration) -> str:
    """Return a fingerprint of the collaboration and its members, so that a record of it can be told to be out of date."""
    return fingerprint("live", live_document(live))
