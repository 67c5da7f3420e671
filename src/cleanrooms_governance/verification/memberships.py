"""Is a membership as its section says?"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from cleanrooms_governance.analyses.payers import CHARGEABLE, Standing, standing_of
from cleanrooms_governance.budgets.overview import SeenBudgets
from cleanrooms_governance.budgets.plan_budget import WAITS, plan_budget
from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.model import AccountId, Collaboration, Membership
from cleanrooms_governance.planning.plan import Level, Plan, Remark
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.text import label, plain
from cleanrooms_governance.verification.observation import Observation, Weight, placed


@dataclass(frozen=True, slots=True)
class MembershipLook:
    """A membership as its own account sees it.

    Parameters: ``membership`` is ``None`` where the account has not joined, ``live`` where it does not see the collaboration;
    ``live`` has what can be seen of who has accepted to pay. ``plan`` is what separates the file from the live world.
    ``budgets`` are the privacy budgets of a membership in use, where the file declares some.
    """

    desired: DesiredMembership
    membership: Membership | None
    live: Collaboration | None
    plan: Plan
    names: Mapping[AccountId, str]
    budgets: SeenBudgets | NotVisible | None = None

    @property
    def path(self) -> str:
        """Its place in the stack file."""
        return f"memberships.{self.desired.key}"


def observe_membership(look: MembershipLook) -> Iterator[Observation]:
    """Yield everything that is not as declared, and what could not be seen."""
    for check in CHECKS:
        yield from check(look)


def _in_use(look: MembershipLook) -> Iterator[Observation]:
    who = label(look.desired.account, look.names)
    if look.membership is None:
        yield Observation(look.path, "membership", f"{who} has not joined")
    elif not look.membership.is_active:
        yield Observation(
            look.path, "membership", f"the membership of {who} is {plain(look.membership.status)}, which is final"
        )


def _as_declared(look: MembershipLook) -> Iterator[Observation]:
    if look.membership is not None and look.membership.is_active:
        yield from _separated(look.plan, look.path, "membership", lambda remark: remark.level is Level.WARNING)


def _budgets(look: MembershipLook) -> Iterator[Observation]:
    """Look whether each declared privacy budget is in force. What else there is, the membership's own plan warns of."""
    if isinstance(look.budgets, NotVisible) and look.desired.budgets:
        text = f"it is not visible whether they are in force ({look.budgets.reason})"
        yield Observation(f"{look.path}.privacyBudgets", "budget", text, Weight.UNREAD)
    elif isinstance(look.budgets, SeenBudgets):
        for name, seen in look.budgets.declared.items():
            budget = replace(look.desired.budget(name), names=look.names)
            yield from _separated(plan_budget(budget, seen), budget.path, "budget", lambda remark: remark.rule == WAITS)


def _separated(plan: Plan, where: str, check: str, is_finding: Callable[[Remark], bool]) -> Iterator[Observation]:
    """Yield what separates the file from the live world; ``is_finding`` picks the remarks that tell of it too."""
    for planned in plan.changes:
        yield Observation(where, check, f"is not as declared: a run would {planned}")
    for refusal in plan.refusals:
        path, message = placed(where, refusal.message)
        yield Observation(path, check, f"a run would be refused: {message}")
    for remark in filter(is_finding, plan.remarks):
        path, message = placed(where, remark.message)
        yield Observation(path, check, message)


def _default_payers(look: MembershipLook) -> Iterator[Observation]:
    if look.live is None:
        return
    for cost, account in sorted(look.desired.default_payer.items()):
        path, who = f"{look.path}.defaultPayer.{cost}", label(account, look.names)
        standing = standing_of(account, cost, look.live)
        if standing is Standing.NOT_VISIBLE:
            yield Observation(path, "payer", f"it is not visible whether {who} has accepted to pay", Weight.NOTE)
        elif standing not in CHARGEABLE:
            yield Observation(path, "payer", f"{who} cannot be charged: {standing}")


CHECKS: tuple[Callable[[MembershipLook], Iterator[Observation]], ...] = (_in_use, _as_declared, _budgets, _default_payers)
"""What is looked at, in the order in which it is said."""
