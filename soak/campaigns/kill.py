"""Kill the service without warning while clients write, and see whether everything that was answered is still there."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from cleanrooms_emulator.transport import server_process
from soak.campaign import Campaign

ACCOUNT, PARTNER = "111122223333", "222233334444"
KILLS = 4
WRITERS = 6
MOST_ANSWERS = 30

State = tuple[str, bool] | None
"""What can be seen of a collaboration: its name, and whether its creator has joined; None when there is none."""


@dataclass
class Written:
    """A collaboration: as the last answer told, and as it is if the call that was cut off took effect."""

    id: str
    told: State
    cut_off: State = None
    """The same as `told` while no call is on its way."""

    def seen(self, state: State) -> None:
        """Raises AssertionError unless the state is one of the two; from now on it is the told one."""
        assert state in (self.told, self.cut_off), f"{self.id} is {state}, told was {self.told}, cut off {self.cut_off}"
        self.told = self.cut_off = state


def play(case: int, kills: int = KILLS) -> None:
    """A world is written to, killed and opened again several times.

    In odd cases one client writes, and the service is killed between two of its calls. In even ones several clients write,
    and do not stop before the service is gone.
    """
    random = Random(case)
    with tempfile.TemporaryDirectory(prefix="soak-kill-") as scratch:
        state = Path(scratch) / "world"
        written: list[Written] = []
        for _ in range(kills):
            service = server_process.start(state)
            try:
                _check(service.url, written)
                writers = 1 if case % 2 else WRITERS
                answers = Answers(random.randint(1, MOST_ANSWERS), last_one_stops=writers == 1)
                with ThreadPoolExecutor(writers) as pool:
                    seeds = [random.random() for _ in range(writers)]
                    writing = [pool.submit(_write, service.url, seed, answers) for seed in seeds]
                    answers.enough.wait()
                    service.kill()
                written += [each for one in writing for each in one.result()]
            finally:
                service.kill()
        _check_file(state)
        with server_process.server_process(state) as service:
            _check(service.url, written)


class Answers:
    """Counts the answers of all writers until there are enough of them to kill the service."""

    def __init__(self, wanted: int, *, last_one_stops: bool) -> None:
        self.enough = threading.Event()
        self._lock = threading.Lock()
        self._missing = wanted
        self._last_one_stops = last_one_stops

    def one_more(self) -> bool:
        """An answer has arrived; gives whether the writer shall go on."""
        with self._lock:
            self._missing -= 1
            if self._missing == 0:
                self.enough.set()
            return self._missing > 0 or not self._last_one_stops


def _write(url: str, seed: float, answers: Answers) -> list[Written]:
    random = Random(seed)
    written: list[Written] = []
    with closing(_client(url)) as cleanrooms:
        try:
            going_on = True
            while going_on:
                _one_call(cleanrooms, random, written)
                going_on = answers.one_more()
        except BotoCoreError:
            assert answers.enough.is_set(), "the service went away by itself"
        finally:
            answers.enough.set()
    return written


def _one_call(cleanrooms: Any, random: Random, written: list[Written]) -> None:
    name = f"{random.getrandbits(40):x}"
    known = random.choice(written) if written and random.random() < 0.6 else None
    if known is None or known.told is None:
        members = [{"accountId": PARTNER, "displayName": "Partner", "memberAbilities": []}]
        answer = cleanrooms.create_collaboration(
            name=name, creatorDisplayName="Hub", creatorMemberAbilities=[], members=members, queryLogStatus="DISABLED"
        )
        if "collaboration" in answer:  # boto3 takes an answer that was cut off for one without members
            written.append(Written(answer["collaboration"]["id"], (name, False), (name, False)))
        return
    joined = known.told[1]
    if random.random() < 0.3:
        known.cut_off = None
        cleanrooms.delete_collaboration(collaborationIdentifier=known.id)
    elif joined:
        known.cut_off = (name, joined)
        cleanrooms.update_collaboration(collaborationIdentifier=known.id, name=name)
    else:
        known.cut_off = (known.told[0], True)
        cleanrooms.create_membership(collaborationIdentifier=known.id, queryLogStatus="DISABLED")
    known.told = known.cut_off


def _check(url: str, written: list[Written]) -> None:
    """Everything that was answered is there, and nothing is there by half."""
    with closing(_client(url)) as cleanrooms:
        listed = {each["id"]: each for each in _all(cleanrooms, "list_collaborations", "collaborationList")}
        memberships = _all(cleanrooms, "list_memberships", "membershipSummaries")
        active = {each["collaborationId"] for each in memberships if each["status"] == "ACTIVE"}
        joined = {id for id, summary in listed.items() if "membershipId" in summary}
        assert active == joined, f"active memberships are in {active}, joined are {joined}"
        for id, summary in listed.items():
            members = cleanrooms.list_members(collaborationIdentifier=id)["memberSummaries"]
            assert sorted(each["accountId"] for each in members) == [ACCOUNT, PARTNER], f"{id} has members {members}"
            if "membershipId" in summary:
                membership = cleanrooms.get_membership(membershipIdentifier=summary["membershipId"])["membership"]
                assert id == membership["collaborationId"], f"{id} has the membership {membership}"
            assert ("membershipId" in summary) == (summary["memberStatus"] == "ACTIVE"), f"{id} is joined by half: {summary}"
        for each in written:
            found = listed.get(each.id)
            each.seen(None if found is None else (found["name"], each.id in joined))


def _all(cleanrooms: Any, operation: str, key: str) -> list[dict[str, Any]]:
    return [each for page in cleanrooms.get_paginator(operation).paginate() for each in page[key]]


def _check_file(state: Path) -> None:
    with closing(sqlite3.connect(state)) as file:
        assert file.execute("pragma integrity_check").fetchone() == ("ok",)


def _client(url: str) -> Any:
    with _creating:
        return _session().client("cleanrooms", endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


_creating = threading.Lock()


@cache
def _session() -> boto3.Session:
    return boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="unverified", region_name="eu-west-1")


CAMPAIGNS = (Campaign("kill", 150, play),)
