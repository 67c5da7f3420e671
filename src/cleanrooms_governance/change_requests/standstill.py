"""Which open requests wait for what cannot be filed before they are over themselves."""

from collections.abc import Iterable, Mapping

from cleanrooms_governance.planning.hand_over import Kind


def at_a_standstill(waiting: Mapping[str, frozenset[Kind]], holders: Mapping[Kind, Iterable[str | None]]) -> frozenset[str]:
    """Return the ids of the requests that will never take effect, because they wait for themselves or for each other.

    Parameters: ``waiting`` are the requests that may not take effect before a planned grant of each of these kinds does.
    ``holders`` are the planned grants by kind, each as the request that carries it, or that has to be over before it is filed;
    ``None`` where nothing holds it up.
    """
    still = frozenset(waiting)
    while moving := {id_ for id_ in still if all(_comes(holders.get(kind, ()), still) for kind in waiting[id_])}:
        still -= moving
    return still


def _comes(holders: Iterable[str | None], still: frozenset[str]) -> bool:
    listed = list(holders)
    # What nobody plans does not depend on a request's end.
    return not listed or any(holder not in still for holder in listed)
