"""How does an answer of the service become values of the model?

Members that the service model requires are indexed, never defaulted: an answer without them is incomplete, and
"no members" would be the worst possible reading of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cleanrooms_governance.aws.unknown_members import UNKNOWN_MEMBERS
from cleanrooms_governance.model import (
    Ability,
    AccountId,
    ChangeRequest,
    Collaboration,
    CollaborationChange,
    CostType,
    Member,
    MemberChange,
    Membership,
    RequestedChange,
)
from cleanrooms_governance.service import CollaborationSummary

Document = Mapping[str, Any]


def collaboration(document: Document, members: Iterable[Member], region: str) -> Collaboration:
    """Read a Collaboration document with its members."""
    regions = document.get("allowedResultRegions")
    encryption = document.get("dataEncryptionMetadata")
    return Collaboration(
        id=document["id"],
        arn=document["arn"],
        name=document["name"],
        creator=AccountId(document["creatorAccountId"]),
        region=region,
        members={member.account: member for member in sorted(members, key=lambda member: member.account)},
        description=document.get("description", ""),
        query_log=_enabled(document["queryLogStatus"]),
        job_log=_enabled(document.get("jobLogStatus")),
        metrics=document.get("isMetricsEnabled", False),
        encryption=None if encryption is None else dict(encryption),
        result_regions=None if regions is None else frozenset(regions),
        analytics_engine=document.get("analyticsEngine"),
        auto_approved=frozenset(document.get("autoApprovedChangeTypes", ())),
    )


def collaboration_summary(document: Document) -> CollaborationSummary:
    """Read a CollaborationSummary."""
    return CollaborationSummary(
        id=document["id"],
        arn=document["arn"],
        name=document["name"],
        creator=AccountId(document["creatorAccountId"]),
    )


def member(document: Document) -> Member:
    """Read a MemberSummary."""
    return Member(
        account=AccountId(document["accountId"]),
        display_name=document["displayName"],
        status=document["status"],
        abilities=_abilities(document["abilities"]),
        created=_moment(document["createTime"]),
        ml_abilities=_ml_abilities(document.get("mlAbilities")) or frozenset(),
        payments=_payments(document["paymentConfiguration"]),
        membership=document.get("membershipId", ""),
    )


def change_request(document: Document, unknown: Sequence[str]) -> ChangeRequest:
    """Read a CollaborationChangeRequest or its summary, which has the same members.

    A change of a kind that the model lacks is left out of ``changes``; its path is among ``unknown``.
    """
    changes = (_change(change) for change in document["changes"])
    return ChangeRequest(
        id=document["id"],
        status=document["status"],
        created=_moment(document["createTime"]),
        updated=_moment(document["updateTime"]),
        changes=tuple(change for change in changes if change is not None),
        auto_approved=document["isAutoApproved"],
        approvals={AccountId(account): details["status"] for account, details in sorted(document.get("approvals", {}).items())},
        unknown=tuple(unknown),
    )


def answered_request(answer: Document) -> ChangeRequest:
    """Read the one change request of a Get, Create or Update answer."""
    document = answer["collaborationChangeRequest"]
    return change_request(document, answer[UNKNOWN_MEMBERS][document["id"]])


def listed_requests(answer: Document) -> list[ChangeRequest]:
    """Read the change requests of one page."""
    unknown = answer[UNKNOWN_MEMBERS]
    documents = answer["collaborationChangeRequestSummaries"]
    return [change_request(document, unknown[document["id"]]) for document in documents]


def membership(document: Document) -> Membership:
    """Read a Membership."""
    return Membership(
        id=document["id"],
        arn=document["arn"],
        collaboration_id=document["collaborationId"],
        account=_account_of_arn(document["arn"]),
        status=document["status"],
        abilities=_abilities(document["memberAbilities"]),
        payments=_payments(document["paymentConfiguration"]),
        query_log=_enabled(document["queryLogStatus"]),
        result_configuration=document.get("defaultResultConfiguration"),
        job_log=_enabled(document.get("jobLogStatus")),
        job_result_configuration=document.get("defaultJobResultConfiguration"),
        metrics=document.get("isMetricsEnabled", False),
    )


def membership_summary(document: Document) -> Membership:
    """Read a MembershipSummary, which lacks logs and result configurations."""
    return Membership(
        id=document["id"],
        arn=document["arn"],
        collaboration_id=document["collaborationId"],
        account=_account_of_arn(document["arn"]),
        status=document["status"],
        abilities=_abilities(document["memberAbilities"]),
        payments=_payments(document["paymentConfiguration"]),
    )


def _change(document: Document) -> RequestedChange | None:
    specification = document["specification"]
    types = frozenset(document["types"])
    if "member" in specification:
        wanted = specification["member"]
        payments = wanted.get("paymentConfiguration")
        return MemberChange(
            account=AccountId(wanted["accountId"]),
            abilities=_abilities(wanted["memberAbilities"]),
            display_name=wanted.get("displayName"),
            ml_abilities=_ml_abilities(wanted.get("mlMemberAbilities")),
            payments=None if payments is None else _payments(payments),
            types=types,
        )
    if "collaboration" in specification:
        auto_approved = specification["collaboration"].get("autoApprovedChangeTypes", ())
        return CollaborationChange(auto_approved=frozenset(auto_approved), types=types)
    return None


def _payments(document: Document) -> dict[CostType, bool]:
    shown = {**document, **document.get("machineLearning", {})}
    required = {CostType.QUERY_COMPUTE: document["queryCompute"]["isResponsible"]}
    return required | {cost: shown[cost]["isResponsible"] for cost in CostType if cost in shown}


def _abilities(values: Iterable[str]) -> frozenset[Ability]:
    return frozenset(Ability(value) for value in values)


def _ml_abilities(document: Document | None) -> frozenset[str] | None:
    return None if document is None else frozenset(document["customMLMemberAbilities"])


def _enabled(status: str | None) -> bool:
    return status == "ENABLED"


def _moment(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _account_of_arn(arn: str) -> AccountId:
    return AccountId(arn.split(":")[4])
