"""`crgov delete-collaboration` and `crgov leave`: shown first, done only as shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.cli.ending import Ending, carry_out, find_deletion, find_leaving
from cleanrooms_governance.cli.stack import read_stack
from cleanrooms_governance.errors import AnswerLost
from tests.cli.runner import BANK, CREATOR, MEDIA, REGION, STACK, Ran, World, crgov, grant, project, role

OTHER = "fp-0123456789abcdef"
MEMBERSHIPS = f"""
  cleanrooms:memberships:
    media: {{account: "{MEDIA}", collaboration: retail-media, payerFor: [queryCompute]}}
    retailer: {{account: "{CREATOR}", collaboration: retail-media}}
"""


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stack file with memberships of both accounts that it holds."""
    file = project(tmp_path, STACK + MEMBERSHIPS)
    monkeypatch.chdir(tmp_path)
    return file


def fingerprint_of(*command: str) -> str:
    return str(crgov(*command, "--json").document["fingerprint"])


def doing(*command: str) -> tuple[str, ...]:
    """The command that does what is shown now."""
    return (*command, "--fingerprint", fingerprint_of(*command))


DELETE = ("delete-collaboration", "retail-media", "--stack", "retailer")
LEAVE = ("leave", "media", "--stack", "retailer")


def collaborations(world: World) -> list[str]:
    return [each["id"] for each in world.of(CREATOR).list_collaborations()["collaborationList"]]


def statuses(world: World, collaboration: str) -> dict[str, str]:
    listed = world.of(CREATOR).list_members(collaborationIdentifier=collaboration)["memberSummaries"]
    return {each["accountId"]: each["status"] for each in listed}


def test_a_deletion_is_first_shown_with_all_that_is_lost(world: World, stack: Path) -> None:
    collaboration = world.create()
    request = world.file(collaboration, grant())
    ran = crgov(*DELETE)
    assert (2, "") == (ran.code, ran.err)
    assert [collaboration] == collaborations(world)
    for said in (
        "This is final",
        f"{MEDIA} (media): ACTIVE, CAN_QUERY",
        f"{BANK} (bank): INVITED",
        f"change request {request}",
    ):
        assert said in ran.out
    assert ran.out.endswith(
        f"crgov delete-collaboration retail-media --stack retailer --fingerprint {fingerprint_of(*DELETE)}\n"
    )


def test_what_was_shown_is_deleted_and_looked_up(world: World, stack: Path) -> None:
    world.create()
    ran = crgov(*doing(*DELETE))
    assert (0, "") == (ran.code, ran.err)
    assert [] == collaborations(world)
    assert "take collaborations.retail-media, memberships.media and memberships.retailer out of the stack file" in ran.out


def test_nothing_is_left_to_delete_the_second_time(world: World, stack: Path) -> None:
    world.create()
    command = doing(*DELETE)
    crgov(*command)
    ran = crgov(*command)
    assert 0 == ran.code
    assert "nothing to do" in ran.out


def test_a_member_leaves_as_shown(world: World, stack: Path) -> None:
    collaboration = world.create()
    shown = crgov(*LEAVE)
    assert 2 == shown.code
    assert "nobody else can be given that ability" in shown.out
    assert "the only one shown to pay for queryCompute" in shown.out
    ran = crgov(*doing(*LEAVE))
    assert (0, "") == (ran.code, ran.err)
    assert "LEFT" == statuses(world, collaboration)[MEDIA]
    assert f"memberships.media and collaborations.retail-media.members.{MEDIA} out of the stack file" in ran.out
    assert 0 == crgov(*LEAVE).code


