"""Decide what to do next: apply the table of ``moves`` to everything that is open or over.

A decision also holds the votes of the accounts we hold, what is left to file, and what it waits for. It is a pure function: a
run performs the first move, reads the world again, and decides again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum

from cleanrooms_governance import sayings
from cleanrooms_governance.atoms import Atom, Setting, State, attainable, effects, stated_by, subjects_of
from cleanrooms_governance.changes import ClaimOwnership
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.filing import Filings, plan_filings, widens
from cleanrooms_governance.guards import stale_acknowledgements
from cleanrooms_governance.hand_over import awaiting_acceptance, handed_over, leaves_nobody
from cleanrooms_governance.ledger import Ledger
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, RequestStatus
from cleanrooms_governance.moves import (
    OVER,
    CancelRequest,
    CastVote,
    Claim,
    CommitRequest,
    FileRequest,
    Move,
    Step,
    actionable,
    next_step,
)
from cleanrooms_governance.plan import Plan, Refusal, Remark
from cleanrooms_governance.requests import HeldBack, Verdict, completed, denied, judge, not_in_effect, ours
from cleanrooms_governance.service import Action
from cleanrooms_governance.votes import Ballot, decide_vote, stale_pins

__all__ = [
    "CancelRequest",
    "CastVote",
    "Claim",
    "CommitRequest",
    "Decision",
    "FileRequest",
    "Move",
    "Outcome",
    "Situation",
    "actionable",
    "decide",
]


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
    """Everything a decision is made from. ``may_write`` is false where this stack may only look at the creator's account."""

    desired: DesiredCollaboration
    live: Collaboration
    requests: tuple[ChangeRequest, ...]
    plan: Plan
    today: date
    may_write: bool = True

    @property
    def ledger(self) -> Ledger:
        """Which requests this stack filed."""
        return Ledger.read(self.live.tags)

    @property
    def planned(self) -> State:
        """The desired value of each planned atom that goes by change request."""
        return {change.atom: change.after for change in self.plan.request_changes}


def decide(situation: Situation) -> Decision:
    """Return the moves that are possible now, in the order in which to make them."""
    return _Deciding(situation).decide()


