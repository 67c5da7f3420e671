"""What the tests of guards ask of a plan."""

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import Collaboration
from cleanrooms_governance.planning.plan import Danger, Plan
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration


def dangers_of(desired: DesiredCollaboration, live: Collaboration) -> list[tuple[str, str]]:
    return [(danger.rule, danger.subject) for danger in plan_collaboration(desired, live).dangers]


def refused(plan: Plan) -> set[str]:
    return {refusal.subject for refusal in plan.refusals}


def subject(danger: Danger) -> str:
    return f"{danger.subject} {danger.fingerprint}"
