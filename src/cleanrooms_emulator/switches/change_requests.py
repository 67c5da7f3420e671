"""What is unknown about change requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class ChangeRequestReadings:
    """Who votes, when a request takes effect, and what a change may say."""

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
    auto_commit_on_approval: Literal["no", "yes"] = switch(
        "no",
        meaning="A request that got its last approval waits for the creator's COMMIT, or commits itself.",
        known="The API has COMMIT for the owner, and Approved and Committed are separate events; "
        "the guide only says that changes take effect once approved.",
        source="model, UpdateCollaborationChangeRequest; service guide, change requests page",
    )
    auto_approved_status: Literal["COMMITTED", "APPROVED"] = switch(
        "COMMITTED",
        meaning="An auto-approved request is committed by its creation, or stays APPROVED and without effect until COMMIT.",
        known="Auto-approved changes take effect at once; the status in the answer is not documented.",
        source="service guide, add-member page",
    )
    concurrency: Literal["one-per-subject", "one-per-collaboration", "free"] = switch(
        "one-per-subject",
        meaning="Which open requests exclude a new one: those that name one of its accounts (or, like it, the "
        "collaboration's settings), any, or none.",
        known="CreateCollaborationChangeRequest declares ConflictException without saying when.",
        source="model, CreateCollaborationChangeRequest",
    )
    runner_abilities: Literal["reject", "accept-if-held", "drop-if-omitted"] = switch(
        "reject",
        meaning="CAN_QUERY and CAN_RUN_JOB in a MEMBER change: refused; accepted for the member that holds them; "
        "or accepted so and lost when the change leaves them out.",
        known="The list of abilities replaces the old one, these two are not supported in it, and the guide "
        "calls the runner immutable.",
        source="model, MemberChangeSpecification; service guide, glossary",
    )
    noop_change: Literal["400", "accept"] = switch(
        "400",
        meaning="A MEMBER change that changes nothing: ValidationException, or accepted.",
        known="Every change in an answer has at least one type, and a change without effect has none.",
        source="model, ChangeTypeList",
    )
    readd_removed: Literal["reject", "accept"] = switch(
        "reject",
        meaning="Adding a REMOVED account: ConflictException, or a new invitation. LEFT is always final.",
        known="Whoever left cannot rejoin; nothing is said about removed members.",
        source="service guide, leaving a collaboration",
    )
    omitted_ml: Literal["keep", "clear"] = switch(
        "keep",
        meaning="mlMemberAbilities left out of a MEMBER change: unchanged, or cleared.",
        known="The member is optional, and memberAbilities beside it replaces the whole list.",
        source="model, MemberChangeSpecification",
    )
    omitted_payment: Literal["keep", "clear"] = switch(
        "keep",
        meaning="paymentConfiguration (or a cost type) left out of a MEMBER change: unchanged, or cleared.",
        known="The member and all cost types but queryCompute are optional.",
        source="model, MemberChangeSpecification and PaymentConfiguration",
    )
