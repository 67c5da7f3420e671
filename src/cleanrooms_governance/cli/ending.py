"""What is at an end when a collaboration is deleted or left, and how is that done?

Both are final, so neither is ever the side effect of a stack file: a person does it, with the fingerprint of what there was to
be seen right before.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cleanrooms_governance.cli.declared import collaboration_of, declared_membership, section_of
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.cli.worlds import Place, World, declared_place, read
from cleanrooms_governance.errors import AnswerLost, Conflict, GovernanceError, Refused, ServiceError
from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.running.lookup import check_identity, find_collaboration
from cleanrooms_governance.running.polling import poll
from cleanrooms_governance.service import Accounts, CleanRooms
from cleanrooms_governance.tagging import OWNER_TAG
from cleanrooms_governance.text import plain

_HOLDS_RESOURCES = "SUBRESOURCES_EXIST"


class _Owned(Protocol):
    @property
    def owner(self) -> AccountId: ...


class Rule(StrEnum):
    """The two ways for something to end; the values are the commands."""

    DELETE = "delete-collaboration"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Ending:
    """What would end: ``id`` is that of the collaboration or the membership, ``keys`` are those of the file that stand for it.

    ``shared`` counts what members have brought in, by kind and owner, ``None`` for a kind that could not be read.
    """

    rule: Rule
    id: str
    world: World
    keys: tuple[str, ...]
    tagged: bool
    shared: dict[str, dict[AccountId, int] | None]

    @property
    def account(self) -> AccountId:
        """The account that ends it."""
        return self.world.place.access.account

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of exactly this: what ends, by whom, and who is a member of it in which state."""
        members = {account: member.status for account, member in self.world.live.members.items()}
        return fingerprint(self.rule, self.id, self.account, members)


@dataclass(frozen=True, slots=True)
class AlreadyOver:
    """There is nothing to end, and why."""

    rule: Rule
    keys: tuple[str, ...]
    why: str


class StillThere(GovernanceError):
    """AWS has accepted that something ends, and still shows it."""


def find_deletion(stack: Stack, key: str, accounts: Accounts) -> Ending | AlreadyOver:
    """Return what there is to delete under a key of the stack file.

    Raises: ``Refused`` if this stack may not delete it; ``Misused`` for an unknown key; every ``ServiceError`` of the reads.
    """
    section = section_of(stack.file.collaborations, key, "collaborations")
    keys = (f"collaborations.{key}", *_memberships_in(stack, key))
    place, desired = declared_place(stack, key)
    service = accounts(place.access, place.region)
    _check_may_write(f"collaborations.{key}", place, paused=section.paused)
    found = find_collaboration(desired, "", service)
    if found is None:
        nothing = f"account {place.access.account} has no collaboration that collaborations.{key} stands for"
        return AlreadyOver(Rule.DELETE, keys, nothing)
    world = read(place, found, accounts)
    check_identity(desired, world.live)
    tag = world.live.tags.get(OWNER_TAG, "")
    _check_owner(f"collaboration {found}", tag, {desired.owner, *desired.former_owners})
    return Ending(Rule.DELETE, found, world, keys, bool(tag), _shared(service, found))


def find_leaving(stack: Stack, key: str, accounts: Accounts) -> Ending | AlreadyOver:
    """Return which membership there is to end under a key of the stack file. Raises as ``find_deletion`` does."""
    declared = declared_membership(stack, key)
    section, place = declared.section, declared.place
    own_keys = (f"collaborations.{section.collaboration}.members.{section.account}",) if declared.own else ()
    keys = (f"memberships.{key}", *own_keys)
    _check_may_write(f"memberships.{key}", place, paused=section.paused)
    collaboration = collaboration_of(declared, stack, accounts)
    service = accounts(place.access, place.region)
    mine = [each for each in service.memberships() if each.collaboration_id == collaboration]
    membership = next((each for each in mine if each.is_active), None)
    if membership is None:
        status = f"is {plain(mine[0].status)}, which is final" if mine else "is not to be seen: it has not joined, or has left"
        return AlreadyOver(Rule.LEAVE, keys, f"the membership of account {section.account} {status}")
    world = read(place, membership.collaboration_id, accounts)
    if world.live.creator == section.account:
        command = f"crgov {Rule.DELETE} {section.collaboration}" if declared.own else "deleting it"
        raise Refused(
            f"memberships.{key}: account {section.account} created collaboration {world.live.id}, and the creator can leave"
            f" only by deleting it: {command}"
        )
    tag = service.tags(membership.arn).get(OWNER_TAG, "")
    _check_owner(f"membership {membership.id}", tag, {f"{stack.owner_prefix}/{key}"})
    return Ending(Rule.LEAVE, membership.id, world, keys, bool(tag), _shared(service, world.live.id, section.account))


