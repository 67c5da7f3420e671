"""What a run must not do is found when it is done: here somebody does it by hand, as if it were the run."""

from collections.abc import Callable

import pytest

from cleanrooms_governance.change_requests.next_move import Outcome
from tests.reliability.governing import oracle
from tests.reliability.governing.machine import service_of_process
from tests.reliability.governing.town import CREATORS, Town
from tests.reliability.governing.watching import Watch
from tests.reliability.operators import Ran
from tests.unit.core.builders import BANK, CREATOR, NEWCOMER, RUNNER, SHOP


@pytest.fixture
def town() -> Town:
    """The collaboration has been made, and the bank and the shop have joined."""
    service = service_of_process()
    service.start()
    made = Town(service)
    made.operator(CREATORS).up()
    for account in (BANK, SHOP):
        made.act("join", account, 0)
    return made


def found(town: Town, do: Callable[[Town], None], ran: Ran | None = None) -> list[str]:
    """What is found when something is done as if by a run of the creator's file."""
    watch = Watch(town.service, town.operator(CREATORS).sections, town.today)
    do(town)
    return watch.breaches(ran)


def run(town: Town) -> None:
    town.operator(CREATORS).up()


def commit(town: Town) -> None:
    for id in oracle.requests(town.service.app.store):
        town.decide(CREATOR, id, "COMMIT")


def approved(town: Town, account: str, number: int) -> None:
    """A request that everybody has approved."""
    town.act("file", account, number)
    for id, request in oracle.requests(town.service.app.store).items():
        for voter in request["approvals"]:
            town.decide(voter, id, "APPROVE")


def test_a_run_that_does_what_the_file_asks_breaks_nothing(town: Town) -> None:
    town.edit("ability", BANK, 0)
    assert [] == found(town, run)


def test_a_removal_with_one_signature_is_found(town: Town) -> None:
    town.edit("line_lost", BANK, 0)
    assert [
        f"DeleteMember of {BANK} without two signatures",
        f"{BANK} lost member, about which the file is silent",
    ] == found(town, lambda town: town.act("remove", BANK, 0))


def test_a_removal_with_two_signatures_is_none(town: Town) -> None:
    town.edit("removal", BANK, 0)
    assert [] == found(town, lambda town: town.act("remove", BANK, 0))


def test_somebody_let_in_who_is_in_no_file_is_found(town: Town) -> None:
    approved(town, NEWCOMER, 0)
    assert [f"{NEWCOMER} gained member"] == found(town, commit)


def test_an_ability_and_a_payer_that_the_file_does_not_name_are_found(town: Town) -> None:
    approved(town, BANK, 1 + 4)
    assert [f"{BANK} gained CAN_RECEIVE_RESULTS", f"{BANK} gained queryCompute"] == found(town, commit)


def test_an_ability_that_the_file_wants_and_a_run_takes_is_found(town: Town) -> None:
    approved(town, BANK, 1)
    commit(town)
    town.edit("ability", BANK, 0)
    town.edit("ability", BANK, 1)
    approved(town, BANK, 2)
    assert [f"{BANK} lost CAN_RECEIVE_RESULTS, which the file wants"] == found(town, commit)


def test_a_vote_without_a_rule_is_found(town: Town) -> None:
    town.edit("rules", RUNNER, 1)
    town.act("file", BANK, 1)
    ((id, _),) = oracle.requests(town.service.app.store).items()
    (said,) = found(town, lambda town: town.decide(RUNNER, id, "APPROVE"))
    assert said.startswith(f"no rule approves {id}")


def test_a_vote_against_a_rule_is_found(town: Town) -> None:
    town.edit("rules", RUNNER, 2)
    town.act("file", "888888888888", 0)
    ((id, _),) = oracle.requests(town.service.app.store).items()
    assert [f"a rule denies {id}"] == found(town, lambda town: town.decide(RUNNER, id, "APPROVE"))


def test_a_vote_of_an_account_that_is_in_no_file_is_found(town: Town) -> None:
    town.act("file", BANK, 1)
    ((id, _),) = oracle.requests(town.service.app.store).items()
    assert [f"{SHOP} has no say in this file"] == found(town, lambda town: town.decide(SHOP, id, "APPROVE"))


def test_a_second_request_for_the_same_is_found(town: Town) -> None:
    town.service.app.switches = town.service.app.switches.with_names({"concurrency": "free"})
    town.act("file", BANK, 1)
    (said,) = found(town, lambda town: town.act("file", BANK, 1))
    assert "asks for what" in said


def test_an_operation_that_no_run_may_call_is_found(town: Town) -> None:
    def hand_out(town: Town) -> None:
        town.service.console(BANK).list_privacy_budget_templates(membershipIdentifier=str(town.membership(BANK)))

    assert ["called ListPrivacyBudgetTemplates"] == found(town, hand_out)


def test_a_calm_that_is_not_there_is_found(town: Town) -> None:
    town.edit("ability", BANK, 0)
    town.edit("name", BANK, 1)
    ends = {oracle.KEY: Outcome.CONVERGED}
    said = Ran([f"{key}: converged" for key in (oracle.KEY, "media", "retailer")], ends)
    assert [
        f"it is called converged, and {BANK} differs in CAN_RECEIVE_RESULTS",
        "it is called converged, and name is retail",
        "it is called converged, and description is None",
    ] == found(town, lambda _: None, said)


def test_a_resource_of_which_nothing_is_said_is_found(town: Town) -> None:
    said = Ran([f"{oracle.KEY}: converged", "media: converged"], {})
    assert ["nothing is said about how retailer ended"] == found(town, lambda _: None, said)
