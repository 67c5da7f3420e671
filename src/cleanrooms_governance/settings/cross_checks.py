"""What the entries of a whole stack file must fulfil together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from cleanrooms_governance.errors import Finding
from cleanrooms_governance.model import Ability
from cleanrooms_governance.planning.payers import RUNNER_OF
from cleanrooms_governance.settings import budget_checks, checks, strict
from cleanrooms_governance.settings.fields import Section
from cleanrooms_governance.settings.reading import Entry
from cleanrooms_governance.settings.sections import AccountSection, CollaborationSection, MembershipSection
from cleanrooms_governance.settings.values import to_default_payers

S = TypeVar("S", bound=Section)

_CREDENTIALS = "environment, profile, role, or read and write"


@dataclass(frozen=True, slots=True)
class Draft:
    """A stack file whose entries were read one by one.

    An entry is ``None`` where it is there but says nothing that could be understood. ``is_complete`` says that all of the file
    and what it includes was read, so that an entry that is not there can be said to be missing.
    """

    accounts: Mapping[str, Entry[AccountSection] | None]
    collaborations: Mapping[str, Entry[CollaborationSection] | None]
    memberships: Mapping[str, Entry[MembershipSection] | None]
    is_complete: bool


def stack_findings(draft: Draft) -> Iterator[Finding]:
    """Check everything that a single value cannot show."""
    for account, account_entry in understood(draft.accounts):
        yield from checks.account_findings(account_entry, account)
    for _, collaboration in understood(draft.collaborations):
        yield from checks.collaboration_findings(collaboration)
        yield from _creation_findings(draft, collaboration)
        yield from _creator_findings(draft, collaboration)
    yield from _ids_given_twice(draft)
    yield from _names_given_twice(draft)
    yield from _former_keys_findings(draft)
    for key, membership in understood(draft.memberships):
        yield from checks.policy_findings(membership, membership.section.change_requests, "changeRequests")
        yield from checks.default_payer_findings(membership)
        yield from _account_findings(draft, membership, membership.section.account, "account")
        yield from _membership_findings(draft, membership)
        yield from budget_checks.membership_budget_findings(membership, key)
    yield from _memberships_given_twice(draft)
    yield from budget_checks.shared_privacy_findings(
        (key, entry, entry.section.collaboration) for key, entry in understood(draft.memberships)
    )


def understood(entries: Mapping[str, Entry[S] | None]) -> Iterator[tuple[str, Entry[S]]]:
    """Iterate over the entries that say something."""
    for key, entry in entries.items():
        if entry is not None:
            yield key, entry


def _creation_findings(draft: Draft, entry: Entry[CollaborationSection]) -> Iterator[Finding]:
    if entry.section.id is not None or not entry.is_sure("id"):
        return
    yield from checks.creation_findings(entry)
    if draft.is_complete:
        named = {
            account
            for account, known in draft.accounts.items()
            if known is None or known.section.name is not None or not known.is_sure("name")
        }
        yield from checks.display_name_findings(entry, named, "accounts")


def _creator_findings(draft: Draft, entry: Entry[CollaborationSection]) -> Iterator[Finding]:
    yield from _account_findings(draft, entry, entry.section.creator, "creator")


def _account_findings(draft: Draft, entry: Entry[Section], account: str, key: str) -> Iterator[Finding]:
    """Check that this stack can act as an account: as the creator, or as a member of its own."""
    if not entry.is_sure(key):
        return
    if account not in draft.accounts:
        if draft.is_complete:
            yield entry.finding(
                f"{account} is not under accounts; add it there with credentials ({_CREDENTIALS}),"
                " without them this stack can do nothing here",
                key,
            )
        return
    known = draft.accounts[account]
    if known is not None and not known.dropped and not _has_access(known.section):
        yield entry.finding(
            f"{account} has no credentials under accounts; add them there ({_CREDENTIALS}),"
            " without them this stack can do nothing here",
            key,
        )


def _has_access(section: AccountSection) -> bool:
    return bool(checks.ways_in(section) or section.read or section.write)


def _ids_given_twice(draft: Draft) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for key, entry in understood(draft.collaborations):
        collaboration_id = entry.section.id
        if collaboration_id is None:
            continue
        if collaboration_id in first:
            yield entry.finding(
                f"is the id of {first[collaboration_id]} as well; one collaboration is governed under one key,"
                " remove the other",
                "id",
            )
        first.setdefault(collaboration_id, key)


def _names_given_twice(draft: Draft) -> Iterator[Finding]:
    """Find collaborations that could not be told apart when they are looked for by name; with an id each they can."""
    first: dict[tuple[str, str, str], tuple[str, CollaborationSection]] = {}
    for key, entry in understood(draft.collaborations):
        section = entry.section
        if not all(entry.is_sure(part) for part in ("creator", "region", "name")) or (section.id and not section.name):
            continue
        same = first.setdefault((section.creator, section.region, section.name or key), (key, section))
        if same[0] != key and not (section.id and same[1].id):
            yield entry.finding(
                f"'{section.name or key}' is the name of {same[0]} as well, with the same creator and Region;"
                " a collaboration is found again by its name, give another one",
                "name",
            )


def _former_keys_findings(draft: Draft) -> Iterator[Finding]:
    """Find former keys that do not say which collaboration is meant."""
    first: dict[str, str] = {}
    for key, entry in understood(draft.collaborations):
        for former in sorted(entry.section.previously):
            if former == key:
                yield entry.finding(
                    f"{former} is the key that it has: name keys that it had before, or remove it", "previously"
                )
            elif former in draft.collaborations:
                yield entry.finding(
                    f"{former} is the key of another collaboration of this file: a key that is in use cannot have been"
                    f" given up for {key}, rename the other or remove it here",
                    "previously",
                )
            elif first.setdefault(former, key) != key:
                other = first[former]
                yield entry.finding(f"{former} is a former key of {other} as well: remove it here or there", "previously")


def _membership_findings(draft: Draft, entry: Entry[MembershipSection]) -> Iterator[Finding]:
    reference = entry.section.collaboration
    if not entry.is_sure("collaboration"):
        return
    if reference in draft.collaborations:
        collaboration = draft.collaborations[reference]
        if collaboration is not None:
            yield from _own_findings(draft, entry, collaboration)
    elif strict.is_id_like(reference):
        yield from _foreign_findings(draft, entry)
    elif draft.is_complete:
        renamed = [key for key, own in understood(draft.collaborations) if reference in own.section.previously]
        near = next(iter(renamed), None) or strict.closest(reference, draft.collaborations.keys())
        meant = f"did you mean {near}?" if near else "add it under collaborations"
        yield entry.finding(
            f"{strict.shown(reference)} is no collaboration of this stack: {meant} (somebody else's is named by its id)",
            "collaboration",
        )


def _own_findings(
    draft: Draft, entry: Entry[MembershipSection], collaboration: Entry[CollaborationSection]
) -> Iterator[Finding]:
    section, own = entry.section, collaboration.section
    key = section.collaboration
    if section.region not in (None, own.region) and collaboration.is_sure("region"):
        yield entry.finding(f"{section.region} is not the Region of {key}, which is {own.region}: remove it", "region")
    if section.expects.creator not in (None, own.creator) and collaboration.is_sure("creator"):
        yield entry.finding(
            f"{section.expects.creator} is not the creator of {key}, which is {own.creator}: remove it",
            *("expects", "creator"),
        )
    yield from _default_payer_findings(entry, collaboration)
    member = own.members.get(section.account)
    if member is None and section.account in own.removed:
        yield entry.finding(
            f"{section.account} is under removed of {key}, which ends its membership for good: take this membership out of"
            " the file as well",
            "account",
        )
    elif member is not None and own.id is None and collaboration.is_sure("members", section.account, "abilities"):
        # In one that exists the account may have joined; if it has not, the plan says the same.
        yield from _joining_findings(draft, entry, member.abilities)
    elif member is None and entry.is_sure("account") and collaboration.is_sure("members", section.account):
        yield entry.finding(
            f"{section.account} is not among the members of {key}; add it there or remove this membership",
            "account",
        )


def _default_payer_findings(entry: Entry[MembershipSection], collaboration: Entry[CollaborationSection]) -> Iterator[Finding]:
    """Check that whoever pays by default is one that the file lets be asked, and that there is something to pay for."""
    section, own = entry.section, collaboration.section
    key = section.collaboration
    for cost, account in to_default_payers(section.default_payer).items():
        at = ("defaultPayer", cost.value)
        runner = own.members.get(section.account)
        if (
            runner
            and RUNNER_OF[cost] not in runner.abilities
            and collaboration.is_sure("members", section.account, "abilities")
        ):
            yield entry.finding(
                f"{section.account} does not have {RUNNER_OF[cost]} in {key}, so it runs nothing that costs this: remove it",
                *at,
            )
        if account not in own.members and collaboration.is_sure("members", account):
            yield entry.finding(f"{account} is not among the members of {key}: name one of them, or remove it", *at)
            continue
        named = sorted(each for each, member in own.members.items() if cost in (member.payer_for or ()))
        if named and account not in named and collaboration.is_sure("members", account, "payerFor"):
            yield entry.finding(
                f"{account} is not asked to pay for {cost} in {key}, {' and '.join(named)} by payerFor: name one of those, or"
                f" add {cost} to its payerFor",
                *at,
            )


def _foreign_findings(draft: Draft, entry: Entry[MembershipSection]) -> Iterator[Finding]:
    section = entry.section
    reference = section.collaboration.lower()
    if reference != section.collaboration:
        yield entry.finding(f"'{section.collaboration}' has capitals: write it as '{reference}'", "collaboration")
    for key, own in understood(draft.collaborations):
        if own.section.id == reference:
            yield entry.finding(f"is the id of {key}, of this stack: write {key}", "collaboration")
            return
    if section.region is None and entry.is_sure("region"):
        yield entry.finding(
            "is missing: give the Region of the collaboration, such as eu-west-1, an id alone does not say it",
            "region",
        )
    yield from checks.foreign_findings(entry)
    if entry.is_sure("expects", "abilities"):
        yield from _joining_findings(draft, entry, section.expects.abilities or frozenset())


def _joining_findings(draft: Draft, entry: Entry[MembershipSection], abilities: frozenset[Ability]) -> Iterator[Finding]:
    """Check what joining takes, for an account that may be written to."""
    account = draft.accounts.get(entry.section.account)
    if account is not None and not (account.section.read and not account.section.write):
        yield from checks.receiver_findings(entry, abilities)


def _memberships_given_twice(draft: Draft) -> Iterator[Finding]:
    first: dict[tuple[str, str], str] = {}
    for key, entry in understood(draft.memberships):
        section = entry.section
        if not (entry.is_sure("account") and entry.is_sure("collaboration")):
            continue
        same = first.setdefault((section.account, section.collaboration.lower()), key)
        if same != key:
            yield entry.finding(
                f"is the membership of {section.account} in {section.collaboration}, as is {same}; remove one of them"
            )
