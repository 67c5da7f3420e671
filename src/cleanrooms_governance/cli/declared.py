"""Which membership does a key of the stack file stand for, and in which collaboration is it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.cli.worlds import Choice, Place, access_of, declared_place
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.running.lookup import find_collaboration
from cleanrooms_governance.service import Accounts
from cleanrooms_governance.settings.fields import Section
from cleanrooms_governance.settings.sections import MembershipSection

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, slots=True)
class DeclaredMembership:
    """A membership of the stack file, and as whom it is looked at; ``own`` says that this stack governs its collaboration."""

    key: str
    section: MembershipSection
    place: Place
    own: bool

    @property
    def account(self) -> AccountId:
        """The account whose membership it is."""
        return self.section.account


def section_of(sections: Mapping[str, S], key: str, where: str) -> S:
    """Return the section of a key. Raises ``Misused`` for a key that is not there."""
    if key not in sections:
        known = ", ".join(sorted(sections)) or "none"
        raise Misused(f"{key} is no key under {where} of the stack file; there are: {known}")
    return sections[key]


def declared_membership(stack: Stack, key: str) -> DeclaredMembership:
    """Return the membership of a key; nothing is called. Raises ``Misused`` for an unknown key."""
    section = section_of(stack.file.memberships, key, "memberships")
    own = stack.file.collaborations.get(section.collaboration)
    access = access_of(stack, section.account, Choice().credentials)
    return DeclaredMembership(key, section, Place(key, access, own.region if own else section.region or ""), own is not None)


def collaboration_of(declared: DeclaredMembership, stack: Stack, accounts: Accounts) -> str | None:
    """Return the id of a membership's collaboration, ``None`` if it is not there yet.

    Raises: ``Refused`` if the file does not say which one is meant; every ``ServiceError`` of the reads, made as its creator.
    """
    if not declared.own:
        return declared.section.collaboration
    place, desired = declared_place(stack, declared.section.collaboration)
    return find_collaboration(desired, "", accounts(place.access, place.region))
