"""What became of each resource in this process, and the summary of it that stands at the end of a preview or a run.

A failed run registers no outputs, and the engine interrupts the program that would read them. So the summary is told by the one
who knows it all the same: the provider, when its process ends.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Standing(StrEnum):
    """What is said about one thing, in the order in which the summary says it."""

    DONE = "done"
    TO_DO = "to do"
    WAITING = "waiting"
    DENIED = "denied"
    SKIPPED = "skipped"
    NOT_READ = "not read"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing about one resource."""

    standing: Standing
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """How a resource stands.

    ``stopped`` says that its own step of a run fails, so that the engine skips whatever depends on it. ``needs`` names the
    resource that it depends on, empty for none. ``differs`` says that it is other than the file says in what no run changes.
    """

    entries: tuple[Entry, ...]
    stopped: bool = False
    needs: str = ""
    differs: bool = False

    @property
    def has_work(self) -> bool:
        """Whether there is something that a run would do."""
        return any(entry.standing is Standing.TO_DO for entry in self.entries)


@dataclass
class Proceedings:
    """Keeps what checks found and what runs left. Resources are named ``collaboration <key>`` and ``membership <key>``."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _planned: dict[str, Found] = field(default_factory=dict)
    _ended: dict[str, Found] = field(default_factory=dict)
    _done: dict[str, list[Entry]] = field(default_factory=dict)

    def planned(self, resource: str, found: Found) -> None:
        """Keep what a check found."""
        with self._lock:
            self._planned[resource] = found

    def did(self, resource: str, line: str) -> None:
        """Keep that something was written."""
        with self._lock:
            self._done.setdefault(resource, []).append(Entry(Standing.DONE, line))

    def ended(self, resource: str, found: Found) -> None:
        """Keep how a create or update left a resource."""
        with self._lock:
            self._ended[resource] = replace(found, entries=(*self._done.get(resource, ()), *found.entries))

    def failed(self, resource: str, message: str) -> None:
        """Keep that a create or update ended with an error, unless it is known better why it ended."""
        with self._lock:
            left = self._ended.get(resource) or Found(tuple(self._done.get(resource, ())))
            if not left.stopped:
                failure = Entry(Standing.FAILED, first_sentence(message))
                self._ended[resource] = replace(left, entries=(*_without_work(left), failure), stopped=True)

    def out_of_reach(self, resource: str, message: str) -> None:
        """Keep that a create or update could not act as its account."""
        skipped = Entry(Standing.SKIPPED, f"cannot be reached: {first_sentence(message)}")
        self.ended(resource, Found((skipped,), stopped=True))

    def not_carried_out(self, resource: str) -> None:
        """Keep that a create or update was refused because of what its check found."""
        with self._lock:
            if resource in self._planned:
                self._ended[resource] = self._planned[resource]

    def has_stopped(self, kind: str) -> bool:
        """Return whether the create or update of a resource of a kind has failed."""
        with self._lock:
            return any(found.stopped for resource, found in self._ended.items() if resource.startswith(f"{kind} "))

    def summary(self, declared: Mapping[str, str]) -> str:
        """Return the summary, empty if nothing was looked at.

        Parameters: ``declared`` are all resources of the stack file, with what each depends on; those that the engine never
        came to are in the summary only because of it.
        """
        with self._lock:
            return _summary(self._planned, self._ended, declared)


def _summary(planned: Mapping[str, Found], ended: Mapping[str, Found], declared: Mapping[str, str]) -> str:
    if not planned:
        return ""
    known = {**planned, **ended}
    stopped = {resource: found for resource, found in known.items() if found.stopped}
    lines: list[tuple[Standing, str, str]] = []
    quiet, differing = [], []
    # A program of somebody's own may declare something else than the stack file does.
    missing = declared.keys() - known.keys() if ended and known.keys() <= declared.keys() else set()
    for resource in sorted(known.keys() | missing):
        found = known.get(resource, Found(()))
        found = replace(found, needs=found.needs or declared.get(resource, ""))
        entries = _in_the_end(resource, found, stopped, ended, checked=resource in known)
        lines += [(entry.standing, resource, entry.text) for entry in entries]
        if found.differs and not found.stopped:
            differing.append(resource)
        elif not entries:
            quiet.append(resource)
    if not lines and not differing:
        return f"Summary: everything is as the file says ({_counted(quiet)})"
    if {Standing.NOT_READ} == {standing for standing, _, _ in lines} and not (quiet or differing):
        return f"Summary: nothing was read, so nothing is known of {_counted(sorted(known))}"
    order = list(Standing)
    lines.sort(key=lambda line: (order.index(line[0]), line[1]))
    counts = {standing: sum(line[0] is standing for line in lines) for standing in order}
    headline = ", ".join(f"{count} {standing}" for standing, count in counts.items() if count) or "nothing to do"
    rest = f"; {_counted(differing)} other than the file says, which no run changes (see the warnings)" if differing else ""
    rest += f"; {_counted(quiet)} as the file says" if quiet else ""
    return "\n".join([f"Summary: {headline}{rest}", *(f"{standing}: {resource}: {text}" for standing, resource, text in lines)])


def _in_the_end(
    resource: str, found: Found, stopped: Mapping[str, Found], ended: Mapping[str, Found], *, checked: bool
) -> tuple[Entry, ...]:
    """Return what is to be said about a resource once nothing more happens."""
    if resource in ended or found.stopped or (checked and not found.has_work):
        return found.entries
    if found.needs in stopped:
        if all(entry.standing is Standing.NOT_READ for entry in stopped[found.needs].entries):
            return (Entry(Standing.NOT_READ, f"depends on {found.needs}"),)
        text = f"left alone, because the engine skips what depends on {found.needs}"
        return (*_without_work(found), Entry(Standing.SKIPPED, text))
    if ended:
        return (*_without_work(found), Entry(Standing.SKIPPED, "the run did not come to it"))
    return found.entries


def _without_work(found: Found) -> tuple[Entry, ...]:
    return tuple(entry for entry in found.entries if entry.standing is not Standing.TO_DO)


def first_sentence(message: str) -> str:
    """Return what a message says before it advises."""
    return message.partition(". ")[0].partition("\n")[0].rstrip(".")


def _counted(resources: Iterable[str]) -> str:
    kinds: dict[str, int] = {}
    for resource in resources:
        kind = resource.partition(" ")[0]
        kinds[kind] = kinds.get(kind, 0) + 1
    return " and ".join(f"{count} {kind}{'s' * (count != 1)}" for kind, count in sorted(kinds.items()))
