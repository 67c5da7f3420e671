"""What comes after a collaboration in a run: its memberships, and their privacy budgets after them.

A run carries one out after the other. So a membership is judged by what its collaboration will be, and not at all where only
the run will show that. And what a membership does is seen by its collaboration in the next run only.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from cleanrooms_governance.assessment.budgets import BudgetAssessment, assess_budget
from cleanrooms_governance.assessment.collaborations import CollaborationAssessment
from cleanrooms_governance.assessment.memberships import MembershipAssessment, assess_membership
from cleanrooms_governance.assessment.outlook import Outlook, expected_collaboration, outlook
from cleanrooms_governance.change_requests.next_move import Outcome, decide
from cleanrooms_governance.change_requests.sayings import ABSENT
from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.memberships.updating import RESULT_PLACE, accepted_payments
from cleanrooms_governance.model import AccountId, Membership, MemberStatus
from cleanrooms_governance.planning.changes import JoinCollaboration
from cleanrooms_governance.planning.guards import TAKE_OVER
from cleanrooms_governance.privacy_budgets import DesiredBudgetTemplate
from cleanrooms_governance.running.advance import situation_of
from cleanrooms_governance.service import CleanRoomsReads


def membership_in_turn(
    desired: DesiredMembership,
    reads: CleanRoomsReads,
    today: date,
    *,
    may_write: bool,
    governed: CollaborationAssessment | None,
) -> MembershipAssessment | None:
    """Read and plan a membership; ``None`` while what its collaboration achieves in this run decides what is to be done.

    Parameters: ``governed`` is its collaboration as it was found, where the same run governs that and comes to it before.
    """
    found = assess_membership(
        desired,
        reads,
        today,
        may_write=may_write,
        expected=expected_collaboration(governed, desired.account) if governed else None,
    )
    is_open = governed is not None and outlook(governed, desired.account) is Outlook.OPEN
    return None if is_open and not _is_refused_anyway(found) else found


def is_open_membership(found: MembershipAssessment | None) -> bool:
    """Tell whether a run may still have the account join, so that what belongs to its membership is to be planned afterwards.

    Parameters: ``found`` is what ``membership_in_turn`` returned.
    """
    return found is None or _joins(found)


def budget_in_turn(
    desired: DesiredBudgetTemplate, reads: CleanRoomsReads, *, may_write: bool, membership_is_open: bool
) -> BudgetAssessment | None:
    """Read and plan a privacy budget; ``None`` while the account has yet to join in this run.

    Parameters: ``membership_is_open`` says that this run may have the account join; see ``is_open_membership``.
    """
    found = assess_budget(desired, reads, may_write=may_write)
    has_joined = found.seen is None or found.seen.membership is not None
    return None if membership_is_open and not has_joined else found


def collaboration_since(
    left: CollaborationAssessment, joined: Mapping[AccountId, Membership], today: date
) -> CollaborationAssessment | None:
    """Judge a collaboration again that waited when this run left it; ``None`` where no other run would do more for it.

    Parameters: ``left`` is how the run left it; ``joined`` are the memberships in it as they are known since.
    """
    if left.world is None or left.decision.outcome is not Outcome.WAITING or _said_absent(left):
        return None
    live = left.world.live
    members = {
        account: replace(live.members[account], status=MemberStatus.ACTIVE)
        for account, membership in joined.items()
        if membership.is_active and account in live.members
    }
    accepted = {account: accepted_payments(joined[account]) for account in members}
    live = replace(live, members={**live.members, **members}, accepted={**live.accepted, **accepted})
    world = replace(left.world, live=live)
    situation = situation_of(left.desired, world, today, may_write=left.may_write)
    now = replace(left, plan=situation.plan, decision=decide(situation), world=world)
    return now if now.moves() or now.decision.outcome is not Outcome.WAITING else None


def _said_absent(found: CollaborationAssessment) -> bool:
    """Tell whether votes are missing of accounts that could not be acted as, which the memberships do not change."""
    return any(remark.rule == ABSENT for remark in found.decision.remarks)


def _joins(found: MembershipAssessment) -> bool:
    joining = any(isinstance(planned.change, JoinCollaboration) for planned in found.plan.changes)
    return joining and found.can_act and not found.refusals


def _is_refused_anyway(found: MembershipAssessment) -> bool:
    """Tell whether a membership is refused whatever becomes of its collaboration, so that a preview has to be red."""
    return any(danger.rule in (RESULT_PLACE, TAKE_OVER) and not danger.acknowledged for danger in found.plan.dangers)
