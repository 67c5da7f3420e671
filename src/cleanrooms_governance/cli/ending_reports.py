"""What do `crgov delete-collaboration` and `crgov leave` say?"""

from collections.abc import Iterator, Mapping
from typing import Any

from cleanrooms_governance.cli.ending import AlreadyOver, Ending, Rule
from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.request_reports import world_document
from cleanrooms_governance.cli.request_view import account_names, world_title
from cleanrooms_governance.model import CAN_RECEIVE_RESULTS, AccountId, CostType, Member
from cleanrooms_governance.planning.payers import candidates
from cleanrooms_governance.text import label, plain

_FINAL = {
    Rule.DELETE: "This is final: it ends for all members at once, and nothing brings it back.",
    Rule.LEAVE: "This is final: the account can never join this collaboration again.",
}


def announcement(ending: Ending, known: Mapping[AccountId, str], command: str) -> Report:
    """Return what would end. Nothing has been done.

    Parameters: ``command`` is the command line that was given, to which the fingerprint is to be added.
    """
    names = account_names(ending.world.live, known)
    lines = [
        world_title(ending.world, names),
        Line(_what(ending, names), indent=2),
        Line(_FINAL[ending.rule], Tone.TAKEN, 2),
        *_members(ending, names),
        *_losses(ending, names),
        Line("nothing was done. To do it:", Tone.TITLE),
        Line(f"{command} --fingerprint {ending.fingerprint}", indent=2),
    ]
    return Report(_document(ending, done=False), lines, Exit.CHANGES)


def ended(ending: Ending, known: Mapping[AccountId, str]) -> Report:
    """Return that it has ended, and what is left to do."""
    who = label(ending.account, account_names(ending.world.live, known))
    live = ending.world.live
    did = f"deleted collaboration {live.id}" if ending.rule is Rule.DELETE else f"left collaboration {live.id}"
    lines = [
        Line(f"{who} {did} ({plain(live.name)!r}, {live.region}); it was looked up and is gone", Tone.TITLE),
        *_what_is_left(ending.rule, ending.keys),
    ]
    return Report(_document(ending, done=True), lines)


def nothing_to_end(over: AlreadyOver) -> Report:
    """Return why there is nothing to end."""
    document = {"action": over.rule, "done": False, "why": over.why, "keys": list(over.keys)}
    lines = [
        Line(f"nothing to do: {over.why}", Tone.TITLE),
        Line(f"If it has ended for good, take {_listed(over.keys)} out of the stack file."),
    ]
    return Report(document, lines)


def _what(ending: Ending, names: Mapping[AccountId, str]) -> str:
    who = label(ending.account, names)
    if ending.rule is Rule.DELETE:
        said = f"would be deleted by its creator {who}"
    else:
        said = f"would be left by {who}, whose membership {ending.id} ends"
    return said if ending.tagged else f"{said}; it carries no owner tag, so no stack has governed it yet"


def _members(ending: Ending, names: Mapping[AccountId, str]) -> Iterator[Line]:
    live = ending.world.live
    belonging = [member for member in live.members.values() if member.belongs]
    yield Line(f"members: {len(belonging)}", indent=2)
    for account, member in sorted(live.members.items()):
        tone = Tone.PLAIN if member.belongs else Tone.FAINT
        yield Line(f"{label(account, names)}: {plain(member.status)}{_role(member)}", tone, 4)


def _role(member: Member) -> str:
    pays = [f"pays for {cost}" for cost, flag in sorted(member.payments.items()) if flag]
    does = [*sorted(map(plain, member.abilities)), *sorted(map(plain, member.ml_abilities)), *pays]
    return f", {', '.join(does)}" if does and member.belongs else ""


def _losses(ending: Ending, names: Mapping[AccountId, str]) -> Iterator[Line]:
    said = [*_open_requests(ending), *_shared(ending, names)]
    if ending.rule is Rule.LEAVE:
        said += _gaps(ending)
    yield Line("with it ends, as far as can be seen from here:", indent=2)
    for text in said:
        yield Line(text, indent=4)


def _open_requests(ending: Ending) -> Iterator[str]:
    requests = [request for request in ending.world.requests if request.is_open]
    if ending.rule is Rule.DELETE:
        yield from (f"change request {request.id}, {plain(request.status)}" for request in requests)
        if not requests:
            yield "no open change request"
    else:
        waiting = [request for request in requests if ending.account in request.pending_voters]
        yield from (f"its vote on change request {request.id}, which is awaited" for request in waiting)


def _shared(ending: Ending, names: Mapping[AccountId, str]) -> Iterator[str]:
    for kind, owners in ending.shared.items():
        if owners is None:
            yield f"{kind}: not visible"
        else:
            whose = ", ".join(f"{count} of {label(account, names)}" for account, count in owners.items())
            yield f"{kind}: {whose or 'none'}"


def _gaps(ending: Ending) -> Iterator[str]:
    """Yield what nobody in the collaboration can do any more once the account has left it."""
    live, account = ending.world.live, ending.account
    if live.members[account].is_runner:
        yield "it is the one that runs queries and jobs: nobody can any more, and nobody else can be given that ability"
    receivers = {each for each, member in live.members.items() if member.belongs and CAN_RECEIVE_RESULTS in member.abilities}
    if receivers == {account}:
        yield "it is the only one that receives results: nobody does any more"
    for cost in CostType:
        if candidates(cost, live) == {account}:
            yield f"it is the only one shown to pay for {cost}: nobody can be charged until the creator names another payer"


def _what_is_left(rule: Rule, keys: tuple[str, ...]) -> Iterator[Line]:
    them = "them" if len(keys) > 1 else "it"
    yield Line(f"Now take {_listed(keys)} out of the stack file and run `pulumi up`: Pulumi only forgets {them}.")
    if rule is Rule.DELETE:
        yield Line(
            "As long as the key is there, every run is refused: what it stands for cannot be read any more. To use the key"
        )
        yield Line(
            "for a new collaboration, forget the old one first: `pulumi state delete <URN>` (`pulumi stack --show-urns`)."
        )


def _listed(keys: tuple[str, ...]) -> str:
    *others, last = keys
    return f"{', '.join(others)} and {last}" if others else last


def _document(ending: Ending, *, done: bool) -> dict[str, Any]:
    live = ending.world.live
    return {
        "action": ending.rule,
        "done": done,
        "id": ending.id,
        "account": ending.account,
        "fingerprint": ending.fingerprint,
        "collaboration": world_document(ending.world),
        "members": {account: member.status for account, member in sorted(live.members.items())},
        "openRequests": [request.id for request in ending.world.requests if request.is_open],
        "shared": ending.shared,
        "keys": list(ending.keys),
    }
