"""Is a fresh plan part of a reviewed one?

A reviewed plan is held to as a set of changes and dangers, not as a whole: what somebody else has done meanwhile is not done
again, and is no reason to stop. What the plan says now and did not say then is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cleanrooms_governance.model import ChangeType
from cleanrooms_governance.planning.changes import change_id
from cleanrooms_governance.planning.plan import Plan, Refusal

NOT_REVIEWED = "not-reviewed"
"""The rule of the refusal of a plan that is not part of the reviewed one."""

NO_PLAN: Mapping[str, Any] = {"changes": {}, "dangers": {}}
"""What was reviewed of a resource that the reviewed plan does not name: that nothing is done."""


def unreviewed(fresh: Plan, reviewed: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return in words everything of a fresh plan that was not reviewed; nothing if the plan is part of the reviewed one.

    Whether a change needs votes is part of what was reviewed. More votes than that are never in the way. Fewer are, unless they
    follow from another reviewed change that is no longer planned: one change request holds all that is planned for an account,
    so what is left of it may be something that the collaboration approves by itself.

    Parameters: ``reviewed`` is ``Plan.document()`` of then, or ``None`` for what the review saw would be known only when other
    reviewed changes are made. Of that any change passes, since the file that asks for it was reviewed, and no danger.
    """
    if reviewed is None:
        return tuple(danger.message for danger in fresh.dangers)
    return (*_unreviewed_changes(fresh, reviewed["changes"]), *_unreviewed_dangers(fresh, reviewed["dangers"]))


def not_reviewed(target: str, path: str, news: tuple[str, ...]) -> Refusal:
    """Return the refusal that names what was not reviewed.

    Parameters: ``path`` is that of the resource in the stack file.
    """
    text = (
        f"{path}: not in the reviewed plan: {'; '.join(news)}. The live world, or the file, is no longer what was reviewed."
        " Nothing is done here; make a new preview, have it reviewed, and run with that"
    )
    return Refusal(NOT_REVIEWED, target, text)


def _unreviewed_changes(fresh: Plan, reviewed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    ids = {change["id"] for change in reviewed.values()}
    planned = {change_id(each.change, needs_votes=votes) for each in fresh.changes for votes in (True, False)}
    fewer_votes_follow = _may_spare_votes([change for change in reviewed.values() if change["id"] not in planned])
    for each in fresh.changes:
        if each.id in ids:
            continue
        if change_id(each.change, needs_votes=not each.needs_votes) not in ids:
            yield str(each)
        elif not (each.needs_votes or fewer_votes_follow):
            yield f"{each} without votes, which were needed when it was reviewed"


def _unreviewed_dangers(fresh: Plan, reviewed: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Give what nobody saw, and what was seen as refused: that it passes now is what nobody has reviewed."""
    for danger in fresh.dangers:
        known = reviewed.get(danger.fingerprint)
        if known is None:
            yield danger.message
        elif danger.acknowledged and not known["acknowledged"]:
            yield f"{danger.message} (acknowledged since it was reviewed as refused)"


def _may_spare_votes(done: list[Mapping[str, Any]]) -> bool:
    """Tell whether changes that are no longer planned may be why another one needs no votes any more.

    What needed no votes itself kept nothing else from doing without. Where the auto-approval list is among them, the wider list
    may be the reason instead, and by that one everything would need fewer votes than was reviewed.
    """
    lists = any(ChangeType.EDIT_AUTO_APPROVED_CHANGE_TYPES in change["types"] for change in done)
    return not lists and any(change["votes"] == "needed" for change in done)
