"""What a removal, or the end of a payer, is said to break."""

from dataclasses import replace
from typing import Any

import pytest

from cleanrooms_governance.change_requests.next_move import decide
from cleanrooms_governance.model import CAN_RUN_JOB, AccountId, Collaboration, CostType
from cleanrooms_governance.planning.consequences import MOST_NAMES, REMOVAL, RUNNING, consequences
from cleanrooms_governance.planning.plan import Level, Remark
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.seen import (
    DerivedTable,
    NotVisible,
    RunningAnalysis,
    Seen,
    SharedBudget,
    SharedTable,
    SharedTemplate,
)
from tests.unit.core.builders import (
    BANK,
    CREATOR,
    QUERY,
    RUNNER,
    SHOP,
    collaboration,
    member,
    pays,
    situation,
    stack_file,
    wanted_member,
)

JOBS = CAN_RUN_JOB
DENIED = NotVisible("ListSchemas: AccessDeniedException")
LIVE = collaboration(member(RUNNER, QUERY), member(BANK), member(SHOP))
PAYING = collaboration(
    member(RUNNER, QUERY, JOBS),
    member(BANK, payments=pays(queryCompute=True, jobCompute=True, modelTraining=True)),
    member(SHOP, payments=pays(queryCompute=True)),
)
REMOVING = stack_file(wanted_member(RUNNER, QUERY), wanted_member(SHOP), removed=frozenset({BANK}))
UNPAYING = stack_file(wanted_member(RUNNER, QUERY, JOBS), wanted_member(BANK), wanted_member(SHOP, pays_for=["queryCompute"]))
EMPTY = Seen(tables=(), templates=(), budgets=())


def table(owner: AccountId, name: str, kind: str = "TABLE") -> SharedTable:
    return SharedTable(owner, name, kind)


def running(number: int, runner: AccountId, payer: AccountId | None) -> RunningAnalysis:
    return RunningAnalysis(f"run-{number}", runner, payer)


def said(seen: Seen, live: Collaboration = LIVE, desired: Any = REMOVING) -> tuple[Remark, ...]:
    return consequences(plan_collaboration(desired, live), live, seen, {BANK: "bank"})


def texts(remarks: tuple[Remark, ...], rule: str = REMOVAL) -> list[str]:
    return [remark.message for remark in remarks if remark.rule == rule]


class TestRemovals:
    def test_what_is_the_members_own_goes_and_nothing_else(self) -> None:
        seen = Seen(
            tables=(table(BANK, "visits"), table(SHOP, "sales"), table(BANK, "map", "ID_MAPPING_TABLE")),
            templates=(SharedTemplate(BANK, "spend"), SharedTemplate(RUNNER, "count")),
            budgets=(SharedBudget(BANK, "ACCESS_BUDGET"), SharedBudget(SHOP, "DIFFERENTIAL_PRIVACY")),
        )
        text = (
            f"removing {BANK} (bank) takes out of the collaboration: tables map, visits; analysis templates spend; privacy"
            " budget templates ACCESS_BUDGET"
        )
        assert [text] == texts(said(seen))
        assert [Level.WARNING] == [remark.level for remark in said(seen)]

    def test_a_member_that_brought_nothing_is_said_to_have_nothing(self) -> None:
        text = f"removing {BANK} (bank): it has no tables, analysis templates or privacy budget templates in the collaboration"
        assert [text] == texts(said(EMPTY))
        assert [Level.INFO] == [remark.level for remark in said(EMPTY)]

    def test_what_cannot_be_read_is_said_to_be_not_visible(self) -> None:
        (text,) = texts(said(Seen(tables=DENIED, templates=(SharedTemplate(BANK, "spend"),), budgets=())))
        assert text.endswith(
            "analysis templates spend. Not visible: tables and what is made of them (ListSchemas: AccessDeniedException)"
        )
        (text,) = texts(said(Seen(tables=DENIED, templates=(), budgets=())))
        assert "nothing that is visible" in text

    def test_what_nobody_looked_at_is_not_said_to_be_missing(self) -> None:
        (text,) = texts(said(Seen()))
        assert 3 == text.count("(not looked at)")

    def test_many_names_are_counted(self) -> None:
        many = tuple(table(BANK, f"t{number:02}") for number in range(MOST_NAMES + 3))
        (text,) = texts(said(replace(EMPTY, tables=many)))
        assert text.endswith("t09 and 3 more")

    def test_names_of_others_cannot_steer_a_terminal(self) -> None:
        (text,) = texts(said(replace(EMPTY, tables=(table(BANK, "vis\x1b[31mits\n"),))))
        assert text.endswith("tables vis[31mits")

    def test_whoever_has_not_joined_breaks_nothing(self) -> None:
        assert () == said(Seen(), collaboration(member(BANK, status="INVITED")))

    def test_a_decision_tells_it(self) -> None:
        told = decide(replace(situation(REMOVING, LIVE), seen=EMPTY))
        assert REMOVAL in {remark.rule for remark in told.remarks}


