"""Who stops paying for something, or goes altogether, when a plan is carried out."""

from dataclasses import dataclass

from cleanrooms_governance.model import Ability, AccountId, Collaboration, CostType, MemberStatus
from cleanrooms_governance.planning.changes import AddPayer, RemoveMember, RemovePayer
from cleanrooms_governance.planning.payers import RUNNER_OF, payers_now
from cleanrooms_governance.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Leaver:
    """An account that will no longer pay for ``costs``; ``leaves`` says that it is removed altogether."""

    account: AccountId
    costs: frozenset[CostType]
    leaves: bool

    def concerns(self, cost: CostType, live: Collaboration) -> bool:
        """Tell whether analyses that cost this may be running which it pays for, or which it runs and leaves behind."""
        runs = self.leaves and RUNNER_OF[cost] in live.members[self.account].abilities
        return runs or cost in self.costs


def leavers(plan: Plan, live: Collaboration) -> tuple[Leaver, ...]:
    """Return everybody who has joined and stops paying for something, or is removed, sorted by account."""
    found: dict[AccountId, Leaver] = {}
    for planned in plan.changes:
        match planned.change:
            case RemoveMember(account):
                found[account] = Leaver(account, paid_by(account, live), leaves=True)
            case RemovePayer(account, cost) if account not in found:
                found[account] = Leaver(account, frozenset({cost}), leaves=False)
            case RemovePayer(account, cost):
                found[account] = Leaver(account, found[account].costs | {cost}, found[account].leaves)
    joined = {account for account in found if live.members[account].status == MemberStatus.ACTIVE}
    return tuple(found[account] for account in sorted(joined))


def concerned_costs(plan: Plan, live: Collaboration) -> frozenset[CostType]:
    """Return the cost types for which the plan changes who may be asked to pay."""
    costs: set[CostType] = set()
    for planned in plan.changes:
        match planned.change:
            case AddPayer(_, cost) | RemovePayer(_, cost):
                costs.add(cost)
            case RemoveMember(account):
                costs |= paid_by(account, live)
    return frozenset(costs)


def paid_by(account: AccountId, live: Collaboration) -> frozenset[CostType]:
    """Return what an account may be asked to pay for, by name or by default."""
    return frozenset(cost for cost in CostType if account in payers_now(cost, live))


def runners(ability: Ability, live: Collaboration) -> tuple[AccountId, ...]:
    """Return who has joined and runs queries (``CAN_QUERY``) or jobs (``CAN_RUN_JOB``), sorted."""
    return tuple(
        account
        for account, member in sorted(live.members.items())
        if member.status == MemberStatus.ACTIVE and ability in member.abilities
    )
