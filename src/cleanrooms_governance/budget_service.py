"""The part of the port to AWS that is about privacy budgets; see ``service``."""

from collections.abc import Mapping
from typing import Protocol

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


class BudgetReads(Protocol):
    """What one account sees of privacy budgets in one Region."""

    def own_budget_templates(self, membership_id: str) -> tuple[TemplateSummary, ...]:
        """List the privacy budget templates of one of this account's memberships."""

    def budget_template(self, membership_id: str, template_id: str) -> BudgetTemplate:
        """Read one template of one of this account's memberships; its tags are a call of their own."""

    def shared_budget_template(self, collaboration_id: str, template_id: str) -> BudgetTemplate:
        """Read one template of any member."""

    def budgets(self, membership_id: str, type_: BudgetType, table: str | None = None) -> tuple[PrivacyBudget, ...]:
        """List what is left of the budgets of one of this account's memberships, all or those of the table with this ARN."""

    def shared_budgets(self, collaboration_id: str, type_: BudgetType) -> tuple[PrivacyBudget, ...]:
        """List what is left of the budgets of all members."""

    def privacy_impact(self, membership_id: str, parameters: PrivacyParameters) -> Mapping[str, int]:
        """Ask how many aggregations of each kind a whole budget with these parameters allows; changes nothing."""

    def associated_tables(self, membership_id: str) -> tuple[BudgetedTable, ...]:
        """List the tables that one of this account's memberships has associated."""

    def intermediate_tables(self, membership_id: str) -> tuple[BudgetedTable, ...]:
        """List the intermediate tables of one of this account's memberships."""


class BudgetWrites(Protocol):
    """What one account changes about its privacy budgets in one Region."""

    def create_privacy_template(
        self, membership_id: str, parameters: PrivacyParameters, refresh: TemplateRefresh, tags: Mapping[str, str]
    ) -> str:
        """Set the collaboration's differential privacy and return the template's id.

        Sent once; ``AnswerLost`` means that it may exist.
        """

    def create_access_template(
        self, membership_id: str, table: str, allowances: Mapping[str, Allowance], tags: Mapping[str, str]
    ) -> str:
        """Limit the use of the table with this ARN and return the template's id.

        Sent once; ``AnswerLost`` means that it may exist.
        """

    def update_privacy_template(self, membership_id: str, template_id: str, parameters: PrivacyParameters) -> None:
        """Change epsilon and noise. Sent once; ``AnswerLost`` means that they may have changed."""

    def update_access_template(self, membership_id: str, template_id: str, allowances: Mapping[str, Allowance]) -> None:
        """Replace all amounts, which resets the balance. Sent once; ``AnswerLost`` means that it may have been reset."""

    def delete_budget_template(self, membership_id: str, template_id: str) -> None:
        """Delete a template. Sent once; ``AnswerLost`` means that it may be gone."""
