"""What is unknown about collaborations and their members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class CollaborationReadings:
    """Who sees what, who counts as a member, and how members go."""

    not_found: Literal["403", "404"] = switch(
        "403",
        meaning="A collaboration that the caller cannot see: AccessDeniedException, or "
        "ResourceNotFoundException where the operation declares it.",
        known="Get, Update and DeleteCollaboration declare no ResourceNotFoundException and answer 403.",
        source="model; acceptance tests of other tools",
    )
    omitted_result_regions: Literal["absent", "current-region"] = switch(
        "absent",
        meaning="allowedResultRegions of a collaboration created without: absent, which means any Region, or the Region it "
        "is in.",
        known="The parameter is optional; the console preselects the current Region.",
        source="model, CreateCollaborationInput; service guide, creating a collaboration",
    )
    member_quota_counts: Literal["others", "others+creator", "others+former"] = switch(
        "others",
        meaning="Who counts against the quota of members: INVITED and ACTIVE members but the creator, the creator too, or "
        "LEFT and REMOVED members too.",
        known="The quota is called members invited per collaboration.",
        source="service guide, quotas page",
    )
    removing_twice: Literal["204", "404", "409"] = switch(
        "204",
        meaning="DeleteMember of an account that is REMOVED or LEFT already: nothing happens, ResourceNotFoundException, or "
        "ConflictException.",
        known="The operation is marked idempotent and declares both errors.",
        source="model, DeleteMember",
    )
    creator_removes_itself: Literal["400", "403", "409"] = switch(
        "400",
        meaning="DeleteMember of the creator: ValidationException, AccessDeniedException or ConflictException.",
        known="The creator cannot be removed; the error is not documented.",
        source="service guide, removing a member",
    )
