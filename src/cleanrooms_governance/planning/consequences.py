"""What a plan breaks beyond what it changes: what a removed member takes along, and analyses that run at somebody's cost.

Remarks only, from what was looked at: nothing here enters a plan, a danger or a fingerprint.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain

from cleanrooms_governance import budget_words
from cleanrooms_governance.model import AccountId, Collaboration, CostType
from cleanrooms_governance.planning.leavers import Leaver, leavers, runners
from cleanrooms_governance.planning.payers import RUNNER_OF
from cleanrooms_governance.planning.plan import Level, Plan, Remark
from cleanrooms_governance.seen import (
    DerivedTable,
    NotVisible,
    RunningAnalysis,
    Seen,
    SharedBudget,
    SharedTable,
    SharedTemplate,
)
from cleanrooms_governance.text import label, labels, plain

REMOVAL = "removal-breaks"
RUNNING = "running-analyses"

MOST_NAMES = 10
"""More than these are counted, not named."""

Names = Mapping[AccountId, str]


def consequences(plan: Plan, live: Collaboration, seen: Seen, names: Names) -> tuple[Remark, ...]:
    """Return what is to be said about everybody who is removed or stops paying, sorted. A pure function.

    Parameters: ``seen`` is what was looked at for this plan; what is missing in it is said to be not visible.
    """
    said: list[Remark] = []
    for leaver in leavers(plan, live):
        telling = _Telling(leaver, live, seen, names)
        said += telling.removal() if leaver.leaves else ()
        said += telling.running()
    return tuple(sorted(said))


class _Telling:
    def __init__(self, leaver: Leaver, live: Collaboration, seen: Seen, names: Names) -> None:
        self._leaver = leaver
        self._account = leaver.account
        self._live = live
        self._seen = seen
        self._names = names
        self._who = label(leaver.account, names)

    def removal(self) -> Iterator[Remark]:
        taken, hidden = [], []
        for what, listed in (
            ("tables", self._seen.tables),
            ("analysis templates", self._seen.templates),
            ("privacy budget templates", self._seen.budgets),
        ):
            if listed is None or isinstance(listed, NotVisible):
                hidden.append(f"{what}{_AND_THEIRS.get(what, '')} ({_reason(listed)})")
            elif own := sorted(_name(each) for each in listed if each.owner == self._account):
                taken.append(f"{what} {_some(own)}")
        text = f"removing {self._who} takes out of the collaboration: {'; '.join(taken)}"
        if not taken:
            text = f"removing {self._who}: it has {'nothing that is visible' if hidden else _NOTHING} in the collaboration"
        if hidden:
            text += f". Not visible: {', '.join(hidden)}"
        yield self._remark(REMOVAL, "brings", text, loud=bool(taken))
        yield from self._derived()
        if paid := sorted(self._leaver.costs):
            yield self._remark(REMOVAL, "payments", f"removing {self._who} removes a payer for {', '.join(paid)}", loud=True)

    def _derived(self) -> Iterator[Remark]:
        tables = self._seen.tables
        if tables is None or isinstance(tables, NotVisible):
            return
        if not any(table.owner == self._account for table in tables):
            return
        for owner in sorted({table.owner for table in tables if table.is_derived and table.owner != self._account}):
            made = self._seen.derived.get(owner, NotVisible(self._not_held(owner)))
            if isinstance(made, NotVisible):
                theirs = sorted(plain(table.name) for table in tables if table.is_derived and table.owner == owner)
                text = (
                    f"intermediate tables of {label(owner, self._names)}: {_some(theirs)}. Which of them are made of tables of"
                    f" {self._who} is not visible ({made.reason}); those lose their base for good when it is removed"
                )
                yield self._remark(REMOVAL, f"derived {owner}", text, loud=False)
            elif broken := self._made_of_mine(made):
                text = (
                    f"removing {self._who} takes the base from intermediate tables of {label(owner, self._names)}:"
                    f" {_some(broken)}. They cannot be used or populated any more (BASE_TABLE_REMOVED)"
                )
                yield self._remark(REMOVAL, f"derived {owner}", text, loud=True)

    def _made_of_mine(self, tables: Iterable[DerivedTable]) -> list[str]:
        return sorted(plain(table.name) for table in tables if self._account in table.base_owners)

    def running(self) -> Iterator[Remark]:
        for cost, (one, many), seen in (
            (CostType.QUERY_COMPUTE, ("query", "queries"), self._seen.queries),
            (CostType.JOB_COMPUTE, ("job", "jobs"), self._seen.jobs),
        ):
            if self._leaver.concerns(cost, self._live):
                yield from self._running(cost, one, many, seen)
        if others := sorted(self._leaver.costs - RUNNER_OF.keys()):
            text = (
                f"whether anything is running that {self._who} pays for as {', '.join(others)} is not visible: this version"
                " does not look at Clean Rooms ML"
            )
            yield self._remark(RUNNING, "learning", text, loud=False)

    def _running(
        self, cost: CostType, one: str, many: str, seen: Mapping[AccountId, tuple[RunningAnalysis, ...] | NotVisible]
    ) -> Iterator[Remark]:
        # A payer may see what it pays for on its own membership (switch analysisReaders of the embedded service).
        listed = chain.from_iterable(each for each in seen.values() if not isinstance(each, NotVisible))
        analyses = {each.id: each for each in listed}.values()

        def told(kept: Callable[[RunningAnalysis], bool], account: AccountId, how: str) -> Iterator[Remark]:
            if count := sum(1 for each in analyses if each.runner == account and kept(each)):
                text = (
                    f"{count} {one if count == 1 else many} running on the membership of {label(account, self._names)}:"
                    f" {how}. What becomes of running analyses then is not documented"
                )
                yield self._remark(RUNNING, f"{cost} {account} {how}", text, loud=True)

        mine = self._account
        for account in sorted({each.runner for each in analyses}):
            if account == mine and self._leaver.leaves:
                yield from told(lambda each: True, account, f"{self._who} is removed")
            elif cost in self._leaver.costs:
                yield from told(lambda each: each.payer == mine, account, f"paid by {self._who}, who stops paying for {cost}")
                yield from told(lambda each: each.payer is None, account, f"maybe paid by {self._who}, the payer is not shown")
        for account in runners(RUNNER_OF[cost], self._live):
            found = seen.get(account, NotVisible(self._not_held(account)))
            if isinstance(found, NotVisible) and (account == mine or cost in self._leaver.costs):
                runner = label(account, self._names)
                what = (
                    f"{self._who} is running {many}"
                    if account == mine
                    else f"{runner} is running {many} that {self._who} pays for"
                )
                text = f"whether {what} is not visible ({found.reason})"
                yield self._remark(RUNNING, f"{cost} {account}", text, loud=False)

    def _not_held(self, account: AccountId) -> str:
        return f"this stack holds no membership of {labels([account], self._names)}"

    def _remark(self, rule: str, subject: str, text: str, *, loud: bool) -> Remark:
        return Remark(rule, f"{self._account} {subject}", text, Level.WARNING if loud else Level.INFO)


_AND_THEIRS = {"tables": " and what is made of them"}
_NOTHING = "no tables, analysis templates or privacy budget templates"


def _name(shared: SharedTable | SharedTemplate | SharedBudget) -> str:
    return budget_words.shared(shared) if isinstance(shared, SharedBudget) else plain(shared.name)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _reason(hidden: NotVisible | None) -> str:
    return hidden.reason if hidden else "not looked at"
