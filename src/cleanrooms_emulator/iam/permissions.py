"""Which permissions the operations need: data only, read by `needs`.

A resource is `*`; or the part of an ARN behind the account ("membership/{membershipIdentifier}"); or a whole ARN
("{resourceArn}", "arn:aws:s3:::{...}"). `{path}` stands for each value of that parameter.

Sources: service authorization reference, "Actions, resources, and condition keys for AWS Clean Rooms" and "... for AWS
Clean Rooms ML" (operations, required resource types, permission-only actions, dependent actions); service guide, IAM
behaviors for Clean Rooms ML custom models; STS API reference; AWS managed policy AWSCleanRoomsFullAccess (log groups).

Inferred, because no page says it:
- tags, roles, logs and buckets need permissions only in a call that names them;
- what does not exist yet is judged as `KIND/*`, and for a listing that is what is listed, too;
- the optional resource types of the reference need nothing (the tables that StartProtectedQuery reads, ...);
- turning a log on, or naming a bucket for results, needs all that the reference calls dependent actions of
  CreateMembership and UpdateMembership; dependent actions of other operations (Glue, Entity Resolution, S3) are not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cleanrooms_emulator.registry import HandlerKey

ANY_RESOURCE = "*"

_COLLABORATION = "collaboration/{collaborationIdentifier}"
_MEMBERSHIP = "membership/{membershipIdentifier}"
_TABLE = "configuredtable/{configuredTableIdentifier}"
_ASSOCIATION = f"{_MEMBERSHIP}/configuredtableassociation/{{configuredTableAssociationIdentifier}}"
_TEMPLATE = f"{_MEMBERSHIP}/analysistemplate/{{analysisTemplateIdentifier}}"
_AUDIENCE = f"{_MEMBERSHIP}/configuredaudiencemodelassociation/{{configuredAudienceModelAssociationIdentifier}}"
_MAPPING = f"{_MEMBERSHIP}/idmappingtable/{{idMappingTableIdentifier}}"
_NAMESPACE = f"{_MEMBERSHIP}/idnamespaceassociation/{{idNamespaceAssociationIdentifier}}"
_INTERMEDIATE = f"{_MEMBERSHIP}/intermediatetable/{{intermediateTableIdentifier}}"
_BUDGET = f"{_MEMBERSHIP}/privacybudgettemplate/{{privacyBudgetTemplateIdentifier}}"

_CLEAN_ROOMS: Mapping[str, tuple[str, ...]] = {
    "BatchGetCollaborationAnalysisTemplate": (_COLLABORATION, "{analysisTemplateArns}"),
    "BatchGetSchema": (_COLLABORATION,),
    "BatchGetSchemaAnalysisRule": (_COLLABORATION,),
    "CreateAnalysisTemplate": (_MEMBERSHIP, f"{_MEMBERSHIP}/analysistemplate/*"),
    "CreateCollaboration": ("collaboration/*",),
    "CreateCollaborationChangeRequest": (_COLLABORATION,),
    "CreateConfiguredAudienceModelAssociation": (_MEMBERSHIP, f"{_MEMBERSHIP}/configuredaudiencemodelassociation/*"),
    "CreateConfiguredTable": ("configuredtable/*",),
    "CreateConfiguredTableAnalysisRule": (_TABLE,),
    "CreateConfiguredTableAssociation": (_TABLE, _MEMBERSHIP, f"{_MEMBERSHIP}/configuredtableassociation/*"),
    "CreateConfiguredTableAssociationAnalysisRule": (_ASSOCIATION,),
    "CreateIdMappingTable": (_MEMBERSHIP, f"{_MEMBERSHIP}/idmappingtable/*"),
    "CreateIdNamespaceAssociation": (_MEMBERSHIP, f"{_MEMBERSHIP}/idnamespaceassociation/*"),
    "CreateIntermediateTable": (_MEMBERSHIP, f"{_MEMBERSHIP}/intermediatetable/*"),
    "CreateIntermediateTableAnalysisRule": (_INTERMEDIATE,),
    "CreateMembership": (_COLLABORATION, "membership/*"),
    "CreatePrivacyBudgetTemplate": (_MEMBERSHIP, f"{_MEMBERSHIP}/privacybudgettemplate/*"),
    "DeleteAnalysisTemplate": (_TEMPLATE,),
    "DeleteCollaboration": (_COLLABORATION,),
    "DeleteConfiguredAudienceModelAssociation": (_AUDIENCE,),
    "DeleteConfiguredTable": (_TABLE,),
    "DeleteConfiguredTableAnalysisRule": (_TABLE,),
    "DeleteConfiguredTableAssociation": (_ASSOCIATION,),
    "DeleteConfiguredTableAssociationAnalysisRule": (_ASSOCIATION,),
    "DeleteIdMappingTable": (_MEMBERSHIP, _MAPPING),
    "DeleteIdNamespaceAssociation": (_MEMBERSHIP, _NAMESPACE),
    "DeleteIntermediateTable": (_MEMBERSHIP, _INTERMEDIATE),
    "DeleteIntermediateTableAnalysisRule": (_INTERMEDIATE,),
    "DeleteMember": (_COLLABORATION,),
    "DeleteMembership": (_MEMBERSHIP,),
    "DeletePrivacyBudgetTemplate": (_BUDGET,),
    "DisallowIntermediateTable": (_MEMBERSHIP,),
    "GetAnalysisLogExport": (_MEMBERSHIP,),
    "GetAnalysisTemplate": (_TEMPLATE,),
    "GetCollaboration": (_COLLABORATION,),
    "GetCollaborationAnalysisTemplate": (_COLLABORATION, "{analysisTemplateArn}"),
    "GetCollaborationChangeRequest": (_COLLABORATION,),
    "GetCollaborationConfiguredAudienceModelAssociation": (
        _COLLABORATION,
        "membership/*/configuredaudiencemodelassociation/{configuredAudienceModelAssociationIdentifier}",
    ),
    "GetCollaborationIdNamespaceAssociation": (
        _COLLABORATION,
        "membership/*/idnamespaceassociation/{idNamespaceAssociationIdentifier}",
    ),
    "GetCollaborationPrivacyBudgetTemplate": (
        _COLLABORATION,
        "membership/*/privacybudgettemplate/{privacyBudgetTemplateIdentifier}",
    ),
    "GetConfiguredAudienceModelAssociation": (_AUDIENCE,),
    "GetConfiguredTable": (_TABLE,),
    "GetConfiguredTableAnalysisRule": (_TABLE,),
    "GetConfiguredTableAssociation": (_ASSOCIATION,),
    "GetConfiguredTableAssociationAnalysisRule": (_ASSOCIATION,),
    "GetIdMappingTable": (_MEMBERSHIP, _MAPPING),
    "GetIdNamespaceAssociation": (_MEMBERSHIP, _NAMESPACE),
    "GetIntermediateTable": (_MEMBERSHIP, _INTERMEDIATE),
    "GetIntermediateTableAnalysisRule": (_INTERMEDIATE,),
    "GetMembership": (_MEMBERSHIP,),
    "GetPrivacyBudgetTemplate": (_BUDGET,),
    "GetProtectedJob": (_MEMBERSHIP,),
    "GetProtectedQuery": (_MEMBERSHIP,),
    "GetSchema": (_COLLABORATION, "membership/*/configuredtableassociation/{name}"),
    "GetSchemaAnalysisRule": (_COLLABORATION, "membership/*/configuredtableassociation/{name}"),
    "ListAnalysisLogExports": (_MEMBERSHIP,),
    "ListAnalysisTemplates": (_MEMBERSHIP, f"{_MEMBERSHIP}/analysistemplate/*"),
    "ListCollaborationAnalysisTemplates": (_COLLABORATION,),
    "ListCollaborationChangeRequests": (_COLLABORATION,),
    "ListCollaborationConfiguredAudienceModelAssociations": (_COLLABORATION,),
    "ListCollaborationIdNamespaceAssociations": (_COLLABORATION,),
    "ListCollaborationPrivacyBudgetTemplates": (_COLLABORATION,),
    "ListCollaborationPrivacyBudgets": (_COLLABORATION,),
    "ListCollaborations": (ANY_RESOURCE,),
    "ListConfiguredAudienceModelAssociations": (_MEMBERSHIP, f"{_MEMBERSHIP}/configuredaudiencemodelassociation/*"),
    "ListConfiguredTableAssociations": (_MEMBERSHIP, f"{_MEMBERSHIP}/configuredtableassociation/*"),
    "ListConfiguredTables": (ANY_RESOURCE,),
    "ListIdMappingTables": (_MEMBERSHIP, f"{_MEMBERSHIP}/idmappingtable/*"),
    "ListIdNamespaceAssociations": (_MEMBERSHIP, f"{_MEMBERSHIP}/idnamespaceassociation/*"),
    "ListIntermediateTableVersions": (_MEMBERSHIP, _INTERMEDIATE),
    "ListIntermediateTables": (_MEMBERSHIP, f"{_MEMBERSHIP}/intermediatetable/*"),
    "ListMembers": (_COLLABORATION,),
    "ListMemberships": (ANY_RESOURCE,),
    "ListPrivacyBudgetTemplates": (_MEMBERSHIP, f"{_MEMBERSHIP}/privacybudgettemplate/*"),
    "ListPrivacyBudgets": (_MEMBERSHIP,),
    "ListProtectedJobs": (_MEMBERSHIP,),
    "ListProtectedQueries": (_MEMBERSHIP,),
    "ListSchemas": (_COLLABORATION,),
    "ListTagsForResource": ("{resourceArn}",),
    "PopulateIdMappingTable": (_MEMBERSHIP, _MAPPING),
    "PopulateIntermediateTable": (_MEMBERSHIP, _INTERMEDIATE),
    "PreviewPrivacyImpact": (_MEMBERSHIP,),
    "StartAnalysisLogExport": (_MEMBERSHIP,),
    "StartProtectedJob": (_MEMBERSHIP,),
    "StartProtectedQuery": (_MEMBERSHIP,),
    "TagResource": ("{resourceArn}",),
    "UntagResource": ("{resourceArn}",),
    "UpdateAnalysisTemplate": (_TEMPLATE,),
    "UpdateCollaboration": (_COLLABORATION,),
    "UpdateCollaborationChangeRequest": (_COLLABORATION,),
    "UpdateConfiguredAudienceModelAssociation": (_AUDIENCE,),
    "UpdateConfiguredTable": (_TABLE,),
    "UpdateConfiguredTableAnalysisRule": (_TABLE,),
    "UpdateConfiguredTableAssociation": (_ASSOCIATION,),
    "UpdateConfiguredTableAssociationAnalysisRule": (_ASSOCIATION,),
    "UpdateIdMappingTable": (_MEMBERSHIP, _MAPPING),
    "UpdateIdNamespaceAssociation": (_MEMBERSHIP, _NAMESPACE),
    "UpdateIntermediateTable": (_MEMBERSHIP, _INTERMEDIATE),
    "UpdateIntermediateTableAnalysisRule": (_INTERMEDIATE,),
    "UpdateMembership": (_MEMBERSHIP,),
    "UpdatePrivacyBudgetTemplate": (_BUDGET,),
    "UpdateProtectedJob": (_MEMBERSHIP,),
    "UpdateProtectedQuery": (_MEMBERSHIP,),
}

_MACHINE_LEARNING: Mapping[str, tuple[str, ...]] = {
    "CancelTrainedModel": ("{trainedModelArn}",),
    "CancelTrainedModelInferenceJob": ("{trainedModelInferenceJobArn}",),
    "CreateAudienceModel": ("{trainingDatasetArn}",),
    "CreateConfiguredAudienceModel": ("{audienceModelArn}",),
    "CreateConfiguredModelAlgorithm": (ANY_RESOURCE,),
    "CreateConfiguredModelAlgorithmAssociation": ("{configuredModelAlgorithmArn}",),
    "CreateMLInputChannel": ("{configuredModelAlgorithmAssociations}",),
    "CreateTrainedModel": ("{configuredModelAlgorithmAssociationArn}",),
    "CreateTrainingDataset": (ANY_RESOURCE,),
    "DeleteAudienceGenerationJob": ("{audienceGenerationJobArn}",),
    "DeleteAudienceModel": ("{audienceModelArn}",),
    "DeleteConfiguredAudienceModel": ("{configuredAudienceModelArn}",),
    "DeleteConfiguredAudienceModelPolicy": ("{configuredAudienceModelArn}",),
    "DeleteConfiguredModelAlgorithm": ("{configuredModelAlgorithmArn}",),
    "DeleteConfiguredModelAlgorithmAssociation": ("{configuredModelAlgorithmAssociationArn}",),
    "DeleteMLConfiguration": (ANY_RESOURCE,),
    "DeleteMLInputChannelData": ("{mlInputChannelArn}",),
    "DeleteTrainedModelOutput": ("{trainedModelArn}",),
    "DeleteTrainingDataset": ("{trainingDatasetArn}",),
    "GetAudienceGenerationJob": ("{audienceGenerationJobArn}",),
    "GetAudienceModel": ("{audienceModelArn}",),
    "GetCollaborationConfiguredModelAlgorithmAssociation": ("{configuredModelAlgorithmAssociationArn}",),
    "GetCollaborationMLInputChannel": ("{mlInputChannelArn}",),
    "GetCollaborationTrainedModel": ("{trainedModelArn}",),
    "GetConfiguredAudienceModel": ("{configuredAudienceModelArn}",),
    "GetConfiguredAudienceModelPolicy": ("{configuredAudienceModelArn}",),
    "GetConfiguredModelAlgorithm": ("{configuredModelAlgorithmArn}",),
    "GetConfiguredModelAlgorithmAssociation": ("{configuredModelAlgorithmAssociationArn}",),
    "GetMLConfiguration": (ANY_RESOURCE,),
    "GetMLInputChannel": ("{mlInputChannelArn}",),
    "GetTrainedModel": ("{trainedModelArn}",),
    "GetTrainedModelInferenceJob": ("{trainedModelInferenceJobArn}",),
    "GetTrainingDataset": ("{trainingDatasetArn}",),
    "ListAudienceExportJobs": (ANY_RESOURCE,),
    "ListAudienceGenerationJobs": (ANY_RESOURCE,),
    "ListAudienceModels": (ANY_RESOURCE,),
    "ListCollaborationConfiguredModelAlgorithmAssociations": (ANY_RESOURCE,),
    "ListCollaborationMLInputChannels": (ANY_RESOURCE,),
    "ListCollaborationTrainedModelExportJobs": ("{trainedModelArn}",),
    "ListCollaborationTrainedModelInferenceJobs": (ANY_RESOURCE,),
    "ListCollaborationTrainedModels": (ANY_RESOURCE,),
    "ListConfiguredAudienceModels": (ANY_RESOURCE,),
    "ListConfiguredModelAlgorithmAssociations": (ANY_RESOURCE,),
    "ListConfiguredModelAlgorithms": (ANY_RESOURCE,),
    "ListMLInputChannels": (ANY_RESOURCE,),
    "ListTagsForResource": ("{resourceArn}",),
    "ListTrainedModelInferenceJobs": (ANY_RESOURCE,),
    "ListTrainedModelVersions": (ANY_RESOURCE,),
    "ListTrainedModels": (ANY_RESOURCE,),
    "ListTrainingDatasets": (ANY_RESOURCE,),
    "PutConfiguredAudienceModelPolicy": ("{configuredAudienceModelArn}",),
    "PutMLConfiguration": (ANY_RESOURCE,),
    "StartAudienceExportJob": ("{audienceGenerationJobArn}",),
    "StartAudienceGenerationJob": ("{configuredAudienceModelArn}",),
    "StartTrainedModelExportJob": ("{trainedModelArn}",),
    "StartTrainedModelInferenceJob": (
        "{configuredModelAlgorithmAssociationArn}",
        "{dataSource.mlInputChannelArn}",
        "{trainedModelArn}",
    ),
    "TagResource": ("{resourceArn}",),
    "UntagResource": ("{resourceArn}",),
    "UpdateConfiguredAudienceModel": ("{configuredAudienceModelArn}",),
}

_IDENTITY: Mapping[str, tuple[str, ...]] = {
    "AssumeRole": ("{RoleArn}",),
    "GetCallerIdentity": (),
}
"""GetCallerIdentity needs no permission at all."""

OWN_ACTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"cleanrooms": _CLEAN_ROOMS, "cleanroomsml": _MACHINE_LEARNING, "sts": _IDENTITY}
)
"""By service (botocore's name) and operation: the resources on which the action of the operation's own name is needed."""

TAGGED_AT_CREATION: Mapping[HandlerKey, str] = {
    ("cleanrooms", "CreateAnalysisTemplate"): f"{_MEMBERSHIP}/analysistemplate/*",
    ("cleanrooms", "CreateCollaboration"): "collaboration/*",
    ("cleanrooms", "CreateConfiguredAudienceModelAssociation"): f"{_MEMBERSHIP}/configuredaudiencemodelassociation/*",
    ("cleanrooms", "CreateConfiguredTable"): "configuredtable/*",
    ("cleanrooms", "CreateConfiguredTableAssociation"): f"{_MEMBERSHIP}/configuredtableassociation/*",
    ("cleanrooms", "CreateIdMappingTable"): f"{_MEMBERSHIP}/idmappingtable/*",
    ("cleanrooms", "CreateIdNamespaceAssociation"): f"{_MEMBERSHIP}/idnamespaceassociation/*",
    ("cleanrooms", "CreateIntermediateTable"): f"{_MEMBERSHIP}/intermediatetable/*",
    ("cleanrooms", "CreateMembership"): "membership/*",
    ("cleanrooms", "CreatePrivacyBudgetTemplate"): f"{_MEMBERSHIP}/privacybudgettemplate/*",
    ("cleanroomsml", "CreateAudienceModel"): "audience-model/*",
    ("cleanroomsml", "CreateConfiguredAudienceModel"): "configured-audience-model/*",
    ("cleanroomsml", "CreateConfiguredModelAlgorithm"): "configured-model-algorithm/*",
    ("cleanroomsml", "CreateConfiguredModelAlgorithmAssociation"): f"{_MEMBERSHIP}/configured-model-algorithm-association/*",
    ("cleanroomsml", "CreateMLInputChannel"): f"{_MEMBERSHIP}/ml-input-channel/*",
    ("cleanroomsml", "CreateTrainedModel"): f"{_MEMBERSHIP}/trained-model/*",
    ("cleanroomsml", "CreateTrainingDataset"): "training-dataset/*",
    ("cleanroomsml", "StartAudienceGenerationJob"): "audience-generation-job/*",
    ("cleanroomsml", "StartTrainedModelInferenceJob"): f"{_MEMBERSHIP}/trained-model-inference-job/*",
}
"""What needs TagResource besides, when tags are given."""

PASSED_ROLES: Mapping[HandlerKey, tuple[str, ...]] = {
    ("cleanrooms", "CreateAnalysisTemplate"): ("source.artifacts.roleArn",),
    ("cleanrooms", "CreateConfiguredTableAssociation"): ("roleArn",),
    ("cleanrooms", "CreateMembership"): ("defaultResultConfiguration.roleArn", "defaultJobResultConfiguration.roleArn"),
    ("cleanrooms", "UpdateConfiguredTableAssociation"): ("roleArn",),
    ("cleanrooms", "UpdateMembership"): ("defaultResultConfiguration.roleArn", "defaultJobResultConfiguration.roleArn"),
    ("cleanroomsml", "CreateConfiguredAudienceModel"): ("outputConfig.roleArn",),
    ("cleanroomsml", "CreateConfiguredModelAlgorithm"): ("roleArn",),
    ("cleanroomsml", "CreateMLInputChannel"): ("inputChannel.roleArn",),
    ("cleanroomsml", "CreateTrainingDataset"): ("roleArn",),
    ("cleanroomsml", "PutMLConfiguration"): ("defaultOutputLocation.roleArn",),
    ("cleanroomsml", "StartAudienceGenerationJob"): ("seedAudience.roleArn",),
    ("cleanroomsml", "UpdateConfiguredAudienceModel"): ("outputConfig.roleArn",),
}
"""Which parameters need iam:PassRole on the role they name."""

MACHINE_LEARNING_PASSES: Mapping[str, str] = MappingProxyType(
    {"cleanrooms:PassMembership": _MEMBERSHIP, "cleanrooms:PassCollaboration": _COLLABORATION}
)
"""What every operation of Clean Rooms ML needs besides that takes the identifier of a membership or a collaboration."""

IDENTITY_EXTRAS: Mapping[str, str] = MappingProxyType({"sts:TagSession": "Tags", "sts:SetSourceIdentity": "SourceIdentity"})
"""What AssumeRole needs besides, on the role, when a parameter is given."""

CONFIGURED_TABLE_UPDATES: Mapping[str, str] = MappingProxyType(
    {
        "cleanrooms:UpdateConfiguredTableAllowedColumns": "allowedColumns",
        "cleanrooms:UpdateConfiguredTableReference": "tableReference",
    }
)
"""What UpdateConfiguredTable needs besides, on the table, when a parameter is given."""

LOGGING_OPERATIONS = ("CreateMembership", "UpdateMembership")
LOG_SWITCHES = ("queryLogStatus", "jobLogStatus")
LOG_ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "logs:CreateLogDelivery": ANY_RESOURCE,
        "logs:CreateLogGroup": "log-group:/aws/cleanrooms/*",
        "logs:DeleteLogDelivery": ANY_RESOURCE,
        "logs:DescribeLogGroups": ANY_RESOURCE,
        "logs:DescribeResourcePolicies": ANY_RESOURCE,
        "logs:GetLogDelivery": ANY_RESOURCE,
        "logs:ListLogDeliveries": ANY_RESOURCE,
        "logs:PutResourcePolicy": ANY_RESOURCE,
        "logs:UpdateLogDelivery": ANY_RESOURCE,
    }
)
"""What LOGGING_OPERATIONS need besides when one of LOG_SWITCHES is turned on."""

RESULT_BUCKETS = (
    "arn:aws:s3:::{defaultResultConfiguration.outputConfiguration.s3.bucket}",
    "arn:aws:s3:::{defaultJobResultConfiguration.outputConfiguration.s3.bucket}",
)
"""On what LOGGING_OPERATIONS need s3:GetBucketLocation."""
