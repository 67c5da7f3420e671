"""The command `cleanrooms-emulator`: what it lists, what it sets, and what it says about arguments it does not take."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cleanrooms_emulator import registry
from cleanrooms_emulator.__main__ import main
from cleanrooms_emulator.application import Application
from cleanrooms_emulator.command.command_line import parse
from cleanrooms_emulator.command.set_up import application
from cleanrooms_emulator.control.client import EmulatorControl
from cleanrooms_emulator.limits.paging import Paging
from cleanrooms_emulator.switches import describe
from cleanrooms_emulator.transport import server_process
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.wire.service import service
from cleanrooms_emulator.world.snapshot_file import read_snapshot, write_snapshot
from cleanrooms_emulator.world.state_file import StateFileError
from cleanrooms_emulator.world.store import Store
from tests.emulator.robustness.accounts import HUB, NEW, over_http

COLLABORATIONS = "Collaborations created per account"


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The lines of a command that does well."""
    assert 0 == main(arguments)
    output, errors = capsys.readouterr()
    assert "" == errors
    return output.splitlines()


def world(*arguments: str, store: Store | None = None) -> Application:
    """What the service serves when it is started with these arguments."""
    return application(Store() if store is None else store, parse(arguments))


def test_every_switch_is_listed_with_values_default_meaning_knowledge_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    lines = iter(said(capsys, "--list-switches"))
    for switch in describe():
        assert f"{switch.name}={'|'.join(switch.values)} (default {switch.default})" == next(lines)
        assert [switch.meaning, f"Known: {switch.known}", f"Source: {switch.source}"] == [next(lines).strip() for _ in range(3)]
    assert [] == list(lines)


def test_every_operation_is_listed_as_built_or_validated(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "--list-operations")
    names = [f"{each}.{operation}" for each in registry.SERVICES for operation in sorted(service(each).operation_names)]
    assert names == [line.split()[1] for line in lines]
    assert {f"{owner}.{operation}" for owner, operation in registry.registered()} == {
        line.split()[1] for line in lines if line.startswith("built ")
    }
    assert {"built", "validated"} >= {line.split()[0] for line in lines}


def test_the_operations_of_both_services_of_the_model_are_162(capsys: pytest.CaptureFixture[str]) -> None:
    of_clean_rooms = [line for line in said(capsys, "--list-operations") if " cleanrooms" in line]
    assert 162 == len(of_clean_rooms) == len(set(of_clean_rooms))


def test_every_quota_is_listed_with_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "--list-quotas")
    assert {f"{COLLABORATIONS}=500", "Concurrent jobs per membership=depends on the Region"} <= set(lines)
    assert sorted(lines) == lines


def test_the_help_names_every_option_and_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    text = capsys.readouterr().out
    assert 0 == ended.value.code
    assert {
        "--port", "--state", "--load", "--switch", "--quota", "--fault", "--steady", "--rate", "--burst",
        "--page-size", "--empty-pages", "--list-switches", "--list-operations", "--list-quotas",
    } <= set(re.findall(r"--[a-z-]+", text))  # fmt: skip
    assert "AWS_ENDPOINT_URL" in text
    assert "Examples:" in text


def test_faults_are_set_in_the_order_in_which_they_are_given() -> None:
    app = world("--fault", "kind=throttle,operation=ListMembers,every=3", "--fault", '{"kind": "hang"}')
    assert [("throttle", "ListMembers", 3), ("hang", "*", 1)] == [
        (rule["kind"], rule["operation"], rule["every"]) for rule in app.faults.as_json()
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], (False, 5.0, 1.0, None)),
        (["--steady"], (True, 5.0, 1.0, None)),
        (["--steady", "--rate", "ListMembers=9", "--rate", "*=2.5", "--burst", "3"], (True, 2.5, 3.0, 9.0)),
    ],
    ids=["off", "on", "adjusted"],
)
def test_steady_mode_is_set_with_its_rates(arguments: list[str], expected: tuple[bool, float, float, float | None]) -> None:
    rates = world(*arguments).limits.rates
    assert expected == (rates.steady, rates.default, rates.burst, rates.rates.get("ListMembers"))


def test_paging_and_quotas_are_set() -> None:
    app = world("--page-size", "2", "--empty-pages", "--quota", f"{COLLABORATIONS}=3")
    assert Paging(page_size=2, empty_pages=True) == app.paging
    assert {"value": 3} == app.store.get("quota", COLLABORATIONS)


