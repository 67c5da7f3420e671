"""The stack file as a whole: what is legal, everything wrong at once, and configuration that is none."""

import json

import pytest

from cleanrooms_governance.errors import Finding
from cleanrooms_governance.settings.places import in_order
from tests.unit.settings.edits import ANOTHER, OURS, SHOWN, Edit, both, drop, edited, put
from tests.unit.settings.stacks import (
    BANK,
    INSURER,
    MEDIA,
    NOWHERE,
    OTHER_ID,
    RETAILER,
    a_stack,
    engine_config,
    findings_in,
    findings_of,
    load_stack,
)

LEGAL: dict[str, Edit] = {
    "unknown-ability-well-formed": put(f"{OURS} members {BANK} abilities", ["CAN_SHARE_SEGMENTS"]),
    "lists-that-are-empty": put(f"{OURS} autoApprove", []),
    "removed-nobody": put(f"{OURS} removed", []),
    "removed-and-gone-from-the-members": put(f"{OURS} removed", ["777788889999"]),
    "limits": put(f"{OURS} limits", {"removals": 0, "removalShare": 1}),
    "description-empty": put(f"{OURS} description", ""),
    "creator-only-read": put(f"accounts {RETAILER}", {"name": "Retailer", "read": {"profile": "retailer"}}),
    "sovereign-region": put("memberships foreign region", "eusc-de-east-1"),
    "government-role": put(f"accounts {RETAILER}", {"name": "R", "role": f"arn:aws-us-gov:iam::{RETAILER}:role/governance"}),
    "no-display-names-when-adopted": both(
        put(f"{OURS} id", OTHER_ID),
        put(f"{OURS} members {INSURER}", {"abilities": []}),
    ),
    "same-name-with-an-id-each": both(
        put(f"{OURS} id", OTHER_ID),
        put("collaborations another", {**ANOTHER, "name": "retail-media", "id": OTHER_ID.replace("4", "5")}),
    ),
    "same-name-in-another-region": put("collaborations another", {**ANOTHER, "name": "retail-media", "region": "eu-west-2"}),
    "own-membership-with-its-region": put("memberships media region", "eu-west-1"),
    "own-membership-with-its-creator": put("memberships media expects", {"creator": RETAILER}),
    "receiver-that-is-only-looked-at": both(
        put(f"{OURS} members {MEDIA} abilities", ["CAN_RECEIVE_RESULTS"]),
        drop(f"accounts {MEDIA} write"),
    ),
    "receiver-that-queries": put(f"{OURS} members {RETAILER} abilities", ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]),
    "audit": put("audit", {"file": "audit/retail.jsonl"}),
    "on-waiting": put("onWaiting", "report"),
    "fail-on-waiting": put("onWaiting", "fail"),
    "member-for-a-time": put(f"{OURS} members {BANK}", {"abilities": [], "until": "2027-03-31", "why": "contract 77"}),
    "times-and-pauses": both(put(f"{OURS} deadline", 14), put(f"{OURS} untilNotice", 0), put(f"{OURS} paused", False)),
    "unmanaged-reported": put(f"{OURS} unmanaged", "report"),
    "requests-to-cancel": put(f"{OURS} cancelRequests", [OTHER_ID]),
    "nothing-included": put("include", []),
}


@pytest.mark.parametrize("edit", LEGAL.values(), ids=LEGAL)
def test_what_is_legal_is_not_refused(edit: Edit) -> None:
    assert "retail-media" in load_stack(edited(edit)).collaborations


