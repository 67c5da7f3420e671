"""How do answers about queries and jobs become values?"""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from cleanrooms_governance.analyses.analysis import Analysis, Failure, Kind, Sensitivity, Submission, Summary
from cleanrooms_governance.model import AccountId

Document = Mapping[str, Any]

PAYER = {Kind.QUERY: "queryComputePayerAccountId", Kind.JOB: "jobComputePayerAccountId"}
PARAMETERS = {Kind.QUERY: "sqlParameters", Kind.JOB: "jobParameters"}


def summary(kind: Kind, document: Document) -> Summary:
    """Read a ProtectedQuerySummary or ProtectedJobSummary."""
    receivers = (
        account
        for each in document["receiverConfigurations"]
        for details in each.get("configurationDetails", {}).values()
        for account in details.get("receiverAccountIds", ())
    )
    return Summary(
        kind=kind,
        id=document["id"],
        created=document["createTime"].astimezone(UTC),
        status=document["status"],
        payer=_account(document.get(PAYER[kind])),
        receivers=tuple(map(AccountId, receivers)),
        intermediate_table=document.get("intermediateTableConfiguration", {}).get("name", ""),
    )


def analysis(kind: Kind, document: Document) -> Analysis:
    """Read a ProtectedQuery or ProtectedJob."""
    statistics = document.get("statistics", {})
    output = document.get("result", {}).get("output", {})
    # A distributed result holds the other two forms within itself.
    outputs = [output, output.get("distribute") or {}]
    return Analysis(
        id=document["id"],
        created=document["createTime"].astimezone(UTC),
        status=document["status"],
        shown=_shown(kind, document),
        milliseconds=statistics.get("totalDurationInMillis"),
        units=statistics.get("billedResourceUtilization", {}).get("units"),
        locations=tuple(each["s3"]["location"] for each in outputs if each.get("s3")),
        receivers=tuple(AccountId(member["accountId"]) for each in outputs for member in each.get("memberList") or ()),
        failure=_failure(document.get("error")),
        sensitivity=tuple(map(_sensitivity, document.get("differentialPrivacy", {}).get("sensitivityParameters", ()))),
    )


def _shown(kind: Kind, document: Document) -> Submission:
    parameters = document.get(PARAMETERS[kind]) or {}
    return Submission(
        kind=kind,
        sql=parameters.get("queryString"),
        template=parameters.get("analysisTemplateArn"),
        parameters=dict(parameters.get("parameters") or {}),
        results=document.get("resultConfiguration"),
        compute=document.get("computeConfiguration"),
        payer=_account(document.get(PAYER[kind])),
    )


def _failure(document: Document | None) -> Failure | None:
    if document is None:
        return None
    return Failure(document["code"], document["message"], document.get("retry", {}).get("retryable"))


def _sensitivity(document: Document) -> Sensitivity:
    return Sensitivity(
        aggregation=document["aggregationType"],
        expression=document["aggregationExpression"],
        contributions=document["userContributionLimit"],
        least=document.get("minColumnValue"),
        greatest=document.get("maxColumnValue"),
    )


def _account(value: str | None) -> AccountId | None:
    return None if value is None else AccountId(value)
