"""Privacy budgets of other accounts, as the creator of a collaboration sees them: told, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

from cleanrooms_governance import budget_words
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.planning.plan import Remark
from cleanrooms_governance.seen import NotVisible, Seen
from cleanrooms_governance.text import label

PARTNER_BUDGETS = "partner-budgets"


def partner_budgets(seen: Seen, desired: DesiredCollaboration) -> Iterator[Remark]:
    """Say which privacy budgets accounts have that declare none in this file; nothing where nobody asked for it."""
    if desired.budget_owners is None:
        return
    if isinstance(seen.budgets, NotVisible):
        text = f"which privacy budgets others have set is not visible ({seen.budgets.reason})"
        yield Remark(PARTNER_BUDGETS, desired.creator, text)
        return
    for owner, said in _by_owner(seen).items():
        if owner not in desired.budget_owners:
            text = f"privacy budgets of {label(owner, desired.names)}, not governed here: {'; '.join(said)}"
            yield Remark(PARTNER_BUDGETS, owner, text)


def budgets_document(seen: Seen) -> dict[str, Any]:
    """Return the budgets of all accounts in words, by account, as outputs show them; empty where they were not looked at."""
    return {str(owner): said for owner, said in _by_owner(seen).items()}


def _by_owner(seen: Seen) -> Mapping[AccountId, list[str]]:
    if seen.budgets is None or isinstance(seen.budgets, NotVisible):
        return {}
    owners = sorted({each.owner for each in seen.budgets})
    return {owner: sorted(budget_words.shared(each) for each in seen.budgets if each.owner == owner) for owner in owners}
