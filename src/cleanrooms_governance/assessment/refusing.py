"""What is said about a resource that cannot be judged, and the inputs that a check adds to every kind of resource."""

from typing import Any

from cleanrooms_governance.assessment.kinds import NO_CREDENTIALS
from cleanrooms_governance.errors import GovernanceError, NoCredentials, Refused
from cleanrooms_governance.planning.plan import Plan, Refusal
from cleanrooms_governance.text import harmless

UNREADABLE = "unreadable"
"""The rule of the refusal that says what could not be read."""


def unread(owner: str, error: GovernanceError) -> Plan:
    """Return the plan of what could not be judged, by why it could not."""
    match error:
        case NoCredentials():
            return stopped(owner, NO_CREDENTIALS, f"not read: {error}")
        case Refused():
            return stopped(owner, "identity", str(error))
        case _:
            return stopped(owner, UNREADABLE, str(error))


def stopped(owner: str, rule: str, message: str) -> Plan:
    """Return the plan of what is not touched, with the one reason."""
    return Plan(owner, refusals=(Refusal(rule, owner, message),))


def computed_inputs(plan: Plan, refusals: tuple[Refusal, ...]) -> dict[str, Any]:
    """Return the inputs that a check adds to those of every kind of resource."""
    return {"plan": plan.document(), "fingerprint": plan.fingerprint, "refused": refusal_documents(refusals)}


def refusal_documents(refusals: tuple[Refusal, ...]) -> list[dict[str, str]]:
    """Return refusals as the JSON documents that join a resource's inputs."""
    return [{"rule": r.rule, "subject": r.subject, "message": harmless(r.message)} for r in sorted(set(refusals))]
