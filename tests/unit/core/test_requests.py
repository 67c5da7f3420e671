from dataclasses import replace
from datetime import timedelta

import pytest

from cleanrooms_governance.change_requests.judging import (
    Verdict,
    completed,
    content_fingerprint,
    denied,
    find_unrecorded,
    judge,
    not_in_effect,
    ours,
)
from cleanrooms_governance.change_requests.ledger import CAPACITY, Ledger
from cleanrooms_governance.model import ChangeRequest, Collaboration, CollaborationChange, MemberChange, RequestedChange
from cleanrooms_governance.planning.atoms import Atom, Setting, State, declared, unexplained_types
from tests.unit.core.builders import (
    BANK,
    BEGINNING,
    EXPORT,
    FUTURE,
    NEWCOMER,
    RECEIVE,
    SHOP,
    change,
    collaboration,
    filed,
    member,
    pays,
    request,
    request_id,
    stack_file,
    wanted_member,
)

NOTHING: frozenset[str] = frozenset()
LIVE = collaboration(member(BANK), member(SHOP))
BANK_RECEIVES = Atom(BANK, Setting.ABILITY, RECEIVE)
PLAN: State = {BANK_RECEIVES: True}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param([change(BANK, RECEIVE)], Verdict.WANTED, id="what the file wants"),
        pytest.param([change(BANK, RECEIVE), change(NEWCOMER)], Verdict.WANTED, id="two things that the file wants"),
        pytest.param([change(BANK)], Verdict.WITHOUT_EFFECT, id="what is so already"),
        pytest.param([], Verdict.WITHOUT_EFFECT, id="nothing"),
        pytest.param([change(BANK, RECEIVE, EXPORT)], Verdict.UNWANTED, id="one ability too many"),
        pytest.param([change(BANK, RECEIVE), change(SHOP, RECEIVE)], Verdict.UNWANTED, id="a change that is not declared"),
        pytest.param([change(BANK, RECEIVE, FUTURE)], Verdict.UNWANTED, id="an ability that nobody knows"),
        pytest.param([change(BANK, RECEIVE, payments=pays(queryCompute=True))], Verdict.UNWANTED, id="a payer"),
        pytest.param([change(BANK, ml_abilities=frozenset({"CAN_DREAM"}))], Verdict.UNWANTED, id="an ML ability"),
        pytest.param([CollaborationChange(frozenset({"ADD_MEMBER"}))], Verdict.UNWANTED, id="auto-approval"),
        pytest.param([CollaborationChange(frozenset())], Verdict.WITHOUT_EFFECT, id="auto-approval as it is"),
    ],
)
def test_a_request_is_judged_by_what_committing_it_now_would_do(changes: list[RequestedChange], expected: Verdict) -> None:
    wanted = declared(stack_file(wanted_member(BANK, RECEIVE), wanted_member(NEWCOMER)))
    assert expected == judge(request(1, *changes), LIVE, wanted)


def test_what_a_member_has_and_a_request_would_drop_is_an_effect() -> None:
    live = collaboration(member(BANK, EXPORT))
    wanted = declared(stack_file(wanted_member(BANK, RECEIVE, EXPORT)))
    assert Verdict.UNWANTED == judge(request(1, change(BANK, RECEIVE)), live, wanted)


def test_a_request_that_holds_something_unknown_is_not_understood_whatever_else_it_holds() -> None:
    wanted = declared(stack_file(wanted_member(BANK, RECEIVE)))
    assert Verdict.NOT_UNDERSTOOD == judge(request(1, change(BANK, RECEIVE), unknown=("changes[0].when",)), LIVE, wanted)
    assert Verdict.NOT_UNDERSTOOD == judge(request(1, unknown=("changes[0].specification.query",)), LIVE, wanted)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(change(BANK, RECEIVE), Verdict.WANTED, id="types that its effects explain"),
        pytest.param(
            change(BANK, RECEIVE, payments=pays(queryCompute=False)), Verdict.NOT_UNDERSTOOD, id="a payer removed unsaid"
        ),
        pytest.param(
            change(BANK, RECEIVE, payments=pays(queryCompute=False, modelTraining=True)),
            Verdict.WANTED,
            id="all that is paid for said",
        ),
    ],
)
def test_a_request_that_does_more_than_it_states_is_not_understood(asked: MemberChange, expected: Verdict) -> None:
    live = collaboration(member(BANK, payments=pays(modelTraining=True)))
    types = frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"} | ({"REMOVE_PAYER_CANDIDATE"} if asked.payments else set()))
    wanted = declared(stack_file(wanted_member(BANK, RECEIVE)))
    assert expected == judge(request(1, replace(asked, types=types)), live, wanted)


