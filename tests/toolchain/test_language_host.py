"""What the language host decides before and after it runs a program."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import language_pb2

from tools.pulumi.language_host import CannotStart, interpreter, program_command, response


def virtualenv(folder: Path) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").write_text("")
    return folder


@pytest.mark.parametrize(
    ("options", "folder"),
    [
        pytest.param({"toolchain": "pip", "virtualenv": "venv"}, "venv", id="pip with a virtualenv"),
        pytest.param({"virtualenv": "venv"}, "venv", id="pip is the default"),
        pytest.param({"toolchain": "uv"}, ".venv", id="uv has a folder of its own"),
    ],
)
def test_the_program_runs_in_the_virtualenv_of_its_project(tmp_path: Path, options: dict[str, object], folder: str) -> None:
    expected = virtualenv(tmp_path / folder)
    chosen = interpreter(tmp_path, options, {})
    assert expected / "bin" / "python" == chosen.python


def test_an_absolute_virtualenv_is_taken_as_it_is(tmp_path: Path) -> None:
    expected = virtualenv(tmp_path / "elsewhere")
    chosen = interpreter(tmp_path / "project", {"virtualenv": str(expected)}, {})
    assert expected / "bin" / "python" == chosen.python


def test_without_a_virtualenv_the_named_command_is_used(tmp_path: Path) -> None:
    virtualenv(tmp_path)
    (tmp_path / "bin" / "python").chmod(0o755)
    environment = {"PATH": str(tmp_path / "bin"), "PULUMI_PYTHON_CMD": "python"}
    assert tmp_path / "bin" / "python" == interpreter(tmp_path, {}, environment).python


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param({"virtualenv": "venv"}, "names the virtualenv venv, but there is no", id="virtualenv missing"),
        pytest.param({"toolchain": "poetry"}, "toolchain: poetry", id="toolchain not supported"),
        pytest.param({"typechecker": "mypy"}, "typechecker", id="option not supported"),
        pytest.param({}, "There is no python3 on PATH", id="no Python at all"),
    ],
)
def test_a_project_that_cannot_run_is_told_why(tmp_path: Path, options: dict[str, object], reason: str) -> None:
    with pytest.raises(CannotStart, match=reason):
        interpreter(tmp_path, options, {"PATH": str(tmp_path)})


def test_a_virtualenv_is_activated_for_the_program_and_what_it_starts(tmp_path: Path) -> None:
    folder = virtualenv(tmp_path / "venv")
    chosen = interpreter(tmp_path, {"virtualenv": "venv"}, {})
    assert {
        "PATH": f"{folder / 'bin'}{os.pathsep}/usr/bin",
        "VIRTUAL_ENV": str(folder),
        "HOME": "/home/someone",
    } == chosen.environment({"PATH": "/usr/bin", "PYTHONHOME": "/old", "HOME": "/home/someone"})


def test_the_program_is_told_where_it_is_and_whether_this_is_a_preview() -> None:
    request = language_pb2.RunRequest(
        project="play",
        stack="dev",
        organization="organization",
        pwd="/project",
        dryRun=True,
        parallel=8,
        monitor_address="127.0.0.1:1",
        info=language_pb2.ProgramInfo(
            root_directory="/project",
            program_directory="/project/app",
            entry_point=".",
            options=struct_pb2.Struct(),
        ),
    )
    assert (
        "/venv/python -u /tools/exec --monitor 127.0.0.1:1 --engine 127.0.0.1:2 --project play "
        "--root_directory /project --stack dev --parallel 8 --dry_run true --organization organization "
        "--pwd /project/app ."
    ) == " ".join(program_command(request, "127.0.0.1:2", Path("/venv/python"), Path("/tools/exec")))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(0, language_pb2.RunResponse(), id="success"),
        pytest.param(32, language_pb2.RunResponse(bail=True), id="the user has seen why"),
        pytest.param(1, language_pb2.RunResponse(error="program exited with non-zero exit code: 1"), id="failure"),
        pytest.param(-9, language_pb2.RunResponse(error="program was ended by SIGKILL"), id="killed"),
    ],
)
def test_the_engine_learns_how_the_program_ended(status: int, expected: language_pb2.RunResponse) -> None:
    assert expected == response(status)
