"""What is there to know about a change request before one votes on it?

Pure: a request and the collaboration as it stands become what is shown, as lines and as a document.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cleanrooms_governance.change_requests.judging import content_fingerprint
from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.foresight import Foreseen
from cleanrooms_governance.cli.output import Line, Tone
from cleanrooms_governance.cli.worlds import Place, World
from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, MemberChange, RequestStatus, Vote
from cleanrooms_governance.planning.atoms import (
    COLLABORATION,
    Atom,
    Setting,
    State,
    Value,
    derived_types,
    effects,
    standing,
    stated_by,
    value_in,
)
from cleanrooms_governance.text import label, labels, plain

_MOMENT = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a commit now would do to one atom."""

    atom: Atom
    before: Value
    after: Value

    def line(self, names: Mapping[AccountId, str]) -> Line:
        """Say it as a line of a diff."""
        whose = "the collaboration" if self.atom.subject == COLLABORATION else label(self.atom.subject, names)
        what = plain(self.atom.name) or str(self.atom.setting)
        if isinstance(self.before, bool) and isinstance(self.after, bool):
            kind = "payer for " if self.atom.setting == "pays" else ""
            sign, tone = ("+", Tone.ADDED) if self.after else ("-", Tone.TAKEN)
            return Line(f"{sign} {kind}{what}: {whose}", tone, 4)
        return Line(f"~ {what} of {whose}: {_listed(self.before)} -> {_listed(self.after)}", Tone.CHANGED, 4)

    @property
    def document(self) -> dict[str, Any]:
        """The effect for programs."""
        return {
            "subject": self.atom.subject,
            "setting": str(self.atom.setting),
            "name": self.atom.name,
            "before": _plain_value(self.before),
            "after": _plain_value(self.after),
        }


def request_effects(request: ChangeRequest, live: Collaboration) -> tuple[Effect, ...]:
    """Return what a commit now would do, sorted."""
    now: State = standing(live)
    state = effects(stated_by(request, live), live)
    return tuple(Effect(atom, value_in(now, atom), value) for atom, value in sorted(state.items(), key=lambda item: item[0]))


def effects_fingerprint(request: ChangeRequest, live: Collaboration) -> str:
    """Return the fingerprint of what a commit now would do; it changes when the collaboration does."""
    return fingerprint("effects", live.id, [effect.document for effect in request_effects(request, live)])


def moved_since_filing(request: ChangeRequest, live: Collaboration) -> tuple[str, ...]:
    """Say in which change types a request now differs from what the service recorded when it was filed.

    The types are output only and stored at creation (service model: Change), so a difference means that the collaboration has
    changed since, or that the request does more than we understand.
    """
    said: list[str] = []
    for change in request.changes:
        now = derived_types(change, live)
        said += [f"{each} when it was filed, not any more" for each in sorted(change.types - now)]
        said += [f"{each} now, not when it was filed" for each in sorted(now - change.types)]
    return tuple(said)


def view_exit(request: ChangeRequest) -> Exit:
    """Return how a look at a request ends: an approved one waits for us, a pending one for others."""
    if request.status == RequestStatus.DENIED:
        return Exit.REFUSED
    if request.status == RequestStatus.PENDING:
        return Exit.WAITING
    return Exit.CHANGES if request.status == RequestStatus.APPROVED else Exit.DONE


def request_document(request: ChangeRequest, world: World, foreseen: Mapping[AccountId, Foreseen]) -> dict[str, Any]:
    """Return a request for programs. ``foreseen`` says what `pulumi up` does about the votes that are awaited."""
    return {
        "id": request.id,
        "status": request.status,
        "filed": request.created.isoformat(),
        "content": content_fingerprint(request.changes),
        "effects": effects_fingerprint(request, world.live),
        "diff": [effect.document for effect in request_effects(request, world.live)],
        "types": sorted({each for change in request.changes for each in change.types}),
        "movedSinceFiling": list(moved_since_filing(request, world.live)) if request.is_open else [],
        "notUnderstood": list(request.unknown),
        "autoApproved": request.auto_approved,
        "votes": dict(sorted(request.approvals.items())),
        "nextUp": {account: {"action": each.action, "rule": each.why} for account, each in sorted(foreseen.items())},
        "waitsFor": list(waits_for(request, world.live)),
    }


