"""The rules that every story is held to do find what breaks them."""

import pytest

from cleanrooms_governance.desired import DesiredCollaboration
from tests.scenarios.invariants import Asked, Held, held_by, without_an_end
from tests.unit.core.builders import BANK, RECEIVE, RUNNER, stack_file, wanted_member

NOBODY: Held = frozenset()
THERE: Held = frozenset({(BANK, "member")})
RECEIVES = THERE | {(BANK, RECEIVE)}


def asked(desired: DesiredCollaboration, *calls: str) -> Asked:
    return Asked({("creator", "sales"): desired}, [*calls])


@pytest.mark.parametrize(
    ("before", "after", "file", "call", "found"),
    [
        pytest.param(NOBODY, THERE, stack_file(wanted_member(BANK)), "", [], id="a member that the file names"),
        pytest.param(NOBODY, THERE, stack_file(), "", [f"{BANK} gained member"], id="a member that nobody named"),
        pytest.param(NOBODY, THERE, stack_file(), f"accountId {BANK}", [], id="a member whom somebody added"),
        pytest.param(THERE, RECEIVES, stack_file(wanted_member(BANK)), "", [f"{BANK} gained {RECEIVE}"], id="an ability more"),
        pytest.param(RECEIVES, THERE, stack_file(wanted_member(BANK)), "", [], id="an ability that the file takes"),
        pytest.param(
            RECEIVES, THERE, stack_file(wanted_member(BANK, RECEIVE)), "", [f"{BANK} lost {RECEIVE}"], id="an ability less"
        ),
        pytest.param(THERE, NOBODY, stack_file(), "", [f"{BANK} lost member"], id="a member that is only missing in the file"),
        pytest.param(
            frozenset({(RUNNER, "CAN_QUERY")}),
            frozenset({(RUNNER, "CAN_QUERY"), (RUNNER, "queryCompute")}),
            stack_file(wanted_member(RUNNER)),
            "",
            [],
            id="what the runner paid for without being named",
        ),
    ],
)
def test_what_nobody_asked_for_is_found(
    before: Held, after: Held, file: DesiredCollaboration, call: str, found: list[str]
) -> None:
    assert found == asked(file, call).unasked(before, after, ())


def test_what_a_run_shouts_about_is_known() -> None:
    wanted = asked(stack_file(wanted_member(BANK, RECEIVE)))

    assert [] == wanted.unasked(RECEIVES, THERE, ["failure: committing change requests also took away: …"])


def test_a_member_that_is_out_holds_nothing() -> None:
    entry = {"accountId": BANK, "status": "LEFT", "abilities": [RECEIVE], "_payer": {"queryCompute": True}}

    assert RECEIVES | {(BANK, "queryCompute")} == held_by([{"_members": [{**entry, "status": "ACTIVE"}]}])
    assert NOBODY == held_by([{"_members": [entry]}])


@pytest.mark.parametrize("end", ["sales: converged", "sales: waiting", "sales: refused: why", "sales: error: why"])
def test_a_run_ends_with_a_word_about_each_resource(end: str) -> None:
    assert [] == without_an_end(["sales"], ["sales: plan: add member", end])
    assert ["nothing is said about how sales ended"] == without_an_end(["sales"], ["sales: plan: add member"])
