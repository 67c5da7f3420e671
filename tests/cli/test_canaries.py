"""Nothing that a command says to people or to programs holds a credential, whatever is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.transport.server_thread import serve_in_thread
from tests.canaries import EXTERNAL_ID, PLANTED, PROFILE_SECRET, Issuing, environment, leaked, with_password
from tests.cli.runner import CREATOR, MEDIA, STACK, Ran, World, crgov, grant, project, role

AUDIT = "audit/canaries.jsonl"
MEMBERSHIPS = f"""  cleanrooms:memberships:
    media: {{account: "{MEDIA}", collaboration: retail-media}}
"""
HELD = STACK.replace(f'role: "{role(MEDIA)}"', f'role: "{role(MEDIA)}", externalId: {EXTERNAL_ID}')
AUDITED = f"{HELD}{MEMBERSHIPS}  cleanrooms:audit: {{file: {AUDIT}}}\n"

TROUBLE: dict[str, tuple[FaultRule | None, tuple[str, ...]]] = {
    "nothing": (None, ("requests", "list")),
    "half of the issued credentials": (FaultRule(operation="AssumeRole", kind=FaultKind.TRUNCATE), ("leave", "media")),
    "a closed connection": (FaultRule(service="sts", kind=FaultKind.DROP_BEFORE), ("invitations",)),
    "half of an answer": (
        FaultRule(service="cleanrooms", kind=FaultKind.TRUNCATE),
        ("delete-collaboration", "retail-media"),
    ),
    "a call that is denied": (
        FaultRule(service="cleanrooms", kind=FaultKind.ERROR, code="AccessDeniedException"),
        ("ask", MEDIA),
    ),
    "credentials that have expired": (FaultRule(kind=FaultKind.ERROR, code="ExpiredTokenException"), ("requests", "list")),
}
"""What goes wrong, and a command that meets it."""


@pytest.fixture
def issuing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuing]:
    """A service that remembers what it issued, and an environment and a machine full of secrets."""
    app = Issuing("canaries")
    (tmp_path / "credentials").write_text(
        f"[retailer]\naws_access_key_id = {CREATOR}\naws_secret_access_key = {PROFILE_SECRET}\n"
    )
    project(tmp_path, AUDITED)
    monkeypatch.chdir(tmp_path)
    with serve_in_thread(app) as url:
        for name, value in environment(url).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", CREATOR)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
        monkeypatch.setenv("CLEANROOMS_DEBUG", "1")
        yield app


def said(ran: Ran) -> dict[str, str]:
    """What a command said, and where."""
    return {"the output": ran.out, "the error output": ran.err}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_no_credential_is_in_anything_that_a_command_says(trouble: str, issuing: Issuing) -> None:
    world = World(issuing)
    world.file(world.create(), grant())
    rule, command = TROUBLE[trouble]
    if rule:
        issuing.faults.set([rule])
    ran = crgov(*command, "--stack", "retailer", "--json")
    assert (1 if rule else 3) == ran.code
    assert [] == leaked(said(ran), {**PLANTED, **issuing.issued, "the external id": EXTERNAL_ID})


@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("form", [HELD, json.dumps(YAML(typ="safe").load(HELD))], ids=["lines", "one line"])
def test_no_external_id_is_in_what_is_dumped_and_adopted(
    form: str, as_json: tuple[str, ...], issuing: Issuing, tmp_path: Path
) -> None:
    project(tmp_path, form)
    id = World(issuing).create("Other")
    for command in (("dump",), ("adopt", id), ("validate",)):
        ran = crgov(*command, "--stack", "retailer", *as_json)
        assert ran.code in (0, 2), ran.err
        assert [] == leaked(said(ran), {**PLANTED, **issuing.issued, "the external id": EXTERNAL_ID})


def test_a_file_that_is_dumped_has_the_external_id_that_it_needs(issuing: Issuing, tmp_path: Path) -> None:
    crgov("dump", "--stack", "retailer", "--region", "eu-west-1", "--output", "Pulumi.other.yaml")
    assert EXTERNAL_ID in (tmp_path / "Pulumi.other.yaml").read_text()


def test_no_credential_of_a_profile_is_in_anything_that_a_command_says(issuing: Issuing, tmp_path: Path) -> None:
    project(tmp_path, AUDITED.replace("environment: true", "profile: retailer"))
    World(issuing).create()
    assert [] == leaked(said(crgov("requests", "list", "--stack", "retailer")), {**PLANTED, **issuing.issued})


def test_no_credential_is_in_the_audit_of_a_command(issuing: Issuing, tmp_path: Path) -> None:
    world = World(issuing)
    request = world.file(world.create(), grant())
    shown = crgov("requests", "show", request, "--json", "--stack", "retailer").document["request"]
    crgov("requests", "deny", request, "--content", shown["content"], "--account", MEDIA, "--stack", "retailer")
    audit = (tmp_path / AUDIT).read_text()
    assert "UpdateCollaborationChangeRequest" in audit
    assert [] == leaked({"the audit": audit}, {**PLANTED, **issuing.issued, "the external id": EXTERNAL_ID})


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "https://127.0.0.1:1", "http://127.0.0.1:none", "no-url://"])
def test_no_password_of_an_address_is_in_what_a_command_says_of_it(
    address: str, issuing: Issuing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", with_password(address, PLANTED["the password of the endpoint"]))
    ran = crgov("requests", "list", "--stack", "retailer", "--json")
    assert "AWS_ENDPOINT_URL" in ran.out
    assert [] == leaked(said(ran), PLANTED)