def test_all_findings_come_at_once_and_in_order() -> None:
    stack = edited(
        put("accounts 111122223333 externalId", "a1"),
        put(f"{OURS} creator", int(MEDIA)),
        put(f"{OURS} regoin", "eu-west-1"),
        put(f"{OURS} members {BANK} abilities", ["CAN_QUERY"]),
        put(f"{OURS} limits", {"removals": -1}),
        put("memberships media account", BANK),
        put("memberships media changeRequests", {"deny": [{}, 7, {}]}),
        put("memberships zoo", {"collaboration": "zoo"}),
        put("onWaiting", "stop"),
        put("include", ["/etc/*"]),
    )
    assert [
        "cleanrooms:accounts.111122223333.externalId",
        f"{SHOWN}.creator",
        f"{SHOWN}.limits.removals",
        f"{SHOWN}.members",
        f"{SHOWN}.regoin",
        "cleanrooms:include[0]",
        "cleanrooms:memberships.media.account",
        "cleanrooms:memberships.media.changeRequests.deny[0]",
        "cleanrooms:memberships.media.changeRequests.deny[1]",
        "cleanrooms:memberships.media.changeRequests.deny[2]",
        "cleanrooms:memberships.zoo.account",
        "cleanrooms:onWaiting",
    ] == [finding.split(": ")[0] for finding in findings_in(stack)]


def test_nothing_is_called_missing_that_is_only_misspelled() -> None:
    stack = edited(
        put(f"{OURS} members {INSURER}", {"dispayName": "Insurer", "abilities": []}),
        put("accounts 222233334444", {"profil": "media", "name": "Media"}),
    )
    assert [
        "cleanrooms:accounts.222233334444.profil: unknown key: did you mean `profile`?",
        f"{SHOWN}.members.{INSURER}.dispayName: unknown key: did you mean `displayName`?",
    ] == findings_in(stack)


def test_a_mapping_that_is_not_whole_still_has_its_other_findings() -> None:
    stack = edited(put("memberships media defaultJobResultConfiguration", {"roleArn": False}))
    place = "cleanrooms:memberships.media.defaultJobResultConfiguration"
    assert [
        f'{place}.roleArn: false is no text: quote it, "false"',
        f"{place}.s3: is missing: give bucket, and where in it",
    ] == findings_in(stack)


def test_findings_are_ordered_by_the_value_of_their_numbers() -> None:
    findings = [Finding(path, "x") for path in ("a[10]", "a[9]", "b.yaml:12", "b.yaml:7", "a[9]")]
    assert ["a[9]", "a[10]", "b.yaml:7", "b.yaml:12"] == [finding.path for finding in in_order(findings)]


def test_other_namespaces_are_none_of_our_business() -> None:
    config = {**engine_config({"onWaiting": "stop"}), "aws:region": "x", "cleanroomsother:key": "{"}
    assert ["cleanrooms:onWaiting: 'stop' is not possible: write report or fail"] == findings_of(config)


def test_a_configuration_that_is_too_large_is_refused_with_the_way_out() -> None:
    stack = a_stack()
    collaboration = stack["collaborations"]["retail-media"]
    for number in range(300):
        stack["collaborations"][f"c{number}"] = collaboration | {"description": "x" * 200}
    size = sum(len(key + text) for key, text in engine_config(stack).items())
    assert [
        f"cleanrooms: the stack file holds {size / 1000:.0f} KB of configuration, and the engine can hand over about 90 KB:"
        " move collaborations and memberships into files of the project folder and name them in cleanrooms:include, such as"
        ' ["collaborations/*.yaml"]'
    ] == findings_in(stack)


@pytest.mark.parametrize("text", ["", "{", "[" * 10_000, "null", "1e999", '"x"'], ids=lambda text: text[:5] or "empty")
def test_a_section_that_is_no_mapping_is_a_finding_and_never_a_crash(text: str) -> None:
    findings = findings_of({**engine_config(a_stack()), "cleanrooms:memberships": text}, NOWHERE)
    assert ["cleanrooms:memberships: must be a mapping of keys to values"] == [each.split(",")[0] for each in findings]


def test_no_configuration_at_all_is_an_empty_stack() -> None:
    stack_file = load_stack({})
    assert 0 == len(stack_file.accounts) + len(stack_file.collaborations) + len(stack_file.memberships)


def test_the_valid_stack_of_these_tests_is_valid() -> None:
    assert json.dumps(a_stack())
    assert ["foreign", "media"] == list(load_stack(a_stack()).memberships)
