"""Which invitations are open for the accounts we hold, and what would a stack file say to accept them?"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cleanrooms_governance.cli.exit_codes import Exit, worst
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.desired import Access
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.memberships.joining import payment_duties
from cleanrooms_governance.model import CAN_RECEIVE_RESULTS, AccountId, Collaboration, Member, MemberStatus
from cleanrooms_governance.service import Accounts
from cleanrooms_governance.settings.keys import LONGEST_SLUG, slug
from cleanrooms_governance.side_by_side import side_by_side
from cleanrooms_governance.text import label, plain


@dataclass(frozen=True, slots=True)
class Invited:
    """An open invitation: an account and the collaboration that it may join.

    ``own_key`` is the collaboration's key in the stack file where this stack governs it, ``declared`` the key of the membership
    that accepts the invitation already.
    """

    account: AccountId
    live: Collaboration
    own_key: str | None = None
    declared: str | None = None

    @property
    def member(self) -> Member:
        """The account's entry."""
        return self.live.members[self.account]

    @property
    def needs_results(self) -> bool:
        """Whether joining takes a place for results (inferred from published provider issues)."""
        return CAN_RECEIVE_RESULTS in self.member.abilities and not self.member.is_runner


@dataclass(frozen=True, slots=True)
class Unread:
    """An account and Region, or one collaboration, that could not be read."""

    account: AccountId
    region: str
    why: str


def regions_of(stack: Stack, more: Iterable[str]) -> list[str]:
    """Return the Regions in which this stack has anything, and those given besides."""
    file = stack.file
    known = {section.region for section in file.collaborations.values()}
    known |= {section.region for section in file.memberships.values() if section.region}
    return sorted(known | set(more))


def open_invitations(
    held: Sequence[Access], regions: Sequence[str], accounts: Accounts, stack: Stack | None
) -> list[Invited | Unread]:
    """Return what the accounts may join, by account and Region; what cannot be read keeps nobody from reading the rest."""
    asked = [(access, region) for access in held for region in regions]
    found = side_by_side(lambda each: list(_of_account(each[0], each[1], accounts, stack)), asked)
    return [each for several in found for each in several]


def invitations_report(found: Sequence[Invited | Unread], stack: Stack | None) -> Report:
    """Return the open invitations, and a ``memberships`` block for those that no stack file accepts yet."""
    names = stack.names if stack else {}
    invited = [each for each in found if isinstance(each, Invited)]
    lines: list[Line] = []
    for each in invited:
        lines += _lines(each, names)
    block = _block([each for each in invited if each.declared is None], _taken(stack), names)
    if block:
        lines += [Line(), Line("for the stack file, once you agree with it:", Tone.TITLE), *_block_lines(block)]
    unread = [each for each in found if isinstance(each, Unread)]
    lines += [Line(f"{label(each.account, names)} in {each.region} not read: {each.why}", Tone.TAKEN) for each in unread]
    if not invited and not unread:
        lines.append(Line("no open invitations", Tone.FAINT))
    document = {
        "invitations": [_document(each) for each in invited],
        "memberships": {entry.key: entry.section for entry in block},
        "unread": [{"account": each.account, "region": each.region, "error": each.why} for each in unread],
    }
    return Report(document, lines, worst([*(Exit.CHANGES for _ in invited), *(Exit.ERROR for _ in unread)]))


def memberships_block(invited: Sequence[Invited], names: Mapping[AccountId, str]) -> Iterator[str]:
    """Yield the lines of a ``memberships`` block that accepts these invitations, in the configuration of a stack file."""
    for line in _block_lines(_block(invited, set(), names)):
        yield " " * (line.indent - 2) + line.text


def _of_account(access: Access, region: str, accounts: Accounts, stack: Stack | None) -> Iterator[Invited | Unread]:
    try:
        service = accounts(access, region)
        joined = {each.collaboration_id for each in service.memberships() if each.is_active}
        seen = [each for each in service.collaborations() if each.id not in joined]
    except GovernanceError as error:
        yield Unread(access.account, region, str(error))
        return
    for summary in seen:
        try:
            live = service.collaboration(summary.id)
        except GovernanceError as error:
            yield Unread(access.account, region, str(error))
            continue
        member = live.members.get(access.account)
        if member is not None and member.status == MemberStatus.INVITED:
            own_key = _own_key(live, stack)
            yield Invited(access.account, live, own_key, declared_membership(access.account, live.id, own_key, stack))


def _own_key(live: Collaboration, stack: Stack | None) -> str | None:
    sections = stack.file.collaborations.items() if stack else ()
    for key, section in sections:
        is_it = section.id == live.id if section.id else (section.name or key) == live.name
        if is_it and section.creator == live.creator and section.region == live.region:
            return key
    return None


