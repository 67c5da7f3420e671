"""Who pays for what: the creator names candidates for each cost type, and members accept on their membership.

Sources: model, PaymentConfiguration and MembershipPaymentConfiguration with their leaves; service guide,
glossary and membership pages. What they leave open is marked as an assumption where it is decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanrooms_emulator.handlers.collaborations.roster import CAN_QUERY, CAN_RUN_JOB, Member, is_live, runner
from cleanrooms_emulator.handlers.refusals import invalid_configuration

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


def default_payer(members: list[Member], cost_type: str) -> Member | None:
    """The runner, if the creator named nobody for the cost type and did not rule the runner out either.

    A named member that LEFT or was REMOVED was named all the same: then queries stop instead of being paid by
    the runner (service guide, removing a member). syntheticDataGeneration: assumed to have the same default.
    """
    if any(member["_payer"].get(cost_type) for member in members):
        return None
    payer = runner(members, _BY_RUNNER.get(cost_type, CAN_QUERY))
    return payer if payer is not None and cost_type not in payer["_payer"] else None


def is_payer(members: list[Member], member: Member, cost_type: str) -> bool:
    """Whether the member is a candidate for the cost type, named or by default."""
    if member["_payer"].get(cost_type):
        return True
    payer = default_payer(members, cost_type)
    return payer is not None and payer["accountId"] == member["accountId"]


def shown_flags(members: list[Member], member: Member) -> Flags:
    """What ListMembers shows: defaults filled in for queries and jobs, machine learning only if configured.

    jobCompute is shown if it is configured or somebody can run jobs. All of this is an assumption; the model
    only makes the configuration a required output.
    """
    flags: Flags = {**member["_payer"], QUERY: is_payer(members, member, QUERY)}
    if JOB in flags or runner(members, CAN_RUN_JOB) is not None:
        flags[JOB] = is_payer(members, member, JOB)
    return flags


def has_payer(members: list[Member], cost_type: str) -> bool:
    """Whether any present member is a candidate for the cost type."""
    return any(is_live(member) and is_payer(members, member, cost_type) for member in members)


def check_runner_not_ruled_out(members: list[Member], path: str) -> None:
    """Refuse FALSE for the runner of queries or jobs while nobody is TRUE (model, JobComputePaymentConfig).

    Assumption: the documented error for the runner only means the case that nobody else is named. `path` is
    the input field to blame.
    """
    for cost_type, ability in _BY_RUNNER.items():
        payer = runner(members, ability)
        if payer is not None and payer["_payer"].get(cost_type) is False and not has_payer(members, cost_type):
            raise invalid_configuration(
                path,
                f"{cost_type}: the member with {ability} cannot be excluded while no other member pays",
            )


def check_payers_remain(before: list[Member], after: list[Member], path: str) -> None:
    """Refuse a change that takes away the last payer of what somebody can run (assumption)."""
    for cost_type, ability in _BY_RUNNER.items():
        if runner(after, ability) is None:
            continue
        if has_payer(before, cost_type) and not has_payer(after, cost_type):
            raise invalid_configuration(path, f"{cost_type}: the change would leave nobody to pay")
