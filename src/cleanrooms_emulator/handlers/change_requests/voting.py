"""Who votes on a change request, and what the votes amount to.

All members approve (service guide, change requests page). What that leaves open are assumptions: switches
approvers, creatorVote, noOtherVoter, departedVote and lateJoiners.
"""

from __future__ import annotations

from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.world.store import Document

Approvals = dict[str, dict[str, str]]
"""Account -> {"status": PENDING | APPROVED | DENIED}, as the model has it."""

PENDING, APPROVED, DENIED = "PENDING", "APPROVED", "DENIED"


def voters(switches: Switches, collaboration: Document) -> list[str]:
    """Accounts with a vote on a request filed now: the creator, whether or not it joined, and the members."""
    creator = collaboration["creatorAccountId"]
    return [
        member["accountId"]
        for member in roster.members(collaboration)
        if member["accountId"] == creator
        or member["status"] == roster.ACTIVE
        or (member["status"] == roster.INVITED and switches.approvers == "active+invited")
    ]


def opened(switches: Switches, collaboration: Document) -> Approvals:
    """The votes of a new request."""
    approvals = {account: {"status": PENDING} for account in voters(switches, collaboration)}
    waits_for_itself = len(approvals) == 1 and switches.no_other_voter == "PENDING"
    if switches.creator_vote == "implicit" and not waits_for_itself:
        approvals[collaboration["creatorAccountId"]] = {"status": APPROVED}
    return approvals


def revised(switches: Switches, collaboration: Document, approvals: Approvals) -> Approvals:
    """The votes of a request after members came or went."""
    if switches.departed_vote == "dropped":
        present = {member["accountId"] for member in roster.members(collaboration) if roster.is_live(member)}
        approvals = {account: vote for account, vote in approvals.items() if account in present}
    if switches.late_joiners == "asked":
        approvals = {account: {"status": PENDING} for account in voters(switches, collaboration)} | approvals
    return approvals


def tally(approvals: Approvals) -> str:
    """The request's status by its votes: one denial ends it, and it takes all to approve."""
    statuses = {vote["status"] for vote in approvals.values()}
    if DENIED in statuses:
        return DENIED
    return PENDING if PENDING in statuses else APPROVED
