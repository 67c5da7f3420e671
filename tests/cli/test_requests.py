"""`crgov requests`: what a person sees of a request, and how one decides about it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.cli.runner import BANK, CREATOR, INSURER, MEDIA, REGION, STACK, World, crgov, grant, invite, project, role

NO_SUCH_ID = "00000000-0000-0000-0000-000000000000"
OTHER_CONTENT = "fp-0123456789abcdef"


def content_of(request: str, *more: str) -> str:
    shown = crgov("requests", "show", request, "--json", *(more or ("--stack", "retailer")))
    return str(shown.document["request"]["content"])


def test_nothing_open_is_nothing_to_do(world: World, stack: Path) -> None:
    world.create()
    ran = crgov("requests", "list", "--stack", "retailer")
    assert (0, "") == (ran.code, ran.err)
    assert "no open requests" in ran.out


def test_a_collaboration_that_was_not_created_yet_is_nothing_to_do(world: World, stack: Path) -> None:
    ran = crgov("requests", "list", "--stack", "retailer")
    assert 0 == ran.code
    assert "not created yet" in ran.out


def test_a_pending_request_is_listed_as_what_it_would_change_and_whom_it_waits_for(world: World, stack: Path) -> None:
    request = world.file(world.create(), grant())
    ran = crgov("requests", "list", "--stack-file", str(stack))
    assert 3 == ran.code
    assert f"change request {request}: PENDING" in ran.out
    assert f"+ CAN_RECEIVE_RESULTS: {CREATOR} (retailer)" in ran.out
    assert f"waits for {MEDIA} (media) to vote" in ran.out


def test_an_approved_request_is_something_to_do(world: World, stack: Path) -> None:
    collaboration = world.create()
    world.act(MEDIA, collaboration, world.file(collaboration, grant()), "APPROVE")
    ran = crgov("requests", "list", "--stack", "retailer")
    assert 2 == ran.code
    assert f"waits for {CREATOR} (retailer) to commit it" in ran.out


def test_past_requests_are_listed_when_asked_for_and_decide_nothing(world: World, stack: Path) -> None:
    collaboration = world.create()
    request = world.file(collaboration, grant())
    world.act(MEDIA, collaboration, request, "DENY")
    assert request not in crgov("requests", "list", "--stack", "retailer").out
    ran = crgov("requests", "list", "--all", "--stack", "retailer")
    assert 0 == ran.code
    assert f"change request {request}: DENIED" in ran.out


def test_a_request_is_shown_as_what_a_commit_now_would_do(world: World, stack: Path) -> None:
    collaboration = world.create()
    request = world.file(collaboration, invite(), grant())
    ran = crgov("requests", "show", request, "--stack", "retailer", "--json")
    assert 3 == ran.code
    shown = ran.document["request"]
    diff = {(each["subject"], each["setting"], each["name"]): (each["before"], each["after"]) for each in shown["diff"]}
    expected = {
        (INSURER, "member", ""): (False, True),
        (CREATOR, "ability", "CAN_RECEIVE_RESULTS"): (False, True),
    }
    assert expected == diff
    assert {CREATOR: "APPROVED", MEDIA: "PENDING"} == shown["votes"]
    assert [MEDIA] == shown["waitsFor"]


def test_the_name_that_a_request_gives_to_an_account_is_shown_as_no_more_than_that(world: World, stack: Path) -> None:
    request = world.file(world.create(), invite(INSURER, "Media"))
    ran = crgov("requests", "show", request, "--stack", "retailer")
    assert f"+ member: {INSURER}\n" in ran.out
    assert f"{INSURER} is to be called 'Media'" in ran.out


def test_a_denied_request_ends_as_denied(world: World, stack: Path) -> None:
    collaboration = world.create()
    request = world.file(collaboration, grant())
    world.act(MEDIA, collaboration, request, "DENY")
    ran = crgov("requests", "show", request, "--stack", "retailer")
    assert 4 == ran.code
    assert f"DENIED by {MEDIA} (media)" in ran.out


def test_an_edit_of_the_auto_approval_list_is_shown_whole(world: World, stack: Path) -> None:
    settings = {"autoApprovedChangeTypes": ["ADD_MEMBER"]}
    change = {"specificationType": "COLLABORATION", "specification": {"collaboration": settings}}
    request = world.file(world.create(), change)
    ran = crgov("requests", "show", request, "--stack", "retailer")
    assert "~ autoApprove of the collaboration: none -> ADD_MEMBER" in ran.out


@pytest.mark.parametrize(("command", "status"), [("approve", "APPROVED"), ("deny", "DENIED")])
def test_a_held_account_votes(world: World, stack: Path, command: str, status: str) -> None:
    collaboration = world.create()
    request = world.file(collaboration, grant())
    vote = ("requests", command, request, "--content", content_of(request), "--account", MEDIA, "--stack", "retailer")
    ran = crgov(*vote)
    assert (0, "") == (ran.code, ran.err)
    assert status == world.request(collaboration, request)["status"]
    again = crgov(*vote)
    assert 0 == again.code
    assert "already" in again.out


def test_a_lost_answer_to_a_vote_is_looked_up(world: World, stack: Path) -> None:
    collaboration = world.create()
    request = world.file(collaboration, grant())
    reviewed = ("--content", content_of(request), "--account", MEDIA, "--stack", "retailer")
    world.app.faults.set([FaultRule(kind=FaultKind.DROP_AFTER, operation="UpdateCollaborationChangeRequest", times=1)])
    ran = crgov("requests", "approve", request, *reviewed)
    assert (0, "") == (ran.code, ran.err)
    assert "it is APPROVED now" in ran.out


def test_a_vote_that_never_arrived_is_an_error(world: World, stack: Path) -> None:
    collaboration = world.create()
    request = world.file(collaboration, grant())
    reviewed = ("--content", content_of(request), "--account", MEDIA, "--stack", "retailer")
    world.app.faults.set([FaultRule(kind=FaultKind.DROP_BEFORE, operation="UpdateCollaborationChangeRequest")])
    ran = crgov("requests", "approve", request, *reviewed)
    assert (1, "PENDING") == (ran.code, world.request(collaboration, request)["status"])
    assert "may or may not have had its effect" in ran.err


def test_a_collaboration_of_the_name_that_another_stack_governs_is_refused(world: World, stack: Path) -> None:
    world.create(tags={"governed-by": "cleanrooms/other/retail-media"})
    ran = crgov("requests", "list", "--stack", "retailer")
    assert 4 == ran.code
    assert "does not govern" in ran.out


def test_the_creator_cancels(world: World, stack: Path) -> None:
    collaboration = world.create()
    request = world.file(collaboration, grant())
    reviewed = ("--content", content_of(request), "--stack", "retailer")
    refused = crgov("requests", "cancel", request, "--account", MEDIA, *reviewed)
    assert (4, "PENDING") == (refused.code, world.request(collaboration, request)["status"])
    ran = crgov("requests", "cancel", request, "--account", CREATOR, *reviewed)
    assert (0, "CANCELLED") == (ran.code, world.request(collaboration, request)["status"])


@pytest.mark.parametrize("command", ["approve", "deny", "cancel"])
def test_another_content_than_reviewed_is_refused_with_what_is_there(world: World, stack: Path, command: str) -> None:
    collaboration = world.create()
    request = world.file(collaboration, grant())
    account = CREATOR if command == "cancel" else MEDIA
    ran = crgov("requests", command, request, "--content", OTHER_CONTENT, "--account", account, "--stack", "retailer")
    assert (4, "") == (ran.code, ran.out)
    assert content_of(request) in ran.err
    assert f"+ CAN_RECEIVE_RESULTS: {CREATOR}" in ran.err
    assert "PENDING" == world.request(collaboration, request)["status"]


def test_a_collaboration_that_changed_since_the_filing_is_refused_until_its_effects_are_named(
    monkeypatch: pytest.MonkeyPatch, stack: Path
) -> None:
    from tests.cli.runner import service

    with service(monkeypatch, {"concurrency": "free"}) as app:
        world = World(app)
        collaboration = world.create()
        both = ("CAN_RECEIVE_RESULTS", "CAN_EXPORT_QUERY_ANALYSIS_LOG")
        request = world.file(collaboration, grant(CREATOR, *both[:1]))
        other = world.file(collaboration, grant(CREATOR, *both))
        world.act(MEDIA, collaboration, other, "APPROVE")
        world.act(CREATOR, collaboration, other, "COMMIT")
        vote = ("requests", "approve", request, "--content", content_of(request), "--account", MEDIA, "--stack", "retailer")
        ran = crgov(*vote)
        assert 4 == ran.code
        assert "REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY now, not when it was filed" in ran.err
        assert "PENDING" == world.request(collaboration, request)["status"]
        effects = crgov("requests", "show", request, "--stack", "retailer", "--json").document["request"]["effects"]
        assert effects in ran.err
        assert 4 == crgov(*vote, "--effects", OTHER_CONTENT).code
        assert 0 == crgov(*vote, "--effects", effects).code


def test_an_account_that_is_not_held_casts_no_vote(world: World, stack: Path) -> None:
    request = world.file(world.create(), grant())
    ran = crgov("requests", "approve", request, "--content", content_of(request), "--account", BANK, "--stack", "retailer")
    assert 64 == ran.code
    assert f"account {BANK} has no credentials" in ran.err


def test_an_account_that_is_only_looked_at_casts_no_vote(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_only = STACK.replace(f'role: "{role(MEDIA)}"', f'read: {{role: "{role(MEDIA)}"}}')
    project(tmp_path, read_only)
    monkeypatch.chdir(tmp_path)
    collaboration = world.create()
    request = world.file(collaboration, grant())
    ran = crgov("requests", "approve", request, "--content", content_of(request), "--account", MEDIA, "--stack", "retailer")
    assert (4, "PENDING") == (ran.code, world.request(collaboration, request)["status"])
    assert "only looked at" in ran.err


def test_what_is_over_is_not_voted_on(world: World, stack: Path) -> None:
    collaboration = world.create()
    request = world.file(collaboration, grant())
    reviewed = ("--content", content_of(request), "--account", MEDIA, "--stack", "retailer")
    world.act(CREATOR, collaboration, request, "CANCEL")
    ran = crgov("requests", "approve", request, *reviewed)
    assert 4 == ran.code
    assert "CANCELLED: there is nothing to vote on any more" in ran.err


def test_a_request_that_is_nowhere_is_an_error(world: World, stack: Path) -> None:
    world.create()
    ran = crgov("requests", "show", NO_SUCH_ID, "--stack", "retailer")
    assert 1 == ran.code
    assert f"change request {NO_SUCH_ID} is not to be seen" in ran.err


def test_one_collaboration_is_looked_at_and_voted_on_without_a_stack_file(world: World, tmp_path: Path) -> None:
    collaboration = world.create()
    request = world.file(collaboration, grant())
    where = ("--collaboration", collaboration, "--region", REGION, "--role", role(MEDIA))
    listed = crgov("requests", "list", "--account", MEDIA, *where)
    assert (3, True) == (listed.code, request in listed.out)
    content = content_of(request, "--account", MEDIA, *where)
    ran = crgov("requests", "approve", request, "--content", content, "--account", MEDIA, *where)
    assert (0, "APPROVED") == (ran.code, world.request(collaboration, request)["status"])


def test_all_worlds_are_tried_and_the_worst_counts(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = world.file(world.create(), grant())
    hidden = f"""
  cleanrooms:memberships:
    elsewhere: {{account: "{MEDIA}", collaboration: {NO_SUCH_ID}, region: {REGION}, expects: {{creator: "{BANK}"}}}}
