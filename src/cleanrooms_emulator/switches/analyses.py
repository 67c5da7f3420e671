"""What is unknown about queries, jobs and machine learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class AnalysisReadings:
    """Who pays for an analysis, and what it takes from the budgets."""

    ambiguous_payer: Literal["error", "runner", "first"] = switch(
        "error",
        meaning="Several members can pay and the request names none: refused, the runner pays (if it is one of them), "
        "or the first of them that can.",
        known="The parameter is optional, and the guide says that the runner selects the payer.",
        source="model, StartProtectedQueryInput; service guide, glossary",
    )
    payer_candidates: Literal["configured", "usable"] = switch(
        "configured",
        meaning="Which members make a request without a payer ambiguous: all that the creator configured, or only those "
        "that joined and accepted.",
        known="With one candidate it need not be named; whether one that cannot pay yet counts is not said.",
        source="service guide, running queries; model, PaymentConfiguration",
    )
    payer_acceptance: Literal["required", "ignored"] = switch(
        "required",
        meaning="Whether a candidate that has not accepted on its membership can pay.",
        known="Payers accept when they join and can accept or decline later; no error is documented for submissions.",
        source="service guide, updating a membership; model, MembershipPaymentConfiguration",
    )
    payer_refusal_reason: Literal["FIELD_VALIDATION_FAILED", "INVALID_CONFIGURATION"] = switch(
        "FIELD_VALIDATION_FAILED",
        meaning="The reason of the ValidationException when the payer of an analysis cannot be used or told.",
        known="Starting a query or job declares no ConflictException; the error's reason is not documented.",
        source="model, StartProtectedQuery and ValidationExceptionReason",
    )
    budget_exhausted: Literal["400", "FAILED"] = switch(
        "400",
        meaning="An analysis on a table whose privacy budget is used up: ValidationException, or accepted and then FAILED.",
        known="With nothing left, queries and jobs on the table cannot run; how that shows is not said.",
        source="service guide, configuring data access budgets",
    )
    analysis_readers: Literal["runner", "runner+payer"] = switch(
        "runner",
        meaning="Who can get and list a query or job: the membership that ran it, or the paying member's as well.",
        known="Summaries name the membership that initiated a query; a payer can export its logs, reads are not described.",
        source="model, ProtectedQuerySummary and StartAnalysisLogExport",
    )
