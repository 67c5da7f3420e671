"""How are one account's privacy budgets read and written through the AWS SDK?"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from cleanrooms_governance.aws import decode_budgets
from cleanrooms_governance.aws.calls import Answer
from cleanrooms_governance.aws.encode import Parameters
from cleanrooms_governance.privacy_budgets import (
    Allowance,
    BudgetedTable,
    BudgetTemplate,
    BudgetType,
    PrivacyBudget,
    PrivacyParameters,
    TemplateRefresh,
    TemplateSummary,
)

T = TypeVar("T")


class BudgetOperations(ABC):
    """Implements ``budget_service.BudgetReads`` and ``BudgetWrites`` for a class that sends."""

    def own_budget_templates(self, membership_id: str) -> tuple[TemplateSummary, ...]:
        """List the privacy budget templates of one of this account's memberships."""
        return self._pages(
            "ListPrivacyBudgetTemplates",
            {"membershipIdentifier": membership_id},
            lambda answer: map(decode_budgets.template_summary, answer["privacyBudgetTemplateSummaries"]),
        )

    def budget_template(self, membership_id: str, template_id: str) -> BudgetTemplate:
        """Read one template of one of this account's memberships."""
        return self._read(
            "GetPrivacyBudgetTemplate",
            {"membershipIdentifier": membership_id, "privacyBudgetTemplateIdentifier": template_id},
            lambda answer: decode_budgets.own_template(answer["privacyBudgetTemplate"]),
        )

    def shared_budget_template(self, collaboration_id: str, template_id: str) -> BudgetTemplate:
        """Read one template of any member."""
        return self._read(
            "GetCollaborationPrivacyBudgetTemplate",
            {"collaborationIdentifier": collaboration_id, "privacyBudgetTemplateIdentifier": template_id},
            lambda answer: decode_budgets.shared_template(answer["collaborationPrivacyBudgetTemplate"]),
        )

    def budgets(self, membership_id: str, type_: BudgetType, table: str | None = None) -> tuple[PrivacyBudget, ...]:
        """List what is left of the budgets of one of this account's memberships."""
        parameters: Parameters = {"membershipIdentifier": membership_id, "privacyBudgetType": str(type_)}
        if table is not None:
            parameters["accessBudgetResourceArn"] = table
        return self._pages(
            "ListPrivacyBudgets",
            parameters,
            lambda answer: map(decode_budgets.own_budget, answer["privacyBudgetSummaries"]),
        )

    def shared_budgets(self, collaboration_id: str, type_: BudgetType) -> tuple[PrivacyBudget, ...]:
        """List what is left of the budgets of all members."""
        return self._pages(
            "ListCollaborationPrivacyBudgets",
            {"collaborationIdentifier": collaboration_id, "privacyBudgetType": str(type_)},
            lambda answer: map(decode_budgets.shared_budget, answer["collaborationPrivacyBudgetSummaries"]),
        )

    def privacy_impact(self, membership_id: str, parameters: PrivacyParameters) -> Mapping[str, int]:
        """Ask how many aggregations of each kind a whole budget with these parameters allows."""
        return self._read(
            "PreviewPrivacyImpact",
            {"membershipIdentifier": membership_id, "parameters": _privacy(parameters)},
            lambda answer: decode_budgets.impact(answer["privacyImpact"]),
        )

    def associated_tables(self, membership_id: str) -> tuple[BudgetedTable, ...]:
        """List the tables that one of this account's memberships has associated."""
        return self._pages(
            "ListConfiguredTableAssociations",
            {"membershipIdentifier": membership_id},
            lambda answer: map(decode_budgets.associated_table, answer["configuredTableAssociationSummaries"]),
        )

    def intermediate_tables(self, membership_id: str) -> tuple[BudgetedTable, ...]:
        """List the intermediate tables of one of this account's memberships."""
        return self._pages(
            "ListIntermediateTables",
            {"membershipIdentifier": membership_id},
            lambda answer: map(decode_budgets.intermediate_table, answer["intermediateTableSummaries"]),
        )

    def create_privacy_template(
        self, membership_id: str, parameters: PrivacyParameters, refresh: TemplateRefresh, tags: Mapping[str, str]
    ) -> str:
        """Set the collaboration's differential privacy."""
        about: Parameters = {"privacyBudgetType": str(BudgetType.DIFFERENTIAL_PRIVACY), "autoRefresh": str(refresh)}
        return self._create(membership_id, {**about, "parameters": _privacy(parameters)}, tags)

    def create_access_template(
        self, membership_id: str, table: str, allowances: Mapping[str, Allowance], tags: Mapping[str, str]
    ) -> str:
        """Limit the use of a table; each amount says by itself whether it is renewed."""
        limits = {"budgetParameters": _allowances(allowances), "resourceArn": table}
        about: Parameters = {"privacyBudgetType": str(BudgetType.ACCESS_BUDGET), "parameters": {"accessBudget": limits}}
        return self._create(membership_id, about, tags)

    def _create(self, membership_id: str, about: Parameters, tags: Mapping[str, str]) -> str:
        parameters = {"membershipIdentifier": membership_id, **about, **({"tags": dict(tags)} if tags else {})}
        return self._write("CreatePrivacyBudgetTemplate", parameters, lambda answer: str(answer["privacyBudgetTemplate"]["id"]))

    def update_privacy_template(self, membership_id: str, template_id: str, parameters: PrivacyParameters) -> None:
        """Change epsilon and noise, both of which are given."""
        self._update(membership_id, template_id, BudgetType.DIFFERENTIAL_PRIVACY, _privacy(parameters))

    def update_access_template(self, membership_id: str, template_id: str, allowances: Mapping[str, Allowance]) -> None:
        """Replace all amounts."""
        limits = {"accessBudget": {"budgetParameters": _allowances(allowances)}}
        self._update(membership_id, template_id, BudgetType.ACCESS_BUDGET, limits)

    def _update(self, membership_id: str, template_id: str, type_: BudgetType, parameters: Parameters) -> None:
        about = {"membershipIdentifier": membership_id, "privacyBudgetTemplateIdentifier": template_id}
        self._write(
            "UpdatePrivacyBudgetTemplate",
            {**about, "privacyBudgetType": str(type_), "parameters": parameters},
            lambda answer: answer["privacyBudgetTemplate"],
        )

    def delete_budget_template(self, membership_id: str, template_id: str) -> None:
        """Delete a template."""
        about = {"membershipIdentifier": membership_id, "privacyBudgetTemplateIdentifier": template_id}
        self._write("DeletePrivacyBudgetTemplate", about, lambda answer: None)

    @abstractmethod
    def _read(self, operation: str, parameters: Parameters, decoded: Callable[[Answer], T]) -> T: ...

    @abstractmethod
    def _pages(self, operation: str, parameters: Parameters, decoded: Callable[[Answer], Iterable[T]]) -> tuple[T, ...]: ...

    @abstractmethod
    def _write(self, operation: str, parameters: Parameters, decoded: Callable[[Answer], T]) -> T: ...


def _privacy(parameters: PrivacyParameters) -> Parameters:
    return {"differentialPrivacy": {"epsilon": parameters.epsilon, "usersNoisePerQuery": parameters.users_noise}}


def _allowances(allowances: Mapping[str, Allowance]) -> list[Parameters]:
    """Write BudgetParameters; what is not renewed by itself says nothing of it (LIFETIME)."""
    return [
        {"type": str(period), "budget": each.uses, **({"autoRefresh": each.auto_refresh} if each.auto_refresh else {})}
        for period, each in sorted(allowances.items())
    ]
