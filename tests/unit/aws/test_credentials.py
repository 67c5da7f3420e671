import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.callers import roles
from cleanrooms_emulator.callers.roles import Role
from cleanrooms_emulator.transport.in_process import connect
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.aws.credentials import role_session_name
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.errors import CredentialsRefused, NoCredentials, Refused, ServiceFailure, Throttled, Unreachable
from cleanrooms_governance.model import AccountId, MemberChange
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
    role,
)

ENVIRONMENT = Credentials(environment=True)
ADDITION = MemberChange(NEWCOMER, frozenset(), "Newcomer")
NEARLY_AN_HOUR = 3300
"""Role credentials last an hour; issued so long ago, the SDK renews them at every call."""
READ_ONLY_ENVIRONMENT = Access(AccountId(ENVIRONMENT_ACCOUNT), ENVIRONMENT, None)


def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    file = tmp_path / "config"
    file.write_text(text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))


def principals(world: World) -> set[str]:
    return {str(entry.principal) for entry in world.app.journal.entries(service="cleanrooms")}


def test_the_environment_gives_its_own_account(world: World) -> None:
    world.accounts(READ_ONLY_ENVIRONMENT, REGION).memberships()

    assert {f"arn:aws:iam::{ENVIRONMENT_ACCOUNT}:root"} == principals(world)


def test_a_role_is_assumed_under_a_name_that_tells_the_stack(world: World) -> None:
    world.of(CREATOR).memberships()

    assert {f"arn:aws:sts::{CREATOR}:assumed-role/governance/crgov-acme-prod"} == principals(world)


def test_a_profile_goes_before_the_keys_of_the_environment(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles(tmp_path, monkeypatch, f"[profile bank]\naws_access_key_id = {PARTNER}\naws_secret_access_key = unverified\n")
    bank = Credentials(profile="bank")
    world.accounts(Access(PARTNER, bank, bank), REGION).memberships()

    assert {f"arn:aws:iam::{PARTNER}:root"} == principals(world)


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ("acme/prod", "crgov-acme-prod"),
        ("acme/prod eu (1)", "crgov-acme-prod-eu--1-"),
        ("données/prod", "crgov-donn-es-prod"),
        ("a" * 100, "crgov-" + "a" * 58),
    ],
    ids=["plain", "spaces and brackets", "beyond ASCII", "too long"],
)
def test_a_role_session_name_has_only_what_sts_allows(stack: str, expected: str) -> None:
    name = role_session_name(stack)

    assert (expected, True) == (name, re.fullmatch(r"[A-Za-z0-9_+=,.@-]{2,64}", name) is not None)


def test_credentials_of_another_account_are_refused_before_any_other_call(world: World) -> None:
    wrong = Access(CREATOR, role(PARTNER), None)
    with pytest.raises(CredentialsRefused) as refused:
        world.accounts(wrong, REGION).memberships()

    assert ["AssumeRole", "GetCallerIdentity"] == world.called(service=None)
    assert (
        f"accounts.{CREATOR}.read: role arn:aws:iam::{PARTNER}:role/governance would act as account {PARTNER}, but this entry "
        f"is for account {CREATOR}; nothing else was called. Give {CREATOR} credentials of its own."
    ) == str(refused.value)


def test_writing_credentials_are_checked_apart_from_the_reading_ones(world: World) -> None:
    half_wrong = Access(CREATOR, role(CREATOR, "reader"), role(PARTNER))
    account = world.accounts(half_wrong, REGION)
    account.memberships()
    with pytest.raises(CredentialsRefused, match=rf"^accounts\.{CREATOR}\.write: "):
        account.tag(f"arn:aws:cleanrooms:{REGION}:{CREATOR}:collaboration/none", {"a": "b"})

    assert "TagResource" not in world.called()


def test_reading_never_uses_the_writing_role(world: World) -> None:
    account = world.accounts(Access(CREATOR, role(CREATOR, "reader"), role(CREATOR, "writer")), REGION)
    account.memberships()
    account.collaborations()

    assert {f"arn:aws:sts::{CREATOR}:assumed-role/reader/crgov-acme-prod"} == principals(world)


def test_every_write_uses_the_writing_role(world: World) -> None:
    account = world.accounts(Access(CREATOR, role(CREATOR, "reader"), role(CREATOR, "writer")), REGION)
    id = account.create_collaboration(collaboration(), {})
    account.tag(f"arn:aws:cleanrooms:{REGION}:{CREATOR}:collaboration/{id}", {"a": "b"})

    assert {f"arn:aws:sts::{CREATOR}:assumed-role/writer/crgov-acme-prod"} == principals(world)


