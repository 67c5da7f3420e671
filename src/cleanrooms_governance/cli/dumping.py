"""What does a stack file say about everything that accounts have, so that its plan is empty?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.live_world import Seen
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.stack import StackPath, read_stack_at
from cleanrooms_governance.desired import Access
from cleanrooms_governance.errors import Finding, InvalidInput
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.settings.documents import Document, credentials_document
from cleanrooms_governance.settings.live_file import Group, Keys, account_entries, groups_of, names_in
from cleanrooms_governance.settings.yaml_writing import Entry, comment_lines, entries_text, flow_text
from cleanrooms_governance.text import plain

_HEAD = (
    "What these accounts have in Clean Rooms, as `crgov dump` read it. A plan of this file changes nothing; its first run marks"
    " what it governs with the tag governed-by.",
    "Not in here, since AWS does not show it: whether members of other stacks have accepted to pay, their tags, their places"
    " of results; and who is shown under payerFor may be there only because it runs queries and nobody else was named.",
)


@dataclass(frozen=True, slots=True)
class Dumped:
    """A stack file, and the files that it includes by their paths."""

    main: str
    included: Mapping[Path, str]


def dump(
    seen: Seen,
    held: Sequence[Access],
    names: Mapping[AccountId, str],
    into: tuple[Path, str] | None,
    *,
    is_shown: bool = False,
) -> Dumped:
    """Return the stack file about everything that was seen.

    Parameters: ``names`` are names of accounts that are known already. ``into`` is the folder for one file a collaboration, and
    the pattern by which the stack file includes them; without it everything is in the stack file. ``is_shown`` says that it is
    for a terminal or a log, where no external id belongs.
    """
    lives = [*(each.live for each in seen.collaborations), *(each.collaboration for each in seen.memberships)]
    called = {**names_in(lives), **names}
    groups = groups_of(seen.found, Keys(), called)
    withheld = [access for access in held if is_shown and _external_ids(access)]
    shown = [_without_external_ids(access) if access in withheld else access for access in held]
    accounts = account_entries({access.account: _way_in(access) for access in shown}, called)
    kept_back = [f"the externalId of {access.account} is not shown: add it, or use --output" for access in withheld]
    head = [*comment_lines(_HEAD), *comment_lines([*_notes(seen), *kept_back]), "config:"]
    main = "\n".join(head) + "\n"
    if into is None:
        main += _section("accounts", accounts)
        main += _section("collaborations", [entry for group in groups for entry in group.collaborations])
        main += _section("memberships", [entry for group in groups for entry in group.memberships])
        return Dumped(main, {})
    folder, pattern = into
    main += f"  cleanrooms:include: [{flow_text({'x': pattern}).removeprefix('x: ')}]\n" if groups else ""
    main += _section("accounts", accounts)
    return Dumped(main, {folder / f"{name}.yaml": included_text(group) for name, group in _file_names(groups)})


def findings_in(dumped: Dumped, folder: Path, project: str) -> tuple[Finding, ...]:
    """Return what would be wrong with a stack file, before it is written.

    Parameters: ``folder`` is the project's, ``project`` its name.
    """
    texts = {path.resolve().relative_to(folder.resolve()).as_posix(): text for path, text in dumped.included.items()}
    try:
        read_stack_at(StackPath(folder / "Pulumi.dumped.yaml", folder, project), dumped.main, texts)
    except InvalidInput as invalid:
        return invalid.findings
    return ()


def included_text(group: Group) -> str:
    """Return the file of one collaboration that a stack file includes."""
    parts = (("collaborations", group.collaborations), ("memberships", group.memberships))
    return "".join(f"{name}:\n{entries_text(entries, 2)}" for name, entries in parts if entries)


def dumped_report(dumped: Dumped, seen: Seen, output: Path | None, findings: Sequence[Finding]) -> Report:
    """Return what was dumped, or where it was written."""
    end = Exit.ERROR if seen.unread or findings else Exit.DONE
    written = [*([output] if output else []), *dumped.included]
    document = {
        "stackFile": None if output else dumped.main,
        "written": [str(path) for path in written],
        "findings": [str(each) for each in findings],
        "unread": [
            {"account": each.account, "region": each.region, "what": each.what, "error": each.why} for each in seen.unread
        ],
    }
    lines = [Line(f"written: {path}", Tone.ADDED) for path in written if output]
    return Report(document, lines, end)


def _section(name: str, entries: Sequence[Entry]) -> str:
    return f"  cleanrooms:{name}:\n{entries_text(entries, 4)}" if entries else ""


def _file_names(groups: Sequence[Group]) -> Iterator[tuple[str, Group]]:
    taken: set[str] = set()
    for group in groups:
        name, number = group.key, 2
        while name in taken:
            name, number = f"{group.key}-{number}", number + 1
        taken.add(name)
        yield name, group


def _notes(seen: Seen) -> Iterator[str]:
    for each in seen.invitations:
        where = f"collaboration {each.collaboration} ({plain(each.name)}) in {each.region}"
        yield f"{each.account} is invited to {where} and has not joined: see `crgov invitations`"
    for unread in seen.unread:
        yield f"{unread.account} in {unread.region}: {unread.what} could not be read, so it is not in here"


def _external_ids(access: Access) -> bool:
    return bool(access.read.external_id or (access.write and access.write.external_id))


def _without_external_ids(access: Access) -> Access:
    read = replace(access.read, external_id=None)
    return replace(access, read=read, write=replace(access.write, external_id=None) if access.write else None)


def _way_in(access: Access) -> Document:
    read = credentials_document(access.read)
    if access.write is None:
        return {"read": read}
    return read if access.read == access.write else {"read": read, "write": credentials_document(access.write)}
