"""Operations called as they are, for experiments."""

from __future__ import annotations

import pytest

from cleanrooms_emulator.transport.in_process import connect
from cleanrooms_governance.aws.plain_calls import PlainCalls
from cleanrooms_governance.desired import Access
from cleanrooms_governance.errors import AnswerLost, InvalidRequest, Refused
from tests.unit.aws.world import CREATOR, RECEIVER, REGION, FakeTime, World, access


def calls(world: World, time: FakeTime, entry: Access | None = None) -> PlainCalls:
    return PlainCalls(
        entry or access(CREATOR), REGION, stack="probe", pace=time.pace(), on_client=lambda client: connect(world.app, client)
    )


def test_parameters_and_answer_keep_the_spelling_of_the_wire(world: World, time: FakeTime) -> None:
    collaboration = world.create(RECEIVER)
    answer = calls(world, time)("ListMembers", {"collaborationIdentifier": collaboration})
    assert [CREATOR, RECEIVER.account] == [each["accountId"] for each in answer["memberSummaries"]]


def test_a_refusal_has_the_code_of_the_service(world: World, time: FakeTime) -> None:
    collaboration = world.create(RECEIVER)
    about = {"collaborationIdentifier": collaboration, "accountId": CREATOR}
    with pytest.raises(InvalidRequest) as refused:
        calls(world, time)("DeleteMember", about)
    assert "ValidationException" == refused.value.code


@pytest.mark.parametrize(("operation", "sendings"), [("DeleteCollaboration", 2), ("UpdateCollaboration", 1)])
def test_only_what_can_be_repeated_is_sent_again(world: World, time: FakeTime, operation: str, sendings: int) -> None:
    collaboration = world.create(RECEIVER)
    world.fail(kind="internal", operation=operation, times=1)
    call = calls(world, time)
    if sendings == 1:
        with pytest.raises(AnswerLost):
            call(operation, {"collaborationIdentifier": collaboration})
    else:
        call(operation, {"collaborationIdentifier": collaboration})
    assert sendings == world.called().count(operation)


def test_an_account_that_is_only_looked_at_makes_no_call(world: World, time: FakeTime) -> None:
    only_read = Access(CREATOR, access(CREATOR).read, None)
    with pytest.raises(Refused):
        calls(world, time, only_read)("ListMemberships", {})
    assert [] == world.called(None)
