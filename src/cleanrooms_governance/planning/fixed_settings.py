"""What a collaboration is given when it is created and keeps for ever, and what is said when the file has it otherwise.

Source: service model, CreateCollaborationInput against UpdateCollaborationInput. UpdateCollaboration also takes the analytics
engine; this tool leaves it alone, since the one engine that is left is the one that every collaboration gets.
"""

from collections.abc import Mapping
from typing import Any

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import Collaboration
from cleanrooms_governance.planning.plan import Level, Remark

FIXED = "fixed-at-creation"


def wanted_settings(desired: DesiredCollaboration) -> dict[str, Any]:
    """Return what the file says about them, as canonical values by the keys of the stack file."""
    said = {
        "queryLog": desired.query_log,
        "jobLog": desired.job_log,
        "metrics": desired.metrics,
        "encryption": None if desired.encryption is None else _statements(desired.encryption),
        "resultRegions": desired.result_regions,
        "analyticsEngine": desired.analytics_engine,
    }
    return {key: value for key, value in said.items() if value is not None}


def live_settings(desired: DesiredCollaboration, live: Collaboration) -> dict[str, Any]:
    """Return the live values of what the file speaks of.

    Of the encryption only what the file names is compared, all of it where the file wants none. An engine that the service does
    not show is no difference.
    """
    encryption = live.encryption or {}
    compared = {name: value for name, value in encryption.items() if not desired.encryption or name in desired.encryption}
    shown = {
        "queryLog": live.query_log,
        "jobLog": live.job_log,
        "metrics": live.metrics,
        "encryption": _statements(compared),
        "resultRegions": live.result_regions or frozenset(),
        "analyticsEngine": live.analytics_engine or desired.analytics_engine,
    }
    return {key: shown[key] for key in wanted_settings(desired)}


def settings_at_creation(desired: DesiredCollaboration) -> dict[str, Any]:
    """Return all of them as a collaboration is created with them, for a plan's fingerprint."""
    silent: dict[str, Any] = {
        "queryLog": False,
        "jobLog": False,
        "metrics": False,
        "encryption": frozenset(),
        "resultRegions": frozenset(),
        "analyticsEngine": "",
    }
    return silent | wanted_settings(desired)


def fixed_in_words(settings: Mapping[str, Any]) -> str:
    """Return what a new collaboration will have for ever, or nothing where the file asks for none of it.

    Parameters: ``settings`` hold what ``settings_at_creation`` returns.
    """
    said = [
        name
        for key, name in (("queryLog", "the query log"), ("jobLog", "the job log"), ("metrics", "metrics"))
        if settings[key]
    ]
    if settings["encryption"]:
        said.append(f"encrypted data ({', '.join(sorted(settings['encryption']))})")
    if settings["resultRegions"]:
        said.append(f"results in {', '.join(sorted(settings['resultRegions']))} alone")
    if settings["analyticsEngine"]:
        said.append(f"the analytics engine {settings['analyticsEngine']}")
    return ", ".join(said)


def explain_difference(key: str, desired: DesiredCollaboration, live: Collaboration) -> Remark:
    """Say how one of them is live, and that it stays so.

    Parameters: ``key`` is its key in the stack file.
    """
    why = "this tool does not change it" if key == "analyticsEngine" else "that cannot be changed after creation"
    text = (
        f"collaborations.{desired.key}.{key}: {_standing(key, desired, live)}, and {why}: it stays."
        " Follow it in the file, or make a new collaboration"
    )
    return Remark(FIXED, key, text, Level.WARNING)


def _standing(key: str, desired: DesiredCollaboration, live: Collaboration) -> str:
    match key:
        case "queryLog":
            return f"the query log is {_switch(live.query_log)}"
        case "jobLog":
            return f"the job log is {_switch(live.job_log)}"
        case "metrics":
            return f"metrics are {_switch(live.metrics)}"
        case "encryption":
            if live.encryption is None:
                return "the collaboration is not for encrypted data"
            if not desired.encryption:
                return "the collaboration is for encrypted data"
            has = {name: live.encryption.get(name, False) for name in sorted(desired.encryption)}
            return ", ".join(f"{name} is {_truth(has[name])}" for name in has if has[name] != desired.encryption[name])
        case "resultRegions":
            if not live.result_regions:
                return "results may be stored in any Region"
            return f"results may be stored in {', '.join(sorted(live.result_regions))}"
        case _:
            return f"the analytics engine is {live.analytics_engine}"


def _statements(encryption: Mapping[str, bool]) -> frozenset[str]:
    return frozenset(f"{name}={_truth(value)}" for name, value in encryption.items())


def _switch(on: bool) -> str:
    return "on" if on else "off"


def _truth(value: bool) -> str:
    return "true" if value else "false"
