"""What is unknown about change requests as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.changes import ChangeReadings
from cleanrooms_emulator.switches.reading import switch
from cleanrooms_emulator.switches.voting import VotingReadings


@dataclass(frozen=True, kw_only=True)
class ChangeRequestReadings(ChangeReadings, VotingReadings):
    """Who files and reads requests, and when they take effect."""

    request_readers: Literal["present", "joined", "former-too"] = switch(
        "present",
        meaning="Who reads change requests besides the creator: INVITED and ACTIVE members, ACTIVE ones only, or LEFT and "
        "REMOVED ones too.",
        known="Get and ListCollaborationChangeRequests declare AccessDeniedException without saying for whom.",
        source="model, GetCollaborationChangeRequest",
    )
    request_order: Literal["newest-first", "oldest-first"] = switch(
        "newest-first",
        meaning="The order in which change requests are listed.",
        known="They are sorted by creation time; the direction is not said.",
        source="model, ListCollaborationChangeRequests",
    )
    concurrency: Literal["one-per-subject", "one-per-collaboration", "free"] = switch(
        "one-per-subject",
        meaning="Which open requests exclude a new one: those that name one of its accounts (or, like it, the "
        "collaboration's settings), any, or none.",
        known="CreateCollaborationChangeRequest declares ConflictException without saying when.",
        source="model, CreateCollaborationChangeRequest",
    )
    auto_approved_status: Literal["COMMITTED", "APPROVED"] = switch(
        "COMMITTED",
        meaning="An auto-approved request is committed by its creation, or stays APPROVED and without effect until COMMIT.",
        known="Auto-approved changes take effect at once; the status in the answer is not documented.",
        source="service guide, add-member page",
    )
    auto_commit_on_approval: Literal["no", "yes"] = switch(
        "no",
        meaning="A request that got its last approval waits for the creator's COMMIT, or commits itself.",
        known="The API has COMMIT for the owner, and Approved and Committed are separate events; "
        "the guide only says that changes take effect once approved.",
        source="model, UpdateCollaborationChangeRequest; service guide, change requests page",
    )
    owner_action_by_others: Literal["403", "400"] = switch(
        "403",
        meaning="CANCEL or COMMIT by a member that is not the creator: AccessDeniedException or ValidationException.",
        known="The collaboration owner can cancel and commit; the error for others is not documented.",
        source="model, UpdateCollaborationChangeRequest",
    )
    cancel_approved: Literal["allowed", "409"] = switch(
        "allowed",
        meaning="CANCEL of a request that is APPROVED: it ends as CANCELLED, or ConflictException.",
        known="The operation acts on pending change requests; COMMIT comes after the approval.",
        source="model, UpdateCollaborationChangeRequest",
    )
    stale_commit: Literal["409", "apply"] = switch(
        "409",
        meaning="COMMIT of changes that are in effect already, or that would now modify a member they were to add: "
        "ConflictException, or they take effect as they stand. What has become impossible is a conflict always.",
        known="UpdateCollaborationChangeRequest declares ConflictException without saying when.",
        source="model, UpdateCollaborationChangeRequest",
    )
    commit_atomicity: Literal["together", "separately"] = switch(
        "together",
        meaning="COMMIT of a request of which one change has become impossible: ConflictException and nothing takes effect, "
        "or the others take effect.",
        known="A request has up to ten changes and one status.",
        source="model, CollaborationChangeRequest",
    )
