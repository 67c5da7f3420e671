"""What CreateMembership refuses beyond the shapes of its input and the payments (see `acceptance`)."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.handlers.collaborations.roster import (
    CAN_QUERY,
    CAN_RECEIVE_RESULTS,
    RUNNER_ABILITIES,
    Member,
    members,
)
from cleanrooms_emulator.handlers.memberships import payments
from cleanrooms_emulator.handlers.refusals import invalid_configuration
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.world.store import Document


def check_results(member: Member, configuration: dict[str, Any] | None) -> None:
    """Refuse a member that only receives results and does not say where to, with a role (seen in other tools)."""
    abilities = member["abilities"]
    if CAN_RECEIVE_RESULTS not in abilities or any(each in abilities for each in RUNNER_ABILITIES):
        return
    if configuration is None:
        raise invalid_configuration(
            "defaultResultConfiguration",
            "A member that only receives results has to give a result configuration",
        )
    if configuration.get("roleArn") is None:
        raise invalid_configuration(
            "defaultResultConfiguration.roleArn", "A member that only receives results has to give a role"
        )


def check_metrics(switches: Switches, collaboration: Document, member: Member, enabled: bool) -> None:
    """Metrics are for runners and payers, where the collaboration has them (model, CreateMembershipInput)."""
    if not enabled:
        return
    if not collaboration["isMetricsEnabled"]:
        raise invalid_configuration("isMetricsEnabled", "The collaboration has metrics disabled")
    entries = members(collaboration)
    pays = any(payments.is_payer(switches, entries, member, cost_type) for cost_type in payments.COST_TYPES)
    if not pays and CAN_QUERY not in member["abilities"]:
        raise invalid_configuration("isMetricsEnabled", "Only a member that runs queries or is a payer can enable metrics")
