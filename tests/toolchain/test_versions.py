"""Reading and comparing the versions that `pulumi version` prints."""

from __future__ import annotations

import pytest

from tools.pulumi.versions import Version, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("v3.259.0\n", Version(3, 259, 0), id="release"),
        pytest.param("3.259.0", Version(3, 259, 0), id="without v"),
        pytest.param("v3.260.0-dev.0", Version(3, 260, 0, final=False), id="pre-release"),
        pytest.param("v3.259.0+dirty", Version(3, 259, 0), id="build metadata"),
        pytest.param("warning: something\nv3.259.0", None, id="more than a version"),
        pytest.param("3.259", None, id="two numbers"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_version_is_read_or_refused(text: str, expected: Version | None) -> None:
    assert expected == parse(text)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        pytest.param("v3.99.9", "v3.259.0", id="numbers, not letters"),
        pytest.param("v3.259.0-rc.1", "v3.259.0", id="pre-release before release"),
        pytest.param("v3.259.0", "v3.260.0-dev.0", id="next pre-release after release"),
        pytest.param("v3.259.1", "v4.0.0", id="major"),
    ],
)
def test_the_newer_version_is_the_greater_one(older: str, newer: str) -> None:
    first, second = parse(older), parse(newer)
    assert first is not None
    assert second is not None
    assert first < second
