"""What the privacy configuration of an algorithm association may say beyond its shape."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import invalid
from cleanrooms_emulator.world.store import Document

_CUSTOM = "CUSTOM"


def check(collaboration: Document, configuration: dict[str, Any] | None) -> None:
    """Raise ValidationException for logs that nobody can get, or redactions that do not say what to redact."""
    policies = (configuration or {}).get("policies") or {}
    for part in ("trainedModels", "trainedModelInferenceJobs"):
        for number, policy in enumerate((policies.get(part) or {}).get("containerLogs") or [], 1):
            path = f"privacyConfiguration.policies.{part}.containerLogs.{number}.member"
            _check_receivers(collaboration, path, policy["allowedAccountIds"])
            _check_redaction(path, policy.get("logRedactionConfiguration"))


def _check_receivers(collaboration: Document, path: str, accounts: list[str]) -> None:
    """Logs go to members only (service guide, associating a model algorithm, where they are chosen from a list)."""
    for account in accounts:
        member = roster.find(collaboration, account)
        if member is None or not roster.is_live(member):
            raise invalid(f"{path}.allowedAccountIds", f"Account {account} is not a member of the collaboration")


def _check_redaction(path: str, redaction: dict[str, Any] | None) -> None:
    """CUSTOM and its patterns belong together (model, LogRedactionConfiguration and CustomEntityConfig)."""
    if redaction is None:
        return
    custom = _CUSTOM in redaction["entitiesToRedact"]
    if custom != (redaction.get("customEntityConfig") is not None):
        raise invalid(
            f"{path}.logRedactionConfiguration.customEntityConfig",
            f"It has to be given with {_CUSTOM} in entitiesToRedact, and only then",
        )
