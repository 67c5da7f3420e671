"""Find a collaboration again: by the file's id, by the id known from before, or by its owner tag, those of its name first.

There is no client token for CreateCollaboration, so a collaboration is never created without looking first. Names are not
unique and can be changed (service model: UpdateCollaboration), so those of other names are looked at before one is created.
"""

from collections.abc import Collection, Iterable

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.errors import Refused
from cleanrooms_governance.model import Collaboration
from cleanrooms_governance.service import CleanRoomsReads, CollaborationSummary
from cleanrooms_governance.tagging import OWNER_TAG


def find_collaboration(
    desired: DesiredCollaboration, known_id: str, creator: CleanRoomsReads, looked: CleanRoomsReads | None = None
) -> str | None:
    """Return the id of the collaboration that the file means, or ``None`` if it is to be created.

    Parameters: ``known_id`` is the id of an earlier run, empty where there is none; ``creator`` acts as the creator's account;
    ``looked`` does too, and may remember the tags of collaborations of other names from earlier in the same process.
    Raises ``Refused`` where the file does not say which of several is meant, and every ``ServiceError`` of the reads: a denied
    read never means that a collaboration is gone.
    """
    if given := desired.id or known_id:
        return given
    own = _own(desired, creator)
    named = [summary for summary in own if summary.name == desired.first_name]
    if found := _the_one(desired, _tagged(desired, named, creator)):
        return found
    if found := _the_one(desired, _tagged(desired, (each for each in own if each not in named), looked or creator)):
        return found
    if named:
        raise _taken(desired, named, creator)
    return None


def find_created(desired: DesiredCollaboration, creator: CleanRoomsReads) -> str | None:
    """Return the id of a collaboration that was just created, or ``None`` if it does not show: no other name is looked at.

    Raises ``Refused`` if there are several, and every ``ServiceError`` of the reads.
    """
    named = (each for each in _own(desired, creator) if each.name == desired.first_name)
    return _the_one(desired, _tagged(desired, named, creator))


def left_behind(desired: DesiredCollaboration, declared: Collection[str], creator: CleanRoomsReads) -> dict[str, str]:
    """Return the collaborations that this stack governs under keys that its file has no more, each key with the id.

    Whoever renames a key and does not say so would have a second collaboration created.

    Parameters: ``declared`` are the keys that the collaborations of the file have or had.
    Raises every ``ServiceError`` of the reads.
    """
    governed = _governed_here(desired, _own(desired, creator), creator)
    return {key: id_ for key, id_ in governed.items() if key not in declared}


def _own(desired: DesiredCollaboration, creator: CleanRoomsReads) -> list[CollaborationSummary]:
    return [summary for summary in creator.collaborations() if summary.creator == desired.creator]


def _governed_here(
    desired: DesiredCollaboration, summaries: Iterable[CollaborationSummary], creator: CleanRoomsReads
) -> dict[str, str]:
    """Return those of some collaborations that this stack governs by their tags, the id of each by its key, sorted."""
    stack = desired.owner.removesuffix(desired.key)
    owners = {creator.tags(summary.arn).get(OWNER_TAG, ""): summary.id for summary in summaries}
    return {owner.removeprefix(stack): owners[owner] for owner in sorted(owners) if owner.startswith(stack)}


def _tagged(desired: DesiredCollaboration, summaries: Iterable[CollaborationSummary], creator: CleanRoomsReads) -> list[str]:
    owners = {desired.owner, *desired.former_owners}
    return [summary.id for summary in summaries if creator.tags(summary.arn).get(OWNER_TAG) in owners]


def _the_one(desired: DesiredCollaboration, tagged: list[str]) -> str | None:
    if len(tagged) < 2:
        return tagged[0] if tagged else None
    path = f"collaborations.{desired.key}"
    tags = " or ".join(f"{OWNER_TAG}={owner}" for owner in (desired.owner, *sorted(desired.former_owners)))
    raise Refused(
        f"{path}: {len(tagged)} collaborations carry the tag {tags} ({', '.join(sorted(tagged))})."
        f" Say which one is meant by {path}.id, and remove the tag from the others"
    )


def _taken(desired: DesiredCollaboration, named: Iterable[CollaborationSummary], creator: CleanRoomsReads) -> Refused:
    path = f"collaborations.{desired.key}"
    named = list(named)
    text = (
        f"{path}: account {desired.creator} already has a collaboration named {desired.first_name!r} in {desired.region}"
        f" ({', '.join(sorted(summary.id for summary in named))})"
    )
    if former := _governed_here(desired, named, creator):
        return Refused(
            f"{text}, which this stack governs under the key {', '.join(former)}. If that key was renamed, add it to"
            f" {path}.previously; else choose another name"
        )
    return Refused(f"{text} that this stack does not govern. Adopt it by {path}.id, or choose another name")


def check_identity(desired: DesiredCollaboration, live: Collaboration) -> None:
    """Raise ``Refused`` if the collaboration found is another account's than the file says."""
    if live.creator != desired.creator:
        raise Refused(
            f"collaborations.{desired.key}.creator: collaboration {live.id} was created by {live.creator}, not by"
            f" {desired.creator}. Only its creator can govern it. Correct the id or the creator"
        )
