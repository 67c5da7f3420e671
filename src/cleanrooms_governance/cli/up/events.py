"""What did one run of the engine do to our resources?

Read from the log of its events, which says of every resource what was done to it and how that ended. The stack's outputs do
not: a failed run registers none. Neither does the state: of what was refused it keeps what an earlier run recorded.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.cli.exit_codes import Exit, worst
from cleanrooms_governance.model import AccountId

_PACKAGE = "cleanrooms"
_SKIPPED = "skipped"
_FORGOTTEN = "forgotten"
_FORGETTING = frozenset({"delete", "delete-replaced", "discard", "remove-pending-replace"})
"""The engine's names for steps after which a resource is no longer in its state; nothing is deleted by any of them here."""
_NOT_OURS = frozenset({"pulumi:pulumi:Stack"})
_EXITS = {
    Outcome.CONVERGED: Exit.DONE,
    Outcome.WAITING: Exit.WAITING,
    Outcome.REFUSED: Exit.REFUSED,
    Outcome.DENIED: Exit.REFUSED,
    _SKIPPED: Exit.DONE,
    _FORGOTTEN: Exit.DONE,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one run left one resource.

    ``outcome`` is the resource's own, or ``skipped`` where the engine left it out because of another one, or ``forgotten``
    where the program has dropped it. ``acted`` tells that more was done than looking, ``half_done`` that something was done and
    then failed. ``absent`` are votes that could not be cast, in words. ``digest`` is that of the live world, as recorded.
    """

    kind: str
    key: str
    outcome: str
    acted: bool = False
    half_done: bool = False
    collaboration: str = ""
    awaited: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    names: Mapping[AccountId, str] = field(default_factory=dict)
    digest: str = ""

    @property
    def end(self) -> Exit:
        """Return how a command ends because of it; what is skipped is so because of another resource, which counts."""
        return worst([_EXITS.get(self.outcome, Exit.ERROR), *(Exit.ERROR for _ in self.absent)])


@dataclass(frozen=True, slots=True)
class Round:
    """One run of the engine: its exit code, the resources by URN, and on which of them it reports errors."""

    code: int
    standings: Mapping[str, Standing]
    errors_on: frozenset[str] = frozenset()

    @property
    def ends(self) -> Iterator[Exit]:
        """Yield how each resource would have the command end, and the engine itself where no resource explains its failure."""
        ends = [standing.end for standing in self.standings.values()]
        yield from ends
        if self.code and not {Exit.ERROR, Exit.REFUSED} & set(ends) and not self._fails_by_waiting:
            yield Exit.ERROR

    @property
    def can_go_on(self) -> bool:
        """Tell whether another run could do more.

        Within one run memberships come after their collaboration. So what a membership did, joining or accepting to pay, may
        be what its collaboration waits for, and that sees it only in the next run. What did something and then failed is to be
        run again anyway: often because the world is no longer the one that was planned for.
        """
        moved = {each.collaboration for each in self._of("Membership") if each.acted and each.end is not Exit.ERROR}
        waiting = {each.collaboration for each in self._of("Collaboration") if each.outcome == Outcome.WAITING}
        return bool(moved & waiting) or any(each.half_done for each in self.standings.values())

    def stands_as(self, before: "Round") -> bool:
        """Tell whether nothing moved since another run."""
        return self._state() == before._state()

    @property
    def _fails_by_waiting(self) -> bool:
        """Whether all that is wrong is that something waits, which a stack file may call a failure (``onWaiting``)."""
        waiting = {urn for urn, each in self.standings.items() if each.outcome == Outcome.WAITING}
        return bool(self.errors_on) and self.errors_on <= waiting

    def _of(self, kind: str) -> list[Standing]:
        return [each for each in self.standings.values() if each.kind == kind]

    def _state(self) -> dict[str, tuple[object, ...]]:
        return {urn: (each.outcome, each.awaited, each.digest) for urn, each in self.standings.items()}


def read_round(log: Path, code: int) -> Round:
    """Return what a run did, from the log of its events. A run that never began has none."""
    standings: dict[str, Standing] = {}
    components: dict[tuple[str, str], str] = {}
    events = list(_events(log))
    for name, about in _steps(events):
        urn = str(about["urn"])
        kind = str(about.get("type", "")).rpartition(":")[2]
        key = urn.rpartition("::")[2]
        if _is_component(about):
            if about.get("op") in _FORGETTING:
                continue
            components[(kind.removeprefix("Governed"), key)] = urn
        elif _is_ours(about) and name != "resourcePreEvent":
            standings[urn] = _standing(name, kind, key, about)
        elif name == "resOpFailedEvent" and about.get("type") not in _NOT_OURS:
            standings[urn] = Standing(kind, key, Outcome.FAILED, acted=True)
    seen = {(standing.kind, standing.key) for standing in standings.values()}
    skipped = {urn: Standing(kind, key, _SKIPPED) for (kind, key), urn in components.items() if (kind, key) not in seen}
    return Round(code, {**standings, **skipped}, _errors_on(events))


def _standing(name: str, kind: str, key: str, about: Mapping[str, Any]) -> Standing:
    new: Mapping[str, Any] = about.get("new") or {}
    inputs: Mapping[str, Any] = new.get("inputs") or {}
    failed = name == "resOpFailedEvent"
    if about.get("op") in _FORGETTING and not failed:
        return Standing(kind, key, _FORGOTTEN)
    half_done = failed and bool(new.get("initErrors"))
    # What failed before it did anything has no outputs of this run.
    outputs: Mapping[str, Any] = {} if failed and not half_done else new.get("outputs") or {}
    outcome = outputs.get("outcome") or (Outcome.REFUSED if inputs.get("refused") else Outcome.FAILED)
    return Standing(
        kind=kind,
        key=key,
        outcome=str(outcome),
        acted=about.get("op") != "same",
        half_done=half_done,
        collaboration=str(inputs.get("collaboration") or inputs.get("collaborationId") or new.get("id") or ""),
        awaited=tuple(map(str, outputs.get("awaited") or ())),
        absent=tuple(map(str, outputs.get("absent") or ())),
        names={AccountId(account): str(called) for account, called in (inputs.get("names") or {}).items()},
        digest=str(outputs.get("digest") or ""),
    )


def _errors_on(events: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    found = (event.get("diagnosticEvent") or {} for event in events)
    return frozenset(str(each["urn"]) for each in found if each.get("severity") == "error" and each.get("urn"))


def _steps(events: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for event in events:
        for name in ("resourcePreEvent", "resOutputsEvent", "resOpFailedEvent"):
            about = (event.get(name) or {}).get("metadata")
            if isinstance(about, dict) and "urn" in about:
                yield name, about


def _events(log: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the events; a line that was not written to its end, because the engine was killed, is none."""
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def _is_ours(about: Mapping[str, Any]) -> bool:
    return str(about.get("type", "")).startswith(f"pulumi-python:dynamic/{_PACKAGE}:")


def _is_component(about: Mapping[str, Any]) -> bool:
    return str(about.get("type", "")).startswith(f"{_PACKAGE}:governance:Governed")
