"""What does `crgov drift` say?"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cleanrooms_governance.assessment.drift import Difference, Drift, Remedy
from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.markdown import code, inline
from cleanrooms_governance.text import harmless

_WORDS = {
    Remedy.RUN: "a run repairs it",
    Remedy.FILE: "no run changes it",
    Remedy.PEOPLE: "not managed",
}
_COUNTED = {
    Remedy.RUN: "that a run repairs",
    Remedy.FILE: "that no run changes",
    Remedy.PEOPLE: "not managed",
}
_HELD = {
    "refused": "once nothing of it is refused",
    "paused": "once the pause is over",
    "read-only": "but this stack only looks at the account",
}
_TONES = {Remedy.RUN: Tone.CHANGED, Remedy.FILE: Tone.TAKEN, Remedy.PEOPLE: Tone.PLAIN}


def drift_report(stack: str, drifts: Sequence[Drift], *, as_markdown: bool) -> Report:
    """Return the differences of every resource that has some, for a terminal or as Markdown for a forge.

    Parameters: ``stack`` is ``<project>/<stack>``.
    """
    document = {
        "stack": stack,
        "resources": [_document(drift) for drift in drifts],
        "counts": {str(remedy): _count(drifts, remedy) for remedy in Remedy},
    }
    lines = [Line(text) for text in _markdown(stack, drifts)] if as_markdown else list(_lines(drifts))
    return Report(document, lines, _end(drifts))


def _end(drifts: Iterable[Drift]) -> Exit:
    known = list(drifts)
    if any(drift.is_unread for drift in known):
        return Exit.ERROR
    if any(drift.refusals for drift in known):
        return Exit.REFUSED
    return Exit.CHANGES if any(drift.differences for drift in known) else Exit.DONE


def _document(drift: Drift) -> dict[str, Any]:
    return {
        "kind": drift.resource.kind,
        "key": drift.resource.key,
        "read": drift.resource.found is not None and not drift.is_unread,
        "differences": [
            {
                "remedy": str(each.remedy),
                "rule": each.rule,
                "subject": each.subject,
                "message": harmless(each.message),
                "held": each.held or None,
            }
            for each in drift.differences
        ],
        "refused": [{"rule": each.rule, "subject": each.subject, "message": harmless(each.message)} for each in drift.refusals],
    }


def _lines(drifts: Sequence[Drift]) -> Iterator[Line]:
    for drift in drifts:
        if drift.differences or drift.refusals:
            yield Line(drift.resource.name, Tone.TITLE)
            for each in drift.differences:
                yield Line(f"{_words(each)}: {each.message}", _TONES[each.remedy], 2)
            for label, refusal in _refused(drift):
                yield Line(f"{label}: {refusal}", Tone.TAKEN, 2)
            yield Line()
    yield Line(_headline(drifts), Tone.TITLE)


def _markdown(stack: str, drifts: Sequence[Drift]) -> Iterator[str]:
    """Yield the report as Markdown, in which nothing that others wrote is anything but text."""
    yield f"## Drift of {code(stack)}"
    yield ""
    yield inline(_headline(drifts))
    for drift in drifts:
        if drift.differences or drift.refusals:
            yield ""
            yield f"### {drift.resource.kind} {code(drift.resource.key)}"
            yield ""
            for each in drift.differences:
                yield f"- **{_words(each)}:** {inline(each.message)}"
            for label, refusal in _refused(drift):
                yield f"- **{label}:** {inline(refusal)}"


def _words(difference: Difference) -> str:
    held = _HELD.get(difference.held)
    return f"{_WORDS[difference.remedy]}, {held}" if held else _WORDS[difference.remedy]


def _refused(drift: Drift) -> Iterator[tuple[str, str]]:
    label = "not read" if drift.is_unread else "refused"
    return ((label, refusal.message) for refusal in drift.refusals)


def _headline(drifts: Sequence[Drift]) -> str:
    counts = {remedy: _count(drifts, remedy) for remedy in Remedy}
    total = sum(counts.values())
    unread = sum(drift.is_unread or drift.resource.found is None for drift in drifts)
    refused = sum(bool(drift.refusals) and not drift.is_unread for drift in drifts)
    resources = f"{len(drifts)} resource{'s' * (len(drifts) != 1)}"
    said = f"{total} difference{'s' * (total != 1)}" if total else "no drift"
    if total:
        said += f" ({', '.join(f'{count} {_COUNTED[remedy]}' for remedy, count in counts.items() if count)})"
    rest = "".join(f", {count} {word}" for count, word in ((unread, "not looked at"), (refused, "refused")) if count)
    return f"{said} in {resources}{rest}"


def _count(drifts: Iterable[Drift], remedy: Remedy) -> int:
    return sum(each.remedy is remedy for drift in drifts for each in drift.differences)
