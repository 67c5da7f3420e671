"""Reads that are made once a process, whoever asks for them first."""

import threading
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from typing import TypeVar, cast

from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, Membership
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
