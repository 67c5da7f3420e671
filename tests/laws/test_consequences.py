"""Laws of what is said about removals and payers: it decides nothing, and it is about those who go."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from cleanrooms_governance.change_requests.next_move import Situation, decide
from cleanrooms_governance.planning.consequences import REMOVAL, RUNNING
from cleanrooms_governance.planning.leavers import concerned_costs, leavers
from cleanrooms_governance.planning.payer_overview import PAYERS
from cleanrooms_governance.seen import (
    DerivedTable,
    NotVisible,
    RunningAnalysis,
    Seen,
    SharedBudget,
    SharedTable,
    SharedTemplate,
)
from tests.laws.test_decisions import situations
from tests.unit.core.strategies import PARTNERS, subsets

LAW = settings(max_examples=40)
ACCOUNTS = st.sampled_from(PARTNERS)
HIDDEN = st.just(NotVisible("ListSchemas: AccessDeniedException"))
TABLES = st.builds(SharedTable, ACCOUNTS, st.sampled_from("ab"), st.sampled_from(["TABLE", "INTERMEDIATE_TABLE"]))
TEMPLATES = st.builds(SharedTemplate, ACCOUNTS, st.sampled_from("ab"))
BUDGETS = st.builds(SharedBudget, ACCOUNTS, st.just("ACCESS_BUDGET"))
DERIVED = st.builds(DerivedTable, st.sampled_from("ab"), subsets(PARTNERS))
ANALYSES = st.builds(RunningAnalysis, st.sampled_from("12345"), ACCOUNTS, st.none() | ACCOUNTS)


def listed(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return HIDDEN | st.lists(values, max_size=3).map(tuple)


SIGHTS = st.builds(
    Seen,
    st.none() | listed(TABLES),
    st.none() | listed(TEMPLATES),
    st.none() | listed(BUDGETS),
    st.dictionaries(ACCOUNTS, listed(DERIVED), max_size=2),
    st.dictionaries(ACCOUNTS, listed(ANALYSES), max_size=2),
    st.dictionaries(ACCOUNTS, listed(ANALYSES), max_size=2),
)


@LAW
@given(situations(), SIGHTS)
def test_what_was_seen_decides_nothing(case: Situation, seen: Seen) -> None:
    blind, seeing = decide(case), decide(replace(case, seen=seen))
    assert replace(blind, remarks=()) == replace(seeing, remarks=())


@LAW
@given(situations(), SIGHTS)
def test_consequences_are_about_those_who_go_and_payers_about_what_changes(case: Situation, seen: Seen) -> None:
    said = decide(replace(case, seen=seen)).remarks
    going = leavers(case.plan, case.live)
    costs = {str(cost) for cost in concerned_costs(case.plan, case.live)}
    assert {remark.subject.split()[0] for remark in said if remark.rule == RUNNING} <= {leaver.account for leaver in going}
    assert {remark.subject.split()[0] for remark in said if remark.rule == REMOVAL} == {
        leaver.account for leaver in going if leaver.leaves
    }
    assert costs == {remark.subject for remark in said if remark.rule == PAYERS}
