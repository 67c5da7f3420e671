"""`crgov` as a command: how it starts, speaks and fails, whoever runs it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cleanrooms_governance.cli import output
from cleanrooms_governance.cli.exit_codes import Exit, worst
from cleanrooms_governance.cli.output import Line, Report, Tone
from tests.cli.runner import BANK, COMMAND, CREATOR, MEDIA, REGION, STACK, World, crgov, crgov_process, project


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    process = crgov_process(*arguments, **environment)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def test_the_worst_end_counts() -> None:
    assert Exit.DONE == worst([])
    order = [Exit.ERROR, Exit.UNKNOWN, Exit.REFUSED, Exit.WAITING, Exit.CHANGES, Exit.DONE]
    for index, end in enumerate(order):
        assert end == worst(reversed(order[index:]))


def test_help_needs_neither_the_sdk_nor_the_stack_file_reader() -> None:
    code = "import sys; from cleanrooms_governance.cli.main import main; main(['requests', 'list', '--help']); "
    code += "sys.exit(bool({'boto3', 'botocore', 'pydantic', 'pulumi', 'ruamel.yaml'} & sys.modules.keys()))"
    assert 0 == subprocess.run([sys.executable, "-c", code], capture_output=True).returncode


def test_no_command_shows_what_there_is() -> None:
    ran = run()
    assert (64, "") == (ran.returncode, ran.stdout)
    assert "requests" in ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("requests", "list"),
        ("requests", "list", "--stack", "a", "--stack-file", "b"),
        ("requests", "list", "--stack", "nowhere"),
        ("requests", "list", "--stack-file", "nowhere.yaml"),
        ("requests", "list", "--collaboration", "unknown"),
        ("requests", "show", "no-id"),
        ("requests", "approve", "00000000-0000-0000-0000-000000000000", "--account", MEDIA),
        ("requests", "approve", "00000000-0000-0000-0000-000000000000", "--account", MEDIA, "--content", "fp-1"),
        ("requests", "list", "--stack", "retailer", "--profile", "mine"),
        ("requests", "list", "--collaboration", "x", "--role", "r"),
        ("requests", "list", "--stack", "retailer", "--account", MEDIA),
        ("probe", "--creator", CREATOR, "--member", CREATOR, "--region", REGION),
        ("probe", "--creator", CREATOR, "--member", "12", "--region", REGION),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_said_in_a_line(stack: Path, arguments: tuple[str, ...]) -> None:
    ran = crgov(*arguments)
    assert (64, "") == (ran.code, ran.out)
    assert ran.err.startswith("crgov: ")
    assert 1 == len(ran.err.splitlines())


def test_all_findings_of_a_stack_file_are_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, STACK.replace(f'"{CREATOR}": {{name', "12: {name").replace("creator:", "creatr:"))
    monkeypatch.chdir(tmp_path)
    ran = crgov("requests", "list", "--stack", "retailer")
    assert (1, "") == (ran.code, ran.out)
    assert "did you mean `creator`?" in ran.err
    assert "cleanrooms:accounts" in ran.err


@pytest.mark.parametrize("text", ["config: [", "config: 3", "config:\n  a: 1\n  a: 2\n", "\x00"])
def test_a_file_that_cannot_be_read_is_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    project(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    ran = crgov("requests", "list", "--stack", "retailer")
    assert (1, "") == (ran.code, ran.out)
    assert ran.err.startswith("crgov: ")
    assert "Traceback" not in ran.err


def test_an_unquoted_date_is_read_as_the_engine_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    membership = f'{{account: "{MEDIA}", collaboration: retail-media, changeRequests: {{approve: [{{until: 2027-01-01}}]}}}}'
    project(tmp_path, STACK + f"  cleanrooms:memberships:\n    media: {membership}\n")
    monkeypatch.chdir(tmp_path)
    ran = crgov("requests", "list", "--stack", "retailer")
    assert 1 == ran.code
    assert "quote it" in ran.err


def test_a_service_that_does_not_answer_is_an_error_in_words(stack: Path) -> None:
    ran = run(
        *("requests", "list", "--stack-file", str(stack), "--json"),
        AWS_ENDPOINT_URL="http://127.0.0.1:9",
        AWS_ACCESS_KEY_ID=CREATOR,
        AWS_SECRET_ACCESS_KEY="x",
    )
    assert 1 == ran.returncode
    assert '"exit": 1' in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr


def test_credentials_of_another_account_are_refused(world: World, stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", BANK)
    ran = crgov("requests", "list", "--stack", "retailer")
    assert 1 == ran.code
    assert f"would act as account {BANK}" in ran.out


def test_what_nobody_foresaw_is_no_traceback(world: World, stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object, **__: object) -> None:
        raise RuntimeError("\x1b[31mboom")

    monkeypatch.setattr(output, "show", burst)
    ran = crgov("requests", "list", "--stack", "retailer")
    assert 1 == ran.code
    assert "something unforeseen happened (RuntimeError:" in ran.err
    assert "Traceback" not in ran.err
    assert "\x1b" not in ran.err


def test_programs_get_failures_as_documents_too(stack: Path) -> None:
    ran = crgov("requests", "list", "--json")
    assert 64 == ran.code
    assert 64 == ran.document["exit"]
    assert "say where to look" in ran.document["error"]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "no_color", "coloured"),
    [(Terminal(), "", True), (Terminal(), "1", False), (io.StringIO(), "", False)],
    ids=["terminal", "NO_COLOR", "file"],
)
def test_only_terminals_get_colours(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, no_color: str, coloured: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setattr(sys, "stdout", stream)
    output.show(Report({}, [Line("text", Tone.ADDED)]), as_json=False)
    assert coloured == ("\x1b" in stream.getvalue())


def test_whoever_stops_reading_causes_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run([*COMMAND, "--help"], stdout=writing, stderr=subprocess.PIPE, text=True)
    finally:
        os.close(writing)
    assert (1, "") == (ran.returncode, ran.stderr)
