"""Find a collaboration again: by the file's id, by the id known from before, or by name and owner tag.

There is no client token for CreateCollaboration, so a collaboration is never created without looking first.
"""

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.errors import Refused
from cleanrooms_governance.model import Collaboration
from cleanrooms_governance.service import CleanRoomsReads
from cleanrooms_governance.tagging import OWNER_TAG


def find_collaboration(desired: DesiredCollaboration, known_id: str, creator: CleanRoomsReads) -> str | None:
    """Return the id of the collaboration that the file means, or ``None`` if it is to be created.

    Parameters: ``known_id`` is the id of an earlier run, empty where there is none; ``creator`` acts as the creator's account.
    Raises ``Refused`` where the file does not say which of several is meant, and every ``ServiceError`` of the reads: a denied
    read never means that a collaboration is gone.
    """
    if given := desired.id or known_id:
        return given
    named = [
        summary for summary in creator.collaborations() if summary.creator == desired.creator and summary.name == desired.name
    ]
    tagged = [summary.id for summary in named if creator.tags(summary.arn).get(OWNER_TAG) == desired.owner]
    if len(tagged) == 1:
        return tagged[0]
    path = f"collaborations.{desired.key}"
    if tagged:
        raise Refused(
            f"{path}: {len(tagged)} collaborations named {desired.name!r} carry the tag {OWNER_TAG}={desired.owner}"
            f" ({', '.join(sorted(tagged))}). Say which one is meant by {path}.id, and remove the tag from the others"
        )
    if named:
        raise Refused(
            f"{path}: account {desired.creator} already has a collaboration named {desired.name!r} in {desired.region}"
            f" ({', '.join(sorted(summary.id for summary in named))}) that this stack does not govern."
            f" Adopt it by {path}.id, or choose another name"
        )
    return None


def check_identity(desired: DesiredCollaboration, live: Collaboration) -> None:
    """Raise ``Refused`` if the collaboration found is another account's than the file says."""
    if live.creator != desired.creator:
        raise Refused(
            f"collaborations.{desired.key}.creator: collaboration {live.id} was created by {live.creator}, not by"
            f" {desired.creator}. Only its creator can govern it. Correct the id or the creator"
        )
