"""What can this stack see of who has accepted to pay? Only an account itself sees that, on its own membership."""

from collections.abc import Iterable
from dataclasses import replace

from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.memberships.updating import accepted_payments
from cleanrooms_governance.model import AccountId, Collaboration, CostType
from cleanrooms_governance.service import Accounts


def accepted_by(account: AccountId, live: Collaboration, stack: Stack, accounts: Accounts) -> frozenset[CostType] | None:
    """Return what an account has accepted to pay in a collaboration, ``None`` where that is not visible."""
    access = listed.access if (listed := stack.file.accounts.get(account)) else None
    if access is None:
        return None
    try:
        memberships = accounts(access, live.region).memberships()
    except GovernanceError:
        return None
    own = [each for each in memberships if each.collaboration_id == live.id and each.is_active]
    return frozenset(cost for each in own for cost in accepted_payments(each))


def with_acceptance(live: Collaboration, concerned: Iterable[AccountId], stack: Stack, accounts: Accounts) -> Collaboration:
    """Return a collaboration with what can be seen of who, of those concerned, has accepted to pay."""
    seen = {account: accepted_by(account, live, stack, accounts) for account in sorted(set(concerned))}
    return replace(live, accepted={account: costs for account, costs in seen.items() if costs is not None})
