"""Tables that people associate with collaborations, for tests of whatever needs one."""

from __future__ import annotations

from typing import Any


def associate(console: Any, account: str, membership: str, name: str, *readers: str) -> str:
    """A person associates a table of an account under a name, for these accounts to query; the association's ARN."""
    table = console.create_configured_table(
        name=name,
        tableReference={"glue": {"databaseName": "lake", "tableName": name}},
        allowedColumns=["user_id"],
        analysisMethod="DIRECT_QUERY",
    )["configuredTable"]["id"]
    if readers:
        console.create_configured_table_analysis_rule(
            configuredTableIdentifier=table,
            analysisRuleType="CUSTOM",
            analysisRulePolicy={
                "v1": {"custom": {"allowedAnalyses": ["ANY_QUERY"], "allowedAnalysisProviders": list(readers)}}
            },
        )
    answer = console.create_configured_table_association(
        name=name,
        membershipIdentifier=membership,
        configuredTableIdentifier=table,
        roleArn=f"arn:aws:iam::{account}:role/lake",
    )
    return str(answer["configuredTableAssociation"]["arn"])
