import json
from typing import Any

import pytest

from cleanrooms_governance.planning.changes import AddMember
from cleanrooms_governance.planning.plan import Plan, PlannedChange
from cleanrooms_governance.reviewed_plan import ReviewedPlan, ReviewedResource, UnusablePlanFile, build, parse
from tests.unit.core.builders import NEWCOMER

PLANNED = Plan("some-id", (PlannedChange(AddMember(NEWCOMER), needs_votes=True),))
KNOWN = ReviewedResource(PLANNED.document(), PLANNED.fingerprint)
RETAIL = {"collaboration sales": KNOWN, "membership bank": ReviewedResource(None, None)}
REVIEWED = ReviewedPlan({"house/retail": RETAIL, "house/failed": None}, "0a1b2c3")


def test_what_is_written_is_what_is_read() -> None:
    assert REVIEWED == parse(json.dumps(build(REVIEWED)))


def test_the_order_of_stacks_and_resources_does_not_matter() -> None:
    turned = ReviewedPlan({"house/failed": None, "house/retail": dict(reversed([*RETAIL.items()]))}, "0a1b2c3")
    assert json.dumps(build(REVIEWED)) == json.dumps(build(turned))


def test_the_same_plan_of_another_commit_has_the_same_fingerprint() -> None:
    assert REVIEWED.fingerprint == ReviewedPlan(REVIEWED.stacks, "later").fingerprint
    assert (None, None) == (REVIEWED.of_stack("house/failed"), REVIEWED.of_stack("house/unknown"))
    assert REVIEWED.of_stack("house/retail") == ReviewedPlan({"house/retail": RETAIL}).of_stack("house/retail")


def changed(path: str, value: Any) -> str:
    document = json.loads(json.dumps(build(REVIEWED)))
    at: Any = document
    *parts, last = path.split(">")
    for part in parts:
        at = at[part]
    at[last] = value
    return json.dumps(document)


SALES = "stacks>house/retail>resources>collaboration sales"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(changed(f"{SALES}>plan>changes", {}), "it was changed after it was written", id="a change taken out"),
        pytest.param(changed(f"{SALES}>fingerprint", "fp-0123456789abcdef"), "it was changed", id="another plan fingerprint"),
        pytest.param(changed("stacks>house/other", {"resources": {}}), "it was changed", id="a stack added"),
        pytest.param(changed("version", 2), "has version 2, and this version of crgov reads version 1", id="a later version"),
        pytest.param(changed("version", True), "has version true", id="no number"),
        pytest.param(changed("further", 1), "further: Extra inputs are not permitted", id="more than this version knows"),
        pytest.param(changed(f"{SALES}>plan", {"changes": {}}), "plan.dangers: Field required", id="half a plan"),
        pytest.param("{", "it is no JSON", id="no JSON"),
        pytest.param("[" * 100_000, "it is no JSON", id="too deep"),
        pytest.param("[]", "it has no version", id="another document"),
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_refused(text: str, said: str) -> None:
    with pytest.raises(UnusablePlanFile, match=said):
        parse(text)
