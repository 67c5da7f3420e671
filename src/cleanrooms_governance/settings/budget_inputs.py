"""The inputs of a privacy budget: made from a stack file, and read back inside the provider."""

from collections.abc import Mapping
from typing import Any

from cleanrooms_governance.desired import Access
from cleanrooms_governance.errors import InvalidInput
from cleanrooms_governance.privacy_budgets import DesiredBudgetTemplate
from cleanrooms_governance.settings import documents as doc
from cleanrooms_governance.settings import values
from cleanrooms_governance.settings.budget_checks import budget_findings
from cleanrooms_governance.settings.input_sections import PrivacyBudgetInputs
from cleanrooms_governance.settings.inputs import access_findings, access_from, access_of, given_by_program, names_of
from cleanrooms_governance.settings.places import Source, in_order
from cleanrooms_governance.settings.reading import read_section
from cleanrooms_governance.settings.stack_file import StackFile


def budget_inputs(stack_file: StackFile, key: str, name: str, owner_prefix: str) -> dict[str, Any]:
    """Return the complete inputs of a PrivacyBudgetTemplate resource.

    ``collaboration`` is empty for a collaboration of this stack: the program passes the resource's id.

    Parameters: ``key`` is that of the membership, ``name`` that of the budget; ``owner_prefix`` is ``<project>/<stack>``.
    """
    section = stack_file.memberships[key]
    own = stack_file.collaborations.get(section.collaboration)
    return doc.without_none(
        {
            "key": f"{key}/{name}",
            "owner": f"{owner_prefix}/{key}/{name}",
            "account": section.account,
            "region": own.region if own else section.region,
            "collaboration": "" if own else section.collaboration,
            **doc.budget_document((section.privacy_budgets or {})[name]),
            "acknowledge": sorted(section.acknowledge),
            "paused": section.paused or None,
            "access": doc.access_document(access_of(stack_file, section.account)),
            "names": names_of(stack_file, {section.account, *((own.creator, *own.members) if own else ())}),
        }
    )


def parse_budget_inputs(inputs: Mapping[str, Any]) -> tuple[DesiredBudgetTemplate, Access]:
    """Return what a PrivacyBudgetTemplate resource asks for, and the member's access.

    Raises ``InvalidInput`` with everything that is wrong with the inputs, whoever made them.
    """
    entry, findings = read_section(PrivacyBudgetInputs, given_by_program(inputs), Source())
    if entry:
        section = entry.section
        findings += budget_findings(entry, section, section.account)
        findings += access_findings(entry, section.access, section.account, "account", "access")
    if findings or entry is None:
        raise InvalidInput(in_order(findings))
    section = entry.section
    key, _, name = section.key.partition("/")
    desired = DesiredBudgetTemplate(
        key=key,
        name=name,
        owner=section.owner,
        account=section.account,
        collaboration=section.collaboration or None,
        region=section.region,
        declared=values.to_budget(section),
        acknowledge=section.acknowledge,
        paused=bool(section.paused),
        names=dict(sorted(section.names.items())),
    )
    return desired, access_from(section.access)
