"""What do accounts have in Clean Rooms: what they created, and where they are members, read whole?"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from cleanrooms_governance.desired import Access
from cleanrooms_governance.errors import AccessDenied, GovernanceError, NotFound
from cleanrooms_governance.model import AccountId, Membership, MemberStatus
from cleanrooms_governance.privacy_budgets import AccessParameters, BudgetedTable, BudgetTemplate
from cleanrooms_governance.seen import NotVisible, visible
from cleanrooms_governance.service import Accounts, CleanRoomsReads
from cleanrooms_governance.settings.live_file import Found
from cleanrooms_governance.settings.live_sections import LiveCollaboration, LiveMembership
from cleanrooms_governance.side_by_side import side_by_side


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read: ``what`` names it, ``why`` says what stood in the way."""

    account: AccountId
    region: str
    what: str
    why: str
    is_hidden: bool = False
    """Whether it may simply not be there, as far as this account can tell."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A collaboration that an account may join and has not joined."""

    account: AccountId
    region: str
    collaboration: str
    name: str


@dataclass(slots=True)
class Seen:
    """All that was read."""

    collaborations: list[LiveCollaboration] = field(default_factory=list)
    memberships: list[LiveMembership] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    @property
    def found(self) -> Found:
        """What a stack file can be written about."""
        return Found(tuple(self.collaborations), tuple(self.memberships))

    def add(self, other: "Seen") -> None:
        """Take in what was read elsewhere."""
        self.collaborations += other.collaborations
        self.memberships += other.memberships
        self.invitations += other.invitations
        self.unread += other.unread


def look_at_all(held: Sequence[Access], regions: Sequence[str], accounts: Accounts) -> Seen:
    """Read everything that accounts have in these Regions; what cannot be read keeps nobody from reading the rest."""
    return _gathered(_of_account, held, regions, accounts)


def look_at_one(collaboration_id: str, held: Sequence[Access], regions: Sequence[str], accounts: Accounts) -> Seen:
    """Read one collaboration, as its creator if that is among the accounts, and the memberships of all of them in it."""
    return _gathered(partial(_in_collaboration, id_=collaboration_id), held, regions, accounts)


def _gathered(
    read: Callable[[CleanRoomsReads], Seen], held: Sequence[Access], regions: Sequence[str], accounts: Accounts
) -> Seen:
    seen = Seen()
    for each in side_by_side(read, [accounts(access, region) for access in held for region in regions]):
        seen.add(each)
    return seen


def _of_account(service: CleanRoomsReads) -> Seen:
    seen = Seen()
    try:
        active = {each.collaboration_id: each for each in service.memberships() if each.is_active}
        summaries = {each.id: each for each in service.collaborations()}
    except GovernanceError as error:
        return Seen(unread=[_unread(service, "what this account has", error)])
    for id_ in sorted({*active, *summaries}):
        seen.add(_read(service, id_, active.get(id_)))
    return seen


def _in_collaboration(service: CleanRoomsReads, id_: str) -> Seen:
    try:
        own = next((each for each in service.memberships() if each.collaboration_id == id_ and each.is_active), None)
    except GovernanceError as error:
        return Seen(unread=[_unread(service, "its memberships", error)])
    seen = _read(service, id_, own)
    # An account that takes no part is told that it may not see the collaboration, or that there is none: nothing is missing.
    return Seen() if own is None and all(each.is_hidden for each in seen.unread) and not seen.collaborations else seen


def _read(service: CleanRoomsReads, id_: str, own: Membership | None) -> Seen:
    seen = Seen()
    try:
        live = service.collaboration(id_)
    except GovernanceError as error:
        return Seen(unread=[_unread(service, f"collaboration {id_}", error)])
    if live.creator == service.account:
        seen.collaborations.append(LiveCollaboration(live, visible(lambda: service.tags(live.arn))))
    member = live.members.get(service.account)
    if own is None:
        if member is not None and member.status == MemberStatus.INVITED:
            seen.invitations.append(Invitation(service.account, service.region, id_, live.name))
        return seen
    try:
        whole = service.membership(own.id)
    except GovernanceError as error:
        seen.unread.append(_unread(service, f"membership {own.id} in collaboration {id_}", error))
        return seen
    budgets = visible(lambda: tuple(_budgets(service, own.id)))
    tables = _tables(service, own.id) if _names_tables(budgets) else ()
    seen.memberships.append(LiveMembership(whole, live, visible(lambda: service.tags(whole.arn)), budgets, tables))
    return seen


def _budgets(service: CleanRoomsReads, membership_id: str) -> Iterator[BudgetTemplate]:
    for each in service.own_budget_templates(membership_id):
        template = service.budget_template(membership_id, each.id)
        tags = visible(partial(service.tags, template.arn))
        yield replace(template, tags=None if isinstance(tags, NotVisible) else tags)


def _names_tables(budgets: Iterable[BudgetTemplate] | NotVisible) -> bool:
    return not isinstance(budgets, NotVisible) and any(isinstance(each.parameters, AccessParameters) for each in budgets)


def _tables(service: CleanRoomsReads, membership_id: str) -> tuple[BudgetedTable, ...]:
    """Return the tables of a membership, as far as they can be read: by those that cannot, budgets go by ARN."""
    associated = visible(lambda: service.associated_tables(membership_id))
    derived = visible(lambda: service.intermediate_tables(membership_id))
    # Names are looked up among associations first, so without those no name would be sure.
    if isinstance(associated, NotVisible) or isinstance(derived, NotVisible):
        return ()
    return (*associated, *derived)


def _unread(service: CleanRoomsReads, what: str, error: GovernanceError) -> Unread:
    return Unread(service.account, service.region, what, str(error), isinstance(error, AccessDenied | NotFound))