def test_a_write_without_writing_credentials_is_refused_without_a_call(world: World) -> None:
    account = world.accounts(Access(CREATOR, role(CREATOR), None), REGION)
    with pytest.raises(Refused, match=rf"accounts\.{CREATOR} has no `write`"):
        account.untag(f"arn:aws:cleanrooms:{REGION}:{CREATOR}:collaboration/none", ["a"])

    assert [] == world.called(service=None)


def test_opening_an_account_calls_nothing(world: World) -> None:
    world.of(CREATOR)

    assert [] == world.called(service=None)


def test_an_account_is_opened_once_for_a_region(world: World) -> None:
    assert world.of(CREATOR) is world.of(CREATOR)
    assert world.of(CREATOR) is not world.accounts(access(CREATOR), "us-east-1")


def test_credentials_are_checked_once_for_all_regions_and_threads(world: World) -> None:
    regions = ["eu-west-1", "us-east-1"] * 4
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda region: world.accounts(access(CREATOR), region).memberships(), regions))

    assert ["AssumeRole", "GetCallerIdentity"] == world.called(service="sts")


def test_an_external_id_is_given_to_the_role_that_asks_for_it(world: World) -> None:
    asked = role(CREATOR, external_id="acme-7")
    roles.declare(world.app.store, [Role(str(asked.role), (ENVIRONMENT_ACCOUNT,), "acme-7")])

    assert () == world.accounts(Access(CREATOR, asked, None), REGION).memberships()


def test_a_role_that_cannot_be_assumed_says_what_to_check(world: World) -> None:
    roles.declare(world.app.store, [Role(f"arn:aws:iam::{CREATOR}:role/governance", (PARTNER,))])
    with pytest.raises(CredentialsRefused) as refused:
        world.of(CREATOR).memberships()

    assert (
        f"accounts.{CREATOR}: role arn:aws:iam::{CREATOR}:role/governance cannot be used ({refused.value.code}). Check that "
        "the role exists, that its trust policy lets in the credentials of the environment, and that these may call "
        "sts:AssumeRole on it."
    ) == str(refused.value)


def test_what_is_no_role_arn_is_refused_as_credentials(world: World) -> None:
    wrong = Credentials(role="arn:aws:iam::111122223333:user/somebody")
    with pytest.raises(CredentialsRefused, match=r"^accounts\.111122223333\.read: role arn:.* cannot be used"):
        world.accounts(Access(CREATOR, wrong, None), REGION).memberships()


NONE_FOUND = "no AWS credentials were found, neither in the environment nor in shared files nor from this machine"


def test_an_environment_without_credentials_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(NoCredentials, match=rf"^accounts\.{ENVIRONMENT_ACCOUNT}\.read: {NONE_FOUND}\. Sign in"):
        world.accounts(READ_ONLY_ENVIRONMENT, REGION).memberships()


def test_a_role_without_credentials_to_assume_it_with_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(NoCredentials, match=rf"^accounts\.{CREATOR}: {NONE_FOUND}"):
        world.of(CREATOR).memberships()

    assert [] == world.called(service=None)


def test_a_search_that_found_nothing_is_made_once_for_all_accounts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(NoCredentials):
        world.of(CREATOR).memberships()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ENVIRONMENT_ACCOUNT)
    with pytest.raises(NoCredentials):
        world.of(PARTNER).memberships()


def test_a_profile_is_none_at_all_where_this_machine_has_no_profiles(world: World) -> None:
    expected = rf"^accounts\.{CREATOR}\.read: profile bank was not found: this machine has no AWS profiles at all\. Sign in"
    with pytest.raises(NoCredentials, match=expected):
        world.accounts(Access(CREATOR, Credentials(profile="bank"), None), REGION).memberships()


@pytest.mark.parametrize(
    ("environment", "file", "credentials"),
    [
        ({"AWS_ACCESS_KEY_ID": "nobodys-key"}, "", ENVIRONMENT),
        ({"AWS_ACCESS_KEY_ID": "half", "AWS_SECRET_ACCESS_KEY": ""}, "", ENVIRONMENT),
        ({}, "[profile other]\n", Credentials(profile="bank")),
        ({}, "[profile bank]\nregion = eu-west-1\n", Credentials(profile="bank")),
        ({}, "[profile bank]\naws_access_key_id = half\n", Credentials(profile="bank")),
        ({"AWS_PROFILE": "nobody"}, "[profile other]\n", ENVIRONMENT),
    ],
    ids=["unknown key", "half a key", "another profile", "a profile without keys", "half a profile", "AWS_PROFILE"],
)
def test_credentials_that_are_wrong_are_not_credentials_that_are_missing(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    file: str,
    credentials: Credentials,
) -> None:
    profiles(tmp_path, monkeypatch, file)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CredentialsRefused) as refused:
        world.accounts(Access(AccountId(ENVIRONMENT_ACCOUNT), credentials, None), REGION).memberships()

    assert CredentialsRefused is type(refused.value), str(refused.value)