"""
    project(tmp_path, STACK + hidden)
    monkeypatch.chdir(tmp_path)
    ran = crgov("requests", "list", "--stack", "retailer")
    assert 1 == ran.code
    assert request in ran.out
    assert "elsewhere: not read" in ran.out
    narrowed = crgov("requests", "list", "--stack", "retailer", "--collaboration", "retail-media")
    assert 3 == narrowed.code
    assert "elsewhere" not in narrowed.out


def test_somebody_elses_collaboration_is_looked_at_as_the_member(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collaboration = world.create()
    request = world.file(collaboration, grant())
    project(
        tmp_path,
        f"""
config:
  cleanrooms:accounts:
    "{MEDIA}": {{name: media, role: "{role(MEDIA)}"}}
    "{CREATOR}": {{name: retailer}}
  cleanrooms:memberships:
    theirs: {{account: "{MEDIA}", collaboration: {collaboration}, region: {REGION}, expects: {{creator: "{CREATOR}"}}}}
""",
    )
    monkeypatch.chdir(tmp_path)
    ran = crgov("requests", "list", "--stack", "retailer", "--json")
    assert 3 == ran.code
    (shown,) = ran.document["collaborations"]
    assert (MEDIA, [request]) == (shown["seenAs"], [each["id"] for each in shown["requests"]])


def test_names_of_other_accounts_steer_no_terminal(world: World, stack: Path) -> None:
    request = world.file(world.create(), invite(INSURER, "Evil \u202e\u2066name"))
    for arguments in (("list",), ("list", "--json"), ("show", request), ("show", request, "--json")):
        ran = crgov("requests", *arguments, "--stack", "retailer")
        assert "\u202e" not in ran.out
        assert "\x1b" not in ran.out


RULES = f"""
  cleanrooms:memberships:
    media:
      account: "{MEDIA}"
      collaboration: retail-media
      changeRequests:
        ownPlan: approve
        approve: [{{types: [ADD_MEMBER], accounts: ["{INSURER}"]}}]
        deny: [{{accounts: ["{BANK}"]}}]
