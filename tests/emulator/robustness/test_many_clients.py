"""Thirty-two clients at once over HTTP: every answer is kept, and every counter adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import Any

from botocore.exceptions import ClientError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.control.client import EmulatorControl
from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.handlers import quotas
from tests.emulator.robustness.accounts import HUB, NEW, SPOKE, over_http

CLIENTS = 32
TURNS = 3


def at_once(url: str, play: Callable[[Any, int], Any], account: Callable[[int], str] = lambda number: HUB) -> list[Any]:
    """What `play(client, number)` gives for each of the clients, which begin together."""
    together = Barrier(CLIENTS)
    with ExitStack() as opened, ThreadPoolExecutor(CLIENTS) as pool:
        clients = [opened.enter_context(over_http(url, account(number))) for number in range(CLIENTS)]

        def play_one(number: int) -> Any:
            together.wait()
            return play(clients[number], number)

        return list(pool.map(play_one, range(CLIENTS)))


def life(hub: Any, number: int) -> dict[str, str]:
    """Collaborations made, renamed, tagged, joined and, every third of them, deleted again; the names that are left."""
    left: dict[str, str] = {}
    for turn in range(TURNS):
        made = hub.create_collaboration(**NEW)["collaboration"]
        name = f"Client {number}, turn {turn}"
        hub.update_collaboration(collaborationIdentifier=made["id"], name=name)
        hub.tag_resource(resourceArn=made["arn"], tags={"client": str(number)})
        if turn % 3 == 2:
            hub.delete_collaboration(collaborationIdentifier=made["id"])
        else:
            hub.create_membership(collaborationIdentifier=made["id"], queryLogStatus="DISABLED")
            left[made["id"]] = name
    return left


def listed(url: str, operation: str, key: str) -> list[dict[str, Any]]:
    with over_http(url) as hub:
        return [each for page in hub.get_paginator(operation).paginate() for each in page[key]]


def test_clients_at_once_lose_nothing(app: Application, url: str) -> None:
    left = {id: name for one in at_once(url, life) for id, name in one.items()}

    assert CLIENTS * TURNS * 2 // 3 == len(left)
    assert left == {each["id"]: each["name"] for each in listed(url, "list_collaborations", "collaborationList")}
    assert set(left) == {each["collaborationId"] for each in listed(url, "list_memberships", "membershipSummaries")}


def test_the_journal_has_every_call_of_clients_at_once_exactly_once(app: Application, url: str) -> None:
    at_once(url, life)

    entries = app.journal.entries()
    assert list(range(1, len(entries) + 1)) == [entry.sequence for entry in entries]
    assert {
        "CreateCollaboration": CLIENTS * TURNS,
        "UpdateCollaboration": CLIENTS * TURNS,
        "TagResource": CLIENTS * TURNS,
        "CreateMembership": CLIENTS * TURNS * 2 // 3,
        "DeleteCollaboration": CLIENTS * TURNS // 3,
    } == Counter(entry.operation for entry in entries)
    assert {200, 204} >= {entry.status for entry in entries}


def outcome(call: Callable[[], object]) -> str:
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "answered"


def test_of_clients_that_want_the_same_exactly_one_gets_it(app: Application, url: str) -> None:
    with over_http(url) as hub:
        id = hub.create_collaboration(**NEW)["collaboration"]["id"]

    def join(spoke: Any, number: int) -> str:
        return outcome(lambda: spoke.create_membership(collaborationIdentifier=id, queryLogStatus="DISABLED"))

    outcomes = Counter(at_once(url, join, account=lambda number: SPOKE))
    assert {"answered": 1, "ConflictException": CLIENTS - 1} == outcomes


def test_clients_at_once_never_get_past_a_quota(app: Application, url: str) -> None:
    quotas.adjust(app.store, quotas.COLLABORATIONS, 20)
    outcomes = Counter(at_once(url, lambda hub, number: outcome(lambda: hub.create_collaboration(**NEW))))

    assert {"answered": 20, "ServiceQuotaExceededException": CLIENTS - 20} == outcomes
    assert 20 == len(listed(url, "list_collaborations", "collaborationList"))


def test_a_fault_rule_counts_calls_of_clients_at_once_exactly(app: Application, url: str) -> None:
    EmulatorControl(url).set_faults(FaultRule(kind=FaultKind.THROTTLE, operation="CreateCollaboration", every=4, times=5))
    outcomes = Counter(at_once(url, lambda hub, number: outcome(lambda: hub.create_collaboration(**NEW))))

    assert {"answered": CLIENTS - 5, "ThrottlingException": 5} == outcomes
    (rule,) = EmulatorControl(url).faults()
    assert (CLIENTS, 5) == (rule["matched"], rule["hits"])


def test_accounts_at_once_stay_apart(app: Application, url: str) -> None:
    def account(number: int) -> str:
        return f"{number + 300000000000}"

    made = at_once(url, lambda caller, number: caller.create_collaboration(**NEW)["collaboration"]["id"], account)
    for number in (0, 15, 31):
        with over_http(url, account(number)) as caller:
            assert [made[number]] == [each["id"] for each in caller.list_collaborations()["collaborationList"]]
