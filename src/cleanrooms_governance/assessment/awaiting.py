"""Who is awaited, for what, and since when?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cleanrooms_governance.assessment.collaborations import CollaborationAssessment
from cleanrooms_governance.assessment.memberships import MembershipAssessment
from cleanrooms_governance.assessment.whole_stack import Assessment
from cleanrooms_governance.change_requests.sayings import ABSENT, WAITS, about
from cleanrooms_governance.change_requests.situation import Situation
from cleanrooms_governance.change_requests.votes import filed_on
from cleanrooms_governance.desired import DesiredCollaboration, DesiredMembership
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, CostType
from cleanrooms_governance.planning.hand_over import awaiting_acceptance
from cleanrooms_governance.planning.payers import payers_after
from cleanrooms_governance.planning.plan import Remark
from cleanrooms_governance.planning.removals import endings
from cleanrooms_governance.running.world import World

VOTES = frozenset({WAITS, ABSENT, "undecided"})
"""The rules of what is said about a missing vote; the subject begins with the id of the request."""


class Task(StrEnum):
    """What somebody has to do."""

    VOTE = "vote"
    ACCEPT = "accept to pay"


@dataclass(frozen=True, slots=True, order=True)
class Awaited:
    """An account that has to do something before a run can go on.

    ``request`` is the change request to vote on, filed on the UTC day ``since``; empty and ``None`` for what no request asks.
    ``about`` says in words what it is about.
    """

    account: AccountId
    task: Task
    about: str
    request: str = ""
    since: date | None = None


def awaited(found: Assessment, today: date) -> tuple[Awaited, ...]:
    """Return who has to act on a resource, sorted; nobody where nothing is waited for. A pure function."""
    match found:
        case CollaborationAssessment(world=World() as world):
            said = _votes(found.decision.remarks, world.requests, world.live, found.desired)
            return tuple(sorted({*said, *_acceptances(found, world, today)}))
        case MembershipAssessment(seen=seen) if seen and seen.collaboration:
            return tuple(sorted(set(_votes(found.decision.remarks, seen.requests, seen.collaboration, found.desired))))
    return ()


def filed_since(remark: Remark, waiting: tuple[Awaited, ...]) -> date | None:
    """Return since when a vote is missing, for a line that says that it is."""
    if remark.rule not in VOTES:
        return None
    return next((each.since for each in waiting if each.request == remark.subject.split()[0]), None)


def _votes(
    remarks: tuple[Remark, ...],
    requests: tuple[ChangeRequest, ...],
    live: Collaboration,
    desired: DesiredCollaboration | DesiredMembership,
) -> Iterator[Awaited]:
    known = {request.id: request for request in requests}
    for remark in remarks:
        if remark.rule in VOTES:
            id_, *named = remark.subject.split()
            account = AccountId(named[0]) if named or isinstance(desired, DesiredCollaboration) else desired.account
            request = known[id_]
            yield Awaited(account, Task.VOTE, about(request, live, desired.names), id_, filed_on(request))


def _acceptances(found: CollaborationAssessment, world: World, today: date) -> Iterator[Awaited]:
    """Yield who has to accept to pay before a planned payer removal."""
    situation = Situation(found.desired, world.live, world.requests, found.plan, today)
    ends = situation.planned | endings(situation.removals, world.live)
    for atom in awaiting_acceptance(ends, world.live):
        for account in payers_after(CostType(atom.name), ends, world.live).visible(world.live):
            yield Awaited(account, Task.ACCEPT, atom.name)
