"""How do values of the model become parameters of a call?"""

from collections.abc import Mapping
from typing import Any

from cleanrooms_governance.desired import DesiredCollaboration, DesiredMember
from cleanrooms_governance.errors import Finding, InvalidInput
from cleanrooms_governance.model import CollaborationChange, CostType, MemberChange, RequestedChange
from cleanrooms_governance.planning.payers import payments_at_creation
from cleanrooms_governance.service import OwnSettings

Parameters = dict[str, Any]

_MACHINE_LEARNING = (CostType.MODEL_TRAINING, CostType.MODEL_INFERENCE, CostType.SYNTHETIC_DATA_GENERATION)


def new_collaboration(desired: DesiredCollaboration, tags: Mapping[str, str]) -> Parameters:
    """Write the input of CreateCollaboration; logs are off unless wanted.

    The creator is one of ``desired.members``, but the service takes it apart from the others.

    Raises: InvalidInput if a member has no name to be displayed, which could not be corrected later.
    """
    creator = desired.members[desired.creator]
    partners = [member for account, member in sorted(desired.members.items()) if account != desired.creator]
    parameters: Parameters = {
        "name": desired.first_name,
        "creatorDisplayName": _display_name(desired, creator),
        "creatorMemberAbilities": sorted(creator.abilities),
        **_extras(desired, creator, "creatorMLMemberAbilities", "creatorPaymentConfiguration"),
        "members": [
            {
                "accountId": member.account,
                "displayName": _display_name(desired, member),
                "memberAbilities": sorted(member.abilities),
                **_extras(desired, member, "mlMemberAbilities", "paymentConfiguration"),
            }
            for member in partners
        ],
        "queryLogStatus": log_status(desired.query_log or False),
    }
    if desired.description:
        parameters["description"] = desired.description
    if desired.job_log:
        parameters["jobLogStatus"] = log_status(True)
    if desired.metrics:
        parameters["isMetricsEnabled"] = True
    if desired.encryption:
        parameters["dataEncryptionMetadata"] = dict(desired.encryption)
    if desired.result_regions:
        parameters["allowedResultRegions"] = sorted(desired.result_regions)
    if desired.analytics_engine:
        parameters["analyticsEngine"] = desired.analytics_engine
    if desired.auto_approve:
        parameters["autoApprovedChangeRequestTypes"] = sorted(desired.auto_approve)
    if tags:
        parameters["tags"] = dict(tags)
    return parameters


def change_input(change: RequestedChange) -> Parameters:
    """Write a ChangeInput of CreateCollaborationChangeRequest; what the change does not speak of is not sent."""
    match change:
        case MemberChange():
            return {"specificationType": "MEMBER", "specification": {"member": _member_specification(change)}}
        case CollaborationChange():
            specification = {"autoApprovedChangeTypes": sorted(change.auto_approved)}
            return {"specificationType": "COLLABORATION", "specification": {"collaboration": specification}}


def own_settings(settings: OwnSettings) -> Parameters:
    """Write the logs and result configurations of a membership, without what the settings are silent about."""
    parameters: Parameters = {}
    for name, log in (("queryLogStatus", settings.query_log), ("jobLogStatus", settings.job_log)):
        if log is not None:
            parameters[name] = log_status(log)
    configurations = {
        "defaultResultConfiguration": settings.result_configuration,
        "defaultJobResultConfiguration": settings.job_result_configuration,
    }
    return parameters | {name: dict(given) for name, given in configurations.items() if given is not None}


def payment_configuration(payments: Mapping[CostType, bool]) -> Parameters:
    """Write a PaymentConfiguration or MembershipPaymentConfiguration.

    ``queryCompute`` is required inside it (service model), so an absent one is said as the ``False`` that it means.
    """
    return payment_flags({CostType.QUERY_COMPUTE: False, **payments})


def payment_flags(payments: Mapping[CostType, bool]) -> Parameters:
    """Write an UpdateMembershipPaymentConfiguration, which takes any part: what is absent stays as it is."""
    plain = (CostType.QUERY_COMPUTE, CostType.JOB_COMPUTE)
    document: Parameters = {cost.value: {"isResponsible": payments[cost]} for cost in plain if cost in payments}
    learning = {cost.value: {"isResponsible": payments[cost]} for cost in _MACHINE_LEARNING if cost in payments}
    if learning:
        document["machineLearning"] = learning
    return document


def log_status(wanted: bool) -> str:
    """Write a log switch."""
    return "ENABLED" if wanted else "DISABLED"


def _member_specification(change: MemberChange) -> Parameters:
    specification: Parameters = {
        "accountId": change.account,
        "memberAbilities": sorted(change.abilities),
    }
    if change.display_name is not None:
        specification["displayName"] = change.display_name
    if change.ml_abilities is not None:
        specification["mlMemberAbilities"] = {"customMLMemberAbilities": sorted(change.ml_abilities)}
    if change.payments is not None:
        specification["paymentConfiguration"] = payment_configuration(change.payments)
    return specification


def _extras(desired: DesiredCollaboration, member: DesiredMember, ml_name: str, payment_name: str) -> Parameters:
    extras: Parameters = {}
    if member.ml_abilities:
        extras[ml_name] = {"customMLMemberAbilities": sorted(member.ml_abilities)}
    if payments := payments_at_creation(desired, member):
        extras[payment_name] = payment_configuration(payments)
    return extras


def _display_name(desired: DesiredCollaboration, member: DesiredMember) -> str:
    name = member.display_name or desired.names.get(member.account)
    if name:
        return name
    path = f"collaborations.{desired.key}.members.{member.account}"
    raise InvalidInput((Finding(path, "a new collaboration needs its members' names; give it a `displayName`"),))
