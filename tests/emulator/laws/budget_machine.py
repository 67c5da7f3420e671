"""Queries on tables with budgets, in any order and at any time, under any reading, against the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cleanrooms_emulator.handlers import quotas
from cleanrooms_emulator.handlers.analyses.runs import SECONDS_TO_END
from cleanrooms_emulator.switches import describe
from tests.emulator.analyses.analysis_world import AnalysisWorld, usual_members
from tests.emulator.laws.budget_reference import Budget, Part
from tests.emulator.world import CREATOR, NEWCOMER, RUNNER, member

HOUR, DAY = 3600, 86_400
OWNERS = {"visits": CREATOR, "buys": RUNNER, "clicks": NEWCOMER}
SECRET = "patients"
PROTECTED = {
    "allowedAnalyses": ["ANY_QUERY"],
    "allowedAnalysisProviders": [RUNNER],
    "differentialPrivacy": {"columns": [{"name": "user_id"}]},
}
DRAWN = (
    "budgetExhausted",
    "budgetRefund",
    "calendarDefaultRefresh",
    "calendarDisabledAfterPeriod",
    "equalUpdateResets",
    "firstPeriodStart",
    "lifetimeResetOnUpdate",
)
"""The switches that the reference knows; all others have their default."""

VALUES = {record.name: record.values for record in describe() if record.name in DRAWN}

tables = st.sampled_from(sorted(OWNERS))
amounts = st.integers(0, 4)


@dataclass(frozen=True)
class Charge:
    """What a query took: one unit of each of these templates, by table; `fails_at` is when it will fail, if it will."""

    templates: dict[str, str]
    fails_at: float | None


@st.composite
def budget_parameters(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One calendar part, a lifetime part, or both."""
    calendar: dict[str, Any] = {"type": draw(st.sampled_from(["CALENDAR_DAY", "CALENDAR_WEEK", "CALENDAR_MONTH"]))}
    calendar |= {"budget": draw(amounts)}
    refresh = draw(st.sampled_from(["ENABLED", "ENABLED", "DISABLED", None]))
    calendar |= {"autoRefresh": refresh} if refresh else {}
    lifetime = {"type": "LIFETIME", "budget": draw(amounts)}
    return draw(st.sampled_from([[calendar], [lifetime], [calendar, lifetime]]))


