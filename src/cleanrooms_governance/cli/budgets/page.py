"""What `crgov budgets --html` writes: one page that needs nothing but itself, for a phone as for a desk.

Everything that others have chosen is made harmless and escaped, and the page forbids itself scripts and connections.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from cleanrooms_governance.budget_words import PRIVACY
from cleanrooms_governance.budgets.book import BudgetBook, table_name
from cleanrooms_governance.budgets.pace import Pace, Part, pace_of, parts_of, periods_of
from cleanrooms_governance.cli.budgets.charts import Colour, Look, Share, course, overview
from cleanrooms_governance.cli.budgets.looking import Budgets
from cleanrooms_governance.cli.budgets.page_style import STYLE
from cleanrooms_governance.cli.budgets.report import (
    MOMENT,
    amount_of,
    is_low_part,
    left_of,
    pace_words,
    renewal_of,
    what_of,
)
from cleanrooms_governance.cli.request_view import account_names
from cleanrooms_governance.cli.worlds import Seen, Trouble
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.input_channels import InputChannel
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.privacy_budgets import AccessBalance, PrivacyBudget
from cleanrooms_governance.text import label, plain

_LONG = 400
_A_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_page(file: Path, page: str) -> None:
    """Write the page. Raises ``GovernanceError`` if that cannot be done."""
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise GovernanceError(f"--html {file}: cannot be written ({error.strerror}): name a file that can") from error


def budgets_page(found: Sequence[Seen | Budgets], known: Mapping[AccountId, str], stack: str, now: datetime) -> str:
    """Return the page about all collaborations that were looked at."""
    sections = "\n".join(_section(each, known, now, number) for number, each in enumerate(found, 1))
    nothing = "<p>No collaborations in this stack file.</p>" if not found else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Privacy budgets of {_safe(stack)}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>Privacy budgets</h1>
<p>Stack {_safe(stack)}, as of {now.strftime(MOMENT)}</p>
</header>
<main>
{sections}{nothing}
</main>
<footer>
<p>A line leads from what there was when the period began to what is left now; dashed, how it goes on at the same pace;
dotted, an even pace. AWS shows only these two points.</p>
</footer>
</body>
</html>
"""


def _section(found: Seen | Budgets, known: Mapping[AccountId, str], now: datetime, number: int) -> str:
    if not isinstance(found, Budgets):
        said = f"not read: {found.why}" if isinstance(found, Trouble) else "not created yet"
        return f"<section><h2>{_safe(found.place.label)}</h2>\n<p class='gone'>{_safe(said)}</p></section>"
    return "\n".join(_Section(found, account_names(found.live, known), now, number).lines())


