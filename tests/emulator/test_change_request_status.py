"""The status machine of a change request: every status, every action, everybody who may try."""

import pytest

from tests.emulator.world import (
    ACCESS_DENIED,
    COLLABORATION_STATE,
    CREATOR,
    NEWCOMER,
    READER,
    RUNNER,
    World,
    invitation,
    member,
)

VOTED, UNVOTED, INVITED = RUNNER, READER, "666677778888"
"""A member that approved while it was PENDING, one that did not vote yet, and one that has not joined."""

NO = ACCESS_DENIED
CLOSED = COLLABORATION_STATE
SAME = "as before"

ACTIONS = ("APPROVE", "DENY", "CANCEL", "COMMIT")
Results = tuple[object, object, object, object]

OPEN_TABLE: dict[str, dict[str, Results]] = {
    # status before: who: result of APPROVE, DENY, CANCEL, COMMIT
    "PENDING": {
        CREATOR: (SAME, CLOSED, "CANCELLED", CLOSED),
        VOTED: (SAME, CLOSED, NO, NO),
        UNVOTED: ("APPROVED", "DENIED", NO, NO),
        INVITED: (NO, NO, NO, NO),
    },
    "APPROVED": {
        CREATOR: (CLOSED, CLOSED, "CANCELLED", "COMMITTED"),
        VOTED: (CLOSED, CLOSED, NO, NO),
        UNVOTED: (CLOSED, CLOSED, NO, NO),
        INVITED: (NO, NO, NO, NO),
    },
    "auto-approved": {
        CREATOR: (CLOSED, CLOSED, "CANCELLED", "COMMITTED"),
        VOTED: (CLOSED, CLOSED, NO, NO),
        UNVOTED: (CLOSED, CLOSED, NO, NO),
        INVITED: (NO, NO, NO, NO),
    },
}
ENDED_TABLE: dict[str, dict[str, Results]] = {
    ended: {
        CREATOR: (CLOSED, CLOSED, CLOSED, CLOSED),
        VOTED: (CLOSED, CLOSED, NO, NO),
        UNVOTED: (CLOSED, CLOSED, NO, NO),
        INVITED: (NO, NO, NO, NO),
    }
    for ended in ("DENIED", "CANCELLED", "COMMITTED", "auto-committed")
}

CELLS = [
    pytest.param(status, who, action, result, id=f"{status}-{role}-{action}")
    for status, rows in (OPEN_TABLE | ENDED_TABLE).items()
    for (who, results), role in zip(rows.items(), ("creator", "voted", "unvoted", "invited"), strict=True)
    for action, result in zip(ACTIONS, results, strict=True)
]

STEPS = {
    "PENDING": [],
    "APPROVED": [("APPROVE", UNVOTED)],
    "DENIED": [("DENY", UNVOTED)],
    "CANCELLED": [("CANCEL", CREATOR)],
    "COMMITTED": [("APPROVE", UNVOTED), ("COMMIT", CREATOR)],
}


@pytest.mark.parametrize(("status", "who", "action", "result"), CELLS)
def test_an_action_has_the_result_of_the_table(status: str, who: str, action: str, result: object) -> None:
    auto = status.startswith("auto-")
    world = World({"autoApprovedStatus": "APPROVED" if status == "auto-approved" else "COMMITTED"})
    id = world.create(member(VOTED), member(UNVOTED), member(INVITED), autoApprovedChangeRequestTypes=["ADD_MEMBER"] * auto)
    for account in (CREATOR, VOTED, UNVOTED):
        world.join(account, id)
    request = world.file(id, invitation(NEWCOMER))
    if not auto:
        for step, by in [("APPROVE", VOTED), *STEPS[status]]:
            world.act(request, step, by)
    before = world.request(request)

    if isinstance(result, tuple):
        refused = world.acting(request, action, who)
        assert (result, 403 if result == NO else 409) == (refused.kind, refused.status)
        assert before == world.request(request)
    elif result == SAME:
        assert before == world.act(request, action, who) == world.request(request)
    else:
        assert result == world.act(request, action, who)["status"]
        assert result == world.request(request)["status"]


def test_a_conflict_names_the_collaboration() -> None:
    world = World()
    id = world.joined(member(READER))
    request = world.file(id, invitation(NEWCOMER))

    assert id == world.acting(request, "COMMIT", CREATOR).resource_id
