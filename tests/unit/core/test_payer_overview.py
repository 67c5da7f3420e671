"""Who can be asked to pay, as people and outputs are told it, and whether queries and jobs are paid alike."""

from dataclasses import replace

import pytest

from cleanrooms_governance.change_requests.next_move import decide
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import CAN_RUN_JOB, Collaboration, CostType
from cleanrooms_governance.planning.payer_agreement import PAYERS_DIFFER
from cleanrooms_governance.planning.payer_overview import PAYERS, payer_remarks, payers_document
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from tests.unit.core.builders import (
    BANK,
    CREATOR,
    EXPORT,
    NEWCOMER,
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

QUERIES = frozenset({CostType.QUERY_COMPUTE})
PAYING = pays(queryCompute=True)
LIVE = collaboration(member(BANK, payments=PAYING), member(SHOP, payments=PAYING), accepted={BANK: QUERIES, SHOP: frozenset()})
ADDING = stack_file(
    wanted_member(BANK, pays_for=["queryCompute"]),
    wanted_member(SHOP, pays_for=["queryCompute"]),
    wanted_member(CREATOR, pays_for=["queryCompute"]),
)


def lines(desired: DesiredCollaboration, live: Collaboration) -> list[str]:
    return [remark.message for remark in payer_remarks(plan_collaboration(desired, live), live, {BANK: "bank"})]


class TestLines:
    def test_each_candidate_is_told_with_what_can_be_seen_of_it(self) -> None:
        text = (
            f"queryCompute: {CREATOR} not a candidate yet; {BANK} (bank) candidate, accepted, usable;"
            f" {SHOP} candidate, not accepted yet"
        )
        assert [text] == lines(ADDING, LIVE)

    def test_who_goes_is_told_as_well(self) -> None:
        removing = stack_file(wanted_member(SHOP, pays_for=["queryCompute"]), removed=frozenset({BANK}))
        text = f"{BANK} (bank) candidate, accepted, usable, to be removed; {SHOP} candidate, not accepted yet"
        assert [f"queryCompute: {text}"] == lines(removing, LIVE)
        swapping = stack_file(wanted_member(BANK), wanted_member(SHOP, pays_for=["queryCompute"]))
        assert [f"queryCompute: {text}"] == lines(swapping, LIVE)

    def test_what_cannot_be_seen_is_said_to_be_not_visible(self) -> None:
        live = replace(LIVE, accepted={})
        assert 2 == lines(ADDING, live)[0].count("candidate, acceptance not visible")

    def test_who_has_not_joined_cannot_have_accepted(self) -> None:
        live = collaboration(member(BANK, payments=PAYING, status="INVITED"), member(SHOP), accepted={BANK: frozenset()})
        assert "(bank) candidate, not joined yet" in lines(ADDING, live)[0]

    def test_the_runner_may_be_one_only_by_default(self) -> None:
        live = collaboration(member(RUNNER, QUERY, payments=PAYING), member(BANK))
        desired = stack_file(wanted_member(RUNNER, QUERY), wanted_member(BANK, pays_for=["queryCompute"]))
        assert f"{RUNNER} candidate, by name or by default, acceptance not visible" in lines(desired, live)[0]

    def test_only_cost_types_whose_payers_change_are_told(self) -> None:
        desired = stack_file(wanted_member(BANK, pays_for=["queryCompute", "jobCompute"]), wanted_member(SHOP))
        live = collaboration(member(BANK, payments=PAYING), member(SHOP))
        assert ["jobCompute"] == [line.split(":")[0] for line in lines(desired, live)]
        settled = collaboration(member(BANK, payments=pays(queryCompute=True, jobCompute=True)), member(SHOP))
        assert [] == lines(desired, settled)

    def test_a_plan_about_something_else_tells_nothing(self) -> None:
        desired = stack_file(wanted_member(BANK, EXPORT), wanted_member(SHOP))
        assert PAYERS not in {remark.rule for remark in decide(situation(desired, LIVE)).remarks}

    def test_a_new_members_payments_are_told_before_it_is_invited(self) -> None:
        desired = stack_file(wanted_member(NEWCOMER, pays_for=["modelTraining"]))
        assert [f"modelTraining: {NEWCOMER} not a candidate yet"] == lines(desired, collaboration())


class TestDocument:
    def test_only_what_was_read_is_in_it(self) -> None:
        live = replace(LIVE, accepted={BANK: QUERIES})
        known = {"candidate": True, "accepted": True, "usable": True}
        assert {"queryCompute": {BANK: known, SHOP: {"candidate": True}}} == payers_document(live)

    def test_who_has_not_accepted_is_not_usable(self) -> None:
        assert {"candidate": True, "accepted": False, "usable": False} == payers_document(LIVE)["queryCompute"][SHOP]


def warned(desired: DesiredCollaboration, live: Collaboration | None) -> list[str]:
    return [remark.message for remark in plan_collaboration(desired, live).remarks if remark.rule == PAYERS_DIFFER]


class TestQueriesAndJobs:
    LIVE = collaboration(member(RUNNER, QUERY, CAN_RUN_JOB, payments=pays(queryCompute=True, jobCompute=True)), member(BANK))
    ONE = stack_file(wanted_member(RUNNER, QUERY, CAN_RUN_JOB), wanted_member(BANK, pays_for=["queryCompute"], name="Bank"))
    BOTH = stack_file(
        wanted_member(RUNNER, QUERY, CAN_RUN_JOB, name="Runner"),
        wanted_member(BANK, pays_for=["queryCompute", "jobCompute"], name="Bank"),
    )

    @pytest.mark.parametrize("live", [LIVE, None], ids=["there", "to be created"])
    def test_different_payers_are_warned_of_where_somebody_runs_jobs(self, live: Collaboration | None) -> None:
        (text,) = warned(self.ONE, live)
        assert f"{BANK} (bank) will be asked to pay for queryCompute, and {RUNNER} (runner) for jobCompute" in text

    @pytest.mark.parametrize("live", [LIVE, None], ids=["there", "to be created"])
    def test_the_same_payers_are_not(self, live: Collaboration | None) -> None:
        assert [] == warned(self.BOTH, live)

    def test_what_the_file_does_not_decide_is_not_warned_of(self) -> None:
        live = collaboration(
            member(RUNNER, QUERY, CAN_RUN_JOB, payments=pays(jobCompute=True)), member(BANK, payments=PAYING), member(SHOP)
        )
        silent = stack_file(wanted_member(RUNNER, QUERY, CAN_RUN_JOB), wanted_member(BANK), wanted_member(SHOP))
        learning = replace(silent, members={**silent.members, SHOP: wanted_member(SHOP, pays_for=["modelTraining"])})
        assert [] == warned(silent, live) + warned(learning, live)

    def test_nobody_minds_where_nobody_runs_jobs(self) -> None:
        live = collaboration(member(RUNNER, QUERY, payments=PAYING), member(BANK))
        desired = stack_file(wanted_member(RUNNER, QUERY), wanted_member(BANK, pays_for=["queryCompute"]))
        assert [] == warned(desired, live)

    def test_a_payer_that_the_file_does_not_speak_of_counts_until_it_is_removed(self) -> None:
        live = collaboration(
            member(RUNNER, QUERY, CAN_RUN_JOB),
            member(BANK, payments=pays(queryCompute=True, jobCompute=True)),
            member(SHOP, payments=PAYING),
        )
        assert 1 == len(warned(self.BOTH, live))
        assert [] == warned(replace(self.BOTH, removed=frozenset({SHOP})), live)
