"""What the providers use of the installed SDK without being told to: each piece by itself, and what is left without it.

That lines land under resources and that errors are short and keep state is shown by the tests with a process.
"""

from __future__ import annotations

import sys
from typing import cast

import grpc
import pytest
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi.runtime.proto import provider_pb2

from cleanrooms_governance.planning.plan import Remark
from cleanrooms_providers import engine
from tests.providers.conftest import Settled
from tests.providers.provider_process import Line, listening_engine
from tests.providers.stacks import governing


def new_context() -> grpc.ServicerContext:
    """The least that a gRPC server's context is."""
    bare = type("Context", (grpc.ServicerContext,), dict.fromkeys(grpc.ServicerContext.__abstractmethods__))
    return cast(grpc.ServicerContext, bare())


def test_the_whole_configuration_is_there() -> None:
    values = {"cleanrooms:accounts": "{}", "other:key": "text"}
    assert values == engine.configuration(ConfigureRequest(Config(values, "cleanrooms")))


def test_a_request_without_the_configuration_is_an_empty_one() -> None:
    request = ConfigureRequest(Config({}, "cleanrooms"))
    del request.config._props
    assert {} == engine.configuration(request)


def test_the_running_call_is_found_from_below_it() -> None:
    def server(request: object, context: object) -> object:
        return method()

    def method() -> object:
        return engine.running_call()

    request, context = object(), new_context()
    assert (request, context) == server(request, context)


def test_something_else_called_context_is_no_call() -> None:
    def program(context: str) -> object:
        return engine.running_call()

    assert (None, None) == program("of somebody's own")


def test_outside_a_call_a_halt_is_an_exception_with_its_message() -> None:
    with pytest.raises(engine.Halt, match=r"^cannot go on$"):
        engine.halt("cannot go on\u009b")


def test_outside_a_call_a_half_done_create_is_an_exception_with_its_reasons() -> None:
    with pytest.raises(engine.Halt, match=r"^first; second$"):
        engine.halt_half_done("id", {"__provider": "name", "live": {}}, ["first", "second"])


def test_outside_a_call_there_are_no_recorded_inputs() -> None:
    assert None is engine.recorded_inputs()


def test_outside_a_call_and_without_an_engine_nobody_is_told() -> None:
    engine.tell(Remark("plan", "sales", "heard by nobody"))


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        ("ErrorResourceInitFailed", {"id", "properties", "reasons"}),
        ("ReadRequest", {"urn", "inputs"}),
        ("CheckRequest", {"urn"}),
        ("DiffRequest", {"urn"}),
        ("CreateRequest", {"urn"}),
        ("UpdateRequest", {"urn"}),
        ("DeleteRequest", {"urn"}),
    ],
)
def test_the_protocol_has_the_fields_that_are_used(message: str, fields: set[str]) -> None:
    assert set() == fields.difference(getattr(provider_pb2, message).DESCRIPTOR.fields_by_name)


def test_an_engine_that_does_not_listen_ends_no_run(settled: Settled) -> None:
    stack = settled(governing())
    goal = stack.goals[0]
    with stack.world.surroundings.provider(stack.texts, engine="127.0.0.1:9") as provider:
        checked = provider.check("collaboration", goal.name, {}, {**goal.inputs, "description": "another one"})
    assert [] == checked.inputs["refused"]


def test_whatever_a_line_is_made_of_it_is_told_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening_engine() as (log, address):
        monkeypatch.setattr(sys, "argv", ["pulumi.dynamic", address])
        engine.tell(Remark("plan", "sales", "first\u009b31m <{%fg 1%}>\nsecond\u202e"))
    assert [Line("INFO", "first31m  fg 1\nsecond", "")] == log.lines


@engine.without_traceback
def unforeseen() -> None:
    raise KeyError("plan")


def test_an_error_that_nobody_foresaw_is_one_line() -> None:
    with pytest.raises(engine.Halt, match=r"an error in cleanrooms-governance itself: KeyError: 'plan'\. Run again") as halted:
        unforeseen()
    assert halted.value.__suppress_context__


def test_an_error_that_nobody_foresaw_is_whole_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engine.DEBUG, "1")
    with pytest.raises(engine.Halt, match=r"(?s)Traceback.*KeyError"):
        unforeseen()


@engine.without_traceback
def unforeseen_among_credentials() -> None:
    try:
        raise ValueError("cannot be read: <SecretAccessKey>canary0</SecretAccessKey>")
    except ValueError as error:
        raise KeyError("http://joe:canary1@host/") from error


@pytest.mark.parametrize("debugging", ["", "1"])
def test_an_error_that_nobody_foresaw_keeps_its_secrets(debugging: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engine.DEBUG, debugging)
    with pytest.raises(engine.Halt, match=r"KeyError.*://\*\*\*@host") as halted:
        unforeseen_among_credentials()
    assert "canary" not in str(halted.value)
