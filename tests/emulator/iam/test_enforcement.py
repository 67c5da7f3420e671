from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.in_process import client
from tests.emulator.iam.policies import allow, bind, denied, policy, role_arn, session, statement
from tests.emulator.world import CREATOR, NO_SUCH_ID, OUTSIDER, READER, RESULTS_TO, RUNNER, World, invitation, member

ROLE = role_arn(CREATOR)
PARTNER_ROLE = role_arn(RUNNER)
NEW = {
    "name": "Campaigns",
    "description": "Who saw what",
    "creatorDisplayName": "The creator",
    "creatorMemberAbilities": [],
    "queryLogStatus": "DISABLED",
    "members": [],
}
OWN_BUCKET = {"s3": {"resultFormat": "CSV", "bucket": "results-of-queries"}}
PASSED = f"arn:aws:iam::{READER}:role/results"


@pytest.fixture
def world() -> World:
    return World()


def arn(collaboration: str, creator: str = CREATOR) -> str:
    return f"arn:aws:cleanrooms:eu-west-1:{creator}:collaboration/{collaboration}"


def test_without_declared_policies_everybody_may_do_everything(app: Application) -> None:
    assert [] == session(app, ROLE).list_collaborations()["collaborationList"]


def test_a_role_may_do_what_its_policies_allow_and_nothing_else(world: World) -> None:
    id = world.create()
    bind(world.app, {ROLE: [allow("cleanrooms:GetCollaboration")]})
    role = session(world.app, ROLE)

    assert id == role.get_collaboration(collaborationIdentifier=id)["collaboration"]["id"]
    assert (
        f"User: arn:aws:sts::{CREATOR}:assumed-role/governance/test is not authorized to perform: cleanrooms:ListMembers on "
        f"resource: {arn(id)} because no identity-based policy allows the cleanrooms:ListMembers action"
    ) == denied(role.list_members, collaborationIdentifier=id)


def test_a_refusal_has_the_reason_that_the_model_gives_it(world: World) -> None:
    bind(world.app, {ROLE: []})
    with pytest.raises(ClientError) as caught:
        session(world.app, ROLE).list_collaborations()
    response: Any = caught.value.response
    assert ("AccessDeniedException", "INSUFFICIENT_PERMISSIONS") == (response["Error"]["Code"], response["reason"])


def test_an_explicit_deny_is_told_as_such(world: World) -> None:
    id = world.create()
    bind(world.app, {ROLE: [allow("*"), policy(statement("cleanrooms:Get*", effect="Deny"))]})
    assert denied(session(world.app, ROLE).get_collaboration, collaborationIdentifier=id).endswith(
        f"cleanrooms:GetCollaboration on resource: {arn(id)} with an explicit deny in an identity-based policy"
    )


def test_the_journal_notes_what_was_missing(world: World) -> None:
    id = world.create()
    bind(world.app, {ROLE: []})
    role = session(world.app, ROLE)
    denied(role.get_collaboration, collaborationIdentifier=id)

    entry = world.app.journal.entries()[-1]
    assert ("GetCollaboration", 403, "AccessDeniedException") == (entry.operation, entry.status, entry.error)
    assert f"cleanrooms:GetCollaboration on {arn(id)}" == entry.missing


def test_a_refusal_of_the_service_itself_is_no_missing_permission(world: World) -> None:
    id = world.create()
    with pytest.raises(ClientError):
        world.of(OUTSIDER).get_collaboration(collaborationIdentifier=id)
    entry = world.app.journal.entries()[-1]
    assert ("AccessDeniedException", None) == (entry.error, entry.missing)


def test_a_refused_call_has_no_effect(world: World) -> None:
    id = world.create()
    bind(world.app, {ROLE: [allow("cleanrooms:Get*")]})
    denied(session(world.app, ROLE).update_collaboration, collaborationIdentifier=id, name="Another")
    assert "Campaigns" == world.collaboration(id)["name"]


