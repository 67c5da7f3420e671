"""Which changes wait for an open request about another account, because a runner pays where nobody is named."""

from collections.abc import Iterable

from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, CostType
from cleanrooms_governance.planning.atoms import Setting, State, accounts_of, effects, stated_by
from cleanrooms_governance.planning.payers import maybe_by_default


def payer_order(going: State, open_requests: Iterable[ChangeRequest], live: Collaboration) -> dict[AccountId, ChangeRequest]:
    """Return the accounts about which nothing is filed yet, each with the request that has to be over before.

    An entry states all that its account pays, so that of a runner names it for what it pays by default. Once another payer is
    in effect it no longer does (service model: QueryComputePaymentConfig), and the same entry would make it a candidate
    anew: approved by everybody, and not to be committed. So the runner's entry and the naming of another payer are never
    open side by side; what is filed already goes first.

    Parameters: ``going`` are the planned atoms that are not filed yet, ``open_requests`` those that are to take effect.
    """
    order: dict[AccountId, ChangeRequest] = {}
    asked = _payers(going)
    for request in open_requests:
        states = stated_by(request, live)
        named = {cost for costs in _payers(effects(states, live)).values() for cost in costs}
        repeated = {cost for payer, costs in _payers(states).items() for cost in costs if maybe_by_default(payer, cost, live)}
        for subject in accounts_of(going) - accounts_of(states):
            if asked.get(subject, set()) & repeated or any(maybe_by_default(subject, cost, live) for cost in named):
                order[subject] = request
    return order


def _payers(state: State) -> dict[AccountId, set[CostType]]:
    payers: dict[AccountId, set[CostType]] = {}
    for atom, value in state.items():
        if atom.setting is Setting.PAYS and value:
            payers.setdefault(AccountId(atom.subject), set()).add(CostType(atom.name))
    return payers
