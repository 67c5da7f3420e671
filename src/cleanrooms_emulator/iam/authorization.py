"""May this caller make this call? Asked after the parameters are known to be good, and before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cleanrooms_emulator.callers.identity import Identity
from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.iam.documents import Policy, Question, Ruling, compiled, rule
from cleanrooms_emulator.iam.principals import policies_of
from cleanrooms_emulator.iam.questions import questions


class NotAuthorized(ServiceError):
    """A policy stands in the way. `permission` is what was missing: the action, and the resource it was asked for."""

    def __init__(self, principal: str, question: Question, reason: str) -> None:
        super().__init__(
            "AccessDeniedException",
            f"User: {principal} is not authorized to perform: {question.action} on resource: {question.resource} {reason}",
            reason="INSUFFICIENT_PERMISSIONS",
        )
        self.permission = f"{question.action} on {question.resource}"


def authorize(ctx: Context, identity: Identity, service: str, operation: str, params: Mapping[str, Any]) -> None:
    """Raises NotAuthorized unless the policies of the caller, and of its session, allow all that the call needs.

    `service` is botocore's name. A caller that nothing binds may do everything. The session of a role is bound by the
    role's policies and by the policy given to AssumeRole, and needs both (IAM user guide, session policies).
    """
    held = policies_of(ctx.store, identity.account, identity.holder)
    session = None if identity.session_policy is None else (compiled(identity.session_policy),)
    if held is None and session is None:
        return
    for question in questions(ctx, service, operation, params, identity.holder):
        if reason := _refusal(held, session, question):
            raise NotAuthorized(identity.principal, question, reason)


def _refusal(held: tuple[Policy, ...] | None, session: tuple[Policy, ...] | None, question: Question) -> str:
    """Why not, as AWS words it (IAM user guide, access denied error messages); empty when it is allowed."""
    bounds = {"identity-based": held, "session": session}
    rulings = {kind: rule(policies, question) for kind, policies in bounds.items() if policies is not None}
    for kind, ruling in rulings.items():
        if ruling is Ruling.DENIED:
            article = "an" if kind == "identity-based" else "a"
            return f"with an explicit deny in {article} {kind} policy"
    for kind, ruling in rulings.items():
        if ruling is Ruling.NOT_ALLOWED:
            return f"because no {kind} policy allows the {question.action} action"
    return ""
