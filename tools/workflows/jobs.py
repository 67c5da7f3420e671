"""Plays a job of a workflow on this machine: its `run` steps are run by bash, its `uses` steps are done as they would be.

As on GitHub: a step runs while none before it has failed, unless its `if` asks for the state of the job itself; environments of
workflow, job and step; files for outputs and the summary; bash with `-e`, and with `pipefail` where the step names bash.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tools.pulumi.toolchain import CHECKOUT
from tools.workflows.expressions import filled, holds

WORKFLOWS = CHECKOUT / "workflows"
_ASKS_FOR_THE_JOB = re.compile(r"\b(always|cancelled|failure|success)\(\)")


def read(name: str) -> dict[str, Any]:
    """A workflow, by its path below `workflows`."""
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(WORKFLOWS / name)
    return document


@dataclass
class Runner:
    """What all runs have in common: the repository, what is installed, artifacts, and who an OIDC role's credentials are of.

    ``environment`` is that of the machine. ``callers`` are access keys by role.
    """

    repository: Path
    environment: Mapping[str, str]
    callers: Mapping[str, str]
    scratch: Path
    artifacts: dict[tuple[str, str], Path] = field(default_factory=dict)
    runs: int = 0

    def play(self, workflow: str, job: str, context: Mapping[str, Any], run: int | None = None) -> Played:
        """Play one job of a workflow; ``run`` is that of an earlier job of the same run."""
        if run is None:
            self.runs += 1
        number = str(run or self.runs)
        return _Job(self, read(workflow)["jobs"][job], context, number, self.scratch / f"{number}-{job}").play()


@dataclass
class Played:
    """A job that has ended: whether it failed, which steps were taken, and what each of those that ran a command said."""

    run: int
    workspace: Path
    failed: bool = False
    steps: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def output(self) -> str:
        """All that was said."""
        return "".join(f"$ {step}\n{text}" for step, text in self.said.items())


class _Job:
    def __init__(self, runner: Runner, job: Mapping[str, Any], context: Mapping[str, Any], run: str, folder: Path) -> None:
        self.runner = runner
        self.job = job
        self.run = run
        self.temp = folder / "temp"
        self.workspace = folder / "workspace"
        for each in (self.temp, self.workspace):
            each.mkdir(parents=True)
        self.files = {name: folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
        github = {**context["github"], "run_id": run, "run_attempt": "1", "workspace": str(self.workspace)}
        self.context: dict[str, Any] = {**context, "github": github, "runner": {"temp": str(self.temp)}, "steps": {}, "env": {}}
        self.played = Played(int(run), self.workspace)
        self.functions = {"cancelled": lambda: False, "always": lambda: True, "failure": lambda: self.played.failed}
        self.credentials: dict[str, str] = {}

    def play(self) -> Played:
        self.context["env"] = {name: self._filled(text) for name, text in self.job.get("env", {}).items()}
        for step in self.job["steps"]:
            name = step.get("name") or step["uses"].partition("@")[0]
            if not self._is_due(step.get("if")):
                continue
            self.played.steps.append(name)
            if "uses" in step:
                self._use(step)
            elif self._run(step):
                self.played.failed = True
        summary = self.files["GITHUB_STEP_SUMMARY"]
        self.played.summary = summary.read_text() if summary.exists() else ""
        return self.played

    def _is_due(self, condition: str | None) -> bool:
        if condition is None:
            return not self.played.failed
        if self.played.failed and not _ASKS_FOR_THE_JOB.search(condition):
            return False
        return holds(condition, self.context, self.functions)

    def _filled(self, text: object) -> str:
        return filled(str(text), self.context, self.functions)

    def _run(self, step: Mapping[str, Any]) -> bool:
        script = self.temp / "step.sh"
        script.write_text(self._filled(step["run"]))
        for file in self.files.values():
            file.touch()
        self.files["GITHUB_OUTPUT"].write_text("")
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if step.get("shell") == "bash" else ["bash", "-e"]
        own = {name: self._filled(text) for name, text in step.get("env", {}).items()}
        github = self.context["github"]
        ended = subprocess.run(
            [*shell, str(script)],
            cwd=self.workspace,
            env={
                **self.runner.environment,
                **self.credentials,
                "GITHUB_REPOSITORY": github["repository"],
                "GITHUB_SHA": github["sha"],
                "GITHUB_API_URL": github["api_url"],
                "GITHUB_EVENT_PATH": github["event_path"],
                "RUNNER_TEMP": str(self.temp),
                **{name: str(file) for name, file in self.files.items()},
                **self.context["env"],
                **own,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
        )
        self.played.said[step["name"]] = ended.stdout
        told = dict(line.split("=", 1) for line in self.files["GITHUB_OUTPUT"].read_text().splitlines())
        if "id" in step:
            self.context["steps"][step["id"]] = {"outputs": told}
        return ended.returncode != 0

    def _use(self, step: Mapping[str, Any]) -> None:
        given = {key: self._filled(text) for key, text in step.get("with", {}).items()}
        action = step["uses"].partition("@")[0]
        match action:
            case "actions/checkout":
                packed = subprocess.run(
                    ["git", "archive", given.get("ref") or self.context["github"]["sha"]],
                    cwd=self.runner.repository,
                    check=True,
                    stdout=subprocess.PIPE,
                )
                with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
                    files.extractall(self.workspace / given.get("path", "."), filter="data")
            case "aws-actions/configure-aws-credentials":
                key = self.runner.callers[given["role-to-assume"]]
                self.credentials = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "not-checked"}
            case "actions/upload-artifact":
                self._upload(given)
            case "actions/download-artifact":
                kept = self.runner.artifacts.get((given.get("run-id") or self.run, given["name"]))
                if kept is None:
                    self.played.failed = True
                else:
                    shutil.copytree(kept, given["path"], dirs_exist_ok=True)
            case "actions/setup-python" | "pulumi/actions":
                # Both are on the machine already.
                return
            case _:
                raise AssertionError(f"nobody knows what {action} does")

    def _upload(self, given: Mapping[str, str]) -> None:
        found = self.workspace / given["path"]
        if not found.exists():
            self.played.failed = self.played.failed or given.get("if-no-files-found") == "error"
            return
        kept = self.runner.scratch / "artifacts" / self.run / given["name"]
        kept.mkdir(parents=True)
        if found.is_dir():
            shutil.copytree(found, kept, dirs_exist_ok=True)
        else:
            shutil.copy(found, kept)
        self.runner.artifacts[(self.run, given["name"])] = kept
