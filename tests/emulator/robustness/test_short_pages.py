"""Short and empty pages: what AWS may send at any time, and what the reconciler has to live with."""

from __future__ import annotations

from typing import Any

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.control.client import EmulatorControl
from cleanrooms_emulator.limits.paging import Paging
from cleanrooms_emulator.transport.in_process import client, connect
from cleanrooms_governance.aws import AwsAccounts, Pace
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.model import AccountId
from tests.emulator.robustness.accounts import HUB, NEW, REGION

PARTNERS = [f"{number:012}" for number in range(200000000001, 200000000006)]


def collaboration(app: Application) -> str:
    """One of HUB and five partners; its id."""
    members = [{"accountId": each, "displayName": f"Partner {each}", "memberAbilities": []} for each in PARTNERS]
    made = client(app, "cleanrooms", HUB).create_collaboration(**{**NEW, "members": members})["collaboration"]
    return str(made["id"])


def page_sizes(app: Application, **parameters: Any) -> list[int]:
    """How many members each page of ListMembers has."""
    pages = (
        client(app, "cleanrooms", HUB)
        .get_paginator("list_members")
        .paginate(collaborationIdentifier=collaboration(app), **parameters)
    )
    return [len(page["memberSummaries"]) for page in pages]


@pytest.mark.parametrize(
    ("paging", "expected"),
    [
        (Paging(), [6]),
        (Paging(page_size=4), [4, 2]),
        (Paging(page_size=3), [3, 3]),
        (Paging(page_size=50), [6]),
        (Paging(empty_pages=True), [0, 6, 0]),
        (Paging(page_size=4, empty_pages=True), [0, 4, 0, 2, 0]),
    ],
    ids=str,
)
def test_pages_are_cut_as_the_world_says(app: Application, paging: Paging, expected: list[int]) -> None:
    app.paging = paging
    assert expected == page_sizes(app)


def test_a_page_is_never_longer_than_its_caller_asked_for(app: Application) -> None:
    app.paging = Paging(page_size=4)
    assert [2, 2, 2] == page_sizes(app, PaginationConfig={"PageSize": 2})


def test_an_empty_list_is_one_empty_page(app: Application) -> None:
    app.paging = Paging(page_size=1, empty_pages=True)
    answer = client(app, "cleanrooms", HUB).list_collaborations()
    assert ([], False) == (answer["collaborationList"], "nextToken" in answer)


@pytest.fixture
def port(app: Application, monkeypatch: pytest.MonkeyPatch) -> AwsCleanRooms:
    """The reconciler's way into HUB's account."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "999988887777")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "unverified")
    role = Credentials(role=f"arn:aws:iam::{HUB}:role/governance")
    accounts = AwsAccounts("acme/prod", lambda made: connect(app, made), pace=Pace(lambda: 0.0, lambda seconds: None))
    return accounts(Access(AccountId(HUB), role, role), REGION)


@pytest.mark.parametrize("empty", [False, True], ids=["full pages", "empty pages between"])
@pytest.mark.parametrize("size", range(1, 8))
def test_the_reconciler_reads_all_members_from_short_and_empty_pages(
    app: Application, port: AwsCleanRooms, size: int, empty: bool
) -> None:
    id = collaboration(app)
    app.paging = Paging(page_size=size, empty_pages=empty)
    assert [HUB, *PARTNERS] == sorted(port.collaboration(id).members)


def test_the_reconciler_reads_all_collaborations_and_memberships_from_short_and_empty_pages(
    app: Application, port: AwsCleanRooms
) -> None:
    hub = client(app, "cleanrooms", HUB)
    made = {collaboration(app) for _ in range(3)}
    for id in made:
        hub.create_membership(collaborationIdentifier=id, queryLogStatus="DISABLED")
    app.paging = Paging(page_size=1, empty_pages=True)

    assert made == {summary.id for summary in port.collaborations()}
    assert made == {membership.collaboration_id for membership in port.memberships()}


def test_paging_is_set_over_the_control_route_and_survives_a_restart(app: Application, url: str) -> None:
    control = EmulatorControl(url)
    control.set_paging(Paging(page_size=2, empty_pages=True))
    assert Paging(page_size=2, empty_pages=True) == control.paging() == Application(store=app.store).paging

    control.reset()
    assert Paging() == control.paging()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (7, "paging must be an object"),
        ({"pageSize": 0}, "pageSize: 0 is not a whole number of at least 1, nor null"),
        ({"pageSize": True}, "pageSize: True is not a whole number"),
        ({"emptyPages": 1}, "emptyPages: 1 is neither true nor false"),
        ({"size": 1}, "unknown member size; there are pageSize, emptyPages"),
    ],
)
def test_paging_that_makes_no_sense_is_refused(document: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Paging.from_json(document)
