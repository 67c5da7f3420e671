from cleanrooms_governance.change_requests.filing import Draft
from cleanrooms_governance.change_requests.moves import Claim, CommitRequest, FileRequest, actionable
from tests.unit.core.builders import BANK, change, request

FILE = FileRequest(Draft((change(BANK),)))
COMMIT = CommitRequest(request(1))
MOVES = (Claim("a/b/c"), COMMIT, FILE)


def test_filing_waits_while_exactly_the_requests_are_open_with_which_it_met_a_conflict() -> None:
    assert (Claim("a/b/c"), COMMIT) == actionable(MOVES, frozenset({"r1", "r2"}), frozenset({"r2", "r1"}))


def test_filing_is_tried_again_as_soon_as_others_are_open() -> None:
    assert MOVES == actionable(MOVES, frozenset({"r1", "r2"}), frozenset({"r1"}))
    assert MOVES == actionable(MOVES, frozenset({"r1"}), frozenset({"r1", "r2"}))
    assert MOVES == actionable(MOVES, frozenset({"r1"}), frozenset())


def test_without_a_conflict_every_move_is_worth_making() -> None:
    assert MOVES == actionable(MOVES, frozenset(), frozenset())
    assert MOVES == actionable(MOVES, frozenset(), frozenset({"r1"}))
