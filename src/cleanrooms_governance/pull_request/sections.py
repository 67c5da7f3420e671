"""The parts of what is said about one stack, from dangers down to details."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from cleanrooms_governance.markdown import block, code, inline, within_html
from cleanrooms_governance.pull_request import acting
from cleanrooms_governance.pull_request.acting import (
    AwaitedVote,
    ComingVote,
    at_once,
    automatic,
    awaited_votes,
    coming_votes,
    other_entries,
)
from cleanrooms_governance.pull_request.fitting import Part, Weight
from cleanrooms_governance.pull_request.preview import Preview, Resource
from cleanrooms_governance.pull_request.verdict import Judged, Verdict
from cleanrooms_governance.pull_request.words import account, counted, listed

MOST_OPEN = 25
"""Changes that are shown at once; more of them are folded, collaboration by collaboration."""

MOST_NAMED = 5
"""Collaborations and changes that are named in a line."""

MOST_FOLDS = 20
"""Collaborations whose changes are folded one by one; those of more are folded together."""

_ELSEWHERE = "it votes from its own stack, or in the console"
"""What is said of every partner's vote (``change_requests.sayings.waits``), and so is worth no words here."""


def errors(preview: Preview) -> Iterator[Part]:
    """Yield why a preview failed."""
    found = preview.errors or [line.strip() for line in preview.log if line.strip().startswith("error:")]
    if found:
        lines = tuple(f"- {inline(error)}" for error in found)
        yield Part(lines, Weight.DANGER, before=("#### Errors", ""), about="errors")


def dangers(judged: Judged) -> Iterator[Part]:
    """Yield what is refused, what is dangerous and what cannot be undone: what is not acknowledged first."""
    if judged.verdict is Verdict.NOT_READ:
        return
    preview = judged.preview
    lines = [*_unacknowledged(preview), *_final(preview), *_acknowledged(preview), *_refused(preview)]
    if lines:
        yield Part(tuple(lines), Weight.DANGER, before=("#### Dangers and refusals", ""), about="dangers and refusals")


def _unacknowledged(preview: Preview) -> Iterator[str]:
    for resource in preview.resources:
        refused = {refusal.danger: refusal.message for refusal in resource.refusals if refusal.danger}
        for danger in resource.dangers:
            if not danger.acknowledged:
                said = refused.get(danger.fingerprint, danger.message)
                passes = "" if danger.fingerprint in said else f" It passes with {code(danger.fingerprint)}."
                yield f"- ⛔ **{inline(resource.name)}, not acknowledged**: {inline(said)}{passes}"


def _final(preview: Preview) -> Iterator[str]:
    for resource in preview.resources:
        for change in resource.changes:
            if change.is_final:
                yield f"- ⚠️ **{inline(resource.name)}, cannot be undone**: {inline(change.text)}"


def _refused(preview: Preview) -> Iterator[str]:
    for resource in preview.resources:
        for refusal in resource.refusals:
            if not refusal.danger:
                yield f"- ⛔ **{inline(resource.name)}, {inline(refusal.rule)}**: {inline(refusal.message)}"


def _acknowledged(preview: Preview) -> Iterator[str]:
    for resource in preview.resources:
        for danger in resource.dangers:
            if danger.acknowledged:
                mark = code(danger.fingerprint)
                yield f"- ⚠️ **{inline(resource.name)}, acknowledged** by {mark}: {inline(danger.message)}"


def actions(judged: Judged) -> Iterator[Part]:
    """Yield who has to act, and on what nobody has to."""
    preview = judged.preview
    lines = [
        *_author(judged),
        *(_awaited(each) for each in awaited_votes(preview)),
        *(f"- **{inline(resource)}**, {standing}: {inline(text)}" for standing, resource, text in other_entries(preview)),
        *_coming(coming_votes(preview), preview.stack),
        *_by_itself(preview.resources),
    ]
    if lines:
        yield Part(tuple(lines), Weight.ACTION, before=("#### Who must act", ""), about="who must act")


def _author(judged: Judged) -> Iterator[str]:
    if judged.verdict is Verdict.REFUSED:
        yield "- **The author of this pull request**: what is refused above has to be corrected, acknowledged or made readable"


def _awaited(vote: AwaitedVote) -> str:
    since = f" (awaited since **{vote.awaited.since}**)" if vote.awaited.since else ""
    how = vote.awaited.how.get(vote.account, "")
    more = "" if how == _ELSEWHERE or not how else f" ({inline(how)})"
    who = account(vote.account, vote.resource.names)
    what = f"change request {code(vote.awaited.request)} of {inline(vote.resource.name)}"
    return f"- {who} **has to vote**{since} on {what}: {inline(vote.awaited.about)}{more}"


