"""How does a collaboration that exists come into a stack file, and nothing else in the file change?"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.files import as_written, write_whole
from cleanrooms_governance.cli.live_world import Seen
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.stack import CONFIG, Stack, StackPath, read_stack_at
from cleanrooms_governance.errors import GovernanceError, InvalidInput, Refused
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.settings.insertion import Addition, inserted
from cleanrooms_governance.settings.live_file import Found, Keys, groups_of, names_in
from cleanrooms_governance.settings.stack_file import NAMESPACE
from cleanrooms_governance.settings.yaml_file import read_yaml
from cleanrooms_governance.settings.yaml_writing import Entry
from cleanrooms_governance.tagging import OWNER_TAG

_EXTERNAL_ID = re.compile(r"(externalId[\"']?\s*:\s*)[^\s,}]+")
"""Where a whole file stands on one line, all of it is in the difference."""

_SECTIONS = ("collaborations", "memberships")


@dataclass(frozen=True, slots=True)
class Adopted:
    """What is to be added, and the file before and after; ``path`` is the file, ``collaboration`` the id."""

    path: Path
    collaboration: str
    collaborations: tuple[Entry, ...]
    memberships: tuple[Entry, ...]
    before: str
    after: str
    remarks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file as somebody in the working folder would write it."""
        return as_written(self.path)

    @property
    def diff(self) -> list[str]:
        """What changes in the file, as a unified difference without the lines around it: those may hold an external id."""
        before, after = (_EXTERNAL_ID.sub(r"\1***", text).splitlines() for text in (self.before, self.after))
        return list(difflib.unified_diff(before, after, self.name, self.name, n=0, lineterm=""))


def adopt(seen: Seen, stack: Stack, at: StackPath, into: Path | None, key: str | None) -> Adopted:
    """Return how what was seen of one collaboration is added to a stack file, or to a file that it includes.

    Parameters: ``into`` is that file, ``None`` for the stack file itself; ``key`` that of the collaboration, or of the only
    membership.

    Raises: ``Refused`` where it is there already; ``GovernanceError`` where the file cannot take it or would not be valid.
    """
    lives = [*(each.live for each in seen.collaborations), *(each.collaboration for each in seen.memberships)]
    if not lives:
        raise GovernanceError(
            "no account of the stack file created this collaboration or has joined it, as far as they can see: check the id,"
            " give its Region by --region, or see `crgov invitations`"
        )
    live = lives[0]
    own_key = _declared_key(seen, stack)
    own = {live.id: own_key} if own_key else {}
    keys = Keys(set(stack.file.collaborations), set(stack.file.memberships), own, stack.owner_prefix)
    mine = {each.account for each in stack.file.memberships.values() if each.collaboration in (live.id, own_key)}
    found = Found(
        () if own_key else tuple(seen.collaborations),
        tuple(each for each in seen.memberships if each.membership.account not in mine),
    )
    if not found.collaborations and not found.memberships:
        where = f"collaborations.{own_key}" if own_key else "the memberships of this stack"
        raise Refused(f"{live.id} is in the stack file already, under {where}: there is nothing to adopt")
    if key is not None and key in (keys.collaborations if found.collaborations else keys.memberships):
        raise Refused(f"{key} is a key of the stack file already: name another one by --key")
    names = {**names_in([live]), **stack.names}
    (group,) = groups_of(found, keys, names, key)
    path = into or at.path
    before = _text_of(path)
    prefix = _prefix(before, at) if into is None else ()
    after = inserted(before, list(_additions(group.collaborations, group.memberships, prefix)), str(path))
    _check(at, path, after, into is None, [*group.collaborations, *group.memberships])
    remarks = [f"{each.account} is invited and has not joined: see `crgov invitations`" for each in seen.invitations]
    return Adopted(path, live.id, group.collaborations, group.memberships, before, after, tuple(remarks))


def write_adopted(adopted: Adopted) -> None:
    """Write the file, if it still says what it said when it was read.

    Raises: ``Refused`` if somebody has changed it since; ``GovernanceError`` if it cannot be written.
    """
    if _text_of(adopted.path) != adopted.before:
        raise Refused(f"{adopted.path} was changed while AWS was read, so nothing was written: run this again")
    write_whole(adopted.path, adopted.after)