def waits_for(request: ChangeRequest, live: Collaboration) -> tuple[AccountId, ...]:
    """Return the accounts that have to act next: those yet to vote, or the creator that has to commit."""
    if request.status == RequestStatus.APPROVED:
        return (live.creator,)
    return request.pending_voters if request.status == RequestStatus.PENDING else ()


def world_title(world: World, names: Mapping[AccountId, str]) -> Line:
    """Return the line that stands above what is said about a collaboration."""
    return Line(title_of(world.place, world.live, names), Tone.TITLE)


def title_of(place: Place, live: Collaboration, names: Mapping[AccountId, str]) -> str:
    """Return what a collaboration is called where it is shown: its key, if that says more, its name, its place, its creator."""
    key = "" if place.label in (live.name, live.id) else f"{place.label}: "
    return f"{key}{plain(live.name)!r} ({live.id}, {live.region}), creator {label(live.creator, names)}"


def request_lines(
    request: ChangeRequest, world: World, names: Mapping[AccountId, str], foreseen: Mapping[AccountId, Foreseen]
) -> Iterator[Line]:
    """Yield everything about a request, the diff first; ``foreseen`` as for ``request_document``."""
    live = world.live
    yield Line(f"change request {request.id}: {plain(request.status)}, filed {request.created.strftime(_MOMENT)}", indent=2)
    happening = request_effects(request, live)
    for effect in happening:
        yield effect.line(names)
    for text in names_given(request, live):
        yield Line(text, indent=4)
    if not happening:
        yield Line("changes nothing in the collaboration as it stands", Tone.FAINT, 4)
    if request.is_open:
        for each in moved_since_filing(request, live):
            yield Line(f"! {each}", Tone.CHANGED, 4)
    if request.unknown:
        yield Line(f"! holds what this version does not understand: {', '.join(request.unknown)}", Tone.CHANGED, 4)
    yield Line(f"content {content_fingerprint(request.changes)}  effects {effects_fingerprint(request, live)}", indent=4)
    for account, vote in sorted(request.approvals.items()):
        tone = {Vote.APPROVED: Tone.ADDED, Vote.DENIED: Tone.TAKEN}.get(Vote(vote)) if vote in set(Vote) else None
        yield Line(
            f"{plain(vote)} by {label(account, names)}" if vote != Vote.PENDING else _no_vote(account, names, foreseen),
            tone or Tone.PLAIN,
            4,
        )
    if request.auto_approved:
        yield Line("approved without votes, by the collaboration's auto-approval list", indent=4)
    if waiting := waits_for(request, live):
        what = "to commit it (pulumi up does)" if request.status == RequestStatus.APPROVED else "to vote"
        yield Line(f"waits for {labels(waiting, names)} {what}", indent=4)


def names_given(request: ChangeRequest, live: Collaboration) -> Iterator[str]:
    """Yield the names that a request gives to new members: no more than that, since whoever files it chooses them."""
    for change in request.changes:
        if (
            isinstance(change, MemberChange)
            and change.display_name
            and Atom(change.account, Setting.MEMBER) not in standing(live)
        ):
            yield f"{change.account} is to be called {plain(change.display_name)!r}"


def account_names(live: Collaboration | None, known: Mapping[AccountId, str]) -> dict[AccountId, str]:
    """Return the names of accounts: the stack file's, else what the members call themselves."""
    members = live.members if live else {}
    return {**{account: member.display_name for account, member in members.items()}, **known}


def _no_vote(account: AccountId, names: Mapping[AccountId, str], foreseen: Mapping[AccountId, Foreseen]) -> str:
    said = f"no vote yet by {label(account, names)}"
    return f"{said}; {foreseen[account].said}" if account in foreseen else said


def _listed(value: Value) -> str:
    return ", ".join(sorted(map(plain, value))) or "none" if isinstance(value, frozenset) else str(value).lower()


def _plain_value(value: Value) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value
