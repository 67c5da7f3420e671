"""How a verdict is said: the title of a stack, what follows from it, and accounts with their names."""

from collections.abc import Mapping, Sequence

from cleanrooms_governance.markdown import code, inline
from cleanrooms_governance.pull_request.acting import awaited_votes, coming_votes, warnings
from cleanrooms_governance.pull_request.preview import Preview
from cleanrooms_governance.pull_request.verdict import Judged, Verdict
from cleanrooms_governance.text import plain

SIGNS: Mapping[Verdict, str] = {
    Verdict.FAILED: "❌",
    Verdict.REFUSED: "⛔",
    Verdict.NOT_READ: "❓",
    Verdict.DANGEROUS: "⚠️",
    Verdict.CHANGES: "✏️",
    Verdict.WAITING: "⏳",
    Verdict.NOTHING: "✅",
}

_ALERTS: Mapping[Verdict, str] = {
    Verdict.FAILED: "CAUTION",
    Verdict.REFUSED: "CAUTION",
    Verdict.NOT_READ: "WARNING",
    Verdict.DANGEROUS: "WARNING",
}


OF_SEVERAL: Mapping[Verdict, str] = {
    Verdict.FAILED: "failed",
    Verdict.REFUSED: "refused",
    Verdict.NOT_READ: "not read",
    Verdict.DANGEROUS: "dangerous",
    Verdict.CHANGES: "with changes",
    Verdict.WAITING: "waiting for others",
    Verdict.NOTHING: "with nothing to change",
}
"""How many stacks of a comment are so, in words behind the number."""

_MOST_NAMED = 5


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def headline(judged: Judged) -> str:
    """Return what a preview comes to, in a few words."""
    preview = judged.preview
    changes = counted(judged.changes, "change")
    match judged.verdict:
        case Verdict.FAILED:
            status = f" (exit status {preview.exit})" if preview.exit else ""
            return f"the preview failed{status}"
        case Verdict.REFUSED:
            return f"refused ({', '.join(_reasons(judged))})" + (
                f"; planned: {changes}{_final(judged)}" if judged.changes else ""
            )
        case Verdict.NOT_READ:
            return "read nothing, only the file was checked" if preview.resources else "declares nothing"
        case Verdict.DANGEROUS:
            dangers = f", {counted(judged.acknowledged, 'acknowledged danger')}" if judged.acknowledged else ""
            return f"{_changes(judged)}{dangers}"
        case Verdict.CHANGES:
            return _changes(judged)
        case Verdict.WAITING:
            return _waiting(judged)
        case Verdict.NOTHING:
            warned = len(preview.warnings) + sum(1 for _ in warnings(preview))
            return f"nothing to change, {counted(warned, 'warning')}" if warned else "nothing to change"


def _changes(judged: Judged) -> str:
    others = sum(judged.preview.others.values())
    later = sum(each.fingerprint is None and not each.forgotten for each in judged.preview.resources)
    forgotten = sum(each.forgotten for each in judged.preview.resources)
    said = [
        f"{counted(judged.changes, 'change')}{_final(judged)}" if judged.changes or not (others or later or forgotten) else "",
        f"{counted(forgotten, 'resource')} forgotten" if forgotten else "",
        f"{later} known only during the run" if later else "",
        f"{counted(others, 'resource')} of other kinds" if others else "",
    ]
    return ", ".join(each for each in said if each)


def _final(judged: Judged) -> str:
    return f", {judged.final} of them cannot be undone" if judged.final else ""


def _waiting(judged: Judged) -> str:
    said = [counted(judged.changes, "change") + " under way" if judged.changes else "nothing to change"]
    said += ["waiting for others"] if judged.preview.said("waiting", "skipped") or not judged.denied else []
    said += [f"{judged.denied} denied"] if judged.denied else []
    return ", ".join(said)


def _reasons(judged: Judged) -> list[str]:
    said = [
        f"{counted(judged.dangers, 'danger')} not acknowledged" if judged.dangers else "",
        counted(judged.refusals, "refusal") if judged.refusals else "",
        f"{judged.unread} not read" if judged.unread else "",
    ]
    return [each for each in said if each]


def consequence(judged: Judged) -> str:
    """Return what follows for somebody who would merge this, as Markdown; empty where the title says it all."""
    preview = judged.preview
    match judged.verdict:
        case Verdict.FAILED:
            return (
                f"What this would change is **not known**: {inline(preview.trouble)}." if preview.trouble else _failed(preview)
            ) + " Do not merge on this comment."
        case Verdict.REFUSED:
            way = (
                "correct the file, or acknowledge each danger by its fingerprint"
                if judged.dangers
                else "correct what is said below"
            )
            return f"While this stands, `pulumi up` writes **nothing**, and `crgov up` leaves out what is refused: {way}."
        case Verdict.NOT_READ if not preview.resources:
            return "There is no collaboration and no membership in this stack file. Check how its sections are spelled."
        case Verdict.NOT_READ:
            return (
                "No AWS credentials were found, as in a pull request from a fork. The file is valid, **and no more is known**:"
                " what would change, who has to vote and what is dangerous needs a preview with credentials."
            )
        case Verdict.DANGEROUS:
            what = "acknowledges what is dangerous here" if judged.acknowledged else "asks for what cannot be undone"
            return f"The file {what}, so **a run after the merge does it**. Read the dangers first."
        case _:
            return ""


def _failed(preview: Preview) -> str:
    return "What this would change is **not known**" + (": the errors say why." if preview.errors else ".")


def needed(judged: Judged) -> str:
    """Return whose votes are needed, as Markdown; empty if nobody's are."""
    preview = judged.preview
    named: dict[str, Mapping[str, str]] = {}
    for awaited in awaited_votes(preview):
        named.setdefault(awaited.account, awaited.resource.names)
    for coming in coming_votes(preview):
        if coming.own_plan != "approve":
            named.setdefault(coming.account, coming.resource.names)
    shown = [account(number, names) for number, names in sorted(named.items())]
    if len(shown) > _MOST_NAMED:
        shown[_MOST_NAMED:] = [f"{len(shown) - _MOST_NAMED} more"]
    return f"needs {'a vote' if len(named) == 1 else 'votes'} of {', '.join(shown)}" if shown else ""


def alert(verdict: Verdict, text: str) -> list[str]:
    """Return a text as the forge's box for something that must not be overlooked."""
    return [f"> [!{_ALERTS[verdict]}]", f"> {text}"] if verdict in _ALERTS else [text]


def account(number: str, names: Mapping[str, str]) -> str:
    """Return an account as Markdown: its number, and its name behind it."""
    name = plain(names.get(number, ""))
    return f"{code(number)} ({inline(name)})" if name else code(number)


def stack_title(preview: Preview) -> str:
    """Return the name of a stack as a title has it."""
    return inline(preview.stack or "a stack")


def listed(texts: Sequence[str], most: int = 3) -> str:
    """Return the first of some texts, and how many more there are."""
    shown = "; ".join(inline(text, 200) for text in texts[:most])
    return f"{shown}; and {len(texts) - most} more" if len(texts) > most else shown
