"""The one plan: what separates the stack file from the live world.

A plan never depends on requests, votes or who may act: those are progress, and progress is not intent. It is what a preview
shows, what a reviewer approves and what a run is held to.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from cleanrooms_governance.errors import Refused
from cleanrooms_governance.fingerprint import VERSION, fingerprint
from cleanrooms_governance.planning.changes import Change, RequestChange, change_id
from cleanrooms_governance.planning.setting_changes import SettingChange


class Level(StrEnum):
    """How loudly a remark is made."""

    INFO = "info"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """Something a reader should know that changes nothing; ``rule`` names its kind and ``subject`` whom it concerns."""

    rule: str
    subject: str
    message: str
    level: Level = Level.INFO


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """A reason to do nothing; the message ends with the way past, where there is one."""

    rule: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True, order=True)
class Danger:
    """A consequence that has to be acknowledged by exactly this fingerprint; ``way_past`` says how."""

    rule: str
    subject: str
    message: str
    way_past: str
    fingerprint: str
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change with the prediction whether the members have to vote on it, and what the file says its member is there for."""

    change: Change
    needs_votes: bool
    why: str = field(default="", compare=False)

    @property
    def id(self) -> str:
        """The change's identity in plan fingerprints and comparisons."""
        return change_id(self.change, needs_votes=self.needs_votes)

    def __str__(self) -> str:
        return str(self.change)


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, dangers, refusals and remarks for one resource.

    ``target`` is the collaboration's id (for a membership ``<id>/<account>``), or the owner while the collaboration is new.
    """

    target: str
    changes: tuple[PlannedChange, ...] = ()
    dangers: tuple[Danger, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Equal for equal plans; never touched by names, texts, requests, votes or dates."""
        return fingerprint(
            VERSION,
            self.target,
            sorted(change.id for change in self.changes),
            sorted(danger.fingerprint for danger in self.dangers),
            sorted((refusal.rule, refusal.subject) for refusal in self.refusals),
        )

    @property
    def request_changes(self) -> tuple[RequestChange, ...]:
        """The changes that go by change request, in order."""
        return tuple(planned.change for planned in self.changes if isinstance(planned.change, RequestChange))

    @property
    def setting_changes(self) -> tuple[SettingChange, ...]:
        """The changes of the collaboration's own settings, in order."""
        return tuple(planned.change for planned in self.changes if isinstance(planned.change, SettingChange))

    def document(self) -> dict[str, Any]:
        """Return the plan as the JSON document that joins a resource's inputs, keyed by step so that its diff reads well."""
        return {
            "changes": {str(planned): _change_document(planned) for planned in self.changes},
            "dangers": {
                danger.fingerprint: {
                    "rule": danger.rule,
                    "subject": danger.subject,
                    "message": danger.message,
                    "acknowledged": danger.acknowledged,
                }
                for danger in self.dangers
            },
        }


def _change_document(planned: PlannedChange) -> dict[str, Any]:
    change = planned.change
    return {
        "id": planned.id,
        "operation": change.operation,
        "types": sorted(change.types),
        "votes": "needed" if planned.needs_votes else "not needed",
    }


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The identities of a plan that somebody has seen.

    ``beyond`` says in words what a plan has in it that was not part of an earlier review, where there was one.
    """

    changes: frozenset[str]
    dangers: frozenset[str]
    refusals: frozenset[tuple[str, str]]
    beyond: Callable[[Plan], tuple[str, ...]] | None = field(default=None, compare=False)

    @classmethod
    def of(cls, plan: Plan) -> "Reviewed":
        """Return what there is to see in a plan."""
        return cls(
            changes=frozenset(change.id for change in plan.changes),
            dangers=frozenset(danger.fingerprint for danger in plan.dangers),
            refusals=frozenset((refusal.rule, refusal.subject) for refusal in plan.refusals),
        )

    @classmethod
    def read(cls, document: Mapping[str, Any], refused: Iterable[Mapping[str, str]]) -> "Reviewed":
        """Read back what ``Plan.document`` and the recorded refusals of a resource's inputs hold."""
        return cls(
            changes=frozenset(change["id"] for change in document.get("changes", {}).values()),
            dangers=frozenset(document.get("dangers", {})),
            refusals=frozenset((refusal["rule"], refusal["subject"]) for refusal in refused),
        )

    def either_way(self, plan: Plan) -> "Reviewed":
        """Return the same with each change of a plan both ways, with votes and without.

        Whether a change needs votes depends on what else concerns its account. So when a part is done, the rest may have become
        one that the collaboration approves by itself, with nothing in it that was not reviewed.
        """
        both = {change_id(each.change, needs_votes=votes) for each in plan.changes for votes in (True, False)}
        return replace(self, changes=self.changes | both)

    def admit(self, fresh: Plan) -> None:
        """Let a fresh plan pass if it is part of the reviewed one.

        Raises ``Refused`` naming what nobody has seen yet: the live world has moved since the review.
        """
        news = [str(change) for change in fresh.changes if change.id not in self.changes]
        news += [danger.message for danger in fresh.dangers if danger.fingerprint not in self.dangers]
        news += [refusal.message for refusal in fresh.refusals if (refusal.rule, refusal.subject) not in self.refusals]
        news += [each for each in (self.beyond(fresh) if self.beyond else ()) if each not in news]
        if news:
            raise Refused(
                "the live collaboration has changed since this plan was made; not in the reviewed plan: "
                + "; ".join(news)
                + ". Nothing was written by this step. Run preview again and review the new plan"
            )