class Budgets(RuleBasedStateMachine):
    """One collaboration with three budgeted tables, and one that differential privacy protects."""

    @initialize(reading=st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()}))
    def begin(self, reading: dict[str, str]) -> None:
        """Nothing has a budget yet."""
        self.world = AnalysisWorld([*usual_members(), member(NEWCOMER)], switches=reading)
        for quota in (quotas.CONCURRENT_QUERIES, quotas.concurrent_queries_of_account("eu-west-1")):
            quotas.adjust(self.world.store, quota, 1000)
        self.reading: Mapping[str, str] = self.world.app.switches.as_names()
        self.arns = {name: self.world.table(name, owner) for name, owner in OWNERS.items()}
        self.world.table(SECRET, CREATOR, PROTECTED)
        self.templates: dict[str, str] = {}
        self.budgets: dict[str, Budget] = {}
        self.queries: list[dict[str, Any]] = []
        self.charged: dict[str, Charge] = {}
        self.policy: str | None = None
        self.removed: set[str] = set()

    @property
    def now(self) -> datetime:
        """The service's time."""
        return datetime.fromtimestamp(self.world.clock.now(), UTC)

    @rule(table=tables, parameters=budget_parameters())
    def limit(self, table: str, parameters: list[dict[str, Any]]) -> None:
        """The owner gives a table a budget, or another one."""
        if OWNERS[table] in self.removed:
            return
        client, names = self.world.of(OWNERS[table]), self._names(table)
        if table in self.templates:
            client.update_privacy_budget_template(
                **names,
                privacyBudgetType="ACCESS_BUDGET",
                parameters={"accessBudget": {"budgetParameters": parameters}},
            )
            self.budgets[table] = self.budgets[table].replaced(parameters, self.now, self.reading)
            return
        created = client.create_privacy_budget_template(
            membershipIdentifier=self.world.memberships[OWNERS[table]],
            privacyBudgetType="ACCESS_BUDGET",
            parameters={"accessBudget": {"budgetParameters": parameters, "resourceArn": self.arns[table]}},
        )
        self.templates[table] = created["privacyBudgetTemplate"]["id"]
        self.budgets[table] = Budget([Part.of(each, self.now, self.reading) for each in parameters])

    @rule(table=tables)
    def lift(self, table: str) -> None:
        """The owner takes the budget away: no limit any more."""
        if table in self.budgets:
            self.world.of(OWNERS[table]).delete_privacy_budget_template(**self._names(table))
            del self.templates[table], self.budgets[table]

    def _names(self, table: str) -> dict[str, str]:
        names = {"membershipIdentifier": self.world.memberships[OWNERS[table]]}
        return names | ({"privacyBudgetTemplateIdentifier": self.templates[table]} if table in self.templates else {})

    @rule(sure=st.integers(0, 4))
    def remove(self, sure: int) -> None:
        """The creator removes a provider now and then: its table is out of the collaboration, and its budget with it."""
        if sure == 0:
            self.world.of(CREATOR).delete_member(collaborationIdentifier=self.world.collaboration_id, accountId=NEWCOMER)
            self.removed.add(NEWCOMER)
            self.budgets.pop("clicks", None)

    @rule(used=st.lists(tables, min_size=1, max_size=3, unique=True), fails=st.booleans(), secretly=st.booleans())
    def query(self, used: list[str], fails: bool, secretly: bool) -> None:
        """It takes one unit of each budget, or is refused and takes nothing."""
        self._query(used, fails, secretly)

    @rule(table=tables)
    def use_up(self, table: str) -> None:
        """Queries until nothing is left, and one more."""
        for _ in range(self.budgets[table].left + 1 if table in self.budgets else 0):
            self._query([table], fails=False, secretly=False)

    def _query(self, used: list[str], fails: bool, secretly: bool) -> None:
        named = [*used, *([SECRET] if secretly else [])]
        before = self._counts_left()
        there = not any(OWNERS[each] in self.removed for each in used)
        enough = all(self.budgets[each].left > 0 for each in used if each in self.budgets) and (before > 0 or not secretly)
        possible = there and enough
        code, query = self._started(named, "raise_error('no')" if fails and not secretly else "count(*)")
        if query is not None:
            self.queries.append(query)
        if possible or (there and self.reading["budgetExhausted"] == "FAILED"):
            assert code is None
        else:
            assert code == "ValidationException"
        if possible and query is not None:
            limited = {each: self.templates[each] for each in used if each in self.budgets}
            for each in limited:
                self.budgets[each].take()
            ends = self.world.clock.now() + SECONDS_TO_END if fails and not secretly else None
            self.charged[query["id"]] = Charge(limited, ends)
        after = self._counts_left()
        assert after < before if possible and secretly else after == before

    def _started(self, named: list[str], selected: str) -> tuple[str | None, dict[str, Any] | None]:
        first, *others = named
        joined = " ".join(f"join {each} using (user_id)" for each in others)
        try:
            return None, self.world.query(f"select {selected} as n from {first} {joined}")
        except ClientError as error:
            return str(error.response["Error"]["Code"]), None

    @rule(data=st.data())
    @precondition(lambda self: bool(self.queries))
    def cancel(self, data: st.DataObject) -> None:
        """Stopping one that runs gives back only where the reading says so."""
        query = data.draw(st.sampled_from(self.queries))
        if self.world.read(query)["status"] in ("SUBMITTED", "STARTED"):
            self.world.cancel(query)
            self._give_back(query["id"])

    def _give_back(self, query: str) -> None:
        charge = self.charged.pop(query, None)
        for table, template in charge.templates.items() if charge is not None else ():
            if self.reading["budgetRefund"] == "yes" and table in self.budgets and self.templates[table] == template:
                self.budgets[table].give_back()

    @rule(seconds=st.sampled_from([1, 10, HOUR, DAY, 8 * DAY, 32 * DAY]))
    def wait(self, seconds: int) -> None:
        """Time passes: queries end and periods begin."""
        now = self.world.clock.now() + seconds
        fates = [(charge.fails_at, id) for id, charge in self.charged.items() if charge.fails_at is not None]
        for moment, query in sorted(each for each in fates if each[0] <= now):
            self._renew(moment)
            self._give_back(query)
        self.world.clock.advance(seconds)
        self._renew(now)

    def _renew(self, moment: float) -> None:
        for budget in self.budgets.values():
            budget.renew(datetime.fromtimestamp(moment, UTC), self.reading)

    @rule(epsilon=st.integers(1, 3), noise=st.integers(10, 20))
    def protect(self, epsilon: int, noise: int) -> None:
        """The owner of the secret table sets the privacy policy, or raises its epsilon."""
        client, membership = self.world.of(CREATOR), self.world.memberships[CREATOR]
        if self.policy is None:
            created = client.create_privacy_budget_template(
                membershipIdentifier=membership,
                privacyBudgetType="DIFFERENTIAL_PRIVACY",
                autoRefresh="NONE",
                parameters={"differentialPrivacy": {"epsilon": epsilon, "usersNoisePerQuery": noise}},
            )
            self.policy = created["privacyBudgetTemplate"]["id"]
            return
        names = {"membershipIdentifier": membership, "privacyBudgetTemplateIdentifier": self.policy}
        present = client.get_privacy_budget_template(**names)["privacyBudgetTemplate"]["parameters"]["differentialPrivacy"]
        before = self._counts_left()
        client.update_privacy_budget_template(
            **names,
            privacyBudgetType="DIFFERENTIAL_PRIVACY",
            parameters={"differentialPrivacy": {"epsilon": min(20, present["epsilon"] + epsilon)}},
        )
        assert before <= self._counts_left()

    def _counts_left(self) -> int:
        return 0 if self.policy is None else self.world.aggregations_left()

    @invariant()
    def balances_are_what_was_given_less_what_was_used(self) -> None:
        """They are never negative, never more than the budget, and everybody sees the same."""
        if not hasattr(self, "world"):
            return
        shown = self._shown(RUNNER)
        assert set(self.budgets) == set(shown)
        for table, expected in self.budgets.items():
            details = shown[table]["details"]
            left = [each["remainingBudget"] for each in details]
            assert all(0 <= each["remainingBudget"] <= each["budget"] for each in details)
            assert min(left) == shown[table]["aggregateRemainingBudget"]
            assert [part.ends for part in expected.parts] == [each.get("endTime") for each in details]
            assert [part.left for part in expected.parts] == left

    def _shown(self, account: str) -> dict[str, dict[str, Any]]:
        listed = self.world.of(account).list_collaboration_privacy_budgets(
            collaborationIdentifier=self.world.collaboration_id, privacyBudgetType="ACCESS_BUDGET"
        )["collaborationPrivacyBudgetSummaries"]
        budgets = {each["budget"]["accessBudget"]["resourceArn"]: each["budget"]["accessBudget"] for each in listed}
        return {table: budgets[arn] for table, arn in self.arns.items() if arn in budgets}

    @invariant()
    def privacy_never_falls_below_nothing(self) -> None:
        """Nor does any type of aggregation have more than it began with."""
        if not hasattr(self, "world") or self.policy is None:
            return
        (summary,) = self.world.of(RUNNER).list_collaboration_privacy_budgets(
            collaborationIdentifier=self.world.collaboration_id, privacyBudgetType="DIFFERENTIAL_PRIVACY"
        )["collaborationPrivacyBudgetSummaries"]
        assert all(
            0 <= each["remainingCount"] <= each["maxCount"] for each in summary["budget"]["differentialPrivacy"]["aggregations"]
        )
