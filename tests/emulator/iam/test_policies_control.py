from __future__ import annotations

import json
from typing import Any

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.control.client import ControlRefused, EmulatorControl
from cleanrooms_emulator.iam import principals
from cleanrooms_emulator.iam.principals import PrincipalPolicies
from tests.emulator.iam.policies import allow, denied, role_arn, session
from tests.emulator.raw import send

ROLE = role_arn("111122223333")


def put(app: Application, content: Any) -> tuple[int, Any]:
    response, answer = send(app, "PUT", "/_emulator/policies", json.dumps(content).encode(), headers={})
    return response.status, answer


def test_policies_are_declared_over_the_control_routes_and_read_back(app: Application, url: str) -> None:
    control = EmulatorControl(url)
    control.declare_policies([PrincipalPolicies(ROLE, (allow("cleanrooms:ListMemberships"),))])

    _, answer = send(app, "GET", "/_emulator/policies", headers={})
    assert {"policies": [{"principal": ROLE, "documents": [allow("cleanrooms:ListMemberships")]}]} == answer
    role = session(app, ROLE)
    assert role.list_memberships()
    denied(role.list_collaborations)

    control.declare_policies([])
    assert role.list_collaborations()


def test_the_control_client_tells_which_policy_is_no_good(url: str) -> None:
    bad = PrincipalPolicies(ROLE, ())
    object.__setattr__(bad, "documents", ({"Statement": [{"Effect": "Allow", "Action": "x", "Resource": "*"}]},))
    with pytest.raises(ControlRefused, match=r"policies\[1\]: documents\[1\] of .*: Statement\[1\].Action: 'x' is neither"):
        EmulatorControl(url).declare_policies([bad])


def test_declaring_replaces_what_was_declared(app: Application) -> None:
    principals.declare(app.store, [PrincipalPolicies(ROLE, ())])
    other = PrincipalPolicies(role_arn("222233334444"), (allow("*"),))
    principals.declare(app.store, [other])
    assert (other,) == principals.declared(app.store)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, 'takes {"policies": [...]}'),
        ({"policies": [7]}, "policies[1]: the policies of a principal must be an object"),
        (
            {"policies": [{"principal": ROLE}]},
            "policies[1]: the policies of a principal are a principal and a list",
        ),
        ({"policies": [{"principal": ROLE, "documents": {}}]}, "are a principal and a list of documents, and nothing else"),
        (
            {"policies": [{"principal": 7, "documents": []}]},
            "policies[1]: principal must be a string",
        ),
        (
            {"policies": [{"principal": "arn:aws:sts::111122223333:assumed-role/x/y", "documents": []}]},
            "principal: 'arn:aws:sts::111122223333:assumed-role/x/y' is not the ARN of a role",
        ),
        ({"policies": [{"principal": ROLE, "documents": []}] * 2}, f"{ROLE} is there twice"),
        (
            {"policies": [{"principal": ROLE, "documents": [allow("*"), {"Statement": []}]}]},
            f"policies[1]: documents[2] of {ROLE}: Statement must be a statement or a list",
        ),
    ],
)
def test_what_is_no_good_is_refused_with_its_place_and_changes_nothing(app: Application, content: Any, message: str) -> None:
    before = app.snapshot()
    status, answer = put(app, content)
    assert 400 == status
    assert message in answer["message"]
    assert before == app.snapshot()


def test_a_snapshot_with_a_policy_that_is_no_good_is_refused(app: Application) -> None:
    principals.declare(app.store, [PrincipalPolicies(ROLE, (allow("*"),))])
    snapshot = app.snapshot()
    snapshot["documents"]["_policies"][ROLE]["documents"] = [{}]
    with pytest.raises(ValueError, match="Statement must be a statement"):
        app.restore(snapshot)
    assert app.snapshot()["documents"]["_policies"][ROLE]["documents"] == [allow("*")]