class _Section:
    def __init__(self, budgets: Budgets, names: Mapping[AccountId, str], now: datetime, number: int) -> None:
        self._budgets = budgets
        self._book: BudgetBook = budgets.book
        self._names = names
        self._now = now
        self._number = number

    def lines(self) -> Iterator[str]:
        live = self._budgets.live
        yield "<section>"
        yield f"<h2>{_safe(live.name if live else self._budgets.place.label)}</h2>"
        yield f"<p class='where'>{_safe(self._where())}</p>"
        shown = [(each, part) for each in self._book.budgets for part in self._parts(each)]
        if len(shown) > 1:
            bars = overview([self._share(*each) for each in shown], f"overview-{self._number}")
            yield f"<figure class='overview' role='img' aria-label='What is left of each amount'>{bars}</figure>"
        yield "<div class='cards'>"
        for index, (budget, part) in enumerate(shown, 1):
            yield from self._card(budget, part, f"course-{self._number}-{index}")
        yield "</div>"
        if not shown:
            yield "<p>No privacy budgets are to be seen.</p>"
        yield from self._channels()
        yield from self._unread()
        yield "</section>"

    def _where(self) -> str:
        live, place = self._budgets.live, self._budgets.place
        key = "" if live is None or place.label in (live.name, live.id) else f"{place.label}, "
        creator = f", creator {label(live.creator, self._names)}" if live else ""
        return f"{key}{self._budgets.id}, {place.region}{creator}"

    def _parts(self, budget: PrivacyBudget) -> list[Part]:
        return list(parts_of(budget, self._book.terms.get(budget.template), self._now))

    def _share(self, budget: PrivacyBudget, part: Part) -> Share:
        share = part.left / part.whole if part.whole else 0.0
        balance = budget.balance
        what = table_name(balance.resource, self._book.tables) if isinstance(balance, AccessBalance) else PRIVACY
        return Share(
            plain(f"{what}, {amount_of(part)}"),
            f"{part.left} of {part.whole}",
            share,
            self._state(budget, part, pace_of(part, self._now))[0],
        )

    def _state(self, budget: PrivacyBudget, part: Part, pace: Pace | None) -> tuple[Colour, str]:
        """Return how a part stands: a colour, and the words that say the same."""
        if not part.whole:
            return Colour.MUTED, "closed"
        if part.left <= 0:
            return Colour.GONE, "used up"
        if is_low_part(part, self._budgets.threshold(budget)):
            return Colour.GONE, "low"
        if pace is not None and pace.lasts is False:
            return Colour.SOON, "will not last"
        if pace is not None and pace.lasts:
            return Colour.FINE, "lasts"
        return (Colour.MUTED, "not known") if pace is None else (Colour.FINE, "no end")

    def _card(self, budget: PrivacyBudget, part: Part, salt: str) -> Iterator[str]:
        pace = pace_of(part, self._now)
        colour, word = self._state(budget, part, pace)
        owner = label(budget.owner, self._names)
        yield "<article>"
        yield f"<h3>{_safe(what_of(budget, self._book))}</h3>"
        yield f"<p class='whose'>{_safe(amount_of(part))} of {_safe(owner)}</p>"
        yield f"<p class='left'>{_safe(left_of(part))} left <span class='state {colour.name.lower()}'>{word}</span></p>"
        if pace is not None:
            said = escape(f"{left_of(part)} left; {pace_words(part, pace)}", quote=True)
            drawn = course(part, pace, self._now, Look(colour, salt, self._warn(budget)))
            yield f"<figure role='img' aria-label='{said}'>{drawn}</figure>"
        yield "<dl>"
        for term, text in self._facts(budget, part, pace):
            yield f"<dt>{term}</dt><dd>{_safe(text)}</dd>"
        yield "</dl></article>"

    def _facts(self, budget: PrivacyBudget, part: Part, pace: Pace | None) -> Iterator[tuple[str, str]]:
        yield "renewed", renewal_of(part)
        if pace is not None and pace.elapsed is not None and part.whole:
            yield "used", f"{part.used * 100 // part.whole}%, when {pace.elapsed:.0%} of the period is over"
        yield "at this pace", pace_words(part, pace)
        percent = self._warn(budget)
        if percent is not None:
            yield "warns below", f"{percent}%"

    def _warn(self, budget: PrivacyBudget) -> int | None:
        threshold = self._budgets.threshold(budget)
        return threshold.percent if threshold else None

    def _channels(self) -> Iterator[str]:
        if not self._book.channels:
            return
        yield "<h3>ML input channels that live on these budgets</h3><ul>"
        for each in self._book.channels:
            who = f"{each.name} of {label(each.owner, self._names)}, {plain(each.status)}"
            yield f"<li>{_safe(who)}: {_safe(self._living(each))}</li>"
        yield "</ul>"

    def _living(self, channel: InputChannel) -> str:
        said = [
            f"{table_name(each.resource, self._book.tables)} ({amount_of(part)}: {left_of(part)})"
            for each in channel.budgets
            for part in periods_of(each)
        ]
        return "; ".join(said) or "on tables without an access budget"

    def _unread(self) -> Iterator[str]:
        for threshold in self._budgets.thresholds:
            if threshold.budget is None:
                yield f"<p class='gone'>{_safe(threshold.path)}: no such budget is to be seen</p>"
        for each in self._book.unread:
            said = f"not read as {label(each.account, self._names)}: {each.what}. {each.why}"
            yield f"<p class='gone'>{_safe(said)}</p>"


def _safe(text: str) -> str:
    """Return a text that others may have chosen as a part of the page."""
    return _A_MOMENT.sub(r"<time>\g<0></time>", escape(plain(text, _LONG), quote=True))
