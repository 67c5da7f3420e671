"""The sections of a stack file: the keys that are built, in the spelling of the stack file.

Only single values are checked here; what must fit together is checked in ``checks`` and ``cross_checks``. The inputs of the two
resources have most keys in common with the sections, so the common part is a class of its own.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field, Strict

from cleanrooms_governance.desired import OwnPlan
from cleanrooms_governance.settings import fields, strict
from cleanrooms_governance.settings.budget_sections import PrivacyBudgetSection
from cleanrooms_governance.settings.fields import Maybe, Section, Several

NO_ACCOUNT = "000000000000"
"""Stands in for an account id that is missing or broken."""

NO_REGION = "xx-none-0"
"""Stands in for a Region that is missing or broken."""


def _only_true(value: object) -> object:
    if value is not True:
        raise strict.refuse(f"can only be true, not {strict.shown(value)}: write true or remove the key")
    return value


class CredentialsSection(Section):
    """How to act as an account: the default chain, a profile, or a role."""

    environment: Maybe[Annotated[Literal[True], BeforeValidator(_only_true)]] = None
    profile: Maybe[fields.Profile] = None
    role: Maybe[fields.AccessRole] = None
    external_id: Maybe[fields.ExternalId] = None


class AccountSection(CredentialsSection):
    """An account: one way in for everything, or one to read and one to write, or none for a partner."""

    name: Maybe[fields.DisplayName] = None
    read: Maybe[CredentialsSection] = None
    write: Maybe[CredentialsSection] = None


class AuditSection(Section):
    """Where every writing call is noted."""

    file: fields.AuditPath = Field(description="the path of a file in the project folder, such as audit/retail.jsonl")


class MemberSection(Section):
    """One member of a collaboration."""

    stand_ins: ClassVar[dict[str, object]] = {"abilities": []}

    abilities: Several[fields.MemberAbility] = Field(description="the list of the member's abilities, [] for none")
    display_name: Maybe[fields.DisplayName] = None
    ml_abilities: Maybe[Several[fields.MlAbility]] = None
    payer_for: Maybe[Several[fields.Cost]] = None
    until: Maybe[fields.Day] = None
    why: Maybe[fields.Why] = None


class LimitsSection(Section):
    """How much one plan may do without being acknowledged."""

    removals: Maybe[fields.Count] = None
    removal_share: Maybe[fields.Share] = None


class EncryptionSection(Section):
    """How data is encrypted by its owners, nothing for not at all (service model: DataEncryptionMetadata)."""

    allow_cleartext: Maybe[bool] = None
    allow_duplicates: Maybe[bool] = None
    allow_joins_on_columns_with_different_names: Maybe[bool] = None
    preserve_nulls: Maybe[bool] = None


class CollaborationSettings(Section):
    """What a collaboration's section and its resource's inputs have in common."""

    stand_ins: ClassVar[dict[str, object]] = {"creator": NO_ACCOUNT, "region": NO_REGION, "members": {}}

    creator: fields.Account = Field(description="the account that creates the collaboration, in quotes")
    region: fields.Region = Field(description="the Region of the collaboration, such as eu-west-1")
    members: dict[fields.Account, MemberSection] = Field(description="the members by account id, the creator among them")
    previously: Several[fields.EntryKey] = frozenset()
    name: Maybe[fields.CollaborationName] = None
    description: Maybe[fields.Description] = None
    query_log: Maybe[bool] = None
    job_log: Maybe[bool] = None
    metrics: Maybe[bool] = None
    encryption: Maybe[EncryptionSection] = None
    result_regions: Maybe[Several[fields.ResultRegion]] = None
    analytics_engine: Maybe[fields.Engine] = None
    tags: Maybe[dict[fields.TagKey, fields.TagValue]] = None
    auto_approve: Maybe[Several[fields.AutoApprovable]] = None
    removed: Several[fields.Account] = frozenset()
    limits: Maybe[LimitsSection] = None
    acknowledge: Several[fields.Fingerprint] = frozenset()
    until_notice: Maybe[fields.NoticeDays] = None
    deadline: Maybe[fields.DeadlineDays] = None
    paused: Maybe[bool] = None
    unmanaged: Maybe[fields.OnUnmanaged] = None
    cancel_requests: Several[fields.RequestId] = frozenset()


class CollaborationSection(CollaborationSettings):
    """A collaboration that this stack governs as its creator."""

    id: Maybe[fields.CollaborationId] = None


class ExpectationsSection(Section):
    """What an invitation must say before it is accepted."""

    creator: Maybe[fields.Account] = None
    abilities: Maybe[Several[fields.MemberAbility]] = None
    ml_abilities: Maybe[Several[fields.MlAbility]] = None
    payer_for: Maybe[Several[fields.Cost]] = None
    query_log: Maybe[bool] = None
    job_log: Maybe[bool] = None
    encryption: Maybe[EncryptionSection] = None


class BucketSection(Section):
    """Where in S3 results go, and in what format."""

    bucket: fields.Bucket = Field(description="the name of the bucket that receives the results")
    result_format: fields.ResultFormat = Field(description="the format of the results, CSV or PARQUET")
    key_prefix: Maybe[fields.KeyPrefix] = None
    single_file_output: Maybe[bool] = None


class ResultConfigurationSection(Section):
    """Where a member's query results go (service model: MembershipProtectedQueryResultConfiguration)."""

    s3: BucketSection = Field(description="bucket and resultFormat")
    role_arn: Maybe[fields.ResultRole] = None