def carry_out(ending: Ending, reviewed: str, accounts: Accounts, sleep: Callable[[float], None] = time.sleep) -> None:
    """End it, and look whether it has ended.

    Parameters: ``reviewed`` is the fingerprint that somebody has seen; ``ending`` was read right before.
    Raises: ``Refused`` if it is another one now or AWS does not allow it; ``StillThere``; every ``ServiceError`` of the calls.
    """
    if reviewed != ending.fingerprint:
        raise Refused(
            f"what would end has the fingerprint {ending.fingerprint} now, not {reviewed}: it is not what was shown then, so"
            f" nothing was called. Its members are now {_members(ending)}. Run `crgov {ending.rule}` without --fingerprint, and"
            " review it again"
        )
    service = accounts(ending.world.place.access, ending.world.place.region)
    try:
        _end(ending, service)
    except AnswerLost:
        if not poll(lambda: _is_gone(ending, service), sleep):
            raise
    except Conflict as conflict:
        if conflict.reason != _HOLDS_RESOURCES:
            raise
        raise Refused(
            f"membership {ending.id} still holds resources (associated tables, analysis templates, privacy budgets, ML models):"
            f" AWS lets account {ending.account} leave only without them, so nothing has ended. Delete them first"
        ) from conflict
    if not poll(lambda: _is_gone(ending, service), sleep):
        raise StillThere(f"AWS has accepted `{ending.rule}` and still shows {ending.id}. Look again in a minute")


def _members(ending: Ending) -> str:
    return ", ".join(f"{account} {plain(member.status)}" for account, member in sorted(ending.world.live.members.items()))


def _end(ending: Ending, service: CleanRooms) -> None:
    if ending.rule is Rule.DELETE:
        service.delete_collaboration(ending.id)
    else:
        service.delete_membership(ending.id)


def _is_gone(ending: Ending, service: CleanRooms) -> bool | None:
    """Whether the account's own list no longer holds it: a denied read would not tell what is gone from what is hidden."""
    if ending.rule is Rule.DELETE:
        there = any(each.id == ending.id for each in service.collaborations())
    else:
        there = any(each.id == ending.id and each.is_active for each in service.memberships())
    return None if there else True


def _memberships_in(stack: Stack, key: str) -> Iterable[str]:
    return (f"memberships.{each}" for each, section in sorted(stack.file.memberships.items()) if section.collaboration == key)


def _check_may_write(path: str, place: Place, *, paused: bool | None) -> None:
    if paused:
        raise Refused(f"{path} is paused, so nothing is done about it. End the pause first")
    if place.access.write is None:
        account = place.access.account
        raise Refused(
            f"{path}: account {account} is only looked at by this stack (accounts.{account} has no `write`), so it ends"
            " nothing. Give it `write` credentials, or do it in the console"
        )


def _check_owner(what: str, tag: str, owners: set[str]) -> None:
    if tag and tag not in owners:
        raise Refused(
            f"{what} carries the tag {OWNER_TAG}={plain(tag, 256)}: another stack governs it, or another key of this one. Have"
            " it ended there, or remove the tag if nobody governs it any more"
        )


def _shared(
    service: CleanRooms, collaboration_id: str, owner: AccountId | None = None
) -> dict[str, dict[AccountId, int] | None]:
    """Count what members have brought in, or what one of them has."""
    looks: dict[str, Callable[[str], Iterable[_Owned]]] = {
        "tables": service.tables,
        "analysis templates": service.analysis_templates,
        "privacy budget templates": service.budget_templates,
    }
    found: dict[str, dict[AccountId, int] | None] = {}
    for kind, look in looks.items():
        try:
            owners = [each.owner for each in look(collaboration_id)]
        except ServiceError:
            found[kind] = None
            continue
        found[kind] = dict(sorted(Counter(each for each in owners if owner in (None, each)).items()))
    return found