def test_an_account_with_declared_policies_has_no_other_rights(world: World) -> None:
    bind(world.app, {ROLE: [allow("*")]})
    denied(session(world.app, role_arn(CREATOR, "other")).list_collaborations)
    denied(client(world.app, "cleanrooms", f"{CREATOR}.maria").list_collaborations)
    assert session(world.app, PARTNER_ROLE).list_collaborations()


def test_the_root_keeps_all_rights_until_policies_are_declared_for_it(world: World) -> None:
    bind(world.app, {ROLE: []})
    assert world.of(CREATOR).list_collaborations()
    bind(world.app, {f"arn:aws:iam::{CREATOR}:root": []})
    denied(world.of(CREATOR).list_collaborations)


def test_a_user_has_policies_of_its_own(world: World) -> None:
    bind(world.app, {f"arn:aws:iam::{CREATOR}:user/maria": [allow("cleanrooms:ListCollaborations")]})
    maria = client(world.app, "cleanrooms", f"{CREATOR}.maria")
    assert maria.list_collaborations()
    assert f"User: arn:aws:iam::{CREATOR}:user/maria is not authorized" in denied(maria.list_memberships)


def test_a_role_with_a_path_is_known_by_its_whole_arn(world: World) -> None:
    role = role_arn(CREATOR, "teams/data/governance")
    bind(world.app, {role: [allow("cleanrooms:ListCollaborations")]})
    assert session(world.app, role).list_collaborations()
    denied(session(world.app, ROLE).list_collaborations)


def test_policies_that_change_bind_sessions_that_are_there_already(world: World) -> None:
    role = session(world.app, ROLE)
    bind(world.app, {ROLE: []})
    denied(role.list_collaborations)


def test_reset_gives_everybody_all_rights_again(world: World) -> None:
    bind(world.app, {ROLE: []})
    world.app.reset()
    assert session(world.app, ROLE).list_collaborations()


def test_parameters_are_judged_before_permissions(world: World) -> None:
    bind(world.app, {ROLE: []})
    with pytest.raises(ClientError) as caught:
        session(world.app, ROLE).get_collaboration(collaborationIdentifier="x" * 36)
    assert "ValidationException" == caught.value.response["Error"]["Code"]


def test_what_is_not_there_is_denied_like_what_is(world: World) -> None:
    bind(world.app, {ROLE: [allow("cleanrooms:GetCollaboration", on=arn(world.create()))]})
    assert arn(NO_SUCH_ID) in denied(session(world.app, ROLE).get_collaboration, collaborationIdentifier=NO_SUCH_ID)


# Sessions


def test_a_session_policy_narrows_the_role(world: World) -> None:
    bind(world.app, {ROLE: [allow("cleanrooms:List*")]})
    narrow = session(world.app, ROLE, policy=allow("cleanrooms:ListMemberships", "cleanrooms:GetCollaboration"))

    assert narrow.list_memberships()
    assert denied(narrow.list_collaborations).endswith("no session policy allows the cleanrooms:ListCollaborations action")
    assert denied(narrow.get_collaboration, collaborationIdentifier=NO_SUCH_ID).endswith(
        "no identity-based policy allows the cleanrooms:GetCollaboration action"
    )


def test_a_session_policy_binds_a_role_that_nothing_else_binds(app: Application) -> None:
    narrow = session(app, ROLE, policy=allow("cleanrooms:ListMemberships"))
    assert narrow.list_memberships()
    denied(narrow.list_collaborations)


def test_a_session_policy_can_deny(app: Application) -> None:
    narrow = session(app, ROLE, policy=policy(statement("*"), statement("cleanrooms:List*", effect="Deny")))
    assert denied(narrow.list_collaborations).endswith("on resource: * with an explicit deny in a session policy")


def test_a_session_policy_outlives_a_restart_of_the_service(app: Application) -> None:
    narrow = session(app, ROLE, policy=allow("cleanrooms:ListMemberships"))
    app.restore(app.snapshot())
    denied(narrow.list_collaborations)


# Resources


