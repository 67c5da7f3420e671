"""From the JSON document of ``pulumi preview --json --show-sames`` to a ``Preview``.

The form is that of the engine's own type (pulumi 3.259, ``display.PreviewDigest``). A document that is missing, cut off or of
another form is a preview that failed: a reviewer has to be told, and never takes silence for consent.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cleanrooms_governance.pull_request.lines import (
    awaited_since,
    awaited_votes,
    consequence_of,
    filed_next,
    summary_entries,
    voters_in,
)
from cleanrooms_governance.pull_request.preview import Change, Danger, Kind, Preview, Refusal, Resource
from cleanrooms_governance.text import discreet

_OURS = "pulumi-python:dynamic/cleanrooms:"
_COMPONENTS = "cleanrooms:governance:"
_KINDS: Mapping[str, Kind] = {
    "Collaboration": "collaboration",
    "Membership": "membership",
    "PrivacyBudgetTemplate": "budget",
}
_FORGETTING = frozenset({"delete", "delete-replaced", "discard", "remove-pending-replace"})
_STACK = re.compile(r"urn:pulumi:(?P<stack>[^:]+)::(?P<project>[^:]+)::")
_MOST_LINES_OF_A_LOG = 40

Document = Mapping[str, Any]


def read_preview(stack: str, text: str, exit: int | None = None, log: str = "") -> Preview:
    """Return what a preview found, whatever its document looks like.

    Parameters: ``stack`` is its name, empty if only the document says it; ``text`` is the document, ``exit`` how the command
    ended, ``log`` what it wrote to its error stream.
    """
    lines = tuple(discreet(line) for line in log.splitlines() if line.strip())[-_MOST_LINES_OF_A_LOG:]
    if not text.strip():
        return Preview(stack, exit=exit, trouble="it wrote no document", log=lines)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return Preview(stack, exit=exit, trouble="its document is cut off, or is no JSON", log=lines)
    if not isinstance(document, dict) or not isinstance(document.get("steps", []), list):
        return Preview(stack, exit=exit, trouble="its document is not that of `pulumi preview --json`", log=lines)
    return _Reading(stack, document, exit, lines).preview()


class _Reading:
    def __init__(self, stack: str, document: Document, exit: int | None, log: tuple[str, ...]) -> None:
        self._exit = exit
        self._log = log
        self._steps = [step for step in document.get("steps") or [] if isinstance(step, dict) and _text(step, "urn")]
        self._diagnostics = [each for each in document.get("diagnostics") or [] if isinstance(each, dict)]
        places = [found for step in self._steps if (found := _STACK.match(step["urn"]))]
        self._stack = stack or (places[0]["stack"] if places else "")
        self._project = places[0]["project"] if places else ""
        self._states = {step["urn"]: _state(step) for step in self._steps if _type(step).startswith(_OURS)}
        self._told: dict[str, list[tuple[str, str]]] = {}
        for each in self._diagnostics:
            self._told.setdefault(_text(each, "urn"), []).append((_text(each, "severity"), _message(each)))
        named = {_name(urn, state) for urn, state in self._states.items()}
        self._entries = [entry for _, line in self._told.get("", []) for entry in summary_entries(line, named)]
        self._since = awaited_since(self._entries)
        self._governed = {
            id_: urn.rpartition("::")[2]
            for urn, state in self._states.items()
            if _kind_of(urn) == "Collaboration" and (id_ := _text(_inputs(state), "collaborationId"))
        }

    def preview(self) -> Preview:
        order = list(_KINDS.values())
        resources = sorted(self._resources(), key=lambda each: (each.group, order.index(each.kind), each.key))
        refused = {str(step["urn"]) for step in self._steps if _refused(_inputs(_state(step)))}
        return Preview(
            self._stack,
            self._project,
            self._exit,
            tuple(resources),
            tuple(self._entries),
            errors=self._diagnosed("error", lambda urn: urn not in refused),
            warnings=self._diagnosed("warning", lambda urn: not urn),
            others=self._others(),
            log=self._log,
        )

    def _diagnosed(self, severity: str, about: Callable[[str], bool]) -> tuple[str, ...]:
        """Return what is said with a severity about some resources; sorted, since several are checked at a time."""
        told = [line for urn, lines in self._told.items() if about(urn) for level, line in lines if level == severity]
        return tuple(sorted(set(told)))

    def _resources(self) -> Iterator[Resource]:
        for step in self._steps:
            kind = _KINDS.get(_type(step).removeprefix(_OURS)) if _type(step).startswith(_OURS) else None
            if kind is not None:
                yield self._resource(kind, step)

    def _resource(self, kind: Kind, step: Document) -> Resource:
        inputs = _inputs(_state(step))
        urn = str(step["urn"])
        group, collaboration = self._collaboration_of(urn)
        key = _name(urn, _state(step)).partition(" ")[2]
        names = {str(account): str(name) for account, name in _mapping(inputs.get("names")).items()}
        told = self._told.get(urn, [])
        lines = [line for _, line in told]
        if step.get("op") in _FORGETTING:
            return Resource(kind, key, group, collaboration, names=names, forgotten=True, said=tuple(told))
        plan = inputs.get("plan")
        known = isinstance(plan, dict)
        changes = [_change(text, each, lines) for text, each in _mapping(_mapping(plan).get("changes")).items()]
        dangers = [_danger(mark, each) for mark, each in _mapping(_mapping(plan).get("dangers")).items()]
        spoken = {f"plan: {change.text} ({change.consequence})" for change in changes}
        return Resource(
            kind,
            key,
            group,
            collaboration,
            _text(inputs, "region"),
            names,
            plan if known else None,
            _text(inputs, "fingerprint") if known else None,
            tuple(sorted(changes, key=lambda change: (not change.is_final, change.text, change.id))),
            tuple(sorted(dangers, key=lambda danger: (danger.acknowledged, danger.rule, danger.fingerprint))),
            tuple(_refusals(inputs, {danger.fingerprint for danger in dangers})),
            tuple(awaited_votes(lines, self._since)),
            {
                str(account): _text(_mapping(_mapping(voter).get("changeRequests")), "ownPlan")
                for account, voter in _mapping(inputs.get("voters")).items()
            },
            tuple(filed_next(lines)),
            tuple(
                (level, line)
                for level, line in told
                if level != "error" and line not in spoken and not line.startswith("acknowledged danger ")
            ),
        )

    def _collaboration_of(self, urn: str) -> tuple[str, str]:
        """Return the key of a resource's collaboration, or its id if the stack does not govern it; and its id."""
        inputs = _inputs(self._states.get(urn, {}))
        if _kind_of(urn) == "Collaboration":
            id_ = inputs.get("collaborationId")
            return urn.rpartition("::")[2], str(id_ or "")
        for needed in _needs(self._states.get(urn, {})):
            if needed in self._states and needed != urn:
                return self._collaboration_of(needed)
        id_ = _text(inputs, "collaboration")
        return self._governed.get(id_, id_), id_

    def _others(self) -> dict[str, int]:
        """Count what would happen to resources that are neither ours nor what holds them together."""
        counts: dict[str, int] = {}
        for step in self._steps:
            type_, op = _type(step), str(step.get("op"))
            ours = type_.startswith((_OURS, _COMPONENTS, "pulumi:pulumi:", "pulumi:providers:"))
            if not ours and op not in ("same", "read"):
                counts[op] = counts.get(op, 0) + 1
        return dict(sorted(counts.items()))


