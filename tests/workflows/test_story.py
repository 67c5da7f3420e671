"""The workflows played with the real pulumi: a pull request is previewed, reviewed, merged, applied, driven on and watched."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.engine.stack_files import BANK, MEDIA, RECEIVES, RETAILER, Config, governing
from tests.engine.world import World, member, open_world
from tests.workflows.jobs import Played, Runner
from tools.forge.server import serve
from tools.forge.state import ACTIONS, FORK, Forge, User, WorkflowRun
from tools.playground import Playground, yaml_text
from tools.pulumi.toolchain import CHECKOUT, Toolchain, locate

pytestmark = pytest.mark.engine

STACK = "retail"
STACK_FILE = f"stacks/Pulumi.{STACK}.yaml"
READER, WRITER = "arn:aws:iam::111122223333:role/crgov-read", "arn:aws:iam::111122223333:role/crgov-write"
NUMBER = 7


@dataclass
class House:
    """A repository on a forge, its state, and the world that it governs."""

    world: World
    creator: Playground
    forge: Forge
    url: str
    runner: Runner
    played: dict[str, Played] = field(default_factory=dict)
    roles: set[str] = field(default_factory=set)
    abilities: dict[str, list[str]] = field(default_factory=dict)

    @property
    def comments(self) -> list[str]:
        """What is said on the pull request."""
        return [each.body for each in self.forge.open(NUMBER).comments]

    def git(self, *arguments: str) -> str:
        """Run git in the repository."""
        command = ["git", "-c", "user.name=house", "-c", "user.email=house@house.example", *arguments]
        done = subprocess.run(command, cwd=self.runner.repository, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, config: Config) -> str:
        """Commit a stack file; return the commit."""
        text = yaml_text({"config": {f"cleanrooms:{key}": each for key, each in config.items()}})
        (self.runner.repository / STACK_FILE).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")
        return self.git("rev-parse", "HEAD")

    def play(self, workflow: str, job: str, *, sha: str, token: User = ACTIONS, run: int | None = None, **event: Any) -> Played:
        """Play a job with the token of a user."""
        self.forge.tokens["token-of-the-job"] = token
        event_file = self.creator.scratch / "event.json"
        event_file.write_text(json.dumps(event))
        context = {
            "vars": {
                "CRGOV_STACK": STACK,
                "CRGOV_READ_ROLE": READER,
                "CRGOV_WRITE_ROLE": WRITER,
                "AWS_REGION": "eu-west-1",
                "PULUMI_BACKEND_URL": self.creator.env["PULUMI_BACKEND_URL"],
            },
            "secrets": {"PULUMI_CONFIG_PASSPHRASE": self.creator.env["PULUMI_CONFIG_PASSPHRASE"]},
            "inputs": {},
            "github": {
                "repository": self.forge.repository,
                "sha": sha,
                "token": "token-of-the-job",
                "api_url": self.url,
                "server_url": "https://forge.example",
                "event": event,
                "event_path": str(event_file),
            },
        }
        return self.runner.play(f"github/{workflow}", job, context, run)

    def preview(self, base: str, head: str, *, token: User = ACTIONS, repository: str = "") -> tuple[Played, Played]:
        """Play the workflow of a pull request."""
        about = {
            "number": NUMBER,
            "base": {"sha": base},
            "head": {"sha": head, "repo": {"full_name": repository or self.forge.repository}},
        }
        looked = self.play("preview.yml", "preview", sha=head, token=token, pull_request=about)
        said = self.play("preview.yml", "comment", sha=head, token=token, run=looked.run, pull_request=about)
        self.forge.open(NUMBER).head = head
        self.forge.runs.append(WorkflowRun(looked.run, "preview.yml", head))
        return looked, said


@contextmanager
def open_house(scratch: Path) -> Iterator[House]:
    """The retailer's house; its collaboration is there, and the bank has joined."""
    forge = Forge()
    forge.open(NUMBER)
    with open_world(scratch) as world, serve(forge) as url:
        creator = world.repository("creator", RETAILER)
        creator.write_stack(STACK, governing())
        creator.init(STACK)
        first = creator.up(STACK, "--skip-preview")
        assert 0 == first.code, first.output
        collaboration = world.only_collaboration(RETAILER)
        world.console(BANK).create_membership(collaborationIdentifier=collaboration, queryLogStatus="DISABLED")
        away = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE")
        installed = f"{CHECKOUT / '.venv' / 'bin'}:{locate().pulumi.parent}"
        environment = {name: each for name, each in creator.env.items() if name not in away}
        environment |= {"PATH": f"{installed}:{environment['PATH']}", "AWS_EC2_METADATA_DISABLED": "true"}
        runner = Runner(scratch / "repository", environment, {READER: RETAILER, WRITER: RETAILER}, scratch / "runs")
        (runner.repository / "stacks").mkdir(parents=True)
        for name in ("__main__.py", "Pulumi.yaml"):
            (runner.repository / name).write_text((creator.project / name).read_text())
        # Installed already, so that nothing is fetched here.
        (runner.repository / "requirements.txt").write_text("ruamel.yaml\n")
        house = House(world, creator, forge, url, runner)
        house.git("init", "--quiet", "--initial-branch", "main")
        yield house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Iterator[House]:
    """A pull request that asks for results for the bank, and slips another role for Media in, from preview to drift."""
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        base = opened.commit(governing())
        proposed = governing(bank=RECEIVES)
        accounts = {**proposed["accounts"], MEDIA: {"name": "Media", "role": f"arn:aws:iam::{MEDIA}:role/of-a-stranger"}}
        head = opened.commit({**proposed, "accounts": accounts})
        collaboration = opened.world.only_collaboration(RETAILER)
        before = opened.world.app.journal.last
        opened.played["preview"], opened.played["comment"] = opened.preview(base, head)
        opened.played["preview again"], opened.played["comment again"] = opened.preview(base, head)
        assumed = [each for each in opened.world.app.journal.entries(before) if each.operation == "AssumeRole"]
        opened.roles = {str(each.parameters["RoleArn"]) for each in assumed}
        merge = opened.commit(proposed)
        opened.forge.open(NUMBER).merged_as = merge
        opened.played["apply"] = opened.play("apply.yml", "up", sha=merge)
        (request,) = opened.world.open_requests(RETAILER, collaboration)
        opened.world.act(BANK, collaboration, request, "APPROVE")
        opened.played["drive"] = opened.play("drive.yml", "up", sha=merge)
        opened.abilities = opened.world.abilities(RETAILER, collaboration)
        opened.played["watch"] = opened.play("watch.yml", "watch", sha=merge)
        opened.world.change_behind_our_back(RETAILER, collaboration, [MEDIA, BANK], member(RETAILER))
        opened.played["watch after drift"] = opened.play("watch.yml", "watch", sha=merge)
        opened.played["apply of nobody"] = opened.play("apply.yml", "up", sha=base)
        yield opened