def declared_membership(account: AccountId, collaboration_id: str, own_key: str | None, stack: Stack | None) -> str | None:
    """Return the key of an account's membership in a collaboration, which this stack governs under ``own_key`` if at all."""
    sections = stack.file.memberships.items() if stack else ()
    return next(
        (key for key, each in sections if each.account == account and each.collaboration in (collaboration_id, own_key)), None
    )


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    section: dict[str, Any]
    lines: tuple[Line, ...]


def _block(invited: Sequence[Invited], taken: set[str], names: Mapping[AccountId, str]) -> list[_Entry]:
    entries = []
    for each in invited:
        key = _free_key(each, taken, names)
        taken.add(key)
        entries.append(_Entry(key, _section(each), tuple(_entry_lines(key, each, names))))
    return entries


def _block_lines(block: Sequence[_Entry]) -> list[Line]:
    return [Line("cleanrooms:memberships:", indent=2), *(line for entry in block for line in entry.lines)]


def _section(invited: Invited) -> dict[str, Any]:
    """Return the membership's section: what the invitation says is what is expected, what joining costs is accepted."""
    live = invited.live
    section: dict[str, Any] = {"account": invited.account, "collaboration": invited.own_key or live.id}
    if invited.own_key is None:
        section["region"] = live.region
        abilities = sorted(invited.member.abilities)
        section["expects"] = {"creator": live.creator, "abilities": abilities, "queryLog": live.query_log}
    section["payerFor"] = sorted(map(str, payment_duties(invited.member, live.members.values())))
    if invited.needs_results:
        section["defaultResultConfiguration"] = {
            "s3": {"bucket": "YOUR-BUCKET", "resultFormat": "CSV"},
            "roleArn": f"arn:aws:iam::{invited.account}:role/YOUR-ROLE",
        }
    return section


def _entry_lines(key: str, invited: Invited, names: Mapping[AccountId, str]) -> Iterator[Line]:
    creator = label(invited.live.creator, {**_called(invited.live), **names})
    yield Line(f"# {plain(invited.live.name)!r} of {creator}", Tone.FAINT, 4)
    yield Line(f"{key}:", indent=4)
    for name, value in _section(invited).items():
        # Flow style of JSON is YAML; only ids, enumerations of the service and our own words are in it, quoted.
        yield Line(f"{name}: {json.dumps(value)}", indent=6)
    if invited.needs_results:
        yield Line("# ^ joining needs a place for results: put your bucket and role there", Tone.FAINT, 6)


def _lines(invited: Invited, names: Mapping[AccountId, str]) -> Iterator[Line]:
    live = invited.live
    known = {**_called(live), **names}
    abilities = ", ".join(sorted(map(plain, invited.member.abilities))) or "none"
    duties = ", ".join(sorted(payment_duties(invited.member, live.members.values()))) or "nothing"
    yield Line(f"{label(invited.account, known)} may join {plain(live.name)!r} ({live.id}, {live.region})", Tone.TITLE)
    yield Line(f"creator {label(live.creator, known)}; abilities: {abilities}; pays for: {duties}", indent=2)
    yield Line(f"query log {'on' if live.query_log else 'off'}; members: {len(live.members)}", indent=2)
    if invited.declared:
        yield Line(f"memberships.{invited.declared} accepts it: the next pulumi up joins, if all is as expected", indent=2)


def _document(invited: Invited) -> dict[str, Any]:
    live = invited.live
    return {
        "account": invited.account,
        "collaboration": live.id,
        "name": plain(live.name),
        "region": live.region,
        "creator": live.creator,
        "abilities": sorted(invited.member.abilities),
        "payerFor": sorted(map(str, payment_duties(invited.member, live.members.values()))),
        "queryLog": live.query_log,
        "declared": invited.declared,
    }


def _called(live: Collaboration) -> dict[AccountId, str]:
    return {account: member.display_name for account, member in live.members.items()}


def _taken(stack: Stack | None) -> set[str]:
    return set(stack.file.memberships) if stack else set()


def _free_key(invited: Invited, taken: set[str], names: Mapping[AccountId, str]) -> str:
    """Return a key for the membership, made of the collaboration's and the account's names, that is free."""
    name = slug(invited.live.name) or f"collaboration-{invited.live.id[:8]}"
    who = slug(names.get(invited.account, "")) or invited.account
    key = name if name not in taken else f"{name}-{who}"[: LONGEST_SLUG + 10]
    number = 2
    while key in taken:
        key, number = f"{name}-{number}", number + 1
    return key
