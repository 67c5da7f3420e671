"""What tests and demos do to a running service, through the control client and by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.callers.roles import Role
from cleanrooms_emulator.control.client import ControlRefused, EmulatorControl
from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.world.store import Store
from tests.emulator.raw import CREATOR, send

NEW = {
    "name": "Campaigns",
    "creatorDisplayName": "Hub",
    "creatorMemberAbilities": [],
    "members": [{"accountId": "222233334444", "displayName": "Spoke", "memberAbilities": []}],
    "queryLogStatus": "DISABLED",
}


@pytest.fixture
def control(url: str) -> EmulatorControl:
    return EmulatorControl(url)


def create(app: Application) -> str:
    return str(client(app, "cleanrooms", CREATOR).create_collaboration(**NEW)["collaboration"]["id"])


def names(app: Application) -> list[str]:
    return [each["id"] for each in client(app, "cleanrooms", CREATOR).list_collaborations()["collaborationList"]]


def test_health_tells_what_is_built(control: EmulatorControl) -> None:
    health = control.health()
    assert "ok" == health["status"]
    assert {"cleanrooms.CreateCollaboration", "sts.AssumeRole"} <= set(health["operations"])


def test_the_journal_tells_who_called_what_and_what_came_of_it(app: Application, control: EmulatorControl) -> None:
    create(app)
    send(app, "GET", "/collaborations?maxResults=1000")

    first, second = control.journal()
    assert (1, CREATOR, f"arn:aws:iam::{CREATOR}:root", "eu-west-1") == tuple(
        first[name] for name in ("sequence", "account", "principal", "region")
    )
    assert ("cleanrooms", "CreateCollaboration", NEW, 200, None, None) == tuple(
        first[name] for name in ("service", "operation", "parameters", "status", "error", "fault")
    )
    assert (2, 400, "ValidationException") == (second["sequence"], second["status"], second["error"])


def test_the_journal_can_be_read_from_where_one_left_off(app: Application, control: EmulatorControl) -> None:
    create(app)
    seen = control.last_sequence()
    names(app)
    assert ["ListCollaborations"] == [entry["operation"] for entry in control.journal(after=seen)]


def test_a_cleared_journal_goes_on_counting(app: Application, control: EmulatorControl) -> None:
    names(app)
    control.clear_journal()
    names(app)
    assert [2] == [entry["sequence"] for entry in control.journal()]


def test_reset_makes_an_empty_world(app: Application, control: EmulatorControl) -> None:
    create(app)
    control.advance_clock(1000)
    control.set_faults(FaultRule(kind=FaultKind.THROTTLE, operation="GetMembership"))
    control.set_switches({"notFound": "404"})
    control.declare_roles([Role("arn:aws:iam::222233334444:role/write", (CREATOR,))])
    control.reset()

    assert [] == control.journal()
    assert ([], [], "403") == (names(app), control.faults(), control.switches()["notFound"])
    assert {} == control.snapshot()["documents"]


def test_reset_goes_back_to_the_switches_the_service_was_started_with() -> None:
    app = Application(switches=Switches.from_names({"notFound": "404"}))
    app.switches = app.switches.with_names({"notFound": "403"})
    app.reset()
    assert "404" == app.switches.as_names()["notFound"]


def test_the_clock_is_set_and_moved(control: EmulatorControl) -> None:
    control.set_clock(1_900_000_000)
    control.advance_clock(3600.5)
    assert 1_900_003_600 < control.now()


def test_fault_rules_are_set_and_their_counters_read(app: Application, control: EmulatorControl) -> None:
    control.set_faults(FaultRule(kind=FaultKind.DROP_AFTER, operation="ListCollaborations", every=2))
    names(app)
    (rule,) = control.faults()
    assert ("dropAfter", "ListCollaborations", 2, 1, 0) == tuple(
        rule[name] for name in ("kind", "operation", "every", "matched", "hits")
    )
    control.set_faults()
    assert [] == control.faults()


def test_switches_that_are_not_named_stay(app: Application, control: EmulatorControl) -> None:
    control.set_switches({"notFound": "404"})
    control.set_switches({"noopChange": "accept"})
    assert {**Switches().as_names(), "notFound": "404", "noopChange": "accept"} == control.switches()
    assert control.switches() == app.switches.as_names()


def test_switches_set_on_the_way_outlive_a_restart() -> None:
    store = Store()
    app = Application(store=store)
    app.switches = app.switches.with_names({"notFound": "404"})
    assert "404" == Application(store=store).switches.as_names()["notFound"]


def test_a_restored_snapshot_is_the_world_it_was_taken_of(app: Application, control: EmulatorControl) -> None:
    control.set_switches({"notFound": "404"})
    control.advance_clock(5000)
    first = create(app)
    snapshot = control.snapshot()
    create(app)
    control.set_switches({"notFound": "403"})

    control.restore(snapshot)
    assert [first] == names(app)
    assert "404" == control.switches()["notFound"]
    assert snapshot == control.snapshot()


def test_a_snapshot_makes_the_same_world_in_another_service(app: Application, tmp_path: Path) -> None:
    first = create(app)
    store = Store(tmp_path / "world")
    other = Application(store=store, ids="tests")
    other.restore(json.loads(json.dumps(app.snapshot())))

    assert [first] == names(other)
    assert create(app) == create(other)
    store.close()


def test_roles_are_declared(app: Application, control: EmulatorControl) -> None:
    role = Role("arn:aws:iam::222233334444:role/write", (CREATOR,), "secret")
    control.declare_roles([role])
    _, content = send(app, "GET", "/_emulator/roles", headers={})
    assert {"roles": [role.as_json()]} == content


@pytest.mark.parametrize(
    ("method", "target", "body", "message"),
    [
        ("GET", "journal?after=x", None, "takes ?after= with a sequence number, not 'after=x'"),
        ("GET", "journal?since=1", None, "takes ?after= with a sequence number"),
        ("POST", "clock", {}, 'takes {"advance": SECONDS} or {"set": EPOCH_SECONDS}'),
        ("POST", "clock", {"advance": True}, 'takes {"advance": SECONDS}'),
        ("POST", "clock", {"advance": 1, "set": 2}, 'takes {"advance": SECONDS}'),
        ("POST", "clock", {"advance": -1}, "the clock cannot be moved back by 1 s"),
        ("PUT", "faults", [], "the body must be a JSON object"),
        ("PUT", "faults", {"rules": {}}, 'takes {"rules": [...]}'),
        ("PUT", "faults", {"rules": [{"kind": "throttle"}, {"kind": "boom"}]}, "rules[2]: kind: 'boom' is not one of"),
        ("PUT", "switches", {"notFound": "500"}, "switch notFound: '500' is not one of 403, 404"),
        ("PUT", "switches", {"notfound": "404"}, "unknown switch 'notfound'; nearest are notFound"),
        ("PUT", "switches", {"notFound": ["404"]}, "switch notFound: ['404'] is not one of"),
        ("POST", "restore", {}, "schemaVersion is None"),
        ("PUT", "roles", {}, 'takes {"roles": [...]}'),
        ("PUT", "roles", {"roles": [7]}, "roles[1]: a role must be an object"),
        ("PUT", "roles", {"roles": [{"arn": "x"}]}, "roles[1]: x is not the ARN of a role"),
        ("PUT", "roles", {"roles": [{"arn": 7}]}, "roles[1]: arn must be a string"),
        ("PUT", "roles", {"roles": [{"name": "x"}]}, "roles[1]: unknown member name; a role has arn"),
    ],
)
def test_bad_input_is_refused_with_the_reason_and_changes_nothing(
    app: Application, method: str, target: str, body: Any, message: str
) -> None:
    before = app.snapshot()
    data = b"" if body is None else json.dumps(body).encode()
    response, content = send(app, method, f"/_emulator/{target}", data, headers={})

    assert 400 == response.status
    assert message in content["message"]
    assert before == app.snapshot()


@pytest.mark.parametrize(
    ("trusted", "external_id", "message"),
    [
        (["12"], None, "trustedAccounts of arn:aws:iam::222233334444:role/w must be a list of account ids of 12 digits"),
        ("111122223333", None, "must be a list"),
        ([CREATOR], 7, "externalId of arn:aws:iam::222233334444:role/w must be a string"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused(trusted: Any, external_id: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Role.from_json({"arn": "arn:aws:iam::222233334444:role/w", "trustedAccounts": trusted, "externalId": external_id})


def test_a_body_that_is_no_json_is_refused(app: Application) -> None:
    response, content = send(app, "POST", "/_emulator/restore", b"{", headers={})
    assert (400, True) == (response.status, "the body is not JSON" in content["message"])


def test_an_unknown_route_lists_the_known_ones(app: Application) -> None:
    response, content = send(app, "GET", "/_emulator/jornal", headers={})
    assert 404 == response.status
    assert "there is no /_emulator/jornal; there are clock, faults, health, journal" in content["message"]


def test_a_wrong_method_names_the_right_ones(app: Application) -> None:
    response, content = send(app, "POST", "/_emulator/switches", headers={})
    assert (405, "GET, PUT") == (response.status, response.headers["allow"])
    assert "switches takes GET, PUT, not POST" == content["message"]


def test_the_control_client_tells_why_it_was_refused(control: EmulatorControl) -> None:
    with pytest.raises(ControlRefused, match="unknown switch 'colour'"):
        control.set_switches({"colour": "blue"})