@pytest.mark.parametrize("type_", ["REMOVE_PAYER_CANDIDATE", "REVOKE_CAN_RECEIVE_MODEL_OUTPUT", "SOMETHING_NEW", "ADD_MEMBER"])
def test_a_type_that_nothing_stated_can_stand_for_is_unexplained(type_: str) -> None:
    live = collaboration(member(BANK, ml_abilities=frozenset({"CAN_RECEIVE_MODEL_OUTPUT"}), payments=pays(jobCompute=True)))
    asked = request(1, change(BANK, RECEIVE, types=frozenset({"GRANT_RECEIVE_RESULTS_ABILITY", type_})))
    assert {type_} - {"ADD_MEMBER"} == unexplained_types(asked, live)


def test_a_type_whose_effect_came_about_since_stays_explained() -> None:
    asked = request(1, change(BANK, RECEIVE), change(SHOP, EXPORT), live=LIVE)
    assert frozenset() == unexplained_types(asked, collaboration(member(BANK, RECEIVE), member(SHOP)))


@pytest.mark.parametrize(
    "same",
    [
        pytest.param([change(SHOP), change(BANK, RECEIVE, EXPORT)], id="order of changes"),
        pytest.param([change(BANK, EXPORT, RECEIVE, display_name="n"), change(SHOP)], id="display names"),
        pytest.param([change(BANK, EXPORT, RECEIVE, types=frozenset({"x"})), change(SHOP)], id="types"),
    ],
)
def test_the_content_of_a_request_does_not_change_with(same: list[RequestedChange]) -> None:
    assert content_fingerprint([change(BANK, RECEIVE, EXPORT), change(SHOP)]) == content_fingerprint(same)


def test_the_content_of_a_request_changes_with_everything_it_asks_for() -> None:
    contents: list[list[RequestedChange]] = [
        [],
        [change(BANK)],
        [change(SHOP)],
        [change(BANK, RECEIVE)],
        [change(BANK), change(SHOP)],
        [change(BANK, ml_abilities=frozenset())],
        [change(BANK, payments={})],
        [change(BANK, payments=pays(queryCompute=True))],
        [change(BANK, payments=pays(queryCompute=False))],
        [CollaborationChange(frozenset())],
        [CollaborationChange(frozenset({"ADD_MEMBER"}))],
    ]
    assert len(contents) == len({content_fingerprint(each) for each in contents})


class TestOurs:
    """Which requests this stack filed."""

    asked = request(5, change(BANK, RECEIVE))
    content = content_fingerprint(asked.changes)

    def announced(self, day: int, content: str = content) -> Ledger:
        return Ledger().announce(content, (BEGINNING + timedelta(days=day)).timestamp())

    def test_one_that_is_noted_is_ours(self) -> None:
        assert ours(self.asked, [self.asked], Ledger.read(filed(5)))
        assert ours(self.asked, [self.asked], Ledger.read(filed(cancelling=[5])))

    def test_one_that_is_not_noted_is_not(self) -> None:
        assert not ours(self.asked, [self.asked], Ledger.read(filed(4)))

    def test_the_oldest_with_the_announced_content_after_the_mark_is_ours(self) -> None:
        later = request(6, change(BANK, RECEIVE))
        assert self.asked.id == find_unrecorded([later, self.asked], self.announced(4))
        assert not ours(later, [later, self.asked], self.announced(4))

    def test_one_that_was_listed_when_the_filing_was_announced_is_not_ours(self) -> None:
        assert not ours(self.asked, [self.asked], self.announced(5))

    def test_another_content_is_not_ours(self) -> None:
        assert not ours(self.asked, [self.asked], self.announced(4, content_fingerprint([change(SHOP, RECEIVE)])))

    def test_a_found_request_completes_the_ledger(self) -> None:
        ledger = completed(self.announced(4), [self.asked], LIVE, stack_file())
        assert Ledger({self.asked.id: False}) == ledger

    def test_a_filing_that_is_not_to_be_seen_stays_announced(self) -> None:
        assert self.announced(5) == completed(self.announced(5), [self.asked], LIVE, stack_file())


