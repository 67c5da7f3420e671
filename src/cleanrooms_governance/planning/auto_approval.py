"""How the auto-approval list gets from what it is to what the file wants: narrower first, wider last.

The list is one setting and a request replaces it whole. Where some types are to go and others to come, that is two steps and
two requests, so that the collaboration never approves more by itself than it does now while other changes need votes.
"""

from itertools import pairwise

from cleanrooms_governance.model import Collaboration
from cleanrooms_governance.planning.atoms import State, Value

Types = frozenset[str]


def steps(live: Types, wanted: Types) -> tuple[tuple[Types, Types], ...]:
    """Return each step as the list before it and after it, in order: first what stays of the list, then what is wanted."""
    return tuple((before, after) for before, after in pairwise((live, live & wanted, wanted)) if before != after)


def in_steps(state: State, live: Collaboration) -> State:
    """Return wanted values with that of the list taken back to the next step."""
    return {
        atom: live.auto_approved & value if isinstance(value, frozenset) and live.auto_approved - value else value
        for atom, value in state.items()
    }


def is_on_the_way(value: Value, wanted: Value, live: Collaboration) -> bool:
    """Tell whether a request with this value does nothing but what is wanted: all of it, or only a part of the narrowing.

    A part of the widening is not: what is acknowledged as dangerous is the whole of it.
    """
    if isinstance(value, frozenset) and isinstance(wanted, frozenset):
        return value == wanted or live.auto_approved & wanted <= value < live.auto_approved
    return value == wanted
