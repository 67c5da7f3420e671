"""Who votes on a change request, and what the votes amount to.

All members approve (service guide, change requests page). That INVITED ones have no vote and the creator's
own is cast at creation are assumptions: switches approvers and creatorVote.
"""

from __future__ import annotations

from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.store import Document
from cleanrooms_emulator.switches import Switches

Approvals = dict[str, dict[str, str]]
"""Account -> {"status": PENDING | APPROVED | DENIED}, as the model has it."""

PENDING, APPROVED, DENIED = "PENDING", "APPROVED", "DENIED"


def voters(switches: Switches, collaboration: Document) -> list[str]:
    """Accounts with a vote on a request filed now: the creator, whether or not it joined, and the members."""
    creator = collaboration["creatorAccountId"]
    statuses = (roster.ACTIVE,) if switches.approvers == "active" else (roster.ACTIVE, roster.INVITED)
    return [
        member["accountId"]
        for member in roster.members(collaboration)
        if member["accountId"] == creator or member["status"] in statuses
    ]


def opened(switches: Switches, collaboration: Document) -> Approvals:
    """The votes of a new request."""
    approvals = {account: {"status": PENDING} for account in voters(switches, collaboration)}
    if switches.creator_vote == "implicit":
        approvals[collaboration["creatorAccountId"]] = {"status": APPROVED}
    return approvals


def without(approvals: Approvals, account: str) -> Approvals:
    """The votes without that of an account that is no member any more."""
    return {voter: vote for voter, vote in approvals.items() if voter != account}


def tally(approvals: Approvals) -> str:
    """The request's status by its votes: one denial ends it, and it takes all to approve."""
    statuses = {vote["status"] for vote in approvals.values()}
    if DENIED in statuses:
        return DENIED
    return PENDING if PENDING in statuses else APPROVED
