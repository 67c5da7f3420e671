"""What of the live world is other than the file says, by who could change that.

A plan says what a run would do, and whom it waits for. Drift says how the world differs, whoever made it so: without what is
on its way already, be it an open request that does only what the file wants or an invitation that is still to come, and with
what a plan leaves alone because the file does not speak of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from cleanrooms_governance.assessment.budgets import BudgetAssessment
from cleanrooms_governance.assessment.collaborations import CollaborationAssessment
from cleanrooms_governance.assessment.kinds import NO_CREDENTIALS
from cleanrooms_governance.assessment.memberships import MembershipAssessment
from cleanrooms_governance.assessment.refusing import UNREADABLE
from cleanrooms_governance.assessment.standing import DENIED, DIFFERING
from cleanrooms_governance.assessment.whole_stack import Assessed
from cleanrooms_governance.change_requests.judging import Verdict, judge, ours
from cleanrooms_governance.change_requests.ledger import Ledger
from cleanrooms_governance.change_requests.sayings import about
from cleanrooms_governance.change_requests.votes import filed_on
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import ChangeRequest
from cleanrooms_governance.planning import auto_approval
from cleanrooms_governance.planning.atoms import Atom, State, attainable, effects, stated_by
from cleanrooms_governance.planning.changes import AddMember, RequestChange
from cleanrooms_governance.planning.classification import UNMANAGED
from cleanrooms_governance.planning.plan import Plan, PlannedChange, Refusal, Remark
from cleanrooms_governance.running.world import World

READ_ONLY = "read-only"
"""The rule of what is said about an account that this stack only looks at."""

_UNDECLARED = frozenset({UNMANAGED, "budget-not-in-file", "budget-stays"})
"""The rules of what is said about something that is there and that the file does not speak of."""

_NOT_JUDGED = frozenset({UNREADABLE, NO_CREDENTIALS})


class Remedy(StrEnum):
    """Who could make a difference go away."""

    RUN = "run"
    """The next run makes the world what the file says."""
    FILE = "file"
    """No run changes it; the file can follow."""
    PEOPLE = "people"
    """It is there and not managed: declare it, or have it taken away."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    ``rule`` and ``subject`` tell it from others, as those of a remark do; of a planned change they are its operation and whom
    it concerns. ``held`` says why a run would not change it at present: ``refused``, ``paused`` or ``read-only``.
    """

    remedy: Remedy
    rule: str
    subject: str
    message: str
    held: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """How one resource differs. ``refusals`` are those of a plan; one that was not judged has them alone."""

    resource: Assessed
    differences: tuple[Difference, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_unread(self) -> bool:
        """Whether the live world could not be looked at."""
        return any(refusal.rule in _NOT_JUDGED for refusal in self.refusals)


def drift_of(resource: Assessed) -> Drift:
    """Return how a resource differs from the file. A pure function.

    Parameters: ``resource`` was looked at without foresight, see ``assess_stack``.
    """
    found = resource.found
    if found is None:
        return Drift(resource)
    remarks = [*found.plan.remarks]
    match found:
        case CollaborationAssessment(world=World() as world):
            differing = [*_of_collaboration(found, world), *_requests(found, world)]
            held = READ_ONLY if _says(found.decision.remarks, READ_ONLY) else ""
        case CollaborationAssessment():
            differing, held = [_to_do(planned) for planned in found.plan.changes], ""
        case MembershipAssessment() | BudgetAssessment():
            differing = [_to_do(planned) for planned in found.plan.changes]
            held = "" if found.may_write else READ_ONLY
    differing += _said(remarks, found.plan)
    held = "refused" if found.refusals else "paused" if found.desired.paused else held
    shown = (replace(each, held=held) if each.remedy is Remedy.RUN else each for each in differing)
    order = list(Remedy)
    ordered = sorted(shown, key=lambda each: (order.index(each.remedy), each.rule, each.subject, each.message))
    return Drift(resource, tuple(ordered), tuple(sorted(set(found.refusals))))


def _to_do(planned: PlannedChange) -> Difference:
    return Difference(Remedy.RUN, planned.change.operation, planned.change.subject, str(planned))


def _of_collaboration(found: CollaborationAssessment, world: World) -> Iterator[Difference]:
    """Yield the planned changes that are not on their way already."""
    going = _on_the_way(found, world)
    against = {remark.subject: remark for remark in found.decision.remarks if remark.rule == DENIED}
    new = {change.account for change in found.plan.request_changes if isinstance(change, AddMember)}
    # One thing that was denied of a new member keeps all of it from being filed again.
    kept_out = {subject.split()[0]: remark for subject, remark in against.items() if subject.split()[0] in new}
    for planned in found.plan.changes:
        if not isinstance(planned.change, RequestChange):
            yield _to_do(planned)
        elif planned.change.atom not in going:
            subject = _subject(planned.change.atom)
            if denied := against.get(subject) or kept_out.get(planned.change.subject):
                yield Difference(Remedy.FILE, DENIED, subject, denied.message)
            else:
                yield _to_do(planned)


def _on_the_way(found: CollaborationAssessment, world: World) -> frozenset[Atom]:
    """Return the atoms that open requests would bring about which do only what the file wants."""
    wanted = _wanted(found, world)
    open_ = [each for each in world.requests if each.is_open and judge(each, world.live, wanted) is Verdict.WANTED]
    return frozenset(atom for request in open_ for atom in effects(stated_by(request, world.live), world.live))


def _wanted(found: CollaborationAssessment, world: World) -> State:
    planned = auto_approval.in_steps({change.atom: change.after for change in found.plan.request_changes}, world.live)
    return {atom: value for atom, value in attainable(found.desired, world.live).items() if atom in planned}


def _requests(found: CollaborationAssessment, world: World) -> Iterator[Difference]:
    """Yield the open requests that do something else than the file wants."""
    wanted, ledger = _wanted(found, world), Ledger.read(world.live.tags)
    for request in world.requests:
        if request.is_open and judge(request, world.live, wanted) is not Verdict.WANTED:
            is_ours = ours(request, world.requests, ledger)
            going = is_ours or request.id in found.desired.cancel_requests
            remedy = Remedy.RUN if going else Remedy.PEOPLE
            yield Difference(remedy, "open-request", request.id, _request(request, world, found.desired, is_ours=is_ours))


def _request(request: ChangeRequest, world: World, desired: DesiredCollaboration, *, is_ours: bool) -> str:
    what = about(request, world.live, desired.names) or "nothing"
    whose = "of this stack" if is_ours else "of somebody else"
    return f"change request {request.id} {whose} is open since {filed_on(request)}, and the file does not ask for it: {what}"


def _said(remarks: Iterable[Remark], plan: Plan) -> Iterator[Difference]:
    for remark in remarks:
        if remark.rule in DIFFERING:
            yield Difference(Remedy.FILE, remark.rule, remark.subject, remark.message)
        elif remark.rule in _UNDECLARED:
            yield Difference(Remedy.PEOPLE, remark.rule, remark.subject, remark.message)
    for refusal in plan.refusals:
        if refusal.rule == UNMANAGED:
            yield Difference(Remedy.PEOPLE, refusal.rule, refusal.subject, refusal.message)


def _says(remarks: Iterable[Remark], rule: str) -> bool:
    return any(remark.rule == rule for remark in remarks)


def _subject(atom: Atom) -> str:
    return f"{atom.subject} {atom.setting} {atom.name}"
