"""What is unknown about votes on change requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class VotingReadings:
    """Who votes, what a vote counts, and what becomes of votes when members come and go."""

    approvers: Literal["active", "active+invited"] = switch(
        "active",
        meaning="Who gets a vote on a change request: ACTIVE members, or INVITED ones too.",
        known="All (existing) members must approve; whether an open invitation counts is not said.",
        source="service guide, change requests and add-member pages",
    )
    creator_vote: Literal["implicit", "pending"] = switch(
        "implicit",
        meaning="The creator's own vote: cast as APPROVED when it files the request, or PENDING like any other.",
        known="The creator submits and all members approve; its own vote is not mentioned.",
        source="service guide, change requests page",
    )
    no_other_voter: Literal["APPROVED", "PENDING", "COMMITTED"] = switch(
        "APPROVED",
        meaning="A request that nobody but the creator votes on: APPROVED at once and waiting for COMMIT, PENDING until "
        "the creator itself approves, or COMMITTED at once.",
        known="All members must approve; nothing is said for the case that there are no others.",
        source="service guide, change requests page",
    )
    departed_vote: Literal["dropped", "kept"] = switch(
        "dropped",
        meaning="The vote of a member that leaves or is removed while a request is PENDING: dropped and the rest counted, "
        "or kept as it stands, so that an open one is open for good.",
        known="All members must approve; nothing is said about members that go.",
        source="service guide, change requests page",
    )
    late_joiners: Literal["not-asked", "asked"] = switch(
        "not-asked",
        meaning="Whoever becomes a voter while a request is PENDING: has no vote on it, or has one like the others.",
        known="The add-member page speaks of all existing members, without saying as of when.",
        source="service guide, add-member page",
    )
    repeated_vote: Literal["accept", "409"] = switch(
        "accept",
        meaning="Voting the same a second time: answered without effect, or ConflictException.",
        known="UpdateCollaborationChangeRequest declares ConflictException without saying when.",
        source="model, UpdateCollaborationChangeRequest",
    )
    changed_vote: Literal["409", "accept"] = switch(
        "409",
        meaning="Voting the opposite of one's own vote: ConflictException, or the new vote counts.",
        known="UpdateCollaborationChangeRequest declares ConflictException without saying when.",
        source="model, UpdateCollaborationChangeRequest",
    )
    vote_on_approved: Literal["409", "as-pending"] = switch(
        "409",
        meaning="APPROVE or DENY of a request that is APPROVED by votes: ConflictException, or treated as a repeated or "
        "changed vote while it was PENDING.",
        known="The approval actions are for pending change requests; COMMIT and CANCEL are told apart by the owner only.",
        source="model, UpdateCollaborationChangeRequest",
    )
