"""What others wrote is shown in a comment as it is, and a forge makes nothing of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cleanrooms_governance.markdown import LONGEST, block, code, inline, within_html
from cleanrooms_governance.text import plain
from tests.hostile import DESCRIPTION, NAME, TAG, WORDS

GFM = MarkdownIt("commonmark").enable(["table", "strikethrough"])

MADE_SOMETHING_OF = re.compile(
    r"@\w|#\d|\b[A-Za-z][A-Za-z0-9]*-\d|\bwww\.|://|:[\w+-]+:|[0-9a-fA-F]{7,}|[!%$&~^]\w|^/\w", re.MULTILINE
)
"""Mentions, issues, addresses, emoji codes, commits, GitLab's references and its commands, in text that is not code."""

PIECES = [
    "@admin", "@org/team", "#1", "org/repo#2", "GH-3", "TICKET-4", "!5", "%6", "$7", "~bug", '~"a label"', "&8", "^9",
    "www.evil.example", "http://evil.example", "https://evil.example/x?y=(z)", "ftp://x", "mailto:a@b.example", "a@b.example",
    "[click](http://evil.example)", "![x](http://evil.example/x.png)", "<img src=x onerror=y>", "<script>", "</details>", "-->",
    "<!--", "&lt;b&gt;", "&#64;admin", "**bold**", "__x__", "~~gone~~", "`", "``", "```", "`a`", "$x^2$", "$`x`$", ":tada:",
    ":", "::", "|", "\\", "\\|", "\\`", "# Title", "## x", "> [!CAUTION]", "- item", "* x", "+ x", "1. x", "1) x", "---", "===",
    "| a | b |", "|---|---|", "    code", "\t", "\n", "\r\n", "\n\n", "/close", "0123456789abcdef0123456789abcdef01234567",
    "deadbeef", "\u202e", "\u200b", "\x00", "\x1b[31m", "\u2028", "ü", "銀行", "don't", "(x)", "x.y", "[ ]", "[x]", "[1]: http://x",
    "[^1]", "[^1]: note", "<a@b.example>", "<http://x>", "``` x", "~~~", "http:", "//x", ".", "…", "!", "?", "'", '"', "(", ")",
]  # fmt: skip
texts = st.lists(
    st.one_of(st.sampled_from([*PIECES, NAME, DESCRIPTION, TAG, WORDS, " "]), st.text(max_size=6)), max_size=8
).map("".join)


class Rendered(HTMLParser):
    """What a reader sees: the text of all, the text that is not code, and the elements."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[str] = set()
        self.shown = ""
        self.acted_upon = ""
        self._in_code = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.add(tag)
        self._in_code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._in_code -= tag == "code"

    def handle_comment(self, data: str) -> None:
        self.elements.add("comment")

    def handle_decl(self, decl: str) -> None:
        self.elements.add("declaration")

    def handle_pi(self, data: str) -> None:
        self.elements.add("instruction")

    def unknown_decl(self, data: str) -> None:
        self.elements.add("declaration")

    def handle_data(self, data: str) -> None:
        self.shown += data
        self.acted_upon += "\ufffc" * len(data) if self._in_code else data


def as_read(text: str) -> str:
    """A text as a browser shows it: every run of white space is one blank."""
    return " ".join(text.split())


@given(texts)
def test_a_text_in_a_line_is_shown_as_it_is_and_makes_nothing(text: str) -> None:
    rendered = Rendered(GFM.render(f"- {inline(text)}\n"))
    assert as_read(plain(text, LONGEST)) == as_read(rendered.shown)
    assert {"ul", "li", "code"} >= rendered.elements
    assert [] == MADE_SOMETHING_OF.findall(rendered.acted_upon)


@given(texts)
def test_a_text_that_begins_a_paragraph_makes_nothing_else_of_it(text: str) -> None:
    rendered = Rendered(GFM.render(f"{inline(text)}\n\nend\n"))
    assert as_read(f"{plain(text, LONGEST)} end") == as_read(rendered.shown)
    assert {"p", "code"} >= rendered.elements


@given(texts)
def test_a_text_within_html_stays_within_it(text: str) -> None:
    rendered = Rendered(GFM.render(f"<details><summary>{within_html(text)}</summary>\n\nend\n\n</details>\n"))
    assert as_read(f"{plain(text, LONGEST)} end") == as_read(rendered.shown.replace("\n", " "))
    assert {"details", "summary", "code", "p"} >= rendered.elements
    assert [] == MADE_SOMETHING_OF.findall(rendered.acted_upon)


@given(texts)
def test_a_code_span_holds_all_of_a_text(text: str) -> None:
    rendered = Rendered(GFM.render(f"x {code(text)} y\n"))
    assert as_read(f"x {plain(text, LONGEST)} y") == as_read(rendered.shown)
    assert {"p", "code"} >= rendered.elements


@given(st.lists(texts, max_size=4))
def test_nothing_ends_a_block_of_code_early(lines: list[str]) -> None:
    rendered = Rendered(GFM.render("\n".join([*block(lines), "", "end", ""])))
    assert as_read(" ".join([*(plain(line, LONGEST) for line in lines), "end"])) == as_read(rendered.shown)
    assert {"pre", "code", "p"} >= rendered.elements


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("add member 555566667777 (Insurer).", "add member `555566667777` (Insurer).", id="account"),
        pytest.param("grant CAN_QUERY to all", "grant `CAN_QUERY` to all", id="ability"),
        pytest.param("ask @admin, now.", "ask `@admin`, now.", id="mention"),
        pytest.param("cannot be read: gone", "cannot be read: gone", id="colon"),
        pytest.param("it's well-known", "it's well-known", id="words"),
        pytest.param("lacks cleanrooms:GetMember. Well", "lacks `cleanrooms:GetMember`. Well", id="action"),
        pytest.param("see GH-12 (https://x.example/y).", "see `GH-12` (`https://x.example/y`).", id="references"),
        pytest.param("1. :tada: - x", r"1\. `:tada:` \- x", id="lists and emoji"),
    ],
)
def test_what_reads_well_stays_so(text: str, shown: str) -> None:
    assert shown == inline(text)
