"""The approval policy: one table, and the moves that follow from it.

``STEPS`` says what to do about a change request by its status, whether all its effects are still wanted, and whether this stack
filed it. ``decide`` applies it to everything that is open or over, adds the votes of the accounts we hold, and says what is left to
file and whom it waits for. It is a pure function: a run performs the first move, reads the world again, and decides again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum

from cleanrooms_governance.atoms import (
    COLLABORATION,
    Atom,
    State,
    accounts_of,
    declared,
    effects,
    stated_by,
)
from cleanrooms_governance.changes import ClaimOwnership
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.filing import Draft, drafts
from cleanrooms_governance.guards import stale_acknowledgements
from cleanrooms_governance.ledger import Ledger
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, RequestStatus, Vote
from cleanrooms_governance.plan import Level, Plan, Refusal, Remark
from cleanrooms_governance.requests import HeldBack, Verdict, completed, denied, judge, not_in_effect, ours
from cleanrooms_governance.service import Action
from cleanrooms_governance.text import label, labels
from cleanrooms_governance.votes import Ballot, decide_vote


class Step(StrEnum):
    """What to do about one change request."""

    VOTE_OR_WAIT = "vote or wait"
    COMMIT = "commit"
    CANCEL = "cancel"
    PLAN_AROUND = "plan around its accounts"
    IGNORE = "ignore"
    STOP = "stop for this collaboration"


STEPS: Mapping[tuple[str, Verdict, bool], Step] = {
    (RequestStatus.PENDING, Verdict.WANTED, True): Step.VOTE_OR_WAIT,
    (RequestStatus.PENDING, Verdict.WANTED, False): Step.VOTE_OR_WAIT,
    (RequestStatus.PENDING, Verdict.UNWANTED, True): Step.CANCEL,
    (RequestStatus.PENDING, Verdict.UNWANTED, False): Step.PLAN_AROUND,
    (RequestStatus.PENDING, Verdict.WITHOUT_EFFECT, True): Step.CANCEL,
    (RequestStatus.PENDING, Verdict.WITHOUT_EFFECT, False): Step.IGNORE,
    (RequestStatus.APPROVED, Verdict.WANTED, True): Step.COMMIT,
    (RequestStatus.APPROVED, Verdict.WANTED, False): Step.COMMIT,
    (RequestStatus.APPROVED, Verdict.UNWANTED, True): Step.CANCEL,
    (RequestStatus.APPROVED, Verdict.UNWANTED, False): Step.PLAN_AROUND,
    (RequestStatus.APPROVED, Verdict.WITHOUT_EFFECT, True): Step.CANCEL,
    (RequestStatus.APPROVED, Verdict.WITHOUT_EFFECT, False): Step.IGNORE,
}
"""Open requests; the key's last part says whether the request is ours.

Requests that are over (COMMITTED, DENIED, CANCELLED) act atom by atom on what is left to file: see ``requests.denied`` and
``requests.not_in_effect``.
"""

_OVER = frozenset({RequestStatus.COMMITTED, RequestStatus.DENIED, RequestStatus.CANCELLED})


def next_step(request: ChangeRequest, verdict: Verdict, *, mine: bool) -> Step:
    """Look a request up in the table; a status that this version does not know stops everything for its collaboration."""
    if request.status in _OVER:
        return Step.IGNORE
    return STEPS.get((request.status, verdict, mine), Step.STOP)


@dataclass(frozen=True, slots=True)
class Claim:
    """Write the owner tag."""

    owner: str


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Cancel a request of ours."""

    request: ChangeRequest


@dataclass(frozen=True, slots=True)
class CastVote:
    """Vote in an account that we hold, by the named rule."""

    request: ChangeRequest
    account: AccountId
    action: Action
    rule: str


@dataclass(frozen=True, slots=True)
class CommitRequest:
    """Commit an approved request."""

    request: ChangeRequest


@dataclass(frozen=True, slots=True)
class FileRequest:
    """File a change request."""

    draft: Draft


