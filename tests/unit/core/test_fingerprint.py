import itertools
from typing import Any

import pytest

from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.model import CostType


def test_a_fingerprint_is_a_prefix_and_sixteen_hexadecimal_digits() -> None:
    assert "fp-" == fingerprint("x")[:3]
    assert 16 == len(bytes.fromhex(fingerprint("x")[3:])) * 2


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    assert "fp-41eb7315a021f8d3" == fingerprint("removal", {"b": [1, None], "a": frozenset({"y", "x"})}, True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(1, 1.0, id="whole numbers as integer and as float"),
        pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, id="order of keys"),
        pytest.param({"a": {"x": 2.0}}, {"a": {"x": 2}}, id="a float inside mappings"),
        pytest.param([1, 2], (1, 2), id="list and tuple"),
        pytest.param(frozenset({"a", "b"}), ["a", "b"], id="a set and its sorted list"),
        pytest.param(CostType.QUERY_COMPUTE, "queryCompute", id="an enumeration and its value"),
        pytest.param({CostType.QUERY_COMPUTE: True}, {"queryCompute": True}, id="an enumeration as key"),
    ],
)
def test_equal_contents_have_equal_fingerprints(one: Any, other: Any) -> None:
    assert fingerprint(one) == fingerprint(other)


def test_different_contents_have_different_fingerprints() -> None:
    contents: list[Any] = [1, 1.5, "1", True, None, "", [], {}, [1], [[1]], {"a": 1}, {"a": [1]}, "a", ["a"], [1, 2], [2, 1]]
    for one, other in itertools.combinations(contents, 2):
        if one not in ([], {}) or other not in ([], {}):
            assert fingerprint(one) != fingerprint(other), (one, other)


def test_parts_are_not_run_together() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
