from dataclasses import replace

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.switches import Switches
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.desired import Limits
from cleanrooms_governance.planning.atoms import Atom, Setting
from cleanrooms_governance.running.advance import advance
from cleanrooms_governance.running.losses import lost_by_removal
from tests.unit.core.builders import (
    BANK,
    EXPORT,
    NEWCOMER,
    QUERY,
    RECEIVE,
    RUNNER,
    SHOP,
    change,
    collaboration,
    member,
    request,
    stack_file,
    wanted_member,
)
from tests.unit.core.governed import Crash, Governed, Service, acting_after, acting_before, crashing_after, create
from tests.unit.core.strategies import PARTNERS, acknowledging

DELETE = "DeleteMember"

LIVE = collaboration(member(BANK, RECEIVE), member(SHOP, RECEIVE), member(RUNNER, QUERY))
WITHOUT_BANK = stack_file(wanted_member(SHOP, RECEIVE), wanted_member(RUNNER, QUERY), removed=frozenset({BANK}))
WITHOUT_BOTH = stack_file(wanted_member(RUNNER, QUERY), removed=frozenset({BANK, SHOP}))


@pytest.fixture
def governed(service: Service) -> Governed:
    service.start()
    return create(service, LIVE)


def status(governed: Governed, account: str) -> str:
    return governed.live.members[account].status  # type: ignore[index]


def test_a_removal_is_made_once_and_the_next_run_writes_nothing(governed: Governed) -> None:
    assert [DELETE] == governed.writes_of(WITHOUT_BANK)
    assert "REMOVED" == status(governed, BANK)
    assert [] == governed.writes_of(WITHOUT_BANK)
    assert ["removed member 444455556666 (bank)"] == governed.told


def test_a_removal_is_made_while_a_request_about_others_waits_for_votes(governed: Governed) -> None:
    desired = stack_file(
        wanted_member(SHOP, RECEIVE), wanted_member(RUNNER, QUERY), wanted_member(NEWCOMER), removed=frozenset({BANK})
    )
    report = governed.run(desired)
    assert (Outcome.WAITING, "REMOVED") == (report.outcome, status(governed, BANK))
    assert BANK not in {account for each in report.world.requests for account in each.approvals}


def test_a_lost_answer_to_a_removal_is_looked_after_and_it_is_sent_once(governed: Governed) -> None:
    governed.service.fail(FaultRule(kind=FaultKind.DROP_AFTER, operation=DELETE, times=1))
    report = governed.run(WITHOUT_BANK)
    assert (Outcome.CONVERGED, "REMOVED") == (report.outcome, status(governed, BANK))
    assert [DELETE] == governed.service.called(operation=DELETE)


def test_a_removal_that_may_not_have_been_made_is_said_and_the_next_run_makes_it(governed: Governed) -> None:
    governed.service.fail(FaultRule(kind=FaultKind.DROP_BEFORE, operation=DELETE, times=1))
    report = governed.run(WITHOUT_BANK)
    assert (Outcome.FAILED, "ACTIVE") == (report.outcome, status(governed, BANK))
    assert "it is not known whether 444455556666 (bank) was removed" in report.failure
    assert (Outcome.CONVERGED, "REMOVED") == (governed.run(WITHOUT_BANK).outcome, status(governed, BANK))


def test_a_run_that_dies_after_a_removal_is_carried_on_by_the_next_one(governed: Governed) -> None:
    desired = acknowledging(WITHOUT_BOTH, governed.live)
    with crashing_after(governed.service, DELETE), pytest.raises(Crash):
        governed.run(desired)
    assert ["REMOVED", "ACTIVE"] == [status(governed, each) for each in (BANK, SHOP)]
    assert (Outcome.CONVERGED, [DELETE, DELETE]) == (governed.run(desired).outcome, governed.service.called(operation=DELETE))


@pytest.mark.parametrize("answer", ["204", "404", "409"])
@pytest.mark.parametrize("meanwhile", ["removed", "left"])
def test_an_account_that_goes_by_itself_in_the_last_moment_is_gone_all_the_same(
    governed: Governed, answer: str, meanwhile: str
) -> None:
    governed.service.app.switches = Switches.from_names({"removingTwice": answer})

    def go() -> None:
        governed.remove(BANK) if meanwhile == "removed" else governed.leave(BANK)

    with acting_before(governed.service, DELETE, go):
        report = governed.run(WITHOUT_BANK)
    assert (Outcome.CONVERGED, meanwhile.upper()) == (report.outcome, status(governed, BANK))


def test_an_account_that_still_shows_after_its_removal_is_a_failure(service: Service) -> None:
    service.start({"readdRemoved": "accept"})
    governed = create(service, replace(LIVE, auto_approved=frozenset({"ADD_MEMBER"})))
    reviewed = governed.reviewed(WITHOUT_BANK)
    with acting_after(service, DELETE, lambda: governed.file(BANK)):
        report = governed.run(WITHOUT_BANK, reviewed)
    assert "DeleteMember of 444455556666 was answered, and 444455556666 (bank) still shows as a member" in report.failure
    assert [DELETE] == service.called(operation=DELETE)


