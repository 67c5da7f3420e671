"""Whose votes are awaited on which open request, and since when: one line of the summary, written and read back.

A plan never varies with votes (docs/adr/0001), so this is said beside it, and programs read it where people do.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from cleanrooms_governance.change_requests.sayings import WAITS
from cleanrooms_governance.change_requests.votes import filed_on
from cleanrooms_governance.model import AccountId, ChangeRequest
from cleanrooms_governance.planning.plan import Remark
from cleanrooms_governance.text import accounts_in, labels

_LINE = re.compile(
    r"for (?P<labels>.+) since (?P<since>[0-9]{4}-[0-9]{2}-[0-9]{2}), change request"
    r" (?P<request>\S+)"
)


@dataclass(frozen=True, slots=True)
class AwaitedVotes:
    """The votes that are missing on one request, and the UTC day on which it was filed."""

    request: str
    accounts: tuple[AccountId, ...]
    since: date


def awaited_votes(requests: Iterable[ChangeRequest], remarks: Iterable[Remark]) -> Iterator[AwaitedVotes]:
    """Yield the requests that wait for votes, the oldest first.

    Parameters: ``remarks`` are those of a decision; a vote that only cannot be cast at the moment is not among these.
    """
    missing: dict[str, set[AccountId]] = {}
    for remark in remarks:
        if remark.rule == WAITS:
            id_, _, account = remark.subject.partition(" ")
            missing.setdefault(id_, set()).add(AccountId(account))
    for request in sorted(requests, key=lambda each: (each.created, each.id)):
        if request.id in missing:
            yield AwaitedVotes(request.id, tuple(sorted(missing[request.id])), filed_on(request))


def say_awaited(votes: AwaitedVotes, names: Mapping[AccountId, str]) -> str:
    """Return the line about one request."""
    return f"for {labels(votes.accounts, names)} since {votes.since.isoformat()}, change request {votes.request}"


def read_awaited(line: str) -> AwaitedVotes | None:
    """Return what a line says, or ``None`` if it is another one."""
    said = _LINE.fullmatch(line)
    if not said:
        return None
    try:
        since = date.fromisoformat(said["since"])
    except ValueError:
        return None
    return AwaitedVotes(said["request"], accounts_in(said["labels"]), since)
