"""What a request amounts to when it is committed: the collaboration may have moved on since it was filed.

All of this is an assumption, switches staleCommit and commitAtomicity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import quotas
from cleanrooms_emulator.handlers.change_requests.change_outcome import ChangeOutcome, outcome
from cleanrooms_emulator.handlers.change_requests.change_rules import subject_of
from cleanrooms_emulator.handlers.change_requests.change_types import ADD_MEMBER, Change
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.refusals import COLLABORATION, invalid_state
from cleanrooms_emulator.world.store import Document


def judged_again(ctx: Context, collaboration: Document, request: Document) -> ChangeOutcome:
    """The request's changes against the collaboration as it is now; only those of them that can take effect.

    Raises ConflictException if they contradict it.
    """
    try:
        return _judged(ctx, collaboration, request["changes"])
    except ServiceError as error:
        if ctx.switches.commit_atomicity == "separately":
            separately = _separately(ctx, collaboration, request["changes"])
            if separately.changes:
                return separately
        raise invalid_state(
            COLLABORATION,
            collaboration["id"],
            f"Change request {request['id']} cannot take effect any more: {error.message}",
        ) from error


def check_member_quota(ctx: Context, before: Document, after: Document) -> None:
    """Raise ServiceQuotaExceededException if members were added beyond the quota."""
    creator = after["creatorAccountId"]
    count = roster.counted(ctx.switches, roster.members(after), creator)
    if count > roster.counted(ctx.switches, roster.members(before), creator):
        quotas.ensure_within(ctx.store, quotas.MEMBERS_INVITED, count)


def _judged(ctx: Context, collaboration: Document, changes: Sequence[Change]) -> ChangeOutcome:
    as_it_stands = ctx.switches.stale_commit == "apply"
    switches = replace(ctx.switches, noop_change="accept", changed_display_name="ignored") if as_it_stands else ctx.switches
    judged = outcome(switches, collaboration, changes)
    check_member_quota(ctx, collaboration, judged.collaboration)
    for filed, now in zip(changes, judged.changes, strict=True):
        if (ADD_MEMBER in filed["types"]) != (ADD_MEMBER in now["types"]) and not as_it_stands:
            raise invalid_state(COLLABORATION, collaboration["id"], f"account {subject_of(filed)} came or went since")
    return judged


def _separately(ctx: Context, collaboration: Document, changes: Sequence[Change]) -> ChangeOutcome:
    applied: list[Change] = []
    for change in changes:
        try:
            judged = _judged(ctx, collaboration, [change])
        except ServiceError:
            continue
        applied += judged.changes
        collaboration = judged.collaboration
    return ChangeOutcome(changes=applied, collaboration=collaboration)
