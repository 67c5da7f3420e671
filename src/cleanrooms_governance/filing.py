"""What to put into one change request, what has to wait, and in which order requests are filed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cleanrooms_governance.atoms import Atom, Setting, State, Value, derived_types, full_entry
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import CAN_RECEIVE_RESULTS, RUNNER_ABILITIES, AccountId, Collaboration, MemberChange
from cleanrooms_governance.requests import content_fingerprint

MOST_CHANGES = 10
"""Changes in one request (service model: ChangeInputList)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A change request that is not filed yet; each change carries the types that we predict for it."""

    changes: tuple[MemberChange, ...]

    @property
    def content(self) -> str:
        """The fingerprint by which the request is found again when the answer is lost."""
        return content_fingerprint(self.changes)


@dataclass(frozen=True, slots=True)
class Filings:
    """The requests to file, in order, and the revokes that have to wait for a grant to be in effect first."""

    drafts: tuple[Draft, ...]
    postponed: frozenset[Atom] = frozenset()


def handed_over(planned: State, live: Collaboration) -> frozenset[Atom]:
    """Return the planned revokes of CAN_RECEIVE_RESULTS that depend on a planned grant of it.

    They are all those that are planned, if of those who receive results now nobody stays: done before the grants, they would
    leave nobody, and if the grant is then denied, for good. Where the file wants no receiver at all nothing depends on
    anything; that is a danger of its own (``guards.LAST_RECEIVER``).
    """
    now = {
        Atom(account, Setting.ABILITY, CAN_RECEIVE_RESULTS)
        for account, member in live.members.items()
        if member.belongs and CAN_RECEIVE_RESULTS in member.abilities
    }
    revokes = {atom for atom, value in planned.items() if _receives(atom) and not value}
    granted = any(_receives(atom) and value for atom, value in planned.items())
    return frozenset(revokes) if granted and not now - revokes else frozenset()


def leaves_nobody(would_do: Mapping[Atom, Value], hand_over: frozenset[Atom]) -> bool:
    """Tell whether a request with these effects takes a dependent revoke without bringing a grant along."""
    return any(atom in hand_over and not value for atom, value in would_do.items()) and not any(
        _receives(atom) and value for atom, value in would_do.items()
    )


def _receives(atom: Atom) -> bool:
    return atom.setting is Setting.ABILITY and atom.name == CAN_RECEIVE_RESULTS


def plan_filings(
    left: State,
    live: Collaboration,
    desired: DesiredCollaboration,
    hand_over: frozenset[Atom] = frozenset(),
    contested: frozenset[AccountId] = frozenset(),
) -> Filings:
    """Return the requests to file for the atoms that are left, in order.

    All that concerns one account goes into one change, so a new member comes with its abilities or not at all. What the
    collaboration approves by itself does not wait behind what needs votes, so the two are never in one request (auto-approval
    is decided for a request as a whole). Grants come before revokes where more than one request is needed.

    Parameters: ``hand_over`` are the dependent revokes (see ``handed_over``): one goes only in a request that holds a grant,
    else it is postponed. ``contested`` are accounts that somebody else's open request names: the service may not take another
    one for them, so theirs are apart from the others and come last.
    """
    postponed: set[Atom] = set()
    while True:
        going = {atom: value for atom, value in left.items() if atom not in postponed}
        found = _drafts(going, live, desired, contested)
        early = {
            atom
            for draft in found
            for atom in hand_over & going.keys()
            if atom.subject in {change.account for change in draft.changes} and not _brings_a_grant(draft, going)
        }
        if not early:
            return Filings(found, frozenset(postponed))
        postponed |= early


def _brings_a_grant(draft: Draft, going: State) -> bool:
    accounts = {change.account for change in draft.changes}
    return any(_receives(atom) and value and atom.subject in accounts for atom, value in going.items())


def _drafts(
    left: State, live: Collaboration, desired: DesiredCollaboration, contested: frozenset[AccountId]
) -> tuple[Draft, ...]:
    entries = [_entry(account, left, live, desired) for account in sorted({AccountId(atom.subject) for atom in left})]
    groups: dict[tuple[bool, bool], list[MemberChange]] = {}
    for entry in entries:
        groups.setdefault((entry.account in contested, not entry.types <= live.auto_approved), []).append(entry)
    return tuple(Draft(batch) for _, group in sorted(groups.items()) for batch in _batches(group))


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
        )
    return replace(entry, types=derived_types(entry, live))


def _batches(entries: Iterable[MemberChange]) -> list[tuple[MemberChange, ...]]:
    ordered = sorted(entries, key=lambda entry: (_only_narrows(entry), entry.account))
    return [tuple(ordered[start : start + MOST_CHANGES]) for start in range(0, len(ordered), MOST_CHANGES)]


def _only_narrows(entry: MemberChange) -> bool:
    return all(type_.startswith("REVOKE_") for type_ in entry.types)
