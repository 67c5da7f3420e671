"""A whole stack file about what is live: one group of entries for each collaboration, under keys made of names."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cleanrooms_governance.model import AccountId, Collaboration
from cleanrooms_governance.settings.documents import Document
from cleanrooms_governance.settings.keys import free_key
from cleanrooms_governance.settings.live_sections import (
    LiveCollaboration,
    LiveMembership,
    collaboration_section,
    membership_section,
)
from cleanrooms_governance.settings.yaml_writing import Entry

LONGEST_KEY = 32
"""Characters of a key, so that with that of a privacy budget it stays one that a tag can hold."""

_ID_PART = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What accounts read of the world: what they created, and where they are members."""

    collaborations: Sequence[LiveCollaboration] = ()
    memberships: Sequence[LiveMembership] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The entries about one collaboration; ``key`` is its own, or that of its first membership if it is somebody else's."""

    key: str
    collaborations: tuple[Entry, ...] = ()
    memberships: tuple[Entry, ...] = ()


@dataclass
class Keys:
    """The keys that are in use, which grow with what is found.

    ``own`` are those of collaborations of the file by their id; ``owner_prefix`` is its ``<project>/<stack>``.
    """

    collaborations: set[str] = field(default_factory=set)
    memberships: set[str] = field(default_factory=set)
    own: dict[str, str] = field(default_factory=dict)
    owner_prefix: str = ""


def groups_of(found: Found, keys: Keys, names: Mapping[AccountId, str], key: str | None = None) -> list[Group]:
    """Return the entries of everything that was found, in an order that depends on nothing else.

    Parameters: ``names`` are names of accounts, by which several memberships of one collaboration are told apart; ``key`` is to
    be that of the only collaboration, or of the only membership in somebody else's.
    """
    own = {each.live.id: each for each in sorted(found.collaborations, key=lambda each: _order(each.live))}
    joined: dict[str, list[LiveMembership]] = {}
    for each in sorted(found.memberships, key=lambda each: (_order(each.collaboration), each.membership.account)):
        joined.setdefault(each.collaboration.id, []).append(each)
    lives = {id_: each.live for id_, each in own.items()} | {
        id_: several[0].collaboration for id_, several in joined.items() if id_ not in own
    }
    groups = []
    for live in sorted(lives.values(), key=_order):
        collaborations = (_collaboration(own[live.id], keys, key),) if live.id in own else ()
        memberships = tuple(_memberships(joined.get(live.id, ()), keys, names, None if collaborations else key))
        groups.append(Group((*collaborations, *memberships)[0].key, collaborations, memberships))
    return groups


def account_entries(ways_in: Mapping[AccountId, Document], names: Mapping[AccountId, str]) -> list[Entry]:
    """Return the accounts section: those that are held with their way in, all others with their name."""
    entries = []
    for account in sorted({*ways_in, *names}):
        name = {"name": names[account]} if account in names else {}
        entries.append(Entry(account, {**name, **ways_in.get(account, {})}))
    return entries


def names_in(lives: Iterable[Collaboration]) -> dict[AccountId, str]:
    """Return a name for each account that belongs to any of the collaborations: what the first one by id calls it."""
    names: dict[AccountId, str] = {}
    for live in sorted(lives, key=lambda each: each.id):
        for account, member in live.members.items():
            if member.belongs:
                names.setdefault(account, member.display_name)
    return dict(sorted(names.items()))


def _order(live: Collaboration) -> tuple[str, str, str]:
    return (live.name.lower(), live.region, live.id)


def _collaboration(found: LiveCollaboration, keys: Keys, wanted: str | None) -> Entry:
    live = found.live
    key = wanted or _free(live.name, live, keys.collaborations)
    keys.collaborations.add(key)
    keys.own[live.id] = key
    section = collaboration_section(found, f"{keys.owner_prefix}/{key}")
    return Entry(key, section.document, section.remarks)


def _memberships(
    several: Sequence[LiveMembership], keys: Keys, names: Mapping[AccountId, str], wanted: str | None
) -> Iterator[Entry]:
    for each in several:
        account, live = each.membership.account, each.collaboration
        own_key = keys.own.get(live.id)
        who = names.get(account, account)
        named = live.name if len(several) == 1 else f"{live.name[: LONGEST_KEY // 2]} {who}"
        only = wanted if len(several) == 1 else None
        key = only or _free(named, live, keys.memberships, account)
        keys.memberships.add(key)
        section = membership_section(each, own_key, f"{keys.owner_prefix}/{key}")
        yield Entry(key, section.document, (*_of_whom(each, own_key), *section.remarks))


def _of_whom(each: LiveMembership, own_key: str | None) -> tuple[str, ...]:
    return () if own_key else (f"the collaboration {each.collaboration.name!r} of {each.collaboration.creator}",)


def _free(name: str, live: Collaboration, taken: Collection[str], account: str = "") -> str:
    mark = f"{live.id[:_ID_PART]}{f'-{account}' if account else ''}"
    return free_key(name, f"collaboration-{live.id[:_ID_PART]}", mark, taken, LONGEST_KEY)
