"""What ``paused`` makes of a plan: it is shown, and nothing of it is done or makes anything fail."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cleanrooms_governance.planning.plan import Level, Plan, Refusal, Remark

PAUSED = "paused"


def at_rest(plan: Plan) -> Plan:
    """Return a plan with its refusals as warnings."""
    return replace(plan, refusals=(), remarks=tuple(sorted([*plan.remarks, *otherwise_refused(plan.refusals)])))


def otherwise_refused(refusals: Iterable[Refusal]) -> Iterator[Remark]:
    """Say what would be refused if there were no pause."""
    for refusal in refusals:
        yield Remark(PAUSED, refusal.subject, f"paused, otherwise refused: {refusal.message}", Level.WARNING)


def resting(path: str, subject: str) -> Remark:
    """Say that nothing is done; ``path`` is what is paused."""
    return Remark(PAUSED, subject, f"{path} is paused: this is shown, and nothing is written until the pause is over")
