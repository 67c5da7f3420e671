"""How the file wants a collaboration to be governed: at rest, strictly, not for ever, and past somebody else's request."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from cleanrooms_governance.change_requests.judging import denied
from cleanrooms_governance.change_requests.ledger import Ledger
from cleanrooms_governance.change_requests.next_move import CancelRequest, CommitRequest, Decision, FileRequest, Outcome, decide
from cleanrooms_governance.desired import OwnPlan, Rule, Unmanaged, VotingPolicy
from cleanrooms_governance.model import Ability, ChangeRequest, CostType
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.planning.plan import Level
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from tests.unit.core.builders import (
    APPROVE_OWN_PLAN,
    BANK,
    CREATOR,
    EXPORT,
    FUTURE,
    RECEIVE,
    SHOP,
    TODAY,
    change,
    collaboration,
    filed,
    member,
    request,
    request_id,
    situation,
    stack_file,
    wanted_member,
)
from tests.unit.core.governed import Governed, Service, create

LIVE = collaboration(member(BANK), member(SHOP))
WANTS = stack_file(wanted_member(BANK, EXPORT), wanted_member(SHOP))
"""Wants the bank to export logs."""


def rules(decision: Decision) -> list[str]:
    return [remark.rule for remark in decision.remarks]


class TestPaused:
    PAUSED = replace(WANTS, paused=True)

    def test_the_plan_is_shown_and_nothing_is_done(self) -> None:
        decision = decide(situation(self.PAUSED, LIVE))
        assert plan_collaboration(WANTS, LIVE).changes == plan_collaboration(self.PAUSED, LIVE).changes
        assert ((), Outcome.WAITING, ["paused"]) == (decision.moves, decision.outcome, rules(decision))

    @pytest.mark.parametrize(
        ("status", "mine"), [("PENDING", True), ("PENDING", False), ("APPROVED", True), ("APPROVED", False)]
    )
    @pytest.mark.parametrize("ability", [EXPORT, RECEIVE], ids=["wanted", "unwanted"])
    def test_no_request_is_voted_on_committed_or_cancelled(self, status: str, mine: bool, ability: Ability) -> None:
        live = replace(LIVE, tags={**LIVE.tags, **(filed(1) if mine else {})})
        desired = replace(self.PAUSED, voters={BANK: APPROVE_OWN_PLAN}, cancel_requests=frozenset({request_id(1)}))
        open_request = request(1, change(BANK, ability), status=status, live=live)
        assert () == decide(situation(desired, live, open_request)).moves

    def test_what_would_be_refused_is_a_warning(self) -> None:
        paused = stack_file(paused=True)
        live = collaboration(member(CREATOR, RECEIVE))
        plan = plan_collaboration(paused, live)
        assert () == plan.refusals
        assert [("paused", Level.WARNING)] == [(remark.rule, remark.level) for remark in plan.remarks]
        assert Outcome.WAITING is decide(situation(paused, live)).outcome

    def test_a_request_that_would_stop_everything_is_a_warning(self) -> None:
        strange = request(1, change(BANK), status="FROZEN")
        decision = decide(situation(replace(self.PAUSED, members=stack_file(*[wanted_member(BANK)]).members), LIVE, strange))
        assert ((), Outcome.WAITING) == (decision.refusals, decision.outcome)
        assert any("paused, otherwise refused: change request" in remark.message for remark in decision.remarks)

    def test_one_that_is_as_the_file_says_is_converged(self) -> None:
        at_rest = stack_file(wanted_member(BANK), wanted_member(SHOP), paused=True)
        assert (Outcome.CONVERGED, []) == ((decision := decide(situation(at_rest, LIVE))).outcome, rules(decision))

    def test_one_that_is_not_there_is_not_created(self) -> None:
        assert ["paused"] == [refusal.rule for refusal in plan_collaboration(self.PAUSED, None).refusals]


class TestUnmanaged:
    STRICT = stack_file(wanted_member(BANK), unmanaged=Unmanaged.REFUSE)

    def test_a_live_member_that_the_file_does_not_name_is_refused(self) -> None:
        (refusal,) = plan_collaboration(self.STRICT, LIVE).refusals
        assert ("unmanaged", SHOP) == (refusal.rule, refusal.subject)
        assert "collaborations.sales.unmanaged is refuse" in refusal.message

    def test_an_ability_that_this_version_does_not_know_is_refused(self) -> None:
        live = collaboration(member(BANK, FUTURE))
        assert [f"{BANK} {FUTURE}"] == [refusal.subject for refusal in plan_collaboration(self.STRICT, live).refusals]

    def test_a_payer_of_what_nobody_is_named_for_is_refused(self) -> None:
        desired = stack_file(wanted_member(BANK, pays_for=[]), unmanaged=Unmanaged.REFUSE)
        live = collaboration(member(BANK, payments={CostType.MODEL_TRAINING: True}))
        assert [f"{BANK} modelTraining"] == [refusal.subject for refusal in plan_collaboration(desired, live).refusals]

    def test_what_is_all_declared_passes(self) -> None:
        assert () == plan_collaboration(self.STRICT, collaboration(member(BANK))).refusals

    def test_by_default_it_is_reported(self) -> None:
        plan = plan_collaboration(stack_file(wanted_member(BANK)), LIVE)
        assert ((), ["unmanaged"]) == (plan.refusals, [remark.rule for remark in plan.remarks])


class TestDeadline:
    NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)

    def waiting(self, days: int | None, today: date, created: datetime = NOON, **more: object) -> Decision:
        pending = replace(request(1, change(BANK, EXPORT), live=LIVE), created=created)
        desired = replace(WANTS, deadline=days, **more)  # type: ignore[arg-type]
        return decide(replace(situation(desired, LIVE, pending), today=today))

    @pytest.mark.parametrize(
        ("days", "today", "late"),
        [
            (7, date(2026, 11, 8), False),
            (7, date(2026, 11, 9), True),
            (1, date(2026, 11, 3), True),
            (None, date(2030, 1, 1), False),
        ],
    )
    def test_votes_may_take_so_many_days(self, days: int | None, today: date, late: bool) -> None:
        assert late is ("overdue" in rules(self.waiting(days, today)))

    def test_days_are_counted_in_utc(self) -> None:
        created = datetime(2026, 11, 2, 1, tzinfo=timezone(timedelta(hours=5)))
        assert "overdue" in rules(self.waiting(7, date(2026, 11, 9), created))

    def test_it_names_who_has_not_voted_and_since_when_and_changes_nothing_else(self) -> None:
        late, in_time = self.waiting(7, TODAY), self.waiting(None, TODAY)
        (overdue,) = set(late.remarks) - set(in_time.remarks)
        assert f"waits for {BANK} (bank) since 2026-11-01" in overdue.message
        assert Level.WARNING is overdue.level
        assert in_time == replace(late, remarks=in_time.remarks)

    def test_it_says_the_same_every_day(self) -> None:
        assert self.waiting(7, TODAY) == self.waiting(7, TODAY + timedelta(days=300))

    def test_a_vote_that_this_run_casts_is_not_waited_for(self) -> None:
        assert [] == [rule for rule in rules(self.waiting(7, TODAY, voters={BANK: APPROVE_OWN_PLAN})) if rule == "overdue"]


class TestCancelRequests:
    LISTED = replace(WANTS, cancel_requests=frozenset({request_id(1)}))

    def foreign(self, *abilities: Ability, status: str = "PENDING", **more: object) -> ChangeRequest:
        return request(1, change(BANK, *abilities), status=status, live=LIVE, **more)

    @pytest.mark.parametrize("status", ["PENDING", "APPROVED"])
    @pytest.mark.parametrize("more", [{}, {"unknown": ("changes[0].when",)}], ids=["understood", "not understood"])
    def test_a_listed_request_is_cancelled_whoever_filed_it_and_no_longer_blocks(
        self, status: str, more: dict[str, object]
    ) -> None:
        blocking = self.foreign(RECEIVE, status=status, **more)
        assert () == decide(situation(WANTS, LIVE, blocking)).moves
        cancel, file = decide(situation(self.LISTED, LIVE, blocking)).moves
        assert CancelRequest(blocking) == cancel
        assert isinstance(file, FileRequest)

    def test_another_foreign_request_is_left_alone(self) -> None:
        other = request(2, change(SHOP, RECEIVE), live=LIVE)
        decision = decide(situation(self.LISTED, LIVE, self.foreign(RECEIVE), other))
        assert [request_id(1)] == [move.request.id for move in decision.moves if isinstance(move, CancelRequest)]
        assert "foreign-request" in rules(decision)

    def test_one_that_is_wanted_is_cancelled_and_said_to_be_filed_anew(self) -> None:
        decision = decide(situation(self.LISTED, LIVE, self.foreign(EXPORT, status="APPROVED")))
        assert not any(isinstance(move, CommitRequest) for move in decision.moves)
        assert any("filed anew, and all votes are given once more" in remark.message for remark in decision.remarks)

    def test_no_account_votes_on_what_is_cancelled(self) -> None:
        policy = VotingPolicy(deny=(Rule(accounts=frozenset({BANK})),), own_plan=OwnPlan.WAIT)
        decision = decide(situation(replace(self.LISTED, voters={BANK: policy}), LIVE, self.foreign(RECEIVE)))
        assert not any(type(move).__name__ == "CastVote" for move in decision.moves)

    @pytest.mark.parametrize("status", ["COMMITTED", "DENIED", "CANCELLED", None])
    def test_one_that_is_over_or_unknown_is_reported(self, status: str | None) -> None:
        decision = decide(situation(self.LISTED, LIVE, *([self.foreign(status=status)] if status else [])))
        assert "stale-cancellation" in rules(decision)
        assert not any(isinstance(move, CancelRequest) for move in decision.moves)

    def test_who_may_only_look_cancels_nothing(self) -> None:
        assert () == decide(situation(self.LISTED, LIVE, self.foreign(RECEIVE), may_write=False)).moves

    def test_while_anything_is_refused_nothing_is_cancelled(self) -> None:
        refused = replace(self.LISTED, unmanaged=Unmanaged.REFUSE, members={CREATOR: wanted_member(CREATOR)})
        assert () == decide(situation(refused, LIVE, self.foreign(RECEIVE))).moves

    def test_a_run_cancels_it_files_what_is_wanted_and_needs_no_second_look(self, service: Service) -> None:
        governed = create(service, LIVE)
        foreign = governed.file(BANK, RECEIVE)
        desired = replace(WANTS, cancel_requests=frozenset({foreign}))
        report = governed.run(desired)
        assert ["CANCELLED", "PENDING"] == sorted(governed.statuses)
        assert (Outcome.WAITING, "") == (report.outcome, report.failure)
        assert [] == governed.writes_of(desired)

    @pytest.mark.parametrize("ours", [True, False])
    def test_what_it_wanted_is_not_held_back_as_cancelled_by_somebody_else(self, service: Service, ours: bool) -> None:
        governed = create(service, LIVE)
        listed = self._filed_by_us(governed) if ours else governed.file(BANK, EXPORT)
        governed.run(replace(WANTS, cancel_requests=frozenset({listed})))
        world = governed.world
        planned = {each.atom: each.after for each in plan_collaboration(WANTS, world.live).request_changes}
        assert {} == denied(planned, world.requests, world.live, Ledger.read(world.live.tags), frozenset())
        assert ["CANCELLED", "PENDING"] == sorted(governed.statuses)

    def _filed_by_us(self, governed: Governed) -> str:
        governed.run(WANTS)
        (only,) = governed.requests
        return only


def test_a_day_and_a_pause_go_together() -> None:
    over = stack_file(replace(wanted_member(BANK, RECEIVE), until=date(2020, 1, 1)), paused=True)
    plan = plan_collaboration(as_of(over, TODAY), collaboration(member(BANK, RECEIVE)))
    assert ((), 1) == (plan.refusals, len(plan.changes))
