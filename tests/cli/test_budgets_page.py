"""`crgov budgets --html`: a page that needs nothing but itself, says what the report says, and trusts nobody's text."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cleanrooms_governance.budgets.book import BudgetBook, Unread
from cleanrooms_governance.cli.budgets.looking import Budgets, Threshold
from cleanrooms_governance.cli.budgets.page import budgets_page
from cleanrooms_governance.cli.worlds import NotThere, Place, Trouble
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.input_channels import InputChannel
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    Aggregations,
    BudgetedTable,
    PeriodBalance,
    PrivacyBalance,
    PrivacyBudget,
)
from tests.cli.analysis_stage import reader, runs_and_receives, served
from tests.cli.runner import crgov
from tests.emulator.analyses.analysis_world import AnalysisWorld

OWNER, OTHER = AccountId("111122223333"), AccountId("444455556666")
SUNDAY = datetime(2026, 11, 22, tzinfo=UTC)
NOW = SUNDAY + timedelta(days=4)
HERE = Credentials(environment=True)
PLACE = Place("sales", Access(OWNER, HERE, HERE), "eu-west-1")
HOSTILE = "x<script>alert(1)</script>\"'&$y$"


def weekly(left: int, of: int = 50, table: str = "orders", **more: PeriodBalance) -> PrivacyBudget:
    period = PeriodBalance(of, left, SUNDAY, SUNDAY + timedelta(days=7), "ENABLED")
    balance = AccessBalance(f"arn:x/{table}", {"CALENDAR_WEEK": period, **more}, left)
    return PrivacyBudget(table, table, OWNER, "ACCESS_BUDGET", balance)


def looked(*budgets: PrivacyBudget, percent: int | None = None, name: str = "orders", **more: object) -> Budgets:
    thresholds = () if percent is None else (Threshold("memberships.a.privacyBudgets.b.warnBelow", percent, budgets[0]),)
    tables = {"orders": BudgetedTable(name, "arn:x/orders")}
    book = BudgetBook(budgets, tables=tables, **more)  # type: ignore[arg-type]
    return Budgets(PLACE, "0a1b2c3d-0000-4000-8000-111122223333", None, book, thresholds)


def page(*found: Budgets | NotThere | Trouble) -> str:
    return budgets_page(found, {OWNER: "retailer"}, "cleanrooms/retail", NOW)


def drawings(text: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(each) for each in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


@pytest.mark.parametrize(
    ("budget", "percent", "word"),
    [
        (weekly(45), None, "lasts"),
        (weekly(12), None, "will not last"),
        (weekly(12), 25, "low"),
        (weekly(0), 25, "used up"),
        (weekly(0, 0), 25, "closed"),
    ],
)
def test_each_budget_says_in_a_word_how_it_stands(budget: PrivacyBudget, percent: int | None, word: str) -> None:
    assert [word] == re.findall(r"<span class='state \w+'>([^<]*)</span>", page(looked(budget, percent=percent)))


def test_figures_renewal_and_pace_are_there_in_words_beside_the_chart() -> None:
    text = page(looked(weekly(12)))
    for said in ("12 of 50 (24%) left", "2026-11-29 00:00 UTC", "76%, when 57% of the period is over", "9.5 a day, used up by"):
        assert said in re.sub(r"</?time>", "", text)
    assert ["2026-11-27 06:18 UTC"] == re.findall(r"used up by <time>([^<]*)</time></dd>", text)


def test_the_page_needs_nothing_but_itself() -> None:
    text = page(looked(weekly(12), weekly(40, table="visits")), NotThere(PLACE))
    without_names = re.sub(r'xmlns(:xlink)?="[^"]*"', "", text)
    assert [] == re.findall(r"https?:|//|<script|<link|<img|@import|src=", without_names)
    assert "default-src 'none'" in text
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text


def test_charts_are_drawings_with_names_of_their_own() -> None:
    text = page(looked(weekly(12), weekly(40, table="visits")))
    assert 3 == len(drawings(text))  # all together, and each
    named = re.findall(r' id="([^"]*)"', text)
    assert sorted(set(named)) == sorted(named)
    assert set(re.findall(r'(?:href="#|url\(#)([^")]*)', text)) <= set(named)


def test_charts_take_their_colours_from_the_page() -> None:
    drawn = "".join(re.findall(r"<svg.*?</svg>", page(looked(weekly(12))), re.DOTALL))
    assert "var(--soon)" in drawn
    assert [] == re.findall(r"#[0-9a-f]{6}\b", drawn)


def test_the_same_figures_make_the_same_page() -> None:
    assert page(looked(weekly(12))) == page(looked(weekly(12)))


def test_texts_of_others_are_no_markup_and_no_formulas() -> None:
    channel = InputChannel("arn:c", HOSTILE, OTHER, HOSTILE, ())
    unread = (Unread(OTHER, HOSTILE, HOSTILE),)
    text = page(looked(weekly(12), weekly(40, table="visits"), name=HOSTILE, channels=(channel,), unread=unread))
    assert "<script" not in text
    assert "alert(1)" in text
    assert "$y$" in text
    assert 3 == len(drawings(text))


def test_what_has_no_end_and_what_has_no_beginning_are_drawn_as_far_as_known() -> None:
    lifetime = PeriodBalance(1000, 640, SUNDAY - timedelta(days=99))
    balance = PrivacyBalance(3, {"COUNT": Aggregations(9, 4)})
    privacy = PrivacyBudget("p", "p", OWNER, "DIFFERENTIAL_PRIVACY", balance)
    text = page(looked(weekly(50, LIFETIME=lifetime), privacy))
    assert ["lasts", "no end", "not known"] == re.findall(r"<span class='state \w+'>([^<]*)</span>", text)
    assert 3 == len(drawings(text))  # all together, the week and the lifetime


def test_what_could_not_be_read_is_on_the_page_too() -> None:
    text = page(Trouble(PLACE, "denied & gone"), NotThere(PLACE), looked(unread=(Unread(OTHER, "its channels", "denied"),)))
    for said in ("denied &amp; gone", "not created yet", "not read as 444455556666: its channels. denied"):
        assert said in text


def test_nobody_imports_the_library_before_a_chart_is_drawn() -> None:
    program = "import sys, cleanrooms_governance.cli.budgets.page; print('matplotlib' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "False" == ran.stdout.strip()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[AnalysisWorld]:
    world = AnalysisWorld([runs_and_receives(), reader()])
    world.budget(world.table("visits"), 4, "CALENDAR_WEEK")
    with served(world, monkeypatch, tmp_path):
        yield world


def test_the_command_writes_the_page_and_says_where(world: AnalysisWorld, tmp_path: Path) -> None:
    world.query("select count(*) as number from visits")
    ran = crgov("budgets", "--stack", "retailer", "--html", "page.html")
    assert 0 == ran.code
    assert "page written: page.html" in ran.out
    assert "3 of 4 (75%) left" in (tmp_path / "page.html").read_text()
    assert "page.html" == crgov("budgets", "--stack", "retailer", "--html", "page.html", "--json").document["page"]


def test_a_page_that_cannot_be_written_is_an_error_in_words(world: AnalysisWorld) -> None:
    ran = crgov("budgets", "--stack", "retailer", "--html", "no/such/folder.html")
    assert (1, "") == (ran.code, ran.out)
    assert "--html no/such/folder.html: cannot be written" in ran.err


def test_without_the_library_it_says_how_to_get_it_before_anything_is_read(
    world: AnalysisWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    before = world.app.journal.last
    ran = crgov("budgets", "--stack", "retailer", "--html", "page.html")
    assert (1, "") == (ran.code, ran.out)
    assert "pip install 'cleanrooms-governance[charts]'" in ran.err
    assert [] == list(world.app.journal.entries(before))
    assert 0 == crgov("budgets", "--stack", "retailer").code
