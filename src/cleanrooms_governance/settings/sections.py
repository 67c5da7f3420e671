"""The sections of a stack file: the keys that are built, in the spelling of the stack file.

Only single values are checked here; what must fit together is checked in ``checks`` and ``cross_checks``. The inputs of the two
resources have most keys in common with the sections, so the common part is a class of its own.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, Strict

from cleanrooms_governance.desired import OwnPlan
from cleanrooms_governance.settings import fields, strict
from cleanrooms_governance.settings.budget_sections import PrivacyBudgetSection
from cleanrooms_governance.settings.check import takes
from cleanrooms_governance.settings.fields import Maybe, Section, Several

NO_ACCOUNT = "000000000000"
"""Stands in for an account id that is missing or broken."""

NO_REGION = "xx-none-0"
"""Stands in for a Region that is missing or broken."""


@takes(const=True)
def _only_true(value: object) -> object:
    if value is not True:
        raise strict.refuse(f"can only be true, not {strict.shown(value)}: write true or remove the key")
    return value


class CredentialsSection(Section):
    """How to act as an account: the default chain, a profile, or a role."""

    environment: Maybe[Annotated[Literal[True], _only_true]] = Field(
        default=None, description="`true` for the credentials of the environment: the default chain of the AWS SDK"
    )
    profile: Maybe[fields.Profile] = Field(
        default=None, description="the profile of the AWS configuration whose credentials act as the account"
    )
    role: Maybe[fields.AccessRole] = Field(default=None, description="the ARN of the role of this account that is assumed")
    external_id: Maybe[fields.ExternalId] = Field(
        default=None, description="the external id that the trust policy of the role asks for"
    )


class AccountSection(CredentialsSection):
    """An account: one way in for everything, or one to read and one to write, or none for a partner."""

    name: Maybe[fields.DisplayName] = Field(
        default=None,
        description="what the account is called in plans and messages, and in a new collaboration that gives it no displayName",
    )
    read: Maybe[CredentialsSection] = Field(
        default=None, description="how to act as the account where it is only looked at: all that a preview uses"
    )
    write: Maybe[CredentialsSection] = Field(
        default=None,
        description="how to act as the account where something is changed; without it the account is never written to",
    )


class AuditSection(Section):
    """Where every writing call is noted."""

    file: fields.AuditPath = Field(description="the path of a file in the project folder, such as audit/retail.jsonl")


class MemberSection(Section):
    """One member of a collaboration."""

    stand_ins: ClassVar[dict[str, object]] = {"abilities": []}

    abilities: Several[fields.MemberAbility] = Field(description="the list of the member's abilities, [] for none")
    display_name: Maybe[fields.DisplayName] = Field(
        default=None,
        description="the member's name in the collaboration, which cannot be changed later; without it the name under accounts",
    )
    ml_abilities: Maybe[Several[fields.MlAbility]] = Field(
        default=None,
        description="the whole list of the member's abilities in Clean Rooms ML, [] for none; not managed without this key",
    )
    payer_for: Maybe[Several[fields.Cost]] = Field(
        default=None,
        description="what the member may be asked to pay; a cost type that any member names here is decided for all of them",
    )
    until: Maybe[fields.Day] = Field(
        default=None,
        description="the last day of its abilities and payer roles, in quotes; after it they are taken by change request",
    )
    why: Maybe[fields.Why] = Field(default=None, description="the reason that is shown with every change of this member")


class LimitsSection(Section):
    """How much one plan may do without being acknowledged."""

    removals: Maybe[fields.Count] = Field(
        default=None, description="how many members one plan may remove without being acknowledged"
    )
    removal_share: Maybe[fields.Share] = Field(
        default=None, description="which part of the members one plan may remove without being acknowledged, such as 0.2"
    )


class EncryptionSection(Section):
    """How data is encrypted by its owners, nothing for not at all (service model: DataEncryptionMetadata)."""

    allow_cleartext: Maybe[bool] = Field(default=None, description="whether encrypted tables may have columns in clear text")
    allow_duplicates: Maybe[bool] = Field(default=None, description="whether fingerprint columns may have duplicate values")
    allow_joins_on_columns_with_different_names: Maybe[bool] = Field(
        default=None, description="whether fingerprint columns of different names may be joined"
    )
    preserve_nulls: Maybe[bool] = Field(default=None, description="whether NULL stays NULL in encrypted columns")


class CollaborationSettings(Section):
    """What a collaboration's section and its resource's inputs have in common."""

    stand_ins: ClassVar[dict[str, object]] = {"creator": NO_ACCOUNT, "region": NO_REGION, "members": {}}

    creator: fields.Account = Field(description="the account that creates the collaboration, in quotes")
    region: fields.Region = Field(description="the Region of the collaboration, such as eu-west-1")
    members: dict[fields.Account, MemberSection] = Field(description="the members by account id, the creator among them")
    previously: Several[fields.EntryKey] = Field(
        default=frozenset(), description="the keys that this collaboration had before in this file"
    )
    name: Maybe[fields.CollaborationName] = Field(
        default=None, description="the name of the collaboration; without it the key, or with id the name that it has"
    )
    description: Maybe[fields.Description] = Field(
        default=None,
        description='what the collaboration is for, which all members read; "" takes it away; not managed without this key',
    )
    query_log: Maybe[bool] = Field(default=None, description="whether queries can be logged; fixed at creation")
    job_log: Maybe[bool] = Field(default=None, description="whether jobs can be logged; fixed at creation")
    metrics: Maybe[bool] = Field(
        default=None, description="whether the collaboration is measured in CloudWatch; fixed at creation"
    )
    encryption: Maybe[EncryptionSection] = Field(
        default=None, description="how data is encrypted by its owners, {} for not at all; fixed at creation"
    )
    result_regions: Maybe[Several[fields.ResultRegion]] = Field(
        default=None, description="the only Regions in which results may be stored; fixed at creation"
    )
    analytics_engine: Maybe[fields.Engine] = Field(
        default=None, description="the engine of the collaboration; this tool never changes it"
    )
    tags: Maybe[dict[fields.TagKey, fields.TagValue]] = Field(default=None, description=fields.TAGS)
    auto_approve: Maybe[Several[fields.AutoApprovable]] = Field(
        default=None,
        description="the whole list of change types that take effect without votes, [] for none; not managed without this key",
    )
    removed: Several[fields.Account] = Field(
        default=frozenset(), description="the accounts that are to be removed for good; they have to be out of members as well"
    )
    limits: Maybe[LimitsSection] = Field(default=None, description="how much one plan may do without being acknowledged")
    acknowledge: Several[fields.Fingerprint] = Field(
        default=frozenset(),
        description="the fingerprints of dangers that were read and are wanted, as the refusals of a preview name them",
    )
    until_notice: Maybe[fields.NoticeDays] = Field(
        default=None, description="how many days before a member's until it is announced; 30 if not given"
    )
    deadline: Maybe[fields.DeadlineDays] = Field(
        default=None, description="how many days votes may take before it becomes a warning"
    )
    paused: Maybe[bool] = Field(default=None, description="`true` to plan and show, and to do nothing")
    unmanaged: Maybe[fields.OnUnmanaged] = Field(
        default=None, description="`report` or `refuse` live settings that the file says nothing of"
    )
    cancel_requests: Several[fields.RequestId] = Field(
        default=frozenset(), description="the ids of change requests of others that this stack is to cancel"
    )


class CollaborationSection(CollaborationSettings):
    """A collaboration that this stack governs as its creator."""

    id: Maybe[fields.CollaborationId] = Field(
        default=None, description="the id of a collaboration that exists already, which is adopted as it is"
    )


class ExpectationsSection(Section):
    """What an invitation must say before it is accepted."""

    creator: Maybe[fields.Account] = Field(default=None, description="the account whose collaboration this must be")
    abilities: Maybe[Several[fields.MemberAbility]] = Field(
        default=None, description="the abilities that the invitation must give, no more and no fewer"
    )
    ml_abilities: Maybe[Several[fields.MlAbility]] = Field(
        default=None, description="the abilities in Clean Rooms ML that the invitation must give"
    )
    payer_for: Maybe[Several[fields.Cost]] = Field(default=None, description="what the invitation may ask the account to pay")
    query_log: Maybe[bool] = Field(default=None, description="whether queries must be loggable in the collaboration")
    job_log: Maybe[bool] = Field(default=None, description="whether jobs must be loggable in the collaboration")
    encryption: Maybe[EncryptionSection] = Field(
        default=None, description="how data must be encrypted in the collaboration, {} for not at all"
    )


class BucketSection(Section):
    """Where in S3 results go, and in what format."""

    bucket: fields.Bucket = Field(description="the name of the bucket that receives the results")
    result_format: fields.ResultFormat = Field(description="the format of the results, CSV or PARQUET")
    key_prefix: Maybe[fields.KeyPrefix] = Field(
        default=None, description="the prefix of the keys under which results are stored"
    )
    single_file_output: Maybe[bool] = Field(default=None, description="`true` for one file for each result")


class ResultConfigurationSection(Section):
    """Where a member's query results go (service model: MembershipProtectedQueryResultConfiguration)."""

    s3: BucketSection = Field(description="bucket and resultFormat")
    role_arn: Maybe[fields.ResultRole] = Field(default=None, description="the role that writes the results to the bucket")


