"""Who may be asked to pay in a collaboration, and who was asked by what its members have run?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cleanrooms_governance.analyses.analysis import OVER, Kind, Summary
from cleanrooms_governance.analyses.port import Analyses, AnalysisAccounts
from cleanrooms_governance.cli.acceptance import with_acceptance
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.cli.worlds import Seen, World
from cleanrooms_governance.errors import GovernanceError, ServiceError
from cleanrooms_governance.model import AccountId, Collaboration
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.side_by_side import side_by_side


@dataclass(frozen=True, slots=True)
class Run:
    """A query or job that was started; ``units`` are the CRPU hours billed, ``None`` where none are to be seen."""

    summary: Summary
    units: float | None


@dataclass(frozen=True, slots=True)
class Through:
    """What the membership of a held account shows of one kind."""

    account: AccountId
    kind: Kind
    runs: tuple[Run, ...] | NotVisible


@dataclass(frozen=True, slots=True)
class Bill:
    """What one payer was asked to pay for: how many, and the units of those that have any."""

    payer: AccountId | None
    count: int
    units: float


@dataclass(frozen=True, slots=True)
class Payers:
    """A collaboration with all that can be seen of who pays in it."""

    world: World
    live: Collaboration
    through: tuple[Through, ...]


def ask_who_pays(seen: Sequence[Seen], last: int, stack: Stack, accounts: AnalysisAccounts) -> list[Seen | Payers]:
    """Return what can be seen of who pays, collaboration by collaboration, and what could not be read as it was.

    Parameters: ``last`` is how many of the newest queries and jobs are looked at through each membership.
    """
    return [_payers(each, last, stack, accounts) if isinstance(each, World) else each for each in seen]


def bills(runs: Iterable[Run]) -> Iterator[Bill]:
    """Yield what each payer was asked for, the most expensive first."""
    listed = list(runs)
    counts = Counter(run.summary.payer for run in listed)
    units = {payer: sum(run.units or 0 for run in listed if run.summary.payer == payer) for payer in counts}
    for payer in sorted(counts, key=lambda each: (-units[each], -counts[each], each or "")):
        yield Bill(payer, counts[payer], units[payer])


def _payers(world: World, last: int, stack: Stack, accounts: AnalysisAccounts) -> Payers:
    live = with_acceptance(world.live, world.live.members, stack, accounts)
    through: list[Through] = []
    for account in sorted(live.members):
        known = stack.file.accounts.get(account)
        if known is not None and known.access is not None:
            through += _through(accounts(known.access, live.region), account, live, last)
    return Payers(world, live, tuple(through))


def _through(port: Analyses, account: AccountId, live: Collaboration, last: int) -> Iterator[Through]:
    try:
        own = next((each for each in port.memberships() if each.collaboration_id == live.id and each.is_active), None)
    except GovernanceError as error:
        yield from (Through(account, kind, _hidden(error)) for kind in Kind)
        return
    if own is None:
        return
    for kind in Kind:
        try:
            yield Through(account, kind, _runs(port, kind, own.id, last))
        except GovernanceError as error:
            yield Through(account, kind, _hidden(error))


def _runs(port: Analyses, kind: Kind, membership: str, last: int) -> tuple[Run, ...]:
    listed = port.recent_analyses(kind, membership, last)

    def units(summary: Summary) -> float | None:
        if summary.status not in OVER:
            return None
        try:
            return port.analysis(kind, membership, summary.id).units
        except ServiceError:
            return None

    return tuple(Run(summary, billed) for summary, billed in zip(listed, side_by_side(units, listed), strict=True))


def _hidden(error: GovernanceError) -> NotVisible:
    if isinstance(error, ServiceError):
        return NotVisible(f"{error.operation}: {error.code or type(error).__name__}")
    return NotVisible(str(error))
