"""What is read of a collaboration at one moment: its members, tags and change requests, and more where a plan asks for it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, CostType, Membership
from cleanrooms_governance.planning.leavers import Leaver, concerned_costs, leavers, runners
from cleanrooms_governance.planning.payers import RUNNER_OF
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.seen import DerivedTable, NotVisible, RunningAnalysis, Seen, SharedBudget, visible
from cleanrooms_governance.service import CleanRoomsReads

T = TypeVar("T")
Members = Mapping[AccountId, CleanRoomsReads]


@dataclass(frozen=True, slots=True)
class World:
    """What was read of a collaboration at one moment."""

    live: Collaboration
    requests: tuple[ChangeRequest, ...]
    seen: Seen = field(default_factory=Seen)

    @property
    def open_requests(self) -> frozenset[str]:
        """The ids of the requests that are still to be decided or committed."""
        return frozenset(request.id for request in self.requests if request.is_open)


def read_world(creator: CleanRoomsReads, collaboration_id: str) -> World:
    """Read a collaboration, its members, its tags and all its change requests, as its creator."""
    live = creator.collaboration(collaboration_id)
    tags = creator.tags(live.arn) if live.creator == creator.account else {}
    return World(replace(live, tags=tags), creator.change_requests(collaboration_id))


def look_closer(
    desired: DesiredCollaboration, world: World, creator: CleanRoomsReads, members: Members, before: Seen | None = None
) -> World:
    """Add to a world what the plan makes worth knowing; where it changes no payer and
    removes nobody, and the file declares no privacy budgets in it, nothing is called.

    Parameters: ``members`` reads as each account whose membership this stack may look at; what it has accepted to pay is read
    whenever payers change. ``before`` is what an earlier look has seen, which is not looked at again. What cannot be read is
    not visible, which is the careful reading, and never an error.
    """
    plan = plan_collaboration(desired, world.live)
    going = leavers(plan, world.live)
    paid = concerned_costs(plan, world.live)
    if not paid and not going and desired.budget_owners is None:
        return world
    look = _Look(world.live, creator, members)
    live = replace(world.live, accepted=look.accepted()) if paid else world.live
    seen = look.see(going, before or Seen())
    return replace(world, live=live, seen=seen if desired.budget_owners is None else look.at_budgets(seen))


class _Look:
    def __init__(self, live: Collaboration, creator: CleanRoomsReads, members: Members) -> None:
        self._live = live
        self._creator = creator
        self._members = members
        self._own: dict[AccountId, tuple[Membership, ...] | NotVisible] = {}

    def accepted(self) -> dict[AccountId, frozenset[CostType]]:
        return {
            account: frozenset(cost for each in own for cost, pays in each.payments.items() if pays)
            for account in sorted(self._members)
            if not isinstance(own := self._memberships(account), NotVisible)
        }

    def see(self, going: Iterable[Leaver], before: Seen) -> Seen:
        seen = before
        if any(leaver.leaves for leaver in going):
            seen = self._shared(seen)
        for leaver in going:
            for cost, ability in RUNNER_OF.items():
                if leaver.concerns(cost, self._live):
                    seen = self._running(seen, cost, {*runners(ability, self._live), leaver.account})
        return seen

    def _shared(self, seen: Seen) -> Seen:
        id_, creator = self._live.id, self._creator
        if seen.tables is not None:
            return seen
        tables = visible(lambda: creator.tables(id_))
        owners = set() if isinstance(tables, NotVisible) else {table.owner for table in tables if table.is_derived}
        return replace(
            seen,
            tables=tables,
            templates=visible(lambda: creator.analysis_templates(id_)),
            budgets=self._budgets(),
            derived={account: self._derived(account) for account in sorted(owners & self._members.keys())},
        )

    def at_budgets(self, seen: Seen) -> Seen:
        return seen if seen.budgets is not None else replace(seen, budgets=self._budgets())

    def _budgets(self) -> tuple[SharedBudget, ...] | NotVisible:
        """Read all privacy budget templates, and what each of them says as far as that is visible."""
        id_, creator = self._live.id, self._creator
        listed = visible(lambda: creator.budget_templates(id_))
        return listed if isinstance(listed, NotVisible) else tuple(self._with_terms(each) for each in listed)

    def _with_terms(self, budget: SharedBudget) -> SharedBudget:
        found = visible(lambda: self._creator.shared_budget_template(self._live.id, budget.id))
        return budget if isinstance(found, NotVisible) else replace(budget, template=found)

    def _derived(self, account: AccountId) -> tuple[DerivedTable, ...] | NotVisible:
        return self._through(account, self._members[account].derived_tables)

    def _running(self, seen: Seen, cost: CostType, accounts: set[AccountId]) -> Seen:
        found = {}
        is_query = cost is CostType.QUERY_COMPUTE
        known = seen.queries if is_query else seen.jobs
        for account in sorted((accounts & self._members.keys()) - known.keys()):
            member = self._members[account]
            found[account] = self._through(account, member.running_queries if is_query else member.running_jobs)
        merged: Mapping[AccountId, tuple[RunningAnalysis, ...] | NotVisible] = {**known, **found}
        return replace(seen, queries=merged) if is_query else replace(seen, jobs=merged)

    def _through(self, account: AccountId, read: Callable[[str], tuple[T, ...]]) -> tuple[T, ...] | NotVisible:
        own = self._memberships(account)
        if isinstance(own, NotVisible):
            return own
        return visible(lambda: tuple(found for membership in own for found in read(membership.id)))

    def _memberships(self, account: AccountId) -> tuple[Membership, ...] | NotVisible:
        if account not in self._own:
            listed = visible(self._members[account].memberships)
            if not isinstance(listed, NotVisible):
                listed = tuple(each for each in listed if each.collaboration_id == self._live.id and each.is_active)
            self._own[account] = listed
        return self._own[account]
