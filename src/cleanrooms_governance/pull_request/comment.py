"""One comment on one or several previews: the verdict first, then who must act, and the details folded."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cleanrooms_governance.markdown import code
from cleanrooms_governance.pull_request import sections
from cleanrooms_governance.pull_request.fitting import GITHUB_LIMIT, Fitted, Part, Weight, fit, length
from cleanrooms_governance.pull_request.marker import default_key, marker
from cleanrooms_governance.pull_request.preview import Preview
from cleanrooms_governance.pull_request.reviewed_plan import reviewed_plan
from cleanrooms_governance.pull_request.verdict import Judged, Verdict, judge, worst
from cleanrooms_governance.pull_request.words import (
    OF_SEVERAL,
    SIGNS,
    alert,
    consequence,
    counted,
    headline,
    needed,
    stack_title,
)
from cleanrooms_governance.reviewed_plan import ReviewedPlan

_SHOWN = 12
"""Digits of a commit that are shown."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a pipeline may say about its comment.

    ``commit`` is the one that the previews were made for; ``key`` tells this comment from those of other pipelines; ``limit``
    is how many characters the forge takes; ``page`` is the address of the page on which the whole preview can be read.
    """

    commit: str = ""
    key: str = ""
    limit: int = GITHUB_LIMIT
    page: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: its Markdown, its first line, and what it says for programs."""

    markdown: str
    marker: str
    verdict: Verdict
    plan: ReviewedPlan
    judged: tuple[Judged, ...] = field(default=())
    cut: tuple[tuple[str, int], ...] = ()

    def document(self) -> dict[str, Any]:
        """Return all of it as a document for programs."""
        return {
            "verdict": str(self.verdict),
            "fingerprint": self.plan.fingerprint,
            "commit": self.plan.commit or None,
            "marker": self.marker,
            "stacks": [
                {
                    "stack": each.preview.path,
                    "verdict": str(each.verdict),
                    "fingerprint": self.plan.of_stack(each.preview.path),
                    "changes": each.changes,
                    "dangersNotAcknowledged": each.dangers,
                    "dangersAcknowledged": each.acknowledged,
                    "refusals": each.refusals,
                    "notRead": each.unread,
                }
                for each in self.judged
            ],
            "cut": [{"what": what, "lines": lines} for what, lines in self.cut],
            "markdown": self.markdown,
        }


def render(previews: Sequence[Preview], wishes: Wishes = Wishes()) -> Comment:
    """Return the comment on some previews. The same previews give the same bytes, in whatever order they come."""
    judged = sorted(map(judge, previews), key=_urgency)
    plan = reviewed_plan(previews, wishes.commit)
    first = marker(wishes.key or default_key(previews))
    verdict = worst(each.verdict for each in judged)
    where = f"[the output of the preview]({wishes.page})" if wishes.page else "the output of `pulumi preview` in this job"
    fitted = _fitted(first, judged, verdict, plan, wishes.limit, where)
    return Comment(fitted.text, first, verdict, plan, tuple(judged), fitted.cut)


def _urgency(judged: Judged) -> tuple[int, bool, str]:
    """Return where a stack comes among others: the worst first, then those that wait for somebody."""
    return list(Verdict).index(judged.verdict), not needed(judged), judged.preview.path


def _fitted(first: str, judged: Sequence[Judged], verdict: Verdict, plan: ReviewedPlan, limit: int, where: str) -> Fitted:
    made_for = _made_for(plan)
    if len(judged) == 1 and _is_quiet(judged[0]):
        line = f"{SIGNS[verdict]} **{stack_title(judged[0].preview)}**: {headline(judged[0])}. {made_for}"
        return fit([Part((first, line))], limit, where)
    if len(judged) == 1:
        return fit(_below(first, _stack(judged[0], "###", made_for)), limit, where)
    stacks = [list(_stack(each, "###", _plan_of(each, plan))) for each in judged if not _is_quiet(each)]

    def with_stacks(count: int) -> Fitted:
        left = len(stacks) - count
        notice = f"*{counted(left, 'stack is', 'stacks are')} only listed above: read {where}*"
        # Only where not even one stack is shown may the list of them be cut.
        overview = _below(first, _overview(judged, verdict, made_for, Weight.WHOLE if count else Weight.DANGER))
        parts = [*overview, *(part for each in stacks[:count] for part in each), *([Part((notice,))] if left else [])]
        return fit(parts, limit, where)

    shown = bisect_left(range(len(stacks)), True, key=lambda count: length(with_stacks(count + 1).text) > limit)
    return with_stacks(shown)


def _below(first: str, parts: Iterable[Part]) -> list[Part]:
    """Put the marker right above what follows, so that nothing shows where it is."""
    head, *rest = parts
    return [Part((first, *head.lines)), *rest]


def _overview(judged: Sequence[Judged], verdict: Verdict, made_for: str, weight: Weight) -> Iterator[Part]:
    counts = [(each, sum(one.verdict is each for one in judged)) for each in Verdict]
    said = ", ".join(f"{count} {OF_SEVERAL[each]}" for each, count in counts if count)
    yield Part((f"### {SIGNS[verdict]} {len(judged)} stacks: {said}",))
    yield Part(tuple(map(_in_a_line, judged)), weight, about="stacks")
    yield Part((made_for,))


def _plan_of(judged: Judged, plan: ReviewedPlan) -> str:
    mark = plan.of_stack(judged.preview.path)
    return f"Plan of this stack {code(mark)}." if mark else "No plan of this stack."


def _in_a_line(judged: Judged) -> str:
    needs = needed(judged)
    said = f"{SIGNS[judged.verdict]} **{stack_title(judged.preview)}**: {headline(judged)}"
    return f"- {said}; {needs}" if needs else f"- {said}"


def _made_for(plan: ReviewedPlan) -> str:
    known = any(resources is not None for resources in plan.stacks.values())
    what = f"Plan {code(plan.fingerprint)}" if known else "No plan"
    return f"{what}, commit {code(plan.commit[:_SHOWN])}." if plan.commit else f"{what}."


def _is_quiet(judged: Judged) -> bool:
    """Tell whether a line says it all."""
    return judged.verdict is Verdict.NOTHING and not any(sections.warnings(judged.preview))


def _stack(judged: Judged, level: str, made_for: str) -> Iterator[Part]:
    preview = judged.preview
    yield Part((f"{level} {SIGNS[judged.verdict]} {stack_title(preview)}: {headline(judged)}",))
    if follows := consequence(judged):
        yield Part(tuple(alert(judged.verdict, follows)))
    if needs := needed(judged):
        yield Part((f"**{needs[0].upper()}{needs[1:]}**",))
    looked = "" if judged.verdict is Verdict.NOT_READ else _looked_at(preview)
    yield Part((f"{made_for} {looked}".strip(),))
    yield from sections.errors(preview)
    yield from sections.dangers(judged)
    if judged.verdict is not Verdict.NOT_READ:
        yield from sections.actions(judged)
        yield from sections.warnings(preview)
        yield from sections.changes(preview)
        yield from sections.letters(preview)
        yield from sections.details(preview)


def _looked_at(preview: Preview) -> str:
    kinds = {kind: sum(each.kind == kind for each in preview.resources) for kind in ("collaboration", "membership", "budget")}
    said = [counted(count, kind) for kind, count in kinds.items() if count]
    return f"Looked at {', '.join(said)}." if said else ""