def test_a_collaboration_is_its_creators_resource_for_every_member(world: World) -> None:
    id = world.create(member(RUNNER, "CAN_QUERY"))
    bind(world.app, {PARTNER_ROLE: [allow("cleanrooms:GetCollaboration", on=arn("*"))]})
    partner = session(world.app, PARTNER_ROLE)
    assert partner.get_collaboration(collaborationIdentifier=id)

    bind(world.app, {PARTNER_ROLE: [allow("cleanrooms:GetCollaboration", on=arn("*", RUNNER))]})
    denied(partner.get_collaboration, collaborationIdentifier=id)


@pytest.mark.parametrize("where", ["eu-west-1", "eu-central-1"])
def test_a_permission_can_be_for_one_region(world: World, where: str) -> None:
    id = world.create()
    bind(world.app, {ROLE: [allow("*", on=f"arn:aws:cleanrooms:{where}:*:*")]})
    role = session(world.app, ROLE)
    if where == "eu-west-1":
        assert role.get_collaboration(collaborationIdentifier=id)
    else:
        denied(role.get_collaboration, collaborationIdentifier=id)


def test_a_listing_of_everything_is_allowed_on_everything_only(world: World) -> None:
    bind(world.app, {ROLE: [allow("cleanrooms:ListCollaborations", on=arn("*"))]})
    assert "on resource: * because" in denied(session(world.app, ROLE).list_collaborations)


@pytest.mark.parametrize("lacking", ["collaboration", "membership"])
def test_joining_needs_the_collaboration_and_the_membership_to_be(world: World, lacking: str) -> None:
    id = world.create(member(RUNNER, "CAN_QUERY"))
    resources = {"collaboration": arn("*"), "membership": f"arn:aws:cleanrooms:eu-west-1:{RUNNER}:membership/*"}
    del resources[lacking]
    bind(world.app, {PARTNER_ROLE: [policy(statement("cleanrooms:CreateMembership", list(resources.values())))]})
    join = session(world.app, PARTNER_ROLE).create_membership
    assert f":{lacking}/" in denied(join, collaborationIdentifier=id, queryLogStatus="DISABLED")


def test_a_privacy_budget_template_is_a_resource_of_its_membership_however_a_call_names_it(world: World) -> None:
    membership = world.join(CREATOR, world.create())
    created = world.of(CREATOR).create_privacy_budget_template(
        membershipIdentifier=membership,
        autoRefresh="CALENDAR_MONTH",
        privacyBudgetType="DIFFERENTIAL_PRIVACY",
        parameters={"differentialPrivacy": {"epsilon": 3, "usersNoisePerQuery": 10}},
        tags={"team": "data"},
    )["privacyBudgetTemplate"]
    on = f"arn:aws:cleanrooms:*:{CREATOR}:membership/{membership}/privacybudgettemplate/{created['id']}"
    bind(world.app, {ROLE: [allow("cleanrooms:*", on=on, StringEquals={"aws:ResourceTag/team": "data"})]})
    role = session(world.app, ROLE)

    assert {"team": "data"} == role.list_tags_for_resource(resourceArn=created["arn"])["tags"]
    assert role.get_privacy_budget_template(membershipIdentifier=membership, privacyBudgetTemplateIdentifier=created["id"])


def test_a_schema_is_the_association_of_whoever_brought_it(world: World) -> None:
    collaboration = world.joined(member(RUNNER, "CAN_QUERY"))
    table = world.of(CREATOR).create_configured_table(
        name="Campaigns",
        tableReference={"glue": {"tableName": "campaigns", "databaseName": "media"}},
        allowedColumns=["id"],
        analysisMethod="DIRECT_QUERY",
    )["configuredTable"]
    association = world.of(CREATOR).create_configured_table_association(
        name="campaigns",
        membershipIdentifier=world.collaboration(collaboration)["membershipId"],
        configuredTableIdentifier=table["id"],
        roleArn=f"arn:aws:iam::{CREATOR}:role/tables",
    )["configuredTableAssociation"]
    bind(world.app, {PARTNER_ROLE: [allow("cleanrooms:*", on=arn("*"))]})
    schema = {"collaborationIdentifier": collaboration, "name": "campaigns"}
    assert f"cleanrooms:GetSchema on resource: {association['arn']}" in denied(
        session(world.app, PARTNER_ROLE).get_schema, **schema
    )


