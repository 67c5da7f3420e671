"""Steady mode: the documented rates on the service's own clock."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.control.client import ControlRefused, EmulatorControl
from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.limits.rates import RateLimits, Rates
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.transport.server_thread import serve_in_thread
from cleanrooms_emulator.world.clock import Clock
from cleanrooms_emulator.world.store import Store
from tests.emulator.robustness.accounts import HUB, SPOKE, error_code


@pytest.fixture
def app() -> Application:
    """A steady world whose clock stands still."""
    store = Store()
    app = Application(store=store, clock=Clock(store, source=lambda: 1_790_000_000.0))
    app.limits.rates = Rates(steady=True)
    return app


def answered(app: Application, calls: int, account: str = HUB, region: str = "eu-west-1") -> int:
    """How many of so many ListCollaborations are answered."""
    cleanrooms = client(app, "cleanrooms", account, region)
    return sum(succeeds(cleanrooms) for _ in range(calls))


def succeeds(cleanrooms: Any) -> bool:
    try:
        cleanrooms.list_collaborations()
    except ClientError as error:
        if error.response["Error"]["Code"] != "ThrottlingException":
            raise
        return False
    return True


def test_five_calls_of_an_operation_are_answered_at_once_and_no_more(app: Application) -> None:
    assert 5 == answered(app, 12)


def test_five_more_are_answered_a_second_later_however_long_the_pause(app: Application) -> None:
    answered(app, 12)
    app.clock.advance(1)
    assert 5 == answered(app, 12)
    app.clock.advance(3600)
    assert 5 == answered(app, 12)


def test_one_call_is_answered_after_a_fifth_of_a_second(app: Application) -> None:
    answered(app, 12)
    app.clock.advance(0.2)
    assert 1 == answered(app, 12)


def test_five_calls_a_second_are_answered_for_as_long_as_one_likes(app: Application) -> None:
    for _ in range(50):
        assert 1 == answered(app, 1)
        app.clock.advance(0.2)


@pytest.mark.parametrize(("account", "region"), [(SPOKE, "eu-west-1"), (HUB, "us-east-1")], ids=["account", "Region"])
def test_every_account_and_every_region_has_its_own_rate(app: Application, account: str, region: str) -> None:
    answered(app, 5)
    assert 5 == answered(app, 5, account, region)


def test_every_operation_has_its_own_rate(app: Application) -> None:
    answered(app, 5)
    client(app, "cleanrooms", HUB).list_memberships()
    assert [None] == [entry.error for entry in app.journal.entries(operation="ListMemberships")]


@pytest.mark.parametrize(
    ("operation", "rate"),
    [("GetConfiguredTable", 20), ("GetProtectedQuery", 20), ("GetCollaboration", 5), ("UpdateMembership", 5)],
)
def test_the_rates_are_those_of_the_guide(operation: str, rate: int) -> None:
    limits = RateLimits(Store())
    limits.rates = Rates(steady=True)
    assert rate == sum(limits.admits("cleanrooms", operation, HUB, "eu-west-1", 1000.0) for _ in range(100))


def test_sts_is_never_throttled(app: Application) -> None:
    sts = client(app, "sts", HUB)
    assert {HUB} == {sts.get_caller_identity()["Account"] for _ in range(30)}


def test_a_throttled_call_has_no_effect_and_the_journal_says_why(app: Application) -> None:
    answered(app, 6)
    last = app.journal.entries()[-1]
    assert ("ListCollaborations", "steady", 429, "ThrottlingException") == (last.operation, last.fault, last.status, last.error)


def test_fault_rules_do_not_see_a_call_that_came_too_fast(app: Application) -> None:
    app.faults.set([FaultRule(kind=FaultKind.INTERNAL, skip=100)])
    answered(app, 12)
    assert [5] == [rule["matched"] for rule in app.faults.as_json()]


def test_without_steady_mode_nothing_is_throttled(app: Application) -> None:
    app.limits.rates = Rates()
    assert 100 == answered(app, 100)


def test_rates_and_burst_can_be_adjusted(app: Application) -> None:
    app.limits.rates = Rates(steady=True, default=2, burst=3)
    assert 6 == answered(app, 20)
    app.limits.rates = Rates(steady=True, rates={"ListCollaborations": 8})
    assert 8 == answered(app, 20)


def test_a_rate_below_one_a_second_lets_one_call_pass_at_a_time(app: Application) -> None:
    app.limits.rates = Rates(steady=True, default=0.1)
    assert 1 == answered(app, 3)
    app.clock.advance(9)
    assert 0 == answered(app, 3)
    app.clock.advance(1)
    assert 1 == answered(app, 3)


def test_a_clock_that_is_set_back_fills_nothing(app: Application) -> None:
    answered(app, 5)
    app.clock.set(1_000_000_000)
    assert 0 == answered(app, 3)
    app.clock.advance(1)
    assert 5 == answered(app, 12)


def test_reset_ends_steady_mode(app: Application) -> None:
    app.reset()
    assert 20 == answered(app, 20)


def test_steady_mode_goes_on_after_a_restart(app: Application) -> None:
    again = Application(store=app.store, clock=app.clock)
    assert 5 == answered(again, 12)


def test_many_threads_together_get_no_more_than_the_rate() -> None:
    limits = RateLimits(Store())
    limits.rates = Rates(steady=True)
    admitted: list[bool] = []

    def call() -> None:
        for _ in range(50):
            admitted.append(limits.admits("cleanrooms", "GetCollaboration", HUB, "eu-west-1", 1000.0))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (5, 400) == (sum(admitted), len(admitted))


def test_changed_rates_keep_what_is_not_named() -> None:
    rates = Rates(steady=True).changed({"burst": 2, "rates": {"ListMembers": 9}})
    assert {
        "steady": True,
        "default": 5.0,
        "burst": 2,
        "rates": {"GetConfiguredTable": 20.0, "GetProtectedQuery": 20.0, "ListMembers": 9},
    } == rates.as_json()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "rates must be an object"),
        ({"steady": "yes"}, "steady: 'yes' is neither true nor false"),
        ({"default": 0}, "default: 0 is not a number above 0"),
        ({"burst": True}, "burst: True is not a number above 0"),
        ({"rates": []}, "rates: must be an object of calls a second by operation"),
        ({"rates": {"ListMember": 1}}, "rates: 'ListMember' is no operation of cleanrooms, cleanroomsml"),
        ({"rates": {"ListMembers": -1}}, "rates.ListMembers: -1 is not a number above 0"),
        ({"rates": {"ListMembers": float("nan")}}, "rates.ListMembers: nan is not a number above 0"),
        ({"colour": 1}, "unknown member colour; there are steady, default, burst, rates"),
    ],
)
def test_rates_that_make_no_sense_are_refused(document: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Rates().changed(document)


def test_a_client_that_waits_and_tries_again_gets_through(app: Application) -> None:
    assert "ThrottlingException" == error_code_after_five(app)
    app.clock.advance(0.2)
    assert 1 == answered(app, 1)


def error_code_after_five(app: Application) -> str:
    answered(app, 5)
    return error_code(client(app, "cleanrooms", HUB).list_collaborations)


def test_rates_are_set_over_the_control_route_one_by_one(app: Application) -> None:
    with serve_in_thread(app) as url:
        control = EmulatorControl(url)
        control.set_rates(rates={"ListCollaborations": 3})
        control.set_rates(burst=2)
        assert (True, 2, 3) == (
            control.rates()["steady"],
            control.rates()["burst"],
            control.rates()["rates"]["ListCollaborations"],
        )
        assert 6 == answered(app, 20)
        control.set_rates(steady=False)
        assert 20 == answered(app, 20)
        with pytest.raises(ControlRefused, match="burst: 0 is not a number above 0"):
            control.set_rates(burst=0)
