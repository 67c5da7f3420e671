"""What does `crgov ask` say?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cleanrooms_governance.change_requests.judging import content_fingerprint
from cleanrooms_governance.cli.ask_text import Letter
from cleanrooms_governance.cli.asking import Accept, Asked, Commit, Join, Task, Vote
from cleanrooms_governance.cli.exit_codes import Exit, worst
from cleanrooms_governance.cli.output import Line, Report
from cleanrooms_governance.cli.request_reports import world_document
from cleanrooms_governance.cli.worlds import Trouble
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.text import label, plain


def ask_report(account: AccountId, found: Sequence[Asked | Trouble], names: Mapping[AccountId, str]) -> Report:
    """Return the text for the account. What concerns only whoever sends it is in ``notes_for_sender``."""
    asked = [(each, Letter(account, each, names), task) for each in found if isinstance(each, Asked) for task in each.tasks]
    who = label(account, names)
    count = len(asked)
    lines = [f"To account {who}: {count} thing{'s' * (count != 1)} to do in AWS Clean Rooms"]
    troubles = [each for each in found if isinstance(each, Trouble)]
    if not asked:
        lines = [f"nothing to do for account {who} in the collaborations of this stack{' that could be read' * bool(troubles)}"]
    if not asked and len(troubles) == len(found) > 0:
        lines = [f"nothing could be read, so it is not known what account {who} has to do"]
    documents: list[dict[str, Any]] = []
    for number, (each, letter, task) in enumerate(asked, 1):
        title = f"{number}. {letter.title(task)}" if count > 1 else letter.title(task)
        body = [f"   {line}" if line else "" for line in letter.body(task)]
        lines += ["", title, "", *body]
        documents.append(_document(each, task) | {"commands": letter.commands(task)})
    document = {
        "account": account,
        "tasks": documents,
        "text": "\n".join(lines),
        "notes": list(notes_for_sender(account, found, names)),
    }
    ends = [*(Exit.WAITING for _ in asked), *(trouble.end for trouble in troubles)]
    return Report(document, [Line(line.lstrip(" "), indent=len(line) - len(line.lstrip(" "))) for line in lines], worst(ends))


def notes_for_sender(account: AccountId, found: Sequence[Asked | Trouble], names: Mapping[AccountId, str]) -> Iterator[str]:
    """Yield what the account itself is not to be bothered with."""
    for each in found:
        if isinstance(each, Trouble):
            yield f"{each.place.label} was not read, so it may hold more: {each.why}"
            continue
        called = repr(plain(each.world.live.name))
        for task in each.tasks:
            if isinstance(task, Vote) and (vote := each.ahead.on(task.request).get(account)):
                yield f"{called}, change request {task.request.id}: this stack holds {label(account, names)}; {vote.said}"
            if isinstance(task, Join) and each.declared:
                yield f"{called}: memberships.{each.declared} of this stack joins at the next pulumi up, if all is as expected"
        if each.unseen:
            costs = ", ".join(sorted(each.unseen))
            who = label(account, names)
            yield f"{called}: it is not visible whether {who} has accepted to pay for {costs}; no plan waits for it"


def _document(asked: Asked, task: Task) -> dict[str, Any]:
    document: dict[str, Any] = {"task": type(task).__name__.lower(), "collaboration": world_document(asked.world)}
    match task:
        case Vote(request) | Commit(request):
            return document | {"request": request.id, "content": content_fingerprint(request.changes)}
        case Accept(costs, seen):
            return document | {"payerFor": sorted(costs), "seen": seen}
        case _:
            return document | {"payerFor": sorted(task.duties)}
