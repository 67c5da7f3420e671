"""What an account, a collaboration or a membership must fulfil by itself, in a stack file and in the inputs of a resource."""

from collections.abc import Collection, Iterator

from cleanrooms_governance.desired import OwnPlan
from cleanrooms_governance.errors import Finding
from cleanrooms_governance.model import CAN_QUERY, CAN_RECEIVE_RESULTS, RUNNER_ABILITIES, Ability
from cleanrooms_governance.settings.documents import encryption_document
from cleanrooms_governance.settings.fields import Section
from cleanrooms_governance.settings.places import Location
from cleanrooms_governance.settings.reading import Entry
from cleanrooms_governance.settings.sections import (
    AccountSection,
    ChangeRequestsSection,
    CollaborationSettings,
    CredentialsSection,
    MembershipSettings,
    RuleSection,
)
from cleanrooms_governance.settings.text_shapes import ENCRYPTION_SETTINGS
from cleanrooms_governance.settings.values import to_default_payers

ENDED_ENGINE = "CLEAN_ROOMS_SQL"
"""No longer available since July 2025 (service model, CreateCollaborationInput)."""

WAYS_IN = ("environment", "profile", "role")
"""The keys that each say how to act as an account."""


def ways_in(credentials: CredentialsSection) -> tuple[str, ...]:
    """Return which keys of a section say how to act as the account."""
    return tuple(way for way in WAYS_IN if getattr(credentials, way) is not None)


def account_findings(entry: Entry[AccountSection], account: str) -> Iterator[Finding]:
    """Check that an account has one way in, or one to read and one to write, or none at all."""
    section = entry.section
    ways = ways_in(section)
    apart = [key for key in ("read", "write") if getattr(section, key) is not None]
    if ways and apart:
        yield entry.finding(
            f"has {' and '.join(ways)} beside {' and '.join(apart)}: keep either one way in for everything,"
            " or read and write with one each"
        )
    elif ways or section.external_id is not None:
        yield from credentials_findings(entry, section, account)
    if section.write is not None and section.read is None and entry.is_sure("read"):
        yield entry.finding("is missing: a preview only reads, so give it credentials of its own", "read")
    for key, credentials in (("read", section.read), ("write", section.write)):
        if credentials is not None:
            yield from credentials_findings(entry, credentials, account, key)


def credentials_findings(entry: Entry[Section], credentials: CredentialsSection, account: str, *at: str) -> Iterator[Finding]:
    """Check that there is exactly one way in, and that a role is one of this account."""
    ways = ways_in(credentials)
    if not ways and entry.is_sure(*at) and credentials.external_id is None:
        yield entry.finding("says no way in: give one of environment, profile and role", *at)
    if len(ways) > 1:
        yield entry.finding(f"has {' and '.join(ways)}: keep one of them", *at)
    if credentials.external_id is not None and credentials.role is None and entry.is_sure(*at, "role"):
        yield entry.finding("goes with a role: add role or remove it", *at, "externalId")
    if credentials.role is not None:
        owner = credentials.role.split(":")[4]
        if owner != account:
            yield entry.finding(f"is a role of {owner}, which cannot act as {account}: give a role of {account}", *at, "role")


def collaboration_findings(entry: Entry[CollaborationSettings]) -> Iterator[Finding]:
    """Check the members of a collaboration: the creator among them, at most one runner of each kind, none removed as well."""
    section = entry.section
    creator = section.creator
    if not section.members and entry.is_sure("members"):
        yield entry.finding("is empty; a collaboration without members cannot be: list them, the creator too", "members")
    elif creator not in section.members and entry.is_sure("creator") and entry.is_sure("members", creator):
        yield entry.finding(
            f"{creator} is not among the members; add it under members (the creator is a member too)", "creator"
        )
    for ability in sorted(RUNNER_ABILITIES):
        holders = sorted(account for account, member in section.members.items() if ability in member.abilities)
        if len(holders) > 1:
            yield entry.finding(
                f"{ability} is given to {' and '.join(holders)}; one member alone can have it, take it from the others",
                "members",
            )
    if section.result_regions is not None and not section.result_regions and entry.is_sure("resultRegions"):
        yield entry.finding(
            "is empty, which would leave open whether results may go nowhere or anywhere: list Regions, or remove the key",
            "resultRegions",
        )
    for account in sorted(section.removed):
        if account == creator:
            yield entry.finding(
                f"{account} is the creator, which cannot be removed: take it out (a collaboration ends by deleting it)",
                "removed",
            )
        elif account in section.members:
            yield entry.finding(f"{account} is among the members as well; remove it here or there", "removed")


