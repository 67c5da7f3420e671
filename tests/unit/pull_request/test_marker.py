"""How a comment is found again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cleanrooms_governance.pull_request.marker import marker, marker_of
from tests.unit.core.test_markdown import GFM, Rendered


@given(st.text(max_size=300))
def test_a_marker_is_one_line_that_nobody_sees_and_is_found_again(key: str) -> None:
    made = marker(key)
    assert made == marker_of(f"{made}\ntext")
    rendered = Rendered(GFM.render(f"{made}\nend\n"))
    assert ("end", {"comment", "p"}) == (rendered.shown.strip(), rendered.elements)


@given(st.text(max_size=12), st.text(max_size=12))
def test_different_keys_have_different_markers(one: str, other: str) -> None:
    assert (one == other) is (marker(one) == marker(other))


def test_a_marker_in_somebodys_text_is_none() -> None:
    assert marker_of(f"Hello\n{marker('retailer')}\n") is None


def test_an_ordinary_key_stands_as_it_is() -> None:
    assert "<!-- crgov:comment cleanrooms/retailer -->" == marker("cleanrooms/retailer")
