"""Change requests in the fewest words: who is asked, which status follows which, and who can do what afterwards.

Written from the documented table of statuses, not from the service's code. A reading is a value for every switch, by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulator.laws.members import Change, Member, changed, subject_of

VOTES = {"APPROVE": "APPROVED", "DENY": "DENIED"}
TABLE: dict[str, dict[str, str]] = {
    "PENDING": {"APPROVE": "by votes", "DENY": "by votes", "CANCEL": "CANCELLED"},
    "APPROVED": {"COMMIT": "COMMITTED", "CANCEL": "CANCELLED"},
    "DENIED": {},
    "CANCELLED": {},
    "COMMITTED": {},
}
DENIED, CLASH, INVALID = "AccessDeniedException", "ConflictException", "ValidationException"


@dataclass
class Request:
    """`votes` is None for an auto-approved one; `seen` are its subjects as they were when it was filed."""

    changes: list[Change]
    votes: dict[str, str] | None
    status: str
    seen: dict[str, Member | None]


@dataclass
class Reference:
    """A collaboration and its requests."""

    creator: str
    reading: Mapping[str, str]
    members: dict[str, Member]
    auto_approved: set[str]
    requests: dict[str, Request] = field(default_factory=dict)

    def voters(self) -> set[str]:
        asked = ("ACTIVE", "INVITED") if self.reading["approvers"] == "active+invited" else ("ACTIVE",)
        return {self.creator} | {account for account, member in self.members.items() if member.status in asked}

    def file(self, id: str, changes: list[Change], types: set[str]) -> None:
        """A request was filed; its status is the first that it can have, see `follow`."""
        seen = {account: self.present(account) for account in map(subject_of, changes) if account is not None}
        votes = None if types <= self.auto_approved else dict.fromkeys(self.voters(), "PENDING")
        alone = votes is not None and len(votes) == 1 and self.reading["noOtherVoter"] == "PENDING"
        if votes is not None and self.reading["creatorVote"] == "implicit" and not alone:
            votes[self.creator] = "APPROVED"
        self.requests[id] = Request(changes, votes, "APPROVED" if votes is None else tally(votes), seen)

    def refusal(self, account: str, id: str, action: str) -> str | None:
        """The error that an action of a member gets."""
        request, votes = self.requests[id], self.requests[id].votes
        if action not in VOTES and account != self.creator:
            return INVALID if self.reading["ownerActionByOthers"] == "400" else DENIED
        if action in VOTES and account not in (self.voters() if votes is None else votes):
            return DENIED
        if votes is None or action not in VOTES or request.status != "APPROVED" or self.reading["voteOnApproved"] == "409":
            if action not in TABLE[request.status] or (votes is None and action in VOTES):
                return CLASH
            if (request.status, action, self.reading["cancelApproved"]) == ("APPROVED", "CANCEL", "409"):
                return CLASH
        if votes is None or action not in VOTES or votes[account] == "PENDING":
            return None
        return CLASH if self.reading["repeatedVote" if votes[account] == VOTES[action] else "changedVote"] == "409" else None

    def act(self, account: str, id: str, action: str) -> None:
        """An action happened."""
        request = self.requests[id]
        if action in VOTES and request.votes is not None:
            request.votes[account] = VOTES[action]
            request.status = tally(request.votes)
        elif action == "COMMIT":
            self.commit(request)
        else:
            request.status = "CANCELLED"

    def come_and_go(self) -> None:
        """The roster changed: votes on what is PENDING are dropped and added."""
        for request in self.requests.values():
            if request.status != "PENDING" or request.votes is None:
                continue
            if self.reading["departedVote"] == "dropped":
                request.votes = {account: vote for account, vote in request.votes.items() if self.present(account)}
            if self.reading["lateJoiners"] == "asked":
                request.votes = dict.fromkeys(self.voters(), "PENDING") | request.votes
            request.status = tally(request.votes)

    def commit(self, request: Request) -> None:
        """What the request says takes effect."""
        request.status = "COMMITTED"
        for change in request.changes:
            account = subject_of(change)
            if account is None:
                self.auto_approved = set(change["specification"]["collaboration"]["autoApprovedChangeTypes"])
            else:
                specification: dict[str, Any] = change["specification"]["member"]
                self.members[account] = changed(self.present(account), specification, self.reading)
        self.come_and_go()

    def present(self, account: str) -> Member | None:
        """The account as a member that has not gone."""
        member = self.members.get(account)
        return member if member is not None and member.is_present else None

    def is_fresh(self, request: Request) -> bool:
        """Whether nothing has happened to the accounts it names, so that a COMMIT has to work."""
        subjects = {account: self.present(account) for account in request.seen}
        return all(
            (now and now.rights) == (before and before.rights)
            for now, before in zip(subjects.values(), request.seen.values(), strict=True)
        )


def tally(votes: dict[str, str]) -> str:
    """One denial ends it, all have to approve."""
    return next((status for status in ("DENIED", "PENDING") if status in votes.values()), "APPROVED")
