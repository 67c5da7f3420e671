"""Which tables are the budgets of, that a query or job took from?"""

from cleanrooms_governance.budgets.book import tables_of
from cleanrooms_governance.cli.analyses.conducting import Conducted
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.cli.worlds import access_of
from cleanrooms_governance.desired import Credentials
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.model import membership_in
from cleanrooms_governance.privacy_budgets import AccessBalance, BudgetedTable
from cleanrooms_governance.service import Accounts


def budget_tables(conducted: Conducted, stack: Stack, accounts: Accounts) -> dict[str, BudgetedTable]:
    """Return the tables of the members that the stack holds, by the id at the end of their ARNs, as far as they can be seen.

    Nothing is read where no access budget is to be told of.
    """
    live, after = conducted.runner.live, conducted.after
    budgets = after if isinstance(after, tuple) else ()
    owners = {each.owner for each in budgets if isinstance(each.balance, AccessBalance)}
    places = (live.id, conducted.runner.declared.section.collaboration)
    own = {each.account for each in stack.file.memberships.values() if each.collaboration in places}
    tables: dict[str, BudgetedTable] = {}
    for account in sorted(owners & own):
        port = accounts(access_of(stack, account, Credentials()), live.region)
        try:
            membership = membership_in(live.id, port.memberships())
            tables |= tables_of(port, membership.id) if membership is not None else {}
        except GovernanceError:
            continue  # told by its id then
    return tables
