"""Service quotas (service guide, quotas page), adjustable as in AWS: per world, through the store."""

from __future__ import annotations

from dataclasses import dataclass

from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.refusals import quota_exceeded
from cleanrooms_emulator.world.store import Store


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota by the name that ServiceQuotaExceededException carries (wording: assumption), and its default."""

    name: str
    default: int


MEMBERS_INVITED = Quota("Members invited per collaboration", 5)
COLLABORATIONS = Quota("Collaborations created per account", 500)
MEMBERSHIPS = Quota("Memberships per account", 500)
CONFIGURED_TABLES = Quota("Configured tables per account", 250)
COLUMNS = Quota("Columns per configured table allowlist", 100)
TABLE_ASSOCIATIONS = Quota("Table associations per membership", 100)
ANALYSIS_TEMPLATES = Quota("Analysis templates per membership", 100)
INTERMEDIATE_TABLES = Quota("Intermediate tables per membership", 25)
ACCESS_BUDGET_TEMPLATES = Quota("Privacy budget templates for access budgets per collaboration", 25)
ANALYSIS_RULE_SIZE = Quota("Analysis rule size in bytes", 100 * 1024)
TABLES_PER_QUERY = Quota("Configured tables per protected query", 15)
CONCURRENT_QUERIES = Quota("Concurrent queries per membership", 5)
LOG_EXPORTS_OF_ACCOUNT = Quota("Log exports in progress per account", 10)
LOG_EXPORTS_OF_MEMBERSHIP = Quota("Log exports in progress per membership", 5)
MODEL_ALGORITHMS = Quota("Active configured model algorithms per account", 1000)
MODEL_ALGORITHM_ASSOCIATIONS = Quota("Active configured model algorithm associations per membership", 1000)
ML_INPUT_CHANNELS = Quota("Active ML input channels per membership", 100)
TRAININGS_OF_MEMBERSHIP = Quota("Pending or in progress custom model training jobs per membership", 5)
TRAININGS_OF_ACCOUNT = Quota("Pending or in progress custom model training jobs per account", 10)
INFERENCES_OF_MEMBERSHIP = Quota("Pending or in progress custom model inference jobs per membership", 5)
INFERENCES_OF_ACCOUNT = Quota("Pending or in progress custom model inference jobs per account", 10)

_REGIONS_OF_MANY_JOBS = ("eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2")
"""Which five Regions allow more jobs is an assumption."""

MAX_TAGS = 50
"""Tags on one resource. No service quota but a rule of all AWS tagging, refused with ValidationException."""


def concurrent_queries_of_account(region: str) -> Quota:
    """SQL queries that an account can run at the same time, which depends on the Region."""
    return Quota("Concurrent SQL queries per account", 5 if region == "us-east-1" else 2)


def concurrent_jobs(region: str) -> Quota:
    """Jobs that a membership can run at the same time, which depends on the Region."""
    return Quota("Concurrent jobs per membership", 5 if region in _REGIONS_OF_MANY_JOBS else 1)


def limit(store: Store, quota: Quota) -> int:
    """The quota's value in this world."""
    adjusted = store.get(kinds.QUOTA, quota.name)
    return quota.default if adjusted is None else int(adjusted["value"])


def adjust(store: Store, quota: Quota, value: int) -> None:
    """Give the quota another value in this world, as a granted quota increase does."""
    store.put(kinds.QUOTA, quota.name, {"value": value})


def ensure_within(store: Store, quota: Quota, count: int) -> None:
    """Raise ServiceQuotaExceededException if `count` of them are more than the quota allows."""
    allowed = limit(store, quota)
    if count > allowed:
        raise quota_exceeded(quota.name, allowed)
