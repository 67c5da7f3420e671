"""Which changes wait for an open request about another account, because a runner pays where nobody is named."""

from collections.abc import Iterable

from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, CostType
from cleanrooms_governance.planning.atoms import Setting, State, effects, stated_by, subjects_of
from cleanrooms_governance.planning.payers import maybe_by_default


def payer_order(going: State, open_requests: Iterable[ChangeRequest], live: Collaboration) -> dict[str, ChangeRequest]:
    """Return the accounts about which nothing is filed yet, each with the request that has to be over before.

    An entry states all that its account pays, so that of a runner names it for what it pays by default. Once another payer is
    in effect it no longer does (service model: QueryComputePaymentConfig), and the same entry would make it a candidate
    anew: approved by everybody, and not to be committed. So the runner's entry and the naming of another payer are never
    open side by side; what is filed already goes first.

    Parameters: ``going`` are the planned atoms that are not filed yet, ``open_requests`` those that are to take effect.
    """
    order: dict[str, ChangeRequest] = {}
    for request in open_requests:
        states = stated_by(request, live)
        named = _payers(effects(states, live)).values()
        repeated = {cost for account, costs in _payers(states).items() for cost in costs if _by_default(account, cost, live)}
        for subject in subjects_of(going) - subjects_of(states):
            waits = any(_by_default(subject, cost, live) for costs in named for cost in costs)
            if waits or _payers(going).get(subject, frozenset()) & repeated:
                order[subject] = request
    return order


def _payers(state: State) -> dict[str, frozenset[CostType]]:
    payers: dict[str, frozenset[CostType]] = {}
    for atom, value in state.items():
        if atom.setting is Setting.PAYS and value:
            payers[atom.subject] = payers.get(atom.subject, frozenset()) | {CostType(atom.name)}
    return payers


def _by_default(subject: str, cost: CostType, live: Collaboration) -> bool:
    return subject in live.members and maybe_by_default(AccountId(subject), cost, live)
