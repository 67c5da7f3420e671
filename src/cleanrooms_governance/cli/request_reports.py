"""What do `crgov requests list` and `crgov requests show` say?"""

from collections.abc import Mapping, Sequence
from typing import Any

from cleanrooms_governance.cli.exit_codes import Exit, worst
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.request_view import account_names, request_document, request_lines, view_exit, world_title
from cleanrooms_governance.cli.worlds import NotThere, Seen, Trouble, World
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.model import AccountId, ChangeRequest


def list_report(seen: Sequence[Seen], names: Mapping[AccountId, str], *, past: bool) -> Report:
    """Return all open requests, or with ``past`` all that there ever were, newest last; open ones alone decide the end."""
    documents: list[dict[str, Any]] = []
    lines: list[Line] = []
    ends: list[Exit] = []
    for each in seen:
        if isinstance(each, Trouble):
            documents.append(_of_place(each) | {"error": each.why})
            lines += [Line(f"{each.place.label}: not read", Tone.TITLE), Line(each.why, Tone.TAKEN, 2)]
            ends.append(each.end)
        elif isinstance(each, NotThere):
            documents.append(_of_place(each) | {"requests": []})
            lines += [Line(f"{each.place.label}: not created yet", Tone.TITLE)]
        else:
            shown = [request for request in each.requests if past or request.is_open]
            documents.append(world_document(each) | {"requests": [request_document(request, each) for request in shown]})
            lines.append(world_title(each))
            for request in shown:
                lines += request_lines(request, each, account_names(each, names))
            if not shown:
                lines.append(Line("no requests" if past else "no open requests", Tone.FAINT, 2))
            ends += [view_exit(request) for request in shown if request.is_open]
    return Report({"collaborations": documents}, lines, worst(ends))


def show_report(found: tuple[World, ChangeRequest], names: Mapping[AccountId, str]) -> Report:
    """Return everything about one request."""
    world, request = found
    lines = [world_title(world), *request_lines(request, world, account_names(world, names))]
    document = {"collaboration": world_document(world), "request": request_document(request, world)}
    return Report(document, lines, view_exit(request))


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
        "name": world.live.name,
        "region": world.live.region,
        "creator": world.live.creator,
        "seenAs": world.place.access.account,
    }


def _of_place(each: NotThere | Trouble) -> dict[str, Any]:
    return {"key": each.place.label, "id": each.place.id, "region": each.place.region, "seenAs": each.place.access.account}
