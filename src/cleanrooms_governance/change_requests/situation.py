"""Everything that a decision is made from, and the decision."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from cleanrooms_governance.change_requests.absences import Absences
from cleanrooms_governance.change_requests.ledger import Ledger
from cleanrooms_governance.change_requests.moves import Move
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration
from cleanrooms_governance.planning import auto_approval
from cleanrooms_governance.planning.atoms import State
from cleanrooms_governance.planning.changes import RemoveMember, SetAutoApproval
from cleanrooms_governance.planning.plan import Plan, Refusal, Remark
from cleanrooms_governance.seen import Seen


class Outcome(StrEnum):
    """How a resource stands after a run, or would stand if nothing more can be done."""

    CONVERGED = "converged"
    WAITING = "waiting"
    REFUSED = "refused"
    DENIED = "denied"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Decision:
    """What can be done now, and what is said about the rest.

    ``refusals`` are those that stem from requests; those of the plan are in the plan. ``waiting_for`` are the accounts whose
    votes are missing on requests that we keep.
    """

    outcome: Outcome
    moves: tuple[Move, ...] = ()
    remarks: tuple[Remark, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    waiting_for: tuple[AccountId, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision is made from. ``may_write`` is false where this stack may only look at the creator's account.

    ``seen`` is what was looked at because of the plan: it is told and decides nothing. ``absences`` are the accounts of this
    stack that cannot vote at present.
    """

    desired: DesiredCollaboration
    live: Collaboration
    requests: tuple[ChangeRequest, ...]
    plan: Plan
    today: date
    may_write: bool = True
    seen: Seen = field(default_factory=Seen)
    absences: Absences = field(default_factory=Absences)

    @property
    def ledger(self) -> Ledger:
        """Which requests this stack filed."""
        return Ledger.read(self.live.tags)

    @property
    def planned(self) -> State:
        """The value that each planned atom is to have next, where it goes by change request."""
        return auto_approval.in_steps({change.atom: change.after for change in self.plan.request_changes}, self.live)

    @property
    def removals(self) -> tuple[RemoveMember, ...]:
        """The planned removals, which need no change request."""
        return tuple(planned.change for planned in self.plan.changes if isinstance(planned.change, RemoveMember))

    @property
    def widens_later(self) -> bool:
        """Whether the auto-approval list is to become wider after it was narrowed."""
        changes = self.plan.request_changes
        return any(isinstance(each, SetAutoApproval) and each.before != self.live.auto_approved for each in changes)
