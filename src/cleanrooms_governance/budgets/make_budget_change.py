"""Make one change of a privacy budget template.

Each change is one call, sent once. Where its answer is lost, or somebody else was faster, the live world is looked at again:
what is there then is not sent a second time, because a second edit would reset a balance again.
"""

from collections.abc import Callable

from cleanrooms_governance.budgets.budget_changes import (
    BudgetChange,
    ChangeAccess,
    ChangePrivacy,
    ChangeTemplateTags,
    ClaimTemplate,
    CreateTemplate,
    EndTemplate,
)
from cleanrooms_governance.budgets.seen_budget import SeenBudget
from cleanrooms_governance.errors import AnswerLost, Conflict, NotFound
from cleanrooms_governance.privacy_budgets import DesiredBudgetTemplate, WantedPrivacy
from cleanrooms_governance.service import CleanRooms
from cleanrooms_governance.tagging import OWNER_TAG, first_tags


def make_change(
    change: BudgetChange, seen: SeenBudget, desired: DesiredBudgetTemplate, port: CleanRooms, wait_for: Callable[[], bool]
) -> str:
    """Send one change and return in words what came of it.

    Parameters: ``wait_for`` looks a few times whether the change is in effect. Raises the ``ServiceError`` of a change that did
    not take effect, as far as that can be seen.
    """
    try:
        _send(change, seen, desired, port)
    except AnswerLost as lost:
        if not wait_for():
            raise lost.still(
                f"{lost} It was looked for and does not show; it is not sent again in this run, and the next one looks first"
            ) from lost
        return f"{_made(change)} (the answer was lost; it was found by looking{_EFFECT_ONCE.get(type(change), '')})"
    except (Conflict, NotFound):
        if not wait_for():
            raise
        return f"not made, because somebody else was faster: {change}"
    return _made(change)


_EFFECT_ONCE: dict[type, str] = {ChangeAccess: ", so that the balance was reset once"}

_PAST = {"adopt": "adopted", "change": "changed", "create": "created", "delete": "deleted", "tag": "tagged"}


def _made(change: BudgetChange) -> str:
    verb, _, rest = str(change).partition(" ")
    return f"{_PAST[verb]} {rest}"


def _send(change: BudgetChange, seen: SeenBudget, desired: DesiredBudgetTemplate, port: CleanRooms) -> None:
    membership = seen.membership.id if seen.membership else ""
    template = seen.template
    if isinstance(change, CreateTemplate):
        _create(change, desired, port, membership)
    elif template is not None:
        match change:
            case EndTemplate():
                port.delete_budget_template(membership, template.id)
            case ChangePrivacy():
                port.update_privacy_template(membership, template.id, change.wanted)
            case ChangeAccess():
                port.update_access_template(membership, template.id, change.wanted)
            case ClaimTemplate(after=owner):
                port.tag(template.arn, {OWNER_TAG: owner})
            case ChangeTemplateTags(edit=edit):
                # Removed first: should the run end in between, the note about our keys lists one too many, which mends itself.
                port.untag(template.arn, edit.removed)
                port.tag(template.arn, edit.written)


def _create(change: CreateTemplate, desired: DesiredBudgetTemplate, port: CleanRooms, membership: str) -> None:
    tags = first_tags(desired.declared.tags, desired.owner)
    if isinstance(change.wanted, WantedPrivacy):
        port.create_privacy_template(membership, change.wanted.parameters, change.wanted.auto_refresh, tags)
    else:
        port.create_access_template(membership, change.table, change.wanted.allowances, tags)
