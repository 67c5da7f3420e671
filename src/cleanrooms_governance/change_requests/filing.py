"""What to put into one change request, what has to wait, and in which order requests are filed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cleanrooms_governance.change_requests.judging import content_fingerprint
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import (
    RUNNER_ABILITIES,
    AccountId,
    Collaboration,
    CollaborationChange,
    MemberChange,
    RequestedChange,
)
from cleanrooms_governance.planning.atoms import (
    COLLABORATION,
    Atom,
    Setting,
    State,
    derived_types,
    full_entry,
    spoken_payments,
    subjects_of,
)
from cleanrooms_governance.planning.hand_over import lonely

MOST_CHANGES = 10
"""Changes in one request (service model: ChangeInputList)."""

_AUTOMATIC, _NARROWING, _VOTED_ON, _WIDENING = range(4)


@dataclass(frozen=True, slots=True)
class Draft:
    """A change request that is not filed yet; each change carries the types that we predict for it."""

    changes: tuple[RequestedChange, ...]

    @property
    def subjects(self) -> frozenset[str]:
        """The accounts that it concerns, and ``*`` for the collaboration's own list."""
        return frozenset(subject_of(change) for change in self.changes)

    @property
    def content(self) -> str:
        """The fingerprint by which the request is found again when the answer is lost."""
        return content_fingerprint(self.changes)


@dataclass(frozen=True, slots=True)
class Filings:
    """The requests to file, in order, and the revokes that have to wait for a grant to be in effect first."""

    drafts: tuple[Draft, ...]
    postponed: frozenset[Atom] = frozenset()


def plan_filings(
    left: State,
    live: Collaboration,
    desired: DesiredCollaboration,
    hand_over: frozenset[Atom] = frozenset(),
    contested: frozenset[str] = frozenset(),
) -> Filings:
    """Return the requests to file for the atoms that are left, in order.

    All that concerns one account goes into one change, so a new member comes with its abilities or not at all. What the
    collaboration approves by itself does not wait behind what needs votes, so the two are never in one request (auto-approval
    is decided for a request as a whole). Grants come before revokes where more than one request is needed. The auto-approval
    list has a request of its own: before the others that need votes where it only narrows, behind all others where it widens.

    Parameters: ``hand_over`` are the dependent revokes (see ``hand_over.handed_over``): one goes only in a request that holds a
    grant of its kind, else it is postponed. ``contested`` are accounts that somebody else's open request names: the service may
    not take another one for them, so theirs are apart from the others and come last.
    """
    postponed: set[Atom] = set()
    while True:
        going = {atom: value for atom, value in left.items() if atom not in postponed}
        found = _drafts(going, live, desired, contested)
        early = {
            atom
            for draft in found
            for atom in hand_over & going.keys()
            if atom.subject in draft.subjects and lonely(atom, _carried(draft, going))
        }
        if not early:
            return Filings(found, frozenset(postponed))
        postponed |= early


def subject_of(change: RequestedChange) -> str:
    """Return the account that a change concerns, or ``*``."""
    return change.account if isinstance(change, MemberChange) else COLLABORATION


def widens(atom: Atom, value: object, live: Collaboration) -> bool:
    """Tell whether an atom's new value lets the collaboration approve more by itself."""
    return atom.setting is Setting.AUTO_APPROVE and isinstance(value, frozenset) and bool(value - live.auto_approved)


def _carried(draft: Draft, going: State) -> State:
    return {atom: value for atom, value in going.items() if atom.subject in draft.subjects}


def _drafts(left: State, live: Collaboration, desired: DesiredCollaboration, contested: frozenset[str]) -> tuple[Draft, ...]:
    accounts = sorted(AccountId(subject) for subject in subjects_of(left) if subject != COLLABORATION)
    groups: dict[tuple[bool, bool], list[MemberChange]] = {}
    for entry in (_entry(account, left, live, desired) for account in accounts):
        groups.setdefault((entry.account in contested, not entry.types <= live.auto_approved), []).append(entry)
    ranked = [
        ((apart, _VOTED_ON if votes else _AUTOMATIC), Draft(batch))
        for (apart, votes), entries in groups.items()
        for batch in _batches(entries)
    ]
    for atom, value in left.items():
        if isinstance(value, frozenset):
            change = CollaborationChange(value)
            rank = (True, _WIDENING) if widens(atom, value, live) else (COLLABORATION in contested, _NARROWING)
            ranked.append((rank, Draft((replace(change, types=derived_types(change, live)),))))
    return tuple(draft for _, draft in sorted(ranked, key=lambda each: each[0]))


def _entry(account: AccountId, left: State, live: Collaboration, desired: DesiredCollaboration) -> MemberChange:
    member = live.members.get(account)
    if member and member.belongs:
        entry = full_entry(account, left, live)
    else:
        wanted = desired.members[account]
        entry = MemberChange(
            account=account,
            abilities=wanted.abilities - RUNNER_ABILITIES,
            display_name=wanted.display_name or desired.names.get(account),
            ml_abilities=wanted.ml_abilities or None,
            payments=spoken_payments(dict.fromkeys(wanted.payer_for, True)) if wanted.payer_for else None,
        )
    return replace(entry, types=derived_types(entry, live))


def _batches(entries: Iterable[MemberChange]) -> list[tuple[MemberChange, ...]]:
    ordered = sorted(entries, key=lambda entry: (_only_narrows(entry), entry.account))
    return [tuple(ordered[start : start + MOST_CHANGES]) for start in range(0, len(ordered), MOST_CHANGES)]


def _only_narrows(entry: MemberChange) -> bool:
    return all(type_.startswith(("REVOKE_", "REMOVE_")) for type_ in entry.types)
