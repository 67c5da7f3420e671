"""The whole stack file: read, with the files it includes, and checked at once."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from cleanrooms_governance.desired import Account
from cleanrooms_governance.errors import Finding, InvalidInput
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.settings import strict
from cleanrooms_governance.settings.cross_checks import Draft, stack_findings, understood
from cleanrooms_governance.settings.gathering import Document, gather
from cleanrooms_governance.settings.include import read_included
from cleanrooms_governance.settings.included_file import IncludedFile
from cleanrooms_governance.settings.places import Source, in_order
from cleanrooms_governance.settings.reading import read_section
from cleanrooms_governance.settings.sections import AccountSection, AuditSection, CollaborationSection, MembershipSection
from cleanrooms_governance.settings.values import to_account

NAMESPACE = "cleanrooms"

SECTIONS = ("accounts", "collaborations", "memberships")
"""What an included file may hold, and a stack file with the namespace before it."""

_SETTINGS = ("audit", "include", "onWaiting")
STACK_FILE = Source(namespace=f"{NAMESPACE}:")
"""The stack file as the engine hands it over: without its name, and without lines."""
_MOST_FINDINGS = 200
_MOST_INLINE_BYTES = 90_000
"""The engine hands all configuration to the program in one environment string, for which Linux has 128 KiB."""


class OnWaiting(StrEnum):
    """What becomes of a run that ends with something still waiting for others."""

    REPORT = "report"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class StackFile:
    """A valid stack file; everything is sorted by key.

    ``on_waiting`` says whether a run may end well while it waits. ``audit`` is the file in which writing calls are noted,
    relative to the project folder, ``None`` for none.
    """

    accounts: Mapping[AccountId, Account]
    collaborations: Mapping[str, CollaborationSection]
    memberships: Mapping[str, MembershipSection]
    on_waiting: OnWaiting = OnWaiting.REPORT
    audit: str | None = None


def audit_file(config: Mapping[str, str]) -> str | None:
    """Return the file of the audit alone, whatever else the configuration of ``load`` says; ``None`` where none is named.

    Raises ``InvalidInput``.
    """
    said = {name: _value(text) for name, text in _own_namespace(config).items() if name == "audit"}
    file, findings = _audit(said, STACK_FILE)
    if findings:
        raise InvalidInput(in_order(findings))
    return file


def load(
    config: Mapping[str, str], project: Path, source: Source = STACK_FILE, texts: Mapping[str, str] = MappingProxyType({})
) -> StackFile:
    """Read and check a stack's configuration.

    Parameters: ``config`` is the engine's own map of ``<namespace>:<key>`` to a text, which is JSON for lists and mappings;
    ``project`` is the project folder, to which ``include`` is relative; ``source`` says where in the stack file things are,
    for who has read it; ``texts`` are what included files are to say and do not yet, by their paths in the project folder.

    Raises ``InvalidInput`` with everything that is wrong anywhere.
    """
    own = _own_namespace(config)
    said = {name: _value(text) for name, text in own.items()}
    included = read_included(said.get("include", []), source, ("include",), project, texts)
    documents = [Document(source, said)]
    documents += [Document(file.source, _sections_of(file)) for file in included.files]
    accounts = gather("accounts", AccountSection, strict.account_id, documents)
    collaborations = gather("collaborations", CollaborationSection, strict.entry_key, documents)
    memberships = gather("memberships", MembershipSection, strict.entry_key, documents)
    audit, audit_findings = _audit(said, source)
    parts = (included, accounts, collaborations, memberships)
    draft = Draft(
        accounts.entries,
        collaborations.entries,
        memberships.entries,
        is_complete=all(part.is_complete for part in parts),
    )
    findings = [
        *_size_findings(own, source),
        *_setting_findings(said, source),
        *audit_findings,
        *(finding for file in included.files for finding in _file_findings(file)),
        *(finding for part in parts for finding in part.findings),
        *stack_findings(draft),
    ]
    if findings:
        raise InvalidInput(_the_first(in_order(findings), source))
    return StackFile(
        accounts={AccountId(key): to_account(AccountId(key), entry.section) for key, entry in understood(draft.accounts)},
        collaborations={key: entry.section for key, entry in understood(draft.collaborations)},
        memberships={key: entry.section for key, entry in understood(draft.memberships)},
        on_waiting=OnWaiting(str(said.get("onWaiting", OnWaiting.REPORT))),
        audit=audit,
    )


def _the_first(findings: tuple[Finding, ...], source: Source) -> tuple[Finding, ...]:
    """Return as many findings as somebody would read, and how many there are besides."""
    more = len(findings) - _MOST_FINDINGS
    if more <= 0:
        return findings
    return (*findings[:_MOST_FINDINGS], _of_all(source, f"has {more} findings more: correct these first"))


def _of_all(source: Source, message: str) -> Finding:
    return Finding(NAMESPACE, message, source.finding((), message).spot)


def _own_namespace(config: Mapping[str, str]) -> dict[str, str]:
    prefix = f"{NAMESPACE}:"
    return {key.removeprefix(prefix): text for key, text in config.items() if key.startswith(prefix)}


def _value(text: str) -> object:
    """Return what a configuration text says: the engine writes lists and mappings as JSON, and plain texts as they are."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def _sections_of(file: IncludedFile) -> Mapping[str, object]:
    return file.value if isinstance(file.value, dict) else {}


