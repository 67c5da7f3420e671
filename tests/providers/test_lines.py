"""The lines that a user reads: under the right resource, harmless whatever others wrote, and no others."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.providers.conftest import Settled
from tests.providers.mini_engine import Phase, Stack
from tests.providers.provider_process import KINDS, urn_of
from tests.providers.stacks import BANK, INSURER, RECEIVES, RETAILER, governing, only_governing
from tests.providers.world import World

SALES = "collaboration sales"
HOSTILE = "Evil\u009b31m<{%fg 1%}>\u202eknaB<{<{%%}>%"
HARMLESS = "Evil31m fg 1 knaB<{  %"


@pytest.fixture(scope="module")
def phase(settled: Settled) -> Phase:
    return settled(governing({BANK: RECEIVES, INSURER: ()}, description="another one", queryLog=True)).preview()


def test_each_line_lands_under_its_resource(phase: Phase) -> None:
    urns = {line.urn for line in phase.lines}
    assert {urn_of("collaboration", SALES)} == urns
    assert any(line.startswith("plan: add member 555566667777 (Insurer)") for line in phase.said(SALES))


def test_what_cannot_be_changed_is_a_warning_and_a_plan_is_not(phase: Phase) -> None:
    severities = {line.message.split(":")[0]: line.severity for line in phase.lines}
    assert "WARNING" == severities["collaborations.sales.queryLog"]
    assert {"INFO"} == {line.severity for line in phase.lines if line.message.startswith(("plan:", "next:"))}


@pytest.fixture(scope="module")
def hostile(story_world: World) -> tuple[Stack, Phase]:
    """A collaboration in which somebody has written what a terminal or the engine would act on."""
    created = story_world.console(RETAILER).create_collaboration(
        name=HOSTILE,
        description=HOSTILE,
        creatorDisplayName=HOSTILE,
        creatorMemberAbilities=["CAN_QUERY", *RECEIVES],
        queryLogStatus="DISABLED",
        members=[
            {"accountId": BANK, "displayName": HOSTILE, "memberAbilities": []},
            {"accountId": INSURER, "displayName": HOSTILE, "memberAbilities": []},
        ],
    )
    collaboration = created["collaboration"]["id"]
    config = only_governing(id=collaboration)
    config["collaborations"]["sales"]["members"] = {
        RETAILER: {"abilities": ["CAN_QUERY", *RECEIVES]},
        BANK: {"abilities": [], "displayName": "Bank"},
    }
    config["collaborations"]["sales"] |= {"name": "Ours", "description": "Ours"}
    stack = Stack(story_world, config)
    return stack, stack.update()


def test_what_others_wrote_is_harmless_in_lines(hostile: tuple[Stack, Phase]) -> None:
    lines = [line.message for line in hostile[1].lines]
    assert any(HARMLESS in line for line in lines), lines
    assert [] == [line for line in lines if {"\u009b", "\u202e"} & set(line) or "<{%" in line or "%}>" in line]


def test_what_others_wrote_is_harmless_in_the_state(hostile: tuple[Stack, Phase]) -> None:
    stack, _ = hostile
    console, id_ = stack.world.console(RETAILER), stack.state[SALES].id
    console.update_collaboration(collaborationIdentifier=id_, name=HOSTILE, description=HOSTILE)
    refreshed = stack.refresh()[SALES].inputs
    live = stack.state[SALES].outputs["live"]
    shown = [
        live["name"],
        live["description"],
        live["members"][BANK]["displayName"],
        refreshed["name"],
        refreshed["description"],
    ]
    assert [HARMLESS] * 5 == shown


def test_libraries_print_nothing_in_a_provider_process() -> None:
    stored = KINDS["collaboration"][1]
    program = (
        "import base64, logging, pickle, warnings\n"
        f"pickle.loads(base64.b64decode({stored!r}))\n"
        "warnings.warn('old', DeprecationWarning)\n"
        "logging.getLogger('botocore.credentials').warning('found')\n"
        "logging.getLogger('somebody').error('lost')\n"
        "logging.error('at the root')\n"
    )
    ran = subprocess.run([sys.executable, "-W", "always", "-c", program], capture_output=True, text=True)
    assert (0, "", "") == (ran.returncode, ran.stdout, ran.stderr)


def test_importing_the_resources_into_a_program_keeps_its_own_warnings() -> None:
    program = "import cleanrooms_providers.resources, warnings; warnings.warn('mine')"
    ran = subprocess.run([sys.executable, "-W", "always::UserWarning", "-c", program], capture_output=True, text=True)
    assert "mine" in ran.stderr
