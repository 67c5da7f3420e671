"""How a service holds up that has five thousand documents: opening its state file, and writing one more."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure, median, progress
from cleanrooms_emulator.application import Application
from cleanrooms_emulator.handlers import quotas
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.world.store import Store

DOCUMENTS = 5000
FEW = 10
WRITES = 200
OPENING_GOAL_MS = 500.0
WRITE_GOAL = 1.5

_ACCOUNT = "111122223333"


def measure_full_world(rounds: int) -> list[Figure]:
    """Opening in milliseconds, and how many times longer a write and a call take than in a world that is nearly empty."""
    progress(f"a world of {DOCUMENTS} documents")
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        path = Path(scratch) / "world"
        _filled(DOCUMENTS, path).close()
        opening = median([_seconds(lambda: Store(path).close()) for _ in range(rounds)])
        full, few = Store(path), _filled(FEW, Path(scratch) / "few")
        writes = median([_writing(full) / _writing(few) for _ in range(rounds)])
        full.close()
        few.close()
    calls = [_calls(_filled(DOCUMENTS)) / _calls(_filled(FEW)) for _ in range(rounds)]
    return [
        Figure("open a state file", opening * 1000, "ms", OPENING_GOAL_MS, f"{DOCUMENTS} documents"),
        Figure("store: write in a full world", writes, "x", WRITE_GOAL, f"{DOCUMENTS} documents against {FEW}"),
        Figure("UpdateCollaboration in a full world", median(calls), "x", WRITE_GOAL, f"{DOCUMENTS} documents against {FEW}"),
    ]


def _filled(documents: int, path: Path | None = None) -> Store:
    """A world of collaborations, each as CreateCollaboration stores one."""
    store = Store(path)
    app = Application(store=store, strict_output=False)
    quotas.adjust(store, quotas.COLLABORATIONS, 2 * documents)
    _created(app)
    (pattern,) = store.all("collaboration")
    with store.transaction():
        for number in range(documents - 1):
            id = f"00000000-0000-0000-0000-{number:012}"
            store.put("collaboration", id, {**pattern, "id": id, "arn": str(pattern["arn"]).replace(str(pattern["id"]), id)})
    return store


def _created(app: Application) -> str:
    answer = client(app, "cleanrooms", _ACCOUNT).create_collaboration(
        name="Campaigns",
        creatorDisplayName="Hub",
        creatorMemberAbilities=[],
        members=[{"accountId": "222233334444", "displayName": "Partner", "memberAbilities": []}],
        queryLogStatus="DISABLED",
    )
    return str(answer["collaboration"]["id"])


def _writing(store: Store) -> float:
    *_, document = store.all("collaboration")

    def write() -> None:
        for number in range(WRITES):
            store.put("collaboration", str(document["id"]), {**document, "name": f"Campaigns {number}"})

    return _seconds(write)


def _calls(store: Store) -> float:
    caller = client(Application(store=store, strict_output=False), "cleanrooms", _ACCOUNT)
    *_, document = store.all("collaboration")

    def call() -> None:
        for number in range(WRITES):
            caller.update_collaboration(collaborationIdentifier=document["id"], name=f"Campaigns {number}")

    return _seconds(call)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
