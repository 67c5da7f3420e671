"""Who takes part in the stories, and what people do there in the console."""

from typing import Any

import botocore.session

REGION = "eu-west-1"
RETAILER, MEDIA, BANK = "111122223333", "222233334444", "444455556666"


def client(url: str, account: str) -> Any:
    """The console of an account."""
    return botocore.session.Session().create_client(
        "cleanrooms",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=account,
        aws_secret_access_key="not-checked",
    )


def only_collaboration(url: str) -> str:
    """The id of the retailer's one collaboration."""
    listed = client(url, RETAILER).list_collaborations()["collaborationList"]
    return str(listed[0]["id"])


def take_results_from_the_bank(url: str, collaboration: str) -> None:
    """Three console users: filed as the retailer, approved as media and bank, committed."""
    entry = {"member": {"accountId": BANK, "memberAbilities": []}}
    filed = client(url, RETAILER).create_collaboration_change_request(
        collaborationIdentifier=collaboration,
        changes=[{"specificationType": "MEMBER", "specification": entry}],
    )
    request = filed["collaborationChangeRequest"]["id"]
    for account, action in ((MEDIA, "APPROVE"), (BANK, "APPROVE"), (RETAILER, "COMMIT")):
        client(url, account).update_collaboration_change_request(
            collaborationIdentifier=collaboration, changeRequestIdentifier=request, action=action
        )


def associate(url: str, name: str) -> None:
    """Somebody at the media partner brings a table, which the account itself may query."""
    media = client(url, MEDIA)
    table = media.create_configured_table(
        name=name,
        tableReference={"glue": {"databaseName": "lake", "tableName": name}},
        allowedColumns=["person", "region"],
        analysisMethod="DIRECT_QUERY",
    )["configuredTable"]["id"]
    rule = {"allowedAnalyses": ["ANY_QUERY"], "allowedAnalysisProviders": [MEDIA]}
    media.create_configured_table_analysis_rule(
        configuredTableIdentifier=table, analysisRuleType="CUSTOM", analysisRulePolicy={"v1": {"custom": rule}}
    )
    media.create_configured_table_association(
        name=name,
        membershipIdentifier=media.list_memberships()["membershipSummaries"][0]["id"],
        configuredTableIdentifier=table,
        roleArn=f"arn:aws:iam::{MEDIA}:role/lake",
    )