def test_a_missing_profile_is_named(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles(tmp_path, monkeypatch, "[profile somebody]\n")
    nobody = Credentials(profile="nobody")
    with pytest.raises(CredentialsRefused, match=rf"^accounts\.{CREATOR}\.read: profile nobody gives no access"):
        world.accounts(Access(CREATOR, nobody, None), REGION).memberships()


def test_an_unreadable_configuration_file_is_refused_as_credentials(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles(tmp_path, monkeypatch, "[profile bank\n")
    with pytest.raises(CredentialsRefused, match="Unable to parse config file"):
        world.accounts(Access(CREATOR, Credentials(profile="bank"), None), REGION).memberships()


def test_keys_that_aws_does_not_know_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobodys-key")
    with pytest.raises(CredentialsRefused, match="credentials that AWS refuses"):
        world.accounts(READ_ONLY_ENVIRONMENT, REGION).memberships()


def test_credentials_that_expire_during_a_run_are_refused_even_for_a_write(world: World) -> None:
    id = world.create(RECEIVER)
    world.app.clock.advance(2 * 3600)
    with pytest.raises(CredentialsRefused, match="expired"):
        world.of(CREATOR).create_change_request(id, [ADDITION])


def test_a_role_session_that_is_over_when_it_is_issued_points_to_the_clock_of_this_machine(world: World) -> None:
    world.app.clock.set(world.app.clock.now() - 2 * 3600)
    with pytest.raises(CredentialsRefused, match=rf"^accounts\.{CREATOR}: the session of role .* Set the clock right"):
        world.of(CREATOR).memberships()


def test_a_role_is_assumed_again_before_its_credentials_expire(world: World) -> None:
    world.app.clock.set(world.app.clock.now() - NEARLY_AN_HOUR)
    world.of(CREATOR).memberships()
    assumed = world.called(service="sts").count("AssumeRole")
    world.of(CREATOR).memberships()

    assert assumed < world.called(service="sts").count("AssumeRole")


def test_a_role_that_is_lost_during_a_run_is_refused_as_credentials_and_the_write_not_sent(world: World) -> None:
    world.app.clock.set(world.app.clock.now() - NEARLY_AN_HOUR)
    id = world.create(RECEIVER)
    roles.declare(world.app.store, [Role(f"arn:aws:iam::{CREATOR}:role/governance", (PARTNER,))])
    with pytest.raises(CredentialsRefused, match=rf"^accounts\.{CREATOR}: role .* cannot be used"):
        world.of(CREATOR).create_change_request(id, [ADDITION])

    assert ["CreateCollaboration"] == world.called()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("internal", ServiceFailure), ("throttle", Throttled), ("dropBefore", Unreachable)],
    ids=["500", "429", "closed connection"],
)
def test_an_sts_that_cannot_be_asked_is_not_a_refusal(world: World, fault: str, expected: type[Exception]) -> None:
    world.fail(kind=fault, service="sts")
    with pytest.raises(expected):
        world.of(CREATOR).memberships()


def test_a_check_that_failed_is_made_again(world: World) -> None:
    world.fail(kind="internal", service="sts", times=4)
    with pytest.raises(ServiceFailure):
        world.of(CREATOR).memberships()

    assert () == world.of(CREATOR).memberships()


def test_a_misspelt_region_is_found_at_the_check(time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://aws.invalid")
    accounts = AwsAccounts(STACK, pace=time.pace())
    with pytest.raises(Unreachable, match=r"GetCallerIdentity: .* Did you mean eu-west-1\?"):
        accounts(READ_ONLY_ENVIRONMENT, "eu-wst-1").memberships()


def test_every_client_is_handed_over_before_its_first_call(world: World, time: FakeTime) -> None:
    services = []

    def note(client: Any) -> None:
        services.append(client.meta.service_model.service_name)
        connect(world.app, client)

    AwsAccounts(STACK, note, pace=time.pace())(access(CREATOR), REGION).memberships()

    assert ["sts", "sts", "cleanrooms"] == services


def test_the_tool_names_itself_to_aws(world: World, time: FakeTime) -> None:
    agents = []

    def note(client: Any) -> None:
        connect(world.app, client)
        events = client.meta.events
        events.register_first("before-send", lambda request, **_: agents.append(request.headers["User-Agent"]))

    AwsAccounts(STACK, note, pace=time.pace())(READ_ONLY_ENVIRONMENT, REGION).memberships()

    assert [True, True] == [b"cleanrooms-governance" in agent for agent in agents]
