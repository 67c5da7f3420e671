"""What does `crgov budgets` say?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cleanrooms_governance.budget_words import low
from cleanrooms_governance.budgets.book import BudgetBook, table_name
from cleanrooms_governance.budgets.low import is_low
from cleanrooms_governance.budgets.pace import Pace, Part, pace_of, parts_of, periods_of
from cleanrooms_governance.cli.budgets.looking import Budgets, Threshold
from cleanrooms_governance.cli.columns import columns
from cleanrooms_governance.cli.exit_codes import Exit, worst
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.request_reports import Told, collaborations_report
from cleanrooms_governance.cli.request_view import account_names, title_of
from cleanrooms_governance.cli.worlds import Seen
from cleanrooms_governance.input_channels import InputChannel
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.privacy_budgets import AccessBalance, PrivacyBudget
from cleanrooms_governance.text import label, plain

MOMENT = "%Y-%m-%d %H:%M UTC"
_HEADINGS = ("whose", "budget", "amount", "left", "renewed", "at this pace")
_LONG = 2000


def budgets_report(found: Sequence[Seen | Budgets], known: Mapping[AccountId, str], now: datetime) -> Report:
    """Return what is left of each budget, when it is renewed, and who lives on it.

    Parameters: ``now`` is a moment in UTC, up to which the pace of use is counted.
    """

    def told(budgets: Budgets) -> Told:
        lines = list(_lines(budgets, account_names(budgets.live, known), now))
        return lines, _document(budgets, now), worst(_ends(budgets, now))

    return collaborations_report(found, Budgets, told)


def with_page(report: Report, page: Path) -> Report:
    """Return the same with where the page was written."""
    said = Line(f"page written: {page}", Tone.FAINT)
    return replace(report, document={**report.document, "page": str(page)}, lines=[*report.lines, said])


def is_low_part(part: Part, threshold: Threshold | None) -> bool:
    """Tell whether a part has less left than the stack file wants to hear of."""
    return threshold is not None and is_low(part.left, part.whole, threshold.percent)


def title(budgets: Budgets, names: Mapping[AccountId, str]) -> str:
    """Return what stands above the budgets of one collaboration."""
    place = budgets.place
    return title_of(place, budgets.live, names) if budgets.live else f"{place.label}: {budgets.id}, {place.region}"


def what_of(budget: PrivacyBudget, book: BudgetBook) -> str:
    """Return what a budget protects: ``access budget of orders``, ``differential privacy (epsilon 3)``."""
    match budget.balance:
        case AccessBalance(resource=resource):
            return f"access budget of {plain(table_name(resource, book.tables), 100)}"
        case None:
            return f"budget of type {plain(budget.type)}"
        case balance:
            return f"differential privacy (epsilon {balance.epsilon})"


def amount_of(part: Part) -> str:
    """Return the name of a period, or the kinds of aggregations."""
    return ", ".join(map(plain, part.names))


def left_of(part: Part) -> str:
    """Return ``12 of 50 (24%)``."""
    return f"{part.left} of {part.whole}" + (f" ({part.left * 100 // part.whole}%)" if part.whole else "")


def renewal_of(part: Part) -> str:
    """Return when a part is renewed next, in words."""
    if part.renewed is None:
        return "not known"
    if part.refresh is not None:
        return part.refresh.strftime(MOMENT)
    return "never" if part.end is None else f"never; ends {part.end.strftime(MOMENT)}"


def pace_words(part: Part, pace: Pace | None) -> str:
    """Return how long a part lasts at its pace, in words."""
    if part.whole and part.left <= 0:
        return "used up"
    if pace is None:
        return "not known yet"
    if not pace.a_day:
        return "nothing used"
    rate = f"{pace.a_day:.3g} a day" if pace.a_day < 100 else f"{pace.a_day:.0f} a day"
    if pace.lasts:
        return f"{rate}, lasts until then"
    return f"{rate}, used up by {pace.empty.strftime(MOMENT)}" if pace.empty else f"{rate}, no end in sight"


def _ends(budgets: Budgets, now: datetime) -> Iterator[Exit]:
    if budgets.book.unread or any(each.budget is None for each in budgets.thresholds):
        yield Exit.ERROR
    if any(_low_lines(budgets, now)):
        yield Exit.CHANGES


def _lines(budgets: Budgets, names: Mapping[AccountId, str], now: datetime) -> Iterator[Line]:
    book = budgets.book
    yield Line(title(budgets, names), Tone.TITLE)
    parts = [(each, part) for each in book.budgets for part in parts_of(each, book.terms.get(each.template), now)]
    rows = [_row(each, part, book, names, now) for each, part in parts]
    if rows:
        heading, *shown = columns([_HEADINGS, *rows])
        yield Line(heading, Tone.FAINT, 2)
        for text, (_, part) in zip(shown, parts, strict=True):
            yield Line(text, Tone.TAKEN if part.whole and part.left <= 0 else Tone.PLAIN, 2)
    for each in book.budgets:
        if each.balance is None:
            yield Line(f"{what_of(each, book)} of {label(each.owner, names)}: this version does not know that type", indent=2)
    if not book.budgets:
        yield Line("no privacy budgets are to be seen", Tone.FAINT, 2)
    for channel in book.channels:
        yield from _channel_lines(channel, book, names)
    yield from _low_lines(budgets, now)
    for threshold in budgets.thresholds:
        if threshold.budget is None:
            yield Line(f"{threshold.path}: no such budget is to be seen, so nothing can be said of it", Tone.TAKEN, 2)
    for unread in book.unread:
        yield Line(f"not read as {label(unread.account, names)}: {unread.what}. {unread.why}", Tone.TAKEN, 2)


def _low_lines(budgets: Budgets, now: datetime) -> Iterator[Line]:
    for threshold in budgets.thresholds:
        budget = threshold.budget
        for part in parts_of(budget, budgets.book.terms.get(budget.template), now) if budget else ():
            if is_low_part(part, threshold):
                said = low(part.names, part.left, part.whole, threshold.percent)
                yield Line(f"{threshold.path}: {said}", Tone.CHANGED, 2)


def _row(
    budget: PrivacyBudget, part: Part, book: BudgetBook, names: Mapping[AccountId, str], now: datetime
) -> tuple[str, str, str, str, str, str]:
    pace = pace_words(part, pace_of(part, now))
    return label(budget.owner, names), what_of(budget, book), amount_of(part), left_of(part), renewal_of(part), pace


def _channel_lines(channel: InputChannel, book: BudgetBook, names: Mapping[AccountId, str]) -> Iterator[Line]:
    who = f"ML input channel {plain(channel.name)!r} of {label(channel.owner, names)}, {plain(channel.status)}"
    if not channel.budgets:
        yield Line(f"{who}: on tables without an access budget", indent=2)
        return
    yield Line(f"{who}, lives on:", indent=2)
    for balance in channel.budgets:
        left = "; ".join(f"{amount_of(part)}: {left_of(part)}" for part in periods_of(balance))
        yield Line(f"{plain(table_name(balance.resource, book.tables), 100)}  {left}", indent=4)


def _document(budgets: Budgets, now: datetime) -> dict[str, Any]:
    book, live = budgets.book, budgets.live
    return {
        "key": budgets.place.label,
        "id": budgets.id,
        "name": plain(live.name) if live else None,
        "region": budgets.place.region,
        "seenAs": budgets.place.access.account,
        "budgets": [_budget_document(each, budgets, now) for each in book.budgets],
        "channels": [_channel_document(each, book) for each in book.channels],
        "notJudged": [each.path for each in budgets.thresholds if each.budget is None],
        "notRead": [{"account": each.account, "what": each.what, "why": each.why} for each in book.unread],
    }


def _budget_document(budget: PrivacyBudget, budgets: Budgets, now: datetime) -> dict[str, Any]:
    book, threshold = budgets.book, budgets.threshold(budget)
    parts = parts_of(budget, book.terms.get(budget.template), now)
    document = {"id": budget.id, "template": budget.template, "owner": budget.owner, "type": budget.type}
    if isinstance(budget.balance, AccessBalance):
        document |= _table_document(budget.balance, book)
    warn = {"warnBelow": f"{threshold.percent}%", "declared": threshold.path.rpartition(".")[0]} if threshold else {}
    shown = [_part_document(each, pace_of(each, now)) | {"low": is_low_part(each, threshold)} for each in parts]
    return {**document, **warn, "parts": shown}


def _table_document(balance: AccessBalance, book: BudgetBook) -> dict[str, Any]:
    known = table_name(balance.resource, book.tables)
    named = known if known != balance.resource.rpartition("/")[2] else None
    return {"resource": balance.resource, "table": named, "usableNow": balance.left}


def _part_document(part: Part, pace: Pace | None) -> dict[str, Any]:
    return {
        "names": list(part.names),
        "left": part.left,
        "of": part.whole,
        "start": _moment(part.start),
        "end": _moment(part.end),
        "nextRefresh": _moment(part.refresh),
        "elapsed": pace.elapsed if pace else None,
        "usedPerDay": pace.a_day if pace else None,
        "usedUpAt": _moment(pace.empty) if pace else None,
        "lasts": pace.lasts if pace else None,
    }


def _channel_document(channel: InputChannel, book: BudgetBook) -> dict[str, Any]:
    return {
        "arn": channel.arn,
        "name": channel.name,
        "owner": channel.owner,
        "status": channel.status,
        "budgets": [
            {**_table_document(each, book), "parts": [_part_document(part, None) for part in periods_of(each)]}
            for each in channel.budgets
        ],
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
