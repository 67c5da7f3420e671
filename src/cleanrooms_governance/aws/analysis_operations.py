"""How are queries and jobs read, started and cancelled through the AWS SDK?"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from cleanrooms_governance.analyses.analysis import Analysis, Kind, Submission, Summary
from cleanrooms_governance.aws import decode_analyses
from cleanrooms_governance.aws.calls import Answer
from cleanrooms_governance.aws.encode import Parameters

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Wire:
    """How the service names one kind of analyses: its operations, and the members of their answers."""

    list: str
    get: str
    start: str
    update: str
    type: str
    listed: str
    one: str


_WIRE = {
    Kind.QUERY: _Wire(
        list="ListProtectedQueries",
        get="GetProtectedQuery",
        start="StartProtectedQuery",
        update="UpdateProtectedQuery",
        type="SQL",
        listed="protectedQueries",
        one="protectedQuery",
    ),
    Kind.JOB: _Wire(
        list="ListProtectedJobs",
        get="GetProtectedJob",
        start="StartProtectedJob",
        update="UpdateProtectedJob",
        type="PYSPARK",
        listed="protectedJobs",
        one="protectedJob",
    ),
}
STARTS = frozenset(wire.start for wire in _WIRE.values())
"""What a person asks for in a command, so that it is corrected there."""


class AnalysisOperations(ABC):
    """Implements what ``analyses.port.Analyses`` has beside ``service.CleanRooms``, for a class that sends."""

    def recent_analyses(self, kind: Kind, membership_id: str, most: int) -> tuple[Summary, ...]:
        """List the newest queries or jobs that a membership shows; they come the newest first (service model)."""
        wire = _WIRE[kind]
        return self._pages(
            wire.list,
            {"membershipIdentifier": membership_id},
            lambda answer: [decode_analyses.summary(kind, each) for each in answer[wire.listed]],
            most,
        )

    def analysis(self, kind: Kind, membership_id: str, analysis_id: str) -> Analysis:
        """Read one query or job."""
        wire = _WIRE[kind]
        about = {"membershipIdentifier": membership_id, f"{wire.one}Identifier": analysis_id}
        return self._read(wire.get, about, lambda answer: decode_analyses.analysis(kind, answer[wire.one]))

    def start_analysis(self, membership_id: str, submission: Submission) -> Analysis:
        """Start a query or job."""
        kind = submission.kind
        wire = _WIRE[kind]
        given = {
            decode_analyses.PAYER[kind]: submission.payer,
            "resultConfiguration": submission.results,
            "computeConfiguration": submission.compute,
        }
        parameters = {
            "type": wire.type,
            "membershipIdentifier": membership_id,
            decode_analyses.PARAMETERS[kind]: _asked(submission),
            **{name: value for name, value in given.items() if value is not None},
        }
        return self._write(wire.start, parameters, lambda answer: decode_analyses.analysis(kind, answer[wire.one]))

    def cancel_analysis(self, kind: Kind, membership_id: str, analysis_id: str) -> Analysis:
        """Ask for a query or job to be cancelled."""
        wire = _WIRE[kind]
        about = {"membershipIdentifier": membership_id, f"{wire.one}Identifier": analysis_id, "targetStatus": "CANCELLED"}
        return self._write(wire.update, about, lambda answer: decode_analyses.analysis(kind, answer[wire.one]))

    @abstractmethod
    def _read(self, operation: str, parameters: Parameters, decoded: Callable[[Answer], T]) -> T: ...

    @abstractmethod
    def _pages(
        self, operation: str, parameters: Parameters, decoded: Callable[[Answer], Iterable[T]], most: int | None = None
    ) -> tuple[T, ...]: ...

    @abstractmethod
    def _write(self, operation: str, parameters: Parameters, decoded: Callable[[Answer], T]) -> T: ...


def _asked(submission: Submission) -> Parameters:
    """Write a ProtectedQuerySQLParameters or ProtectedJobParameters."""
    given = {
        "queryString": submission.sql,
        "analysisTemplateArn": submission.template,
        "parameters": dict(submission.parameters) or None,
    }
    return {name: value for name, value in given.items() if value is not None}
