"""`crgov ask`: what is written to an account that has to act, and that it is true."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.cli.runner import BANK, CREATOR, INSURER, MEDIA, REGION, Ran, World, crgov, grant, invite, role
from tests.emulator.clients.aws_cli import AwsCli

RESULTS = {"outputConfiguration": {"s3": {"bucket": "results", "resultFormat": "CSV"}}, "roleArn": role(BANK)}
MEDIA_VOTES = f"""
  cleanrooms:memberships:
    media:
      account: "{MEDIA}"
      collaboration: retail-media
      payerFor: [queryCompute]
      changeRequests: {{approve: [{{types: [ADD_MEMBER], accounts: ["{INSURER}"]}}]}}
"""


def ask(account: str, *more: str) -> Ran:
    return crgov("ask", account, "--stack", "retailer", *more)


def tasks(account: str) -> list[dict[str, Any]]:
    return list(ask(account, "--json").document["tasks"])


def joined(world: World, **more: Any) -> str:
    """A collaboration that the bank has joined, too."""
    collaboration = world.create(**more)
    world.of(BANK).create_membership(
        collaborationIdentifier=collaboration, queryLogStatus="DISABLED", defaultResultConfiguration=RESULTS
    )
    return collaboration


MEDIA_PAYS = [
    {
        "accountId": MEDIA,
        "displayName": "Media",
        "memberAbilities": ["CAN_QUERY"],
        "paymentConfiguration": {"queryCompute": {"isResponsible": True}},
    },
    {"accountId": BANK, "displayName": "Bank", "memberAbilities": ["CAN_RECEIVE_RESULTS"]},
]


def names_bank_for_queries(world: World, collaboration: str) -> None:
    """The members agree that the bank is a payer, which the bank has not accepted."""
    payments = {"queryCompute": {"isResponsible": True}}
    member = {"accountId": BANK, "memberAbilities": ["CAN_RECEIVE_RESULTS"], "paymentConfiguration": payments}
    request = world.file(collaboration, {"specificationType": "MEMBER", "specification": {"member": member}})
    for account in (MEDIA, BANK):
        world.act(account, collaboration, request, "APPROVE")
    world.act(CREATOR, collaboration, request, "COMMIT")


def test_nothing_to_do_is_said(world: World, stack: Path) -> None:
    joined(world)
    ran = ask(BANK)
    assert (0, f"nothing to do for account {BANK} (bank) in the collaborations of this stack\n") == (ran.code, ran.out)


def test_a_vote_is_asked_for_with_all_that_it_takes(world: World, stack: Path) -> None:
    collaboration = joined(world)
    request = world.file(collaboration, grant(), invite(INSURER, "Insurer"))
    ran = ask(BANK)
    assert (3, "") == (ran.code, ran.err)
    (task,) = tasks(BANK)
    for said in (
        f"{CREATOR} (retailer), who created the collaboration, asks for this change:",
        f"+ CAN_RECEIVE_RESULTS: {CREATOR} (retailer)",
        f"{INSURER} is to be called 'Insurer'",
        f"Open AWS Clean Rooms in the Region {REGION}.",
        "then the tab Change requests",
        f"--change-request-identifier {request} --action APPROVE --region {REGION}",
        f"crgov requests approve {request} --content {task['content']} --account {BANK}",
    ):
        assert said in ran.out
    assert ["vote"] == [each["task"] for each in tasks(BANK)]


def test_what_a_person_is_to_pin_is_what_a_stack_file_takes(world: World, stack: Path) -> None:
    request = world.file(joined(world), grant())
    (line,) = (line for line in ask(BANK).out.splitlines() if "pinned" in line)
    (pin,) = YAML(typ="safe", pure=True).load(line)["changeRequests"]["pinned"]
    assert {"request": request, "content": tasks(BANK)[0]["content"]} == pin


def test_several_things_are_numbered(world: World, stack: Path) -> None:
    collaboration = joined(world)
    for change in (grant(), invite()):
        world.file(collaboration, change)
    out = ask(BANK).out
    assert out.startswith(f"To account {BANK} (bank): 2 things to do in AWS Clean Rooms\n")
    assert ["1. Vote", "2. Vote"] == [line[:7] for line in out.splitlines() if line[:2] in ("1.", "2.", "3.")]


def test_an_invitation_says_what_joining_means(world: World, stack: Path) -> None:
    collaboration = world.create(joined=False)
    ran = ask(MEDIA)
    assert 3 == ran.code
    assert "abilities  CAN_QUERY" in ran.out
    assert "pays for   queryCompute" in ran.out
    (bank,) = tasks(BANK)
    assert ("join", collaboration) == (bank["task"], bank["collaboration"]["id"])
    assert "YOUR-BUCKET" in bank["commands"][0]


def test_who_has_approved_is_not_asked_again_and_the_creator_has_to_commit(world: World, stack: Path) -> None:
    collaboration = world.create()
    world.act(MEDIA, collaboration, world.file(collaboration, grant()), "APPROVE")
    assert [] == tasks(MEDIA)
    (task,) = tasks(CREATOR)
    assert "commit" == task["task"]
    assert "--action COMMIT" in task["commands"][0]


def test_who_is_named_to_pay_is_asked_only_when_a_plan_waits_for_it(world: World, stack: Path) -> None:
    collaboration = joined(world, members=MEDIA_PAYS)
    names_bank_for_queries(world, collaboration)
    ran = ask(BANK)
    assert 0 == ran.code
    assert f"it is not visible whether {BANK} (bank) has accepted to pay for queryCompute" in ran.err
    members = stack.read_text().replace(
        "abilities: [CAN_RECEIVE_RESULTS]}", "abilities: [CAN_RECEIVE_RESULTS], payerFor: [queryCompute]}"
    )
    stack.write_text(members)
    ran = ask(BANK)
    assert 3 == ran.code
    assert "please accept it if you have not" in ran.out
    (task,) = tasks(BANK)
    assert ("accept", ["queryCompute"], False) == (task["task"], task["payerFor"], task["seen"])


def test_a_held_account_that_has_not_accepted_is_seen_not_to_have(world: World, stack: Path) -> None:
    collaboration = joined(world, members=MEDIA_PAYS)
    names_bank_for_queries(world, collaboration)
    stack.write_text(stack.read_text().replace("{name: bank}", f'{{name: bank, role: "{role(BANK)}"}}'))
    (task,) = tasks(BANK)
    assert ("accept", True) == (task["task"], task["seen"])


def test_of_a_held_account_the_sender_is_told_what_its_rules_do(world: World, stack: Path) -> None:
    stack.write_text(stack.read_text() + MEDIA_VOTES)
    collaboration = world.create()
    world.file(collaboration, invite())
    world.file(collaboration, grant())
    ran = ask(MEDIA)
    assert f"pulumi up approves it by approve rule (ADD_MEMBER; {INSURER})" in ran.err
    assert "pulumi up does not vote: no rule covers it" in ran.err
    assert "pulumi up approves" not in ran.out


def test_what_could_not_be_read_is_told_to_the_sender(world: World, stack: Path) -> None:
    hidden = "00000000-0000-0000-0000-000000000000"
    theirs = f'{{account: "{MEDIA}", collaboration: {hidden}, region: {REGION}, expects: {{creator: "{BANK}"}}}}'
    stack.write_text(f"{stack.read_text()}  cleanrooms:memberships:\n    elsewhere: {theirs}\n")
    world.file(world.create(), grant())
    ran = ask(MEDIA)
    assert 1 == ran.code
    assert "Vote on a change request" in ran.out
    assert "elsewhere was not read" in ran.err
    assert "elsewhere" not in ran.out


def test_where_nothing_could_be_read_nothing_is_said_to_be_done(
    world: World, stack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined(world)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    ran = ask(BANK)
    assert (1, f"nothing could be read, so it is not known what account {BANK} (bank) has to do\n") == (ran.code, ran.out)


def test_where_something_could_not_be_read_nothing_to_do_is_said_of_the_rest(world: World, stack: Path) -> None:
    hidden = "00000000-0000-0000-0000-000000000000"
    theirs = f'{{account: "{MEDIA}", collaboration: {hidden}, region: {REGION}, expects: {{creator: "{BANK}"}}}}'
    stack.write_text(f"{stack.read_text()}  cleanrooms:memberships:\n    elsewhere: {theirs}\n")
    joined(world)
    ran = ask(BANK)
    expected = f"nothing to do for account {BANK} (bank) in the collaborations of this stack that could be read\n"
    assert (1, expected) == (ran.code, ran.out)


def test_an_account_that_nobody_knows_is_wrong_usage(world: World, stack: Path) -> None:
    world.create()
    assert 64 == ask("999999999999").code


def test_the_text_has_no_colours_and_nothing_that_steers_a_terminal(world: World, stack: Path) -> None:
    collaboration = joined(world, bank="Evil \u202e\u2066name")
    world.file(collaboration, invite(INSURER, "Other \u202e\u2066name"))
    for more in ((), ("--json",)):
        ran = ask(BANK, *more)
        assert "\x1b" not in ran.out + ran.err
        assert "\u202e" not in ran.out + ran.err


def test_programs_get_the_very_text(world: World, stack: Path) -> None:
    world.file(joined(world), grant())
    assert ask(BANK).out == ask(BANK, "--json").document["text"] + "\n"


@pytest.mark.slow
def test_the_commands_of_the_aws_command_line_do_what_is_asked_for(world: World, stack: Path, tmp_path: Path) -> None:
    stack.write_text(stack.read_text().replace("{name: bank}", f'{{name: bank, role: "{role(BANK)}"}}'))
    aws = AwsCli(os.environ["AWS_ENDPOINT_URL"], tmp_path)

    def do_what_is_asked_of(account: str) -> str:
        (task,) = tasks(account)
        program, *arguments = shlex.split(
            task["commands"][0].replace("YOUR-BUCKET", "results-of-the-bank").replace("YOUR-ROLE", "results")
        )
        assert "aws" == program
        aws.run(account, *arguments)
        return str(task["task"])

    collaboration = world.create(joined=False, members=MEDIA_PAYS)
    assert ["join", "join", "join"] == [do_what_is_asked_of(account) for account in (CREATOR, MEDIA, BANK)]
    names_bank_for_queries(world, collaboration)
    assert "accept" == do_what_is_asked_of(BANK)
    request = world.file(collaboration, invite())
    assert ["vote", "vote"] == [do_what_is_asked_of(account) for account in (MEDIA, BANK)]
    assert "commit" == do_what_is_asked_of(CREATOR)
    assert "COMMITTED" == world.request(collaboration, request)["status"]
    assert [[], [], []] == [tasks(account) for account in (CREATOR, MEDIA, BANK)]
