"""Reads that are made once a process, whoever asks for them first."""

import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from typing import TypeVar, cast

from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, Membership
from cleanrooms_governance.privacy_budgets import (
    BudgetedTable,
    BudgetTemplate,
    BudgetType,
    PrivacyBudget,
    PrivacyParameters,
    TemplateSummary,
)
from cleanrooms_governance.seen import DerivedTable, RunningAnalysis, SharedBudget, SharedTable, SharedTemplate
from cleanrooms_governance.service import CleanRoomsReads, CollaborationSummary

T = TypeVar("T")


class RememberedReads:
    """A ``CleanRoomsReads`` that asks each question once; a second asker waits for the first one's answer, or its error."""

    def __init__(self, port: CleanRoomsReads) -> None:
        self._port = port
        self._lock = threading.Lock()
        self._answers: dict[Hashable, Future[object]] = {}

    @property
    def account(self) -> AccountId:
        """The account acted as."""
        return self._port.account

    @property
    def region(self) -> str:
        """The Region acted in."""
        return self._port.region

    def collaboration(self, collaboration_id: str) -> Collaboration:
        """Read a collaboration with its members."""
        return self._once(("collaboration", collaboration_id), lambda: self._port.collaboration(collaboration_id))

    def change_requests(self, collaboration_id: str) -> tuple[ChangeRequest, ...]:
        """Read every change request of a collaboration."""
        return self._once(("requests", collaboration_id), lambda: self._port.change_requests(collaboration_id))

    def collaborations(self) -> tuple[CollaborationSummary, ...]:
        """List the collaborations that the account can see."""
        return self._once("collaborations", self._port.collaborations)

    def tags(self, arn: str) -> Mapping[str, str]:
        """Read the tags of a resource."""
        return self._once(("tags", arn), lambda: self._port.tags(arn))

    def memberships(self) -> tuple[Membership, ...]:
        """List the account's memberships."""
        return self._once("memberships", self._port.memberships)

    def membership(self, membership_id: str) -> Membership:
        """Read one membership whole."""
        return self._once(("membership", membership_id), lambda: self._port.membership(membership_id))

    def tables(self, collaboration_id: str) -> tuple[SharedTable, ...]:
        """List the tables of all members."""
        return self._once(("tables", collaboration_id), lambda: self._port.tables(collaboration_id))

    def analysis_templates(self, collaboration_id: str) -> tuple[SharedTemplate, ...]:
        """List the analysis templates of all members."""
        return self._once(("templates", collaboration_id), lambda: self._port.analysis_templates(collaboration_id))

    def budget_templates(self, collaboration_id: str) -> tuple[SharedBudget, ...]:
        """List the privacy budget templates of all members."""
        return self._once(("budgets", collaboration_id), lambda: self._port.budget_templates(collaboration_id))

    def derived_tables(self, membership_id: str) -> tuple[DerivedTable, ...]:
        """Read the intermediate tables of a membership."""
        return self._once(("derived tables", membership_id), lambda: self._port.derived_tables(membership_id))

    def running_queries(self, membership_id: str) -> tuple[RunningAnalysis, ...]:
        """List the running queries that a membership shows."""
        return self._once(("running queries", membership_id), lambda: self._port.running_queries(membership_id))

    def running_jobs(self, membership_id: str) -> tuple[RunningAnalysis, ...]:
        """List the running jobs that a membership shows."""
        return self._once(("running jobs", membership_id), lambda: self._port.running_jobs(membership_id))

    def own_budget_templates(self, membership_id: str) -> tuple[TemplateSummary, ...]:
        """List the privacy budget templates of a membership."""
        return self._once(("own budgets", membership_id), lambda: self._port.own_budget_templates(membership_id))

    def budget_template(self, membership_id: str, template_id: str) -> BudgetTemplate:
        """Read one privacy budget template of a membership."""
        return self._once(
            ("template", membership_id, template_id), lambda: self._port.budget_template(membership_id, template_id)
        )

    def shared_budget_template(self, collaboration_id: str, template_id: str) -> BudgetTemplate:
        """Read one privacy budget template of any member."""
        question = ("shared template", collaboration_id, template_id)
        return self._once(question, lambda: self._port.shared_budget_template(collaboration_id, template_id))

    def budgets(self, membership_id: str, type_: BudgetType, table: str | None = None) -> tuple[PrivacyBudget, ...]:
        """List what is left of the budgets of a membership."""
        return self._once(("left", membership_id, type_, table), lambda: self._port.budgets(membership_id, type_, table))

    def shared_budgets(self, collaboration_id: str, type_: BudgetType) -> tuple[PrivacyBudget, ...]:
        """List what is left of the budgets of all members."""
        return self._once(("shared left", collaboration_id, type_), lambda: self._port.shared_budgets(collaboration_id, type_))

    def privacy_impact(self, membership_id: str, parameters: PrivacyParameters) -> Mapping[str, int]:
        """Ask how many aggregations a budget allows."""
        return self._once(("impact", membership_id, parameters), lambda: self._port.privacy_impact(membership_id, parameters))

    def associated_tables(self, membership_id: str) -> tuple[BudgetedTable, ...]:
        """List the associated tables of a membership."""
        return self._once(("associated", membership_id), lambda: self._port.associated_tables(membership_id))

    def intermediate_tables(self, membership_id: str) -> tuple[BudgetedTable, ...]:
        """List the intermediate tables of a membership."""
        return self._once(("intermediate", membership_id), lambda: self._port.intermediate_tables(membership_id))

    def forget_memberships(self) -> None:
        """Forget the account's memberships, and the budgets of all of them, so that the next asker sees what became of them."""
        own = ("own budgets", "template", "left", "budgets")
        with self._lock:
            self._answers.pop("memberships", None)
            for question in [each for each in self._answers if isinstance(each, tuple) and each[0] in own]:
                del self._answers[question]

    def forget(self, collaboration_id: str) -> None:
        """Forget what was read of a collaboration, so that the next asker sees what has become of it."""
        with self._lock:
            for kind in ("collaboration", "requests", "tables", "templates", "budgets"):
                self._answers.pop((kind, collaboration_id), None)

    def _once(self, question: Hashable, ask: Callable[[], T]) -> T:
        with self._lock:
            answer = self._answers.get(question)
            first = answer is None
            if answer is None:
                answer = self._answers[question] = Future()
        if first:
            try:
                answer.set_result(ask())
            except Exception as error:
                # Kept for every asker, who deals with it.
                answer.set_exception(error)
        return cast(T, answer.result())