def test_somebody_elses_collaboration_is_left(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collaboration = world.create()
    theirs = f"""
config:
  cleanrooms:accounts:
    "{MEDIA}": {{name: media, role: "{role(MEDIA)}"}}
    "{CREATOR}": {{name: retailer}}
  cleanrooms:memberships:
    theirs: {{account: "{MEDIA}", collaboration: {collaboration}, region: {REGION}, expects: {{creator: "{CREATOR}"}}}}
"""
    project(tmp_path, theirs, "media")
    monkeypatch.chdir(tmp_path)
    assert 0 == crgov(*doing("leave", "theirs", "--stack", "media")).code
    assert "LEFT" == statuses(world, collaboration)[MEDIA]


@pytest.mark.parametrize("command", [DELETE, LEAVE], ids=["delete", "leave"])
def test_members_that_are_not_as_they_were_shown_are_refused(world: World, stack: Path, command: tuple[str, ...]) -> None:
    collaboration = world.create()
    shown = doing(*command)
    results = {"outputConfiguration": {"s3": {"bucket": "results", "resultFormat": "CSV"}}, "roleArn": role(BANK)}
    world.of(BANK).create_membership(
        collaborationIdentifier=collaboration, queryLogStatus="DISABLED", defaultResultConfiguration=results
    )
    ran = crgov(*shown)
    assert (4, "") == (ran.code, ran.out)
    assert "nothing was called" in ran.err
    assert "ACTIVE" == statuses(world, collaboration)[MEDIA]


def test_the_fingerprint_of_one_is_none_for_another(world: World, stack: Path) -> None:
    collaboration = world.create()
    ran = crgov(*DELETE, "--fingerprint", fingerprint_of(*LEAVE))
    assert (4, [collaboration]) == (ran.code, collaborations(world))


def test_the_creator_does_not_leave(world: World, stack: Path) -> None:
    world.create()
    ran = crgov("leave", "retailer", "--stack", "retailer")
    assert 4 == ran.code
    assert "crgov delete-collaboration retail-media" in ran.err


def test_a_membership_that_holds_resources_is_not_left(world: World, stack: Path) -> None:
    collaboration = world.create()
    (membership,) = world.of(MEDIA).list_memberships()["membershipSummaries"]
    world.of(MEDIA).create_privacy_budget_template(
        membershipIdentifier=membership["id"],
        autoRefresh="CALENDAR_MONTH",
        privacyBudgetType="DIFFERENTIAL_PRIVACY",
        parameters={"differentialPrivacy": {"epsilon": 3, "usersNoisePerQuery": 30}},
    )
    shown = crgov(*LEAVE)
    assert f"privacy budget templates: 1 of {MEDIA} (media)" in shown.out
    ran = crgov(*doing(*LEAVE))
    assert 4 == ran.code
    assert "still holds resources" in ran.err
    assert "ACTIVE" == statuses(world, collaboration)[MEDIA]


@pytest.mark.parametrize("command", [DELETE, LEAVE], ids=["delete", "leave"])
@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ((f'role: "{role(MEDIA)}"', f'read: {{role: "{role(MEDIA)}"}}'), "only looked at"),
        (("environment: true", "read: {environment: true}"), "only looked at"),
        (("payerFor: [queryCompute]", "paused: true"), "paused"),
        (("      members:", "      paused: true\n      members:"), "paused"),
    ],
    ids=["media is read-only", "the creator is read-only", "the membership is paused", "the collaboration is paused"],
)
def test_who_may_not_write_ends_nothing(
    world: World, stack: Path, command: tuple[str, ...], edit: tuple[str, str], said: str
) -> None:
    collaboration = world.create()
    text = stack.read_text()
    assert edit[0] in text
    stack.write_text(text.replace(*edit))
    concerns_the_creator = edit[0] in ("environment: true", "      members:")
    ran = crgov(*command)
    if concerns_the_creator == (command == DELETE):
        assert 4 == ran.code
        assert said in ran.err
    else:
        assert 2 == ran.code
    assert [collaboration] == collaborations(world)


def test_what_another_stack_governs_is_not_deleted(world: World, stack: Path) -> None:
    collaboration = world.create(tags={"governed-by": "cleanrooms/other/retail-media"})
    stack.write_text(stack.read_text().replace("retail-media:\n", f"retail-media:\n      id: {collaboration}\n"))
    ran = crgov(*DELETE, "--fingerprint", OTHER)
    assert (4, [collaboration]) == (ran.code, collaborations(world))
    assert "governed-by=cleanrooms/other/retail-media" in ran.err


def test_a_membership_that_another_stack_governs_is_not_left(world: World, stack: Path) -> None:
    collaboration = world.create()
    (membership,) = world.of(MEDIA).list_memberships()["membershipSummaries"]
    world.of(MEDIA).tag_resource(resourceArn=membership["arn"], tags={"governed-by": "cleanrooms/other/media"})
    ran = crgov(*LEAVE, "--fingerprint", OTHER)
    assert (4, "ACTIVE") == (ran.code, statuses(world, collaboration)[MEDIA])


OPERATIONS = pytest.mark.parametrize(("command", "operation"), [(DELETE, "DeleteCollaboration"), (LEAVE, "DeleteMembership")])


@OPERATIONS
def test_a_lost_answer_is_looked_up(world: World, stack: Path, command: tuple[str, ...], operation: str) -> None:
    world.create()
    shown = doing(*command)
    world.app.faults.set([FaultRule(kind=FaultKind.DROP_AFTER, operation=operation)])
    assert 0 == crgov(*shown).code


@OPERATIONS
def test_what_never_arrived_is_not_sent_again(world: World, stack: Path, command: tuple[str, ...], operation: str) -> None:
    collaboration = world.create()
    read = read_stack("retailer", None, Path.cwd())
    assert read is not None
    accounts = AwsAccounts(read.owner_prefix)
    found = (find_deletion if command == DELETE else find_leaving)(read, command[1], accounts)
    assert isinstance(found, Ending)
    before = world.app.journal.last
    world.app.faults.set([FaultRule(kind=FaultKind.DROP_BEFORE, operation=operation)])
    with pytest.raises(AnswerLost):
        carry_out(found, found.fingerprint, accounts, sleep=lambda _: None)
    assert 1 == sum(each.operation == operation for each in world.app.journal.entries(before))
    assert "ACTIVE" == statuses(world, collaboration)[MEDIA]


@pytest.mark.parametrize(
    "arguments",
    [("delete-collaboration", "nowhere", "--stack", "retailer"), ("leave", "nowhere", "--stack", "retailer"), DELETE[:2]],
    ids=["no collaboration", "no membership", "no stack file"],
)
def test_what_is_in_no_stack_file_is_wrong_usage(world: World, stack: Path, arguments: tuple[str, ...]) -> None:
    ran: Ran = crgov(*arguments)
    assert (64, "") == (ran.code, ran.out)


def test_names_of_other_accounts_steer_no_terminal(world: World, stack: Path) -> None:
    world.create(bank="Evil \u202ename")
    for more in ((), ("--json",)):
        assert "\u202e" not in crgov(*DELETE, *more).out