def test_a_pull_request_is_previewed_and_commented_once(house: House) -> None:
    for name in ("preview", "comment", "preview again", "comment again"):
        assert not house.played[name].failed, house.played[name].output
    (comment,) = house.comments
    assert comment.startswith("<!-- crgov:comment retail -->\n")
    assert "the comment says so already" in house.played["comment again"].output


def test_the_ways_into_accounts_are_those_of_the_base(house: House) -> None:
    assert {f"arn:aws:iam::{MEDIA}:role/governance"} == house.roles
    assert f"::warning::stacks/Pulumi.retail.yaml: account {MEDIA} is looked at as the base" in house.played["preview"].output


def test_the_merge_does_what_was_reviewed_and_waits_for_others(house: House) -> None:
    played = house.played["apply"]
    assert not played.failed, played.output
    assert "::notice::Only others are awaited" in played.output
    assert (played.workspace / "audit.jsonl").exists()


def test_the_schedule_goes_on_when_others_have_voted(house: House) -> None:
    assert not house.played["drive"].failed, house.played["drive"].output
    assert RECEIVES == house.abilities[BANK]


def test_drift_is_seen_and_makes_the_run_red(house: House) -> None:
    assert not house.played["watch"].failed, house.played["watch"].output
    drifted = house.played["watch after drift"]
    assert drifted.failed
    assert "grant `CAN_RECEIVE_RESULTS` to `111122223333`" in drifted.summary


def test_a_commit_that_nobody_reviewed_is_not_applied(house: House) -> None:
    played = house.played["apply of nobody"]
    assert (True, False) == (played.failed, "Do what was reviewed" in played.steps)


def test_a_fork_is_validated_and_told_in_the_summary(tmp_path: Path, toolchain: Toolchain) -> None:
    with open_house(tmp_path) as house:
        base = house.commit(governing())
        head = house.commit(governing(bank=RECEIVES))
        looked, said = house.preview(base, head, token=FORK, repository="stranger/governance")
        assert (False, False) == (looked.failed, said.failed), looked.output + said.output
        assert "Become the reader" not in looked.steps
        assert "<!-- crgov:comment retail -->" in said.summary
        assert "usual for pull requests from forks" in said.output
        assert [] == house.comments
