"""A place to run the real `pulumi` in: a project folder and a state folder of its own, against an embedded service.

Used by the demo, the tests with the real engine and the measurements, so that all three run the very same thing.
"""

import io
import json
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tools.pulumi.toolchain import CHECKOUT, isolated_environment, locate

PATIENCE = 180
"""Seconds after which a `pulumi` that does not end is killed."""

_PROJECT_FILES = ("__main__.py",)


@dataclass(frozen=True, slots=True)
class Run:
    """One finished `pulumi` command."""

    command: str
    code: int
    output: str
    """Everything that was printed, standard error after standard output."""
    stdout: str

    def json(self) -> dict[str, Any]:
        """Read standard output as one JSON document."""
        document: dict[str, Any] = json.loads(self.stdout)
        return document


@dataclass
class Playground:
    """A copy of the project below ``scratch`` whose AWS is the embedded service at ``url``.

    ``caller`` is the account whose credentials are in the environment. Stack files are written into ``stacks/`` of the copy.
    """

    scratch: Path
    url: str
    caller: str
    extra_env: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.project = self.scratch / "project"
        (self.project / "stacks").mkdir(parents=True, exist_ok=True)
        for name in _PROJECT_FILES:
            (self.project / name).write_text((CHECKOUT / name).read_text())
        settings = _yaml().load((CHECKOUT / "Pulumi.yaml").read_text())
        settings["runtime"]["options"]["virtualenv"] = str(CHECKOUT / ".venv")
        (self.project / "Pulumi.yaml").write_text(yaml_text(settings))
        self._toolchain = locate()

    @property
    def env(self) -> dict[str, str]:
        """The whole environment of a command."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_"))}
        return {
            **inherited,
            **self._toolchain.env,
            **isolated_environment(self.scratch),
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.caller,
            "AWS_SECRET_ACCESS_KEY": "not-checked",
            "AWS_CONFIG_FILE": str(self.scratch / "aws-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.scratch / "aws-credentials"),
            **self.extra_env,
        }

    def write_stack(self, stack: str, config: Mapping[str, Any]) -> None:
        """Write a stack file; ``config`` holds the sections without their ``cleanrooms:`` prefix."""
        text = yaml_text({"config": {f"cleanrooms:{key}": value for key, value in config.items()}})
        self.write_stack_text(stack, text)

    def write_stack_text(self, stack: str, text: str) -> None:
        """Write a stack file as it stands."""
        (self.project / "stacks" / f"Pulumi.{stack}.yaml").write_text(text)

    def write_file(self, path: str, text: str) -> None:
        """Write a file of the project, such as one that a stack file includes."""
        (self.project / path).parent.mkdir(parents=True, exist_ok=True)
        (self.project / path).write_text(text)

    def init(self, stack: str) -> None:
        """Make a stack with an empty state."""
        text = self.project / "stacks" / f"Pulumi.{stack}.yaml"
        kept = text.read_text() if text.exists() else None
        made = self.pulumi("stack", "init", stack)
        if made.code:
            raise RuntimeError(made.output)
        if kept is not None:
            text.write_text(kept)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command in a process group of its own and do not wait for it."""
        return subprocess.Popen(
            [str(self._toolchain.pulumi), *arguments, "--non-interactive"],
            cwd=self.project,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def pulumi(self, *arguments: str) -> Run:
        """Run a command to its end, whatever the end is."""
        process = self.start(*arguments)
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            stdout, stderr = process.communicate()
        return Run("pulumi " + " ".join(arguments), process.returncode, stdout + stderr, stdout)

    def preview(self, stack: str, *arguments: str) -> Run:
        """Run ``pulumi preview``."""
        return self.pulumi("preview", "--stack", stack, *arguments)

    def preview_json(self, stack: str) -> Run:
        """Run ``pulumi preview`` so that every resource is in its JSON document, the unchanged ones included."""
        return self.preview(stack, "--json", "--show-sames")

    def up(self, stack: str, *arguments: str) -> Run:
        """Run ``pulumi up`` as it is run by a pipeline: with its own preview, without a question."""
        return self.pulumi("up", "--stack", stack, "--yes", *arguments)

    def refresh(self, stack: str, *arguments: str) -> Run:
        """Run ``pulumi refresh`` without a question."""
        return self.pulumi("refresh", "--stack", stack, "--yes", *arguments)

    def crgov(self, *arguments: str) -> Run:
        """Run the project's own command in the project's folder."""
        ended = subprocess.run(
            [str(CHECKOUT / ".venv" / "bin" / "crgov"), *arguments],
            cwd=self.project,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return Run("crgov " + " ".join(arguments), ended.returncode, ended.stdout + ended.stderr, ended.stdout)

    def state(self, stack: str) -> dict[str, Any]:
        """Export the state."""
        return self.pulumi("stack", "export", "--stack", stack).json()


def yaml_text(document: Mapping[str, Any]) -> str:
    """Write a document as YAML, in the order of its keys."""
    text = io.StringIO()
    _yaml().dump(document, text)
    return text.getvalue()


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    return yaml
