"""One world as a whole: what a call sees, what it leaves behind, and what many calls at once do."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.transport.in_process import client, connect
from cleanrooms_emulator.world.clock import Clock
from cleanrooms_emulator.world.store import MutatedDocument, Store

CREATOR = "111122223333"
LIST = ("cleanrooms", "ListCollaborations")


def test_a_handler_sees_who_calls_from_where_and_when() -> None:
    seen: list[Context] = []

    def handler(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
        seen.append(ctx)
        return {"trainingDatasets": []}

    app = Application(handlers={("cleanroomsml", "ListTrainingDatasets"): handler}, clock=Clock(source=lambda: 1234.5))
    client(app, "cleanroomsml", CREATOR, "us-east-2").list_training_datasets()

    (ctx,) = seen
    assert (CREATOR, f"arn:aws:iam::{CREATOR}:root", "us-east-2", "cleanrooms-ml", 1234.5, app.switches) == (
        ctx.account,
        ctx.principal,
        ctx.region,
        ctx.service,
        ctx.now,
        ctx.switches,
    )
    assert f"arn:aws:cleanrooms-ml:us-east-2:{CREATOR}:kind/id" == ctx.arn("kind", "id")
    assert "arn:aws:cleanrooms-ml:us-east-2:222233334444:kind/id" == ctx.arn("kind", "id", "222233334444")


def test_a_call_that_is_refused_leaves_nothing_behind() -> None:
    def handler(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
        ctx.store.put("kind", "a", {})
        raise ServiceError("AccessDeniedException", "no", reason="INSUFFICIENT_PERMISSIONS")

    app = Application(handlers={LIST: handler})
    with pytest.raises(ClientError):
        client(app, "cleanrooms", CREATOR).list_collaborations()
    assert [] == list(app.store.all("kind"))


def test_a_handler_that_changes_a_stored_document_is_found_out() -> None:
    def handler(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
        for document in ctx.store.all("kind"):
            document["changed"] = True
        return {"collaborationList": []}

    app = Application(store=Store(guard=True), handlers={LIST: handler})
    app.store.put("kind", "a", {})
    with pytest.raises(MutatedDocument):
        client(app, "cleanrooms", CREATOR).list_collaborations()


def test_a_seed_gives_the_same_ids_and_goes_on_after_a_restart() -> None:
    def three(app: Application) -> list[str]:
        issued = [client(app, "sts", CREATOR).assume_role(RoleArn=ROLE, RoleSessionName="ab") for _ in range(3)]
        return [each["Credentials"]["AccessKeyId"] for each in issued]

    store = Store()
    first, second = three(Application(store=store, ids="seed")), three(Application(store=store, ids="seed"))
    assert first == three(Application(ids="seed"))
    assert 6 == len({*first, *second})
    assert first != three(Application(ids="another seed"))


ROLE = "arn:aws:iam::222233334444:role/write"


def test_without_a_seed_ids_are_never_the_same() -> None:
    def issued() -> str:
        answer = client(Application(), "sts", CREATOR).assume_role(RoleArn=ROLE, RoleSessionName="ab")
        return str(answer["Credentials"]["AccessKeyId"])

    assert issued() != issued()


def test_the_application_connected_last_answers() -> None:
    first, second = Application(), Application()
    cleanrooms = client(first, "cleanrooms", CREATOR)
    connect(second, cleanrooms)
    cleanrooms.list_collaborations()
    assert (0, 1) == (first.journal.last, second.journal.last)


def test_an_in_process_client_does_not_look_at_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_PROFILE": "no-such", "AWS_REGION": "mars-1", "AWS_ACCESS_KEY_ID": "somebody"}.items():
        monkeypatch.setitem(os.environ, name, value)
    app = Application()
    assert CREATOR == client(app, "sts", CREATOR).get_caller_identity()["Account"]
    assert ["eu-west-1"] == [entry.region for entry in app.journal.entries()]


def test_an_operation_has_one_handler_of_a_service_that_exists() -> None:
    with pytest.raises(ValueError, match=r"sts\.AssumeRole has two handlers"):
        operation("AssumeRole", service="sts")(lambda ctx, params: {})
    with pytest.raises(ValueError, match="'cleanrooms-ml' is not one of cleanrooms, cleanroomsml, sts"):
        operation("ListTrainingDatasets", service="cleanrooms-ml")


def test_of_many_requests_for_the_same_one_wins_and_none_is_lost() -> None:
    app = Application()
    hub = client(app, "cleanrooms", CREATOR)
    created = hub.create_collaboration(
        name="Campaigns",
        creatorDisplayName="Hub",
        creatorMemberAbilities=[],
        members=[{"accountId": "222233334444", "displayName": "Spoke", "memberAbilities": []}],
        queryLogStatus="DISABLED",
    )["collaboration"]["id"]
    hub.create_membership(collaborationIdentifier=created, queryLogStatus="DISABLED")
    outcomes: list[str] = []

    def invite(account: str) -> None:
        member = {"accountId": account, "displayName": account, "memberAbilities": []}
        change = {"specificationType": "MEMBER", "specification": {"member": member}}
        try:
            hub.create_collaboration_change_request(collaborationIdentifier=created, changes=[change])
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])
        else:
            outcomes.append("filed")

    accounts = [str(300000000000 + number % 5) for number in range(60)]
    threads = [threading.Thread(target=invite, args=(account,)) for account in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listed = hub.list_collaboration_change_requests(collaborationIdentifier=created)

    assert {"filed": 5, "ConflictException": 55} == {each: outcomes.count(each) for each in set(outcomes)}
    assert 5 == len(listed["collaborationChangeRequestSummaries"])
    assert list(range(1, 64)) == [entry.sequence for entry in app.journal.entries()]
