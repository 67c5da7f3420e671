"""Who must act on a plan: whose votes are awaited and since when, who will vote after the merge, and what needs nobody."""

from collections.abc import Iterator
from dataclasses import dataclass

from cleanrooms_governance.pull_request.lines import AUTO_APPROVAL
from cleanrooms_governance.pull_request.preview import Awaited, Change, Entry, Preview, Resource


@dataclass(frozen=True, slots=True)
class AwaitedVote:
    """An account whose vote on an open request is missing; ``partner`` tells that this stack cannot vote for it."""

    account: str
    resource: Resource
    awaited: Awaited
    partner: bool


@dataclass(frozen=True, slots=True)
class ComingVote:
    """An account that will have to vote on changes that a run files; ``own_plan`` is how this stack has it vote, if it does."""

    account: str
    resource: Resource
    changes: tuple[Change, ...]
    partner: bool
    own_plan: str


def awaited_votes(preview: Preview) -> list[AwaitedVote]:
    """Return the votes that are missing now, those that are missing longest first."""
    found = [
        AwaitedVote(account, resource, awaited, account not in resource.held)
        for resource in preview.resources
        for awaited in resource.awaited
        for account in awaited.accounts
    ]
    return sorted(found, key=lambda each: (each.awaited.since or "9", each.resource.key, each.account, each.awaited.request))


def coming_votes(preview: Preview) -> list[ComingVote]:
    """Return the votes that will be needed on what a run files."""
    found: list[ComingVote] = []
    for resource in preview.resources:
        changes = [change for change in resource.changes if change.voters and _is_filed(change, resource)]
        for account in sorted({voter for change in changes for voter in change.voters}):
            theirs = tuple(change for change in changes if account in change.voters)
            held = resource.held.get(account)
            found.append(ComingVote(account, resource, theirs, held is None, held or ""))
    return sorted(found, key=lambda each: (not each.partner, each.account, each.own_plan, each.resource.key))


def automatic(resource: Resource) -> list[Change]:
    """Return the changes that the collaboration approves by itself."""
    return [change for change in resource.changes if change.by_request and not change.needs_votes]


def at_once(resource: Resource) -> list[Change]:
    """Return the changes that this stack makes without asking anybody."""
    return [change for change in resource.changes if not change.by_request]


def _is_filed(change: Change, resource: Resource) -> bool:
    """Tell whether the next run files a change: not what is filed already, nor what waits for something else."""
    accounts = [subject for subject in resource.filing if subject != AUTO_APPROVAL]
    if any(account in change.text for account in accounts):
        return True
    own = AUTO_APPROVAL in resource.filing
    return own and not any(account in change.text for account in (*resource.names, *accounts))


def other_entries(preview: Preview) -> Iterator[tuple[str, str, str]]:
    """Yield what else waits, was denied or cannot be done, beside awaited votes: standing, resource, text."""
    for entry in preview.said("waiting", "denied", "skipped"):
        voting = entry.standing == "waiting" and entry.text.startswith("for ") and _awaits(preview, entry.resource)
        unread = any(each.name == entry.resource and each.refusals for each in preview.resources)
        if not voting and not unread:
            yield entry.standing, entry.resource, _whole(entry, preview)


def warnings(preview: Preview) -> Iterator[tuple[str, str]]:
    """Yield what a preview warns of, with the resource before it; what is said among those who must act is not among it."""
    acting = {(resource, text) for _, resource, text in other_entries(preview)}
    for resource in preview.resources:
        for level, line in resource.said:
            voting = bool(resource.awaited) and line.startswith("waits for ")
            if level == "warning" and not voting and (resource.name, line) not in acting:
                yield resource.name, line


def _whole(entry: Entry, preview: Preview) -> str:
    """Return an entry with the advice that the summary leaves out."""
    lines = (line for each in preview.resources if each.name == entry.resource for _, line in each.said)
    return next((line for line in lines if line.startswith(entry.text)), entry.text)


def _awaits(preview: Preview, name: str) -> bool:
    return any(each.name == name and each.awaited for each in preview.resources)
