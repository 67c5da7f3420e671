"""What a refresh puts into the inputs of a collaboration: the live values of what they declare."""

from collections.abc import Mapping
from typing import Any

from cleanrooms_governance.model import AUTO_APPROVABLE_TYPES, Collaboration
from cleanrooms_governance.settings.checks import ENDED_ENGINE
from cleanrooms_governance.text import plain

_LONGEST = 256
"""Of all texts in these inputs (service model: TagValue)."""


def with_live_settings(inputs: Mapping[str, Any], live: Collaboration) -> dict[str, Any]:
    """Return the inputs of a collaboration with each setting that they declare as it stands.

    The key of a setting that is not there at all goes, and so does that of one which no inputs may declare: what is returned is
    read again as any inputs are.
    """
    engine = None if live.analytics_engine == ENDED_ENGINE else live.analytics_engine
    standing = {
        "name": _harmless(live.name, inputs.get("name")) or None,
        "description": _harmless(live.description, inputs.get("description")),
        "queryLog": live.query_log,
        "jobLog": live.job_log,
        "metrics": live.metrics,
        "encryption": _part(inputs.get("encryption"), live.encryption or {}),
        "resultRegions": sorted(live.result_regions or ()) or None,
        "analyticsEngine": engine,
        "tags": _tags(inputs.get("tags"), live.tags),
        "autoApprove": sorted(live.auto_approved & AUTO_APPROVABLE_TYPES),
    }
    refreshed = {key: standing.get(key, value) for key, value in inputs.items()}
    return {key: value for key, value in refreshed.items() if value is not None}


def _harmless(live: str, declared: str | None) -> str:
    """Return a text that somebody may have written by other means, as it is only where the inputs say the very same."""
    return live if live == declared else plain(live, _LONGEST)


def _tags(declared: Mapping[str, str] | None, live: Mapping[str, str]) -> dict[str, str]:
    return {key: _harmless(value, (declared or {}).get(key)) for key, value in _part(declared, live).items()}


def _part(declared: Mapping[str, Any] | None, live: Mapping[str, Any]) -> dict[str, Any]:
    return {key: live[key] for key in declared or {} if key in live}