def _coming(votes: Iterable[ComingVote], stack: str) -> Iterator[str]:
    """Yield a line for each account and way of voting, whatever number of collaborations it votes in."""
    for (partner, number, own_plan), theirs in groupby(votes, key=lambda each: (each.partner, each.account, each.own_plan)):
        group = list(theirs)
        who = account(number, group[0].resource.names)
        changes = [change for vote in group for change in vote.changes]
        what = f"{counted(len(changes), 'change')} of {_collaborations(group)}"
        about = f": {listed([change.text for change in changes])}" if len(changes) <= MOST_NAMED else ""
        if partner:
            ask = code(f"crgov ask {number} --stack {stack}")
            yield f"- {who} **will have to vote** on {what}{about}. After the merge, {ask} writes what to send"
        elif own_plan == "approve":
            yield f"- {who} votes for {what} by {code('ownPlan: approve')} of this stack"
        else:
            yield f"- {who} **will have to vote** on {what}, by its rules in this stack or by hand{about}"


def _collaborations(votes: Sequence[ComingVote]) -> str:
    return _named(sorted({vote.resource.key for vote in votes}))


def _named(keys: Sequence[str]) -> str:
    shown = ", ".join(inline(key) for key in keys[:MOST_NAMED])
    more = f" and {len(keys) - MOST_NAMED} more" if len(keys) > MOST_NAMED else ""
    return f"{'collaboration' if len(keys) == 1 else 'collaborations'} {shown}{more}"


def _by_itself(resources: Sequence[Resource]) -> Iterator[str]:
    approving = [resource for resource in resources if automatic(resource)]
    if approving:
        count = sum(len(automatic(resource)) for resource in approving)
        whose = _named([resource.key for resource in approving])
        yield f"- Nobody: {counted(count, 'change is', 'changes are')} approved by {whose} itself ({code('autoApprove')})"
    direct = sum(len(at_once(resource)) for resource in resources)
    if direct:
        yield f"- Nobody: {counted(direct, 'change is', 'changes are')} made at once by this stack, without votes"


def warnings(preview: Preview) -> Iterator[Part]:
    """Yield what the preview warns of: what a change breaks, what is other than the file says, what takes too long."""
    lines = [f"- {inline(each)}" for each in preview.warnings]
    lines += [f"- **{inline(resource)}**: {inline(line)}" for resource, line in acting.warnings(preview)]
    if len(lines) > MOST_OPEN:
        title = f"<details><summary>{len(lines)} warnings</summary>"
        yield Part(tuple(lines), Weight.CHANGE, before=(title, ""), after=("", "</details>"), about="warnings")
    elif lines:
        yield Part(tuple(lines), Weight.ACTION, before=("#### Warnings", ""), about="warnings")


def letters(preview: Preview) -> Iterator[Part]:
    """Yield what to send to each partner whose vote is awaited."""
    votes = sorted((each for each in awaited_votes(preview) if each.partner), key=lambda each: each.account)
    for number, theirs in groupby(votes, key=lambda each: each.account):
        group = list(theirs)
        name = group[0].resource.names.get(number, "")
        called = f"{number} ({name})" if name else number
        title = f"<details><summary>What to send to {within_html(called)}</summary>"
        text = [line for vote in group for line in _letter(vote)]
        more = f"{code(f'crgov ask {number} --stack {preview.stack}')} writes it with all that the service shows."
        yield Part(
            ("\n".join(block(text)), more), Weight.DETAIL, before=(title, ""), after=("", "</details>"), about="what to send"
        )


def _letter(vote: AwaitedVote) -> Iterator[str]:
    where = ", ".join(each for each in (vote.resource.collaboration, vote.resource.region) if each)
    since = f", filed on {vote.awaited.since}" if vote.awaited.since else ""
    yield f"Please vote on a change request of the Clean Rooms collaboration {vote.resource.key} ({where}):"
    yield f"  change request  {vote.awaited.request}{since}"
    yield f"  what it does    {vote.awaited.about}"
    yield "In the console: Collaborations, then this collaboration, then the tab Change requests."


