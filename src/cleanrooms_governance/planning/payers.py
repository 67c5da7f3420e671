"""Who may be asked to pay for a cost type, and who of them can be seen to have agreed to it.

The creator names candidates; a member accepts on its own membership, which only its own account can read (service guide,
updating a membership; service model: ListMembers shows what the creator configured). So of an account that this stack does not
hold it is not visible whether it can be asked to pay.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cleanrooms_governance.desired import DesiredCollaboration, DesiredMember
from cleanrooms_governance.model import CAN_QUERY, CAN_RUN_JOB, AccountId, Collaboration, CostType, MemberStatus
from cleanrooms_governance.planning.atoms import Atom, Setting, Value, managed_costs, spoken_payments


@dataclass(frozen=True, slots=True)
class Payers:
    """The candidates of one cost type that are left when a plan is in effect."""

    cost: CostType
    staying: frozenset[AccountId]
    new: frozenset[AccountId]

    @property
    def all(self) -> frozenset[AccountId]:
        """Everybody who is left."""
        return self.staying | self.new

    def usable(self, live: Collaboration) -> frozenset[AccountId]:
        """Return those that can be seen to be usable now: a candidate already, joined, and the payment accepted."""
        return frozenset(account for account in self.staying if is_usable(account, self.cost, live))

    def visible(self, live: Collaboration) -> frozenset[AccountId]:
        """Return those of whom this stack can see whether they have accepted."""
        return self.all & live.accepted.keys()


def candidates(cost: CostType, live: Collaboration) -> frozenset[AccountId]:
    """Return the members that ListMembers shows as payers, named or by default."""
    return frozenset(account for account, member in live.members.items() if member.belongs and member.payments.get(cost))


def payers_now(cost: CostType, live: Collaboration) -> frozenset[AccountId]:
    """Return who pays for a cost type: the candidates, or the runner where nobody is named and nobody shown.

    Source: service model, QueryComputePaymentConfig; that jobs follow the same rule is an assumption.
    """
    ability = RUNNER_OF.get(cost)
    by_default = (account for account, member in live.members.items() if member.belongs and ability in member.abilities)
    return candidates(cost, live) or frozenset(by_default)


RUNNER_OF = {CostType.QUERY_COMPUTE: CAN_QUERY, CostType.JOB_COMPUTE: CAN_RUN_JOB}
"""The ability of those whose analyses cost this, where an analysis is a query or a job of a membership."""


def may_be_usable(account: AccountId, cost: CostType, live: Collaboration) -> bool:
    """Tell whether a candidate can be charged now, as far as this stack can see: it has joined, and not shown to decline."""
    return live.members[account].status == MemberStatus.ACTIVE and cost in live.accepted.get(account, {cost})


def is_usable(candidate: AccountId, cost: CostType, live: Collaboration) -> bool:
    """Tell whether a candidate can be seen to be usable now: joined, and the payment accepted."""
    return live.members[candidate].status == MemberStatus.ACTIVE and cost in live.accepted.get(candidate, ())


def payers_after(cost: CostType, planned: Mapping[Atom, Value], live: Collaboration) -> Payers:
    """Return who is left to pay for a cost type when the planned atoms are in effect."""
    concerned = {
        AccountId(atom.subject): value for atom, value in planned.items() if atom.setting is Setting.PAYS and atom.name == cost
    }
    now = candidates(cost, live)
    return Payers(
        cost=cost,
        staying=frozenset(account for account in now if concerned.get(account, True)),
        new=frozenset(account for account, pays in concerned.items() if pays and account not in now),
    )


def maybe_by_default(account: AccountId, cost: CostType, live: Collaboration) -> bool:
    """Tell whether an account may pay only because nobody is named.

    ListMembers shows the runner as payer where there is no candidate (service model: QueryComputePaymentConfig), and then looks
    the same as for a runner that was named.
    """
    return candidates(cost, live) == {account} and live.members[account].is_runner


def payments_at_creation(desired: DesiredCollaboration, member: DesiredMember) -> dict[CostType, bool] | None:
    """Return the payments of a member of a new collaboration, ``None`` where the file names it for nothing.

    ``queryCompute`` has to be said with any other; for the runner, who pays for it where nobody is named, it is then said as
    true, since false would rule it out.
    """
    if not member.payer_for:
        return None
    payments = dict.fromkeys(member.payer_for, True)
    if CAN_QUERY in member.abilities and CostType.QUERY_COMPUTE not in managed_costs(desired):
        payments[CostType.QUERY_COMPUTE] = True
    return spoken_payments(payments)
