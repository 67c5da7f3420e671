"""Look at everything in a stack file at once: the collaborations, then their memberships, then the privacy budgets of those.

Reading accounts are asked in parallel and each question once. Nothing is known of a Pulumi state: a collaboration is found by
its id or its owner tag alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

from cleanrooms_governance.assessment.budgets import BudgetAssessment
from cleanrooms_governance.assessment.collaborations import CollaborationAssessment, assess_collaboration
from cleanrooms_governance.assessment.declared import collaboration_keys
from cleanrooms_governance.assessment.in_turn import budget_in_turn, is_open_membership, membership_in_turn
from cleanrooms_governance.assessment.kinds import BUDGET, COLLABORATION, MEMBERSHIP, resource_name
from cleanrooms_governance.assessment.memberships import MembershipAssessment
from cleanrooms_governance.assessment.reads import RememberedReads
from cleanrooms_governance.desired import Access
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.service import Accounts, CleanRoomsReads
from cleanrooms_governance.settings.budget_inputs import budget_inputs, parse_budget_inputs
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from cleanrooms_governance.settings.stack_file import StackFile
from cleanrooms_governance.side_by_side import side_by_side

Assessment = CollaborationAssessment | MembershipAssessment | BudgetAssessment


@dataclass(frozen=True, slots=True)
class Assessed:
    """One resource of a stack file as it was found.

    ``found`` is ``None`` where what is to be done shows only once something before it is done. ``depends_on`` is the name of
    the resource that comes before it, empty for none.
    """

    kind: str
    key: str
    found: Assessment | None
    depends_on: str = ""

    @property
    def name(self) -> str:
        """How the summary names it."""
        return resource_name(self.kind, self.key)


Looked = Callable[[int, int], None]
"""Is told, from any thread, how many of how many collaborations and memberships were looked at."""


def assess_stack(
    stack: StackFile, prefix: str, accounts: Accounts, today: date, looked: Looked, *, foreseeing: bool = True
) -> tuple[Assessed, ...]:
    """Look at every resource of a stack file. What cannot be read keeps nothing else from being looked at.

    Parameters: ``prefix`` is the ``<project>/<stack>`` of the owner tags; ``today`` is a date in UTC, on which rules and
    members' days are judged. ``foreseeing`` judges each resource by what a run will have done before it comes to it, as a run
    does; without it each is judged by what is live now.

    Returns: the collaborations, the memberships and the budgets, each in the order of the stack file.
    """
    return _Looking(stack, prefix, accounts, today, looked, foreseeing).look()


class _Looking:
    def __init__(
        self, stack: StackFile, prefix: str, accounts: Accounts, today: date, looked: Looked, foreseeing: bool
    ) -> None:
        self._stack = stack
        self._declared = collaboration_keys(stack)
        self._prefix = prefix
        self._accounts = accounts
        self._today = today
        self._looked = looked
        self._foreseeing = foreseeing
        self._counter = count(1)
        self._reads: dict[tuple[Access, str], RememberedReads] = {}

    def look(self) -> tuple[Assessed, ...]:
        found = side_by_side(self._collaboration, list(self._stack.collaborations))
        governed = dict(zip(self._stack.collaborations, found, strict=True))
        belonging = side_by_side(lambda key: self._membership(key, governed), list(self._stack.memberships))
        collaborations = [Assessed(COLLABORATION, key, each) for key, each in governed.items()]
        memberships = [membership for membership, _ in belonging]
        return (*collaborations, *memberships, *(budget for _, budgets in belonging for budget in budgets))

    def _collaboration(self, key: str) -> CollaborationAssessment:
        written, access, voters = parse_collaboration_inputs(collaboration_inputs(self._stack, key, self._prefix))
        desired = as_of(written, self._today)
        found = assess_collaboration(
            desired,
            "",
            self._reading(access, desired.region),
            self._today,
            may_write=access.write is not None,
            voters={account: self._reading(voter, desired.region) for account, voter in voters.items()},
            one_way=frozenset(account for account, voter in voters.items() if voter.read == voter.write),
            declared=self._declared,
        )
        self._count()
        return found

    def _membership(self, key: str, governed: dict[str, CollaborationAssessment]) -> tuple[Assessed, list[Assessed]]:
        own = governed.get(self._stack.memberships[key].collaboration)
        before = resource_name(COLLABORATION, own.desired.key) if own else ""
        found = None
        if own is None or own.collaboration_id:
            desired, access = parse_membership_inputs(membership_inputs(self._stack, key, self._prefix))
            desired = replace(desired, collaboration=own.collaboration_id) if own else desired
            reads = self._reading(access, desired.region)
            before_it = own if self._foreseeing else None
            found = membership_in_turn(desired, reads, self._today, may_write=access.write is not None, governed=before_it)
        budgets = list(self._budgets(key, own, found))
        self._count()
        return Assessed(MEMBERSHIP, key, found, before), budgets

    def _budgets(
        self, key: str, own: CollaborationAssessment | None, membership: MembershipAssessment | None
    ) -> Iterator[Assessed]:
        for name in sorted(self._stack.memberships[key].privacy_budgets or {}):
            found = None
            if own is None or own.collaboration_id:
                desired, access = parse_budget_inputs(budget_inputs(self._stack, key, name, self._prefix))
                desired = replace(desired, collaboration=own.collaboration_id) if own else desired
                found = budget_in_turn(
                    desired,
                    self._reading(access, desired.region),
                    may_write=access.write is not None,
                    membership_is_open=self._foreseeing and is_open_membership(membership),
                )
            yield Assessed(BUDGET, f"{key}/{name}", found, resource_name(MEMBERSHIP, key))

    def _reading(self, access: Access, region: str) -> CleanRoomsReads:
        # Of two threads that are first at once both get the one that was kept.
        return self._reads.setdefault((access, region), RememberedReads(self._accounts(access, region)))

    def _count(self) -> None:
        self._looked(next(self._counter), len(self._stack.collaborations) + len(self._stack.memberships))
