"""Whether queries and jobs will have the same payer candidates: the console names one payer for both.

Source: service guide, creating a collaboration for queries and jobs; in the API the two are separate flags.
"""

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import CAN_RUN_JOB, Ability, AccountId, Collaboration, CostType
from cleanrooms_governance.planning.atoms import managed_costs
from cleanrooms_governance.planning.payers import RUNNER_OF, candidates
from cleanrooms_governance.planning.plan import Level, Remark
from cleanrooms_governance.text import labels

PAYERS_DIFFER = "payers-differ"


def differing_payers(desired: DesiredCollaboration, live: Collaboration | None) -> tuple[Remark, ...]:
    """Return a warning if the candidates for queries and jobs will differ, where somebody runs jobs.

    Only where the file decides one of the two. Parameters: ``live`` is ``None`` for a collaboration that is not there yet.
    """
    queries, jobs = (_candidates(cost, desired, live) for cost in RUNNER_OF)
    if not managed_costs(desired) & RUNNER_OF.keys() or not _runners(CAN_RUN_JOB, desired, live) or queries == jobs:
        return ()
    names = desired.names
    text = (
        f"collaborations.{desired.key}.members: {labels(queries, names) or 'nobody'} will be asked to pay for"
        f" {CostType.QUERY_COMPUTE}, and {labels(jobs, names) or 'nobody'} for {CostType.JOB_COMPUTE}. The AWS console names"
        " one payer for queries and jobs together, so whoever edits payers there makes the two alike. To prevent that, name the"
        " same accounts for both under payerFor"
    )
    return (Remark(PAYERS_DIFFER, "payerFor", text, Level.WARNING),)


def _candidates(cost: CostType, desired: DesiredCollaboration, live: Collaboration | None) -> frozenset[AccountId]:
    """Return who can be asked to pay once the file is in effect; where nobody is named, that is the runner."""
    shown = candidates(cost, live) - desired.removed if live else frozenset[AccountId]()
    if cost in managed_costs(desired):
        named = {account for account, member in desired.members.items() if cost in (member.payer_for or ())}
        shown = (shown - desired.members.keys()) | named
    return shown or _runners(RUNNER_OF[cost], desired, live)


def _runners(ability: Ability, desired: DesiredCollaboration, live: Collaboration | None) -> frozenset[AccountId]:
    if live is None:
        return frozenset(account for account, member in desired.members.items() if ability in member.abilities)
    return frozenset(account for account, member in live.members.items() if member.belongs and ability in member.abilities)