class JobBucketSection(Section):
    """Where in S3 the results of jobs go."""

    bucket: fields.Bucket = Field(description="the name of the bucket that receives the results")
    result_format: Maybe[fields.ResultFormat] = Field(default=None, description="the format of the results, CSV or PARQUET")
    key_prefix: Maybe[fields.KeyPrefix] = Field(
        default=None, description="the prefix of the keys under which results are stored"
    )


class JobResultConfigurationSection(Section):
    """Where a member's job results go (service model: MembershipProtectedJobResultConfiguration)."""

    s3: JobBucketSection = Field(description="bucket, and where in it")
    role_arn: fields.ResultRole = Field(description="the role that writes the results to the bucket")


class RuleSection(Section):
    """One approve or deny rule."""

    types: Several[fields.Type] = Field(default=frozenset(), description="the types of changes")
    accounts: Several[fields.Account] = Field(default=frozenset(), description="the accounts that the changes are about")
    abilities: Several[fields.MemberAbility] = Field(default=frozenset(), description="the abilities that the changes name")
    ml_abilities: Several[fields.MlAbility] = Field(
        default=frozenset(), description="the abilities in Clean Rooms ML that the changes name"
    )
    payer_for: Several[fields.Cost] = Field(default=frozenset(), description="the cost types that the changes name")
    auto_approve: Several[fields.AutoApprovable] = Field(
        default=frozenset(), description="the change types that are to take effect without votes"
    )
    until: Maybe[fields.Day] = Field(default=None, description="the last day of the rule, in quotes")


