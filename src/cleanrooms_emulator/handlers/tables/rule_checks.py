"""What the policy of an analysis rule may say. Sources: the texts of the model's shapes, unless said otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers.refusals import invalid_configuration, invalid_field
from cleanrooms_emulator.handlers.tables.analysis_rules import AGGREGATION, LIST

_ANY_QUERY, _ANY_JOB = "ANY_QUERY", "ANY_JOB"
_FIELD = "analysisRulePolicy"


def check_columns(type: str, said: Mapping[str, Any], allowed: Collection[str]) -> None:
    """A rule can name allowed columns only.

    The model says that analysis rules can use the allowed columns; that others are refused is an assumption.
    """
    strange = sorted(set(columns_of(type, said)) - set(allowed))
    if strange:
        raise invalid_configuration(_FIELD, f"Not among the allowed columns of the table: {', '.join(strange)}")


def columns_of(type: str, said: Mapping[str, Any]) -> Iterator[str]:
    """All columns that a rule of this type names."""
    if type == LIST:
        yield from said["joinColumns"]
        yield from said["listColumns"]
    elif type == AGGREGATION:
        for aggregate in said["aggregateColumns"]:
            yield from aggregate["columnNames"]
        yield from said["joinColumns"]
        yield from said["dimensionColumns"]
        yield from (each["columnName"] for each in said["outputConstraints"])
    else:
        yield from _columns_of_custom(said)


def check_custom(said: Mapping[str, Any]) -> None:
    """The rules within a CUSTOM policy; raises ValidationException."""
    analyses = said.get("allowedAnalyses") or []
    if _ANY_QUERY in analyses and not said.get("allowedAnalysisProviders"):
        raise invalid_configuration(_FIELD, "allowedAnalysisProviders is required when allowedAnalyses is ANY_QUERY")
    for control in ("aggregationThresholds", "comparisonControls"):
        if said.get(control) is None:
            continue
        if said.get("differentialPrivacy") is not None:
            raise invalid_configuration(_FIELD, f"{control} cannot be used with differentialPrivacy")
        if analyses and all(each == _ANY_JOB for each in analyses):
            raise invalid_configuration(_FIELD, f"{control} cannot be used when allowedAnalyses allows only jobs")
    for threshold in said.get("aggregationThresholds") or []:
        _check_threshold(threshold)
    _check_literals(said)


def _check_threshold(threshold: Mapping[str, Any]) -> None:
    overrides = threshold.get("outputColumnThresholds") or []
    names = [each["outputColumnName"] for each in overrides]
    if len(set(names)) < len(names):
        raise _refused_override("each column can be named once")
    if any(each["minimumIdentityCount"] == 1 for each in overrides):
        raise _refused_override("minimumIdentityCount must be 0, or 2 or greater")


def _refused_override(rule: str) -> ServiceError:
    return invalid_field(f"{_FIELD}.v1.custom.aggregationThresholds", f"outputColumnThresholds: {rule}")


def _check_literals(said: Mapping[str, Any]) -> None:
    controls = said.get("comparisonControls")
    if controls is None:
        return
    identities = {name for each in said.get("aggregationThresholds") or [] for name in each["identityColumns"]}
    both = sorted(identities & set(controls["allowedLiteralComparisonColumns"]))
    if both:
        raise invalid_configuration(
            _FIELD,
            f"Identity columns of an aggregation threshold cannot be compared to literals: {', '.join(both)}",
        )


def _columns_of_custom(said: Mapping[str, Any]) -> Iterator[str]:
    yield from said.get("disallowedOutputColumns") or []
    yield from (each["name"] for each in (said.get("differentialPrivacy") or {}).get("columns", []))
    for threshold in said.get("aggregationThresholds") or []:
        yield from threshold["identityColumns"]
        yield from (each["outputColumnName"] for each in threshold.get("outputColumnThresholds") or [])
    controls = said.get("comparisonControls") or {}
    yield from controls.get("allowedLiteralComparisonColumns", [])
    yield from controls.get("allowedColumnComparisonColumns", [])
