"""Look, as each account of a stack, whether what its file declares is in force. Only reading credentials are used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cleanrooms_governance.cli.acceptance import with_acceptance
from cleanrooms_governance.cli.declared import declared_membership
from cleanrooms_governance.cli.request_view import account_names
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.cli.worlds import Choice, NotThere, Seen, Trouble, World, look, places
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.memberships.advance_membership import read_invitation
from cleanrooms_governance.memberships.joining import plan_membership
from cleanrooms_governance.model import AccountId, Collaboration
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.service import Accounts
from cleanrooms_governance.settings.inputs import membership_inputs, parse_membership_inputs
from cleanrooms_governance.side_by_side import side_by_side
from cleanrooms_governance.verification.collaborations import CollaborationLook, Members, observe_collaboration
from cleanrooms_governance.verification.memberships import MembershipLook, observe_membership
from cleanrooms_governance.verification.observation import Observation, Weight


@dataclass(frozen=True, slots=True)
class Verified:
    """All that was observed, in the order of the stack file, and how much was looked at as whom."""

    observations: tuple[Observation, ...]
    collaborations: int
    memberships: int
    accounts: tuple[AccountId, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """A membership of the file with what its account sees, or why nothing could be seen."""

    key: str
    account: AccountId
    look: MembershipLook | None
    trouble: str = ""


def verify(stack: Stack, accounts: Accounts, today: date) -> Verified:
    """Look at everything that a stack file declares. What cannot be read keeps nobody from looking at the rest.

    Parameters: ``today`` is a date in UTC, on which members for a time are judged.
    """
    seen = [each for each in look(places(stack, Choice()), accounts) if each.place.desired is not None]
    found = {each.place.label: each.live for each in seen if isinstance(each, World)}
    sides = side_by_side(lambda key: _side(key, stack, found, accounts), list(stack.file.memberships))
    observations = [each for world in seen for each in _of_collaboration(world, sides, stack, accounts, today)]
    observations += [each for side in sides for each in _of_side(side)]
    looking = {each.place.access.account for each in seen} | {side.account for side in sides}
    return Verified(tuple(observations), len(seen), len(sides), tuple(sorted(looking)))


def _of_collaboration(
    seen: Seen, sides: Sequence[_Side], stack: Stack, accounts: Accounts, today: date
) -> Iterator[Observation]:
    place = seen.place
    path = f"collaborations.{place.label}"
    if isinstance(seen, Trouble):
        yield Observation(path, "collaboration", f"could not be read: {seen.why}", Weight.UNREAD)
    elif isinstance(seen, NotThere):
        yield Observation(path, "collaboration", "is not there yet: a run would create it")
    elif place.desired is not None:
        desired = as_of(place.desired, today)
        live = with_acceptance(seen.live, seen.live.members, stack, accounts)
        views = _views(seen.live, sides)
        yield from observe_collaboration(
            CollaborationLook(desired, live, plan_collaboration(desired, live), account_names(live, stack.names), views)
        )


def _views(live: Collaboration, sides: Sequence[_Side]) -> dict[AccountId, Members]:
    return {
        side.account: side.look.live.members
        for side in sides
        if side.look is not None and side.look.live is not None and side.look.live.id == live.id
    }


def _side(key: str, stack: Stack, found: Mapping[str, Collaboration], accounts: Accounts) -> _Side:
    declared = declared_membership(stack, key)
    desired, access = parse_membership_inputs(membership_inputs(stack.file, key, stack.owner_prefix))
    if declared.own:
        own = found.get(declared.section.collaboration)
        if own is None:
            return _Side(key, declared.account, None, "its collaboration was not read, or is not there yet")
        desired = replace(desired, collaboration=own.id)
    try:
        port = accounts(access, declared.place.region)
        invitation = read_invitation(desired, port, port.memberships())
        live = invitation.collaboration
        if live is None and invitation.membership is not None and invitation.membership.is_active:
            live = port.collaboration(invitation.membership.collaboration_id)
    except GovernanceError as error:
        return _Side(key, declared.account, None, str(error))
    plan = plan_membership(desired, invitation)
    if live is not None:
        live = with_acceptance(live, live.members, stack, accounts)
    seen = MembershipLook(desired, invitation.membership, live, plan, account_names(live, stack.names), invitation.budgets)
    return _Side(key, declared.account, seen)


def _of_side(side: _Side) -> Iterator[Observation]:
    if side.look is None:
        yield Observation(f"memberships.{side.key}", "membership", f"could not be looked at: {side.trouble}", Weight.UNREAD)
    else:
        yield from observe_membership(side.look)
