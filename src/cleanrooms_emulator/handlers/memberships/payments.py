"""Who pays for what: the creator names candidates for each cost type, and members accept on their membership.

Sources: model, PaymentConfiguration and MembershipPaymentConfiguration with their leaves; service guide,
glossary and membership pages. What they leave open is a switch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanrooms_emulator.handlers.collaborations.roster import CAN_QUERY, CAN_RUN_JOB, Member, is_live, runner
from cleanrooms_emulator.switches import Switches

Flags = dict[str, bool]
"""Cost type -> is responsible. A missing cost type was never configured."""

QUERY = "queryCompute"
JOB = "jobCompute"
SYNTHETIC_DATA = "syntheticDataGeneration"
MACHINE_LEARNING = ("modelTraining", "modelInference", SYNTHETIC_DATA)
COST_TYPES = (QUERY, JOB, *MACHINE_LEARNING)

_BY_RUNNER = {QUERY: CAN_QUERY, JOB: CAN_RUN_JOB}


def flags_of(configuration: Mapping[str, Any] | None) -> Flags:
    """A payment configuration as flags; the collaboration's and the membership's shape both have this form."""
    if configuration is None:
        return {}
    leaves = {QUERY: configuration.get(QUERY), JOB: configuration.get(JOB)}
    leaves |= configuration.get("machineLearning") or {}
    return {cost_type: leaf["isResponsible"] for cost_type, leaf in leaves.items() if leaf is not None}


def configuration_of(flags: Flags) -> dict[str, Any]:
    """Flags as a payment configuration; `queryCompute` is required there, so it is never left out."""
    configuration: dict[str, Any] = {QUERY: {"isResponsible": flags.get(QUERY, False)}}
    if JOB in flags:
        configuration[JOB] = {"isResponsible": flags[JOB]}
    learning = {each: {"isResponsible": flags[each]} for each in MACHINE_LEARNING if each in flags}
    if learning:
        configuration["machineLearning"] = learning
    return configuration


def path_of(cost_type: str) -> str:
    """Where the cost type sits in a payment configuration, for error messages."""
    parent = "machineLearning." if cost_type in MACHINE_LEARNING else ""
    return f"{parent}{cost_type}.isResponsible"


def default_payer(switches: Switches, members: list[Member], cost_type: str) -> Member | None:
    """The runner, if the creator named nobody for the cost type and did not rule the runner out either.

    A named member that LEFT or was REMOVED was named all the same: then queries stop instead of being paid by
    the runner (service guide, removing a member). Assumptions: switches syntheticDataDefault and
    runnerJobPayment (a runner that cannot be ruled out stays a payer beside those that are named).
    """
    if cost_type == SYNTHETIC_DATA and switches.synthetic_data_default == "none":
        return None
    named = any(member["_payer"].get(cost_type) for member in members)
    if named and not (cost_type == JOB and switches.runner_job_payment == "always"):
        return None
    payer = runner(members, _BY_RUNNER.get(cost_type, CAN_QUERY))
    return payer if payer is not None and cost_type not in payer["_payer"] else None


def is_payer(switches: Switches, members: list[Member], member: Member, cost_type: str) -> bool:
    """Whether the member is a candidate for the cost type, named or by default."""
    if cost_type in member["_payer"]:
        named: bool = member["_payer"][cost_type]
        return named
    if _BY_RUNNER.get(cost_type, CAN_QUERY) not in member["abilities"]:
        return False
    payer = default_payer(switches, members, cost_type)
    return payer is not None and payer["accountId"] == member["accountId"]


def shown_flags(switches: Switches, members: list[Member], member: Member) -> Flags:
    """What ListMembers shows (assumption, switch shownPayments; the model only makes it a required output)."""
    shown = COST_TYPES if switches.shown_payments == "everything" else _worth_showing(members, member)
    return {cost_type: is_payer(switches, members, member, cost_type) for cost_type in shown}


def has_payer(switches: Switches, members: list[Member], cost_type: str) -> bool:
    """Whether any present member is a candidate for the cost type."""
    return any(is_live(member) and is_payer(switches, members, member, cost_type) for member in members)


def _worth_showing(members: list[Member], member: Member) -> list[str]:
    shown = {QUERY, *member["_payer"], *([JOB] if runner(members, CAN_RUN_JOB) is not None else [])}
    return [cost_type for cost_type in COST_TYPES if cost_type in shown]
