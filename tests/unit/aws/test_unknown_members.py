from concurrent.futures import ThreadPoolExecutor
from typing import Any

import botocore.session
import pytest

from cleanrooms_governance.aws.unknown_members import unknown_paths
from cleanrooms_governance.errors import AnswerLost
from cleanrooms_governance.model import CAN_RECEIVE_RESULTS, Ability, CollaborationChange, MemberChange
from cleanrooms_governance.service import Action
from tests.unit.aws.wire import Script
from tests.unit.aws.world import CREATOR, NEWCOMER, FakeTime

COLLABORATION = "11111111-2222-3333-4444-555555555555"
STARTED = 1_790_000_000


def member_change(**additional: Any) -> dict[str, Any]:
    member = {"accountId": NEWCOMER, "memberAbilities": ["CAN_RECEIVE_RESULTS"], **additional}
    return {"specificationType": "MEMBER", "specification": {"member": member}, "types": ["ADD_MEMBER"]}


def request(id: str, *changes: dict[str, Any], **additional: Any) -> dict[str, Any]:
    return {
        "id": id,
        "collaborationId": COLLABORATION,
        "createTime": STARTED,
        "updateTime": STARTED,
        "status": "PENDING",
        "isAutoApproved": False,
        "changes": list(changes or [member_change()]),
        "approvals": {CREATOR: {"status": "PENDING"}},
        **additional,
    }


def listed(*requests: dict[str, Any]) -> dict[str, Any]:
    return {"collaborationChangeRequestSummaries": list(requests)}


def unknown(time: FakeTime, *requests: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    read = Script([listed(*requests)]).open(time.pace()).change_requests(COLLABORATION)
    return {each.id: each.unknown for each in read}


def test_a_request_of_known_members_has_nothing_unknown(time: FakeTime) -> None:
    assert {"one": ()} == unknown(time, request("one"))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (request("one", expiresAt=STARTED), ("expiresAt",)),
        (request("one", member_change(spendingLimit={"amount": 5})), ("changes[0].specification.member.spendingLimit",)),
        (
            request("one", member_change(), {**member_change(), "reason": "audit"}),
            ("changes[1].reason",),
        ),
        (
            request("one", approvals={CREATOR: {"status": "PENDING", "comment": "why?"}}),
            (f"approvals.{CREATOR}.comment",),
        ),
        (
            request("one", member_change(paymentConfiguration={"queryCompute": {"isResponsible": True, "limit": 1}})),
            ("changes[0].specification.member.paymentConfiguration.queryCompute.limit",),
        ),
        (request("one", zebra=1, apple=2), ("apple", "zebra")),
        (request("one", expiresAt=None), ()),
    ],
    ids=["of the request", "of a member", "of a change", "of a vote", "deep inside", "several", "null"],
)
def test_a_member_that_the_service_model_lacks_is_named_by_its_path(
    time: FakeTime, document: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert {"one": expected} == unknown(time, document)


def test_unknown_members_belong_to_the_request_that_has_them(time: FakeTime) -> None:
    assert {"one": (), "two": ("expiresAt",)} == unknown(time, request("one"), request("two", expiresAt=STARTED))


def test_a_change_of_an_unknown_kind_is_left_out_and_named(time: FakeTime) -> None:
    table = {"specificationType": "TABLE", "specification": {"table": {"name": "orders"}}, "types": ["ADD_TABLE"]}
    (read,) = Script([listed(request("one", member_change(), table))]).open(time.pace()).change_requests(COLLABORATION)

    assert ("changes[1].specification.table",) == read.unknown
    assert [NEWCOMER] == [change.account for change in read.changes if isinstance(change, MemberChange)]


def test_an_unknown_ability_is_carried_and_not_an_unknown_member(time: FakeTime) -> None:
    document = request("one", member_change(memberAbilities=["CAN_DANCE", "CAN_RECEIVE_RESULTS"]))
    (read,) = Script([listed(document)]).open(time.pace()).change_requests(COLLABORATION)

    abilities = frozenset({CAN_RECEIVE_RESULTS, Ability("CAN_DANCE")})
    assert ((), abilities) == (read.unknown, read.changes[0].abilities if isinstance(read.changes[0], MemberChange) else None)


def test_an_unknown_status_is_carried(time: FakeTime) -> None:
    (read,) = Script([listed(request("one", status="EXPIRED"))]).open(time.pace()).change_requests(COLLABORATION)

    assert ("EXPIRED", False) == (read.status, read.is_open)


def test_the_answers_to_filing_and_to_voting_are_looked_through_too(time: FakeTime) -> None:
    answer = {"collaborationChangeRequest": request("one", expiresAt=STARTED)}
    account = Script([answer, answer]).open(time.pace())
    filed = account.create_change_request(COLLABORATION, [CollaborationChange(frozenset())])
    voted = account.update_change_request(COLLABORATION, COLLABORATION, Action.APPROVE)

    assert [("expiresAt",)] * 2 == [filed.unknown, voted.unknown]


def test_a_request_that_breaks_the_rules_of_its_shape_is_a_lost_answer_to_the_filing(time: FakeTime) -> None:
    both = {"member": member_change()["specification"]["member"], "collaboration": {}}
    change = {**member_change(), "specification": both}
    account = Script([{"collaborationChangeRequest": request("one", change)}]).open(time.pace())
    with pytest.raises(AnswerLost, match="cannot be read"):
        account.create_change_request(COLLABORATION, [CollaborationChange(frozenset())])


def test_answers_read_at_the_same_time_are_kept_apart(time: FakeTime) -> None:
    account = Script([listed(request(f"id {number}", **{f"new{number}": 1})) for number in range(40)]).open(time.pace())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(account.change_requests, [COLLABORATION] * 40))

    assert [] == [each for (each,) in answers if each.unknown != (each.id.replace("id ", "new"),)]


def test_values_that_are_not_of_the_shape_of_the_model_hide_nothing_and_break_nothing() -> None:
    model = botocore.session.get_session().get_service_model("cleanrooms")
    shape = model.shape_for("CollaborationChangeRequest")

    assert ["new"] == list(unknown_paths({"changes": "none", "approvals": [], "new": 1, "__type": "x"}, shape))
