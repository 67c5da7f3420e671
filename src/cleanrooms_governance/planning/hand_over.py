"""Which revokes and payer removals have to wait, because done alone they would leave nobody.

What must not come to an end: somebody receives results, and for each cost type somebody can be asked to pay.
"""

from collections.abc import Iterable, Mapping

from cleanrooms_governance.model import CAN_RECEIVE_RESULTS, Collaboration, CostType
from cleanrooms_governance.planning.atoms import Atom, Setting, State, Value, standing
from cleanrooms_governance.planning.payers import payers_after

Kind = tuple[Setting, str]
"""An ability, or a cost type to pay for: what somebody has to have at any time."""


def kind_of(atom: Atom) -> Kind:
    """Return what an atom gives or takes, whoever it is about."""
    return atom.setting, atom.name


def handed_over(planned: State, live: Collaboration) -> frozenset[Atom]:
    """Return the planned revokes of CAN_RECEIVE_RESULTS and payer removals that depend on a planned grant of the same kind.

    They are all those that are planned, if of those who have it now nobody stays: done before the grants, they would leave
    nobody, and if the grant is then denied, for good. Where the file wants nobody at all to have it, nothing depends on
    anything; that is a danger of its own (``guards.LAST_RECEIVER``, ``guards.LAST_PAYER``).
    """
    now = [atom for atom, value in standing(live).items() if value is True]
    dependent: set[Atom] = set()
    for kind in {kind_of(atom) for atom in planned if _matters(atom)}:
        revokes = {atom for atom, value in planned.items() if kind_of(atom) == kind and not value}
        granted = any(kind_of(atom) == kind and value for atom, value in planned.items())
        if granted and not {atom for atom in now if kind_of(atom) == kind} - revokes:
            dependent |= revokes
    return frozenset(dependent)


def awaiting_acceptance(planned: State, live: Collaboration) -> frozenset[Atom]:
    """Return the planned payer removals that wait until another candidate can be seen to be usable.

    A candidate of whom nothing can be seen is not waited for: removing the others is a danger (``guards.UNSEEN_PAYER``), which
    whoever acknowledges it has looked into.
    """
    waiting: set[Atom] = set()
    for atom, value in planned.items():
        if atom.setting is Setting.PAYS and not value:
            left = payers_after(CostType(atom.name), planned, live)
            if not left.usable(live) and left.visible(live):
                waiting.add(atom)
    return frozenset(waiting)


def missing_grants(would_do: Mapping[Atom, Value], hand_over: frozenset[Atom]) -> frozenset[Kind]:
    """Return the kinds of which a request with these effects takes a dependent revoke without bringing a grant along."""
    revoked = {kind_of(atom) for atom, value in would_do.items() if atom in hand_over and not value}
    return frozenset(revoked - granted_kinds(would_do))


def missing_payers(
    would_do: Mapping[Atom, Value], unaccepted: frozenset[Atom], planned: State, live: Collaboration
) -> frozenset[Kind]:
    """Return the kinds of the payer removals among these effects that wait for somebody who is no candidate yet to accept.

    Parameters: ``unaccepted`` see ``awaiting_acceptance``, asked about the same ``planned`` state.
    """
    removed = {atom for atom, value in would_do.items() if atom in unaccepted and not value}
    left = {atom: payers_after(CostType(atom.name), planned, live) for atom in removed}
    return frozenset(kind_of(atom) for atom, payers in left.items() if not payers.staying & live.accepted.keys())


def lonely(atom: Atom, together: Mapping[Atom, Value]) -> bool:
    """Tell whether no grant of a dependent revoke's kind goes together with it."""
    return kind_of(atom) not in granted_kinds(together)


def granted_kinds(atoms: Mapping[Atom, Value]) -> frozenset[Kind]:
    """Return the kinds of which there is a grant among the atoms."""
    return frozenset(kind_of(atom) for atom in _granted(atoms) if _matters(atom))


def _granted(atoms: Mapping[Atom, Value]) -> Iterable[Atom]:
    return (atom for atom, value in atoms.items() if value)


def _matters(atom: Atom) -> bool:
    return atom.setting is Setting.PAYS or (atom.setting is Setting.ABILITY and atom.name == CAN_RECEIVE_RESULTS)
