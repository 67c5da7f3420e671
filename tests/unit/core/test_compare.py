from typing import Any

import pytest

from cleanrooms_governance.planning.compare import Difference, differences


@pytest.mark.parametrize(
    ("live", "desired", "found"),
    [
        pytest.param({"a": {"x": 1}}, {"a": {"x": 1}}, [], id="equal"),
        pytest.param({"a": {"x": 1}}, {"a": {"x": 2}}, [Difference(("a", "x"), 1, 2)], id="another value"),
        pytest.param({"a": {}}, {"a": {"x": False}}, [Difference(("a", "x"), None, False)], id="a new key"),
        pytest.param({"a": {"x": "v"}}, {"a": {}}, [Difference(("a", "x"), "v", None)], id="a key less"),
        pytest.param({"a": {"x": 1}}, {"a": {"x": "1"}}, [Difference(("a", "x"), 1, "1")], id="another type"),
        pytest.param({}, {"111122223333": {"x": 1}}, [Difference(("111122223333",), None, {"x": 1})], id="from nothing"),
        pytest.param(
            {"a": frozenset({"x", "y"})},
            {"a": frozenset({"y", "z"})},
            [Difference(("a", "x"), True, False), Difference(("a", "z"), False, True)],
            id="members of sets",
        ),
        pytest.param(
            {"a": frozenset()}, {"a": frozenset({"x"})}, [Difference(("a", "x"), False, True)], id="from the empty set"
        ),
        pytest.param({"a": frozenset({"x"})}, {"a": frozenset()}, [Difference(("a", "x"), True, False)], id="to the empty set"),
        pytest.param(
            {"m": {"1": {"s": frozenset({"x"})}, "2": {"s": frozenset()}}},
            {"m": {"1": {"s": frozenset()}, "3": {"s": frozenset()}}},
            [
                Difference(("m", "1", "s", "x"), True, False),
                Difference(("m", "2"), {"s": frozenset()}, None),
                Difference(("m", "3"), None, {"s": frozenset()}),
            ],
            id="everything at once, sorted by path",
        ),
        pytest.param({"a": {"x'y": 1}}, {"a": {"x'y": 2}}, [Difference(("a", "x'y"), 1, 2)], id="a quote in a key"),
    ],
)
def test_differences_are_plain_values(live: dict[str, Any], desired: dict[str, Any], found: list[Difference]) -> None:
    assert tuple(found) == differences(live, desired)


def test_a_wholly_different_mapping_is_still_compared_key_by_key() -> None:
    live = {"members": {str(account): {"abilities": frozenset({"A"})} for account in range(5)}}
    desired = {"members": {str(account): {"abilities": frozenset({"B"})} for account in range(5)}}
    assert 10 == len(differences(live, desired))
