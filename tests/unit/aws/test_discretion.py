"""No error text holds a credential, whatever the SDK or the service puts into theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import LocationParseError

from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.aws.failures import Call, Sending, translate
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.errors import GovernanceError, Unreachable
from cleanrooms_governance.model import AccountId
from tests.unit.aws.world import CREATOR, REGION, STACK, FakeTime, World, access

HUSH = "hushHush0canary"
URL = f"https://joe:{HUSH}@proxy.example.com:8080/x"
SIGNED = (
    "The request signature we calculated does not match the signature you provided. The Canonical String for this request"
    f" should have been 'POST\n/\n\nhost:sts.amazonaws.com\nx-amz-security-token:{HUSH}\n\nhost'"
)


def answer(status: int, code: str, message: str) -> ClientError:
    """An error answer with these words."""
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, "AssumeRole"
    )


ERRORS = {
    "no connection": exceptions.EndpointConnectionError(endpoint_url=URL),
    "no connection in time": exceptions.ConnectTimeoutError(endpoint_url=URL),
    "no answer in time": exceptions.ReadTimeoutError(endpoint_url=URL),
    "a connection closed": exceptions.ConnectionClosedError(endpoint_url=URL),
    "a certificate": exceptions.SSLError(endpoint_url=URL, error=ValueError(f"bad certificate of {URL}")),
    "a proxy": exceptions.ProxyConnectionError(proxy_url=URL),
    "a proxy that is no URL": exceptions.HTTPClientError(error=LocationParseError(f"joe:{HUSH}")),
    "a program for credentials": exceptions.CredentialRetrievalError(provider="custom-process", error_msg=f"got {HUSH}"),
    "an endpoint of the configuration": exceptions.EndpointProviderError(msg=f"Invalid endpoint: {URL}"),
    "half an answer with credentials": ResponseParserError(f"no XML:\nb'<SecretAccessKey>{HUSH}</SecretAcc'"),
    "half an answer of any kind": ResponseParserError(f"no XML:\nb'<NewSecret>{HUSH}</NewSecr'"),
    "a signature that does not match": answer(403, "SignatureDoesNotMatch", SIGNED),
    "a signature that is cut": answer(
        403, "IncompleteSignature", f"not a valid key=value pair in Authorization header: 'Credential={HUSH}, Signature={HUSH}'"
    ),
    "a presigned URL": answer(500, "InternalFailure", f"GET https://s3/x?X-Amz-Security-Token={HUSH}&X-Amz-Signature={HUSH}"),
    "an unknown refusal": answer(400, "Odd", f"cannot use {URL}"),
}


@pytest.mark.parametrize("sending", Sending, ids=lambda sending: sending.name)
@pytest.mark.parametrize("error", ERRORS.values(), ids=list(ERRORS))
def test_an_error_of_the_sdk_or_the_service_is_told_without_its_secrets(error: Exception, sending: Sending) -> None:
    said = str(translate(error, Call("AssumeRole", CREATOR, REGION, sending), lambda: (REGION,)))
    assert f"account {CREATOR}" in said
    assert HUSH not in said


@pytest.mark.parametrize(
    "url",
    [
        f"http://joe:{HUSH}/x@127.0.0.1:1",
        f"http://joe:{HUSH}#x@127.0.0.1:1",
        f"ht!tp://joe:{HUSH}@127.0.0.1:1",
        f"http://joe:{HUSH}@[::1:1",
        f"joe:{HUSH}@127.0.0.1:1",
    ],
)
def test_an_endpoint_that_is_no_url_is_not_repeated(url: str, time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    with pytest.raises(Unreachable, match="the endpoint that is configured is no URL") as failed:
        AwsAccounts(STACK, pace=time.pace())(access(CREATOR), REGION).collaborations()
    assert HUSH not in str(failed.value)


def test_half_of_the_credentials_of_a_role_are_in_no_message(world: World) -> None:
    world.fail(operation="AssumeRole", kind="truncate")
    with pytest.raises(GovernanceError, match="the answer cannot be read") as failed:
        world.of(CREATOR).collaborations()
    assert "AccessKey" not in str(failed.value)


def test_what_a_program_for_credentials_prints_is_in_no_message(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = f"sh -c 'echo {HUSH} >&2; exit 1'"
    (tmp_path / "config").write_text(f"[profile retail]\ncredential_process = {program}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    profile = Credentials(profile="retail")
    with pytest.raises(GovernanceError, match="credential_process has failed") as failed:
        world.accounts(Access(AccountId(CREATOR), profile, profile), REGION).collaborations()
    assert HUSH not in str(failed.value)


def test_an_external_id_is_not_in_what_is_printed_of_its_credentials() -> None:
    assert HUSH not in repr(Access(CREATOR, Credentials(role="r", external_id=HUSH), None))
