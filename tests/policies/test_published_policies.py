"""The policies that the project publishes are enough for all it does, and nothing in them can be left out."""

from __future__ import annotations

import ast
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cleanrooms_emulator.transport.in_process import client, client_with_key
from cleanrooms_emulator.wire.service import service
from cleanrooms_governance.aws import analysis_operations, budget_operations, channel_operations, cleanrooms, credentials
from cleanrooms_governance.errors import GovernanceError
from tests.policies.accounts import BANK, CREATOR, PIPELINE, READ_ROLE, REGION, WRITE_ROLE, role_arn
from tests.policies.published import FOLDER, NAMES, parts, published, without
from tests.policies.story import HELD, Stage, StoryBroken

CHECKOUT = Path(__file__).resolve().parents[2]
STRANGER = "888877776666"
SERVICES = ("sts", "cleanroomsml", "cleanrooms")
"""In this order, an operation that two of them have is taken for that of Clean Rooms."""

LETS_ANOTHER_SERVICE_READ = {"PassCollaboration", "PassMembership"}
"""What every call of Clean Rooms ML needs that names a collaboration or a membership, reading ones too."""


@pytest.fixture(scope="module")
def warm_stage() -> Stage:
    """Where all roles have been assumed already."""
    stage = Stage()
    stage.warm_up()
    return stage


def acting(stage: Stage, account: str, role: str) -> Any:
    """A person who took one of the roles."""
    request = {"RoleArn": role_arn(account, role), "RoleSessionName": "by-hand"}
    key = client(stage.app, "sts", PIPELINE, REGION).assume_role(**request)["Credentials"]
    return client_with_key(stage.app, "cleanrooms", key, REGION)


def missing(stage: Stage, call: Any, **parameters: Any) -> str:
    """The permission without which a call was refused."""
    with pytest.raises(ClientError):
        call(**parameters)
    return str(stage.app.journal.entries()[-1].missing)


def test_the_published_policies_are_sufficient() -> None:
    stage = Stage()
    stage.begin(published())
    stage.play()
    assert set() == stage.missing()


def test_the_story_makes_every_call_that_the_reconciler_can_make() -> None:
    stage = Stage()
    stage.play()
    assert operations_that_are_sent() == stage.called()


