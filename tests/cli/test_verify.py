"""`crgov verify`: one line for each thing that is not as the file says, and nothing written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.cli.analysis_stage import reader, runs_and_receives, served, stack_text, two_payers
from tests.cli.runner import Ran, crgov, role
from tests.emulator.analyses.analysis_world import AnalysisWorld
from tests.emulator.world import CREATOR, NEWCOMER, READER, RUNNER, member, member_change

TAG = "cleanrooms/retailer"


def settled(world: AnalysisWorld) -> AnalysisWorld:
    """The same world, governed by the stack that the tests have."""
    world.of(CREATOR).tag_resource(
        resourceArn=world.collaboration(world.collaboration_id)["arn"], tags={"governed-by": f"{TAG}/campaigns"}
    )
    arn = world.membership(world.memberships[RUNNER], RUNNER)["arn"]
    world.of(RUNNER).tag_resource(resourceArn=arn, tags={"governed-by": f"{TAG}/runner"})
    return world


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[AnalysisWorld]:
    """A world that is as the file says."""
    with served(settled(AnalysisWorld([runs_and_receives(), reader()])), monkeypatch, tmp_path) as world:
        yield world


def verify(*more: str) -> Ran:
    return crgov("verify", "--stack", "retailer", *more)


def found(ran: Ran, weight: str = "finding") -> list[tuple[str, str, str]]:
    return [(each["path"], each["check"], each["message"]) for each in ran.document["observations"] if each["weight"] == weight]


def writes(world: AnalysisWorld) -> list[str]:
    operations = (str(entry.operation) for entry in world.app.journal.entries(service="cleanrooms"))
    return [each for each in operations if not each.startswith(("Get", "List"))]


def test_what_is_in_force_is_said_in_one_line(world: AnalysisWorld) -> None:
    world.app.journal.clear()
    ran = verify()
    assert (0, "") == (ran.code, ran.err)
    assert (
        f"all is in force as declared; looked at 1 collaborations and 1 memberships as {CREATOR} (retailer), {RUNNER} (media)\n"
        == ran.out
    )
    assert [] == writes(world)


def test_a_runner_that_lost_its_ability_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = AnalysisWorld([runs_and_receives(), reader()], switches={"runnerAbilities": "drop-if-omitted"})
    request = world.file(
        world.collaboration_id,
        member_change(
            RUNNER, "CAN_RECEIVE_RESULTS", mlMemberAbilities={"customMLMemberAbilities": ["CAN_RECEIVE_MODEL_OUTPUT"]}
        ),
    )
    for account in (RUNNER, READER):
        world.act(request, "APPROVE", account)
    world.act(request, "COMMIT", CREATOR)
    with served(settled(world), monkeypatch, tmp_path):
        ran = verify("--json")
        assert 2 == ran.code
        lost = [
            message
            for path, check, message in found(ran)
            if (path, check) == (f"collaborations.campaigns.members.{RUNNER}.abilities", "runner")
        ]
        assert 2 == len(lost)
        assert all("does not have it (any more)" in each for each in lost)


def test_a_payer_that_declined_is_found_and_so_is_that_nobody_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = settled(AnalysisWorld([runs_and_receives(), reader(queryCompute=True)], accepting={READER: ["queryCompute"]}))
    default = f', defaultPayer: {{queryCompute: "{READER}"}}'
    text = stack_text(world, membership=default, accounts=f', role: "{role(READER)}"')
    with served(world.declining(READER), monkeypatch, tmp_path, text):
        ran = verify("--json")
        assert 2 == ran.code
        who, path = f"{READER} (bank)", "collaborations.campaigns queryCompute"
        assert [
            (path, "payer", f"{who} may be asked to pay and cannot be charged: not accepted"),
            (path, "payer", "nobody can be charged, so nothing that costs queryCompute can be run"),
            ("memberships.runner.defaultPayer.queryCompute", "payer", f"{who} cannot be charged: not accepted"),
        ] == found(ran)


def test_what_a_partner_has_accepted_is_a_note_and_no_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with served(settled(two_payers()), monkeypatch, tmp_path):
        ran = verify("--json")
        assert (0, []) == (ran.code, found(ran))
        assert [f"it is not visible whether {READER} (bank) has accepted to pay"] == [each[2] for each in found(ran, "note")]


def test_a_member_that_is_not_as_the_file_says_is_found(world: AnalysisWorld) -> None:
    request = world.file(world.collaboration_id, member_change(READER))
    for account in (RUNNER, READER):
        world.act(request, "APPROVE", account)
    world.act(request, "COMMIT", CREATOR)
    ran = verify("--json")
    assert 2 == ran.code
    ((path, check, message),) = found(ran)
    assert ("collaborations.campaigns", "member") == (path, check)
    assert "CAN_RECEIVE_RESULTS" in message


def test_a_member_that_has_not_joined_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = AnalysisWorld([runs_and_receives(), reader()])
    invited = world.file(world.collaboration_id, member_change(NEWCOMER, displayName="Newcomer"))
    for account in (RUNNER, READER):
        world.act(invited, "APPROVE", account)
    world.act(invited, "COMMIT", CREATOR)
    text = stack_text(world).replace(
        "  cleanrooms:memberships", f'        "{NEWCOMER}": {{abilities: []}}\n  cleanrooms:memberships'
    )
    with served(settled(world), monkeypatch, tmp_path, text):
        ran = verify("--json")
        assert 2 == ran.code
        assert [(f"collaborations.campaigns.members.{NEWCOMER}", "member")] == [each[:2] for each in found(ran)]


def test_a_membership_that_is_over_is_found(world: AnalysisWorld) -> None:
    world.of(CREATOR).delete_member(collaborationIdentifier=world.collaboration_id, accountId=RUNNER)
    ran = verify("--json")
    assert 2 == ran.code
    paths = {path: message for path, _, message in found(ran)}
    assert "REMOVED, which is final" in paths["memberships.runner"]
    assert "nobody else can be given that" in paths[f"collaborations.campaigns.members.{RUNNER}.abilities"]


def test_payments_that_are_accepted_beyond_the_file_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = settled(two_payers())
    with served(world, monkeypatch, tmp_path, stack_text(world, membership=", payerFor: []")):
        ran = verify("--json")
        assert 2 == ran.code
        assert any(path == "memberships.runner" and "queryCompute" in message for path, _, message in found(ran))


LIMITED = (
    ", privacyBudgets: {noise: {type: DIFFERENTIAL_PRIVACY, epsilon: 3, usersNoisePerQuery: 20, autoRefresh: NONE},"
    " orders: {type: ACCESS_BUDGET, resource: orders, budgets: [{type: LIFETIME, budget: 7}]}}"
)
BUDGETS = "memberships.runner.privacyBudgets"


def limiting() -> tuple[AnalysisWorld, str]:
    """A world whose runner gets no results, so that it may protect its tables, and a stack file that declares its budgets."""
    world = settled(AnalysisWorld([member(RUNNER, "CAN_QUERY", "CAN_RUN_JOB"), reader()]))
    text = stack_text(world, membership=LIMITED).replace("CAN_RUN_JOB, CAN_RECEIVE_RESULTS", "CAN_RUN_JOB")
    return world, text


@pytest.mark.parametrize(
    ("epsilon", "limited", "uses", "expected"),
    [
        (3, "orders", 7, []),
        (4, "orders", 7, [f"{BUDGETS}.noise"]),
        (3, "orders", 9, [f"{BUDGETS}.orders", f"{BUDGETS}.orders.budgets"]),
        (3, "visits", 7, [f"{BUDGETS}.orders"]),
        (None, "orders", 7, [f"{BUDGETS}.noise"]),
    ],
    ids=["in force", "another epsilon", "another amount", "on another table", "missing"],
)
def test_privacy_budgets_that_are_not_in_force_are_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, epsilon: int | None, limited: str, uses: int, expected: list[str]
) -> None:
    world, text = limiting()
    tables = {name: world.table(name, owner=RUNNER) for name in ("orders", "visits")}
    world.budget(tables[limited], uses, "LIFETIME", owner=RUNNER)
    if epsilon is not None:
        world.protect(epsilon, 20, owner=RUNNER)
    with served(world, monkeypatch, tmp_path, text):
        ran = verify("--json")
        assert (2 if expected else 0, {*expected}) == (ran.code, {path for path, check, _ in found(ran) if check == "budget"})


def test_privacy_budgets_that_may_not_be_read_are_told_and_end_with_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world, text = limiting()
    denied: dict[str, Any] = {"kind": FaultKind.ERROR, "code": "AccessDeniedException", "service": "cleanrooms"}
    world.app.faults.set([FaultRule(operation="ListPrivacyBudgetTemplates", **denied)])
    with served(world, monkeypatch, tmp_path, text):
        ran = verify("--json")
        assert (1, [BUDGETS]) == (ran.code, [each[0] for each in found(ran, "unread")])


@pytest.mark.parametrize(
    ("account", "unread"),
    [(CREATOR, ["collaborations.campaigns", "memberships.runner"]), (RUNNER, ["memberships.runner"])],
    ids=["the creator", "the runner"],
)
def test_what_cannot_be_read_is_told_and_ends_with_1(world: AnalysisWorld, account: str, unread: list[str]) -> None:
    denied: dict[str, Any] = {"kind": FaultKind.ERROR, "code": "AccessDeniedException", "service": "cleanrooms"}
    world.app.faults.set([FaultRule(account=account, **denied)])
    ran = verify("--json")
    assert 1 == ran.code
    assert unread == [each[0] for each in found(ran, "unread")]


def test_a_collaboration_that_is_not_there_is_found(world: AnalysisWorld, tmp_path: Path) -> None:
    file = tmp_path / "stacks" / "Pulumi.retailer.yaml"
    text = file.read_text().replace(f"id: {world.collaboration_id}", "name: Others")
    file.write_text(text.replace("{abilities: []}", "{displayName: Retailer, abilities: []}"))
    world.of(CREATOR).untag_resource(resourceArn=world.collaboration(world.collaboration_id)["arn"], tagKeys=["governed-by"])
    ran = verify("--json")
    assert ["collaborations.campaigns"] == [each[0] for each in found(ran)]


def test_without_a_stack_file_it_is_wrong_usage() -> None:
    assert 64 == crgov("verify").code


def test_names_of_others_steer_no_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = AnalysisWorld([runs_and_receives(), member(READER, "CAN_RECEIVE_RESULTS", name="Bank \u202egnorw")])
    text = stack_text(world).replace("{name: bank}", "{}")
    with served(world, monkeypatch, tmp_path, text):
        for ran in (verify(), verify("--json")):
            assert 2 == ran.code
            assert "\u202e" not in ran.out
