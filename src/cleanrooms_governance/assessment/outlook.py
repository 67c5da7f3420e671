"""What is a membership planned against while its collaboration is governed by the same run?"""

from enum import Enum, auto

from cleanrooms_governance.assessment.collaborations import CollaborationAssessment
from cleanrooms_governance.change_requests.next_move import Remove
from cleanrooms_governance.model import AccountId, Collaboration
from cleanrooms_governance.planning.changes import RemoveMember
from cleanrooms_governance.planning.plan import PlannedChange
from cleanrooms_governance.planning.plan_collaboration import predicted


class Outlook(Enum):
    """What a membership is planned against while its collaboration is governed by the same run."""

    LIVE = auto()
    """The collaboration as it is: this run does not change what concerns the account."""
    PREDICTED = auto()
    """The collaboration as it will be, because it approves the planned changes by itself."""
    OPEN = auto()
    """Nothing yet: what the run achieves decides it."""


def outlook(governed: CollaborationAssessment, account: AccountId) -> Outlook:
    """Return what the plan of an account's membership is to be made against."""
    concerned = _concerning(account, governed)
    if not concerned or not governed.moves():
        return Outlook.LIVE
    automatic = not any(planned.needs_votes for planned in concerned) and not governed.plan.dangers
    if any(isinstance(planned.change, RemoveMember) for planned in concerned):
        # A removal that waits for others may come about in this run or not.
        automatic = automatic and any(isinstance(each, Remove) and each.removal.account == account for each in governed.moves())
    return Outlook.PREDICTED if automatic else Outlook.OPEN


def expected_collaboration(governed: CollaborationAssessment, account: AccountId) -> Collaboration | None:
    """Return the collaboration as this run will leave it for an account, where that is sure and not yet so."""
    if governed.world is None or outlook(governed, account) is not Outlook.PREDICTED:
        return None
    return predicted(governed.world.live, governed.desired, _concerning(account, governed))


def _concerning(account: AccountId, governed: CollaborationAssessment) -> list[PlannedChange]:
    return [planned for planned in governed.plan.changes if planned.change.subject == account]
