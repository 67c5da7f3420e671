"""The members of a collaboration, kept inside its document.

A member entry has the wire names of MemberSummary but `paymentConfiguration`, and privately `_payer`: the
cost types the creator configured it for, as flags (see `payments`).
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.world.store import Document

Member = dict[str, Any]

CAN_QUERY = "CAN_QUERY"
CAN_RUN_JOB = "CAN_RUN_JOB"
CAN_RECEIVE_RESULTS = "CAN_RECEIVE_RESULTS"
RUNNER_ABILITIES = (CAN_QUERY, CAN_RUN_JOB)

INVITED, ACTIVE, LEFT, REMOVED = "INVITED", "ACTIVE", "LEFT", "REMOVED"


def members(collaboration: Document) -> list[Member]:
    """All members that ever were, the creator first; LEFT and REMOVED ones stay listed."""
    entries: list[Member] = collaboration["_members"]
    return entries


def find(collaboration: Document, account: str) -> Member | None:
    """The account's entry, whatever its status."""
    return next((member for member in members(collaboration) if member["accountId"] == account), None)


def entry(collaboration: Document, account: str) -> Member:
    """The entry of an account that is known to be, or to have been, a member."""
    return next(member for member in members(collaboration) if member["accountId"] == account)


def is_live(member: Member) -> bool:
    """Whether the member belongs to the collaboration now: it joined, or it can."""
    return member["status"] in (INVITED, ACTIVE)


def counted(switches: Switches, entries: list[Member], creator: str) -> int:
    """How many members count against the quota (assumption, switch memberQuotaCounts)."""
    others = [member for member in entries if member["accountId"] != creator]
    if switches.member_quota_counts == "others+former":
        return len(others)
    return sum(is_live(member) for member in others) + (switches.member_quota_counts == "others+creator")


def runner(entries: list[Member], ability: str) -> Member | None:
    """The member that may run queries (CAN_QUERY) or jobs (CAN_RUN_JOB)."""
    return next((member for member in entries if ability in member["abilities"] and is_live(member)), None)


def with_member(collaboration: Document, member: Member) -> Document:
    """The collaboration with this entry in place of the account's old one, or at the end."""
    return {**collaboration, "_members": replaced(members(collaboration), member)}


def replaced(entries: list[Member], member: Member) -> list[Member]:
    """The entries with this one in place of the account's old one, or at the end."""
    account = member["accountId"]
    if all(entry["accountId"] != account for entry in entries):
        return [*entries, member]
    return [member if entry["accountId"] == account else entry for entry in entries]
