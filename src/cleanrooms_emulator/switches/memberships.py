"""What is unknown about memberships and payers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class MembershipReadings:
    """Whom the creator can name as payers, and what a member may accept and decline."""

    decline: Literal["allowed", "error"] = switch(
        "allowed",
        meaning="UpdateMembership with isResponsible FALSE by a payer: declines, or is refused.",
        known="The guide lets a payer clear the box later; the shape's text announces an error.",
        source="service guide, updating a membership; model, MembershipQueryComputePaymentConfig",
    )
    payment_mismatch: Literal["400", "409"] = switch(
        "400",
        meaning="A member that accepts what it is not configured to pay for, or refuses its duty at joining: "
        "ValidationException or ConflictException.",
        known="An error is announced without its type.",
        source="model, MembershipQueryComputePaymentConfig",
    )
    removed_payer_acceptance: Literal["cleared", "kept"] = switch(
        "cleared",
        meaning="What a member's membership shows when the creator took it off as a payer: not accepted any more, or "
        "still accepted.",
        known="The membership holds what the member accepted; what becomes of it is not said.",
        source="model, MembershipPaymentConfiguration",
    )
    synthetic_data_default: Literal["runner", "none"] = switch(
        "runner",
        meaning="Who pays for synthetic data when nobody is configured: the member that can query, or nobody.",
        known="The default payer is stated for queries, training and inference only.",
        source="model, SyntheticDataGenerationPaymentConfig",
    )
    runner_job_payment: Literal["unless-others", "always"] = switch(
        "unless-others",
        meaning="jobCompute FALSE for the member that can run jobs: refused only while no other member pays, or refused "
        "always, and that member stays a payer beside others.",
        known="The shape's text announces an error; the guide lets another member pay for queries and jobs.",
        source="model, JobComputePaymentConfig; service guide, creating a collaboration",
    )
    job_payer_without_runner: Literal["accept", "400"] = switch(
        "accept",
        meaning="jobCompute TRUE where no member can run jobs: accepted without effect, or ValidationException.",
        known="Payers of jobs are configured apart from abilities; their relation is not said.",
        source="model, JobComputePaymentConfig",
    )
    last_payer: Literal["400", "accept"] = switch(
        "400",
        meaning="A change that leaves nobody to pay for what somebody can run: ValidationException, or accepted.",
        known="One or more members can be payer candidates; the default payer is for the case that nobody is specified.",
        source="model, QueryComputePaymentConfig",
    )
    shown_payments: Literal["where-configured", "everything"] = switch(
        "where-configured",
        meaning="The cost types that ListMembers shows for a member: queryCompute, jobCompute where somebody can run jobs, "
        "and what was configured; or all of them.",
        known="The payment configuration is a required output, with queryCompute required in it; other tools have met "
        "values that nobody had given.",
        source="model, MemberSummary; issues of other tools",
    )
