"""Who can be asked to pay for a cost type, and what of that can be seen: for people, and for a resource's outputs."""

from collections.abc import Mapping
from typing import Any

from cleanrooms_governance.model import AccountId, Collaboration, CostType, MemberStatus
from cleanrooms_governance.planning.changes import AddPayer, RemoveMember, RemovePayer
from cleanrooms_governance.planning.leavers import concerned_costs
from cleanrooms_governance.planning.payers import is_usable, maybe_by_default, payers_now
from cleanrooms_governance.planning.plan import Plan, Remark
from cleanrooms_governance.text import label

PAYERS = "payers"


def payer_remarks(plan: Plan, live: Collaboration, names: Mapping[AccountId, str]) -> tuple[Remark, ...]:
    """Return one line for each cost type whose payers the plan changes; none where it changes no payer."""
    return tuple(
        Remark(PAYERS, cost, f"{cost}: {'; '.join(_states(cost, plan, live, names)) or 'nobody'}")
        for cost in sorted(concerned_costs(plan, live))
    )


def _states(cost: CostType, plan: Plan, live: Collaboration, names: Mapping[AccountId, str]) -> list[str]:
    coming, going = set[AccountId](), set[AccountId]()
    for planned in plan.changes:
        match planned.change:
            case AddPayer(account, added) if added == cost:
                coming.add(account)
            case RemovePayer(account, removed) if removed == cost:
                going.add(account)
            case RemoveMember(account):
                going.add(account)
    shown = payers_now(cost, live)
    lines = []
    for account in sorted(shown | coming):
        said = [*_standing(account, cost, live)] if account in shown else ["not a candidate yet"]
        if account in going:
            said.append("to be removed")
        lines.append(f"{label(account, names)} {', '.join(said)}")
    return lines


def _standing(account: AccountId, cost: CostType, live: Collaboration) -> list[str]:
    said = ["candidate, by name or by default" if maybe_by_default(account, cost, live) else "candidate"]
    if live.members[account].status != MemberStatus.ACTIVE:
        return [*said, "not joined yet"]
    if account not in live.accepted:
        return [*said, "acceptance not visible"]
    if is_usable(account, cost, live):
        return [*said, "accepted", "usable"]
    return [*said, "not accepted yet"]


def payers_document(live: Collaboration) -> dict[str, Any]:
    """Return the candidates of each cost type as outputs show them.

    ``accepted`` and ``usable`` are there only where the account's membership was looked at; absent means not visible. Whether
    somebody has joined is progress and not part of it.
    """
    return {
        str(cost): {account: _known(account, cost, live) for account in sorted(shown)}
        for cost in CostType
        if (shown := payers_now(cost, live))
    }


def _known(account: AccountId, cost: CostType, live: Collaboration) -> dict[str, bool]:
    known = {"candidate": True}
    if account in live.accepted:
        known["accepted"] = cost in live.accepted[account]
        known["usable"] = is_usable(account, cost, live)
    return known
