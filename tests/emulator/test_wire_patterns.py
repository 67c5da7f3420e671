from __future__ import annotations

import pytest

from cleanrooms_emulator.wire.patterns import full_match

DISPLAY_NAME = r"(?!\s*$)[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDBFF-\uDC00\uDFFF\t]*"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"\d{12}", "111122223333", True),
        (r"\d{12}", "x111122223333", False),
        (r"\d{12}", "111122223333\n", False),
        (r"\d{3}", "١٢٣", False),
        (r"\w+", "Żółć", False),
        (r"a|ab", "ab", True),
        (r"^a$|^b", "b", True),
        (r".+", "a\nb", False),
        (r".+", "a\u2028b", False),
        (r"a\.b", "a.b", True),
        (r"a\.b", "axb", False),
        (r"[.]+", "..", True),
        (r"[.]+", "ab", False),
        (r"[\S\s]*", "a\nb", True),
        (r"[\p{L}\p{Zs}.]+", "Zażółć gęślą.", True),
        (r"[\p{L}\p{Zs}.]+", "a1", False),
        (DISPLAY_NAME, "Żółć & Söhne 中", True),
        (DISPLAY_NAME, "   ", False),
        (DISPLAY_NAME, "\U0001f600", False),
    ],
)
def test_a_pattern_means_what_it_means_in_java(pattern: str, text: str, expected: bool) -> None:
    assert expected == full_match(pattern)(text)


def test_a_name_that_does_not_fit_is_refused_without_trying_all_ways_to_split_it() -> None:
    assert full_match("[a-zA-Z0-9_](([a-zA-Z0-9_]+)*([a-zA-Z0-9_]+))?")("a" * 60)
    assert not full_match("[a-zA-Z0-9_](([a-zA-Z0-9_]+)*([a-zA-Z0-9_]+))?")("a" * 60 + "!")
