"""What members have brought into a collaboration and what runs in it, as far as a plan made somebody look.

All of it is only ever said, never decided by: what cannot be read is ``NotVisible`` and stops nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from cleanrooms_governance.errors import ServiceError
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.privacy_budgets import BudgetTemplate

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NotVisible:
    """Something that could not be read, and why in a few words."""

    reason: str


def visible(read: Callable[[], T]) -> T | NotVisible:
    """Return what is read, or that it cannot be."""
    try:
        return read()
    except ServiceError as error:
        return NotVisible(f"{error.operation}: {error.code or type(error).__name__}")


@dataclass(frozen=True, slots=True, order=True)
class SharedTable:
    """A table in the collaboration (ListSchemas); ``kind`` is the service's own (service model: SchemaType)."""

    owner: AccountId
    name: str
    kind: str

    @property
    def is_derived(self) -> bool:
        """Whether it is an intermediate table, made of others."""
        return self.kind == "INTERMEDIATE_TABLE"


@dataclass(frozen=True, slots=True, order=True)
class SharedTemplate:
    """An analysis template in the collaboration (ListCollaborationAnalysisTemplates); ``arn`` makes no difference to a plan."""

    owner: AccountId
    name: str
    arn: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, order=True)
class SharedBudget:
    """A privacy budget template in the collaboration; ``kind`` is the service's own (service model: PrivacyBudgetType).

    ``template`` is what it says, where that was read (GetCollaborationPrivacyBudgetTemplate).
    """

    owner: AccountId
    kind: str
    id: str = ""
    template: BudgetTemplate | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class DerivedTable:
    """An intermediate table of an account's own, with whose tables it is made of, directly or through others."""

    name: str
    base_owners: frozenset[AccountId]


@dataclass(frozen=True, slots=True, order=True)
class RunningAnalysis:
    """A query or job that has been submitted and has not ended; ``payer`` is ``None`` where the service does not say."""

    id: str
    runner: AccountId
    payer: AccountId | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What was looked at; ``None`` and a missing account stand for what nobody looked at.

    ``derived``, ``queries`` and ``jobs`` are kept by the account through whose membership they were read.
    """

    tables: tuple[SharedTable, ...] | NotVisible | None = None
    templates: tuple[SharedTemplate, ...] | NotVisible | None = None
    budgets: tuple[SharedBudget, ...] | NotVisible | None = None
    derived: Mapping[AccountId, tuple[DerivedTable, ...] | NotVisible] = field(default_factory=dict)
    queries: Mapping[AccountId, tuple[RunningAnalysis, ...] | NotVisible] = field(default_factory=dict)
    jobs: Mapping[AccountId, tuple[RunningAnalysis, ...] | NotVisible] = field(default_factory=dict)
