"""How do answers about tables, templates and running analyses become values?"""

from collections.abc import Iterable, Mapping
from typing import Any

from cleanrooms_governance.model import AccountId
from cleanrooms_governance.seen import DerivedTable, RunningAnalysis, SharedBudget, SharedTable, SharedTemplate

Document = Mapping[str, Any]

_WITHOUT_BASE = "BASE_TABLE_REMOVED"
"""A state that an intermediate table does not leave (service guide, intermediate tables)."""


def table(document: Document) -> SharedTable:
    """Read a SchemaSummary."""
    return SharedTable(AccountId(document["creatorAccountId"]), document["name"], document["type"])


def template(document: Document) -> SharedTemplate:
    """Read a CollaborationAnalysisTemplateSummary."""
    return SharedTemplate(AccountId(document["creatorAccountId"]), document["name"], document["arn"])


def budget(document: Document) -> SharedBudget:
    """Read a CollaborationPrivacyBudgetTemplateSummary."""
    return SharedBudget(AccountId(document["creatorAccountId"]), document["privacyBudgetType"], document["id"])


def derived_ids(answer: Document) -> list[str]:
    """Return the ids of the intermediate tables of one page, without those that have lost their base."""
    return [each["id"] for each in answer["intermediateTableSummaries"] if each["status"] != _WITHOUT_BASE]


def derived(document: Document) -> DerivedTable:
    """Read an IntermediateTable."""
    bases = document.get("tableDependencies", ())
    return DerivedTable(document["name"], frozenset(AccountId(base["creatorAccountId"]) for base in bases))


def queries(answer: Document) -> Iterable[RunningAnalysis]:
    """Read one page of ProtectedQuerySummary."""
    return [_running(each, "queryComputePayerAccountId") for each in answer["protectedQueries"]]


def jobs(answer: Document) -> Iterable[RunningAnalysis]:
    """Read one page of ProtectedJobSummary."""
    return [_running(each, "jobComputePayerAccountId") for each in answer["protectedJobs"]]


def _running(document: Document, payer_name: str) -> RunningAnalysis:
    payer = document.get(payer_name)
    runner = AccountId(document["membershipArn"].split(":")[4])
    return RunningAnalysis(document["id"], runner, None if payer is None else AccountId(payer))
