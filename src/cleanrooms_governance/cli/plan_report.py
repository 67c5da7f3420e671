"""What does `crgov plan` say?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from cleanrooms_governance.assessment.awaiting import awaited, filed_since
from cleanrooms_governance.assessment.kinds import MEMBERSHIP, READ_NOTHING
from cleanrooms_governance.assessment.planned_stack import (
    fingerprint_of,
    lines_of,
    nothing_was_read,
    resource_document,
    standing_of,
    summary_of,
)
from cleanrooms_governance.assessment.proceedings import Found, Standing
from cleanrooms_governance.assessment.telling import BUDGET_NOT_KNOWN_YET, MEMBERSHIP_NOT_KNOWN_YET
from cleanrooms_governance.assessment.whole_stack import Assessed
from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.planning.plan import Level, Remark

_ENDS = {
    Standing.DONE: Exit.DONE,
    Standing.TO_DO: Exit.CHANGES,
    Standing.WAITING: Exit.WAITING,
    Standing.DENIED: Exit.REFUSED,
    Standing.SKIPPED: Exit.ERROR,
    Standing.NOT_READ: Exit.ERROR,
    Standing.REFUSED: Exit.REFUSED,
    Standing.FAILED: Exit.ERROR,
}
_WORST_FIRST = (Exit.ERROR, Exit.REFUSED, Exit.CHANGES, Exit.WAITING, Exit.DONE)
"""Before waiting come changes: that others are awaited is said only where nothing else is left to do."""

_TONES = {"plan": Tone.CHANGED, "next": Tone.ADDED}


def plan_report(stack: str, resources: Sequence[Assessed], declared: Mapping[str, str], today: date) -> Report:
    """Return what a preview would say of every resource.

    Parameters: ``stack`` is ``<project>/<stack>``; ``declared`` as ``declared_resources`` returns it; ``today`` as for
    ``assess_stack``.
    """
    standings = {each.name: standing_of(each) for each in resources}
    unread = nothing_was_read(resources)
    end = Exit.DONE if unread else worst_of(standings.values())
    fingerprint = fingerprint_of(resources)
    summary = summary_of(resources, declared)
    document = {
        "stack": stack,
        "fingerprint": fingerprint,
        "read": not unread,
        "resources": [resource_document(each, today) for each in resources],
        "summary": summary.splitlines(),
    }
    stopped = {name for name, found in standings.items() if found.stopped}
    lines = list(_lines(resources, stopped, today)) if not unread else [Line(f"This plan {READ_NOTHING}", Tone.CHANGED), Line()]
    lines += [
        Line(text, Tone.TITLE if index == 0 else Tone.PLAIN, 0 if index == 0 else 2)
        for index, text in enumerate(summary.splitlines() or ["Summary: the stack file declares nothing"])
    ]
    if not unread:
        lines.append(Line(f"all plans of {stack} together: {fingerprint}", Tone.FAINT))
    return Report(document, lines, end)


def worst_of(standings: Iterable[Found]) -> Exit:
    """Return how a plan ends."""
    ends = {_ENDS[entry.standing] for found in standings for entry in found.entries}
    return next((each for each in _WORST_FIRST if each in ends), Exit.DONE)


def _lines(resources: Sequence[Assessed], stopped: set[str], today: date) -> Iterator[Line]:
    dangers = [line for each in resources for line in _dangers(each)]
    if dangers:
        yield Line("dangers", Tone.TITLE)
        yield from dangers
        yield Line()
    for resource in resources:
        said = list(_said(resource, stopped, today))
        if said:
            yield Line(resource.name, Tone.TITLE)
            yield from said
            yield Line()


def _dangers(resource: Assessed) -> Iterator[Line]:
    for danger in resource.found.plan.dangers if resource.found else ():
        if danger.acknowledged:
            yield Line(f"{resource.name}: acknowledged, {danger.fingerprint}: {danger.message}", Tone.CHANGED, 2)
        else:
            yield Line(f"{resource.name}: {danger.fingerprint}: {danger.message}. {danger.way_past}", Tone.TAKEN, 2)


def _said(resource: Assessed, stopped: set[str], today: date) -> Iterator[Line]:
    found = resource.found
    if found is None:
        if resource.depends_on not in stopped:
            yield Line(MEMBERSHIP_NOT_KNOWN_YET if resource.kind == MEMBERSHIP else BUDGET_NOT_KNOWN_YET, Tone.CHANGED, 2)
        return
    waiting = awaited(found, today)
    for line in lines_of(resource):
        if line.rule != "danger":
            since = filed_since(line, waiting)
            yield Line(f"{line.message}{f' (since {since})' if since else ''}", _tone(line), 2)
    on_top = {(danger.rule, f"{danger.subject} {danger.fingerprint}") for danger in found.plan.dangers}
    for refusal in sorted(set(found.refusals)):
        if (refusal.rule, refusal.subject) not in on_top:
            yield Line(f"refused: {refusal.message}", Tone.TAKEN, 2)


def _tone(line: Remark) -> Tone:
    return _TONES.get(line.rule, Tone.FAINT if line.level is Level.INFO else Tone.PLAIN)
