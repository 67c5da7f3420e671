"""The service over HTTP and as a process."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.command.command_line import UsageError, parse
from cleanrooms_emulator.control.client import EmulatorControl
from cleanrooms_emulator.transport import server_process
from cleanrooms_emulator.transport.server_process import ServiceDidNotStart
from cleanrooms_emulator.transport.server_thread import serve_in_thread
from cleanrooms_emulator.wire.http_requests import MAX_BODY
from tests.emulator.raw import CREATOR, signed
from tests.threads import held_back, on_linux

NEW = {
    "name": "Campaigns",
    "creatorDisplayName": "Hub",
    "creatorMemberAbilities": [],
    "members": [{"accountId": "222233334444", "displayName": "Spoke", "memberAbilities": []}],
    "queryLogStatus": "DISABLED",
}


@cache
def boto3_session() -> boto3.Session:
    return boto3.Session(aws_secret_access_key="unverified", aws_access_key_id=CREATOR, region_name="eu-west-1")


@contextmanager
def boto3_client(url: str, service: str = "cleanrooms") -> Iterator[Any]:
    made = boto3_session().client(service, endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))
    try:
        yield made
    finally:
        made.close()


@contextmanager
def connection(url: str) -> Iterator[HTTPConnection]:
    parts = urlsplit(url)
    opened = HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        yield opened
    finally:
        opened.close()


def test_a_connection_serves_many_calls(url: str) -> None:
    with connection(url) as http:
        http.connect()
        first = http.sock.getsockname()
        for _ in range(3):
            http.request("GET", "/collaborations", headers=signed())
            response = http.getresponse()
            assert {"collaborationList": []} == json.load(response)
            assert (200, 11) == (response.status, response.version)
        assert first == http.sock.getsockname()


def test_an_answer_without_a_body_does_not_end_the_connection(url: str) -> None:
    with boto3_client(url) as cleanrooms:
        created = cleanrooms.create_collaboration(**NEW)["collaboration"]["id"]
        cleanrooms.delete_collaboration(collaborationIdentifier=created)
        assert [] == cleanrooms.list_collaborations()["collaborationList"]


def test_it_listens_on_the_loopback_interface_only(url: str) -> None:
    assert "127.0.0.1" == urlsplit(url).hostname


@pytest.mark.parametrize(
    ("name", "value", "status", "code"),
    [
        ("transfer-encoding", "chunked", 411, "MissingContentLength"),
        ("content-length", "many", 400, "MalformedHttpRequestException"),
        ("content-length", "-1", 400, "MalformedHttpRequestException"),
        ("content-length", str(MAX_BODY + 1), 413, "RequestEntityTooLargeException"),
    ],
)
def test_a_body_of_unknown_length_is_refused_and_the_connection_closed(
    url: str, name: str, value: str, status: int, code: str
) -> None:
    with connection(url) as http:
        http.putrequest("POST", "/collaborations")
        for header in (*signed().items(), (name, value)):
            http.putheader(*header)
        http.endheaders()
        response = http.getresponse()
        assert (status, code, "close") == (
            response.status,
            response.getheader("x-amzn-errortype"),
            response.getheader("connection"),
        )
        assert "message" in json.load(response)


def test_a_line_that_is_no_http_is_refused(url: str) -> None:
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), parts.port), timeout=30) as raw:
        raw.sendall(b"good morning to you\r\n\r\n")
        assert b"400" in raw.recv(4096)


def test_a_client_that_goes_away_leaves_the_service_running(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    parts = urlsplit(url)
    for beginning in (b"", b"POST /collab", b"POST /collaborations HTTP/1.1\r\ncontent-length: 10\r\n\r\n{"):
        with socket.create_connection((str(parts.hostname), parts.port), timeout=30) as raw:
            raw.sendall(beginning)
    assert "ok" == EmulatorControl(url).health()["status"]
    assert "" == capsys.readouterr().err


def test_a_handler_that_fails_is_an_internal_failure_and_leaves_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    app = Application(handlers={("cleanrooms", "ListCollaborations"): lambda ctx, params: {"collaborationList": 1 / 0}})
    with serve_in_thread(app) as url, connection(url) as http:
        http.request("GET", "/collaborations", headers=signed())
        response = http.getresponse()
        assert (500, "InternalFailure") == (response.status, response.getheader("x-amzn-errortype"))
        assert {"message": "The service failed: ZeroDivisionError: division by zero"} == json.load(response)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_many_threads_are_served_at_once(url: str) -> None:
    with boto3_client(url) as cleanrooms, ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: cleanrooms.create_collaboration(**NEW)["collaboration"]["id"], range(64)))
        listed = cleanrooms.list_collaborations(maxResults=100)["collaborationList"]
    assert 64 == len(set(made))
    assert set(made) == {each["id"] for each in listed}


def test_a_role_assumed_over_http_acts_in_its_account(url: str) -> None:
    with boto3_client(url, "sts") as sts:
        key = sts.assume_role(RoleArn="arn:aws:iam::222233334444:role/write", RoleSessionName="session")["Credentials"]
        again = boto3_session().client(
            "sts",
            endpoint_url=url,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            aws_session_token=key["SessionToken"],
        )
        assert "222233334444" == again.get_caller_identity()["Account"]
        again.close()


@pytest.mark.slow
def test_what_a_client_was_told_survives_a_kill(tmp_path: Path) -> None:
    state = tmp_path / "world"
    told: list[str] = []
    for _ in range(3):
        running = server_process.start(state)
        try:
            with boto3_client(running.url) as cleanrooms:
                listed = [each["id"] for each in cleanrooms.list_collaborations()["collaborationList"]]
                assert told == listed
                told += [cleanrooms.create_collaboration(**NEW)["collaboration"]["id"] for _ in range(2)]
        finally:
            running.kill()


@pytest.mark.slow
def test_a_stopped_service_goes_on_where_it_was(tmp_path: Path) -> None:
    state = tmp_path / "world"
    with server_process.server_process(state, {"notFound": "404"}) as running:
        control = EmulatorControl(running.url)
        control.advance_clock(86400)
        control.set_switches({"noopChange": "accept"})
        before = control.snapshot()
    with server_process.server_process(state) as running:
        control = EmulatorControl(running.url)
        assert before == control.snapshot()
        assert ("404", "accept") == tuple(control.switches()[name] for name in ("notFound", "noopChange"))


@pytest.mark.slow
def test_a_switch_of_the_command_line_wins_over_the_state(tmp_path: Path) -> None:
    state = tmp_path / "world"
    with server_process.server_process(state, {"notFound": "404"}) as running:
        EmulatorControl(running.url).set_switches({"noopChange": "accept"})
    with server_process.server_process(state, {"notFound": "403"}) as running:
        switches = EmulatorControl(running.url).switches()
    assert ("403", "accept") == (switches["notFound"], switches["noopChange"])


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_service_cleanly_and_quietly(number: int) -> None:
    command = [sys.executable, "-m", "cleanrooms_emulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("READY http://127.0.0.1:")
        process.send_signal(number)
        rest, errors = process.communicate(timeout=30)
    assert (0, "", "") == (process.returncode, rest, errors)


@pytest.mark.slow
@on_linux
def test_no_other_thread_takes_the_signals_that_the_main_thread_waits_for() -> None:
    ending = (1 << signal.SIGINT - 1) | (1 << signal.SIGTERM - 1)
    with server_process.server_process() as running, ExitStack() as opened:
        for _ in range(3):
            connection = opened.enter_context(closing(HTTPConnection(urlsplit(running.url).netloc, timeout=30)))
            connection.request("GET", "/nothing")
            connection.getresponse().read()
        masks = held_back(running.pid).values()
    assert [ending] * 4 == [mask & ending for mask in masks]


@pytest.mark.slow
def test_a_state_file_in_use_is_refused_in_one_line(tmp_path: Path) -> None:
    with (
        server_process.server_process(tmp_path / "world"),
        pytest.raises(ServiceDidNotStart, match="world: is in use by another process"),
    ):
        server_process.start(tmp_path / "world")


def run(*arguments: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "cleanrooms_emulator", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def test_bad_arguments_are_one_line_and_exit_code_64() -> None:
    code, output, errors = run("--switch", "notFound=500")
    assert (64, "") == (code, output)
    assert "cleanrooms-emulator: argument --switch: switch notFound: '500' is not one of 403, 404; see --help\n" == errors


def test_a_port_that_is_taken_is_one_line_and_exit_code_2(url: str) -> None:
    code, output, errors = run("--port", str(urlsplit(url).port))
    assert (2, "") == (code, output)
    assert f"cleanrooms-emulator: port {urlsplit(url).port} of 127.0.0.1 cannot be taken: Address already in use\n" == errors


def test_the_switches_can_be_listed() -> None:
    code, output, errors = run("--list-switches")
    assert (0, "") == (code, errors)
    assert "notFound=403|404 (default 403)\n    " in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "http"], "'http' is not a port from 0 to 65535"),
        (["--port", "70000"], "'70000' is not a port from 0 to 65535"),
        (["--switch", "notFound"], "'notFound' is not NAME=VALUE"),
        (["--colour", "blue"], "unrecognized arguments: --colour blue"),
        (["--state"], "expected one argument"),
    ],
)
def test_arguments_that_make_no_sense_are_explained(arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse(arguments)


def test_neither_moto_nor_boto3_is_needed_to_serve() -> None:
    code = (
        "import sys; from cleanrooms_emulator.application import Application;"
        "from cleanrooms_emulator.transport.server import Server;"
        "Server(Application()).stop(); print(sorted({'moto', 'boto3', 'pulumi'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "[]\n" == done.stdout
