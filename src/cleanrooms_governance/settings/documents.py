"""Sections as the inputs of resources: JSON-able, in one order, whatever the order of the file.

Every list of the stack file is a set to us, rules included, so all are sorted: an edit that only moves things is no change.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.settings.budget_sections import PrivacyBudgetSection
from cleanrooms_governance.settings.sections import (
    ChangeRequestsSection,
    DefaultPayerSection,
    EncryptionSection,
    ExpectationsSection,
    JobResultConfigurationSection,
    LimitsSection,
    MemberSection,
    ResultConfigurationSection,
    RuleSection,
)

Document = dict[str, Any]


def access_document(access: Access) -> Document:
    """Return the ways into an account; no ``write`` for one that may only be read."""
    return without_none(
        {
            "account": access.account,
            "read": credentials_document(access.read),
            "write": credentials_document(access.write) if access.write else None,
        }
    )


def credentials_document(credentials: Credentials) -> Document:
    """Return one way in."""
    return without_none(
        {
            "environment": credentials.environment or None,
            "profile": credentials.profile,
            "role": credentials.role,
            "externalId": credentials.external_id,
        }
    )


def members_document(members: Mapping[Any, MemberSection]) -> Document:
    """Return the members by account id."""
    return {
        account: without_none(
            {
                "displayName": member.display_name,
                "abilities": sorted(member.abilities),
                "mlAbilities": sorted_or_none(member.ml_abilities),
                "payerFor": sorted_or_none(member.payer_for),
                "until": member.until.isoformat() if member.until else None,
                "why": member.why,
            }
        )
        for account, member in sorted(members.items())
    }


def limits_document(section: LimitsSection | None) -> Document | None:
    """Return the limits that the file gives."""
    if section is None:
        return None
    return without_none({"removals": section.removals, "removalShare": section.removal_share})


def expectations_document(section: ExpectationsSection) -> Document:
    """Return what an invitation must say."""
    return without_none(
        {
            "creator": section.creator,
            "abilities": sorted_or_none(section.abilities),
            "mlAbilities": sorted_or_none(section.ml_abilities),
            "payerFor": sorted_or_none(section.payer_for),
            "queryLog": section.query_log,
            "jobLog": section.job_log,
            "encryption": encryption_document(section.encryption),
        }
    )


def encryption_document(section: EncryptionSection | None) -> Document | None:
    """Return the encryption by the service's names, or nothing where the file is silent about it."""
    if section is None:
        return None
    return without_none(
        {
            "allowCleartext": section.allow_cleartext,
            "allowDuplicates": section.allow_duplicates,
            "allowJoinsOnColumnsWithDifferentNames": section.allow_joins_on_columns_with_different_names,
            "preserveNulls": section.preserve_nulls,
        }
    )


def result_configuration_document(section: ResultConfigurationSection) -> Document:
    """Return where results go, in the form of the stack file."""
    bucket = {
        "bucket": section.s3.bucket,
        "keyPrefix": section.s3.key_prefix,
        "resultFormat": section.s3.result_format,
        "singleFileOutput": section.s3.single_file_output,
    }
    return without_none({"s3": without_none(bucket), "roleArn": section.role_arn})


def job_result_configuration_document(section: JobResultConfigurationSection) -> Document:
    """Return where the results of jobs go, in the form of the stack file."""
    bucket = {"bucket": section.s3.bucket, "keyPrefix": section.s3.key_prefix, "resultFormat": section.s3.result_format}
    return {"s3": without_none(bucket), "roleArn": section.role_arn}


def default_payer_document(section: DefaultPayerSection | None) -> Document | None:
    """Return who pays by default, by cost type, or nothing where the file is silent about it."""
    if section is None:
        return None
    return without_none({"queryCompute": section.query_compute, "jobCompute": section.job_compute})


def policy_document(section: ChangeRequestsSection) -> Document:
    """Return how an account votes, all keys given but the pins, which are only there while a request is."""
    pinned = sorted({(pin.request, pin.content) for pin in section.pinned})
    pins = {"pinned": [{"request": request, "content": content} for request, content in pinned]} if pinned else {}
    return {
        "ownPlan": str(section.own_plan),
        "approve": [rule_document(rule) for rule in in_rule_order(section.approve)],
        "deny": [rule_document(rule) for rule in in_rule_order(section.deny)],
        **pins,
    }


def budgets_document(sections: Mapping[str, PrivacyBudgetSection] | None) -> Document | None:
    """Return the privacy budgets of a membership by name, or nothing where the file is silent about them.

    ``warnBelow`` is left out: the resource of each budget warns, and the membership need not read what is left.
    """
    if sections is None:
        return None
    silent = {name: section.model_copy(update={"warn_below": None}) for name, section in sections.items()}
    return {name: budget_document(section) for name, section in sorted(silent.items())}


def budget_document(section: PrivacyBudgetSection) -> Document:
    """Return one privacy budget, its amounts in the order of their periods."""
    amounts = [
        without_none({"type": str(each.type), "budget": each.budget, "autoRefresh": _word(each.auto_refresh)})
        for each in sorted(section.budgets or (), key=lambda amount: amount.type)
    ]
    return without_none(
        {
            "type": str(section.type),
            "epsilon": section.epsilon,
            "usersNoisePerQuery": section.users_noise_per_query,
            "autoRefresh": _word(section.auto_refresh),
            "resource": section.resource,
            "budgets": amounts or None,
            "warnBelow": None if section.warn_below is None else f"{section.warn_below}%",
            "tags": None if section.tags is None else dict(sorted(section.tags.items())),
        }
    )


def _word(value: str | None) -> str | None:
    """Return a value of an enumeration as a plain text."""
    return None if value is None else str(value)


def rule_document(section: RuleSection) -> Document:
    """Return one rule, with the keys that list something."""
    lists: dict[str, Iterable[str]] = {
        "types": section.types,
        "accounts": section.accounts,
        "abilities": section.abilities,
        "mlAbilities": section.ml_abilities,
        "payerFor": section.payer_for,
        "autoApprove": section.auto_approve,
    }
    document: Document = {key: sorted(map(str, values)) for key, values in lists.items() if values}
    if section.until:
        document["until"] = section.until.isoformat()
    return document


def in_rule_order(rules: Iterable[RuleSection]) -> list[RuleSection]:
    """Return rules in the order of what they say."""
    return sorted(rules, key=lambda rule: json.dumps(rule_document(rule), sort_keys=True))


def sorted_or_none(values: Iterable[str] | None) -> list[str] | None:
    """Return values sorted, or nothing where the file is silent about them."""
    return None if values is None else sorted(map(str, values))


def without_none(document: Mapping[str, object]) -> Document:
    """Return a document without the keys that the file is silent about."""
    return {key: value for key, value in document.items() if value is not None}
