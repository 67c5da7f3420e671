"""Which collaborations does a command look at, and as whom?

A collaboration of the stack file is looked at as its creator, somebody else's as the account that is its member.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.desired import Access, Credentials, DesiredCollaboration
from cleanrooms_governance.errors import GovernanceError, Refused
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration
from cleanrooms_governance.running.lookup import check_identity, find_collaboration
from cleanrooms_governance.running.world import read_world
from cleanrooms_governance.service import Accounts
from cleanrooms_governance.settings.inputs import collaboration_inputs, parse_collaboration_inputs
from cleanrooms_governance.side_by_side import side_by_side

_ENVIRONMENT = Credentials(environment=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the options say about where to look; ``credentials`` are for an account that no stack file knows."""

    collaboration: str | None = None
    account: AccountId | None = None
    region: str | None = None
    credentials: Credentials = _ENVIRONMENT


@dataclass(frozen=True, slots=True)
class Place:
    """Where one collaboration is to be looked at: ``id`` is known, or it is found by what ``desired`` says.

    ``voters`` are the ways into the accounts whose votes `pulumi up` casts there.
    """

    label: str
    access: Access
    region: str
    id: str | None = None
    desired: DesiredCollaboration | None = None
    voters: Mapping[AccountId, Access] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """A collaboration as it stands, with its tags if this stack governs it, and all its requests, oldest first."""

    place: Place
    live: Collaboration
    requests: tuple[ChangeRequest, ...]


@dataclass(frozen=True, slots=True)
class NotThere:
    """A collaboration of the stack file that was not created yet."""

    place: Place


@dataclass(frozen=True, slots=True)
class Trouble:
    """A collaboration that could not be read, and why; ``end`` tells a failure from a refusal."""

    place: Place
    why: str
    end: Exit = Exit.ERROR


Seen = World | NotThere | Trouble


def places(stack: Stack | None, choice: Choice) -> list[Place]:
    """Return where to look, in the order of the stack file.

    Raises: ``Misused`` if the options name nothing that could be looked at.
    """
    if stack is None and choice.collaboration is None:
        raise Misused("say where to look: --stack, --stack-file, or --collaboration with --account and --region")
    declared = list(_declared(stack)) if stack else []
    if choice.collaboration is None:
        return declared
    named = [place for place in declared if choice.collaboration in (place.label, place.id)]
    if named:
        return named
    if choice.account is None or choice.region is None:
        hint = "give --account and --region with it" if stack is None else "correct it, or give --account and --region with it"
        raise Misused(f"--collaboration {choice.collaboration} is not in a stack file: {hint}")
    access = access_of(stack, choice.account, choice.credentials)
    return [Place(choice.collaboration, access, choice.region, choice.collaboration)]


def places_named(stack: Stack, named: str | None) -> list[Place]:
    """Return where to look in a stack file: everywhere, or where ``named``, a key or an id, says.

    Raises: ``Misused`` if that is nowhere.
    """
    where = [each for each in places(stack, Choice()) if named in (None, each.label, each.id)]
    if not where and named is not None:
        raise Misused(f"{named} is no collaboration of the stack file: give a key or an id of it")
    return where


def access_of(stack: Stack | None, account: AccountId, credentials: Credentials) -> Access:
    """Return the way into an account: the stack file's, or the options' where no stack file was named.

    Raises: ``Misused`` if the stack file has no credentials for it.
    """
    if stack is None:
        return Access(account, credentials, credentials)
    known = stack.file.accounts.get(account)
    if known is None or known.access is None:
        raise Misused(f"account {account} has no credentials under accounts of the stack file: only an account we hold can act")
    return known.access


def look(wanted: Sequence[Place], accounts: Accounts) -> list[Seen]:
    """Read all places at once; what cannot be read keeps nobody from reading the rest."""
    return side_by_side(lambda place: _seen(place, accounts), wanted)


def read(place: Place, collaboration_id: str, accounts: Accounts) -> World:
    """Read one collaboration. Raises every ``ServiceError`` of the reads."""
    service = accounts(place.access, place.region)
    if place.desired is None:
        return World(place, service.collaboration(collaboration_id), service.change_requests(collaboration_id))
    found = read_world(service, collaboration_id)
    return World(place, found.live, found.requests)


def _seen(place: Place, accounts: Accounts) -> Seen:
    try:
        found = place.id
        if found is None and place.desired is not None:
            found = find_collaboration(place.desired, "", accounts(place.access, place.region))
        if found is None:
            return NotThere(place)
        world = read(place, found, accounts)
        if place.desired is not None:
            check_identity(place.desired, world.live)
    except Refused as refusal:
        return Trouble(place, str(refusal), Exit.REFUSED)
    except GovernanceError as error:
        return Trouble(place, str(error))
    return world


def declared_place(stack: Stack, key: str) -> tuple[Place, DesiredCollaboration]:
    """Return where a collaboration of the stack file is looked at, as its creator, and what the file wants of it."""
    desired, access, voters = parse_collaboration_inputs(collaboration_inputs(stack.file, key, stack.owner_prefix))
    return Place(key, access, desired.region, desired.id, desired, voters), desired


def _declared(stack: Stack) -> Iterator[Place]:
    for key in stack.file.collaborations:
        place, _ = declared_place(stack, key)
        yield place
    foreign: set[tuple[str, str]] = set()
    for key, membership in stack.file.memberships.items():
        if membership.collaboration in stack.file.collaborations or membership.region is None:
            continue
        at = (membership.collaboration, membership.region)
        if at not in foreign:
            foreign.add(at)
            access = access_of(stack, membership.account, Credentials())
            yield Place(key, access, membership.region, membership.collaboration)
