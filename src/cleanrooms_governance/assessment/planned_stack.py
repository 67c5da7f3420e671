"""Everything that a stack plans, as one document, and the summary of it: what `crgov plan` shows and a preview does, too."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from cleanrooms_governance.assessment.awaiting import awaited
from cleanrooms_governance.assessment.budgets import BudgetAssessment
from cleanrooms_governance.assessment.collaborations import CollaborationAssessment
from cleanrooms_governance.assessment.kinds import COLLABORATION, is_nothing_read
from cleanrooms_governance.assessment.memberships import MembershipAssessment
from cleanrooms_governance.assessment.proceedings import Found, Proceedings, Standing
from cleanrooms_governance.assessment.refusing import computed_inputs
from cleanrooms_governance.assessment.standing import not_known_yet, of_budget, of_collaboration, of_membership
from cleanrooms_governance.assessment.telling import budget_lines, collaboration_lines, membership_lines
from cleanrooms_governance.assessment.whole_stack import Assessed
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.planning.plan import Remark
from cleanrooms_governance.planning.stack_fingerprint import stack_fingerprint
from cleanrooms_governance.text import harmless, plain


def standing_of(resource: Assessed) -> Found:
    """Return how a resource stands, as the summary of a preview counts it."""
    before = resource.depends_on.partition(" ")[2]
    match resource.found:
        case CollaborationAssessment() as found:
            return of_collaboration(found)
        case MembershipAssessment() as found:
            return of_membership(found, before)
        case BudgetAssessment() as found:
            return of_budget(found, before)
        case None:
            return not_known_yet(before if resource.depends_on.startswith(f"{COLLABORATION} ") else "")


def lines_of(resource: Assessed) -> tuple[Remark, ...]:
    """Return what a preview says under a resource, its refusals not included."""
    match resource.found:
        case CollaborationAssessment() as found:
            return tuple(collaboration_lines(found))
        case MembershipAssessment() as found:
            return tuple(membership_lines(found))
        case BudgetAssessment() as found:
            return tuple(budget_lines(found))
        case None:
            return ()


def outcome_of(resource: Assessed) -> Outcome | None:
    """Return the outcome that a preview compares with the recorded one, ``None`` where it is not known yet."""
    match resource.found:
        case CollaborationAssessment() | MembershipAssessment() as found:
            return found.decision.outcome
        case BudgetAssessment() as found:
            return found.outcome
        case None:
            return None


def summary_of(resources: Iterable[Assessed], declared: Mapping[str, str]) -> str:
    """Return the summary that a preview ends with, empty if there is nothing to look at.

    Parameters: ``declared`` as ``declared_resources`` returns it.
    """
    proceedings = Proceedings()
    for resource in resources:
        proceedings.planned(resource.name, standing_of(resource))
    return proceedings.summary(declared)


def nothing_was_read(resources: Iterable[Assessed]) -> bool:
    """Tell whether nothing was judged, because there are no credentials at all."""
    return is_nothing_read({refusal.rule for refusal in each.found.refusals} for each in resources if each.found)


def fingerprint_of(resources: Iterable[Assessed]) -> str:
    """Return the fingerprint of all plans together; see ``stack_fingerprint``."""
    return stack_fingerprint({each.name: each.found.plan.fingerprint if each.found else "" for each in resources})


def resource_document(resource: Assessed, today: date) -> dict[str, Any]:
    """Return what is known of one resource, for programs.

    ``plan``, ``refused`` and ``fingerprint`` are those of the ``inputs`` that a preview shows; all three are ``null`` where the
    plan is not known before something else is done.
    """
    found, standing = resource.found, standing_of(resource)
    unknown = {"plan": None, "refused": None, "fingerprint": None}
    computed = computed_inputs(found.plan, found.refusals) if found else unknown
    outcome = outcome_of(resource)
    # What is planned, acknowledged and next is said elsewhere in the document.
    remarks = [line for line in lines_of(resource) if line.rule not in ("plan", "danger", "next")]
    return {
        "kind": resource.kind,
        "key": resource.key,
        "target": found.plan.target if found else None,
        **computed,
        "next": [entry.text for entry in standing.entries if entry.standing is Standing.TO_DO],
        "awaited": [
            {
                "account": each.account,
                "name": plain(found.desired.names.get(each.account, "")) or None,
                "task": str(each.task),
                "about": each.about,
                "request": each.request or None,
                "since": each.since.isoformat() if each.since else None,
            }
            for found in ([resource.found] if resource.found else [])
            for each in awaited(found, today)
        ],
        "remarks": [
            {"rule": each.rule, "subject": each.subject, "message": harmless(each.message), "level": str(each.level)}
            for each in remarks
        ],
        "differs": standing.differs,
        "outcome": str(outcome) if outcome else None,
    }