Move = Claim | CancelRequest | CastVote | CommitRequest | FileRequest


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

    ``refusals`` are those that stem from requests; those of the plan are in the plan. ``waiting_for`` are the accounts whose votes
    are missing on requests that we keep.
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
    votes: list[Move] = field(default_factory=list)
    commits: list[Move] = field(default_factory=list)
    waiting_for: set[AccountId] = field(default_factory=set)
    kept: set[Atom] = field(default_factory=set)
    blocked: set[AccountId] = field(default_factory=set)

    def decide(self) -> Decision:
        s = self.situation
        wanted = declared(s.desired)
        ledger = s.ledger
        for request in sorted(s.requests, key=lambda request: (request.created, request.id)):
            if request.status not in _OVER:
                self._open_request(request, judge(request, s.live, wanted), ours(request, s.requests, ledger))
        left = self._left_to_file(ledger)
        self._refuse_own_denials(left)
        moves: list[Move] = []
        if not (s.plan.refusals or self.refusals) and s.may_write:
            claims = [
                Claim(planned.change.after)
                for planned in s.plan.changes
                if isinstance(planned.change, ClaimOwnership)
            ]
            moves = [*claims, *self.cancels, *self.votes, *self.commits, *self._filings(left, ledger)]
        if not s.may_write and (s.plan.changes or self.cancels or self.commits):
            self._say("read-only", COLLABORATION, f"account {self._who(s.live.creator)} is read-only here: shown, never written")
        return Decision(
            outcome=self._outcome(moves),
            moves=tuple(moves),
            remarks=tuple(sorted(set(self.remarks))),
            refusals=tuple(sorted(set(self.refusals))),
            waiting_for=tuple(sorted(self.waiting_for)),
        )

    def _open_request(self, request: ChangeRequest, verdict: Verdict, mine: bool) -> None:
        match next_step(request, verdict, mine=mine):
            case Step.STOP:
                self.refusals.append(
                    Refusal(
                        "unknown-status",
                        request.id,
                        f"change request {request.id} has the status {request.status}, which this version does not know, so nothing"
                        " is done for this collaboration. Look at it in the console, or update this tool",
                    )
                )
            case Step.CANCEL:
                self.cancels.append(CancelRequest(request))
                self._say("cancel", request.id, f"change request {request.id} ({self._about(request)}) is no longer wanted: cancelled")
            case Step.PLAN_AROUND:
                self._plan_around(request)
                self._vote(request, kept=False)
            case Step.IGNORE:
                self._vote(request, kept=False)
            case Step.COMMIT:
                self._keep(request)
                self.commits.append(CommitRequest(request))
            case Step.VOTE_OR_WAIT:
                self._keep(request)
                self._vote(request, kept=True)

    def _keep(self, request: ChangeRequest) -> None:
        live = self.situation.live
        self.kept |= set(effects(stated_by(request, live), live))

    def _plan_around(self, request: ChangeRequest) -> None:
        atoms = stated_by(request, self.situation.live)
        self.blocked |= accounts_of(atoms)
        why = "holds more than this version understands" if request.unknown else "does what the file does not want"
        self._say(
            "foreign-request",
            request.id,
            f"change request {request.id} ({self._about(request)}) was not filed by this stack and {why}: nothing is filed for"
            f" {labels(accounts_of(atoms), self.situation.desired.names) or 'the auto-approval list'} until it is over. Have it"
            " denied, or cancel it in the console",
            Level.WARNING,
        )

    def _vote(self, request: ChangeRequest, *, kept: bool) -> None:
        if request.status != RequestStatus.PENDING:
            return
        for account in request.pending_voters:
            ballot = self._ballot(request, account, kept=kept)
            if ballot and ballot.action:
                self.votes.append(CastVote(request, account, ballot.action, ballot.rule))
            elif kept:
                self._wait_for(account, request, ballot)

    def _ballot(self, request: ChangeRequest, account: AccountId, *, kept: bool) -> Ballot | None:
        s = self.situation
        own_plan = kept and not s.plan.refusals
        policy = s.desired.voters.get(account)
        ballot = decide_vote(policy, request, s.live, s.today, own_plan=own_plan) if policy else None
        if ballot and ballot.action:
            return ballot
        if account == s.live.creator and own_plan and s.may_write:
            # The file is the creator's declared will: a request that does only what it says needs no second rule of the creator.
            return Ballot(Action.APPROVE, "the creator's own plan")
        return ballot

    def _wait_for(self, account: AccountId, request: ChangeRequest, ballot: Ballot | None) -> None:
        self.waiting_for.add(account)
        how = (
            f"this stack holds it, but {ballot.rule}: vote by hand, or add a rule to its membership's changeRequests"
            if ballot
            else "it votes from its own stack, or in the console"
        )
        self._say(
            "waits",
            f"{request.id} {account}",
            f"waits for {self._who(account)} to vote on {self._about(request)}, change request {request.id}: {how}",
        )

    def _left_to_file(self, ledger: Ledger) -> State:
        s = self.situation
        planned = {atom: value for atom, value in s.planned.items() if atom not in self.kept}
        for held in not_in_effect(planned, s.requests, s.live, s.desired.acknowledge).values():
            self.refusals.append(self._committed_but_not_in_effect(held))
        held_back = denied(planned, s.requests, s.live, ledger, s.desired.acknowledge)
        for held in held_back.values():
            self._held_back(held)
        self._stale(ledger)
        # One held atom of a new member holds the whole member back: half of a new member is worse than none.
        new_members = {a.subject for a in planned if a.setting == "member"}
        stopped = {atom.subject for atom in held_back} & new_members | self.blocked
        return {
            atom: value for atom, value in planned.items() if atom not in held_back and atom.subject not in stopped
        }

    def _filings(self, left: State, ledger: Ledger) -> list[Move]:
        s = self.situation
        planned = drafts(left, s.live, s.desired)
        if planned and completed(ledger, s.requests).is_full:
            self._ledger_full()
            return []
        return [FileRequest(draft) for draft in planned]

    def _refuse_own_denials(self, left: State) -> None:
        s = self.situation
        now = datetime.combine(s.today, time(), UTC)
        for draft in drafts(left, s.live, s.desired):
            request = ChangeRequest("", RequestStatus.PENDING, now, now, draft.changes)
            for account, policy in s.desired.voters.items():
                ballot = decide_vote(policy, request, s.live, s.today, own_plan=True)
                if ballot.action is Action.DENY:
                    self.refusals.append(
                        Refusal(
                            "own-deny-rule",
                            f"{account} {ballot.rule}",
                            f"the membership of {self._who(account)} in this same stack would deny {self._about(request)} by its"
                            f" rule {ballot.rule}, so it is not filed. Change the rule, or take the change out of the file",
                        )
                    )

    def _held_back(self, held: HeldBack) -> None:
        s = self.situation
        if held.request.status == RequestStatus.DENIED:
            deniers = [account for account, vote in held.request.approvals.items() if vote == Vote.DENIED]
            did = f"{labels(deniers, s.desired.names) or 'a member'} denied it"
        else:
            did = "it was cancelled outside this stack"
        self._say(
            "denied",
            f"{held.atom.subject} {held.atom.setting} {held.atom.name}",
            f"{held.atom} is not filed again: {did} in change request {held.request.id}. Talk to them; to ask once more, add"
            f" {held.fingerprint} to collaborations.{s.desired.key}.acknowledge",
            Level.WARNING,
        )

    def _committed_but_not_in_effect(self, held: HeldBack) -> Refusal:
        return Refusal(
            "not-in-effect",
            f"{held.atom.subject} {held.atom.setting} {held.atom.name}",
            f"{held.atom}: change request {held.request.id} was committed and should have brought this about, yet it does not show."
            " Nothing is filed again by itself. Look at the collaboration in the console; to file it once more, add"
            f" {held.fingerprint} to collaborations.{self.situation.desired.key}.acknowledge",
        )

    def _stale(self, ledger: Ledger) -> None:
        s = self.situation
        everything = denied(s.planned, s.requests, s.live, ledger, frozenset())
        missing = not_in_effect(s.planned, s.requests, s.live, frozenset())
        known = {danger.fingerprint for danger in s.plan.dangers}
        known |= {held.fingerprint for held in [*everything.values(), *missing.values()]}
        for mark in stale_acknowledgements(s.desired.acknowledge, known):
            self._say(
                "stale-acknowledgement",
                mark,
                f"collaborations.{s.desired.key}.acknowledge: {mark} matches nothing any more. Take it out",
            )

    def _ledger_full(self) -> None:
        self._say(
            "too-many-open",
            COLLABORATION,
            "seven change requests of this stack are open or were cancelled by others; nothing more is filed until one ends or its"
            " change is taken out of the file",
            Level.WARNING,
        )

    def _outcome(self, moves: list[Move]) -> Outcome:
        if self.situation.plan.refusals:
            return Outcome.REFUSED
        if self.refusals:
            return Outcome.FAILED
        rules = {remark.rule for remark in self.remarks}
        if moves or self.waiting_for or self.blocked or rules & {"too-many-open", "read-only"}:
            return Outcome.WAITING
        if "denied" in rules:
            return Outcome.DENIED
        return Outcome.CONVERGED

    def _about(self, request: ChangeRequest) -> str:
        live = self.situation.live
        atoms = effects(stated_by(request, live), live) or stated_by(request, live)
        said = {
            f"{'+' if value else '-'}{atom.name or atom.setting} {self._who(atom.subject)}" for atom, value in atoms.items()
        }
        return ", ".join(sorted(said))

    def _who(self, account: str) -> str:
        return "the collaboration" if account == COLLABORATION else label(account, self.situation.desired.names)

    def _say(self, rule: str, subject: str, message: str, level: Level = Level.INFO) -> None:
        self.remarks.append(Remark(rule, subject, message, level))


def actionable(moves: Iterable[Move], conflicting: frozenset[str], open_requests: frozenset[str]) -> tuple[Move, ...]:
    """Return the moves worth making, given that filing met a conflict while exactly ``conflicting`` were open.

    Which open requests exclude each other is not documented (switch ``concurrency``): as long as the same ones are open, the same
    conflict is to be expected, so filing waits for them.
    """
    if conflicting and conflicting == open_requests:
        return tuple(move for move in moves if not isinstance(move, FileRequest))
    return tuple(moves)