def operations_that_are_sent() -> set[str]:
    """The operations named in the modules that call AWS."""
    texts = {
        node.value
        for module in (analysis_operations, budget_operations, channel_operations, cleanrooms, credentials)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    own: dict[str, str] = {each: name for name in SERVICES for each in texts & set(service(name).operation_names)}
    return {f"{name}.{each}" for each, name in own.items()}


@pytest.mark.parametrize(("name", "sid", "action"), [*parts("Action")])
def test_without_any_one_action_the_story_breaks(warm_stage: Stage, name: str, sid: str, action: str) -> None:
    stage = Stage() if name == "pipeline" else warm_stage
    stage.begin(without(published(), name, sid, "Action", action))
    with pytest.raises((GovernanceError, StoryBroken)):
        stage.play()
    assert {action} == {each.partition(" on ")[0] for each in stage.missing()}


@pytest.mark.parametrize(("name", "sid", "resource"), [*parts("Resource")])
def test_without_any_one_resource_the_story_breaks(warm_stage: Stage, name: str, sid: str, resource: str) -> None:
    stage = Stage() if name == "pipeline" else warm_stage
    stage.begin(without(published(), name, sid, "Resource", resource))
    with pytest.raises((GovernanceError, StoryBroken)):
        stage.play()
    assert 1 == len({each.partition(" on ")[0] for each in stage.missing()})


def test_an_account_that_creates_and_joins_has_both_policies(warm_stage: Stage) -> None:
    warm_stage.begin(published(), {**HELD, CREATOR: ("creator", "partner")})
    warm_stage.join(CREATOR, warm_stage.play())
    assert set() == warm_stage.missing()


def test_every_published_policy_is_proved() -> None:
    assert sorted(NAMES) == sorted(file.stem for file in FOLDER.iterdir())


def test_the_guide_explains_every_policy_and_every_placeholder() -> None:
    guide = (CHECKOUT / "docs" / "permissions.md").read_text()
    used = {found for document in published().values() for found in re.findall(r"\$\{\w+\}", json.dumps(document))}
    assert [] == [each for each in sorted({f"templates/{name}.json" for name in NAMES} | used) if each not in guide]


def test_no_policy_has_a_wildcard_among_its_actions() -> None:
    assert [] == [action for _, _, action in parts("Action") if "*" in action]


def test_collaborations_and_memberships_are_deleted_by_one_policy_alone() -> None:
    deleting = {
        name for name, _, action in parts("Action") if action.startswith(("cleanrooms:DeleteC", "cleanrooms:DeleteMembership"))
    }
    assert {"destructive"} == deleting


def test_queries_and_jobs_are_run_by_one_policy_alone() -> None:
    running = {name for name, _, action in parts("Action") if "StartProtected" in action or "UpdateProtected" in action}
    assert {"partner-run"} == running


def test_the_reading_policies_only_read() -> None:
    reading = {action.partition(":")[2] for name, _, action in parts("Action") if name.endswith("-read")}
    others = [action for action in sorted(reading) if not action.startswith(("Get", "List", "Preview"))]
    assert [] == [action for action in others if action not in LETS_ANOTHER_SERVICE_READ]


def test_an_unfilled_policy_is_refused(warm_stage: Stage) -> None:
    with pytest.raises(ValueError, match="placeholders must be filled in"):
        warm_stage.begin({name: {**document, "Statement": _escaped(document)} for name, document in published().items()})


def _escaped(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Placeholders that filling in leaves as they are."""
    return [
        {**each, "Resource": [resource.replace("$", "$$") for resource in each["Resource"]]} for each in document["Statement"]
    ]


def test_the_creators_role_touches_no_other_tags(warm_stage: Stage) -> None:
    warm_stage.begin(published())
    arn = f"arn:aws:cleanrooms:{REGION}:{CREATOR}:collaboration/{warm_stage.play()}"
    role = acting(warm_stage, CREATOR, WRITE_ROLE)
    tags = {"governed-by": "acme/prod/sales", "team": "data"}
    assert f"cleanrooms:TagResource on {arn}" == missing(warm_stage, role.tag_resource, resourceArn=arn, tags=tags)
    keys = ["team"]
    assert f"cleanrooms:UntagResource on {arn}" == missing(warm_stage, role.untag_resource, resourceArn=arn, tagKeys=keys)


def test_a_partners_role_joins_only_what_the_named_creator_invites_it_to(warm_stage: Stage) -> None:
    warm_stage.begin(published())
    elsewhere = client(warm_stage.app, "cleanrooms", STRANGER, REGION).create_collaboration(
        name="Trap",
        description="Of somebody else",
        creatorDisplayName="A stranger",
        creatorMemberAbilities=["CAN_QUERY"],
        members=[{"accountId": BANK, "displayName": "Bank", "memberAbilities": ["CAN_RECEIVE_RESULTS"]}],
        queryLogStatus="DISABLED",
    )["collaboration"]
    joining = {"collaborationIdentifier": elsewhere["id"], "queryLogStatus": "DISABLED"}
    role = acting(warm_stage, BANK, WRITE_ROLE)
    assert f"cleanrooms:CreateMembership on {elsewhere['arn']}" == missing(warm_stage, role.create_membership, **joining)
    reading = acting(warm_stage, BANK, READ_ROLE).get_collaboration
    named = {"collaborationIdentifier": elsewhere["id"]}
    assert f"cleanrooms:GetCollaboration on {elsewhere['arn']}" == missing(warm_stage, reading, **named)


def test_a_partners_role_passes_no_other_role(warm_stage: Stage) -> None:
    warm_stage.begin(published())
    id = warm_stage.play()
    other = {
        "outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "bank-results"}},
        "roleArn": role_arn(BANK, "administrator"),
    }
    joining = {"collaborationIdentifier": id, "queryLogStatus": "DISABLED", "defaultResultConfiguration": other}
    join = acting(warm_stage, BANK, WRITE_ROLE).create_membership
    assert f"iam:PassRole on {role_arn(BANK, 'administrator')}" == missing(warm_stage, join, **joining)