class TestAFullLedger:
    """Seven entries that somebody else cancelled, of which the first was about the bank."""

    requests = tuple(
        request(number, change(BANK if number == 0 else SHOP, RECEIVE), status="CANCELLED", live=LIVE)
        for number in range(CAPACITY)
    )
    ledger = Ledger.read(filed(*range(CAPACITY)))

    def test_keeps_those_that_hold_back_what_the_file_wants(self) -> None:
        desired = stack_file(wanted_member(BANK, RECEIVE))
        assert {request_id(0)} == completed(self.ledger, self.requests, LIVE, desired).filed.keys()

    def test_drops_them_when_the_file_acknowledges_them(self) -> None:
        desired = stack_file(wanted_member(BANK, RECEIVE))
        mark = denied(declared(desired), self.requests, LIVE, self.ledger, NOTHING)[BANK_RECEIVES].fingerprint
        acknowledging = replace(desired, acknowledge=frozenset({mark}))
        assert Ledger() == completed(self.ledger, self.requests, LIVE, acknowledging)

    def test_keeps_what_is_open(self) -> None:
        requests = [replace(each, status="PENDING") for each in self.requests]
        assert completed(self.ledger, requests, LIVE, stack_file()).is_full

    def test_drops_nothing_while_there_is_room(self) -> None:
        ledger = Ledger.read(filed(*range(CAPACITY - 1)))
        assert ledger == completed(ledger, self.requests, LIVE, stack_file())


def held(
    *requests: ChangeRequest, ledger: Ledger | None = None, live: Collaboration = LIVE, ack: frozenset[str] = NOTHING
) -> list[str]:
    """The ids of the requests that hold back the bank's ability."""
    found = denied(PLAN, requests, live, ledger or Ledger(), ack)
    return [each.request.id for each in found.values()]


DENIED = request(1, change(BANK, RECEIVE), status="DENIED", live=LIVE)
REVOKED = change(BANK, types=frozenset({"REVOKE_RECEIVE_RESULTS_ABILITY"}))


