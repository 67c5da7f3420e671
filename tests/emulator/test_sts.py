from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.callers import roles
from cleanrooms_emulator.callers.roles import Role
from cleanrooms_emulator.transport.in_process import client, client_with_key
from cleanrooms_emulator.wire.messages import Request
from cleanrooms_emulator.world.store import Store
from tests.emulator.raw import signed

HUB, SPOKE = "111122223333", "222233334444"
ROLE = f"arn:aws:iam::{SPOKE}:role/teams/governance/write"


def assume(app: Application, role: str = ROLE, caller: str = HUB, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client(app, "sts", caller).assume_role(
        **{"RoleArn": role, "RoleSessionName": "campaigns-prod", **more}
    )
    return answer


def refusal(app: Application, **parameters: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        assume(app, **parameters)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def test_a_twelve_digit_key_is_that_accounts_root(app: Application) -> None:
    identity = client(app, "sts", HUB).get_caller_identity()
    assert (HUB, HUB, f"arn:aws:iam::{HUB}:root") == (identity["Account"], identity["UserId"], identity["Arn"])


def test_an_assumed_role_acts_in_its_own_account_under_its_session_name(app: Application) -> None:
    answer = assume(app)
    identity = client_with_key(app, "sts", answer["Credentials"]).get_caller_identity()

    assert (SPOKE, f"arn:aws:sts::{SPOKE}:assumed-role/write/campaigns-prod") == (identity["Account"], identity["Arn"])
    assert answer["AssumedRoleUser"] == {"AssumedRoleId": identity["UserId"], "Arn": identity["Arn"]}
    assert identity["UserId"].endswith(":campaigns-prod")


def test_the_journal_shows_who_called_under_which_session(app: Application) -> None:
    key = assume(app)["Credentials"]
    client_with_key(app, "cleanrooms", key).list_collaborations()

    assert [
        ("sts", "AssumeRole", HUB, f"arn:aws:iam::{HUB}:root"),
        ("cleanrooms", "ListCollaborations", SPOKE, f"arn:aws:sts::{SPOKE}:assumed-role/write/campaigns-prod"),
    ] == [(entry.service, entry.operation, entry.account, entry.principal) for entry in app.journal.entries()]


def test_a_role_can_be_assumed_from_a_role(app: Application) -> None:
    first = client_with_key(app, "sts", assume(app)["Credentials"])
    second = first.assume_role(RoleArn=f"arn:aws:iam::{HUB}:role/back", RoleSessionName="chained")

    assert HUB == client_with_key(app, "sts", second["Credentials"]).get_caller_identity()["Account"]


def test_tags_and_a_source_identity_are_accepted(app: Application) -> None:
    answer = assume(
        app, Tags=[{"Key": "team", "Value": "data"}, {"Key": "stage", "Value": "prod + test"}], SourceIdentity="maria"
    )
    assert "maria" == answer["SourceIdentity"]
    recorded = app.journal.entries()[-1].parameters
    assert [{"Key": "team", "Value": "data"}, {"Key": "stage", "Value": "prod + test"}] == recorded["Tags"]


def test_managed_session_policies_are_refused_because_none_are_known(app: Application) -> None:
    with pytest.raises(ClientError, match="PolicyArns: no managed policies are known to this service; give their content"):
        assume(app, PolicyArns=[{"arn": f"arn:aws:iam::{SPOKE}:policy/read"}])


@pytest.mark.parametrize(
    ("policy", "code", "message"),
    [
        ("{", "MalformedPolicyDocument", "Policy: Expecting"),
        ("7", "MalformedPolicyDocument", "Policy: a policy document must be an object"),
        ('{"Statement": [{"Effect": "Maybe"}]}', "MalformedPolicyDocument", "Statement\\[1\\].Effect: 'Maybe' is not one of"),
        (" " * 2049, "ValidationError", "a session policy has 2048 characters at most"),
    ],
    ids=["no JSON", "no object", "bad effect", "too long"],
)
def test_a_session_policy_that_is_no_good_is_refused(app: Application, policy: str, code: str, message: str) -> None:
    with pytest.raises(ClientError, match=message) as caught:
        assume(app, Policy=policy)
    assert code == caught.value.response["Error"]["Code"]


def test_a_key_of_an_account_and_a_name_is_that_user(app: Application) -> None:
    identity = client(app, "sts", f"{HUB}.maria").get_caller_identity()
    assert (HUB, f"arn:aws:iam::{HUB}:user/maria") == (identity["Account"], identity["Arn"])
    assert identity["UserId"] != client(app, "sts", f"{HUB}.otto").get_caller_identity()["UserId"]


@pytest.mark.parametrize(
    "parameters",
    [
        {"role": "arn:aws:iam::222233334444:user/maria"},
        {"role": "arn:aws:iam::2222:role/short"},
        {"RoleSessionName": "no spaces"},
        {"DurationSeconds": 899},
        {"DurationSeconds": 43201},
    ],
    ids=["not a role", "short account", "bad session name", "too short", "too long"],
)
def test_bad_parameters_are_a_validation_error(app: Application, parameters: dict[str, Any]) -> None:
    # boto3 itself refuses a duration below the minimum, so the call is made without its validation
    sts = client(app, "sts", HUB, parameter_validation=False)
    given = {"RoleArn": parameters.pop("role", ROLE), "RoleSessionName": "session", **parameters}
    with pytest.raises(ClientError) as caught:
        sts.assume_role(**given)
    assert "ValidationError" == caught.value.response["Error"]["Code"]


def test_a_key_expires_by_the_services_clock(app: Application) -> None:
    key = assume(app, DurationSeconds=900)["Credentials"]
    assert round(app.clock.now()) + 900 == pytest.approx(key["Expiration"].timestamp(), abs=5)

    app.clock.advance(890)
    client_with_key(app, "cleanrooms", key).list_collaborations()
    app.clock.advance(20)
    with pytest.raises(ClientError) as caught:
        client_with_key(app, "cleanrooms", key).list_collaborations()
    assert "ExpiredTokenException" == caught.value.response["Error"]["Code"]
    with pytest.raises(ClientError) as caught:
        client_with_key(app, "cleanroomsml", key).list_configured_model_algorithms()
    assert "ExpiredTokenException" == caught.value.response["Error"]["Code"]
    with pytest.raises(ClientError) as caught:
        client_with_key(app, "sts", key).assume_role(RoleArn=ROLE, RoleSessionName="chained")
    assert "ExpiredToken" == caught.value.response["Error"]["Code"]
    with pytest.raises(ClientError) as caught:
        client_with_key(app, "sts", key).get_caller_identity()
    assert "ExpiredToken" == caught.value.response["Error"]["Code"]


@pytest.mark.parametrize(
    ("longest", "seconds", "refused"),
    [(3600, 3600, False), (3600, 3601, True), (7200, 7200, False), (7200, 7201, True)],
    ids=["an hour unless declared", "more than an hour", "two hours declared", "more than two hours"],
)
def test_a_session_lasts_no_longer_than_the_role_declares(app: Application, longest: int, seconds: int, refused: bool) -> None:
    roles.declare(app.store, [Role(ROLE, (HUB,), max_session_seconds=longest)])
    if not refused:
        assert assume(app, DurationSeconds=seconds)
        return
    with pytest.raises(ClientError, match="exceeds the MaxSessionDuration set for this role") as caught:
        assume(app, DurationSeconds=seconds)
    assert "ValidationError" == caught.value.response["Error"]["Code"]


def test_a_session_assumed_from_a_session_lasts_an_hour_at_most(app: Application) -> None:
    first = client_with_key(app, "sts", assume(app)["Credentials"])
    back = {"RoleArn": f"arn:aws:iam::{HUB}:role/back", "RoleSessionName": "chained"}
    assert first.assume_role(**back, DurationSeconds=3600)
    with pytest.raises(ClientError, match="1 hour session limit for roles assumed by role chaining"):
        first.assume_role(**back, DurationSeconds=3601)


def test_a_chain_of_roles_needs_the_trust_of_each_link(app: Application) -> None:
    third = "arn:aws:iam::333344445555:role/third"
    roles.declare(app.store, [Role(third, (SPOKE,))])
    assert (403, "AccessDenied") == refusal(app, role=third)
    first = client_with_key(app, "sts", assume(app)["Credentials"])
    assert first.assume_role(RoleArn=third, RoleSessionName="chained")


@pytest.mark.parametrize("token", [None, "another"])
def test_a_key_needs_its_own_session_token(app: Application, token: str | None) -> None:
    key = {**assume(app)["Credentials"], "SessionToken": token}
    with pytest.raises(ClientError) as caught:
        client_with_key(app, "sts", key).get_caller_identity()
    assert "InvalidClientTokenId" == caught.value.response["Error"]["Code"]


def test_keys_survive_a_restart() -> None:
    store = Store()
    key = assume(Application(store=store))["Credentials"]
    assert SPOKE == client_with_key(Application(store=store), "sts", key).get_caller_identity()["Account"]


def test_a_declared_role_is_given_to_accounts_it_trusts(app: Application) -> None:
    roles.declare(app.store, [Role(ROLE, (HUB,))])
    assert SPOKE in assume(app)["AssumedRoleUser"]["Arn"]


def test_a_role_is_refused_to_accounts_it_does_not_trust(app: Application) -> None:
    roles.declare(app.store, [Role(ROLE, ("333344445555",))])
    assert (403, "AccessDenied") == refusal(app)


@pytest.mark.parametrize(("external_id", "given"), [("secret", {}), ("secret", {"ExternalId": "guess"})])
def test_a_role_is_refused_without_its_external_id(app: Application, external_id: str, given: dict[str, str]) -> None:
    roles.declare(app.store, [Role(ROLE, (HUB,), external_id)])
    assert (403, "AccessDenied") == refusal(app, **given)
    assert assume(app, ExternalId=external_id)


def test_an_account_with_declared_roles_has_no_others(app: Application) -> None:
    roles.declare(app.store, [Role(ROLE, (HUB,))])
    assert (403, "AccessDenied") == refusal(app, role=f"arn:aws:iam::{SPOKE}:role/other")
    assert assume(app, role="arn:aws:iam::333344445555:role/other")


def test_declaring_roles_replaces_the_old_ones(app: Application) -> None:
    roles.declare(app.store, [Role(ROLE, (HUB,))])
    roles.declare(app.store, [])
    assert () == roles.declared(app.store)


def test_an_unknown_action_is_invalid(app: Application) -> None:
    response = app(Request("POST", "/", "", signed(service="sts"), b"Action=MakeCoffee&Version=2011-06-15"))
    assert 404 == response.status
    assert b"<Code>InvalidAction</Code>" in response.body


def test_a_duration_that_is_no_number_is_malformed(app: Application) -> None:
    body = f"Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=name&DurationSeconds=long".encode()
    response = app(Request("POST", "/", "", signed(service="sts"), body))
    assert 400 == response.status
    assert b"<Code>MalformedInput</Code>" in response.body


def test_what_a_caller_wrote_is_escaped_in_the_answer(app: Application) -> None:
    body = b"Action=AssumeRole&RoleArn=%3Cscript%3E" + b"x" * 20 + b"&RoleSessionName=name"
    response = app(Request("POST", "/", "", signed(service="sts"), body))
    assert b"&lt;script&gt;" in response.body
