"""Nothing that the real engine stores, prints or logs of a run holds a credential, however much it is asked to log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cleanrooms_emulator.transport.server_thread import serve_in_thread
from tests.canaries import ENDPOINT_PASSWORD, EXTERNAL_ID, PLANTED, PROFILE_SECRET, Issuing, environment, leaked, with_password
from tests.engine.stack_files import ACCOUNTS, MEDIA, RETAILER, governing
from tools.playground import Playground
from tools.pulumi.toolchain import Toolchain

pytestmark = pytest.mark.engine

AUDIT = "audit/retail.jsonl"


@pytest.fixture(scope="module")
def issuing() -> Issuing:
    return Issuing("canaries")


@pytest.fixture(scope="module")
def repository(issuing: Issuing, tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Iterator[Playground]:
    """A repository whose environment, machine and stack file are full of secrets."""
    scratch = tmp_path_factory.mktemp("canaries")
    with serve_in_thread(issuing) as url:
        logged = {"PULUMI_DEBUG_GRPC": str(scratch / "grpc.json"), "CLEANROOMS_DEBUG": "1", "NO_PROXY": "127.0.0.1"}
        made = Playground(scratch, url, RETAILER, {**environment(url), **logged})
        (scratch / "aws-credentials").write_text(
            f"[retailer]\naws_access_key_id = {RETAILER}\naws_secret_access_key = {PROFILE_SECRET}\n"
        )
        accounts = {
            **ACCOUNTS,
            RETAILER: {"name": "Retailer", "read": {"profile": "retailer"}, "write": {"environment": True}},
            MEDIA: {**ACCOUNTS[MEDIA], "externalId": EXTERNAL_ID},
        }
        made.write_stack("retail", {**governing(), "accounts": accounts, "audit": {"file": AUDIT}})
        made.init("retail")
        yield made


def test_no_credential_is_in_the_state_the_outputs_the_logs_or_the_audit(issuing: Issuing, repository: Playground) -> None:
    ended = repository.up("retail", "--skip-preview", "--logtostderr", "--logflow", "-v=9")
    secrets = {**PLANTED, **issuing.issued}
    files = [*(repository.scratch / "state").rglob("*"), repository.scratch / "grpc.json", repository.project / AUDIT]
    texts = {str(file.relative_to(repository.scratch)): file.read_text() for file in files if file.is_file()}
    assert 0 == ended.code, ended.output[-2000:]
    assert EXTERNAL_ID in texts["grpc.json"]
    assert 500 < ended.output.count("\n"), "the engine was asked to log everything"
    assert [] == leaked({**texts, "the output and the log": ended.output}, secrets)
    assert [] == leaked({"the audit": texts[f"project/{AUDIT}"]}, {"the external id": EXTERNAL_ID})


def test_no_password_of_an_address_is_in_what_the_engine_says_and_logs_of_a_failure(repository: Playground) -> None:
    address = with_password("http://127.0.0.1:1", ENDPOINT_PASSWORD)
    changed = {**repository.extra_env, "AWS_ENDPOINT_URL": address}
    ended = Playground(repository.scratch, address, RETAILER, changed).preview("retail", "--logtostderr", "--logflow", "-v=9")
    assert 0 != ended.code
    assert "could not connect" in ended.output
    texts = {"the output and the log": ended.output, "the calls": (repository.scratch / "grpc.json").read_text()}
    assert [] == leaked(texts, PLANTED)
