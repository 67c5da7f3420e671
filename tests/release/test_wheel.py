"""The wheel works where nothing of this checkout is: in an environment of its own that has only the dependencies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tools.release.__main__ import CHECKOUT, release

pytestmark = pytest.mark.slow

EXAMPLE = CHECKOUT / "stacks" / "Pulumi.bank.yaml"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a whole release."""
    folder = tmp_path_factory.mktemp("dist")
    assert 0 == release(folder)
    return folder


@pytest.fixture(scope="module")
def installed(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment that has the wheel, and the dependencies of the tests, but not the checkout."""
    environment = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    (wheel,) = dist.glob("*.whl")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--isolated", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True)
    (packages,) = (environment / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin"


def run(command: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run([command, *arguments], capture_output=True, text=True, cwd="/", env=kept, check=False)


def test_a_release_is_a_wheel_a_source_distribution_and_a_bill_of_materials(dist: Path) -> None:
    assert [".gz", ".json", ".whl"] == sorted(each.suffix for each in dist.glob("cleanrooms_governance-*"))
    (bill,) = (json.loads(each.read_text()) for each in dist.glob("*.cdx.json"))
    assert ("CycloneDX", "cleanrooms-governance") == (bill["bomFormat"], bill["metadata"]["component"]["name"])


def test_the_commands_run_from_the_wheel(installed: Path) -> None:
    for command, arguments, said in (
        ("crgov", ["--version"], "crgov, version 0.1.0"),
        ("cleanrooms-emulator", ["--list-switches"], "approvers="),
    ):
        ran = run(installed / command, *arguments)
        assert (0, "") == (ran.returncode, ran.stderr)
        assert said in ran.stdout


def test_the_wheel_has_the_policies_with_it(installed: Path) -> None:
    ran = run(installed / "crgov", "policies", "--stack-file", str(EXAMPLE), "--json")
    assert (0, "") == (ran.returncode, ran.stderr)
    assert 1 == len(json.loads(ran.stdout)["identities"])


def test_the_code_that_runs_is_that_of_the_wheel(installed: Path) -> None:
    ran = run(installed / "python", "-c", "import cleanrooms_governance as it; print(it.__file__)")
    assert ran.stdout.startswith(str(installed.parent))
