"""Sections as the values that plans are made from."""

from collections.abc import Mapping
from typing import Any

from cleanrooms_governance.desired import (
    Access,
    Account,
    Credentials,
    DesiredMember,
    Expectations,
    Limits,
    Pin,
    Rule,
    VotingPolicy,
)
from cleanrooms_governance.model import AccountId, CostType
from cleanrooms_governance.privacy_budgets import (
    Allowance,
    BudgetType,
    DeclaredBudget,
    PrivacyParameters,
    Wanted,
    WantedAccess,
    WantedPrivacy,
)
from cleanrooms_governance.settings.budget_sections import PrivacyBudgetSection
from cleanrooms_governance.settings.documents import encryption_document, in_rule_order, without_none
from cleanrooms_governance.settings.sections import (
    AccountSection,
    ChangeRequestsSection,
    CredentialsSection,
    DefaultPayerSection,
    ExpectationsSection,
    JobResultConfigurationSection,
    LimitsSection,
    MemberSection,
    ResultConfigurationSection,
    RuleSection,
)


def to_account(account: AccountId, section: AccountSection) -> Account:
    """Return an account with its one way in, its two, the one that only reads, or none."""
    access = None
    if section.read:
        access = to_access(account, section.read, section.write)
    elif section.environment or section.profile or section.role:
        access = to_access(account, section, section)
    return Account(account, section.name, access)


def to_access(account: AccountId, read: CredentialsSection, write: CredentialsSection | None) -> Access:
    """Return the ways into an account."""
    return Access(account, to_credentials(read), to_credentials(write) if write else None)


def to_credentials(section: CredentialsSection) -> Credentials:
    """Return one way in."""
    return Credentials(bool(section.environment), section.profile, section.role, section.external_id)


def to_members(sections: Mapping[AccountId, MemberSection]) -> dict[AccountId, DesiredMember]:
    """Return the members by account, sorted."""
    return {
        account: DesiredMember(
            account=account,
            abilities=section.abilities,
            display_name=section.display_name,
            ml_abilities=section.ml_abilities,
            payer_for=section.payer_for,
            until=section.until,
            why=section.why,
        )
        for account, section in sorted(sections.items())
    }


def to_limits(section: LimitsSection | None) -> Limits:
    """Return the limits, by default those of ``Limits``."""
    standard = Limits()
    if section is None:
        return standard
    return Limits(
        removals=standard.removals if section.removals is None else section.removals,
        removal_share=standard.removal_share if section.removal_share is None else section.removal_share,
    )


def to_expectations(section: ExpectationsSection) -> Expectations:
    """Return what an invitation must say."""
    return Expectations(
        creator=section.creator,
        abilities=section.abilities,
        ml_abilities=section.ml_abilities,
        payer_for=section.payer_for,
        query_log=section.query_log,
        job_log=section.job_log,
        encryption=encryption_document(section.encryption),
    )


def to_default_payers(section: DefaultPayerSection | None) -> dict[CostType, AccountId]:
    """Return who pays by default, by cost type."""
    if section is None:
        return {}
    given = {CostType.QUERY_COMPUTE: section.query_compute, CostType.JOB_COMPUTE: section.job_compute}
    return {cost: account for cost, account in given.items() if account is not None}


def to_policy(section: ChangeRequestsSection, *, paused: bool = False) -> VotingPolicy:
    """Return how an account votes; the order of rules means nothing, so they have one of their own.

    Parameters: ``paused`` says that the membership rests, and so does not vote.
    """
    return VotingPolicy(
        section.own_plan,
        tuple(to_rule(rule) for rule in in_rule_order(section.approve)),
        tuple(to_rule(rule) for rule in in_rule_order(section.deny)),
        tuple(sorted({Pin(pin.request, pin.content) for pin in section.pinned})),
        paused,
    )


def to_rule(section: RuleSection) -> Rule:
    """Return one rule."""
    return Rule(
        types=section.types,
        accounts=section.accounts,
        abilities=section.abilities,
        ml_abilities=section.ml_abilities,
        payer_for=section.payer_for,
        auto_approve=section.auto_approve,
        until=section.until,
    )


def to_result_configuration(section: ResultConfigurationSection | None) -> dict[str, Any] | None:
    """Return the service's document (service model: MembershipProtectedQueryResultConfiguration)."""
    if section is None:
        return None
    bucket = {
        "resultFormat": section.s3.result_format,
        "bucket": section.s3.bucket,
        "keyPrefix": section.s3.key_prefix,
        "singleFileOutput": section.s3.single_file_output,
    }
    return without_none({"outputConfiguration": {"s3": without_none(bucket)}, "roleArn": section.role_arn})


def to_job_result_configuration(section: JobResultConfigurationSection | None) -> dict[str, Any] | None:
    """Return the service's document (service model: MembershipProtectedJobResultConfiguration)."""
    if section is None:
        return None
    bucket = {"resultFormat": section.s3.result_format, "bucket": section.s3.bucket, "keyPrefix": section.s3.key_prefix}
    return {"outputConfiguration": {"s3": without_none(bucket)}, "roleArn": section.role_arn}


def to_budgets(sections: Mapping[str, PrivacyBudgetSection] | None) -> dict[str, DeclaredBudget] | None:
    """Return the privacy budgets of a membership by name, or ``None`` where nothing is said of them."""
    return None if sections is None else {name: to_budget(section) for name, section in sorted(sections.items())}


def to_budget(section: PrivacyBudgetSection) -> DeclaredBudget:
    """Return one privacy budget; the section has what its type needs."""
    return DeclaredBudget(_to_wanted(section), section.tags, section.warn_below)


def _to_wanted(section: PrivacyBudgetSection) -> Wanted:
    if section.type is BudgetType.DIFFERENTIAL_PRIVACY:
        epsilon, noise, refresh = section.epsilon, section.users_noise_per_query, section.auto_refresh
        if epsilon is None or noise is None or refresh is None:
            raise LookupError("a differential privacy budget lacks what its checks demand")
        return WantedPrivacy(PrivacyParameters(epsilon, noise), refresh)
    if section.resource is None or section.budgets is None:
        raise LookupError("an access budget lacks what its checks demand")
    allowances = {each.type: Allowance(each.budget, each.auto_refresh) for each in section.budgets}
    return WantedAccess(section.resource, dict(sorted(allowances.items())))
