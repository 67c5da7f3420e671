"""Nothing, changes, dangerous, refused or failed: what a preview comes to, for somebody who has a minute."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cleanrooms_governance.pull_request.preview import NO_CREDENTIALS, UNREADABLE, Preview, Resource

_EXPECTED_NO_CHANGES = 7
"""The engine's exit status for changes under ``--expect-no-changes``."""

_BY_A_SIGNAL, _UNSAID = 128, 255
"""Exit statuses from the first one up mean a command that was killed; 255 is the engine's own for any error."""

_ENDED_WELL = frozenset({None, 0, _EXPECTED_NO_CHANGES})


class Verdict(StrEnum):
    """What a preview comes to, the worst first."""

    FAILED = "failed"
    REFUSED = "refused"
    NOT_READ = "read nothing"
    DANGEROUS = "dangerous"
    CHANGES = "changes"
    WAITING = "waiting"
    NOTHING = "nothing to change"


@dataclass(frozen=True, slots=True)
class Judged:
    """A preview with what it comes to. The counts are of all its resources."""

    preview: Preview
    verdict: Verdict
    changes: int
    final: int
    dangers: int
    acknowledged: int
    unread: int
    refusals: int
    denied: int


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict that counts when there are several."""
    return min(verdicts, key=list(Verdict).index, default=Verdict.NOTHING)


def judge(preview: Preview) -> Judged:
    """Return what a preview comes to. In doubt it failed: what could not be understood is never called well."""
    resources = preview.resources
    dangers = [danger for each in resources for danger in each.dangers]
    refusals = [refusal for each in resources for refusal in each.refusals]
    unacknowledged = {refusal.danger for refusal in refusals if refusal.danger}
    return Judged(
        preview,
        _verdict(preview),
        changes=sum(len(each.changes) for each in resources),
        final=sum(change.is_final for each in resources for change in each.changes),
        dangers=len(unacknowledged | {danger.fingerprint for danger in dangers if not danger.acknowledged}),
        acknowledged=sum(danger.acknowledged for danger in dangers),
        unread=sum(refusal.rule in (UNREADABLE, NO_CREDENTIALS) for refusal in refusals),
        refusals=sum(refusal.rule not in (UNREADABLE, NO_CREDENTIALS) and not refusal.danger for refusal in refusals),
        denied=len(preview.said("denied")),
    )


def _verdict(preview: Preview) -> Verdict:
    resources = preview.resources
    if preview.trouble or preview.errors:
        return Verdict.FAILED
    refused = [each for each in resources if each.refusals or any(not danger.acknowledged for danger in each.dangers)]
    ended_well = preview.exit in _ENDED_WELL
    if preview.exit is not None and _BY_A_SIGNAL <= preview.exit < _UNSAID:
        return Verdict.FAILED
    if refused and ended_well and all(_is_not_read(each) or _is_open(each) for each in resources):
        return Verdict.NOT_READ
    if refused:
        return Verdict.REFUSED
    if not ended_well:
        return Verdict.FAILED
    if not resources and not preview.others:
        return Verdict.NOT_READ
    if any(each.dangers or any(change.is_final for change in each.changes) for each in resources):
        return Verdict.DANGEROUS
    if preview.said("to do") or preview.others or any(each.forgotten or _is_open(each) for each in resources):
        return Verdict.CHANGES
    if preview.said("waiting", "denied", "skipped") or any(each.changes for each in resources):
        return Verdict.WAITING
    return Verdict.NOTHING


def _is_not_read(resource: Resource) -> bool:
    return {refusal.rule for refusal in resource.refusals} == {NO_CREDENTIALS}


def _is_open(resource: Resource) -> bool:
    return resource.fingerprint is None and not resource.forgotten