def test_who_may_not_remove_members_is_told_so(governed: Governed) -> None:
    governed.service.fail(FaultRule(kind=FaultKind.ERROR, operation=DELETE, code="AccessDeniedException"))
    report = governed.run(WITHOUT_BANK)
    assert (Outcome.FAILED, "ACTIVE") == (report.outcome, status(governed, BANK))
    assert "DeleteMember" in report.failure


def test_several_removals_are_made_one_after_the_other_once_all_are_acknowledged(governed: Governed) -> None:
    acknowledged = acknowledging(WITHOUT_BOTH, governed.live)
    marks = sorted(acknowledged.acknowledge)
    for kept_back in marks:
        report = governed.run(replace(acknowledged, acknowledge=frozenset(marks) - {kept_back}))
        assert Outcome.REFUSED == report.outcome
    assert [] == governed.service.called(operation=DELETE)
    governed.run(acknowledged)
    assert ("REMOVED", "REMOVED") == (status(governed, BANK), status(governed, SHOP))


def test_the_limit_is_counted_again_before_each_removal(service: Service) -> None:
    service.start()
    staying = PARTNERS[:2]
    governed = create(service, collaboration(*map(member, (BANK, SHOP, NEWCOMER, *staying))))
    limits = Limits(removals=0, removal_share=0.5)
    desired = stack_file(*map(wanted_member, staying), removed=frozenset({BANK, SHOP, NEWCOMER}), limits=limits)

    def leave() -> None:
        for account in staying:
            governed.leave(account)

    with acting_before(service, DELETE, leave):
        report = governed.run(desired)
    assert ["REMOVED", "ACTIVE", "ACTIVE"] == [status(governed, each) for each in (BANK, SHOP, NEWCOMER)]
    assert "this plan removes 2 of 3 members" in report.failure


def test_nobody_is_removed_in_a_run_in_which_something_failed_elsewhere(governed: Governed) -> None:
    trouble = ["acme/prod/other (no answer)"]
    parties = replace(governed.parties(), trouble=lambda: "".join(trouble))
    report = advance(WITHOUT_BANK, governed.id, governed.reviewed(WITHOUT_BANK), parties)
    assert (Outcome.WAITING, "ACTIVE") == (report.outcome, status(governed, BANK))
    assert any("something failed before: acme/prod/other (no answer)" in each.message for each in report.decision.remarks)
    trouble.clear()
    advance(WITHOUT_BANK, governed.id, governed.reviewed(WITHOUT_BANK), parties)
    assert "REMOVED" == status(governed, BANK)


@pytest.mark.parametrize("departed", ["dropped", "kept"])
def test_a_request_of_ours_never_waits_for_the_vote_of_a_removed_member(service: Service, departed: str) -> None:
    service.start({"departedVote": departed})
    governed = create(service, LIVE)
    wants = (wanted_member(RUNNER, QUERY), wanted_member(SHOP, RECEIVE, EXPORT))
    governed.run(stack_file(*wants, wanted_member(BANK, RECEIVE)))
    governed.approve(RUNNER, SHOP)
    without_bank = stack_file(*wants, removed=frozenset({BANK}))
    governed.run(without_bank)
    governed.approve(RUNNER, SHOP)
    report = governed.run(without_bank)
    assert (Outcome.CONVERGED, {RECEIVE, EXPORT}) == (report.outcome, governed.abilities(SHOP))


def test_what_others_lose_by_a_removal_is_seen() -> None:
    before = collaboration(member(BANK, RECEIVE), member(SHOP, RECEIVE, EXPORT), member(RUNNER, QUERY))
    after = collaboration(member(BANK, RECEIVE, status="REMOVED"), member(SHOP, RECEIVE), member(RUNNER, status="LEFT"))
    assert [Atom(SHOP, Setting.ABILITY, EXPORT)] == [*lost_by_removal(before, after, BANK, ())]
    asked = request(1, change(SHOP, RECEIVE), status="COMMITTED")
    assert () == lost_by_removal(before, after, BANK, [asked])


def test_a_removal_after_which_nothing_can_be_read_is_named_in_the_failure(governed: Governed) -> None:
    blind = FaultRule(kind=FaultKind.ERROR, operation="ListMembers", code="AccessDeniedException")
    with acting_after(governed.service, DELETE, lambda: governed.service.fail(blind)):
        report = governed.run(WITHOUT_BANK)
    governed.service.fail()
    assert (Outcome.FAILED, "REMOVED") == (report.outcome, status(governed, BANK))
    assert "whether 444455556666 (bank) is still a member could not be read afterwards" in report.failure