class TestDenied:
    """What a past decision holds back."""

    def test_a_denied_effect_is_held_back(self) -> None:
        assert [request_id(1)] == held(DENIED)

    def test_what_the_request_was_not_about_is_not(self) -> None:
        about_export = request(1, change(BANK, RECEIVE, EXPORT), status="DENIED", live=collaboration(member(BANK, RECEIVE)))
        assert [] == held(about_export)

    def test_the_opposite_is_not(self) -> None:
        revoke = request(1, change(BANK), status="DENIED", live=collaboration(member(BANK, RECEIVE)))
        assert [] == held(revoke)

    def test_a_later_commit_about_the_same_setting_lifts_it(self) -> None:
        committed = request(2, REVOKED, change(SHOP, RECEIVE), status="COMMITTED")
        assert [] == held(DENIED, committed)

    def test_a_later_commit_that_only_states_the_same_setting_does_not(self) -> None:
        committed = request(2, change(BANK, EXPORT), status="COMMITTED", live=LIVE)
        assert [request_id(1)] == held(DENIED, committed)

    def test_an_earlier_commit_does_not(self) -> None:
        assert [request_id(1)] == held(request(0, change(BANK, EXPORT), status="COMMITTED"), DENIED)

    def test_a_commit_about_another_account_does_not(self) -> None:
        assert [request_id(1)] == held(DENIED, request(2, change(SHOP, RECEIVE), status="COMMITTED"))

    def test_the_time_of_the_decision_counts_not_that_of_the_filing(self) -> None:
        committed = request(2, REVOKED, status="COMMITTED")
        late = replace(DENIED, updated=BEGINNING + timedelta(days=9))
        assert [request_id(1)] == held(late, committed)

    def test_an_acknowledgement_lifts_exactly_its_own_denial(self) -> None:
        mark = denied(PLAN, [DENIED], LIVE, Ledger(), NOTHING)[BANK_RECEIVES].fingerprint
        again = request(2, change(BANK, RECEIVE), status="DENIED", live=LIVE)
        assert [] == held(DENIED, ack=frozenset({mark}))
        assert [request_id(2)] == held(DENIED, again, ack=frozenset({mark}))
        second = denied(PLAN, [DENIED, again], LIVE, Ledger(), frozenset({mark}))[BANK_RECEIVES].fingerprint
        assert [] == held(DENIED, again, ack=frozenset({mark, second}))
        assert [] == held(DENIED, again, ack=frozenset({second}))
        assert mark != second

    def test_a_request_of_ours_cancelled_by_somebody_else_is_a_denial(self) -> None:
        assert [request_id(1)] == held(replace(DENIED, status="CANCELLED"), ledger=Ledger.read(filed(1)))

    def test_one_that_we_cancelled_is_none(self) -> None:
        assert [] == held(replace(DENIED, status="CANCELLED"), ledger=Ledger.read(filed(cancelling=[1])))

    def test_a_cancelled_request_of_others_is_none(self) -> None:
        assert [] == held(replace(DENIED, status="CANCELLED"))

    def test_an_open_request_is_none(self) -> None:
        assert [] == held(replace(DENIED, status="PENDING"), replace(DENIED, status="APPROVED"))


def missing(*requests: ChangeRequest, ack: frozenset[str] = NOTHING) -> list[str]:
    """The ids of the requests that should have brought about the bank's ability."""
    return [each.request.id for each in not_in_effect(PLAN, requests, LIVE, ack).values()]


COMMITTED = request(1, change(BANK, RECEIVE), status="COMMITTED", live=LIVE)


class TestNotInEffect:
    """What was committed and does not show."""

    def test_a_planned_change_that_was_committed_last_is_missing(self) -> None:
        assert [request_id(1)] == missing(COMMITTED)

    def test_one_that_was_undone_later_is_plain_drift(self) -> None:
        assert [] == missing(COMMITTED, request(2, change(BANK), status="COMMITTED"))

    def test_one_that_was_done_again_after_having_been_undone_is_missing(self) -> None:
        undone = request(2, change(BANK), status="COMMITTED")
        assert [request_id(3)] == missing(COMMITTED, undone, request(3, change(BANK, RECEIVE), status="COMMITTED"))

    def test_a_later_commit_about_another_account_does_not_matter(self) -> None:
        assert [request_id(1)] == missing(COMMITTED, request(2, change(SHOP), status="COMMITTED"))

    @pytest.mark.parametrize("status", ["PENDING", "APPROVED", "DENIED", "CANCELLED"])
    def test_only_what_is_committed_counts(self, status: str) -> None:
        assert [] == missing(replace(COMMITTED, status=status))

    def test_the_order_of_commits_is_that_of_their_ends(self) -> None:
        first_filed_last_committed = replace(COMMITTED, updated=BEGINNING + timedelta(days=9))
        assert [request_id(1)] == missing(first_filed_last_committed, request(2, change(BANK), status="COMMITTED"))

    def test_an_acknowledgement_lets_it_be_filed_once_more(self) -> None:
        mark = not_in_effect(PLAN, [COMMITTED], LIVE, NOTHING)[BANK_RECEIVES].fingerprint
        assert [] == missing(COMMITTED, ack=frozenset({mark}))
        again = request(2, change(BANK, RECEIVE), status="COMMITTED")
        assert [request_id(2)] == missing(COMMITTED, again, ack=frozenset({mark}))
