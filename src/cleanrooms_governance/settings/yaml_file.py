"""The reading of one YAML file: its values with the place of each, and no key given twice."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.constructor import BaseConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cleanrooms_governance.errors import Finding
from cleanrooms_governance.settings.included_file import IncludedFile, unreadable
from cleanrooms_governance.settings.places import Location, Mark, Source
from cleanrooms_governance.settings.strict import shown

_MERGE = "tag:yaml.org,2002:merge"
_COLLECTIONS = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_SCALARS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "float", "int", "null", "str", "timestamp"))
_PUNCTUATION = frozenset({_MERGE, "tag:yaml.org,2002:value"})
"""What an unquoted ``<<`` or ``=`` is to YAML."""

_LARGEST = 4_000_000
"""Bytes of a file, and characters of all its values together: an alias can stand for a long text any number of times."""

_MOST_VALUES = 100_000
"""Beyond this a file is refused: a few aliases of aliases can stand for any number of values."""

_TOO_MANY = f"holds more than {_MOST_VALUES} values: split the file, and use fewer aliases"

_MOST_BITS = 10_000
"""Of a whole number: Python does not write out one of many thousands."""

_DEEPEST = 50
"""Levels of lists and mappings; a stack file needs eight. The parser in C would not survive a hundred thousand."""


class _Unreadable(Exception):
    """The file cannot be read any further."""

    def __init__(self, message: str, mark: Mark | None = None) -> None:
        super().__init__(message)
        self.mark = mark


@dataclass(slots=True)
class _Reading:
    """The walk through the nodes of a file."""

    constructor: BaseConstructor
    marks: dict[Location, Mark] = field(default_factory=dict)
    twice: list[tuple[Location, Mark, Mark]] = field(default_factory=list)
    values: int = 0
    characters: int = 0

    def value(self, node: Node, at: Location) -> object:
        self.values += 1
        if self.values > _MOST_VALUES:
            raise _Unreadable(_TOO_MANY)
        self.marks.setdefault(at, _mark(node))
        if isinstance(node, ScalarNode) and node.tag in _PUNCTUATION:
            raise self.unreadable(node)
        if node.tag not in (_SCALARS if isinstance(node, ScalarNode) else _COLLECTIONS):
            raise _Unreadable(f"has a tag of its own ({node.tag}), which is not read: remove it", _mark(node))
        if isinstance(node, MappingNode):
            return self.mapping(node, at)
        if isinstance(node, SequenceNode):
            return [self.value(each, (*at, index)) for index, each in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: MappingNode, at: Location) -> dict[str, object]:
        mapping: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = _key(key_node)
            self.count(key)
            here = (*at, key)
            if key in mapping:
                self.twice.append((here, _mark(key_node), self.marks[here]))
            else:
                self.marks[here] = _mark(key_node)
                mapping[key] = self.value(value_node, here)
        return mapping

    def scalar(self, node: Node) -> object:
        self.count(node.value)
        try:
            value: object = self.constructor.construct_object(node)
            if not isinstance(value, int) or value.bit_length() <= _MOST_BITS:
                return value
        except (ValueError, LookupError):
            pass  # no such day, number or truth value
        raise self.unreadable(node)

    def unreadable(self, node: Node) -> _Unreadable:
        return _Unreadable(f"{shown(node.value)} cannot be read as it is: quote it", _mark(node))

    def count(self, text: str) -> None:
        self.characters += len(text)
        if self.characters > _LARGEST:
            raise _Unreadable(f"holds more than {_LARGEST} characters: split the file, and use fewer aliases")


def read_yaml_file(path: Path, file: str) -> IncludedFile:
    """Return the values of a YAML file, of which no more than is allowed is read; ``file`` as for ``read_yaml``.

    Raises: ``OSError`` if the file cannot be read.
    """
    with path.open("rb") as opened:
        read = opened.read(_LARGEST + 1)
    if len(read) > _LARGEST:
        return unreadable(file, f"is larger than {_LARGEST} bytes: split it, or let no include pattern match it")
    try:
        return read_yaml(read.decode("utf-8"), file)
    except UnicodeDecodeError:
        return unreadable(file, "is not UTF-8 text: save it as such, or let no include pattern match it")


def read_yaml(text: str, file: str) -> IncludedFile:
    """Return the values of a YAML text.

    Parameters: ``file`` is the file's path relative to the project folder, for findings.
    """
    yaml = YAML(typ="safe")
    reading = _Reading(yaml.constructor)
    try:
        _check_size(text)
        node = yaml.compose(text)
        value = reading.value(node, ()) if node is not None else None
    except _Unreadable as error:
        return unreadable(file, str(error), error.mark)
    except RecursionError:
        return unreadable(file, "is nested too deeply: an alias may stand inside what it names")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(part for part in (error.context, error.problem) if part)
        return unreadable(file, f"is not YAML ({problem}): correct it", Mark(mark.line + 1, mark.column + 1) if mark else None)
    except YAMLError as error:
        problem = next(iter(str(error).splitlines()), "")
        return unreadable(file, f"is not YAML ({problem}): correct it")
    except UnicodeError:
        return unreadable(file, "holds what is no character: correct it")
    source = Source(file=file, marks=reading.marks)
    return IncludedFile(source, value, tuple(_given_twice(file, reading)))


def _check_size(text: str) -> None:
    depth = 0
    for number, event in enumerate(YAML(typ="safe").parse(text)):
        if number > _MOST_VALUES:
            raise _Unreadable(_TOO_MANY)
        if isinstance(event, CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise _Unreadable(f"is nested deeper than {_DEEPEST} levels: no section is", _mark(event))
        elif isinstance(event, CollectionEndEvent):
            depth -= 1


def _key(node: Node) -> str:
    """Return a key as it is written: an unquoted account id is a number to YAML, and loses nothing this way."""
    if not isinstance(node, ScalarNode):
        raise _Unreadable("has a list or a mapping for a key: quote it, if it is meant as a text", _mark(node))
    if node.tag == _MERGE:
        raise _Unreadable("has a merge key (<<), which is not read: write the keys out", _mark(node))
    return str(node.value)


def _given_twice(file: str, reading: _Reading) -> Iterator[Finding]:
    for location, mark, first in reading.twice:
        here = Source(file=file, marks={location: mark})
        yield here.finding(location, f"is given twice in this file, first in line {first.line}: keep one")


def _mark(of: Node | CollectionStartEvent) -> Mark:
    return Mark(int(of.start_mark.line) + 1, int(of.start_mark.column) + 1)