def test_what_is_not_given_stays_as_the_kept_world_has_it() -> None:
    store = Store()
    world("--steady", "--fault", "kind=hang", "--page-size", "2", "--switch", "notFound=404", store=store)
    again = world("--page-size", "3", store=store)

    assert (True, ["hang"], 3, "404") == (
        again.limits.rates.steady,
        [rule["kind"] for rule in again.faults.as_json()],
        again.paging.page_size,
        again.switches.as_names()["notFound"],
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fault", "kind=boom"], "argument --fault: kind: 'boom' is not one of throttle"),
        (["--fault", "throttle"], "argument --fault: 'throttle' is not NAME=VALUE; a fault is written like kind=throttle"),
        (["--rate", "ListMembers=fast"], "argument --rate: 'ListMembers=fast': 'fast' is not a number"),
        (["--rate", "ListMember=5"], "argument --rate, --burst: rates: 'ListMember' is no operation"),
        (["--burst", "-1"], "argument --rate, --burst: burst: -1.0 is not a number above 0"),
        (["--page-size", "0"], "argument --page-size: pageSize: 0 is not a whole number of at least 1"),
        (["--quota", "Collaborations=1"], "argument --quota: unknown quota 'Collaborations'; there are"),
        (["--quota", f"{COLLABORATIONS}=-1"], "argument --quota: quota Collaborations created per account: -1 is not"),
        (["--switch", "notFound=500"], "argument --switch: switch notFound: '500' is not one of 403, 404"),
        (["--list"], "unrecognized arguments: --list"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_arguments_that_make_no_sense_are_one_line_that_says_why(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert 64 == main(arguments)
    output, errors = capsys.readouterr()
    assert "" == output
    assert errors.startswith("cleanrooms-emulator: ")
    assert (1, True) == (errors.count("\n"), message in errors)


def snapshot_of_a_world(path: Path) -> str:
    """A snapshot file of a world with one collaboration; its id."""
    app = Application()
    made = client(app, "cleanrooms", HUB).create_collaboration(**NEW)["collaboration"]
    write_snapshot(app.snapshot(), path)
    return str(made["id"])


def test_a_world_begins_with_a_loaded_snapshot(tmp_path: Path) -> None:
    id = snapshot_of_a_world(tmp_path / "world.json")
    app = world("--load", str(tmp_path / "world.json"))
    listed = client(app, "cleanrooms", HUB).list_collaborations()["collaborationList"]
    assert [id] == [each["id"] for each in listed]


def test_a_written_snapshot_is_read_as_it_was(tmp_path: Path) -> None:
    app = world("--steady", "--fault", "kind=hang", "--switch", "notFound=404")
    write_snapshot(app.snapshot(), tmp_path / "world.json")
    assert app.snapshot() == read_snapshot(tmp_path / "world.json")


def test_arguments_win_over_the_loaded_snapshot(tmp_path: Path) -> None:
    write_snapshot(world("--page-size", "2", "--switch", "notFound=404").snapshot(), tmp_path / "world.json")
    app = world("--load", str(tmp_path / "world.json"), "--page-size", "5")
    assert (5, "404") == (app.paging.page_size, app.switches.as_names()["notFound"])


def test_a_kept_world_is_not_replaced_by_a_snapshot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    snapshot_of_a_world(tmp_path / "world.json")
    state = tmp_path / "state"
    store = Store(state)
    world("--load", str(tmp_path / "world.json"), store=store)
    expected = store.snapshot()
    store.close()

    assert 64 == main(["--state", str(state), "--load", str(tmp_path / "world.json")])
    assert f"state file {state} holds a world already" in capsys.readouterr().err
    again = Store(state)
    assert expected == again.snapshot()
    again.close()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        ("{", "is not JSON"),
        ("[]", "must be a JSON object, as GET /_emulator/snapshot gives it"),
        ('{"schemaVersion": 99}', "schemaVersion is 99; this service reads version 1"),
        ('{"schemaVersion": 1, "documents": {"_switches": {"chosen": {"colour": "blue"}}}}', "unknown switch 'colour'"),
        ('{"schemaVersion": 1, "documents": {"_paging": {"chosen": {"size": 1}}}}', "unknown member size"),
        ('{"schemaVersion": 1, "documents": {"_rates": {"chosen": {"burst": 0}}}}', "burst: 0 is not a number above 0"),
        ('{"schemaVersion": 1, "documents": {"_fault": {"0": {}}}}', "a stored fault rule must have rule, matched and hits"),
    ],
    ids=["no file", "no JSON", "no object", "another version", "switches", "paging", "rates", "faults"],
)
def test_a_snapshot_that_is_none_is_one_line_with_the_name_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, message: str
) -> None:
    path = tmp_path / "world.json"
    if content is not None:
        path.write_text(content)
    assert 2 == main(["--load", str(path)])
    errors = capsys.readouterr().err
    assert errors.startswith(f"cleanrooms-emulator: snapshot {path}: ")
    assert (1, True) == (errors.count("\n"), message in errors)


def test_a_kept_world_with_settings_of_another_service_is_refused_with_the_name_of_the_file() -> None:
    store = Store()
    store.put("_switches", "chosen", {"colour": "blue"})
    with pytest.raises(StateFileError, match="state file None: unknown switch 'colour'"):
        world(store=store)


@pytest.mark.slow
def test_the_service_is_started_with_a_snapshot_faults_and_paging(tmp_path: Path) -> None:
    id = snapshot_of_a_world(tmp_path / "world.json")
    arguments = ["--load", str(tmp_path / "world.json"), "--fault", "kind=throttle,times=1", "--page-size", "1"]
    with server_process.server_process(arguments=arguments) as running:
        with over_http(running.url, retries={"total_max_attempts": 2}) as hub:
            members = hub.list_members(collaborationIdentifier=id)
        assert (1, True) == (len(members["memberSummaries"]), "nextToken" in members)
        assert ["throttle", None] == [entry["fault"] for entry in EmulatorControl(running.url).journal()]
        assert 1 == EmulatorControl(running.url).paging().page_size
