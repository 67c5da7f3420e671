"""The workflows played with the real pulumi: a pull request is previewed, reviewed, merged, applied, driven on and watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.engine.stack_files import BANK, MEDIA, RECEIVES, RETAILER, Config, governing
from tests.engine.world import World, member, open_world
from tools.forge.server import serve
from tools.forge.state import FORK, Forge
from tools.playground import yaml_text
from tools.pulumi.toolchain import Toolchain
from tools.workflows.hosted import HostedRepository
from tools.workflows.jobs import Played

pytestmark = pytest.mark.engine

STACK = "retail"
NUMBER = 7


@dataclass
class House:
    """A repository on a forge, and the world that it governs."""

    world: World
    hosted: HostedRepository
    played: dict[str, Played] = field(default_factory=dict)
    roles: set[str] = field(default_factory=set)
    abilities: dict[str, list[str]] = field(default_factory=dict)

    @property
    def comments(self) -> list[str]:
        """What is said on the pull request."""
        return [each.body for each in self.hosted.forge.open(NUMBER).comments]

    def commit(self, config: Config) -> str:
        """Commit a stack file; return the commit."""
        return self.hosted.commit(yaml_text({"config": {f"cleanrooms:{key}": each for key, each in config.items()}}))


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
        yield House(world, HostedRepository.new(STACK, creator, forge, url))


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
        opened.played["preview"], opened.played["comment"] = opened.hosted.preview(NUMBER, base, head)
        opened.played["preview again"], opened.played["comment again"] = opened.hosted.preview(NUMBER, base, head)
        assumed = [each for each in opened.world.app.journal.entries(before) if each.operation == "AssumeRole"]
        opened.roles = {str(each.parameters["RoleArn"]) for each in assumed}
        merge = opened.commit(proposed)
        opened.hosted.forge.open(NUMBER).merged_as = merge
        opened.played["apply"] = opened.hosted.play("apply.yml", "up", sha=merge)
        (request,) = opened.world.open_requests(RETAILER, collaboration)
        opened.world.act(BANK, collaboration, request, "APPROVE")
        opened.played["drive"] = opened.hosted.play("drive.yml", "up", sha=merge)
        opened.abilities = opened.world.abilities(RETAILER, collaboration)
        opened.played["watch"] = opened.hosted.play("watch.yml", "watch", sha=merge)
        opened.world.change_behind_our_back(RETAILER, collaboration, [MEDIA, BANK], member(RETAILER))
        opened.played["watch after drift"] = opened.hosted.play("watch.yml", "watch", sha=merge)
        opened.played["apply of nobody"] = opened.hosted.play("apply.yml", "up", sha=base)
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
        looked, said = house.hosted.preview(NUMBER, base, head, token=FORK, repository="stranger/governance")
        assert (False, False) == (looked.failed, said.failed), looked.output + said.output
        assert "Become the reader" not in looked.steps
        assert "<!-- crgov:comment retail -->" in said.summary
        assert "usual for pull requests from forks" in said.output
        assert [] == house.comments
