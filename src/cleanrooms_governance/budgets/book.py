"""All privacy budgets of one collaboration, as far as the accounts that look can see: what is left, of which tables, and who
lives on it.

One account reads what all members share. The members among the accounts look at what only they see, which is the names of
their tables and their own input channels, and at their own budgets where nobody could read those of all. What one of them may
not read keeps nobody from reading the rest.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.input_channels import ChannelReads, InputChannel
from cleanrooms_governance.model import AccountId, Membership
from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    BudgetedTable,
    BudgetTemplate,
    BudgetType,
    PrivacyBalance,
    PrivacyBudget,
    table_id,
)
from cleanrooms_governance.service import CleanRoomsReads

T = TypeVar("T")


class BudgetViews(CleanRoomsReads, ChannelReads, Protocol):
    """What one account sees of a collaboration, its ML input channels included."""


@dataclass(frozen=True, slots=True)
class Looker:
    """A member of the collaboration among the accounts that look: its way in, and its membership, which is in use."""

    port: BudgetViews
    membership: Membership


@dataclass(frozen=True, slots=True, order=True)
class Unread:
    """Something that an account could not read, and why."""

    account: AccountId
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class BudgetBook:
    """The budgets of one collaboration, sorted by owner and type.

    ``terms`` are templates of differential privacy, by the template's id: they say when such a budget is renewed. ``tables``
    are those whose names can be seen, by the id at the end of their ARNs.
    """

    budgets: tuple[PrivacyBudget, ...] = ()
    terms: Mapping[str, BudgetTemplate] = field(default_factory=dict)
    tables: Mapping[str, BudgetedTable] = field(default_factory=dict)
    channels: tuple[InputChannel, ...] = ()
    unread: tuple[Unread, ...] = ()


def read_book(collaboration_id: str, viewer: BudgetViews | None, members: Sequence[Looker]) -> BudgetBook:
    """Read all budgets of a collaboration.

    Parameters: ``viewer`` reads what all members share; ``None`` if nobody can. ``members`` are the accounts that look at what
    is their own.
    """
    reading = _Reading(collaboration_id)
    shared = reading.shared(viewer) if viewer else None
    budgets = shared if shared is not None else reading.own(members)
    budgets = sorted(budgets, key=lambda each: (each.owner, each.type, _resource(each), each.id))
    terms = reading.terms(viewer, members, budgets)
    limited = {each.owner for each in budgets if isinstance(each.balance, AccessBalance)}
    tables = reading.tables(each for each in members if each.port.account in limited)
    channels = reading.channels(viewer, members)
    return BudgetBook(tuple(budgets), terms, tables, channels, tuple(sorted(reading.unread)))


def table_name(arn: str, tables: Mapping[str, BudgetedTable]) -> str:
    """Return the name of a budgeted table where it can be seen, or the id at the end of its ARN."""
    known = tables.get(table_id(arn))
    return known.name if known else table_id(arn)


def tables_of(port: CleanRoomsReads, membership_id: str) -> dict[str, BudgetedTable]:
    """Read the tables of a membership that a budget can be for, by the id at the end of their ARNs."""
    listed = (*port.associated_tables(membership_id), *port.intermediate_tables(membership_id))
    return {table_id(each.arn): each for each in listed}


@dataclass
class _Reading:
    collaboration_id: str
    unread: list[Unread] = field(default_factory=list)

    def shared(self, viewer: BudgetViews) -> list[PrivacyBudget] | None:
        def read() -> list[PrivacyBudget]:
            return [each for type_ in BudgetType for each in viewer.shared_budgets(self.collaboration_id, type_)]

        return self._attempt(viewer.account, "the budgets of all members", read)

    def own(self, members: Sequence[Looker]) -> list[PrivacyBudget]:
        found: list[PrivacyBudget] = []
        for each in members:
            read = self._attempt(each.port.account, "its own budgets", partial(_own, each))
            found += read or ()
        return found

    def terms(
        self, viewer: BudgetViews | None, members: Sequence[Looker], budgets: Iterable[PrivacyBudget]
    ) -> dict[str, BudgetTemplate]:
        """Read the terms of differential privacy: as their owner where it looks, so that only one account has to be able to."""
        own = {each.port.account: each for each in members}
        found: dict[str, BudgetTemplate] = {}
        for budget in budgets:
            if not isinstance(budget.balance, PrivacyBalance):
                continue
            template = self._terms(budget, own.get(budget.owner), viewer)
            if template is not None:
                found[budget.template] = template
        return found

    def _terms(self, budget: PrivacyBudget, owner: Looker | None, viewer: BudgetViews | None) -> BudgetTemplate | None:
        what = "when differential privacy is renewed"
        if owner is not None:
            own = partial(owner.port.budget_template, owner.membership.id, budget.template)
            return self._attempt(owner.port.account, what, own)
        if viewer is not None:
            shared = partial(viewer.shared_budget_template, self.collaboration_id, budget.template)
            return self._attempt(viewer.account, what, shared)
        return None

    def tables(self, owners: Iterable[Looker]) -> dict[str, BudgetedTable]:
        found: dict[str, BudgetedTable] = {}
        for each in owners:
            look = partial(tables_of, each.port, each.membership.id)
            found |= self._attempt(each.port.account, "the names of its tables", look) or {}
        return found

    def channels(self, viewer: BudgetViews | None, members: Sequence[Looker]) -> tuple[InputChannel, ...]:
        found: list[InputChannel] = []
        looked: set[AccountId] = set()
        for each in members:
            look = partial(each.port.own_channels, each.membership.id)
            read = self._attempt(each.port.account, "its ML input channels", look)
            if read is not None:
                looked.add(each.port.account)
                found += read
        if viewer is not None:
            others = partial(viewer.shared_channels, self.collaboration_id, looked)
            found += self._attempt(viewer.account, "the ML input channels of others", others) or ()
        return tuple(sorted(found, key=lambda each: (each.owner, each.name, each.arn)))

    def _attempt(self, account: AccountId, what: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except GovernanceError as error:
            self.unread.append(Unread(account, what, str(error)))
            return None


def _own(looker: Looker) -> list[PrivacyBudget]:
    return [each for type_ in BudgetType for each in looker.port.budgets(looker.membership.id, type_)]


def _resource(budget: PrivacyBudget) -> str:
    return budget.balance.resource if isinstance(budget.balance, AccessBalance) else ""
