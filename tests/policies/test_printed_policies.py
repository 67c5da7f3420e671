"""The policies that `crgov policies` prints are those that the stack file needs, filled in, and work as they are printed."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.runner import crgov
from tests.policies.accounts import (
    BANK,
    CREATOR,
    MEDIA,
    NEWCOMER,
    READ_ROLE,
    REGION,
    RESULTS_BUCKET,
    RESULTS_ROLE,
    USER,
    WRITE_ROLE,
    role_arn,
    values,
)
from tests.policies.examples import EXAMPLES, Example, Play, Printed, printed
from tests.policies.published import Document, filled, published, without
from tests.policies.story import Stage

RESULTS = {
    "s3": {"bucket": RESULTS_BUCKET, "resultFormat": "CSV"},
    "roleArn": role_arn(BANK, RESULTS_ROLE),
}


PRIVACY = {"type": "DIFFERENTIAL_PRIVACY", "epsilon": 3, "usersNoisePerQuery": 50, "autoRefresh": "NONE"}


def held(account: str) -> dict[str, Any]:
    return {"read": {"role": role_arn(account, READ_ROLE)}, "write": {"role": role_arn(account, WRITE_ROLE)}}


def creators_file() -> dict[str, Any]:
    """The creator's side of the story: it holds the media account too."""
    members: dict[str, Any] = {account: {"displayName": "A name", "abilities": []} for account in (CREATOR, MEDIA, BANK)}
    members[MEDIA]["abilities"] = ["CAN_QUERY", "CAN_RUN_JOB"]
    return {
        "accounts": {CREATOR: held(CREATOR), MEDIA: held(MEDIA)},
        "collaborations": {"sales": {"creator": CREATOR, "region": REGION, "members": members, "removed": [NEWCOMER]}},
        "memberships": {"media": {"account": MEDIA, "collaboration": "sales", "privacyBudgets": {"noise": PRIVACY}}},
    }


