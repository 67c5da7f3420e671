"""Who may import whom: the contracts of pyproject.toml hold, and each of them can be broken."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source_tree import CHECKOUT

SETTINGS = CHECKOUT / "pyproject.toml"
RULES: dict[str, Any] = tomllib.loads(SETTINGS.read_text())["tool"]["importlinter"]
CONTRACTS: dict[str, str] = {contract["id"]: contract["name"] for contract in RULES["contracts"]}


def verdicts(*roots: Path) -> str:
    """What import-linter says about the four packages as found below `roots`."""
    command = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = subprocess.run(
        [sys.executable, "-c", command, "--config", str(SETTINGS), "--no-cache"],
        cwd=roots[0],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, roots)), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )
    return result.stdout + result.stderr


def plant(root: Path, imports: dict[str, str]) -> Path:
    """The four packages, empty but for the given modules, each with one import statement."""
    for package in (*RULES["root_packages"], "cleanrooms_governance/change_requests"):
        (root / package).mkdir(parents=True)
        (root / package / "__init__.py").write_text("")
    for module, statement in imports.items():
        file = root.joinpath(*module.split(".")).with_suffix(".py")
        file.parent.mkdir(exist_ok=True)
        (file.parent / "__init__.py").touch()
        file.write_text(statement + "\n")
    return root


@pytest.fixture(scope="module")
def verdict_on_this_project() -> str:
    return verdicts(CHECKOUT / "src", CHECKOUT / "providers", CHECKOUT / "components")


@pytest.mark.parametrize("contract", CONTRACTS)
def test_the_project_keeps(verdict_on_this_project: str, contract: str) -> None:
    assert f"{CONTRACTS[contract]} KEPT" in verdict_on_this_project, verdict_on_this_project


@pytest.mark.parametrize(
    ("module", "statement", "contract"),
    [
        pytest.param("cleanrooms_governance.planning.plan", "import pulumi", "engine-room-is-pure", id="engine room, pulumi"),
        pytest.param(
            "cleanrooms_governance.planning.plan",
            "import cleanrooms_providers",
            "engine-room-is-pure",
            id="engine room, providers",
        ),
        pytest.param("cleanrooms_governance.planning.plan", "import boto3", "aws-only-under-aws", id="boto3 outside aws"),
        pytest.param(
            "cleanrooms_governance.planning.plan",
            "import cleanrooms_governance.change_requests",
            "engine-room-has-floors",
            id="planning, requests",
        ),
        pytest.param(
            "cleanrooms_governance.planning.plan",
            "from botocore.exceptions import ClientError",
            "aws-only-under-aws",
            id="botocore outside aws",
        ),
        pytest.param(
            "cleanrooms_emulator.errors",
            "import cleanrooms_governance",
            "emulator-stands-alone",
            id="emulator, reconciler",
        ),
        pytest.param(
            "cleanrooms_governance.planning.plan", "import click", "click-only-under-cli", id="command line outside cli"
        ),
        pytest.param(
            "cleanrooms_governance.cli.probe", "import cleanrooms_emulator", "engine-room-is-pure", id="command line, emulator"
        ),
        pytest.param("cleanrooms_emulator.errors", "import moto", "emulator-stands-alone", id="emulator, moto"),
        pytest.param(
            "cleanrooms_providers.membership",
            "import cleanrooms_components",
            "providers-below-components",
            id="provider, component",
        ),
        pytest.param(
            "cleanrooms_components.membership",
            "import cleanrooms_emulator",
            "components-not-on-emulator",
            id="component, emulator",
        ),
        pytest.param("cleanrooms_providers.membership", "import boto3", "shells-call-no-aws", id="provider, boto3"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, module: str, statement: str, contract: str) -> None:
    report = verdicts(plant(tmp_path, {module: statement}))
    assert f"{CONTRACTS[contract]} BROKEN" in report, report


def test_what_is_allowed_breaks_no_contract(tmp_path: Path) -> None:
    report = verdicts(
        plant(
            tmp_path,
            {
                "cleanrooms_governance.aws.clients": "import boto3, botocore.config",
                "cleanrooms_governance.cli.main": "import click, cleanrooms_governance.aws.clients",
                "cleanrooms_governance.apply": "import cleanrooms_governance.aws.clients",
                "cleanrooms_emulator.shapes": "import botocore.model",
                "cleanrooms_providers.membership": "import pulumi, cleanrooms_governance.aws.clients",
                "cleanrooms_components.membership": "import pulumi, cleanrooms_providers.membership, cleanrooms_governance",
            },
        )
    )
    assert f"{len(CONTRACTS)} kept, 0 broken" in report, report
