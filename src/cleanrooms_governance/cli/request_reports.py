"""What do `crgov requests list` and `crgov requests show` say?"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from cleanrooms_governance.change_requests.judging import content_fingerprint
from cleanrooms_governance.cli.exit_codes import Exit, worst
from cleanrooms_governance.cli.foresight import Foresight
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.request_view import (
    account_names,
    effects_fingerprint,
    moved_since_filing,
    request_document,
    request_lines,
    view_exit,
    world_title,
)
from cleanrooms_governance.cli.worlds import NotThere, Seen, Trouble, World
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.model import AccountId, ChangeRequest, RequestStatus
from cleanrooms_governance.text import label, plain

LookAhead = Callable[[World], Foresight]

L = TypeVar("L")

Told = tuple[Sequence[Line], dict[str, Any], Exit]
"""What there is to say of one collaboration: for people, for programs, and how it ends."""


def list_report(seen: Sequence[Seen], names: Mapping[AccountId, str], look_ahead: LookAhead, *, past: bool) -> Report:
    """Return all open requests, or with ``past`` all that there ever were, newest last; open ones alone decide the end.

    Parameters: ``look_ahead`` says what the next `pulumi up` does in a collaboration.
    """
    documents: list[dict[str, Any]] = []
    lines: list[Line] = []
    ends: list[Exit] = []
    for each in seen:
        if not isinstance(each, World):
            said, document, end = not_looked_at(each)
            documents.append(document | ({"requests": []} if isinstance(each, NotThere) else {}))
            lines += said
            ends.append(end)
        else:
            shown = [request for request in each.requests if past or request.is_open]
            undecided = any(request.status == RequestStatus.PENDING for request in shown)
            ahead = look_ahead(each) if undecided else Foresight(each.live)
            described = [request_document(request, each, ahead.on(request)) for request in shown]
            documents.append(world_document(each) | {"requests": described})
            called = account_names(each.live, names)
            lines.append(world_title(each, called))
            for request in shown:
                lines += request_lines(request, each, called, ahead.on(request))
            if not shown:
                lines.append(Line("no requests" if past else "no open requests", Tone.FAINT, 2))
            ends += [view_exit(request) for request in shown if request.is_open]
    return Report({"collaborations": documents}, lines, worst(ends))


def show_report(
    found: tuple[World, ChangeRequest], names: Mapping[AccountId, str], ahead: Foresight, where: Sequence[str]
) -> Report:
    """Return everything about one request, and how to vote on it by hand where that is ours to do.

    Parameters: ``where`` are the options that say where to look, for the command that is shown.
    """
    world, request = found
    foreseen = ahead.on(request)
    called = account_names(world.live, names)
    lines = [world_title(world, called), *request_lines(request, world, called, foreseen)]
    types = ", ".join(sorted(map(plain, world.live.auto_approved))) or "nothing"
    lines.append(Line(f"the collaboration approves by itself: {types}", Tone.FAINT, 4))
    for account in (each for each, vote in sorted(foreseen.items()) if vote.action is None and vote.by_hand):
        lines += [Line(f"to approve it as {label(account, called)}:", indent=4)]
        lines += [Line(approve_command(request, world, account, where), indent=6)]
    document = {"collaboration": world_document(world), "request": request_document(request, world, foreseen)}
    return Report(document, lines, view_exit(request))


def approve_command(request: ChangeRequest, world: World, account: AccountId, where: Sequence[str]) -> str:
    """Return the command that approves exactly this request; the effects are named where the collaboration has changed."""
    effects = ["--effects", effects_fingerprint(request, world.live)] if moved_since_filing(request, world.live) else []
    content = ["--content", content_fingerprint(request.changes)]
    return shlex.join(["crgov", "requests", "approve", request.id, *content, *effects, "--account", account, *where])


def find_request(seen: Sequence[Seen], request_id: str) -> tuple[World, ChangeRequest]:
    """Return a request and where it is.

    Raises: ``Unseen`` if it is nowhere to be seen, naming what could not be read.
    """
    for each in seen:
        if isinstance(each, World):
            for request in each.requests:
                if request.id == request_id:
                    return each, request
    unread = [f"{each.place.label} could not be read: {each.why}" for each in seen if isinstance(each, Trouble)]
    looked = ", ".join(each.place.label for each in seen) or "nowhere"
    raise Unseen("\n".join([f"change request {request_id} is not to be seen (looked at: {looked}). Check the id", *unread]))


class Unseen(GovernanceError):
    """The request named is nowhere to be seen."""


def world_document(world: World) -> dict[str, Any]:
    """Return which collaboration this is about."""
    return {
        "key": world.place.label,
        "id": world.live.id,
        "name": plain(world.live.name),
        "region": world.live.region,
        "creator": world.live.creator,
        "seenAs": world.place.access.account,
    }


def collaborations_report(found: Sequence[Seen | L], looked: type[L], told: Callable[[L], Told]) -> Report:
    """Return what was looked at, collaboration by collaboration, and what could not be.

    Parameters: ``looked`` is what a look ends with where it could be made, ``told`` what there is to say of one.
    """
    every: list[Told] = []
    for each in found:
        if isinstance(each, NotThere | Trouble):
            every.append(not_looked_at(each))
        elif isinstance(each, looked):
            every.append(told(each))
    lines = [line for said, _, _ in every for line in said]
    if not found:
        lines.append(Line("no collaborations in this stack file", Tone.FAINT))
    return Report({"collaborations": [document for _, document, _ in every]}, lines, worst(end for *_, end in every))


def not_looked_at(each: NotThere | Trouble) -> Told:
    """Return what there is to say of a collaboration that was not read: for people, for programs, and how it ends."""
    if isinstance(each, NotThere):
        return [Line(f"{each.place.label}: not created yet", Tone.TITLE)], place_document(each), Exit.DONE
    lines = [Line(f"{each.place.label}: not read", Tone.TITLE), Line(each.why, Tone.TAKEN, 2)]
    return lines, place_document(each) | {"error": each.why}, each.end


def place_document(each: NotThere | Trouble) -> dict[str, Any]:
    """Return which collaboration this is about, where it was not read."""
    return {"key": each.place.label, "id": each.place.id, "region": each.place.region, "seenAs": each.place.access.account}