def banks_file() -> dict[str, Any]:
    """The bank's side."""
    joining = {
        "account": BANK,
        "collaboration": "0a1b2c3d-0000-4000-8000-111122223333",
        "region": REGION,
        "expects": {"creator": CREATOR},
        "queryLog": True,
        "defaultResultConfiguration": RESULTS,
        "privacyBudgets": {},
    }
    return {"accounts": {BANK: held(BANK)}, "memberships": {"bank": joining}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project folder."""
    (tmp_path / "Pulumi.yaml").write_text("name: cleanrooms\nruntime: python\n")
    return tmp_path


def policies(folder: Path, stack: dict[str, Any], *arguments: str) -> Any:
    """What the command prints for a stack file, for programs."""
    file = folder / "Pulumi.story.yaml"
    file.write_text(json.dumps({"config": {f"cleanrooms:{key}": value for key, value in stack.items()}}))
    ran = crgov("policies", "--stack-file", str(file), "--json", *arguments)
    assert (0, "") == (ran.code, ran.err)
    return ran.document


def of_role(document: Any, account: str, role: str) -> dict[str, Document]:
    """The policies of one role by their names."""
    (found,) = (each for each in document["identities"] if each["credentials"].get("role") == role_arn(account, role))
    return {policy["name"]: policy["document"] for policy in found["policies"]}


def statement(document: Document, sid: str) -> Document:
    (found,) = (each for each in document["Statement"] if each["Sid"] == sid)
    return dict(found)


def proved(name: str, account: str) -> Document:
    """A template that the story of these tests proves necessary, for one of its accounts."""
    document = filled(published()[name], values(account))
    return {**document, "Statement": [{**each, "Resource": sorted(each["Resource"])} for each in document["Statement"]]}


def test_where_everything_applies_they_are_the_proved_documents(folder: Path) -> None:
    creators = policies(folder, creators_file())
    assert {"creator-read": proved("creator-read", CREATOR)} == of_role(creators, CREATOR, READ_ROLE)
    assert {"creator-operate": proved("creator-operate", CREATOR)} == of_role(creators, CREATOR, WRITE_ROLE)
    banks = policies(folder, banks_file())
    assert {"partner-read": proved("partner-read", BANK)} == of_role(banks, BANK, READ_ROLE)
    assert {"partner-operate": proved("partner-operate", BANK)} == of_role(banks, BANK, WRITE_ROLE)


def test_the_story_comes_to_its_end_with_what_is_printed_for_its_two_files(folder: Path) -> None:
    found: dict[str, list[Document]] = {}
    by_hand = ("--budgets", "--ending", "--running")
    for document in (policies(folder, creators_file(), *by_hand), policies(folder, banks_file(), *by_hand)):
        for identity in document["identities"]:
            holder = identity["credentials"].get("role", USER)
            found.setdefault(holder, []).extend(each["document"] for each in identity["policies"])
    stage = Stage()
    stage.enforce(found)
    stage.play()
    assert set() == stage.missing()


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda example: example.name)
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Play, Printed]:
    """An example stack file in a service of its own, and what is printed for it."""
    chosen: Example = request.param
    play = Play(chosen, tmp_path_factory.mktemp(chosen.name))
    return play, printed(play, crgov("policies", "--stack-file", str(play.file), "--json").document)


def test_with_what_is_printed_an_example_stack_file_is_carried_out(example: tuple[Play, Printed]) -> None:
    play, found = example
    assert set() == play.run(found)


def test_without_any_one_action_that_an_example_uses_it_fails_for_want_of_it(example: tuple[Play, Printed]) -> None:
    play, found = example
    play.run(found)
    used = sorted(play.used())
    failed = [{each.partition(" on ")[0] for each in play.run(lacking(found, *each))} for each in used]
    assert [{action} for _, action in used] == failed


def lacking(found: Printed, holder: str, action: str) -> Printed:
    """The policies without one action of one holder, in whichever of its documents it is."""
    documents = found[holder]
    for name, document in documents.items():
        for each in document["Statement"]:
            documents = without(documents, name, each["Sid"], "Action", action)
    return {**found, holder: documents}


def test_without_removed_nobody_may_remove_anybody(folder: Path) -> None:
    stack = creators_file()
    del stack["collaborations"]["sales"]["removed"]
    operate = of_role(policies(folder, stack), CREATOR, WRITE_ROLE)["creator-operate"]
    assert ["GovernOwnCollaborations", "KeepTheLedgerInTags"] == [each["Sid"] for each in operate["Statement"]]


def test_a_membership_without_results_logs_and_budgets_passes_no_role_and_keeps_none_of_them(folder: Path) -> None:
    stack = creators_file()
    del stack["memberships"]["media"]["privacyBudgets"]
    document = policies(folder, stack)
    read = of_role(document, MEDIA, READ_ROLE)["partner-read"]
    assert "ReadPrivacyBudgets" not in [each["Sid"] for each in read["Statement"]]
    operate = of_role(document, MEDIA, WRITE_ROLE)["partner-operate"]
    assert ["Join", "KeepOwnMemberships", "MarkOwnMemberships", "Vote"] == [each["Sid"] for each in operate["Statement"]]


def test_job_results_and_job_logs_count_like_those_of_queries(folder: Path) -> None:
    stack = banks_file()
    bank = stack["memberships"]["bank"]
    bank["defaultJobResultConfiguration"] = {"s3": {"bucket": "bank-jobs"}, "roleArn": role_arn(BANK, "team/jobs")}
    bank["jobLog"] = True
    del bank["queryLog"]
    operate = of_role(policies(folder, stack), BANK, WRITE_ROLE)["partner-operate"]
    assert [role_arn(BANK, RESULTS_ROLE), role_arn(BANK, "team/jobs")] == statement(operate, "ReceiveResultsPassRole")[
        "Resource"
    ]
    assert ["arn:aws:s3:::bank-jobs", "arn:aws:s3:::bank-results"] == statement(operate, "ReceiveResultsFindBucket")["Resource"]
    assert statement(operate, "KeepQueryLogGroup")


def test_each_creator_and_each_region_is_named_once(folder: Path) -> None:
    stack = banks_file()
    other = copy.deepcopy(stack["memberships"]["bank"])
    other |= {"region": "us-east-1", "expects": {"creator": MEDIA}, "collaboration": "0a1b2c3d-0000-4000-8000-222233334444"}
    again = {**other, "collaboration": "0a1b2c3d-0000-4000-8000-555566667777"}
    stack["memberships"] |= {"other": other, "again": again}
    operate = of_role(policies(folder, stack), BANK, WRITE_ROLE)["partner-operate"]
    expected = [
        f"arn:aws:cleanrooms:eu-west-1:{CREATOR}:collaboration/*",
        f"arn:aws:cleanrooms:us-east-1:{MEDIA}:collaboration/*",
    ]
    assert expected == statement(operate, "Vote")["Resource"]


def test_declared_tags_may_be_written_and_taken_away_and_no_others(folder: Path) -> None:
    stack = creators_file()
    stack["collaborations"]["sales"]["tags"] = {"team": "data"}
    stack["memberships"]["media"]["tags"] = {"cost": "42"}
    stack["memberships"]["media"]["privacyBudgets"]["noise"] = {**PRIVACY, "tags": {"risk": "low"}}
    document = policies(folder, stack)
    kept = statement(of_role(document, CREATOR, WRITE_ROLE)["creator-operate"], "KeepTheLedgerInTags")
    marked = statement(of_role(document, MEDIA, WRITE_ROLE)["partner-operate"], "MarkOwnMemberships")
    allowed = "ForAllValues:StringEquals"
    ledger = ["governed-by", "crgov-filed", "crgov-filing", "crgov-tags", "team"]
    assert ledger == kept["Condition"][allowed]["aws:TagKeys"]
    assert ["governed-by", "crgov-tags", "crgov-no-decline", "cost", "risk"] == marked["Condition"][allowed]["aws:TagKeys"]
    assert ["cleanrooms:TagResource", "cleanrooms:UntagResource"] == kept["Action"] == marked["Action"]


def test_the_environment_may_become_the_roles_of_the_file_and_no_others(folder: Path) -> None:
    (environment,) = (each for each in policies(folder, creators_file())["identities"] if each["account"] is None)
    ((name, document),) = ((each["name"], each["document"]) for each in environment["policies"])
    roles = sorted(role_arn(account, role) for account in (CREATOR, MEDIA) for role in (READ_ROLE, WRITE_ROLE))
    assert ("pipeline", roles) == (name, statement(document, "BecomeTheAccounts")["Resource"])


def test_an_account_that_is_only_looked_at_gets_no_right_to_write(folder: Path) -> None:
    stack = banks_file()
    del stack["accounts"][BANK]["write"]
    found = [each["name"] for identity in policies(folder, stack)["identities"] for each in identity["policies"]]
    assert ["partner-read", "pipeline"] == found


def test_one_way_in_for_everything_gets_both_policies(folder: Path) -> None:
    stack = banks_file()
    stack["accounts"][BANK] = {"profile": "bank"}
    (identity,) = policies(folder, stack)["identities"]
    assert (["read", "write"], {"profile": "bank"}) == (identity["uses"], identity["credentials"])
    assert ["partner-read", "partner-operate"] == [each["name"] for each in identity["policies"]]


def test_an_external_id_is_not_repeated(folder: Path) -> None:
    stack = banks_file()
    stack["accounts"][BANK] = {"role": role_arn(BANK, READ_ROLE), "externalId": "hush-hush"}
    policies(folder, stack)
    for form in ((), ("--json",)):
        assert "hush-hush" not in crgov("policies", "--stack-file", str(folder / "Pulumi.story.yaml"), *form).out


def test_what_ends_collaborations_and_memberships_is_printed_on_request_alone(folder: Path) -> None:
    assert "destructive" not in of_role(policies(folder, creators_file()), CREATOR, WRITE_ROLE)
    ending = of_role(policies(folder, creators_file(), "--ending"), MEDIA, WRITE_ROLE)["destructive"]
    assert ["LeaveCollaborations"] == [each["Sid"] for each in ending["Statement"]]


def test_what_runs_queries_and_jobs_is_printed_on_request_for_those_who_may(folder: Path) -> None:
    stack = creators_file()
    assert "partner-run" not in of_role(policies(folder, stack), MEDIA, WRITE_ROLE)
    assert {"partner-run": proved("partner-run", MEDIA)}.items() <= of_role(
        policies(folder, stack, "--running"), MEDIA, WRITE_ROLE
    ).items()
    stack["collaborations"]["sales"]["members"][MEDIA]["abilities"] = []
    found = [each["name"] for identity in policies(folder, stack, "--running")["identities"] for each in identity["policies"]]
    assert not [each for each in found if each.startswith("partner-run")]


def test_into_a_folder_each_policy_is_a_file_with_the_command_that_attaches_it(folder: Path) -> None:
    policies(folder, banks_file())
    ran = crgov("policies", "--stack-file", str(folder / "Pulumi.story.yaml"), "--into", str(folder / "iam"))
    files = sorted(each.name for each in (folder / "iam").iterdir())
    assert [f"{BANK}-read-partner-read.json", f"{BANK}-write-partner-operate.json", "pipeline.json"] == files
    assert proved("partner-read", BANK) == json.loads((folder / "iam" / files[0]).read_text())
    command = f"aws iam put-role-policy --role-name {READ_ROLE} --policy-name partner-read"
    assert f"{command} --policy-document file://{folder}/iam/{files[0]}" in ran.out


def test_a_folder_that_cannot_be_written_is_an_error_in_words(folder: Path) -> None:
    policies(folder, banks_file())
    ran = crgov("policies", "--stack-file", str(folder / "Pulumi.story.yaml"), "--into", str(folder / "Pulumi.yaml"))
    assert (1, "") == (ran.code, ran.out)
    assert "cannot be written" in ran.err


def test_one_account_can_be_asked_for_if_the_file_holds_it(folder: Path) -> None:
    found = policies(folder, creators_file(), "--account", MEDIA)["identities"]
    assert [MEDIA, MEDIA] == [each["account"] for each in found]
    ran = crgov("policies", "--stack-file", str(folder / "Pulumi.story.yaml"), "--account", BANK)
    assert (64, "") == (ran.code, ran.out)


def test_for_people_the_printed_document_is_the_same(folder: Path) -> None:
    policies(folder, banks_file())
    ran = crgov("policies", "--stack-file", str(folder / "Pulumi.story.yaml"), "--account", BANK)
    _, _, after = ran.out.partition("partner-read:\n")
    text, _, _ = after.partition(f"\n\n{BANK}, write")
    assert proved("partner-read", BANK) == json.loads(text)
