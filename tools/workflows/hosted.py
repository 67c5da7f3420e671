"""A repository on the forge of this machine, whose workflows are played as the forge would run them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.forge.state import ACTIONS, Forge, User, WorkflowRun
from tools.playground import Playground
from tools.pulumi.toolchain import CHECKOUT, locate
from tools.workflows.jobs import Played, Runner

READER, WRITER = "arn:aws:iam::111122223333:role/crgov-read", "arn:aws:iam::111122223333:role/crgov-write"
"""The roles that jobs become: the machine has no credentials of its own."""

_TOKEN = "token-of-the-job"
_NOT_A_JOB_S = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE")


@dataclass
class HostedRepository:
    """A repository with one stack.

    Parameters: ``forge`` has it, and answers at ``url``; ``playground`` is where the stack's state is; ``runner`` plays jobs.
    """

    stack: str
    playground: Playground
    forge: Forge
    url: str
    runner: Runner

    @classmethod
    def new(cls, stack: str, playground: Playground, forge: Forge, url: str) -> HostedRepository:
        """Make a repository with the program and what it needs, and no stack file yet."""
        folder = playground.scratch / "repository"
        (folder / "stacks").mkdir(parents=True)
        for name in ("__main__.py", "Pulumi.yaml"):
            (folder / name).write_text((playground.project / name).read_text())
        # Installed already, so that nothing is fetched here.
        (folder / "requirements.txt").write_text("ruamel.yaml\n")
        callers = {READER: playground.caller, WRITER: playground.caller}
        made = cls(stack, playground, forge, url, Runner(folder, _machine(playground), callers, playground.scratch / "runs"))
        made.git("init", "--quiet", "--initial-branch", "main")
        return made

    @property
    def stack_file(self) -> Path:
        """Where the stack file is."""
        return self.runner.repository / "stacks" / f"Pulumi.{self.stack}.yaml"

    def git(self, *arguments: str) -> str:
        """Run git in the repository; return what it says."""
        command = ["git", "-c", "user.name=house", "-c", "user.email=house@house.example", *arguments]
        done = subprocess.run(command, cwd=self.runner.repository, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, text: str, message: str = "a change") -> str:
        """Commit a stack file; return the commit."""
        self.stack_file.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def play(self, workflow: str, job: str, *, sha: str, token: User = ACTIONS, run: int | None = None, **event: Any) -> Played:
        """Play a job with the token of a user.

        Parameters: ``run`` as for ``Runner.play``; ``event`` is what the forge tells of what happened.
        """
        self.forge.tokens[_TOKEN] = token
        event_file = self.playground.scratch / "event.json"
        event_file.write_text(json.dumps(event))
        environment = self.playground.env
        context = {
            "vars": {
                "CRGOV_STACK": self.stack,
                "CRGOV_READ_ROLE": READER,
                "CRGOV_WRITE_ROLE": WRITER,
                "AWS_REGION": "eu-west-1",
                "PULUMI_BACKEND_URL": environment["PULUMI_BACKEND_URL"],
            },
            "secrets": {"PULUMI_CONFIG_PASSPHRASE": environment["PULUMI_CONFIG_PASSPHRASE"]},
            "inputs": {},
            "github": {
                "repository": self.forge.repository,
                "sha": sha,
                "token": _TOKEN,
                "api_url": self.url,
                "server_url": "https://forge.example",
                "event": event,
                "event_path": str(event_file),
            },
        }
        return self.runner.play(f"github/{workflow}", job, context, run)

    def preview(
        self, number: int, base: str, head: str, *, token: User = ACTIONS, repository: str = ""
    ) -> tuple[Played, Played]:
        """Play the workflow of a pull request, both jobs; ``repository`` is the one that it comes from, if that is another."""
        about = {
            "number": number,
            "base": {"sha": base},
            "head": {"sha": head, "repo": {"full_name": repository or self.forge.repository}},
        }
        looked = self.play("preview.yml", "preview", sha=head, token=token, pull_request=about)
        said = self.play("preview.yml", "comment", sha=head, token=token, run=looked.run, pull_request=about)
        self.forge.open(number).head = head
        self.forge.runs.append(WorkflowRun(looked.run, "preview.yml", head))
        return looked, said


def _machine(playground: Playground) -> dict[str, str]:
    installed = f"{CHECKOUT / '.venv' / 'bin'}:{locate().pulumi.parent}"
    environment = {name: each for name, each in playground.env.items() if name not in _NOT_A_JOB_S}
    return {**environment, "PATH": f"{installed}:{environment['PATH']}", "AWS_EC2_METADATA_DISABLED": "true"}
