"""A query or a job: what is asked for, and how the service shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from cleanrooms_governance.model import CAN_QUERY, CAN_RUN_JOB, Ability, AccountId, CostType


class Kind(StrEnum):
    """The two kinds of analyses that a membership runs; the values are the words of the commands."""

    QUERY = "query"
    JOB = "job"

    @property
    def cost(self) -> CostType:
        """What it costs."""
        return CostType.QUERY_COMPUTE if self is Kind.QUERY else CostType.JOB_COMPUTE

    @property
    def ability(self) -> Ability:
        """What it takes to run it."""
        return CAN_QUERY if self is Kind.QUERY else CAN_RUN_JOB


class Status(StrEnum):
    """Where an analysis stands (service model: ProtectedQueryStatus, and ProtectedJobStatus, which is part of it)."""

    SUBMITTED = "SUBMITTED"
    STARTED = "STARTED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    SUCCESS = "SUCCESS"
    TIMED_OUT = "TIMED_OUT"


UNDER_WAY = frozenset({Status.SUBMITTED, Status.STARTED, Status.CANCELLING})
OVER = frozenset(Status) - UNDER_WAY


@dataclass(frozen=True, slots=True)
class Submission:
    """What is asked of the service, or what it shows of that; ``None`` is what is not said.

    A query has either ``sql`` or ``template``, a job a ``template``, an ARN each time. ``results`` and ``compute`` are the
    service's own documents (service model: ProtectedQueryResultConfiguration, ProtectedJobResultConfigurationInput,
    ComputeConfiguration, ProtectedJobComputeConfiguration).
    """

    kind: Kind
    sql: str | None = None
    template: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, Any] | None = None
    compute: Mapping[str, Any] | None = None
    payer: AccountId | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """One entry of ListProtectedQueries or ListProtectedJobs.

    ``payer`` is ``None`` where the service does not say. ``intermediate_table`` is the one that a query populates.
    """

    kind: Kind
    id: str
    created: datetime
    status: str
    payer: AccountId | None
    receivers: tuple[AccountId, ...] = ()
    intermediate_table: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an analysis failed, in the service's words; ``retryable`` is ``None`` where it does not say."""

    code: str
    message: str
    retryable: bool | None = None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How one aggregation was protected by differential privacy (service model: DifferentialPrivacySensitivityParameters).

    ``least`` and ``greatest`` are the bounds of the expression, ``None`` where it has none.
    """

    aggregation: str
    expression: str
    contributions: int
    least: float | None = None
    greatest: float | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """A query or job as GetProtectedQuery and GetProtectedJob show it.

    ``status`` is a plain string because one that this version does not know must survive reading. ``units`` are the billed
    CRPU hours, there once it has ended. ``locations`` and ``receivers`` say where the result lies.
    """

    id: str
    created: datetime
    status: str
    shown: Submission
    milliseconds: int | None = None
    units: float | None = None
    locations: tuple[str, ...] = ()
    receivers: tuple[AccountId, ...] = ()
    failure: Failure | None = None
    sensitivity: tuple[Sensitivity, ...] = ()

    @property
    def kind(self) -> Kind:
        """Whether it is a query or a job."""
        return self.shown.kind

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen to it any more; a status that this version does not know says neither."""
        return self.status in OVER
