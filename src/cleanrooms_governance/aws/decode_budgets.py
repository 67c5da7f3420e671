"""How do answers about privacy budgets become values?

Members that the service model requires are indexed, never defaulted: an answer without them is incomplete.
"""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from cleanrooms_governance.model import AccountId
from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    AccessParameters,
    Aggregations,
    Allowance,
    BudgetedTable,
    BudgetTemplate,
    PeriodBalance,
    PrivacyBalance,
    PrivacyBudget,
    PrivacyParameters,
    TemplateSummary,
)

Document = Mapping[str, Any]


def template_summary(document: Document) -> TemplateSummary:
    """Read a PrivacyBudgetTemplateSummary."""
    return TemplateSummary(document["id"], document["arn"], document["privacyBudgetType"])


def own_template(document: Document) -> BudgetTemplate:
    """Read a PrivacyBudgetTemplate."""
    return _template(document, document["membershipArn"].split(":")[4])


def shared_template(document: Document) -> BudgetTemplate:
    """Read a CollaborationPrivacyBudgetTemplate."""
    return _template(document, document["creatorAccountId"])


def own_budget(document: Document) -> PrivacyBudget:
    """Read a PrivacyBudgetSummary."""
    return _budget(document, document["membershipArn"].split(":")[4])


def shared_budget(document: Document) -> PrivacyBudget:
    """Read a CollaborationPrivacyBudgetSummary."""
    return _budget(document, document["creatorAccountId"])


def impact(document: Document) -> dict[str, int]:
    """Read a PrivacyImpact."""
    return {each["type"]: each["maxCount"] for each in document["differentialPrivacy"]["aggregations"]}


def associated_table(document: Document) -> BudgetedTable:
    """Read a ConfiguredTableAssociationSummary.

    The model gives its ARN a form that BudgetedResourceArn does not take, so the one for budgets is put together from the
    membership's.
    """
    return BudgetedTable(document["name"], f"{document['membershipArn']}/configuredtableassociation/{document['id']}")


def intermediate_table(document: Document) -> BudgetedTable:
    """Read an IntermediateTableSummary."""
    return BudgetedTable(document["name"], document["arn"], is_derived=True)


def _template(document: Document, owner: str) -> BudgetTemplate:
    return BudgetTemplate(
        id=document["id"],
        arn=document["arn"],
        owner=AccountId(owner),
        type=document["privacyBudgetType"],
        auto_refresh=document["autoRefresh"],
        parameters=_parameters(document["parameters"]),
    )


def _parameters(document: Document) -> PrivacyParameters | AccessParameters | None:
    if "differentialPrivacy" in document:
        privacy = document["differentialPrivacy"]
        return PrivacyParameters(privacy["epsilon"], privacy["usersNoisePerQuery"])
    if "accessBudget" in document:
        access = document["accessBudget"]
        allowances = {each["type"]: Allowance(each["budget"], each.get("autoRefresh")) for each in access["budgetParameters"]}
        return AccessParameters(access["resourceArn"], dict(sorted(allowances.items())))
    return None


def _budget(document: Document, owner: str) -> PrivacyBudget:
    return PrivacyBudget(
        id=document["id"],
        template=document["privacyBudgetTemplateId"],
        owner=AccountId(owner),
        type=document["type"],
        balance=_balance(document["budget"]),
        created=document["createTime"].astimezone(UTC),
    )


def _balance(document: Document) -> PrivacyBalance | AccessBalance | None:
    if "differentialPrivacy" in document:
        privacy = document["differentialPrivacy"]
        counts = {each["type"]: Aggregations(each["maxCount"], each["remainingCount"]) for each in privacy["aggregations"]}
        return PrivacyBalance(privacy["epsilon"], dict(sorted(counts.items())))
    if "accessBudget" in document:
        return access_balance(document["accessBudget"])
    return None


def access_balance(document: Document) -> AccessBalance:
    """Read an AccessBudget, which Clean Rooms and Clean Rooms ML show in one shape."""
    periods = {each["budgetType"]: _period(each) for each in document["details"]}
    return AccessBalance(document["resourceArn"], dict(sorted(periods.items())), document["aggregateRemainingBudget"])


def _period(document: Document) -> PeriodBalance:
    end = document.get("endTime")
    return PeriodBalance(
        uses=document["budget"],
        left=document["remainingBudget"],
        start=document["startTime"].astimezone(UTC),
        end=None if end is None else end.astimezone(UTC),
        auto_refresh=document.get("autoRefresh"),
    )
