"""What was read of one privacy budget: the facts that its plan is made from."""

from collections.abc import Mapping
from dataclasses import dataclass

from cleanrooms_governance.model import AccountId, Membership
from cleanrooms_governance.privacy_budgets import AccessBalance, BudgetedTable, BudgetTemplate, PrivacyBalance
from cleanrooms_governance.seen import NotVisible


@dataclass(frozen=True, slots=True)
class SeenBudget:
    """What an account sees of one budget of its membership.

    ``membership`` is ``None`` before it has joined. ``template`` is the one of the collaboration, or of the table, with its
    tags where they were read. ``table`` is what the file means, ``None`` where it is not associated; ``tables`` is all that was
    listed on the way. ``elsewhere`` is another account that has set the collaboration's differential privacy. ``left_behind``
    are templates of other tables that this key stood for.

    ``balance``, ``impact`` and ``impact_now`` (aggregations by kind, as wanted and as it stands) are read only where something
    is changed; ``balance`` also where the file says below what to warn.
    """

    membership: Membership | None
    template: BudgetTemplate | None = None
    table: BudgetedTable | None = None
    tables: tuple[BudgetedTable, ...] = ()
    elsewhere: AccountId | None = None
    left_behind: tuple[BudgetTemplate, ...] = ()
    balance: PrivacyBalance | AccessBalance | NotVisible | None = None
    impact: Mapping[str, int] | NotVisible | None = None
    impact_now: Mapping[str, int] | NotVisible | None = None
