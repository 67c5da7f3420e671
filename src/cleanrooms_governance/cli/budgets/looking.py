"""Look, as each account of a stack, at the privacy budgets of its collaborations. Only reading credentials are used."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from cleanrooms_governance.aws.once import OncePerKey
from cleanrooms_governance.budgets.book import BudgetBook, BudgetViews, Looker, Unread, read_book
from cleanrooms_governance.budgets.low import is_meant
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.cli.worlds import Place, Seen, Trouble, World, access_of
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.model import Collaboration, Membership, membership_in
from cleanrooms_governance.privacy_budgets import PrivacyBudget
from cleanrooms_governance.settings.values import to_budgets
from cleanrooms_governance.side_by_side import side_by_side


class BudgetAccounts(Protocol):
    """Opens an account, as ``service.Accounts`` does."""

    def __call__(self, access: Access, region: str) -> BudgetViews:
        """Return that account's Clean Rooms. Nothing is called before the first use."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A ``warnBelow`` of the stack file, in percent, and the budget it is about, ``None`` if that is not to be seen."""

    path: str
    percent: int
    budget: PrivacyBudget | None


@dataclass(frozen=True, slots=True)
class Budgets:
    """The privacy budgets of one collaboration; ``live`` is ``None`` where only its members could look."""

    place: Place
    id: str
    live: Collaboration | None
    book: BudgetBook
    thresholds: tuple[Threshold, ...] = ()

    def threshold(self, budget: PrivacyBudget) -> Threshold | None:
        """Return what the stack file says below what to warn of a budget."""
        return next((each for each in self.thresholds if each.budget == budget), None)


def look_at_budgets(seen: Sequence[Seen], stack: Stack, accounts: BudgetAccounts) -> list[Seen | Budgets]:
    """Return the budgets, collaboration by collaboration, and what could not be read as it was.

    Where a collaboration cannot be read, and the stack file has its id, the members that the stack holds still look at what is
    their own.
    """
    return side_by_side(_Looking(stack, accounts).at, seen)


class _Looking:
    def __init__(self, stack: Stack, accounts: BudgetAccounts) -> None:
        self._stack = stack
        self._accounts = accounts
        self._memberships: OncePerKey[tuple[Access, str], tuple[Membership, ...]] = OncePerKey()

    def at(self, seen: Seen) -> Seen | Budgets:
        if isinstance(seen, World):
            place, live = seen.place, seen.live
            lookers, unread = self._lookers(place, live.id)
            book = read_book(live.id, self._accounts(place.access, place.region), lookers)
            return self._budgets(place, live.id, live, _with(book, unread))
        if isinstance(seen, Trouble) and seen.place.id is not None:
            place, found = seen.place, seen.place.id
            lookers, unread = self._lookers(place, found)
            if lookers:
                hidden = Unread(place.access.account, "the collaboration", seen.why)
                return self._budgets(place, found, None, _with(read_book(found, None, lookers), [hidden, *unread]))
        return seen

    def _budgets(self, place: Place, id_: str, live: Collaboration | None, book: BudgetBook) -> Budgets:
        return Budgets(place, id_, live, book, tuple(self._thresholds(place, id_, book)))

    def _thresholds(self, place: Place, id_: str, book: BudgetBook) -> Iterator[Threshold]:
        for key, membership in self._stack.file.memberships.items():
            if membership.collaboration not in (place.label, id_):
                continue
            own = [each for each in book.budgets if each.owner == membership.account]
            for name, declared in (to_budgets(membership.privacy_budgets) or {}).items():
                if declared.warn_below is not None:
                    meant = next((each for each in own if is_meant(declared.wanted, each, book.tables)), None)
                    yield Threshold(f"memberships.{key}.privacyBudgets.{name}.warnBelow", declared.warn_below, meant)

    def _lookers(self, place: Place, found: str) -> tuple[list[Looker], list[Unread]]:
        """Return the accounts with a membership in the stack file, as far as they can look."""
        lookers: list[Looker] = []
        unread: list[Unread] = []
        memberships = self._stack.file.memberships.values()
        for account in sorted({each.account for each in memberships if each.collaboration in (place.label, found)}):
            access = access_of(self._stack, account, Credentials())
            try:
                port = self._accounts(access, place.region)
                own = membership_in(found, self._memberships.get((access, place.region), port.memberships))
            except GovernanceError as error:
                unread.append(Unread(account, "its memberships", str(error)))
                continue
            if own is not None and own.is_active:
                lookers.append(Looker(port, own))
        return lookers, unread


def _with(book: BudgetBook, unread: Sequence[Unread]) -> BudgetBook:
    return replace(book, unread=tuple(sorted({*book.unread, *unread})))