# What a call needs besides


def test_tags_at_creation_need_the_right_to_tag(world: World) -> None:
    bind(world.app, {ROLE: [allow("cleanrooms:CreateCollaboration")]})
    create = session(world.app, ROLE).create_collaboration
    assert f"cleanrooms:TagResource on resource: {arn('*')}" in denied(create, **NEW, tags={"team": "data"})
    assert create(**NEW)


def test_a_role_for_results_needs_to_be_passed(world: World) -> None:
    reader_role = role_arn(READER)
    id = world.create(member(READER, "CAN_RECEIVE_RESULTS"))
    first = allow("cleanrooms:CreateMembership", "s3:GetBucketLocation")
    bind(world.app, {reader_role: [first]})
    joining = {"collaborationIdentifier": id, "queryLogStatus": "DISABLED", "defaultResultConfiguration": RESULTS_TO}
    assert f"iam:PassRole on resource: {PASSED}" in denied(session(world.app, reader_role).create_membership, **joining)

    other_service = {"StringEquals": {"iam:PassedToService": "cleanrooms-ml.amazonaws.com"}}
    bind(world.app, {reader_role: [first, allow("iam:PassRole", on=PASSED, **other_service)]})
    denied(session(world.app, reader_role).create_membership, **joining)

    this_service = {"StringEquals": {"iam:PassedToService": "cleanrooms.amazonaws.com"}}
    bind(world.app, {reader_role: [first, allow("iam:PassRole", on=PASSED, **this_service)]})
    assert session(world.app, reader_role).create_membership(**joining)


def test_a_bucket_for_results_needs_its_location(world: World) -> None:
    id = world.create(member(READER, "CAN_RECEIVE_RESULTS"))
    bind(world.app, {role_arn(READER): [allow("cleanrooms:*", "iam:PassRole")]})
    assert "s3:GetBucketLocation on resource: arn:aws:s3:::results-of-queries because" in denied(
        session(world.app, role_arn(READER)).create_membership,
        collaborationIdentifier=id,
        queryLogStatus="DISABLED",
        defaultResultConfiguration={**RESULTS_TO, "outputConfiguration": OWN_BUCKET},
    )


@pytest.mark.parametrize("switch", ["queryLogStatus", "jobLogStatus"])
def test_a_log_needs_rights_on_logs_when_it_is_turned_on(world: World, switch: str) -> None:
    id = world.create(member(RUNNER, "CAN_QUERY"), queryLogStatus="ENABLED", jobLogStatus="ENABLED")
    bind(world.app, {PARTNER_ROLE: [allow("cleanrooms:*")]})
    partner = session(world.app, PARTNER_ROLE)
    joined = partner.create_membership(collaborationIdentifier=id, queryLogStatus="DISABLED")["membership"]
    update = {"membershipIdentifier": joined["id"], switch: "ENABLED"}
    assert "logs:CreateLogDelivery on resource: *" in denied(partner.update_membership, **update)

    via = {"ForAnyValue:StringEquals": {"aws:CalledVia": "cleanrooms.amazonaws.com"}}
    bind(world.app, {PARTNER_ROLE: [allow("cleanrooms:*"), allow("logs:*", **via)]})
    assert "ENABLED" == partner.update_membership(**update)["membership"][switch]


def test_machine_learning_needs_the_membership_to_be_passed(world: World) -> None:
    world.join(CREATOR, id := world.create())
    membership = world.collaboration(id)["membershipId"]
    learning = session(world.app, ROLE, "cleanroomsml")
    bind(world.app, {ROLE: [allow("cleanrooms-ml:*")]})
    assert f"cleanrooms:PassMembership on resource: arn:aws:cleanrooms:eu-west-1:{CREATOR}:membership/{membership}" in denied(
        learning.list_ml_input_channels, membershipIdentifier=membership
    )
    assert f"cleanrooms:PassCollaboration on resource: {arn(id)}" in denied(
        learning.list_collaboration_ml_input_channels, collaborationIdentifier=id
    )
    bind(world.app, {ROLE: [allow("cleanrooms-ml:*", "cleanrooms:Pass*")]})
    assert [] == learning.list_ml_input_channels(membershipIdentifier=membership)["mlInputChannelsList"]


