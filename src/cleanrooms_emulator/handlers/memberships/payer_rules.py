"""Which payers the creator of a collaboration may configure, at its creation and by change requests.

Sources: model, QueryComputePaymentConfig and JobComputePaymentConfig; service guide, change requests page. The
error type is an assumption, and so is whatever names a switch. `path` is the input field to blame.
"""

from __future__ import annotations

from cleanrooms_emulator.handlers.collaborations.roster import CAN_QUERY, CAN_RUN_JOB, Member, runner
from cleanrooms_emulator.handlers.memberships.payments import JOB, QUERY, has_payer
from cleanrooms_emulator.handlers.refusals import invalid_configuration
from cleanrooms_emulator.switches import Switches

_RUNNERS = {QUERY: CAN_QUERY, JOB: CAN_RUN_JOB}


def check_at_creation(switches: Switches, members: list[Member], path: str) -> None:
    """Refuse FALSE for the runner of queries or jobs while nobody is TRUE, and what a change may not do either."""
    for cost_type, ability in _RUNNERS.items():
        payer = runner(members, ability)
        if payer is not None and payer["_payer"].get(cost_type) is False and not has_payer(switches, members, cost_type):
            raise invalid_configuration(
                path,
                f"{cost_type}: the member with {ability} cannot be excluded while no other member pays",
            )
    _check_jobs(switches, [], members, path)


def check_after_changes(switches: Switches, before: list[Member], after: list[Member], path: str) -> None:
    """Refuse changes that take away the last payer of what somebody can run (switch lastPayer)."""
    for cost_type, ability in _RUNNERS.items():
        if runner(after, ability) is None or has_payer(switches, after, cost_type):
            continue
        if has_payer(switches, before, cost_type) and switches.last_payer == "400":
            raise invalid_configuration(path, f"{cost_type}: the change would leave nobody to pay")
    _check_jobs(switches, before, after, path)


def _check_jobs(switches: Switches, before: list[Member], after: list[Member], path: str) -> None:
    """Switches runnerJobPayment and jobPayerWithoutRunner, for what is new in `after`."""
    job_runner = runner(after, CAN_RUN_JOB)
    if job_runner is None:
        if _named(after) - _named(before) and switches.job_payer_without_runner == "400":
            raise invalid_configuration(path, f"{JOB}: nobody can run jobs in this collaboration, so nobody pays for them")
    elif job_runner["_payer"].get(JOB) is False and switches.runner_job_payment == "always":
        raise invalid_configuration(path, f"{JOB}: the member with {CAN_RUN_JOB} cannot be excluded from paying")


def _named(members: list[Member]) -> set[str]:
    return {member["accountId"] for member in members if member["_payer"].get(JOB)}
