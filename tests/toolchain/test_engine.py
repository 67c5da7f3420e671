"""The toolchain as a whole: real `pulumi`, a program in this virtual environment, a dynamic provider."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.pulumi.toolchain import Toolchain

pytestmark = pytest.mark.engine

PROVIDER = """
from pulumi import dynamic

class Echo(dynamic.ResourceProvider):
    def check(self, olds, news):
        return dynamic.CheckResult(news, [])

    def diff(self, id, olds, news):
        return dynamic.DiffResult(changes=olds["text"] != news["text"])

    def create(self, props):
        return dynamic.CreateResult("echo-1", {**props, "length": len(props["text"])})

class Note(dynamic.Resource, module="play", name="Note"):
    def __init__(self, name, text):
        super().__init__(Echo(), name, {"text": text, "length": None})
"""


class Project:
    """A Pulumi project in a temporary folder."""

    def __init__(self, folder: Path, pulumi: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self._pulumi = pulumi
        self._environment = environment
        folder.mkdir()
        options = f"{{toolchain: pip, virtualenv: {sys.prefix}}}"
        (folder / "Pulumi.yaml").write_text(f"name: play\nruntime: {{name: python, options: {options}}}\n")
        (folder / "provider.py").write_text(PROVIDER)
        self.run("stack", "init", "dev")

    def program(self, text: str) -> None:
        (self.folder / "__main__.py").write_text(text)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self._pulumi), *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
        )


@pytest.fixture
def project(tmp_path: Path, toolchain: Toolchain, pulumi_environment: dict[str, str]) -> Project:
    return Project(tmp_path / "project", toolchain.pulumi, pulumi_environment)


def test_a_resource_is_previewed_created_and_then_unchanged(project: Project) -> None:
    project.program("import pulumi, provider\npulumi.export('length', provider.Note('n', 'four').length)\n")
    preview = project.run("preview")
    assert (0, True) == (preview.returncode, "+ 2 to create" in preview.stdout), preview.stdout
    up = project.run("up", "--yes", "--skip-preview")
    assert 0 == up.returncode, up.stdout
    assert "4\n" == project.run("stack", "output", "length").stdout
    assert 0 == project.run("preview", "--expect-no-changes").returncode


def test_a_program_that_has_said_why_it_stops_is_not_blamed_again(project: Project) -> None:
    project.program("import sys, pulumi\npulumi.log.error('two things are wrong')\nsys.exit(32)\n")
    preview = project.run("preview")
    assert 1 == preview.returncode
    assert "two things are wrong" in preview.stdout
    assert "exit code" not in preview.stdout


def test_values_larger_than_a_default_message_pass_through(project: Project) -> None:
    project.program("import pulumi, provider\npulumi.export('length', provider.Note('n', 'x' * (5 * 1024 * 1024)).length)\n")
    up = project.run("up", "--yes", "--skip-preview", "--suppress-outputs")
    assert 0 == up.returncode, up.stdout[-2000:]
    assert f"{5 * 1024 * 1024}\n" == project.run("stack", "output", "length").stdout