@dataclass
class _Deciding:
    situation: Situation
    remarks: list[Remark] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    cancels: list[Move] = field(default_factory=list)
    votes: list[CastVote] = field(default_factory=list)
    commits: list[Move] = field(default_factory=list)
    waiting_for: set[AccountId] = field(default_factory=set)
    kept: set[Atom] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    contested: set[str] = field(default_factory=set)
    denied: set[Atom] = field(default_factory=set)
    postponed: frozenset[Atom] = frozenset()
    hand_over: frozenset[Atom] = frozenset()
    unaccepted: frozenset[Atom] = frozenset()

    def decide(self) -> Decision:
        s = self.situation
        wanted = attainable(s.desired, s.live)
        ledger = s.ledger
        self.hand_over = handed_over(s.planned, s.live)
        self.unaccepted = awaiting_acceptance(s.planned, s.live)
        self.remarks += [sayings.awaits_acceptance(atom, s.planned, s.live, s.desired) for atom in sorted(self.unaccepted)]
        for request in sorted(s.requests, key=lambda request: (request.created, request.id)):
            if request.status not in OVER:
                self._open_request(request, judge(request, s.live, wanted), ours(request, s.requests, ledger))
        filings = self._filings(self._left_to_file(ledger))
        self._refuse_own_denials(filings)
        moves = self._moves(filings, ledger)
        return Decision(
            outcome=self._outcome(moves),
            moves=tuple(moves),
            remarks=tuple(sorted(set(self.remarks))),
            refusals=tuple(sorted(set(self.refusals))),
            waiting_for=tuple(sorted(self.waiting_for)),
        )

    def _open_request(self, request: ChangeRequest, verdict: Verdict, mine: bool) -> None:
        s = self.situation
        would_do = effects(stated_by(request, s.live), s.live)
        match next_step(request, verdict, mine=mine):
            case Step.STOP:
                self.refusals.append(sayings.unknown_status(request))
            case Step.CANCEL:
                self.cancels.append(CancelRequest(request))
                self.remarks.append(sayings.cancelling(request, s.live, s.desired))
            case Step.PLAN_AROUND:
                self.blocked |= subjects_of(stated_by(request, s.live))
                self.remarks.append(sayings.planned_around(request, s.live, s.desired, mine=mine))
                self._vote(request, own_plan=False)
            case Step.IGNORE:
                self.contested |= subjects_of(stated_by(request, s.live))
                self._vote(request, own_plan=False)
            case Step.COMMIT:
                if self._keep(request, would_do):
                    self.commits.append(CommitRequest(request))
            case Step.VOTE_OR_WAIT:
                now = self._keep(request, would_do)
                self._vote(request, own_plan=now and not s.plan.refusals, kept=True)

    def _keep(self, request: ChangeRequest, would_do: State) -> bool:
        """Count a request in, and return whether it may take effect now."""
        s = self.situation
        self.kept |= set(would_do)
        self.busy |= subjects_of(stated_by(request, s.live))
        early = leaves_nobody(would_do, self.hand_over)
        if early:
            self.remarks.append(sayings.grant_goes_first(request, s.live, s.desired))
        unaccepted = any(not would_do.get(atom, True) for atom in self.unaccepted)
        if unaccepted:
            self.remarks.append(sayings.acceptance_goes_first(request, s.live, s.desired))
        return not early and not unaccepted

    def _vote(self, request: ChangeRequest, *, own_plan: bool, kept: bool = False) -> None:
        if request.status != RequestStatus.PENDING:
            return
        s = self.situation
        for account in request.pending_voters:
            ballot = self._ballot(request, account, own_plan=own_plan)
            if ballot and ballot.action:
                self.votes.append(
                    CastVote(request, account, ballot.action, ballot.rule, sayings.about(request, s.live, s.desired.names))
                )
            elif kept:
                self.waiting_for.add(account)
                self.remarks.append(sayings.waits(request, account, ballot, s.live, s.desired))

    def _ballot(self, request: ChangeRequest, account: AccountId, *, own_plan: bool) -> Ballot | None:
        s = self.situation
        policy = s.desired.voters.get(account)
        ballot = decide_vote(policy, request, s.live, s.today, own_plan=own_plan) if policy else None
        if policy and (policy.paused or (ballot and ballot.action)):
            return ballot
        if account == s.live.creator and own_plan and s.may_write:
            # The file is the creator's declared will: a request that does only what it says needs no second rule.
            return Ballot(Action.APPROVE, "the creator's own plan")
        return ballot

    def _left_to_file(self, ledger: Ledger) -> State:
        s = self.situation
        planned = {atom: value for atom, value in s.planned.items() if atom not in self.kept}
        for held in not_in_effect(planned, s.requests, s.live, s.desired.acknowledge).values():
            self.refusals.append(sayings.committed_but_not_in_effect(held, s.desired))
        held_back = denied(planned, s.requests, s.live, ledger, s.desired.acknowledge)
        for held in held_back.values():
            self.remarks.append(sayings.held_back(held, s.desired))
        self._stale(ledger)
        # One held atom of a new member holds the whole member back: half of a new member is worse than none.
        new_members = {atom.subject for atom in planned if atom.setting is Setting.MEMBER}
        with_new_member = {atom.subject for atom in held_back} & new_members
        self.denied = {atom for atom in planned if atom in held_back or atom.subject in with_new_member}
        # What concerns an account goes one after the other: each request states whole lists, and so would undo its neighbour.
        occupied = self.blocked | self.busy
        return {atom: value for atom, value in planned.items() if atom not in self.denied and atom.subject not in occupied}

    def _filings(self, left: State) -> Filings:
        s = self.situation
        going = {atom: value for atom, value in left.items() if atom not in self.unaccepted}
        filings = plan_filings(going, s.live, s.desired, self.hand_over, frozenset(self.contested))
        self.postponed = filings.postponed
        self.remarks += [sayings.postponed(atom, s.desired) for atom in sorted(filings.postponed)]
        wider = {atom for atom, value in going.items() if widens(atom, value, s.live)}
        if wider and s.planned.keys() - wider - self.denied - self.postponed:
            # Whatever else is planned was shown with the votes that it needs under the list as it stands.
            self.remarks.append(sayings.widening_goes_last())
            kept_back = subjects_of(wider)
            filings = Filings(tuple(draft for draft in filings.drafts if not draft.subjects & kept_back), filings.postponed)
        return filings

    def _refuse_own_denials(self, filings: Filings) -> None:
        s = self.situation
        now = datetime.combine(s.today, time(), UTC)
        for draft in filings.drafts:
            request = ChangeRequest("", RequestStatus.PENDING, now, now, draft.changes)
            for account, policy in s.desired.voters.items():
                ballot = decide_vote(policy, request, s.live, s.today, own_plan=True)
                if ballot.action is Action.DENY:
                    self.refusals.append(sayings.own_deny_rule(request, account, ballot, s.live, s.desired))

    def _moves(self, filings: Filings, ledger: Ledger) -> list[Move]:
        s = self.situation
        if s.plan.refusals or self.refusals:
            return []
        if not s.may_write:
            if s.plan.changes or self.cancels or self.commits:
                self.remarks.append(sayings.read_only(s.live, s.desired))
            return [vote for vote in self.votes if vote.account != s.live.creator]
        claims = [Claim(planned.change.after) for planned in s.plan.changes if isinstance(planned.change, ClaimOwnership)]
        files: list[Move] = [FileRequest(draft) for draft in filings.drafts]
        if files and completed(ledger, s.requests, s.live, s.desired).is_full:
            self.remarks.append(sayings.ledger_full())
            files = []
        return [*claims, *self.cancels, *self.votes, *self.commits, *files]

    def _stale(self, ledger: Ledger) -> None:
        s = self.situation
        nothing: frozenset[str] = frozenset()
        held: Iterable[HeldBack] = [
            *denied(s.planned, s.requests, s.live, ledger, nothing).values(),
            *not_in_effect(s.planned, s.requests, s.live, nothing).values(),
        ]
        known = {danger.fingerprint for danger in s.plan.dangers} | {each.fingerprint for each in held}
        self.remarks += [
            sayings.stale_acknowledgement(mark, s.desired) for mark in stale_acknowledgements(s.desired.acknowledge, known)
        ]
        for account, policy in s.desired.voters.items():
            self.remarks += [sayings.stale_pin(account, pin, s.desired) for pin in stale_pins(policy, s.requests)]

    def _outcome(self, moves: list[Move]) -> Outcome:
        s = self.situation
        if s.plan.refusals:
            return Outcome.REFUSED
        if self.refusals:
            return Outcome.FAILED
        # What was denied, and what depends on it, does not come about by waiting.
        goes_on = s.planned.keys() - self.denied - self.postponed
        claims = len(s.plan.changes) > len(s.planned)
        if moves or goes_on or claims or self.cancels:
            return Outcome.WAITING
        if self.denied:
            return Outcome.DENIED
        return Outcome.CONVERGED
