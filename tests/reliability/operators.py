"""An operator: somebody with a stack file, who previews it and carries it out against the embedded service in process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.desired import Access, DesiredCollaboration
from tests.scenarios.walk import Walk
from tests.unit.core.governed import Service

NOWHERE = Path("/nonexistent")
"""The project folder: nothing is included."""


@dataclass
class Ran:
    """What a preview or a run said, how each resource stands, and what the file wanted of each collaboration."""

    lines: list[str] = field(default_factory=list)
    ends: Mapping[str, Outcome] = field(default_factory=dict)
    asked: Mapping[str, DesiredCollaboration] = field(default_factory=dict)
    false_calm: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)

    def trouble(self) -> list[str]:
        """What went wrong, or was refused, without the key and the word before it."""
        cut = [line.partition(": ")[2] for line in self.lines]
        return [said.partition(": ")[2] for said in cut if said.startswith(("failure: ", "error: ", "refused: "))]


@dataclass
class Operator:
    """``project`` is ``<project>/<stack>``, ``sections`` the stack file. ``ids`` and ``conflicts`` are what its state keeps."""

    service: Service
    project: str
    sections: dict[str, Any]
    today: date
    ids: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, frozenset[str]] = field(default_factory=dict)

    def preview(self) -> Ran:
        """Look, and write nothing."""
        return self._walk(run=False)

    def up(self) -> Ran:
        """Look, and carry out what was seen."""
        return self._walk(run=True)

    def _walk(self, *, run: bool) -> Ran:
        ran = Ran()
        ends: dict[str, Outcome] = {}
        asked: dict[str, DesiredCollaboration] = {}
        ran.ends, ran.asked = ends, asked
        walk = Walk(
            project=self.project,
            accounts=self._port,
            today=self.today,
            say=ran.lines.append,
            id_of=self._id_of,
            conflicts=self.conflicts,
            known=dict(self.ids),
            asked=asked,
            ends=ends,
            false_calm=ran.false_calm,
        )
        walk.walk(self.sections, NOWHERE, run=run)
        if run:
            self.ids |= {key: self._id_of(key) for key in walk.asked if key in walk.ends}
        return ran

    def _port(self, access: Access, region: str) -> AwsCleanRooms:
        port = self.service.port(access.account)
        assert region == port.region
        return port

    def _id_of(self, _: str) -> str:
        there = (each for each in self.service.app.store.all("collaboration") if not each["_deleted"])
        return next((str(each["id"]) for each in there), "")
