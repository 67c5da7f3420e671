"""Privacy budgets in words: amounts, what is left, and what a change does to both."""

from collections.abc import Iterable, Iterator, Mapping

from cleanrooms_governance.privacy_budgets import (
    AccessBalance,
    AccessParameters,
    Allowance,
    BudgetTemplate,
    Period,
    PrivacyBalance,
    PrivacyParameters,
    TemplateRefresh,
    table_id,
)
from cleanrooms_governance.seen import SharedBudget
from cleanrooms_governance.text import plain

PRIVACY = "differential privacy"


def privacy(parameters: PrivacyParameters) -> str:
    """Return ``epsilon 3, noise of 50 users a query``."""
    return f"epsilon {parameters.epsilon}, noise of {parameters.users_noise} users a query"


def renewal(refresh: str) -> str:
    """Return when a differential privacy budget is renewed."""
    words = {TemplateRefresh.CALENDAR_MONTH: "renewed every calendar month", TemplateRefresh.NONE: "never renewed"}
    return words.get(TemplateRefresh(refresh), refresh) if refresh in list(TemplateRefresh) else f"renewed {plain(refresh)}"


def amounts(allowances: Mapping[str, Allowance]) -> str:
    """Return ``50 uses a CALENDAR_WEEK (autoRefresh ENABLED) and 1000 in its LIFETIME``."""
    return " and ".join(_amount(period, each) for period, each in sorted(allowances.items()))


def _amount(period: str, allowance: Allowance) -> str:
    if period == Period.LIFETIME:
        return f"{allowance.uses} uses in its LIFETIME"
    return f"{allowance.uses} uses a {plain(period)} (autoRefresh {plain(allowance.auto_refresh or 'not shown')})"


def terms(template: BudgetTemplate, table: str = "") -> str:
    """Return what a live template says, in words.

    Parameters: ``table`` is the name of its table, where that is known; else its ARN is shown.
    """
    match template.parameters:
        case PrivacyParameters():
            return f"{PRIVACY} ({privacy(template.parameters)}, {renewal(template.auto_refresh)})"
        case AccessParameters(resource, allowances):
            return f"access budget of table {plain(table or resource, 200)} ({amounts(allowances)})"
        case None:
            return f"budget of type {plain(template.type)}"


def shared(budget: SharedBudget) -> str:
    """Return what another account's template says, or its type where that was not read; its table is told by its id."""
    template = budget.template
    if template is None:
        return plain(budget.kind)
    parameters = template.parameters
    return terms(template, table_id(parameters.resource) if isinstance(parameters, AccessParameters) else "")


def counts(impact: Mapping[str, int]) -> str:
    """Return how many aggregations of each kind, those with the same number together: ``150 AVG, COUNT or SUM``."""
    return _by_figure((f"{count}", kind) for kind, count in impact.items())


def counts_before_and_after(before: Mapping[str, int], after: Mapping[str, int]) -> str:
    """Return how many aggregations of each kind now and then: ``150 → 250 (+100) AVG or COUNT``."""
    kinds = sorted({*before, *after})
    return _by_figure((_move(before.get(kind, 0), after.get(kind, 0)), kind) for kind in kinds)


def left_of_privacy(balance: PrivacyBalance) -> str:
    """Return what is left of each kind of aggregation: ``12 of 150 AVG or COUNT``."""
    return _by_figure((f"{each.left} of {each.most}", kind) for kind, each in balance.aggregations.items())


def left_and_after(balance: AccessBalance, wanted: Mapping[str, Allowance]) -> str:
    """Return what is left of an access budget in each period, what will be, and the difference handed out."""
    said = []
    for period in sorted({*balance.periods, *wanted}):
        now, then = balance.periods.get(period), wanted.get(period)
        after = "afterwards not limited by it" if then is None else f"afterwards {then.uses}"
        if now is None:
            said.append(f"{plain(period)}: not limited by it until now, {after}")
            continue
        if then is not None:
            after += f" ({then.uses - now.left:+d})"
            if period == Period.LIFETIME:
                after += ", if AWS resets this part too, which it does not say"
        said.append(f"{plain(period)}: {now.left} of {now.uses} left, {after}")
    return "; ".join(said)


def left_of_access(balance: AccessBalance) -> str:
    """Return what is left of an access budget in each period."""
    return "; ".join(f"{plain(period)}: {each.left} of {each.uses} left" for period, each in sorted(balance.periods.items()))


def low(names: Iterable[str], left: int, whole: int, percent: int) -> str:
    """Return ``CALENDAR_WEEK: 4 of 50 left, less than 20%``."""
    return f"{_either(sorted(map(plain, names)))}: {left} of {whole} left, less than {percent}%"


def _move(before: int, after: int) -> str:
    return f"{before} → {after} ({after - before:+d})" if before != after else f"{before} as before"


def _by_figure(figures: Iterable[tuple[str, str]]) -> str:
    kinds: dict[str, list[str]] = {}
    for figure, kind in figures:
        kinds.setdefault(figure, []).append(plain(kind))
    return ", ".join(f"{figure} {_either(sorted(names))}" for figure, names in sorted(kinds.items(), key=_first_name))


def _either(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _first_name(item: tuple[str, list[str]]) -> str:
    return min(item[1])


def names_of(tables: Iterable[str]) -> Iterator[str]:
    """Yield names of tables, which others may have chosen, fit to be shown."""
    return (plain(name) for name in sorted(tables))
