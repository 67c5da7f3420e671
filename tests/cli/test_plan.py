"""`crgov plan`: what a preview says, without Pulumi, and nothing written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.assessment.proceedings import Entry, Found, Standing
from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.plan_report import worst_of
from tests.cli.runner import BANK, CREATOR, INSURER, MEDIA, REGION, STACK, Ran, World, crgov, grant, role

JOINS = f"""  cleanrooms:memberships:
    media: {{account: "{MEDIA}", collaboration: retail-media, payerFor: [queryCompute]}}
"""
NEW_MEMBER = f'        "{INSURER}": {{displayName: Insurer, abilities: []}}\n'
COLLABORATION = "collaboration retail-media"


def plan(*more: str) -> Ran:
    return crgov("plan", "--stack", "retailer", *more)


def resources(ran: Ran) -> dict[str, Any]:
    return {f"{each['kind']} {each['key']}": each for each in ran.document["resources"]}


def writes(world: World) -> list[str]:
    return [
        str(entry.operation)
        for entry in world.app.journal.entries(service="cleanrooms")
        if not str(entry.operation).startswith(("Get", "List"))
    ]


@pytest.fixture
def edited(world: World, stack: Path) -> Path:
    """A collaboration that is as the file says, and a file that has got a new member since."""
    world.create()
    stack.write_text(STACK + NEW_MEMBER)
    world.app.journal.clear()
    return stack


def test_a_collaboration_as_the_file_says_is_one_line(world: World, stack: Path) -> None:
    world.create()
    ran = plan()
    assert (0, "") == (ran.code, ran.err)
    assert "Summary: everything is as the file says (1 collaboration)" == ran.out.splitlines()[0]


def test_a_new_member_is_planned_with_the_votes_that_it_needs(world: World, edited: Path) -> None:
    ran = plan()
    assert 2 == ran.code
    assert f"  plan: add member {INSURER} (needs the votes of {MEDIA} (media))" in ran.out.splitlines()
    assert f"  to do: {COLLABORATION}: file a change request with 1 change ({INSURER})" in ran.out.splitlines()
    assert [] == writes(world)


def test_programs_read_the_plan_as_a_preview_has_it(world: World, edited: Path) -> None:
    ran = plan("--json")
    found = resources(ran)[COLLABORATION]
    assert 2 == ran.document["exit"]
    assert [f"add member {INSURER}"] == list(found["plan"]["changes"])
    assert ([], "waiting", []) == (found["refused"], found["outcome"], found["awaited"])
    assert ran.document["fingerprint"] == plan("--json").document["fingerprint"]


def test_whoever_has_to_vote_is_named_with_the_day_since_when(world: World, edited: Path) -> None:
    id = plan("--json").document["resources"][0]["target"]
    member = {"accountId": INSURER, "memberAbilities": [], "displayName": "Insurer"}
    request = world.file(id, {"specificationType": "MEMBER", "specification": {"member": member}})
    ran = plan("--json")
    (found,) = resources(ran)[COLLABORATION]["awaited"]
    since = world.request(id, request)["createTime"].date().isoformat()
    assert 3 == ran.code
    assert {"account": MEDIA, "task": "vote", "request": request, "since": since} == {
        key: found[key] for key in ("account", "task", "request", "since")
    }
    assert f"(since {since})" in plan().out


def test_a_danger_stands_on_top_with_its_fingerprint(world: World, stack: Path) -> None:
    world.create()
    stack.write_text(STACK.replace("[CAN_RECEIVE_RESULTS]", "[]"))
    ran = plan()
    lines = ran.out.splitlines()
    assert 4 == ran.code
    assert "dangers" == lines[0]
    assert lines[1].startswith(f"  {COLLABORATION}: fp-")
    assert "afterwards nobody receives results any more" in lines[1]
    assert [line for line in lines if line.startswith("  refused: ")] == [
        f"  refused: {COLLABORATION}: last-receiver (see its errors)"
    ]


def test_memberships_come_after_their_collaboration_which_is_not_there_yet(world: World, stack: Path) -> None:
    stack.write_text(STACK + JOINS)
    ran = plan("--json")
    found = resources(ran)
    assert 2 == ran.code
    assert [COLLABORATION, "membership media"] == list(found)
    assert (None, None, None) == tuple(found["membership media"][key] for key in ("plan", "refused", "fingerprint"))


def test_a_membership_that_would_join_is_planned(world: World, stack: Path) -> None:
    world.create(joined=False)
    stack.write_text(STACK + JOINS)
    found = resources(plan("--json"))["membership media"]
    assert [f"join as {MEDIA} (media), paying for queryCompute"] == list(found["plan"]["changes"])


def test_what_cannot_be_read_keeps_nothing_else_from_being_planned(world: World, edited: Path) -> None:
    elsewhere = (
        f'    elsewhere:\n      creator: "{BANK}"\n      region: {REGION}\n'
        f'      members: {{"{BANK}": {{displayName: Bank, abilities: [CAN_QUERY]}}}}\n'
    )
    edited.write_text(edited.read_text().replace("{name: bank}", f'{{name: bank, role: "{role(BANK)}"}}') + elsewhere)
    denied = FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", service="cleanrooms", account=BANK)
    world.app.faults.set([denied])
    ran = plan("--json")
    found = resources(ran)
    assert 1 == ran.code
    assert ["unreadable"] == [each["rule"] for each in found["collaboration elsewhere"]["refused"]]
    assert [f"add member {INSURER}"] == list(found[COLLABORATION]["plan"]["changes"])


def test_without_any_credentials_the_file_is_validated_and_that_is_said(
    world: World, edited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    ran = plan()
    assert 0 == ran.code
    assert ran.out.startswith("This plan read nothing, because no AWS credentials were found.")
    assert [] == writes(world)


def test_the_stack_has_to_be_named(world: World) -> None:
    ran = crgov("plan")
    assert 64 == ran.code
    assert "say which stack file: --stack or --stack-file" in ran.err


def test_a_membership_elsewhere_names_the_request_that_waits_for_its_vote(world: World, stack: Path) -> None:
    id = world.create()
    where = f'account: "{MEDIA}", collaboration: {id}, region: {REGION}, expects: {{creator: "{CREATOR}"}}'
    head = STACK[: STACK.index("  cleanrooms:collaborations:")]
    stack.write_text(f"{head}  cleanrooms:memberships:\n    media: {{{where}}}\n")
    request = world.file(id, grant())
    ran = plan("--json")
    (awaited,) = resources(ran)["membership media"]["awaited"]
    assert (3, MEDIA, "media", "vote", request) == (
        ran.code,
        *(awaited[key] for key in ("account", "name", "task", "request")),
    )


def test_whoever_has_to_accept_before_a_payer_goes_is_named(world: World, stack: Path) -> None:
    pays = {"queryCompute": {"isResponsible": True}}
    members = [
        {"accountId": MEDIA, "displayName": "Media", "memberAbilities": ["CAN_QUERY"]},
        {"accountId": BANK, "displayName": "Bank", "memberAbilities": [], "paymentConfiguration": pays},
    ]
    receives = ["CAN_RECEIVE_RESULTS"]
    world.create(members=members, creatorPaymentConfiguration=pays, creatorMemberAbilities=receives, joined=False)
    file = STACK
    for name, abilities, payer_for in (
        ("Retailer", "[CAN_RECEIVE_RESULTS]", "[queryCompute]"),
        ("Media", "[CAN_QUERY]", "[]"),
        ("Bank", "[]", "[]"),
    ):
        declared = f"displayName: {name}, abilities: {abilities}, payerFor: {payer_for}}}"
        file = re.sub(rf"displayName: {name}, abilities: .*}}", declared, file)
    results = f'{{s3: {{bucket: results, resultFormat: CSV}}, roleArn: "{role(CREATOR)}"}}'
    joins = (
        f'account: "{CREATOR}", collaboration: retail-media, payerFor: [queryCompute], defaultResultConfiguration: {results}'
    )
    stack.write_text(f"{file}  cleanrooms:memberships:\n    retailer: {{{joins}}}\n")
    (awaited,) = resources(plan("--json"))[COLLABORATION]["awaited"]
    keys = ("account", "task", "about", "since")
    assert (CREATOR, "accept to pay", "queryCompute", None) == tuple(awaited[key] for key in keys)


def test_a_long_look_says_how_far_it_has_come(world: World, stack: Path) -> None:
    start = STACK.index("    retail-media:")
    stack.write_text(STACK[:start] + "".join(STACK[start:].replace("retail-media", f"sales-{each}") for each in range(26)))
    ran = plan("--json")
    assert "looked at 25 of 26 collaborations and memberships …\n" == ran.err
    assert 26 == len(ran.document["resources"])


@pytest.mark.parametrize(
    ("standings", "expected"),
    [
        ((), Exit.DONE),
        ((Standing.WAITING,), Exit.WAITING),
        ((Standing.WAITING, Standing.TO_DO), Exit.CHANGES),
        ((Standing.TO_DO, Standing.DENIED), Exit.REFUSED),
        ((Standing.REFUSED, Standing.SKIPPED), Exit.ERROR),
        ((Standing.NOT_READ, Standing.TO_DO), Exit.ERROR),
    ],
    ids=lambda value: value.name if isinstance(value, Exit) else " and ".join(value),
)
def test_only_where_nothing_can_be_done_others_are_said_to_be_awaited(standings: tuple[Standing, ...], expected: Exit) -> None:
    assert expected == worst_of(Found((Entry(each, ""),)) for each in standings)
