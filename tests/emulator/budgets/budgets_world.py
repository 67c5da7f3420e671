"""A world with data providers, for tests of privacy budgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.budgets import charging
from tests.emulator.world import CREATOR, NEWCOMER, READER, RESULTS_TO, RUNNER, Refusal, World, member, refusal

PROVIDER, OTHER_PROVIDER = CREATOR, NEWCOMER
TABLE_NOT_FOUND = ("ResourceNotFoundException", None, "CONFIGURED_TABLE_ASSOCIATION")
TABLE_HAS_BUDGET = ("ConflictException", "ALREADY_EXISTS", "CONFIGURED_TABLE_ASSOCIATION")
POLICY_EXISTS = ("ConflictException", "ALREADY_EXISTS", "COLLABORATION")

RESULTS = {account: {"defaultResultConfiguration": RESULTS_TO} for account in (RUNNER, READER)}

Part = dict[str, Any]


def part(kind: str, budget: int, refresh: str | None = None) -> Part:
    """A budget parameter; `kind` is DAY, WEEK, MONTH or LIFETIME."""
    full = kind if kind == "LIFETIME" else f"CALENDAR_{kind}"
    return {"type": full, "budget": budget} | ({"autoRefresh": refresh} if refresh else {})


def moment(text: str) -> float:
    """Epoch seconds of an ISO date and time in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


class Memberships(dict[str, str]):
    """Memberships by account; a member joins when it is looked up first, which keeps the worlds of tests cheap."""

    def __init__(self, join: Callable[[str], str]) -> None:
        super().__init__()
        self._join = join

    def __missing__(self, account: str) -> str:
        self[account] = self._join(account)
        return self[account]


