"""How do values of the model become parameters of a call?"""

from collections.abc import Mapping
from typing import Any

from cleanrooms_governance.desired import DesiredCollaboration, DesiredMember
from cleanrooms_governance.errors import Finding, InvalidInput
from cleanrooms_governance.model import CollaborationChange, CostType, MemberChange, RequestedChange

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
        "name": desired.name,
        "creatorDisplayName": _display_name(desired, creator),
        "creatorMemberAbilities": sorted(creator.abilities),
        "members": [
            {
                "accountId": member.account,
                "displayName": _display_name(desired, member),
                "memberAbilities": sorted(member.abilities),
            }
            for member in partners
        ],
        "queryLogStatus": log_status(desired.query_log or False),
    }
    if desired.description:
        parameters["description"] = desired.description
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


def payment_configuration(payments: Mapping[CostType, bool]) -> Parameters:
    """Write a PaymentConfiguration or MembershipPaymentConfiguration.

    ``queryCompute`` is required inside it (service model), so an absent one is said as the ``False`` that it means.
    """
    document: Parameters = {CostType.QUERY_COMPUTE.value: {"isResponsible": payments.get(CostType.QUERY_COMPUTE, False)}}
    if CostType.JOB_COMPUTE in payments:
        document[CostType.JOB_COMPUTE.value] = {"isResponsible": payments[CostType.JOB_COMPUTE]}
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


def _display_name(desired: DesiredCollaboration, member: DesiredMember) -> str:
    name = member.display_name or desired.names.get(member.account)
    if name:
        return name
    path = f"collaborations.{desired.key}.members.{member.account}"
    raise InvalidInput((Finding(path, "a new collaboration needs its members' names; give it a `displayName`"),))
