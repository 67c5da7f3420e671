"""What do `crgov run query`, `run job`, `run show` and `run cancel` say?"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from cleanrooms_governance.analyses.analysis import Analysis, Sensitivity, Status
from cleanrooms_governance.analyses.budgets import Spent, spent
from cleanrooms_governance.budgets.book import table_name
from cleanrooms_governance.cli.analyses.conducting import Conducted, Terminal
from cleanrooms_governance.cli.analyses.preparing import Runner
from cleanrooms_governance.cli.exit_codes import Exit, worst
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.privacy_budgets import BudgetedTable, table_id
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.text import label, plain

Tables = Mapping[str, BudgetedTable]
NO_TABLES: Tables = MappingProxyType({})

_LONG = 600

_ENDS = {
    Status.SUCCESS: Exit.DONE,
    Status.FAILED: Exit.ERROR,
    Status.TIMED_OUT: Exit.ERROR,
    Status.CANCELLED: Exit.REFUSED,
    Status.SUBMITTED: Exit.WAITING,
    Status.STARTED: Exit.WAITING,
    Status.CANCELLING: Exit.WAITING,
}
_TONES = {Exit.DONE: Tone.ADDED, Exit.WAITING: Tone.CHANGED}


def followed_report(conducted: Conducted, tables: Tables = NO_TABLES) -> Report:
    """Return how an analysis ended that was started and followed.

    Parameters: ``tables`` are those of which budgets are told, by the id at the end of their ARNs, as far as they can be seen.
    """
    return _report(conducted, _end(conducted.analysis), (), tables)


def detached_report(conducted: Conducted, terminal: Terminal) -> Report:
    """Return that an analysis was started, and how to look at it."""
    about = (conducted.analysis.id, "--membership", conducted.runner.declared.key)
    further = [
        Line("to look at it:", indent=2),
        Line(terminal.command("run", "show", *about), indent=4),
        Line("to cancel it:", indent=2),
        Line(terminal.command("run", "cancel", *about), indent=4),
    ]
    return _report(conducted, Exit.DONE, further)


def shown_report(runner: Runner, analysis: Analysis) -> Report:
    """Return how an analysis stands."""
    return _report(Conducted(runner, analysis), _end(analysis), ())


def cancelled_report(runner: Runner, analysis: Analysis) -> Report:
    """Return that an analysis was asked to stop."""
    return _report(Conducted(runner, analysis), Exit.DONE, ())


def _end(analysis: Analysis) -> Exit:
    return next((end for status, end in _ENDS.items() if status == analysis.status), Exit.UNKNOWN)


def _report(conducted: Conducted, end: Exit, further: Any, tables: Tables = NO_TABLES) -> Report:
    ends = [end, Exit.ERROR] if conducted.wrongly_charged else [end]
    lines = [_title(conducted, end), *_facts(conducted), *_budget_lines(conducted, tables), *further]
    return Report(_document(conducted, tables), lines, worst(ends))


def _title(conducted: Conducted, end: Exit) -> Line:
    analysis, runner = conducted.analysis, conducted.runner
    where = f"{plain(runner.live.name)!r} ({runner.live.id}, {runner.live.region})"
    who = label(runner.account, runner.names)
    return Line(
        f"{analysis.kind} {analysis.id}: {plain(analysis.status)}, run by {who} in {where}", _TONES.get(end, Tone.TAKEN)
    )


def _facts(conducted: Conducted) -> Iterator[Line]:
    analysis, names = conducted.analysis, conducted.runner.names
    yield Line(f"what     {_what(analysis)}", indent=2)
    payer = label(analysis.shown.payer, names) if analysis.shown.payer else "not shown"
    charged = conducted.charged
    standing = f", {charged.candidate.standing}" if charged and not conducted.wrongly_charged else ""
    yield Line(f"paid by  {payer}{standing}", indent=2)
    if charged and conducted.wrongly_charged:
        wanted = label(charged.candidate.account, names)
        yield Line(f"THE SERVICE CHARGES ANOTHER ACCOUNT than was asked for, which is {wanted}: tell both", Tone.TAKEN, 2)
    if conducted.found_again:
        yield Line("the answer to its start was lost; this one was found again by reading, and started once", Tone.CHANGED, 2)
    if analysis.status not in frozenset(Status):
        yield Line("this version does not know that status: look in the console, or update this tool", Tone.TAKEN, 2)
    if analysis.milliseconds is not None:
        yield Line(f"took     {analysis.milliseconds / 1000:g} s", indent=2)
    if analysis.units is not None:
        yield Line(f"billed   {analysis.units:g} CRPU hours", indent=2)
    for location in analysis.locations:
        yield Line(f"result   {plain(location, _LONG)}", indent=2)
    for receiver in analysis.receivers:
        yield Line(f"result   where the membership of {label(receiver, names)} says", indent=2)
    yield from _failure_lines(analysis)
    for each in analysis.sensitivity:
        yield Line(f"protected by differential privacy: {_sensitivity(each)}", indent=2)


def _what(analysis: Analysis) -> str:
    shown = analysis.shown
    if shown.template is not None:
        given = f" with {', '.join(sorted(map(plain, shown.parameters)))}" if shown.parameters else ""
        return f"template {plain(shown.template, 200)}{given}"
    return f"SQL of {len(shown.sql)} characters" if shown.sql is not None else "not shown"


def _failure_lines(analysis: Analysis) -> Iterator[Line]:
    failure = analysis.failure
    if failure is None:
        return
    yield Line(f"{plain(failure.code)}: {plain(failure.message, _LONG)}", Tone.TAKEN, 2)
    if failure.retryable is not None:
        said = "may succeed" if failure.retryable else "is not expected to succeed"
        yield Line(f"the same once more {said}, says the service", Tone.FAINT, 2)


def _sensitivity(each: Sensitivity) -> str:
    said = f"{plain(each.aggregation)} of {plain(each.expression, 200)}, at most {each.contributions} rows of one user"
    if each.least is None and each.greatest is None:
        return said
    return f"{said}, values from {_bound(each.least)} to {_bound(each.greatest)}"


def _bound(value: float | None) -> str:
    return "any" if value is None else f"{value:g}"


def _budget_lines(conducted: Conducted, tables: Tables) -> Iterator[Line]:
    before, after, names = conducted.before, conducted.after, conducted.runner.names
    if isinstance(before, NotVisible) or isinstance(after, NotVisible):
        hidden = before if isinstance(before, NotVisible) else after
        yield Line(f"privacy budgets: not visible ({hidden.reason if isinstance(hidden, NotVisible) else ''})", Tone.FAINT, 2)
        return
    if before is None or after is None or not after:
        return
    yield Line("privacy budgets before and after, whoever has used them meanwhile:", indent=2)
    for each in spent(before, after):
        yield Line(_budget_line(each, names, tables), Tone.PLAIN if _moved(each) else Tone.FAINT, 4)


def _budget_line(each: Spent, names: Any, tables: Tables) -> str:
    budget = each.budget
    about = f"{plain(budget.type)} of {label(budget.owner, names)}"
    resource = f" on {plain(table_name(each.resource, tables), 100)}" if each.resource else ""
    was = "?" if each.before is None else each.before.left
    return f"{about}{resource}, {plain(each.part)}: {was} -> {each.after.left} of {each.after.of}"


def _moved(each: Spent) -> bool:
    return each.before != each.after


def _document(conducted: Conducted, tables: Tables) -> dict[str, Any]:
    analysis, runner, charged = conducted.analysis, conducted.runner, conducted.charged
    document: dict[str, Any] = {
        **analysis_document(analysis),
        "collaboration": {"id": runner.live.id, "name": runner.live.name, "region": runner.live.region},
        "membership": {"key": runner.declared.key, "id": runner.membership, "account": runner.account},
        "foundAgain": conducted.found_again,
    }
    if charged is not None:
        document["charged"] = {"account": charged.candidate.account, "standing": charged.candidate.standing}
        document["wronglyCharged"] = conducted.wrongly_charged
    if conducted.after is not None:
        document["privacyBudgets"] = _budgets_document(conducted, tables)
    return document


def analysis_document(analysis: Analysis) -> dict[str, Any]:
    """Return an analysis for programs. The text and the values of parameters are sensitive (service model) and left out."""
    return {
        "kind": analysis.kind,
        "id": analysis.id,
        "status": analysis.status,
        "created": analysis.created.isoformat(),
        "payer": analysis.shown.payer,
        "template": analysis.shown.template,
        "milliseconds": analysis.milliseconds,
        "units": analysis.units,
        "locations": list(analysis.locations),
        "receivers": list(analysis.receivers),
        "error": asdict(analysis.failure) if analysis.failure else None,
        "sensitivity": [asdict(each) for each in analysis.sensitivity],
    }


def _budgets_document(conducted: Conducted, tables: Tables) -> dict[str, Any]:
    before, after = conducted.before, conducted.after
    for each in (before, after):
        if isinstance(each, NotVisible):
            return {"notVisible": each.reason}
    pairs = spent(before, after) if isinstance(before, tuple) and isinstance(after, tuple) else ()
    return {"parts": [_part_document(each, tables) for each in pairs]}


def _part_document(each: Spent, tables: Tables) -> dict[str, Any]:
    owner: AccountId = each.budget.owner
    return {
        "id": each.budget.id,
        "owner": owner,
        "type": each.budget.type,
        "resource": each.resource or None,
        "table": tables[table_id(each.resource)].name if table_id(each.resource) in tables else None,
        "part": each.part,
        "before": None if each.before is None else each.before.left,
        "after": each.after.left,
        "of": each.after.of,
    }