def creation_findings(entry: Entry[CollaborationSettings]) -> Iterator[Finding]:
    """Check what a collaboration that is to be created cannot be created with.

    Source: service model, DataEncryptionMetadata (all four are required) and AnalyticsEngine (one of them has ended).
    """
    section = entry.section
    said = encryption_document(section.encryption)
    if said and (missing := sorted(set(ENCRYPTION_SETTINGS) - said.keys())) and entry.is_sure("encryption"):
        yield entry.finding(
            f"says nothing of {', '.join(missing)}: a collaboration for encrypted data is created with all four, give each true"
            " or false",
            "encryption",
        )
    if section.analytics_engine == ENDED_ENGINE:
        yield entry.finding(
            f"{ENDED_ENGINE} has ended, so no collaboration can be created with it: write SPARK or remove the key"
            " (for a collaboration that exists, give its id)",
            "analyticsEngine",
        )


def display_name_findings(entry: Entry[CollaborationSettings], named: Collection[str], where: str) -> Iterator[Finding]:
    """Check that each member of a collaboration that is to be created has a display name.

    Parameters: ``named`` are the accounts whose name can stand in, and ``where`` says where such names are given.
    """
    for account, member in entry.section.members.items():
        sure = entry.is_sure("members", account, "displayName")
        if member.display_name is None and account not in named and sure:
            yield entry.finding(
                f"is missing, and {account} has no name under {where}: give one of the two, the collaboration"
                " is to be created with it",
                *("members", account, "displayName"),
            )


def policy_findings(entry: Entry[Section], policy: ChangeRequestsSection, *at: str) -> Iterator[Finding]:
    """Check that each deny rule can fire, and says on what: one that cannot would only look like protection."""
    for number, rule in enumerate(policy.deny):
        location: Location = (*at, "deny", number)
        if not speaks(rule) and entry.is_sure(*location):
            yield entry.finding(
                "says nothing that could be denied: list types, accounts, abilities, mlAbilities, payerFor"
                " or autoApprove, or remove the rule",
                *location,
            )
        if rule.auto_approve and (rule.accounts or rule.abilities or rule.ml_abilities or rule.payer_for):
            yield entry.finding(
                "can never fire: a change of autoApprove is about the collaboration, the rest about one account;"
                " make it two rules",
                *location,
            )


def default_payer_findings(entry: Entry[MembershipSettings]) -> Iterator[Finding]:
    """Check that ``defaultPayer`` names somebody."""
    named = entry.section.default_payer
    if named is not None and not to_default_payers(named) and entry.is_sure("defaultPayer"):
        yield entry.finding("names nobody: give an account for queryCompute or jobCompute, or remove it", "defaultPayer")


def speaks(rule: RuleSection) -> bool:
    """Whether a rule lists anything at all."""
    return any((rule.types, rule.accounts, rule.abilities, rule.ml_abilities, rule.payer_for, rule.auto_approve))


def foreign_findings(entry: Entry[MembershipSettings]) -> Iterator[Finding]:
    """Check what a membership in somebody else's collaboration needs, and that it asks for no vote on a plan it has not."""
    section = entry.section
    if section.expects.creator is None and entry.is_sure("expects", "creator"):
        yield entry.finding(
            "is missing: give the account whose collaboration this must be, an id alone does not say whose it is",
            *("expects", "creator"),
        )
    if section.change_requests.own_plan is OwnPlan.APPROVE:
        yield entry.finding(
            "approve needs a plan of this stack, and somebody else's collaboration has none here:"
            " remove it and write approve rules",
            *("changeRequests", "ownPlan"),
        )


def receiver_findings(entry: Entry[MembershipSettings], abilities: Collection[Ability]) -> Iterator[Finding]:
    """Check that a member who receives results without running queries says where they go.

    CreateMembership asks for it (inferred from acceptance tests of the Terraform provider); who can query need not say it.
    """
    if CAN_RECEIVE_RESULTS not in abilities or CAN_QUERY in abilities:
        return
    why = f"a member with {CAN_RECEIVE_RESULTS} and without {CAN_QUERY} cannot join without"
    configuration = entry.section.default_result_configuration
    if configuration is None:
        if entry.is_sure("defaultResultConfiguration"):
            advice = f"is missing: {why}, give s3 (bucket and resultFormat) and roleArn"
            yield entry.finding(advice, "defaultResultConfiguration")
    elif configuration.role_arn is None and entry.is_sure("defaultResultConfiguration", "roleArn"):
        advice = f"is missing: {why}, give the role that writes the results to the bucket"
        yield entry.finding(advice, "defaultResultConfiguration", "roleArn")