def _size_findings(own: Mapping[str, str], source: Source) -> Iterator[Finding]:
    size = sum(len(f"{NAMESPACE}:{name}{text}".encode("utf-8", "surrogatepass")) for name, text in own.items())
    if size > _MOST_INLINE_BYTES:
        yield _of_all(
            source,
            f"the stack file holds {size / 1000:.0f} KB of configuration, and the engine can hand over about"
            f" {_MOST_INLINE_BYTES / 1000:.0f} KB: move collaborations and memberships into files of the project folder"
            f' and name them in {NAMESPACE}:include, such as ["collaborations/*.yaml"]',
        )


def _setting_findings(said: Mapping[str, object], source: Source) -> Iterator[Finding]:
    for name in said:
        if name not in (*SECTIONS, *_SETTINGS):
            yield source.finding((name,), _unknown(name, (*SECTIONS, *_SETTINGS)))
    on_waiting = said.get("onWaiting", OnWaiting.REPORT)
    if on_waiting not in list(OnWaiting):
        yield source.finding(("onWaiting",), f"{strict.shown(on_waiting)} is not possible: write report or fail")


def _audit(said: Mapping[str, object], source: Source) -> tuple[str | None, list[Finding]]:
    if "audit" not in said:
        return None, []
    entry, findings = read_section(AuditSection, said["audit"], source, ("audit",))
    return (entry.section.file if entry and not findings else None), findings


def _file_findings(file: IncludedFile) -> Iterator[Finding]:
    """Check that an included file holds sections and nothing else."""
    if file.value is not None and not isinstance(file.value, dict):
        yield file.source.finding((), f"must hold {', '.join(SECTIONS)}, not {strict.shown(file.value)}")
    for name in _sections_of(file):
        bare = name.removeprefix(f"{NAMESPACE}:")
        if name in SECTIONS:
            continue
        if bare in _SETTINGS:
            message = "is read in the stack file alone: move it there"
        elif bare in SECTIONS:
            message = f"an included file takes no prefix: write `{bare}`"
        else:
            message = _unknown(name, SECTIONS)
        yield file.source.finding((name,), message)


def _unknown(name: str, known: tuple[str, ...]) -> str:
    near = strict.closest(name, known)
    if near:
        return f"unknown key: did you mean `{near}`?"
    return f"unknown key: remove it (known here: {', '.join(known)})"
