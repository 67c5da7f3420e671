"""What is unknown about Clean Rooms ML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class MachineLearningReadings:
    """Which tables, names and receivers machine learning may use."""

    ml_names: Literal["free", "unique"] = switch(
        "free",
        meaning="A second algorithm, association, input channel, trained model or inference job with a name that the "
        "account or membership has used: accepted, or ConflictException.",
        known="The create operations declare ConflictException and do not say when; resources are told apart by ARN.",
        source="model, CreateConfiguredModelAlgorithm and its like",
    )
    silent_analysis_rule: Literal["allows", "refuses"] = switch(
        "allows",
        meaning="An input channel on a table whose analysis rules do not mention additional analyses, or on one without "
        "rules: allowed, or ValidationException.",
        known="The algorithm association has to be allowed by the custom analysis rule; the members that say so are optional.",
        source="service guide, IAM behaviors for custom models; model, AnalysisRuleCustom",
    )
    withdrawn_channel_source: Literal["refused", "usable"] = switch(
        "refused",
        meaning="Training or inference with an input channel one of whose tables is no longer in the collaboration: "
        "ConflictException, or allowed without taking from that table's budget.",
        known="The data of a removed member cannot be reached any more; a channel holds the result of a query on it.",
        source="service guide, removing a member",
    )
    inference_receiver: Literal["configured", "any"] = switch(
        "configured",
        meaning="Whether the receiver of inference output needs an ML configuration, without which there is "
        "ValidationException.",
        known="The output goes to a member, and the only place named for it is the default output location of that "
        "member's ML configuration.",
        source="model, InferenceReceiverMember and MLOutputConfiguration",
    )