def changes(preview: Preview) -> Iterator[Part]:
    """Yield the planned changes, one line each, collaboration by collaboration."""
    groups = [(group, _shared(resources), resources) for group, resources in _groups(preview)]
    lines = {(group, shared): list(_changes(resources, shared)) for group, shared, resources in groups}
    lines = {group: each for group, each in lines.items() if each}
    besides = list(_besides(preview.others))
    if not lines and not besides:
        return
    yield Part(("#### Changes",), about="changes")
    if sum(map(len, lines.values())) <= MOST_OPEN:
        for (group, shared), each in lines.items():
            title = f"**{inline(group)}**{f', each {inline(shared)}' if shared else ''}"
            yield Part(tuple(each), Weight.CHANGE, before=(title, ""), about=f"changes of {group}")
    elif len(lines) > MOST_FOLDS:
        title = f"<details><summary>All {sum(map(len, lines.values()))} changes</summary>"
        flat = tuple(line for (group, shared), each in lines.items() for line in _flat(group, shared, each))
        yield Part(flat, Weight.CHANGE, before=(title, ""), after=("", "</details>"), about="changes")
    else:
        for (group, shared), each in lines.items():
            said = f"<b>{within_html(group)}</b>: {counted(len(each), 'change')}"
            title = f"<details><summary>{said}{f', each {within_html(shared)}' if shared else ''}</summary>"
            yield Part(tuple(each), Weight.CHANGE, before=(title, ""), after=("", "</details>"), about=f"changes of {group}")
    if besides:
        yield Part(tuple(besides), about="resources of other kinds")


def _shared(resources: Sequence[Resource]) -> str:
    """Return what every one of several changes needs, empty if they differ: it is then said once."""
    if any(resource.forgotten or resource.fingerprint is None for resource in resources):
        return ""
    needs = [change.consequence for resource in resources for change in resource.changes]
    return needs[0] if len(needs) > 1 and len(set(needs)) == 1 else ""


def _impact(resource: Resource) -> list[str]:
    """Return what is said of a privacy budget that changes: how much it allows, and what is left."""
    if resource.kind != "budget" or not resource.changes:
        return []
    return [line for level, line in resource.said if level != "warning"]


def _flat(group: str, shared: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"- **{inline(group)}**{f', each {inline(shared)}' if shared else ''}:"
    yield from (f"  {line}" for line in lines)


def _changes(resources: Iterable[Resource], shared: str) -> Iterator[str]:
    for resource in resources:
        about = "" if resource.kind == "collaboration" else f"{inline(resource.name)}: "
        for change in resource.changes:
            needs = f" ({inline(change.consequence)})" if change.consequence and not shared else ""
            yield f"- {about}{'**cannot be undone:** ' if change.is_final else ''}{inline(change.text)}{needs}"
        yield from (f"  - {inline(line)}" for line in _impact(resource))
        if resource.forgotten:
            yield f"- {inline(resource.name)} is forgotten, not deleted: it stays in force"
        elif resource.fingerprint is None:
            yield f"- {about or inline(resource.name) + ': '}known only when the collaboration's changes are made"


def _besides(others: Mapping[str, int]) -> Iterator[str]:
    if others:
        said = ", ".join(f"{inline(op)} {count}" for op, count in others.items())
        yield f"- resources of other kinds, which the preview shows and this comment does not: {said}"


def details(preview: Preview) -> Iterator[Part]:
    """Yield, folded, what else the previews say."""
    said = tuple(_said(preview.resources))
    if said:
        title = "<details><summary>What else the preview says</summary>"
        yield Part(said, Weight.DETAIL, before=(title, ""), after=("", "</details>"), about="what else the preview says")
    if preview.log:
        title = "<details><summary>The error stream of the preview</summary>"
        lines = tuple(f"    {inline_log(each)}" for each in preview.log)
        yield Part(lines, Weight.DETAIL, before=(title, ""), after=("", "</details>"), about="error stream")


def inline_log(line: str) -> str:
    """Return a line of a log for an indented block of code, in which nothing means anything."""
    return block([line])[1]


def _said(resources: Iterable[Resource]) -> Iterator[str]:
    for resource in resources:
        shown = _impact(resource)
        for level, line in resource.said:
            voting = bool(resource.awaited) and line.startswith("waits for ")
            if level != "warning" and not voting and line not in shown:
                yield f"- **{inline(resource.name)}**: {inline(line)}"


def _groups(preview: Preview) -> Iterator[tuple[str, list[Resource]]]:
    for group, resources in groupby(preview.resources, key=lambda each: each.group):
        yield f"collaboration {group}", list(resources)
