"""What does `crgov payers` say?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cleanrooms_governance.analyses.payers import Candidate, candidates_of
from cleanrooms_governance.cli.analyses.asked import Bill, Payers, Run, Through, bills
from cleanrooms_governance.cli.columns import columns
from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.request_reports import Told, collaborations_report, world_document
from cleanrooms_governance.cli.request_view import account_names, world_title
from cleanrooms_governance.cli.worlds import Seen
from cleanrooms_governance.model import AccountId, CostType
from cleanrooms_governance.planning.payers import RUNNER_OF
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.text import label

_MOMENT = "%Y-%m-%d %H:%M"

_NOBODY = {
    CostType.SYNTHETIC_DATA_GENERATION: "nobody is named; AWS does not say who pays then",
    **dict.fromkeys((CostType.MODEL_TRAINING, CostType.MODEL_INFERENCE), "nobody is named: who can query pays by default"),
    **dict.fromkeys(RUNNER_OF, "nobody can be charged"),
}
"""What holds where no candidate is shown (service model: the leaves of PaymentConfiguration)."""


def payers_report(found: Sequence[Seen | Payers], known: Mapping[AccountId, str]) -> Report:
    """Return who may be asked to pay for what, who has accepted, and who was asked."""

    def told(payers: Payers) -> Told:
        names = account_names(payers.live, known)
        return list(_lines(payers, names)), _document(payers, names), Exit.DONE

    return collaborations_report(found, Payers, told)


def _lines(payers: Payers, names: Mapping[AccountId, str]) -> Iterator[Line]:
    yield world_title(payers.world, names)
    rows = [row for cost in CostType for row in _candidate_rows(cost, candidates_of(cost, payers.live), names)]
    yield from (Line(text, indent=2) for text in columns([("cost", "may be asked", "stands"), *rows]))
    for through in payers.through:
        yield from _through_lines(through, names)
    if not payers.through:
        yield Line("no membership of this stack shows what was run", Tone.FAINT, 2)


def _candidate_rows(
    cost: CostType, candidates: Sequence[Candidate], names: Mapping[AccountId, str]
) -> Iterator[tuple[str, str, str]]:
    if not candidates:
        yield cost, "-", _NOBODY[cost]
    for each in candidates:
        by_default = ", by name or by default" if each.by_default else ""
        yield cost, label(each.account, names), f"{each.standing}{by_default}"


def _through_lines(through: Through, names: Mapping[AccountId, str]) -> Iterator[Line]:
    who, kinds = label(through.account, names), f"{'queries' if through.kind == 'query' else 'jobs'}"
    runs = through.runs
    if isinstance(runs, NotVisible):
        yield Line(f"{kinds} run by {who}: not visible ({runs.reason})", Tone.FAINT, 2)
        return
    if not runs:
        yield Line(f"{kinds} run by {who}: none", Tone.FAINT, 2)
        return
    yield Line(f"the last {len(runs)} {kinds} that the membership of {who} shows:", indent=2)
    rows = [("submitted (UTC)", "id", "status", "paid by", "CRPU hours"), *(_run_row(run, names) for run in runs)]
    yield from (Line(text, indent=4) for text in columns(rows))
    yield from (Line(f"{_payer(bill.payer, names)} was asked {_asked(bill)}", indent=4) for bill in bills(runs))


def _run_row(run: Run, names: Mapping[AccountId, str]) -> tuple[str, ...]:
    summary = run.summary
    units = "-" if run.units is None else f"{run.units:g}"
    return summary.created.strftime(_MOMENT), summary.id, summary.status, _payer(summary.payer, names), units


def _payer(account: AccountId | None, names: Mapping[AccountId, str]) -> str:
    return "not shown" if account is None else label(account, names)


def _asked(bill: Bill) -> str:
    return f"{bill.count} time{'s' * (bill.count != 1)}, {bill.units:g} CRPU hours in all"


def _document(payers: Payers, names: Mapping[AccountId, str]) -> dict[str, Any]:
    return world_document(payers.world) | {
        "costs": {
            cost.value: [
                {
                    "account": each.account,
                    "name": names.get(each.account),
                    "standing": each.standing,
                    "byNameOrByDefault": each.by_default,
                }
                for each in candidates_of(cost, payers.live)
            ]
            for cost in CostType
        },
        "asked": [_through_document(each) for each in payers.through],
    }


def _through_document(through: Through) -> dict[str, Any]:
    document: dict[str, Any] = {"through": through.account, "kind": through.kind}
    if isinstance(through.runs, NotVisible):
        return document | {"notVisible": through.runs.reason}
    return document | {
        "runs": [
            {
                "id": run.summary.id,
                "created": run.summary.created.isoformat(),
                "status": run.summary.status,
                "payer": run.summary.payer,
                "units": run.units,
                "intermediateTable": run.summary.intermediate_table or None,
            }
            for run in through.runs
        ],
        "byPayer": [{"payer": bill.payer, "count": bill.count, "units": bill.units} for bill in bills(through.runs)],
    }
