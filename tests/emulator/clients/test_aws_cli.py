from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.clients.aws_cli import AwsCli, CommandFailed
from tests.emulator.world import CREATOR, NEWCOMER, OUTSIDER, READER, invitation

pytestmark = pytest.mark.slow


@pytest.fixture
def cli(url: str, tmp_path: Path) -> AwsCli:
    return AwsCli(url, tmp_path)


def collaboration(cli: AwsCli) -> str:
    """A collaboration of CREATOR and READER, whom both have joined; its id."""
    created = cli.run(
        CREATOR,
        *("cleanrooms", "create-collaboration", "--name", "Campaigns", "--creator-display-name", "The creator"),
        *("--creator-member-abilities", "CAN_QUERY", "CAN_RECEIVE_RESULTS", "--query-log-status", "DISABLED"),
        *("--members", f"accountId={READER},displayName=Reader,memberAbilities=[]"),
    )
    id = str(created["collaboration"]["id"])
    for account in (CREATOR, READER):
        cli.run(
            account,
            *("cleanrooms", "create-membership", "--collaboration-identifier", id, "--query-log-status", "DISABLED"),
        )
    return id


def act(cli: AwsCli, account: str, id: str, request: str, action: str) -> str:
    """Vote, commit or cancel; the request's status afterwards."""
    answer = cli.run(
        account,
        *("cleanrooms", "update-collaboration-change-request", "--collaboration-identifier", id),
        *("--change-request-identifier", request, "--action", action),
    )
    return str(answer["collaborationChangeRequest"]["status"])


def statuses(members: list[dict[str, Any]]) -> dict[str, str]:
    return {member["accountId"]: member["status"] for member in members}


def test_the_command_line_plays_the_life_of_a_change_request(cli: AwsCli) -> None:
    id = collaboration(cli)
    filed = cli.run(
        CREATOR,
        *("cleanrooms", "create-collaboration-change-request", "--collaboration-identifier", id),
        *("--changes", json.dumps([invitation(NEWCOMER)])),
    )["collaborationChangeRequest"]
    approved = act(cli, READER, id, filed["id"], "APPROVE")
    committed = act(cli, CREATOR, id, filed["id"], "COMMIT")
    listed = cli.run(CREATOR, "cleanrooms", "list-members", "--collaboration-identifier", id)["memberSummaries"]

    assert ("PENDING", "APPROVED", "COMMITTED") == (filed["status"], approved, committed)
    assert {CREATOR: "ACTIVE", READER: "ACTIVE", NEWCOMER: "INVITED"} == statuses(listed)


def test_the_command_line_puts_the_pages_of_a_list_together(cli: AwsCli) -> None:
    id = collaboration(cli)
    paged = cli.run(CREATOR, "cleanrooms", "list-members", "--collaboration-identifier", id, "--page-size", "1")
    first = cli.run(CREATOR, "cleanrooms", "list-members", "--collaboration-identifier", id, "--max-items", "1")

    assert [CREATOR, READER] == [member["accountId"] for member in paged["memberSummaries"]]
    assert ([CREATOR], True) == ([member["accountId"] for member in first["memberSummaries"]], "NextToken" in first)


def test_the_command_line_understands_a_refusal(cli: AwsCli) -> None:
    id = collaboration(cli)
    with pytest.raises(CommandFailed, match=r"\(AccessDeniedException\).*GetCollaboration operation"):
        cli.run(OUTSIDER, "cleanrooms", "get-collaboration", "--collaboration-identifier", id)
