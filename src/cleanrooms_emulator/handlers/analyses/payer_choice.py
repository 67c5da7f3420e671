"""Who pays for an analysis: chosen when it is submitted, among the candidates that the creator named.

Sources: model, the payer members of StartProtectedQuery and StartProtectedJob; service guide, glossary and
pages on running queries and jobs. That the runner pays when the creator named nobody is the default rule of
the model's payment shapes (see `payments.default_payer`).
"""

from __future__ import annotations

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.collaborations.roster import Member
from cleanrooms_emulator.handlers.memberships import payments
from cleanrooms_emulator.handlers.refusals import invalid_configuration, invalid_field
from cleanrooms_emulator.world.store import Document


def choose_payer(ctx: Context, collaboration: Document, cost_type: str, named: str | None, parameter: str) -> str:
    """The account that pays for what the caller runs.

    Parameters: `cost_type` is one of `payments.COST_TYPES`; `named` is the account that the caller named, if any,
    in the input member `parameter`.

    Raises ValidationException on `parameter` when the named account cannot pay, when nobody can, and when several
    could and none is named (assumptions, switches ambiguousPayer, payerCandidates, payerAcceptance and
    payerRefusalReason). A candidate that LEFT or was REMOVED pays no more, and as long as no other one is there,
    nothing can be run (service guide, removing a member).
    """
    entries = roster.members(collaboration)
    candidates = [
        each for each in entries if roster.is_live(each) and payments.is_payer(ctx.switches, entries, each, cost_type)
    ]
    if named is not None:
        return _checked(ctx, candidates, cost_type, named, parameter)
    if ctx.switches.payer_candidates == "usable":
        candidates = [each for each in candidates if _obstacle(ctx, each, cost_type) is None] or candidates
    if not candidates:
        raise _refused(ctx, parameter, f"No member of the collaboration pays for {cost_type} now; its creator has to name one")
    if len(candidates) == 1:
        return _checked(ctx, candidates, cost_type, candidates[0]["accountId"], parameter)
    return _among_several(ctx, candidates, cost_type, parameter)


def _among_several(ctx: Context, candidates: list[Member], cost_type: str, parameter: str) -> str:
    """Assumption, switch ambiguousPayer: the guide says that the runner selects, the parameter is optional."""
    if ctx.switches.ambiguous_payer == "runner":
        return _checked(ctx, candidates, cost_type, ctx.account, parameter)
    if ctx.switches.ambiguous_payer == "first":
        usable = [each for each in candidates if _obstacle(ctx, each, cost_type) is None]
        return _checked(ctx, candidates, cost_type, (usable or candidates)[0]["accountId"], parameter)
    accounts = ", ".join(each["accountId"] for each in candidates)
    raise _refused(ctx, parameter, f"Several members can pay for {cost_type}: name one of {accounts}")


def _checked(ctx: Context, candidates: list[Member], cost_type: str, account: str, parameter: str) -> str:
    member = next((each for each in candidates if each["accountId"] == account), None)
    if member is None:
        raise _refused(ctx, parameter, f"Account {account} is not configured to pay for {cost_type} in this collaboration")
    obstacle = _obstacle(ctx, member, cost_type)
    if obstacle is not None:
        raise _refused(ctx, parameter, obstacle)
    return account


def _obstacle(ctx: Context, member: Member, cost_type: str) -> str | None:
    """Why a candidate cannot pay now."""
    account = member["accountId"]
    if member["status"] != roster.ACTIVE:
        return f"Account {account} is to pay for {cost_type} but has not joined the collaboration"
    if ctx.switches.payer_acceptance == "required" and not _accepted(ctx, member, cost_type):
        return f"Account {account} has not accepted on its membership to pay for {cost_type}"
    return None


def _accepted(ctx: Context, member: Member, cost_type: str) -> bool:
    """Who was named has to accept; the runner that pays by default need not, but may decline (assumption)."""
    membership = ctx.store.get(kinds.MEMBERSHIP, member["membershipId"])
    is_named = member["_payer"].get(cost_type, False)
    return membership is not None and bool(membership["_accepted"].get(cost_type, not is_named))


def _refused(ctx: Context, parameter: str, message: str) -> ServiceError:
    if ctx.switches.payer_refusal_reason == "INVALID_CONFIGURATION":
        return invalid_configuration(parameter, message)
    return invalid_field(parameter, message)