class TestIntermediateTables:
    TABLES = (table(BANK, "visits"), table(RUNNER, "heavy", "INTERMEDIATE_TABLE"), table(RUNNER, "other", "INTERMEDIATE_TABLE"))

    def test_those_made_of_the_members_tables_lose_their_base(self) -> None:
        made = {RUNNER: (DerivedTable("heavy", frozenset({BANK, SHOP})), DerivedTable("other", frozenset({SHOP})))}
        _, text = texts(said(replace(EMPTY, tables=self.TABLES, derived=made)))
        assert "heavy. They cannot be used" in text
        assert "other" not in text

    @pytest.mark.parametrize(
        ("derived", "reason"),
        [({}, f"this stack holds no membership of {RUNNER}"), ({RUNNER: NotVisible("why")}, "why")],
        ids=["not held", "not readable"],
    )
    def test_whose_they_are_made_of_may_not_be_visible(self, derived: Any, reason: str) -> None:
        _, text = texts(said(replace(EMPTY, tables=self.TABLES, derived=derived)))
        assert f"heavy, other. Which of them are made of tables of {BANK} (bank) is not visible ({reason})" in text

    def test_nothing_depends_on_a_member_without_tables(self) -> None:
        assert 1 == len(texts(said(replace(EMPTY, tables=self.TABLES[1:]))))


class TestRunning:
    def test_the_queries_that_a_removed_payer_pays_for_are_counted(self) -> None:
        queries = (running(1, RUNNER, BANK), running(2, RUNNER, SHOP), running(3, RUNNER, BANK))
        told = said(replace(EMPTY, queries={RUNNER: queries}, jobs={RUNNER: ()}), PAYING)
        text = f"2 queries running on the membership of {RUNNER}: paid by {BANK} (bank), who stops paying for queryCompute"
        assert [text] == [each.split(". ")[0] for each in texts(told, RUNNING) if "Clean Rooms ML" not in each]

    def test_those_of_a_removed_runner_are_counted_whoever_pays(self) -> None:
        desired = stack_file(wanted_member(BANK), wanted_member(SHOP), removed=frozenset({RUNNER}))
        seen = replace(EMPTY, queries={RUNNER: (running(1, RUNNER, SHOP),)})
        text = f"1 query running on the membership of {RUNNER}: {RUNNER} is removed"
        assert [text] == [each.split(". ")[0] for each in texts(said(seen, LIVE, desired), RUNNING)]

    def test_only_the_cost_type_that_ends_counts(self) -> None:
        desired = replace(UNPAYING, members={**UNPAYING.members, BANK: wanted_member(BANK, pays_for=["jobCompute"])})
        seen = Seen(queries={RUNNER: (running(1, RUNNER, BANK),)}, jobs={RUNNER: (running(2, RUNNER, BANK),)})
        assert [f"queryCompute {RUNNER}"] == [
            " ".join(remark.subject.split()[1:3]) for remark in said(seen, PAYING, desired) if remark.rule == RUNNING
        ]

    def test_a_payer_that_is_not_shown_may_be_the_one_who_goes(self) -> None:
        seen = Seen(queries={RUNNER: (running(1, RUNNER, None),)}, jobs={RUNNER: ()})
        assert any("maybe paid by" in each for each in texts(said(seen, PAYING, UNPAYING), RUNNING))

    def test_what_a_payer_sees_itself_counts_once(self) -> None:
        one = running(1, RUNNER, BANK)
        told = said(Seen(queries={RUNNER: (one,), BANK: (one,)}), PAYING, UNPAYING)
        assert [True] == [each.startswith("1 query") for each in texts(told, RUNNING) if "paid by" in each]

    def test_a_runner_that_is_not_held_hides_what_runs(self) -> None:
        text = (
            f"whether {RUNNER} is running queries that {BANK} (bank) pays for is not visible (this stack holds no membership of"
        )
        assert any(each.startswith(text) for each in texts(said(Seen(), PAYING, UNPAYING), RUNNING))

    def test_nothing_running_is_nothing_to_say(self) -> None:
        desired = stack_file(wanted_member(BANK), wanted_member(SHOP, pays_for=["queryCompute"]), wanted_member(RUNNER))
        live = collaboration(
            member(RUNNER, QUERY),
            member(BANK, payments=pays(queryCompute=True)),
            member(SHOP, payments=pays(queryCompute=True)),
        )
        assert () == said(Seen(queries={RUNNER: ()}), live, desired)

    def test_what_machine_learning_costs_is_not_looked_at(self) -> None:
        told = [remark for remark in said(EMPTY, PAYING) if "Clean Rooms ML" in remark.message]
        assert [(f"{BANK} learning", Level.INFO)] == [(remark.subject, remark.level) for remark in told]
        assert str(CostType.MODEL_TRAINING) in told[0].message


def test_a_plan_that_takes_nothing_from_anybody_says_nothing() -> None:
    assert () == said(Seen(), LIVE, stack_file(wanted_member(CREATOR), wanted_member(BANK), wanted_member(SHOP)))
