"""The shell scripts in front of the Python ones, on machines that lack something."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tools.pulumi.toolchain import CHECKOUT

SETUP = CHECKOUT / "tools" / "pulumi" / "setup"
RUN = CHECKOUT / "tools" / "pulumi" / "run"


def run_on_bare_machine(script: Path, tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script with nothing on PATH but what a POSIX shell script needs."""
    for tool in ("dirname", "sh"):
        (tmp_path / tool).symlink_to(Path("/usr/bin") / tool)
    return subprocess.run(["/bin/sh", str(script)], env={"PATH": str(tmp_path), **environment}, capture_output=True, text=True)


def test_without_a_python_setup_says_which_one_it_needs(tmp_path: Path) -> None:
    result = run_on_bare_machine(SETUP, tmp_path)
    assert 1 == result.returncode
    assert "There is no Python 3.11 or newer on PATH" in result.stderr


def test_a_named_python_that_is_too_old_is_not_replaced_in_silence(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    result = run_on_bare_machine(SETUP, tmp_path, PYTHON=str(old))
    assert 1 == result.returncode
    assert f"PYTHON={old} is not a Python 3.11 or newer" in result.stderr


def test_a_checkout_that_is_not_set_up_says_so(tmp_path: Path) -> None:
    copy = tmp_path / "clone" / "tools" / "pulumi" / "run"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(RUN.read_bytes())
    result = run_on_bare_machine(copy, tmp_path)
    assert 1 == result.returncode
    assert "run 'make setup'" in result.stderr
