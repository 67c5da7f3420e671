"""Each sending of a writing call has its line: what was sent, how things stood before, and what became of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.transport.in_process import connect
from cleanrooms_emulator.transport.server_thread import serve_in_thread
from cleanrooms_governance.audit.audit_file import AuditFile
from cleanrooms_governance.audit.entry import Mandate
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.aws.plain_calls import PlainCalls
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.errors import AuditFailed, GovernanceError
from cleanrooms_governance.model import CAN_RECEIVE_RESULTS, CollaborationChange, CostType, MemberChange
from cleanrooms_governance.service import Action, OwnSettings
from tests.unit.aws.wire import Script
from tests.unit.aws.world import (
    CREATOR,
    ENVIRONMENT_ACCOUNT,
    NEWCOMER,
    PARTNER,
    RECEIVER,
    REGION,
    STACK,
    FakeTime,
    World,
    access,
    collaboration,
    member,
)

ADDITION = MemberChange(NEWCOMER, frozenset({CAN_RECEIVE_RESULTS}), "Newcomer")
MANDATE = Mandate(STACK, "collaborations.sales", "fp-0123456789abcdef", "pulumi up")


class Audited(World):
    """A world whose accounts keep an audit."""

    def __init__(self, time: FakeTime, path: Path) -> None:
        super().__init__(time)
        self.path = path
        audit = AuditFile(path, "a test")
        self.accounts = AwsAccounts(STACK, lambda client: connect(self.app, client), pace=time.pace(), audit=audit)

    def noted(self) -> list[dict[str, Any]]:
        """The lines so far."""
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []

    def changes(self, operation: str) -> tuple[Any, Any]:
        """Before and after of the last call of an operation."""
        line = [each for each in self.noted() if each["operation"] == operation][-1]
        return line["before"], line["after"]

    def ended(self) -> list[tuple[str, str, str]]:
        """How each call ended, with its request id."""
        return [(line["result"], line["code"], line["requestId"]) for line in self.noted()]

    def request_ids(self) -> list[str]:
        """What the service itself noted of the writing calls."""
        return [e.request_id for e in self.app.journal.entries(service="cleanrooms") if not str(e.operation).startswith("Get")]

    def read(self, id: str) -> AwsCleanRooms:
        """The creator, who has looked at the collaboration."""
        creator = self.of(CREATOR)
        creator.collaboration(id)
        return creator


@pytest.fixture
def audited(time: FakeTime, tmp_path: Path) -> Audited:
    return Audited(time, tmp_path / "audit.jsonl")


def test_reading_makes_no_file(audited: Audited) -> None:
    audited.of(CREATOR).collaborations()
    assert not audited.path.exists()


def test_a_line_says_who_did_what_where_and_on_whose_behalf(audited: Audited) -> None:
    id = audited.accounts.on_behalf_of(MANDATE)(access(CREATOR), REGION).create_collaboration(collaboration(), {})
    (line,) = audited.noted()
    assert {
        "account": CREATOR,
        "region": REGION,
        "role": f"arn:aws:iam::{CREATOR}:role/governance",
        "session": "crgov-acme-prod",
        "operation": "CreateCollaboration",
        "target": {"collaboration": id},
        "before": None,
        "stack": STACK,
        "key": "collaborations.sales",
        "plan": "fp-0123456789abcdef",
        "by": "pulumi up",
        "result": "done",
        "code": "",
    } == {key: value for key, value in line.items() if key not in ("time", "after", "requestId")}
    assert ("Sales", "DISABLED") == (line["after"]["name"], line["after"]["queryLogStatus"])


@pytest.mark.parametrize("way", ["environment", "profile"])
def test_a_way_in_is_named_and_its_keys_are_not(
    way: str, audited: Audited, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "credentials").write_text(
        f"[retail]\naws_access_key_id = {ENVIRONMENT_ACCOUNT}\naws_secret_access_key = hush\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    credentials = Credentials(environment=True) if way == "environment" else Credentials(profile="retail")
    own = Access(CREATOR, credentials, credentials)
    audited.accounts(replace(own, account=ENVIRONMENT_ACCOUNT), REGION).create_collaboration(  # type: ignore[arg-type]
        collaboration(creator=ENVIRONMENT_ACCOUNT, members={ENVIRONMENT_ACCOUNT: member(ENVIRONMENT_ACCOUNT)}), {}
    )
    (line,) = audited.noted()
    assert ({"environment": "environment", "profile": "profile retail"}[way], "") == (line["role"], line["session"])
    assert "hush" not in audited.path.read_text()


def test_a_new_name_stands_beside_the_old_one(audited: Audited) -> None:
    id = audited.create()
    audited.read(id).update_collaboration(id, name="Sales of 2027")
    assert ({"name": "Sales"}, {"name": "Sales of 2027"}) == audited.changes("UpdateCollaboration")


def test_tags_are_followed_from_one_write_to_the_next(audited: Audited) -> None:
    creator = audited.of(CREATOR)
    arn = creator.collaboration(audited.create()).arn
    creator.tag(arn, {"team": "a"})
    assert (None, {"tags": {"team": "a"}}) == audited.changes("TagResource")
    creator.tags(arn)
    creator.tag(arn, {"team": "b", "cost": "1"})
    assert ({"tags": {"team": "a", "cost": None}}, {"tags": {"team": "b", "cost": "1"}}) == audited.changes("TagResource")
    creator.untag(arn, ["team"])
    assert ({"tags": {"team": "b"}}, {"tags": {"team": None}}) == audited.changes("UntagResource")
    creator.tag(arn, {"team": "c"})
    assert ({"tags": {"team": None}}, {"tags": {"team": "c"}}) == audited.changes("TagResource")


def test_a_filed_request_stands_beside_what_it_would_change(audited: Audited) -> None:
    id = audited.create(RECEIVER)
    taking = MemberChange(PARTNER, frozenset(), payments={CostType.QUERY_COMPUTE: True})
    listing = CollaborationChange(frozenset({"ADD_MEMBER"}))
    request = audited.read(id).create_change_request(id, [ADDITION, taking, listing])
    before, after = audited.changes("CreateCollaborationChangeRequest")
    assert {"collaboration": id, "changeRequest": request.id} == audited.noted()[-1]["target"]
    assert [
        None,
        {
            "member": {
                "accountId": PARTNER,
                "memberAbilities": ["CAN_RECEIVE_RESULTS"],
                "paymentConfiguration": {"queryCompute": {"isResponsible": False}},
            }
        },
        {"collaboration": {"autoApprovedChangeTypes": []}},
    ] == before["changes"]
    assert ["MEMBER", "MEMBER", "COLLABORATION"] == [each["specificationType"] for each in after["changes"]]


def test_a_vote_is_noted_with_the_status_that_it_met(audited: Audited) -> None:
    id = audited.create(RECEIVER)
    audited.of(PARTNER).create_membership(id, settings=OwnSettings(result_configuration=RESULTS), tags={})
    request = audited.read(id).create_change_request(id, [ADDITION])
    audited.of(PARTNER).update_change_request(id, request.id, Action.APPROVE)
    assert ({"status": "PENDING"}, {"action": "APPROVE"}) == audited.changes("UpdateCollaborationChangeRequest")
    audited.of(CREATOR).update_change_request(id, request.id, Action.COMMIT)
    assert ({"status": "APPROVED"}, {"action": "COMMIT"}) == audited.changes("UpdateCollaborationChangeRequest")


def test_a_removed_member_is_noted_as_it_last_was(audited: Audited) -> None:
    id = audited.create(RECEIVER)
    audited.read(id).delete_member(id, PARTNER)
    before, after = audited.changes("DeleteMember")
    assert {"collaboration": id, "account": PARTNER} == audited.noted()[-1]["target"]
    assert ("INVITED", ["CAN_RECEIVE_RESULTS"], None) == (before["status"], before["abilities"], after)


def test_a_membership_is_noted_as_it_was_and_as_it_is_to_be(audited: Audited) -> None:
    id = audited.create(RECEIVER)
    partner = audited.of(PARTNER)
    joined = partner.create_membership(id, settings=OwnSettings(result_configuration=RESULTS), tags={})
    partner.membership(joined.id)
    partner.update_membership(joined.id, OwnSettings(query_log=True))
    assert ({"queryLogStatus": "DISABLED"}, {"queryLogStatus": "ENABLED"}) == audited.changes("UpdateMembership")
    partner.update_membership(joined.id, OwnSettings(query_log=False))
    assert ({"queryLogStatus": "ENABLED"}, {"queryLogStatus": "DISABLED"}) == audited.changes("UpdateMembership")
    partner.delete_membership(joined.id)
    assert ({"collaborationId": id, "status": "ACTIVE"}, None) == audited.changes("DeleteMembership")


def test_what_is_deleted_is_noted_with_its_members(audited: Audited) -> None:
    id = audited.create(RECEIVER)
    audited.read(id).delete_collaboration(id)
    left = {"name": "Sales", "members": {CREATOR: "INVITED", PARTNER: "INVITED"}}
    assert (left, None) == audited.changes("DeleteCollaboration")


def test_a_refusal_is_noted_with_its_code_and_the_services_request_id(audited: Audited) -> None:
    with pytest.raises(GovernanceError):
        audited.of(CREATOR).delete_collaboration("00000000-0000-4000-8000-000000000000")
    assert [("refused", "AccessDeniedException", audited.request_ids()[0])] == audited.ended()


@pytest.mark.parametrize(
    "kind", ["dropBefore", "dropAfter", "resetAfter", "truncate", "empty", "badGatewayAfter", "badGatewayBefore", "internal"]
)
def test_a_call_without_a_usable_answer_is_noted_as_lost(kind: str, audited: Audited, time: FakeTime) -> None:
    audited.fail(operation="CreateCollaboration", kind=kind)
    with pytest.raises(GovernanceError):
        audited.create()
    assert ["lost"] == [result for result, _, _ in audited.ended()]


def test_every_sending_of_a_call_that_was_too_fast_has_its_line(audited: Audited) -> None:
    audited.fail(operation="CreateCollaboration", kind="throttle", times=2)
    audited.create()
    too_fast = ("refused", "ThrottlingException")
    ids = audited.request_ids()
    assert [(*too_fast, ids[0]), (*too_fast, ids[1]), ("done", "", ids[2])] == audited.ended()


def test_a_call_that_was_never_sent_has_no_line(audited: Audited, time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_in_thread(audited.app) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLEANROOMS", "http://127.0.0.1:1")
        accounts = AwsAccounts(STACK, pace=time.pace(), audit=AuditFile(audited.path, "a test"))
        with pytest.raises(GovernanceError, match="could not connect"):
            accounts(access(CREATOR), REGION).create_collaboration(collaboration(), {})
    assert [] == audited.noted()


def test_an_interrupted_call_is_noted_as_lost(time: FakeTime, tmp_path: Path) -> None:
    script = Script([KeyboardInterrupt()])
    path = tmp_path / "audit.jsonl"
    environment = Credentials(environment=True)
    accounts = AwsAccounts(STACK, script.connect, pace=time.pace(), audit=AuditFile(path, "a test"))
    with pytest.raises(KeyboardInterrupt):
        accounts(Access(CREATOR, environment, environment), REGION).delete_collaboration("0" * 36)
    assert "lost" == json.loads(path.read_text())["result"]


def test_nothing_is_called_where_no_line_can_be_written(time: FakeTime) -> None:
    world = Audited(time, Path("/dev/full"))
    with pytest.raises(AuditFailed):
        world.create()
    assert [] == world.called()


def test_calls_for_experiments_are_noted_too(audited: Audited, time: FakeTime) -> None:
    call = PlainCalls(
        access(CREATOR),
        REGION,
        stack="probe",
        pace=time.pace(),
        on_client=lambda client: connect(audited.app, client),
        audit=AuditFile(audited.path, "a test"),
        by="crgov probe",
    )
    id = audited.of(CREATOR).create_collaboration(collaboration(), {})
    call("GetCollaboration", {"collaborationIdentifier": id})
    call("UpdateCollaboration", {"collaborationIdentifier": id, "name": "Probe"})
    assert ("crgov probe", {"name": "Sales"}) == (audited.noted()[-1]["by"], audited.noted()[-1]["before"])


RESULTS = {
    "outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results-of-queries"}},
    "roleArn": f"arn:aws:iam::{PARTNER}:role/results",
}
