"""What is unknown about the single changes of a change request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class ChangeReadings:
    """What a change may say, what it means to leave something out, and which types it gets."""

    specification_mismatch: Literal["400", "ignored"] = switch(
        "400",
        meaning="A specificationType that disagrees with the specification given: ValidationException, or the "
        "specification alone counts.",
        known="The structure depends on the specification type, the model says.",
        source="model, ChangeInput",
    )
    repeated_subject: Literal["400", "in-order"] = switch(
        "400",
        meaning="Two changes of one account, or two of the collaboration, in a request: ValidationException, or one takes "
        "effect after the other.",
        known="A request is a plain list of up to ten changes.",
        source="model, ChangeInputList",
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
    omitted_auto_approval: Literal["400", "keep", "clear"] = switch(
        "400",
        meaning="A COLLABORATION change without autoApprovedChangeTypes: ValidationException, accepted without effect, or "
        "it clears the list as an empty one does.",
        known="The member is optional, and the only one of its shape.",
        source="model, CollaborationChangeSpecification",
    )
    changed_display_name: Literal["400", "ignored", "applied"] = switch(
        "400",
        meaning="Another displayName for an account that is a member already: ValidationException, ignored, or the "
        "member's new name.",
        known="The name is optional when abilities of existing members are modified; the guide says that it cannot be "
        "edited once saved.",
        source="model, MemberChangeSpecification; service guide, creating a collaboration",
    )
    order_of_types: Literal["as-derived", "alphabetical"] = switch(
        "as-derived",
        meaning="The types of a change: additions, grants and revokes before payers, or by name.",
        known="A change has a list of types; an order is not documented.",
        source="model, ChangeTypeList",
    )
    new_payer_types: Literal["ADD_MEMBER+ADD_PAYER_CANDIDATE", "ADD_MEMBER"] = switch(
        "ADD_MEMBER+ADD_PAYER_CANDIDATE",
        meaning="The types of a change that adds a payer: both, or ADD_MEMBER alone, which then can be auto-approved.",
        known="Every ability that a new member brings has to be auto-approved itself; payers are not mentioned.",
        source="service guide, creating a collaboration",
    )