def adopted_report(adopted: Adopted, *, written: bool) -> Report:
    """Return what is added to the file as a difference, and whether it was written."""
    tones = {"+": Tone.ADDED, "-": Tone.TAKEN, "@": Tone.FAINT}
    lines = [_line(text, tones.get(text[:1], Tone.PLAIN)) for text in adopted.diff]
    lines += [Line(remark, Tone.FAINT) for remark in adopted.remarks]
    if written:
        lines.append(Line(f"written: {adopted.name}. The next preview shows that nothing is changed", Tone.ADDED))
    else:
        lines.append(Line("nothing was written: add --write to write it", Tone.FAINT))
    document = {
        "file": adopted.name,
        "collaboration": adopted.collaboration,
        "collaborations": [entry.key for entry in adopted.collaborations],
        "memberships": [entry.key for entry in adopted.memberships],
        "diff": "\n".join(adopted.diff),
        "written": written,
    }
    return Report(document, lines, Exit.DONE if written else Exit.CHANGES)


def _line(text: str, tone: Tone) -> Line:
    """Return a line of a difference with the blanks that it begins with."""
    return Line(text.lstrip(" "), tone, len(text) - len(text.lstrip(" ")))


def _declared_key(seen: Seen, stack: Stack) -> str | None:
    """Return the key under which the file declares the collaboration: by its id, or by the tag of this very stack."""
    for each in seen.collaborations:
        owner = "" if isinstance(each.tags, NotVisible) else each.tags.get(OWNER_TAG, "")
        for key, section in stack.file.collaborations.items():
            if section.id == each.live.id or owner == f"{stack.owner_prefix}/{key}":
                return key
    ids = {each.collaboration.id for each in seen.memberships}
    return next((key for key, section in stack.file.collaborations.items() if section.id in ids), None)


def _prefix(text: str, at: StackPath) -> tuple[str, ...]:
    """Return what stands before a section in a stack file: the key of the configuration, and its namespace as it is written.

    A key without a namespace has that of the project.
    """
    read = read_yaml(text, at.path.name).value
    config = read.get(CONFIG) if isinstance(read, dict) else None
    is_bare = at.project == NAMESPACE and isinstance(config, dict) and any(name in config for name in ("accounts", *_SECTIONS))
    return (CONFIG, "" if is_bare else f"{NAMESPACE}:")


def _additions(collaborations: Sequence[Entry], memberships: Sequence[Entry], prefix: tuple[str, ...]) -> Iterable[Addition]:
    for name, entries in zip(_SECTIONS, (collaborations, memberships), strict=True):
        if entries:
            yield Addition((prefix[0], f"{prefix[1]}{name}") if prefix else (name,), entries)


def _text_of(path: Path) -> str:
    """Return what a file says, nothing for one that is not there yet."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise GovernanceError(f"{path} is not UTF-8 text: save it as such") from None
    except OSError as error:
        raise GovernanceError(f"{path} cannot be read ({error.strerror}): check its permissions") from None


def _check(at: StackPath, path: Path, after: str, is_stack_file: bool, entries: Sequence[Entry]) -> None:
    """Read the stack as it will be, and see to it that the entries are part of it."""
    inside = path.resolve()
    folder = at.folder.resolve()
    if not inside.is_relative_to(folder):
        raise GovernanceError(f"{path} is not in the project folder {folder}: a stack file includes only what is")
    texts = {} if is_stack_file else {inside.relative_to(folder).as_posix(): after}
    try:
        stack = read_stack_at(at, after if is_stack_file else None, texts)
    except InvalidInput as invalid:
        raise GovernanceError(
            "the stack file would have findings with it, so nothing was written:\n" + "\n".join(map(str, invalid.findings))
        ) from None
    known = {*stack.file.collaborations, *stack.file.memberships}
    if missing := sorted({entry.key for entry in entries} - known):
        raise GovernanceError(
            f"{path} is not included by the stack file, so {', '.join(missing)} would count for nothing: add a pattern for it"
            f" to {NAMESPACE}:include"
        )
