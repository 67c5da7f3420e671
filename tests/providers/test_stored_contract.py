"""How a state names a provider: by a constant that any later version can load."""

from __future__ import annotations

import base64
import pickle
import pickletools
import subprocess
import sys
from typing import Any

import pytest
from pulumi.dynamic import dynamic

from cleanrooms_providers.collaboration import CollaborationProvider
from cleanrooms_providers.contract import StoredByName, UnknownKind, load
from cleanrooms_providers.membership import MembershipProvider
from cleanrooms_providers.privacy_budget_template import PrivacyBudgetTemplateProvider
from cleanrooms_providers.resources import Collaboration, Membership, PrivacyBudgetTemplate
from tests.providers.provider_process import KINDS

PROVIDERS: dict[str, Any] = {
    "collaboration": CollaborationProvider,
    "membership": MembershipProvider,
    "privacybudgettemplate": PrivacyBudgetTemplateProvider,
}
RESOURCES = {
    "collaboration": Collaboration,
    "membership": Membership,
    "privacybudgettemplate": PrivacyBudgetTemplate,
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_stored_provider_is_a_constant(kind: str) -> None:
    assert KINDS[kind][1] == dynamic.serialize_provider(PROVIDERS[kind]())


PROGRAM = """
import sys
import pulumi
from cleanrooms_providers import resources

class Engine(pulumi.runtime.Mocks):
    def new_resource(self, args):
        print(args.typ, args.inputs["__provider"], "cleanrooms_governance.planning.plan_collaboration" in sys.modules)
        return "an id", args.inputs

    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Engine())
pulumi.runtime.test(lambda: getattr(resources, sys.argv[1])("sales", {}).id)()
"""


def test_a_program_stores_the_same_constant_and_loads_nothing_that_plans(kind: str) -> None:
    command = [sys.executable, "-c", PROGRAM, RESOURCES[kind].__name__]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert f"{KINDS[kind][0]} {KINDS[kind][1]} False\n" == ran.stdout, ran.stderr


def test_the_stored_provider_loads_by_name(kind: str) -> None:
    loaded = pickle.loads(base64.b64decode(KINDS[kind][1]))
    assert PROVIDERS[kind] is type(loaded)
    assert {} == vars(loaded)


def test_the_stored_provider_holds_three_names_and_nothing_else(kind: str) -> None:
    texts = [argument for _, argument, _ in pickletools.genops(base64.b64decode(KINDS[kind][1])) if isinstance(argument, str)]
    assert ["cleanrooms_providers.contract", "load", kind] == texts


def test_the_stored_provider_is_no_secret(kind: str) -> None:
    assert not PROVIDERS[kind]().serialize_as_secret_always


def test_the_type_of_a_resource_is_a_constant(kind: str) -> None:
    assert KINDS[kind][0] == f"pulumi-python:{RESOURCES[kind]._resource_type_name}"


def test_loading_a_kind_of_a_later_version_says_what_to_do() -> None:
    with pytest.raises(UnknownKind, match=r"too old for this state: it has no 'privacy-budget' resources\. Update it"):
        load("privacy-budget")


def test_every_kind_is_stored_by_name() -> None:
    assert all(issubclass(provider, StoredByName) for provider in PROVIDERS.values())
