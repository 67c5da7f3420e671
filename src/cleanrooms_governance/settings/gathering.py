"""The entries of a section, gathered from the stack file and the files it includes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic_core import PydanticCustomError

from cleanrooms_governance.errors import Finding
from cleanrooms_governance.settings import strict
from cleanrooms_governance.settings.fields import Section
from cleanrooms_governance.settings.places import Source
from cleanrooms_governance.settings.reading import Entry, read_section

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, slots=True)
class Document:
    """The stack file or an included file: what it says, by the name of the section."""

    source: Source
    sections: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Gathered(Generic[S]):
    """The entries of a section by key, sorted; ``None`` for one that says nothing that could be understood.

    ``is_complete`` says that no document's part of the section was unreadable as a whole.
    """

    entries: Mapping[str, Entry[S] | None]
    findings: tuple[Finding, ...]
    is_complete: bool


def gather(name: str, model: type[S], check_key: Callable[[object], str], documents: Sequence[Document]) -> Gathered[S]:
    """Read every entry of a section; of a key that is given twice the first one counts."""
    entries: dict[str, Entry[S] | None] = {}
    first: dict[str, str] = {}
    findings: list[Finding] = []
    is_complete = True
    for document in documents:
        section = document.sections.get(name, {})
        if not isinstance(section, dict):
            message = f"must be a mapping of keys to values, not {strict.shown(section)}"
            findings.append(document.source.finding((name,), message))
            is_complete = False
            continue
        for key, value in section.items():
            at = (name, key)
            entry, found = read_section(model, value, document.source, at)
            findings += found
            findings += _key_findings(check_key, document.source, name, key)
            if key in entries:
                message = f"is given in {first[key]} as well: keep one"
                findings.append(document.source.finding(at, message))
                continue
            entries[key] = entry
            first[key] = document.source.path(at)
    return Gathered(dict(sorted(entries.items())), tuple(findings), is_complete)


def _key_findings(check_key: Callable[[object], str], source: Source, name: str, key: str) -> Iterator[Finding]:
    try:
        check_key(key)
    except PydanticCustomError as error:
        yield source.finding((name, key), error.message())
