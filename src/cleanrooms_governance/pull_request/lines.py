"""The lines that a preview says in words, read back.

A plan holds intent only (docs/adr/0001), so who has to vote, and since when somebody is awaited, is in lines that are said
beside it. They have one form each, given by ``report``, ``sayings`` and ``awaited``, and a name in them cannot imitate it: an
account is twelve digits, and its name stands behind it in parentheses that it cannot close (``text.label``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Set

from cleanrooms_governance.change_requests.awaited import read_awaited
from cleanrooms_governance.pull_request.preview import Awaited, Entry
from cleanrooms_governance.text import LABEL, accounts_in

_LABELS = rf"{LABEL}(?:, {LABEL})*"
_NEEDS = re.compile(rf"needs the votes of (?P<accounts>{_LABELS})(?:;|$)")
_FILES = re.compile(r"next: file a change request with [0-9]+ changes? \((?P<subjects>.*)\)$")
_WAITS = re.compile(
    rf"waits for (?P<account>{LABEL}) to vote on (?P<about>.*), change request (?P<request>[^\s:]+): (?P<how>.*)"
)
_STANDINGS = ("done", "to do", "waiting", "denied", "skipped", "not read", "refused", "failed")


def consequence_of(change: str, lines: Iterable[str]) -> str:
    """Return what is said in parentheses behind a planned change, empty if nothing is.

    Parameters: ``change`` is the change as the plan calls it, ``lines`` are those about its resource.
    """
    start = f"plan: {change} ("
    found = (line[len(start) : -1] for line in lines if line.startswith(start) and line.endswith(")"))
    return next(found, "")


def voters_in(consequence: str) -> tuple[str, ...]:
    """Return the accounts that have to vote, by what is said behind a change."""
    needs = _NEEDS.match(consequence)
    return accounts_in(needs["accounts"]) if needs else ()


def filed_next(lines: Iterable[str]) -> Iterator[str]:
    """Yield what the next change requests are about: accounts, and ``the auto-approval list``."""
    for line in lines:
        if files := _FILES.match(line):
            yield from accounts_in(files["subjects"])
            if files["subjects"].endswith(AUTO_APPROVAL):
                yield AUTO_APPROVAL


AUTO_APPROVAL = "the auto-approval list"
"""How a line says that a change request is about the collaboration's own list."""


def summary_entries(message: str, resources: Set[str]) -> Iterator[Entry]:
    """Yield the entries of a summary, if a message is one.

    Parameters: ``resources`` are those that the document knows, named as the summary names them.
    """
    head, *lines = message.splitlines() or [""]
    if not head.startswith("Summary: "):
        return
    for line in lines:
        standing, _, rest = line.partition(": ")
        resource, _, text = rest.partition(": ")
        if standing in _STANDINGS and resource in resources:
            yield Entry(standing, resource, text)


def awaited_since(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the day since which votes are awaited, as text, by change request."""
    read = (read_awaited(entry.text) for entry in entries if entry.standing == "waiting")
    return {each.request: each.since.isoformat() for each in read if each is not None}


def awaited_votes(lines: Iterable[str], since: Mapping[str, str]) -> Iterator[Awaited]:
    """Yield the open requests that a collaboration waits for.

    Parameters: ``lines`` are those about the resource, ``since`` are the days by request.
    """
    about: dict[str, str] = {}
    how: dict[str, dict[str, str]] = {}
    for line in lines:
        if waits := _WAITS.fullmatch(line):
            about[waits["request"]] = waits["about"]
            how.setdefault(waits["request"], {})[waits["account"][:12]] = waits["how"]
    for request in sorted(how, key=lambda each: (since.get(each, ""), each)):
        yield Awaited(request, tuple(sorted(how[request])), since.get(request, ""), about[request], how[request])
