"""The inputs of the two resources: made from a stack file, and read back inside the provider."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cleanrooms_governance.desired import NOTICE, Access, DesiredCollaboration, DesiredMembership, Unmanaged
from cleanrooms_governance.errors import Finding, InvalidInput
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.settings import budget_checks, checks, values
from cleanrooms_governance.settings import documents as doc
from cleanrooms_governance.settings.fields import Section
from cleanrooms_governance.settings.input_sections import AccessSection, CollaborationInputs, MembershipInputs
from cleanrooms_governance.settings.places import Source, in_order
from cleanrooms_governance.settings.reading import Entry, read_section
from cleanrooms_governance.settings.sections import ChangeRequestsSection
from cleanrooms_governance.settings.stack_file import StackFile

_COMPUTED = frozenset({"plan", "fingerprint", "refused", "collaborationId"})
"""Inputs that the provider adds to what a program gave."""


def collaboration_inputs(stack_file: StackFile, key: str, owner_prefix: str) -> dict[str, Any]:
    """Return the complete inputs of a Collaboration resource.

    Parameters: ``owner_prefix`` is ``<project>/<stack>``.
    """
    section = stack_file.collaborations[key]
    memberships = {
        membership.account: membership for membership in stack_file.memberships.values() if membership.collaboration == key
    }
    voters = {
        account: doc.without_none(
            {
                "access": doc.access_document(access),
                "changeRequests": doc.policy_document(memberships[account].change_requests),
                "paused": memberships[account].paused or None,
            }
        )
        for account in sorted(memberships)
        if (access := stack_file.accounts[account].access) and access.write
    }
    concerned = {section.creator, *section.members, *section.removed}
    for account in voters:
        concerned |= _named_in(memberships[account].change_requests)
    return doc.without_none(
        {
            "key": key,
            "owner": f"{owner_prefix}/{key}",
            "previously": sorted(section.previously) or None,
            "name": section.name or (None if section.id else key),
            "creator": section.creator,
            "region": section.region,
            "adopt": section.id or "",
            "description": section.description,
            "queryLog": section.query_log,
            "jobLog": section.job_log,
            "metrics": section.metrics,
            "encryption": doc.encryption_document(section.encryption),
            "resultRegions": doc.sorted_or_none(section.result_regions),
            "analyticsEngine": section.analytics_engine,
            "tags": None if section.tags is None else dict(sorted(section.tags.items())),
            "autoApprove": doc.sorted_or_none(section.auto_approve),
            "members": doc.members_document(section.members),
            "removed": sorted(section.removed),
            "limits": doc.limits_document(section.limits),
            "acknowledge": sorted(section.acknowledge),
            "untilNotice": section.until_notice,
            "deadline": section.deadline,
            "paused": section.paused or None,
            "unmanaged": str(section.unmanaged) if section.unmanaged else None,
            "cancelRequests": sorted(section.cancel_requests) or None,
            "budgetOwners": sorted(owners) if (owners := _budget_owners(stack_file, key)) is not None else None,
            "access": doc.access_document(access_of(stack_file, section.creator)),
            "voters": voters,
            "names": names_of(stack_file, concerned),
        }
    )


def _budget_owners(stack_file: StackFile, key: str) -> set[AccountId] | None:
    """Return whose privacy budgets the file declares in a collaboration; nothing where it speaks of none there."""
    memberships = [each for each in stack_file.memberships.values() if each.collaboration == key]
    if all(each.privacy_budgets is None for each in memberships):
        return None
    return {each.account for each in memberships if each.privacy_budgets is not None}


def membership_inputs(stack_file: StackFile, key: str, owner_prefix: str) -> dict[str, Any]:
    """Return the complete inputs of a Membership resource.

    ``collaboration`` is empty for a collaboration of this stack: the program passes the resource's id.

    Parameters: ``owner_prefix`` is ``<project>/<stack>``.
    """
    section = stack_file.memberships[key]
    own = stack_file.collaborations.get(section.collaboration)
    concerned = {section.account, *_named_in(section.change_requests)}
    if section.expects.creator:
        concerned.add(section.expects.creator)
    if own:
        concerned |= {own.creator, *own.members}
    results, job_results = section.default_result_configuration, section.default_job_result_configuration
    return doc.without_none(
        {
            "key": key,
            "owner": f"{owner_prefix}/{key}",
            "account": section.account,
            "region": own.region if own else section.region,
            "collaboration": "" if own else section.collaboration,
            "foreign": own is None,
            "expects": doc.expectations_document(section.expects),
            "queryLog": section.query_log,
            "jobLog": section.job_log,
            "metrics": section.metrics,
            "defaultResultConfiguration": doc.result_configuration_document(results) if results else None,
            "defaultJobResultConfiguration": doc.job_result_configuration_document(job_results) if job_results else None,
            "payerFor": doc.sorted_or_none(section.payer_for),
            "defaultPayer": doc.default_payer_document(section.default_payer),
            "changeRequests": doc.policy_document(section.change_requests),
            "privacyBudgets": doc.budgets_document(section.privacy_budgets),
            "acknowledge": sorted(section.acknowledge),
            "paused": section.paused or None,
            "tags": None if section.tags is None else dict(sorted(section.tags.items())),
            "access": doc.access_document(access_of(stack_file, section.account)),
            "names": names_of(stack_file, concerned),
        }
    )


def parse_collaboration_inputs(
    inputs: Mapping[str, Any],
) -> tuple[DesiredCollaboration, Access, Mapping[AccountId, Access]]:
    """Return what a Collaboration resource asks for, the creator's access, and the voters' access by account.

    Raises ``InvalidInput`` with everything that is wrong with the inputs, whoever made them.
    """
    entry, findings = read_section(CollaborationInputs, given_by_program(inputs), Source())
    if entry:
        findings += checks.collaboration_findings(entry)
        if entry.section.adopt == "" and entry.is_sure("adopt"):
            findings += checks.display_name_findings(entry, entry.section.names, "names")
            findings += checks.creation_findings(entry)
        findings += access_findings(entry, entry.section.access, entry.section.creator, "creator", "access")
        findings += _voter_findings(entry)
    if findings or entry is None:
        raise InvalidInput(in_order(findings))
    section = entry.section
    voters = sorted(section.voters.items())
    desired = DesiredCollaboration(
        key=section.key,
        owner=section.owner,
        name=section.name or (None if section.adopt else section.key),
        creator=section.creator,
        region=section.region,
        members=values.to_members(section.members),
        id=section.adopt or None,
        former_owners=frozenset(f"{section.owner.rpartition('/')[0]}/{key}" for key in section.previously),
        description=section.description,
        query_log=section.query_log,
        job_log=section.job_log,
        metrics=section.metrics,
        encryption=doc.encryption_document(section.encryption),
        result_regions=section.result_regions,
        analytics_engine=section.analytics_engine,
        tags=section.tags,
        auto_approve=section.auto_approve,
        removed=section.removed,
        limits=values.to_limits(section.limits),
        acknowledge=section.acknowledge,
        until_notice=NOTICE if section.until_notice is None else section.until_notice,
        deadline=section.deadline,
        paused=bool(section.paused),
        unmanaged=section.unmanaged or Unmanaged.REPORT,
        cancel_requests=section.cancel_requests,
        voters={account: values.to_policy(voter.change_requests, paused=bool(voter.paused)) for account, voter in voters},
        names=dict(sorted(section.names.items())),
        budget_owners=section.budget_owners,
    )
    return desired, access_from(section.access), {account: access_from(voter.access) for account, voter in voters}


def parse_membership_inputs(inputs: Mapping[str, Any]) -> tuple[DesiredMembership, Access]:
    """Return what a Membership resource asks for, and the member's access.

    Raises ``InvalidInput`` with everything that is wrong with the inputs, whoever made them.
    """
    entry, findings = read_section(MembershipInputs, given_by_program(inputs), Source())
    if entry:
        section = entry.section
        findings += checks.policy_findings(entry, section.change_requests, "changeRequests")
        findings += checks.default_payer_findings(entry)
        findings += budget_checks.membership_budget_findings(entry, section.key)
        findings += access_findings(entry, section.access, section.account, "account", "access")
        if section.foreign:
            findings += _foreign_findings(entry)
    if findings or entry is None:
        raise InvalidInput(in_order(findings))
    section = entry.section
    desired = DesiredMembership(
        key=section.key,
        owner=section.owner,
        account=section.account,
        collaboration=section.collaboration or None,
        region=section.region,
        foreign=section.foreign,
        expects=values.to_expectations(section.expects),
        query_log=section.query_log,
        job_log=section.job_log,
        metrics=section.metrics,
        result_configuration=values.to_result_configuration(section.default_result_configuration),
        job_result_configuration=values.to_job_result_configuration(section.default_job_result_configuration),
        payer_for=section.payer_for,
        default_payer=values.to_default_payers(section.default_payer),
        policy=values.to_policy(section.change_requests, paused=bool(section.paused)),
        acknowledge=section.acknowledge,
        paused=bool(section.paused),
        tags=section.tags,
        budgets=values.to_budgets(section.privacy_budgets),
        names=dict(sorted(section.names.items())),
    )
    return desired, access_from(section.access)


def given_by_program(value: Any, depth: int = 0) -> Any:
    """Return what a program gave: without what the provider and the engine add, and without keys that have no value."""
    if isinstance(value, Mapping):
        return {
            key: given_by_program(each, depth + 1)
            for key, each in value.items()
            if each is not None and not (depth == 0 and (key in _COMPUTED or str(key).startswith("__")))
        }
    if isinstance(value, list | tuple):
        return [given_by_program(each, depth + 1) for each in value]
    return value


def access_findings(entry: Entry[Section], access: AccessSection, account: str, key: str, *at: str) -> Iterator[Finding]:
    """Check that the ways in lead into the account that this is about, which stands under ``key``."""
    if access.account != account and entry.is_sure(*at, "account") and entry.is_sure(key):
        yield entry.finding(f"is {access.account}, but must be {account}: give the access of {account}", *at, "account")
    owner = access.account if entry.is_sure(*at, "account") else account
    for way, credentials in (("read", access.read), ("write", access.write)):
        if credentials is not None and entry.is_sure(*at, way):
            yield from checks.credentials_findings(entry, credentials, owner, *at, way)


def _voter_findings(entry: Entry[CollaborationInputs]) -> Iterator[Finding]:
    for account, voter in entry.section.voters.items():
        at = ("voters", account)
        yield from access_findings(entry, voter.access, account, at[0], *at, "access")
        yield from checks.policy_findings(entry, voter.change_requests, *at, "changeRequests")
        if voter.access.write is None and entry.is_sure(*at):
            yield entry.finding("is missing: who votes must be able to write", *at, "access", "write")


def _foreign_findings(entry: Entry[MembershipInputs]) -> Iterator[Finding]:
    section = entry.section
    if section.collaboration == "" and entry.is_sure("collaboration"):
        yield entry.finding("is missing: give the id of somebody else's collaboration", "collaboration")
    yield from checks.foreign_findings(entry)
    if section.access.write is not None and entry.is_sure("expects", "abilities"):
        yield from checks.receiver_findings(entry, section.expects.abilities or ())


def access_of(stack_file: StackFile, account: AccountId) -> Access:
    """Return the ways into an account that this stack holds."""
    access = stack_file.accounts[account].access
    if access is None:
        raise LookupError(f"{account} has no access, though load() refuses such a stack file")
    return access


def access_from(section: AccessSection) -> Access:
    """Return the ways in that the inputs of a resource give."""
    return values.to_access(section.account, section.read, section.write)


def _named_in(policy: ChangeRequestsSection) -> set[AccountId]:
    return {account for rule in (*policy.approve, *policy.deny) for account in rule.accounts}


def names_of(stack_file: StackFile, concerned: Iterable[AccountId]) -> dict[AccountId, str]:
    """Return the names that the file gives to accounts."""
    return {
        account: known.name
        for account in sorted(concerned)
        if (known := stack_file.accounts.get(account)) is not None and known.name is not None
    }
