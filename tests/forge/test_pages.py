"""A pull request as a page to look at, for the demo."""

from __future__ import annotations

import httpx
import pytest

from tests.forge.stage import MARKER, NUMBER, Stage
from tools.forge.page import rendered


def test_a_pull_request_is_shown_with_its_comment_and_labels(stage: Stage) -> None:
    stage.publish(
        f"{MARKER}\n### Plan\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<details><summary>all</summary>\n\ntext\n\n</details>\n"
    )
    stage.pull_request.labels.append("governance: waiting")
    page = httpx.get(f"{stage.url}/{stage.forge.repository}/pull/{NUMBER}").text
    for shown in (
        "<h3>Plan</h3>",
        "<td>1</td>",
        "<details><summary>all</summary>",
        "governance: waiting",
        "github-actions[bot]",
    ):
        assert shown in page
    assert "crgov:comment" not in page


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "text <img src=x onerror=alert(1)> text",
        "`a` <script>alert(1)</script> `b`",
        "<details ontoggle=alert(1)>",
        "> <script>alert(1)</script>",
    ],
)
def test_no_other_tag_comes_through(markdown: str) -> None:
    html = rendered(markdown)
    assert "&lt;" in html
    for tag in ("<script", "<img", "<details"):
        assert tag not in html