class PinSection(Section):
    """One change request that a person has read."""

    request: fields.RequestId = Field(description="the id of the change request")
    content: fields.Fingerprint = Field(description="the fingerprint of what it asks for, as plans show it")


class ChangeRequestsSection(Section):
    """How an account votes on change requests."""

    own_plan: fields.VoteOnOwnPlan = Field(
        default=OwnPlan.WAIT,
        description="`approve` to vote for requests that do only what this file wants, `wait` to leave them to a person",
    )
    approve: Annotated[tuple[RuleSection, ...], Strict(False)] = Field(
        default=(), description="rules that vote for requests; one has to cover everything that a request changes"
    )
    deny: Annotated[tuple[RuleSection, ...], Strict(False)] = Field(
        default=(), description="rules that vote against requests; they come first, and one matching change is enough"
    )
    pinned: Annotated[tuple[PinSection, ...], Strict(False)] = Field(
        default=(), description="requests that a person has read, and that are voted for as they were"
    )


class DefaultPayerSection(Section):
    """Who pays for what a membership runs, where a command names nobody."""

    query_compute: Maybe[fields.Account] = Field(default=None, description="the account that pays for queries")
    job_compute: Maybe[fields.Account] = Field(default=None, description="the account that pays for jobs")


class MembershipSettings(Section):
    """What a membership's section and its resource's inputs have in common."""

    stand_ins: ClassVar[dict[str, object]] = {"account": NO_ACCOUNT}

    account: fields.Account = Field(description="the account that is the member, in quotes")
    expects: ExpectationsSection = Field(
        default_factory=ExpectationsSection, description="what an invitation must say before it is accepted"
    )
    query_log: Maybe[bool] = Field(default=None, description="whether this member's queries are logged in its account")
    job_log: Maybe[bool] = Field(default=None, description="whether this member's jobs are logged in its account")
    metrics: Maybe[bool] = Field(default=None, description="whether the membership is measured in CloudWatch; fixed at joining")
    default_result_configuration: Maybe[ResultConfigurationSection] = Field(
        default=None, description="where the results of queries go that name no place"
    )
    default_job_result_configuration: Maybe[JobResultConfigurationSection] = Field(
        default=None, description="where the results of jobs go that name no place"
    )
    payer_for: Maybe[Several[fields.Cost]] = Field(
        default=None,
        description="what the account accepts to pay; [] declines all, and without this key everything stays as it is",
    )
    default_payer: Maybe[DefaultPayerSection] = Field(
        default=None, description="who is charged for what crgov run starts as this membership, where the command names nobody"
    )
    change_requests: ChangeRequestsSection = Field(
        default_factory=ChangeRequestsSection, description="how the account votes on change requests"
    )
    privacy_budgets: Maybe[dict[fields.EntryKey, PrivacyBudgetSection]] = Field(
        default=None, description="the privacy budgets of the account's tables by name; not managed without this key"
    )
    acknowledge: Several[fields.Fingerprint] = Field(
        default=frozenset(),
        description="the fingerprints of dangers of the membership and its budgets that were read and are wanted",
    )
    paused: Maybe[bool] = Field(default=None, description="`true` to plan and show, and neither to join, change nor vote")
    tags: Maybe[dict[fields.TagKey, fields.TagValue]] = Field(default=None, description=fields.TAGS)


class MembershipSection(MembershipSettings):
    """A membership of an account that this stack holds."""

    stand_ins: ClassVar[dict[str, object]] = {**MembershipSettings.stand_ins, "collaboration": "none"}

    collaboration: fields.Text = Field(description="the key of a collaboration of this stack, or the id of somebody else's")
    region: Maybe[fields.Region] = Field(
        default=None, description="the Region of somebody else's collaboration, such as eu-west-1"
    )
