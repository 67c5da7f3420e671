"""Decide what to do next: apply the table of ``moves`` to everything that is open or over.

A decision also holds the votes of the accounts we hold, what is left to file, and what it waits for. It is a pure function: a
run performs the first move, reads the world again, and decides again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time

from cleanrooms_governance.change_requests import sayings
from cleanrooms_governance.change_requests.filing import Filings, plan_filings, widens
from cleanrooms_governance.change_requests.judging import (
    HeldBack,
    Verdict,
    completed,
    denied,
    judge,
    not_in_effect,
    ours,
    voters_that_are_gone,
)
from cleanrooms_governance.change_requests.ledger import Ledger
from cleanrooms_governance.change_requests.moves import (
    OVER,
    CancelRequest,
    CastVote,
    Claim,
    CommitRequest,
    FileRequest,
    Move,
    Remove,
    Step,
    actionable,
    next_step,
    setting_moves,
)
from cleanrooms_governance.change_requests.payer_order import payer_order
from cleanrooms_governance.change_requests.situation import Decision, Outcome, Situation
from cleanrooms_governance.change_requests.standstill import at_a_standstill
from cleanrooms_governance.change_requests.votes import decide_vote, stale_pins
from cleanrooms_governance.change_requests.voting import vote_on
from cleanrooms_governance.model import AccountId, ChangeRequest, RequestStatus
from cleanrooms_governance.planning.atoms import Atom, Setting, State, attainable, effects, stated_by, subjects_of
from cleanrooms_governance.planning.changes import ClaimOwnership
from cleanrooms_governance.planning.consequences import consequences
from cleanrooms_governance.planning.guards import stale_acknowledgements
from cleanrooms_governance.planning.hand_over import (
    Kind,
    awaiting_acceptance,
    handed_over,
    kind_of,
    missing_grants,
    missing_payers,
)
from cleanrooms_governance.planning.partner_budgets import partner_budgets
from cleanrooms_governance.planning.payer_overview import payer_remarks
from cleanrooms_governance.planning.plan import Refusal, Remark
from cleanrooms_governance.planning.removals import Removals, endings, held_back, removal_and_request, sort_removals
from cleanrooms_governance.planning.resting import PAUSED, otherwise_refused, resting
from cleanrooms_governance.service import Action

__all__ = [
    "CancelRequest",
    "CastVote",
    "Claim",
    "CommitRequest",
    "Decision",
    "FileRequest",
    "Move",
    "Outcome",
    "Remove",
    "Situation",
    "actionable",
    "decide",
    "withhold",
]


def decide(situation: Situation) -> Decision:
    """Return the moves that are possible now, in the order in which to make them."""
    return _Deciding(situation).decide()


def withhold(decision: Decision, trouble: str) -> Decision:
    """Return the decision with nobody removed and that said, where something failed in this run before.

    Parameters: ``trouble`` is what failed, empty if nothing did.
    """
    removals = [move.removal for move in decision.moves if isinstance(move, Remove)]
    if not trouble or not removals:
        return decision
    moves = tuple(move for move in decision.moves if not isinstance(move, Remove))
    return replace(decision, moves=moves, remarks=tuple(sorted({*decision.remarks, *held_back(removals, trouble)})))


@dataclass
class _Deciding:
    situation: Situation
    given_up: frozenset[str] = frozenset()
    """Requests of ours that are filed anew, because they wait for what cannot be filed before they are over."""
    remarks: list[Remark] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    cancels: list[Move] = field(default_factory=list)
    votes: list[CastVote] = field(default_factory=list)
    commits: list[CommitRequest] = field(default_factory=list)
    waiting_for: set[AccountId] = field(default_factory=set)
    wanted: list[ChangeRequest] = field(default_factory=list)
    kept: dict[Atom, ChangeRequest] = field(default_factory=dict)
    kept_back: dict[str, frozenset[Kind]] = field(default_factory=dict)
    busy: dict[str, ChangeRequest] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    contested: set[str] = field(default_factory=set)
    denied: set[Atom] = field(default_factory=set)
    postponed: frozenset[Atom] = frozenset()
    ends: State = field(default_factory=dict)
    hand_over: frozenset[Atom] = frozenset()
    unaccepted: frozenset[Atom] = frozenset()
    removals: Removals = field(default_factory=Removals)

    def decide(self) -> Decision:
        s = self.situation
        # What the file decides and no plan holds, as for a runner that pays by default, passed no guard and nobody reviewed it.
        wanted = {atom: value for atom, value in attainable(s.desired, s.live).items() if atom in s.planned}
        ledger = s.ledger
        self.ends = ends = s.planned | endings(s.removals, s.live)
        self.hand_over = handed_over(ends, s.live)
        unaccepted = awaiting_acceptance(ends, s.live)
        self.removals = sort_removals(s.removals, ends, self.hand_over, unaccepted, s.live, s.desired)
        self.remarks += self.removals.remarks
        self.unaccepted = unaccepted & s.planned.keys()
        self.remarks += consequences(s.plan, s.live, s.seen, s.desired.names)
        self.remarks += payer_remarks(s.plan, s.live, s.desired.names)
        self.remarks += partner_budgets(s.seen, s.desired)
        self.remarks += [sayings.awaits_acceptance(atom, ends, s.live, s.desired) for atom in sorted(self.unaccepted)]
        for request in sorted(s.requests, key=lambda request: (request.created, request.id)):
            if request.status not in OVER:
                self._open_request(request, judge(request, s.live, wanted), ours(request, s.requests, ledger))
        if given_up := self._at_a_standstill():
            return _Deciding(s, self.given_up | given_up).decide()
        self._stale_cancellations()
        filings = self._filings(self._left_to_file(ledger))
        self._refuse_own_denials()
        moves = self._moves(filings, ledger)
        outcome = self._at_rest(moves) if s.desired.paused else self._outcome(moves)
        return Decision(
            outcome=outcome,
            moves=() if s.desired.paused else tuple(moves),
            remarks=tuple(sorted(set(self.remarks))),
            refusals=tuple(sorted(set(self.refusals))),
            waiting_for=tuple(sorted(self.waiting_for)),
        )

    def _open_request(self, request: ChangeRequest, verdict: Verdict, mine: bool) -> None:
        s = self.situation
        would_do = effects(stated_by(request, s.live), s.live)
        stuck = request.id in s.ledger.uncancellable
        on_demand = request.is_open and request.id in s.desired.cancel_requests
        if on_demand and stuck and verdict is Verdict.WANTED:
            # What it does is wanted, and that it does it is not: were it committed, the votes would not be given once more.
            verdict = Verdict.UNWANTED
        if on_demand and not stuck:
            self.cancels.append(CancelRequest(request))
            self.remarks.append(sayings.cancelled_on_demand(request, verdict, s.live, s.desired))
            return
        if not stuck and verdict is Verdict.WANTED and (gone := voters_that_are_gone(request, s.live)):
            self.remarks.append(sayings.cannot_be_approved(request, gone, s.live, s.desired, mine=mine))
            if mine:
                self.cancels.append(CancelRequest(request))
            else:
                self._keep(request, would_do)
            return
        if request.id in self.given_up:
            self.cancels.append(CancelRequest(request))
            self.remarks.append(sayings.filed_anew(request, s.live, s.desired))
            return
        match next_step(request, verdict, mine=mine):
            case Step.STOP:
                self.refusals.append(sayings.unknown_status(request))
            case Step.CANCEL if stuck:
                around = self.blocked if verdict is Verdict.UNWANTED else self.contested
                around |= subjects_of(stated_by(request, s.live))
                self.remarks.append(sayings.cannot_be_cancelled(request, verdict, s.live, s.desired))
            case Step.CANCEL:
                self.cancels.append(CancelRequest(request))
                self.remarks.append(sayings.cancelling(request, s.live, s.desired))
            case Step.PLAN_AROUND:
                self.blocked |= subjects_of(stated_by(request, s.live))
                self.remarks.append(sayings.planned_around(request, s.live, s.desired, mine=mine))
                self.remarks += removal_and_request(request, s.removals, s.live, s.desired)
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
        self.wanted.append(request)
        self.kept |= dict.fromkeys(would_do, request)
        self.busy |= dict.fromkeys(subjects_of(stated_by(request, s.live)), request)
        missing = missing_grants(would_do, self.hand_over)
        if missing:
            self.remarks.append(sayings.grant_goes_first(request, s.live, s.desired))
        unaccepted = any(not would_do.get(atom, True) for atom in self.unaccepted)
        if unaccepted:
            self.remarks.append(sayings.acceptance_goes_first(request, s.live, s.desired))
        if waits_for := missing | missing_payers(would_do, self.unaccepted, self.ends, s.live):
            self.kept_back[request.id] = waits_for
        return not missing and not unaccepted

    def _at_a_standstill(self) -> frozenset[str]:
        """Return the requests of ours that only their cancellation gets out of the way of what they wait for."""
        if not self.kept_back:
            return frozenset()
        s = self.situation
        order = payer_order(self._not_kept(), self.wanted, s.live)
        holders: dict[Kind, list[str | None]] = {}
        for atom in (atom for atom, value in s.planned.items() if value):
            holder = self.kept.get(atom) or self.busy.get(atom.subject) or order.get(AccountId(atom.subject))
            holders.setdefault(kind_of(atom), []).append(holder.id if holder else None)
        standing = at_a_standstill(self.kept_back, holders)
        for request in (each for each in self.wanted if each.id in standing & s.ledger.uncancellable):
            self.remarks.append(sayings.stands_still(request, s.live, s.desired))
        cancellable = {each.id for each in self.wanted if ours(each, s.requests, s.ledger)} - s.ledger.uncancellable
        return standing & cancellable

    def _not_kept(self) -> State:
        return {atom: value for atom, value in self.situation.planned.items() if atom not in self.kept}

    def _vote(self, request: ChangeRequest, *, own_plan: bool, kept: bool = False) -> None:
        voting = vote_on(request, self.situation, own_plan=own_plan, kept=kept)
        self.votes += voting.casts
        self.waiting_for |= voting.missing
        self.remarks += voting.remarks

    def _left_to_file(self, ledger: Ledger) -> State:
        s = self.situation
        planned = self._not_kept()
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
        going = {atom: value for atom, value in planned.items() if atom not in self.denied and atom.subject not in self.blocked}
        order = payer_order(going, self.wanted, s.live)
        left: State = {}
        for atom, value in going.items():
            if request := self.busy.get(atom.subject):
                self.remarks.append(sayings.follows(atom, request, s.desired))
            elif request := order.get(AccountId(atom.subject)):
                self.remarks.append(sayings.follows_payers(atom, request, s.live, s.desired))
            else:
                left[atom] = value
        return left

    def _filings(self, left: State) -> Filings:
        s = self.situation
        going = {atom: value for atom, value in left.items() if atom not in self.unaccepted}
        filings = plan_filings(going, s.live, s.desired, self.hand_over, frozenset(self.contested))
        self.postponed = filings.postponed
        self.remarks += [sayings.postponed(atom, s.desired) for atom in sorted(filings.postponed)]
        wider = {atom for atom, value in s.planned.items() if widens(atom, value, s.live)}
        # Whatever else is planned was shown with the votes that it needs under the list as it stands.
        rest = {atom for atom in s.planned if atom.setting is not Setting.AUTO_APPROVE} - self.denied - self.postponed
        if rest:
            early = [each for each in self.commits if self._does_widen(each.request)]
            self.commits = [each for each in self.commits if each not in early]
            self.remarks += [sayings.widening_is_committed_last(each.request, s.live, s.desired) for each in early]
        if s.widens_later or (wider - self.kept.keys() and rest):
            self.remarks.append(sayings.widening_goes_last())
        kept_back = subjects_of(wider) if rest else frozenset()
        return Filings(tuple(draft for draft in filings.drafts if not draft.subjects & kept_back), filings.postponed)

    def _does_widen(self, request: ChangeRequest) -> bool:
        live = self.situation.live
        return any(widens(atom, value, live) for atom, value in effects(stated_by(request, live), live).items())

    def _refuse_own_denials(self) -> None:
        s = self.situation
        now = datetime.combine(s.today, time(), UTC)
        to_come = {atom: value for atom, value in s.planned.items() if atom not in self.kept.keys() | self.denied}
        for draft in plan_filings(to_come, s.live, s.desired).drafts:
            self._refuse_denials_of(ChangeRequest("", RequestStatus.PENDING, now, now, draft.changes), s.desired.voters)
        # An account that cannot vote at present forbids no less by its rules.
        for request in (each for each in self.wanted if each.status == RequestStatus.PENDING):
            self._refuse_denials_of(request, s.desired.voters.keys() & set(request.pending_voters))

    def _refuse_denials_of(self, request: ChangeRequest, voters: Iterable[AccountId]) -> None:
        s = self.situation
        for account in voters:
            ballot = decide_vote(s.desired.voters[account], request, s.live, s.today, own_plan=True)
            if ballot.action is Action.DENY:
                self.refusals.append(sayings.own_deny_rule(request, account, ballot.rule, s.live, s.desired))

    def _moves(self, filings: Filings, ledger: Ledger) -> list[Move]:
        s = self.situation
        if s.plan.refusals or self.refusals:
            return []
        if not s.may_write:
            if s.plan.changes or self.cancels or self.commits:
                self.remarks.append(sayings.read_only(s.live, s.desired))
            return [vote for vote in self.votes if vote.account != s.live.creator]
        claims = [Claim(planned.change.after) for planned in s.plan.changes if isinstance(planned.change, ClaimOwnership)]
        settings = setting_moves(s.plan.setting_changes)
        files: list[Move] = [FileRequest(draft) for draft in filings.drafts]
        if files and completed(ledger, s.requests, s.live, s.desired).is_full:
            self.remarks.append(sayings.ledger_full())
            files = []
        # A request about a leaving account goes first, and of what is filed afterwards nobody who leaves is asked for a vote.
        removals = [Remove(removal) for removal in self.removals.now]
        return [*claims, *settings, *self.cancels, *removals, *self.votes, *self.commits, *files]

    def _at_rest(self, moves: list[Move]) -> Outcome:
        """Return how a paused collaboration stands: nothing is refused, and what could be done or decided waits."""
        s = self.situation
        refused = bool(self.refusals) or any(remark.rule == PAUSED for remark in s.plan.remarks)
        self.remarks += otherwise_refused(self.refusals)
        self.refusals = []
        outcome = Outcome.WAITING if refused else self._outcome(moves)
        if outcome is not Outcome.CONVERGED:
            self.remarks.append(resting(f"collaborations.{s.desired.key}", s.desired.key))
        return outcome

    def _stale_cancellations(self) -> None:
        s = self.situation
        undecided = {request.id for request in s.requests if request.status not in OVER}
        self.remarks += [sayings.stale_cancellation(id_, s.desired) for id_ in sorted(s.desired.cancel_requests - undecided)]

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
        others = len(s.plan.changes) > len(s.plan.request_changes) + len(self.removals.handed_over)
        if moves or goes_on or others or self.cancels:
            return Outcome.WAITING
        if self.denied:
            return Outcome.DENIED
        return Outcome.CONVERGED