class JobBucketSection(Section):
    """Where in S3 the results of jobs go."""

    bucket: fields.Bucket = Field(description="the name of the bucket that receives the results")
    result_format: Maybe[fields.ResultFormat] = None
    key_prefix: Maybe[fields.KeyPrefix] = None


class JobResultConfigurationSection(Section):
    """Where a member's job results go (service model: MembershipProtectedJobResultConfiguration)."""

    s3: JobBucketSection = Field(description="bucket")
    role_arn: fields.ResultRole = Field(description="the role that writes the results to the bucket")


class RuleSection(Section):
    """One approve or deny rule."""

    types: Several[fields.Type] = frozenset()
    accounts: Several[fields.Account] = frozenset()
    abilities: Several[fields.MemberAbility] = frozenset()
    ml_abilities: Several[fields.MlAbility] = frozenset()
    payer_for: Several[fields.Cost] = frozenset()
    auto_approve: Several[fields.AutoApprovable] = frozenset()
    until: Maybe[fields.Day] = None


class PinSection(Section):
    """One change request that a person has read."""

    request: fields.RequestId = Field(description="the id of the change request")
    content: fields.Fingerprint = Field(description="the fingerprint of what it asks for, as plans show it")


class ChangeRequestsSection(Section):
    """How an account votes on change requests."""

    own_plan: fields.VoteOnOwnPlan = OwnPlan.WAIT
    approve: Annotated[tuple[RuleSection, ...], Strict(False)] = ()
    deny: Annotated[tuple[RuleSection, ...], Strict(False)] = ()
    pinned: Annotated[tuple[PinSection, ...], Strict(False)] = ()


class DefaultPayerSection(Section):
    """Who pays for what a membership runs, where a command names nobody."""

    query_compute: Maybe[fields.Account] = None
    job_compute: Maybe[fields.Account] = None


class MembershipSettings(Section):
    """What a membership's section and its resource's inputs have in common."""

    stand_ins: ClassVar[dict[str, object]] = {"account": NO_ACCOUNT}

    account: fields.Account = Field(description="the account that is the member, in quotes")
    expects: ExpectationsSection = Field(default_factory=ExpectationsSection)
    query_log: Maybe[bool] = None
    job_log: Maybe[bool] = None
    metrics: Maybe[bool] = None
    default_result_configuration: Maybe[ResultConfigurationSection] = None
    default_job_result_configuration: Maybe[JobResultConfigurationSection] = None
    payer_for: Maybe[Several[fields.Cost]] = None
    default_payer: Maybe[DefaultPayerSection] = None
    change_requests: ChangeRequestsSection = Field(default_factory=ChangeRequestsSection)
    privacy_budgets: Maybe[dict[fields.EntryKey, PrivacyBudgetSection]] = None
    acknowledge: Several[fields.Fingerprint] = frozenset()
    paused: Maybe[bool] = None
    tags: Maybe[dict[fields.TagKey, fields.TagValue]] = None


class MembershipSection(MembershipSettings):
    """A membership of an account that this stack holds."""

    stand_ins: ClassVar[dict[str, object]] = {**MembershipSettings.stand_ins, "collaboration": "none"}

    collaboration: fields.Text = Field(description="the key of a collaboration of this stack, or the id of somebody else's")
    region: Maybe[fields.Region] = None
