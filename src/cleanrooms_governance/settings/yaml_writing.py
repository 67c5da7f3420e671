"""Sections written as YAML that every reader understands alike, the engine's included.

Texts are always quoted, so that none of them is taken for a number, a date, a truth value or an alias by whatever YAML the
reader speaks. What is on one line in the examples is on one line here: members, lists, small mappings.
"""

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from textwrap import TextWrapper
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from cleanrooms_governance.text import plain

_WIDE = 100_000
"""Columns: a text is never folded, so that a difference between two files is one of what they say."""

_COMMENT = 120
"""Columns of a line of comment."""

_LONGEST_LINE = 110
"""Columns of what is written on one line."""

_ON_LINES = frozenset({"members", "privacyBudgets", "expects", "defaultResultConfiguration", "defaultJobResultConfiguration"})
"""Mappings of which each key has a line of its own, however short they are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section: its key, what it says, and lines of comment before it."""

    key: str
    document: Mapping[str, Any]
    remarks: tuple[str, ...] = ()


def entries_text(entries: Iterable[Entry], indent: int = 0) -> str:
    """Return the entries of a section as YAML, each after its remarks, at the column given."""
    lines = []
    for entry in entries:
        lines += comment_lines(entry.remarks, indent)
        text = _dumped(CommentedMap({_key(entry.key): _entry(entry.document)}))
        lines += [" " * indent + _shown_as_it_is(line) for line in text.split("\n")]
    return "".join(f"{line}\n" for line in lines)


def comment_lines(remarks: Iterable[str], indent: int = 0) -> list[str]:
    """Return remarks as lines of comment, out of which nothing in them leads."""
    before = f"{' ' * indent}# "
    lines = TextWrapper(
        _COMMENT, initial_indent=before, subsequent_indent=before, break_long_words=False, break_on_hyphens=False
    )
    return [line for remark in remarks for line in lines.wrap(plain(remark, 1000))]


def flow_text(document: Mapping[str, Any]) -> str:
    """Return a mapping on one line, without the braces around it."""
    return _shown_as_it_is(_dumped(_flow(document))).removeprefix("{").removesuffix("}")


def _dumped(document: CommentedMap) -> str:
    yaml = YAML(typ="rt")
    yaml.width = _WIDE
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue().rstrip("\n")


def _shown_as_it_is(line: str) -> str:
    """Return a line that says the same and holds nothing that a terminal would take out: that is escaped.

    All of it is in quotes, since nothing but plain words stands outside of them.
    """
    if plain(line, len(line)) == line.strip():
        return line
    return "".join(_escape(each) if not each.isascii() or each in _MARKS else each for each in line)


_MARKS = frozenset("<#%")
"""With these begins what is a command to whoever shows a line (see ``text.plain``)."""


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\U{code:08X}" if code > 0xFFFF else f"\\u{code:04X}"


def _entry(document: Mapping[str, Any]) -> CommentedMap:
    """Return what an entry says: an account on one line, if it is a short one, and all else with a line for each key."""
    entry: CommentedMap = _flow(document) if _fits(document) and not _lists(document) else _mapping(document)
    return entry


def _lists(value: Any) -> bool:
    return isinstance(value, list | tuple) or (isinstance(value, Mapping) and any(map(_lists, value.values())))


def _mapping(document: Mapping[str, Any]) -> CommentedMap:
    mapping = CommentedMap()
    for key, value in document.items():
        mapping[_key(key)] = _value(key, value)
    return mapping


def _value(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _mapping(value) if key in _ON_LINES or not _fits(value) else _flow(value)
    if isinstance(value, list | tuple):
        return _flow(value) if _fits(value) else CommentedSeq([_value("", each) for each in value])
    return _scalar(value)


def _flow(value: Any) -> Any:
    if isinstance(value, Mapping):
        mapping = CommentedMap({_key(key): _flow(each) for key, each in value.items()})
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list | tuple):
        sequence = CommentedSeq([_flow(each) for each in value])
        sequence.fa.set_flow_style()
        return sequence
    return _scalar(value)


def _fits(value: Any) -> bool:
    """Whether a value is short enough for one line, as near as its length in Python tells."""
    return len(repr(value)) <= _LONGEST_LINE


def _key(key: str) -> str:
    """Return a key, quoted unless it is a word that nobody could take for anything else."""
    is_word = key.isascii() and key[:1].isalpha() and key.replace("-", "").isalnum()
    return str(key) if is_word and key.lower() not in _WORDS else _quoted(key)


_WORD = re.compile(r"[A-Za-z][A-Za-z_-]*[A-Za-z](-[0-9]{1,2})?")
"""What no YAML takes for anything but a text, unless it is one of these:"""

_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""What older versions of YAML take for something else than a text."""


def _scalar(value: Any) -> Any:
    """Return a value, a text in quotes unless it is a word such as ``CAN_QUERY``, ``queryCompute`` or ``eu-west-1``."""
    if not isinstance(value, str):
        return value
    return str(value) if _WORD.fullmatch(value) and value.lower() not in _WORDS else _quoted(value)


def _quoted(text: str) -> str:
    quoted: str = DoubleQuotedScalarString(text)
    return quoted
