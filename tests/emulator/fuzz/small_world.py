"""A world with a little of everything, for requests to find something in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cleanrooms_emulator.application import Application
from tests.emulator.machine_learning.learning_world import UNTIL_ACTIVE, LearningWorld
from tests.emulator.world import CREATOR, NEWCOMER, READER, RUNNER, invitation, member, settings_change

ACCOUNTS = (CREATOR, RUNNER, READER, NEWCOMER)


def populated() -> Application:
    """A world of several accounts with a little of everything, its clock stopped."""
    world = LearningWorld()
    world.create(member(RUNNER), abilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"], name="Nobody has joined")
    voted = world.create(member(READER), name="Votes are cast")
    world.join(CREATOR, voted)
    world.act(world.file(voted, settings_change("ADD_MEMBER")), "CANCEL", CREATOR)
    world.file(world.collaboration_id, invitation(NEWCOMER))
    visits = world.table("visits")
    world.template()
    world.budget(visits, 20)
    world.query("select amount from visits")
    world.configure()
    association = world.association()
    channel = world.channel(association)
    world.clock.advance(UNTIL_ACTIVE)
    world.model(association, channel)
    return world.app


class KnownThings:
    """The ids and ARNs of what is in a world, and whose they are."""

    def __init__(self, snapshot: Mapping[str, Any]) -> None:
        self._ids: dict[str, list[str]] = {}
        self._arns: list[str] = []
        self._owners: dict[str, str] = {}
        for kind, documents in snapshot["documents"].items():
            if not kind.startswith("_"):
                self._ids[_plain(kind)] = sorted(documents)
            for id, document in documents.items():
                self._owners[id] = document.get("_account") or document.get("creatorAccountId") or ACCOUNTS[0]
                if "arn" in document:
                    self._arns.append(document["arn"])

    def fitting(self, member_name: str) -> Sequence[str]:
        """The values that a member of this name might take: those of the thing it names, or else all of its form."""
        thing = _plain(member_name).removesuffix("identifier").removesuffix("id").removesuffix("arn")
        if member_name.endswith("Arn"):
            return [arn for arn in self._arns if thing in _plain(arn)] or self._arns
        if member_name.endswith(("dentifier", "Id")):
            return self._ids.get(thing) or [id for ids in self._ids.values() for id in ids]
        return ()

    def owner(self, text: str) -> str | None:
        """Whose the first thing is that a text names."""
        places = {text.find(id): account for id, account in self._owners.items() if id in text}
        return places[min(places)] if places else None


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