class BudgetsWorld(World):
    """One collaboration of two providers, a runner that receives results, and a reader.

    `start` is the time at which it is set up.
    """

    def __init__(self, switches: Mapping[str, str] | None = None, start: str = "2027-03-10T12:00:00") -> None:
        super().__init__(switches)
        self._numbers = count()
        self.go_to(start)
        self.id = self.create(
            member(RUNNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS"),
            member(READER, "CAN_RECEIVE_RESULTS"),
            member(OTHER_PROVIDER),
        )
        self.memberships = Memberships(lambda account: self.join(account, self.id, **RESULTS.get(account, {})))

    def go_to(self, text: str) -> None:
        """Make it this date and time in UTC."""
        self.clock.set(moment(text))

    def table(self, account: str = PROVIDER) -> str:
        """A table that the account has associated; its ARN."""
        name, client = f"table_{next(self._numbers)}", self.of(account)
        table = client.create_configured_table(
            name=name,
            tableReference={"glue": {"databaseName": "lake", "tableName": name}},
            allowedColumns=["user_id"],
            analysisMethod="DIRECT_QUERY",
        )["configuredTable"]["id"]
        association = client.create_configured_table_association(
            name=name,
            membershipIdentifier=self.memberships[account],
            configuredTableIdentifier=table,
            roleArn=f"arn:aws:iam::{account}:role/lake",
        )["configuredTableAssociation"]
        return str(association["arn"])

    def limit(self, arn: str, *parts: Part, by: str = PROVIDER, **more: Any) -> dict[str, Any]:
        """Create an access budget template."""
        return self._created(self._access(arn, *parts, by=by, **more), by)

    def limiting(self, arn: str, *parts: Part, by: str = PROVIDER, **more: Any) -> Refusal:
        """The refusal of an access budget template."""
        return refusal(self.of(by).create_privacy_budget_template, **self._access(arn, *parts, by=by, **more))

    def set_policy(self, epsilon: int, noise: int, by: str = PROVIDER, **more: Any) -> dict[str, Any]:
        """Create a differential privacy template."""
        return self._created(self._policy(epsilon, noise, by, **more), by)

    def setting_policy(self, epsilon: int, noise: int, by: str = PROVIDER, **more: Any) -> Refusal:
        """The refusal of a differential privacy template."""
        return refusal(self.of(by).create_privacy_budget_template, **self._policy(epsilon, noise, by, **more))

    def get(self, id: str, by: str = PROVIDER) -> dict[str, Any]:
        """GetPrivacyBudgetTemplate."""
        return self._shown(self.of(by).get_privacy_budget_template, **self.names(id, by))

    def change_limit(self, id: str, *parts: Part, by: str = PROVIDER) -> dict[str, Any]:
        """Update an access budget template."""
        return self._shown(self.of(by).update_privacy_budget_template, **self._new_limit(id, *parts, by=by))

    def changing_limit(self, id: str, *parts: Part, by: str = PROVIDER) -> Refusal:
        """The refusal of such an update."""
        return refusal(self.of(by).update_privacy_budget_template, **self._new_limit(id, *parts, by=by))

    def change_policy(self, id: str, **values: int) -> dict[str, Any]:
        """Update a differential privacy template of PROVIDER."""
        return self._shown(self.of(PROVIDER).update_privacy_budget_template, **self._new_policy(id, **values))

    def changing_policy(self, id: str, **values: int) -> Refusal:
        """The refusal of such an update."""
        return refusal(self.of(PROVIDER).update_privacy_budget_template, **self._new_policy(id, **values))

    def delete(self, id: str, by: str = PROVIDER) -> None:
        """DeletePrivacyBudgetTemplate."""
        self.of(by).delete_privacy_budget_template(**self.names(id, by))

    def names(self, id: str, by: str = PROVIDER) -> dict[str, str]:
        """The parameters that name a template of an account."""
        return {"membershipIdentifier": self.memberships[by], "privacyBudgetTemplateIdentifier": id}

    def budgets(self, budget_type: str = "ACCESS_BUDGET", by: str = PROVIDER, **more: Any) -> list[dict[str, Any]]:
        """ListPrivacyBudgets."""
        listed: list[dict[str, Any]] = self.of(by).list_privacy_budgets(
            membershipIdentifier=self.memberships[by], privacyBudgetType=budget_type, **more
        )["privacyBudgetSummaries"]
        return listed

    def all_budgets(self, budget_type: str = "ACCESS_BUDGET", by: str = RUNNER, **more: Any) -> list[dict[str, Any]]:
        """ListCollaborationPrivacyBudgets."""
        listed: list[dict[str, Any]] = self.of(by).list_collaboration_privacy_budgets(
            collaborationIdentifier=self.id, privacyBudgetType=budget_type, **more
        )["collaborationPrivacyBudgetSummaries"]
        return listed

    def templates(self, by: str = PROVIDER) -> list[dict[str, Any]]:
        """ListPrivacyBudgetTemplates."""
        listed: list[dict[str, Any]] = self.of(by).list_privacy_budget_templates(membershipIdentifier=self.memberships[by])[
            "privacyBudgetTemplateSummaries"
        ]
        return listed

    def all_templates(self, by: str = RUNNER) -> list[dict[str, Any]]:
        """ListCollaborationPrivacyBudgetTemplates."""
        listed: list[dict[str, Any]] = self.of(by).list_collaboration_privacy_budget_templates(collaborationIdentifier=self.id)[
            "collaborationPrivacyBudgetTemplateSummaries"
        ]
        return listed

    def access(self, arn: str) -> dict[str, Any]:
        """The access budget of a table, as the runner sees it."""
        (summary,) = self.all_budgets(accessBudgetResourceArn=arn)
        budget: dict[str, Any] = summary["budget"]["accessBudget"]
        return budget

    def details(self, arn: str, kind: str) -> dict[str, Any]:
        """The part of a table's budget of this type."""
        full = kind if kind == "LIFETIME" else f"CALENDAR_{kind}"
        (found,) = [each for each in self.access(arn)["details"] if each["budgetType"] == full]
        return dict(found)

    def left(self, arn: str) -> int:
        """How many uses of the table are left."""
        return int(self.access(arn)["aggregateRemainingBudget"])

    def parts_left(self, arn: str) -> list[int]:
        """What is left of each part of the table's budget."""
        return [each["remainingBudget"] for each in self.access(arn)["details"]]

    def privacy(self) -> dict[str, Any]:
        """The differential privacy budget, as the runner sees it."""
        (summary,) = self.all_budgets("DIFFERENTIAL_PRIVACY")
        budget: dict[str, Any] = summary["budget"]["differentialPrivacy"]
        return budget

    def aggregations_left(self) -> dict[str, int]:
        """How many aggregations are left of each type."""
        return {each["type"]: each["remainingCount"] for each in self.privacy()["aggregations"]}

    def counts_left(self) -> int:
        """How many COUNTs are left."""
        return self.aggregations_left()["COUNT"]

    @contextmanager
    def call(self, account: str = RUNNER) -> Iterator[Context]:
        """What a handler gets for a call by the account, within a transaction."""
        with self.store.transaction():
            yield Context(
                account=account,
                principal=f"arn:aws:iam::{account}:root",
                region="eu-west-1",
                service="cleanrooms",
                store=self.store,
                now=self.clock.now(),
                switches=self.app.switches,
                new_id=lambda: "00000000-0000-4000-8000-000000000000",
            )

    def use(self, *arns: str, times: int = 1) -> None:
        """Use tables in so many queries."""
        for _ in range(times):
            with self.call() as ctx:
                self.charged = charging.take(ctx, self.id, arns)

    def exhausted(self, *arns: str) -> list[str]:
        """Which of these tables cannot be used any more."""
        with self.call() as ctx:
            return charging.exhausted(ctx, self.id, arns)

    def give_back(self) -> None:
        """The latest query is cancelled."""
        with self.call() as ctx:
            charging.give_back(ctx, self.charged, "some query")

    def promise_back(self, seconds: float) -> None:
        """The latest query will fail in so many seconds."""
        with self.call() as ctx:
            charging.promise_back(ctx, self.charged, "some query", ctx.now + seconds)

    def query(self, **aggregations: int) -> None:
        """Query protected tables with so many aggregations of each type."""
        with self.call() as ctx:
            charging.take_privacy(ctx, self.id, aggregations)

    def cannot_query(self, **aggregations: int) -> bool:
        """Whether such a query is impossible."""
        with self.call() as ctx:
            return charging.privacy_exhausted(ctx, self.id, aggregations)

    def _access(self, arn: str, *parts: Part, by: str, **more: Any) -> dict[str, Any]:
        return {
            "membershipIdentifier": self.memberships[by],
            "privacyBudgetType": "ACCESS_BUDGET",
            "parameters": {"accessBudget": {"budgetParameters": list(parts), "resourceArn": arn}},
            **more,
        }

    def _policy(self, epsilon: int, noise: int, by: str, **more: Any) -> dict[str, Any]:
        return {
            "membershipIdentifier": self.memberships[by],
            "privacyBudgetType": "DIFFERENTIAL_PRIVACY",
            "parameters": {"differentialPrivacy": {"epsilon": epsilon, "usersNoisePerQuery": noise}},
            **more,
        }

    def _new_limit(self, id: str, *parts: Part, by: str) -> dict[str, Any]:
        return {
            **self.names(id, by),
            "privacyBudgetType": "ACCESS_BUDGET",
            "parameters": {"accessBudget": {"budgetParameters": list(parts)}},
        }

    def _new_policy(self, id: str, **values: int) -> dict[str, Any]:
        return {
            **self.names(id),
            "privacyBudgetType": "DIFFERENTIAL_PRIVACY",
            "parameters": {"differentialPrivacy": values},
        }

    def _created(self, parameters: dict[str, Any], by: str) -> dict[str, Any]:
        return self._shown(self.of(by).create_privacy_budget_template, **parameters)

    def _shown(self, call: Callable[..., Any], **parameters: Any) -> dict[str, Any]:
        template: dict[str, Any] = call(**parameters)["privacyBudgetTemplate"]
        return template
