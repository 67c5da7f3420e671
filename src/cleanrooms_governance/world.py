"""What is read of a collaboration at one moment: its members, tags and change requests, and who accepted to pay."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from cleanrooms_governance.changes import RemovePayer
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.errors import ServiceError
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, CostType
from cleanrooms_governance.planning import plan_collaboration
from cleanrooms_governance.service import CleanRoomsReads


@dataclass(frozen=True, slots=True)
class World:
    """What was read of a collaboration at one moment."""

    live: Collaboration
    requests: tuple[ChangeRequest, ...]

    @property
    def open_requests(self) -> frozenset[str]:
        """The ids of the requests that are still to be decided or committed."""
        return frozenset(request.id for request in self.requests if request.is_open)


def read_world(creator: CleanRoomsReads, collaboration_id: str) -> World:
    """Read a collaboration, its members, its tags and all its change requests, as its creator."""
    live = creator.collaboration(collaboration_id)
    tags = creator.tags(live.arn) if live.creator == creator.account else {}
    return World(replace(live, tags=tags), creator.change_requests(collaboration_id))


def see_acceptance(desired: DesiredCollaboration, world: World, members: Mapping[AccountId, CleanRoomsReads]) -> World:
    """Add to a world what the given members have accepted to pay, if the plan depends on it: if it removes a payer.

    Parameters: ``members`` reads as each account whose membership this stack may look at. One that cannot be read is not
    visible, which is the careful reading.
    """
    plan = plan_collaboration(desired, world.live)
    if not any(isinstance(change, RemovePayer) for change in plan.request_changes):
        return world
    accepted: dict[AccountId, frozenset[CostType]] = {}
    for account, member in sorted(members.items()):
        with suppress(ServiceError):
            own = [each for each in member.memberships() if each.collaboration_id == world.live.id and each.is_active]
            accepted[account] = frozenset(cost for each in own for cost, pays in each.payments.items() if pays)
    return replace(world, live=replace(world.live, accepted=accepted))
