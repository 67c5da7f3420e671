"""What was lost when change requests were committed, though nobody asked for it.

The list of abilities in a change request replaces the old one, and how far that reaches is not documented for everything an
entry holds (switches ``runnerAbilities``, ``omittedMl``, ``omittedPayment`` of the embedded service). So it is looked at
afterwards.
"""

from collections.abc import Iterable

from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, RequestStatus
from cleanrooms_governance.planning.atoms import Atom, Setting, State, standing, stated_by, value_in


def newly_committed(before: Iterable[ChangeRequest], after: Iterable[ChangeRequest]) -> tuple[ChangeRequest, ...]:
    """Return the requests that are committed now and were not before."""
    was_over = {request.id for request in before if request.status == RequestStatus.COMMITTED}
    return tuple(r for r in after if r.status == RequestStatus.COMMITTED and r.id not in was_over)


def lost_by_commits(before: Collaboration, after: Collaboration, committed: Iterable[ChangeRequest]) -> tuple[Atom, ...]:
    """Return what held before, holds no more, and was not asked for by any of the requests committed in between, sorted.

    An account that left or was removed in between takes its abilities with it; that is nothing a commit did. Neither is it a
    loss when a new payer relieves the one who paid by default.
    """
    asked = {atom: value for request in committed for atom, value in stated_by(request, before).items()}
    return _lost(before, after, asked) if asked else ()


def lost_by_removal(
    before: Collaboration, after: Collaboration, removed: AccountId, committed: Iterable[ChangeRequest]
) -> tuple[Atom, ...]:
    """Return what other accounts had before a removal and have no more, though no request asked for it, sorted."""
    asked = {atom: value for request in committed for atom, value in stated_by(request, before).items()}
    return tuple(atom for atom in _lost(before, after, asked) if atom.subject != removed)


def _lost(before: Collaboration, after: Collaboration, asked: State) -> tuple[Atom, ...]:
    relieved = {atom.name for atom, value in asked.items() if atom.setting is Setting.PAYS and value}
    now = standing(after)
    return tuple(
        atom
        for atom, value in sorted(standing(before).items())
        if value is True
        and atom not in asked
        and not value_in(now, atom)
        and not (atom.setting is Setting.PAYS and atom.name in relieved)
        and (member := after.members.get(AccountId(atom.subject))) is not None
        and member.belongs
    )