def test_machine_learning_can_be_allowed_for_one_collaboration(world: World) -> None:
    one, other = world.create(), world.create()
    learning = session(world.app, ROLE, "cleanroomsml")
    only = {"StringEquals": {"cleanrooms-ml:CollaborationId": one}}
    bind(world.app, {ROLE: [allow("cleanrooms:PassCollaboration"), allow("cleanrooms-ml:*", **only)]})
    assert learning.list_collaboration_ml_input_channels(collaborationIdentifier=one)
    denied(learning.list_collaboration_ml_input_channels, collaborationIdentifier=other)


# Change requests and STS


def test_the_four_actions_of_change_requests_are_on_the_collaboration_of_the_creator(world: World) -> None:
    id = world.joined(member(RUNNER, "CAN_QUERY"))
    request = world.file(id, invitation(OUTSIDER))
    named = {"collaborationIdentifier": id, "changeRequestIdentifier": request["id"]}
    actions = ("GetCollaborationChangeRequest", "ListCollaborationChangeRequests", "UpdateCollaborationChangeRequest")
    bind(world.app, {PARTNER_ROLE: [allow(*(f"cleanrooms:{action}" for action in actions), on=arn(id))]})
    partner = session(world.app, PARTNER_ROLE)

    assert partner.get_collaboration_change_request(**named)
    assert partner.list_collaboration_change_requests(collaborationIdentifier=id)
    assert partner.update_collaboration_change_request(**named, action="APPROVE")
    assert f"cleanrooms:CreateCollaborationChangeRequest on resource: {arn(id)}" in denied(
        partner.create_collaboration_change_request, collaborationIdentifier=id, changes=[invitation(OUTSIDER)]
    )


def test_assuming_a_role_needs_the_callers_permission_too(world: World) -> None:
    maria = f"arn:aws:iam::{CREATOR}:user/maria"
    bind(world.app, {maria: [allow("sts:AssumeRole", on=PARTNER_ROLE)]})
    assert session(world.app, PARTNER_ROLE, caller=f"{CREATOR}.maria")
    sts = client(world.app, "sts", f"{CREATOR}.maria")
    assert f"sts:AssumeRole on resource: {ROLE}" in denied(sts.assume_role, RoleArn=ROLE, RoleSessionName="test")
    assert sts.get_caller_identity()


@pytest.mark.parametrize(
    ("extra", "action"),
    [({"Tags": [{"Key": "team", "Value": "data"}]}, "sts:TagSession"), ({"SourceIdentity": "maria"}, "sts:SetSourceIdentity")],
    ids=["tags", "source identity"],
)
def test_what_a_session_is_given_needs_permissions_of_its_own(world: World, extra: dict[str, Any], action: str) -> None:
    bind(world.app, {f"arn:aws:iam::{CREATOR}:user/maria": [allow("sts:AssumeRole")]})
    sts = client(world.app, "sts", f"{CREATOR}.maria")
    assert f"{action} on resource: {ROLE}" in denied(sts.assume_role, RoleArn=ROLE, RoleSessionName="test", **extra)


def test_a_permission_to_assume_can_ask_for_the_external_id_and_the_sessions_name(world: World) -> None:
    asked = {"StringEquals": {"sts:ExternalId": "secret"}, "StringLike": {"sts:RoleSessionName": "crgov-*"}}
    bind(world.app, {f"arn:aws:iam::{CREATOR}:user/maria": [allow("sts:AssumeRole", **asked)]})
    assume = client(world.app, "sts", f"{CREATOR}.maria").assume_role
    assert assume(RoleArn=ROLE, RoleSessionName="crgov-prod", ExternalId="secret")
    denied(assume, RoleArn=ROLE, RoleSessionName="crgov-prod")
    denied(assume, RoleArn=ROLE, RoleSessionName="prod", ExternalId="secret")