def _change(text: str, document: Any, lines: Iterable[str]) -> Change:
    known = _mapping(document)
    consequence = consequence_of(text, lines)
    return Change(
        id=_text(known, "id"),
        text=text,
        operation=_text(known, "operation"),
        needs_votes=known.get("votes") == "needed",
        by_request=bool(known.get("types")),
        consequence=consequence,
        voters=voters_in(consequence),
    )


def _danger(mark: str, document: Any) -> Danger:
    known = _mapping(document)
    return Danger(mark, _text(known, "rule"), _text(known, "message"), known.get("acknowledged") is True)


def _refusals(inputs: Document, dangers: Iterable[str]) -> Iterator[Refusal]:
    marks = frozenset(dangers)
    for each in sorted(_refused(inputs), key=lambda each: (_text(each, "rule"), _text(each, "subject"))):
        mark = _text(each, "subject").rpartition(" ")[2]
        yield Refusal(_text(each, "rule"), _text(each, "subject"), _text(each, "message"), mark if mark in marks else "")


def _refused(inputs: Document) -> list[Document]:
    refused = inputs.get("refused")
    return [each for each in refused if isinstance(each, dict)] if isinstance(refused, list) else []


def _needs(state: Document) -> list[str]:
    found = _mapping(state.get("propertyDependencies")).values()
    return sorted({str(urn) for each in found if isinstance(each, list) for urn in each})


def _name(urn: str, state: Document) -> str:
    """Return how the summary calls a resource: its kind and its key."""
    kind = _KINDS.get(_kind_of(urn), "collaboration")
    return f"{kind} {_text(_inputs(state), 'key') or urn.rpartition('::')[2]}"


def _kind_of(urn: str) -> str:
    return urn.rpartition("::")[0].rpartition(":")[2]


def _type(step: Document) -> str:
    return str(step["urn"]).rpartition("::")[0].rpartition("::")[2].rpartition("$")[2]


def _state(step: Document) -> Document:
    return _mapping(step.get("newState")) or _mapping(step.get("oldState"))


def _inputs(state: Document) -> Document:
    return _mapping(state.get("inputs"))


def _message(diagnostic: Document) -> str:
    """Return what a diagnostic says, without the severity that the engine puts before it."""
    message = _text(diagnostic, "message").strip()
    severity = _text(diagnostic, "severity")
    return discreet(message.removeprefix(f"{severity}: ") if severity in ("error", "warning") else message)


def _text(mapping: Document, key: str) -> str:
    value = mapping.get(key)
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Document:
    return value if isinstance(value, dict) else {}
