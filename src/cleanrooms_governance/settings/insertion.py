"""New entries put into a YAML file as text, so that nothing else in the file moves.

A round trip through a YAML library, even one that keeps comments, would write the whole file anew: alignment before comments,
quotes and widths change with it. So the place is looked up in the parsed file, the text is put there, and the result is
accepted only if it parses to what was there before and the new entries, and nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.settings.yaml_file import read_yaml
from cleanrooms_governance.settings.yaml_writing import Entry, entries_text, flow_text

_STEP = 2
"""Columns by which what is new is moved to the right of what it is in."""


_BYTE_ORDER = "\ufeff"
"""A mark before the first character that some editors leave; to the parser it is none."""


class NotInserted(GovernanceError):
    """There is no place for the entries in this file; the message says what to do by hand."""


@dataclass(frozen=True, slots=True)
class Addition:
    """Entries for one section: ``path`` are the keys that lead to it, which are made where they are missing."""

    path: tuple[str, ...]
    entries: Sequence[Entry]


def inserted(text: str, additions: Sequence[Addition], file: str) -> str:
    """Return the text with the entries in their sections.

    Parameters: ``file`` names it in messages. Raises: ``NotInserted`` where the text has a form that cannot be added to.
    """
    mark = _BYTE_ORDER if text.startswith(_BYTE_ORDER) else ""
    text = text.removeprefix(mark)
    for addition in additions:
        text = _with(text, addition, file)
    return mark + text


def _with(text: str, addition: Addition, file: str) -> str:
    before = _value(text)
    wanted = _added(before, addition)
    for candidate in _candidates(text, addition):
        if _value(candidate) == wanted:
            return candidate
    raise NotInserted(
        f"{file}: no place was found for new entries of {addition.path[-1]} that leaves all else as it is."
        " Write the section as a block of its own, one key a line, or add these lines by hand:\n"
        + entries_text(addition.entries, _STEP)
    )


def _value(text: str) -> Any:
    """Return what a text says, or something that equals nothing where it cannot be read or says anything twice."""
    read = read_yaml(text, "")
    return object() if read.findings else (read.value if read.value is not None else {})


def _added(value: Any, addition: Addition) -> Any:
    """Return what the text is to say: a copy with the entries in it, or something that equals nothing where one is there."""
    if not isinstance(value, dict):
        return object()
    steps = addition.path
    inner = value.get(steps[0], {})
    if len(steps) > 1:
        added = _added(inner, Addition(steps[1:], addition.entries))
    elif not isinstance(inner, dict) or inner.keys() & {entry.key for entry in addition.entries}:
        return object()
    else:
        added = {**inner, **{entry.key: _plain(entry.document) for entry in addition.entries}}
    return {**value, steps[0]: added}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value


def _candidates(text: str, addition: Addition) -> Iterator[str]:
    """Yield the text with the entries at each place that may be the right one."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, ValueError):
        return
    if root is None:
        yield from _at_lines(text, [len(text)], _nested(addition.path, addition.entries, 0))
        return
    owner, missing = root, list(addition.path)
    while missing and isinstance(owner, MappingNode) and (inner := _inner(owner, missing[0])) is not None:
        owner = inner
        missing.pop(0)
    if isinstance(owner, MappingNode) and owner.flow_style:
        yield _in_flow(text, owner, missing, addition.entries)
    elif isinstance(owner, MappingNode) and owner.value:
        column = int(owner.value[0][0].start_mark.column)
        yield from _at_lines(text, _ends(text, owner), _nested(missing, addition.entries, column))


def _inner(node: MappingNode, key: str) -> Node | None:
    return next((value for each, value in node.value if isinstance(each, ScalarNode) and each.value == key), None)


def _nested(keys: Sequence[str], entries: Sequence[Entry], column: int) -> list[str]:
    """Return the lines of entries under keys that are not there yet, at a column."""
    heads = [f"{' ' * (column + _STEP * depth)}{key}:" for depth, key in enumerate(keys)]
    return [*heads, *entries_text(entries, column + _STEP * len(keys)).rstrip("\n").split("\n")]


def _ends(text: str, node: MappingNode) -> list[int]:
    """Return where in the text a block mapping can be continued: after its last content, or after the comments behind that.

    The node itself ends where the next thing begins, or with the text.
    """
    end = int(node.end_mark.index)
    following = len(text) if end >= len(text) else text.rfind("\n", 0, end) + 1
    after = following
    while after > 0:
        start = text.rfind("\n", 0, after - 1) + 1
        if not _is_beside(text[start:after]):
            break
        after = start
    return list(dict.fromkeys([after, following]))


def _is_beside(line: str) -> bool:
    """Whether a line is blank or a comment."""
    return not line.strip() or line.lstrip().startswith("#")


def _at_lines(text: str, places: Sequence[int], new: Sequence[str]) -> Iterator[str]:
    end = "\r\n" if "\r\n" in text else "\n"
    for place in places:
        before = text[:place]
        if before and not before.endswith("\n"):
            before += end
        yield before + "".join(f"{line}{end}" for line in new) + text[place:]


def _in_flow(text: str, node: MappingNode, missing: Sequence[str], entries: Sequence[Entry]) -> str:
    """Put entries into a mapping in braces, behind what is the last one now."""
    said: Mapping[str, Any] = {entry.key: entry.document for entry in entries}
    for key in reversed(missing):
        said = {key: said}
    new = flow_text(said)
    if not node.value:
        at = int(node.start_mark.index) + 1
        return f"{text[:at]}{new}{text[at:]}"
    at = int(node.value[-1][1].end_mark.index)
    return f"{text[:at]}, {new}{text[at:]}"