"""


def test_a_request_shows_which_rule_of_a_held_account_will_fire(world: World, stack: Path) -> None:
    stack.write_text(STACK.replace("Retailer, abilities: []", "Retailer, abilities: [CAN_RECEIVE_RESULTS]") + RULES)
    collaboration = world.create()
    expected = {
        INSURER: f"approves it by approve rule (ADD_MEMBER; {INSURER})",
        CREATOR: "approves it by ownPlan: approve",
        BANK: f"denies it by deny rule ({BANK})",
    }
    for account, change in ((INSURER, invite()), (CREATOR, grant()), (BANK, grant(BANK, "CAN_EXPORT_QUERY_ANALYSIS_LOG"))):
        request = world.file(collaboration, change)
        shown = crgov("requests", "show", request, "--stack", "retailer")
        assert f"no vote yet by {MEDIA} (media); pulumi up {expected[account]}" in shown.out
        listed = crgov("requests", "list", "--stack", "retailer")
        assert expected[account] in listed.out


@pytest.mark.parametrize(
    ("edit", "why", "by_hand"),
    [
        pytest.param(("", ""), "no rule covers it", True, id="no rule"),
        pytest.param(("  cleanrooms:memberships:", "  cleanrooms:none:"), "no membership", True, id="no membership"),
        pytest.param((f'role: "{role(MEDIA)}"', f'read: {{role: "{role(MEDIA)}"}}'), "only looked at", False, id="read-only"),
    ],
)
def test_a_vote_that_nobody_casts_is_shown_with_the_reason_and_the_command(
    world: World, stack: Path, edit: tuple[str, str], why: str, by_hand: bool
) -> None:
    text = STACK + RULES.replace("ownPlan: approve", "ownPlan: wait")
    text = STACK if "none" in edit[1] else text.replace(*edit)
    stack.write_text(text)
    request = world.file(world.create(), grant())
    out = crgov("requests", "show", request, "--stack", "retailer").out
    assert f"pulumi up does not vote: {why}" in out.replace("the stack file has ", "").replace("the account is ", "")
    commands = [line.strip() for line in out.splitlines() if line.strip().startswith("crgov requests approve")]
    assert by_hand == bool(commands)
    for command in commands:
        assert 0 == crgov(*shlex.split(command)[1:]).code


def test_rules_for_somebody_elses_collaboration_are_foreseen_too(world: World, stack: Path) -> None:
    collaboration = world.create()
    theirs = RULES.replace(
        "retail-media", f'"{collaboration}"\n      region: {REGION}\n      expects: {{creator: "{CREATOR}"}}'
    )
    accounts = STACK[: STACK.index("  cleanrooms:collaborations")]
    stack.write_text(accounts + theirs.replace("ownPlan: approve", "ownPlan: wait"))
    request = world.file(collaboration, invite())
    shown = crgov("requests", "show", request, "--stack", "retailer", "--json").document["request"]
    assert {MEDIA: {"action": "APPROVE", "rule": f"approve rule (ADD_MEMBER; {INSURER})"}} == shown["nextUp"]


def test_a_request_that_was_approved_by_itself_says_so(world: World, stack: Path) -> None:
    collaboration = world.create(autoApprovedChangeRequestTypes=["ADD_MEMBER"])
    request = world.file(collaboration, invite())
    out = crgov("requests", "show", request, "--stack", "retailer").out
    assert "approved without votes, by the collaboration's auto-approval list" in out
    assert "the collaboration approves by itself: ADD_MEMBER" in out
