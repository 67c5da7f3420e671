"""Which votes the accounts we hold cast on an open change request, and whose are missing."""

from dataclasses import dataclass

from cleanrooms_governance.change_requests import sayings
from cleanrooms_governance.change_requests.moves import CastVote
from cleanrooms_governance.change_requests.situation import Situation
from cleanrooms_governance.change_requests.votes import Ballot, decide_vote, is_overdue
from cleanrooms_governance.model import AccountId, ChangeRequest, RequestStatus
from cleanrooms_governance.planning.plan import Remark
from cleanrooms_governance.service import Action


@dataclass(frozen=True, slots=True)
class Voting:
    """The votes to cast on one request, the accounts whose votes it waits for, and what is said about them."""

    casts: tuple[CastVote, ...] = ()
    missing: frozenset[AccountId] = frozenset()
    remarks: tuple[Remark, ...] = ()


def vote_on(request: ChangeRequest, situation: Situation, *, own_plan: bool, kept: bool) -> Voting:
    """Return how the accounts that this stack holds vote on a request.

    Parameters: ``own_plan`` as for ``votes.decide_vote``; ``kept`` says that the file wants what the request does, so that a
    missing vote is waited for.
    """
    if request.status != RequestStatus.PENDING:
        return Voting()
    s = situation
    casts: list[CastVote] = []
    missing: set[AccountId] = set()
    remarks: list[Remark] = []
    for account in request.pending_voters:
        ballot = _ballot(request, account, s, own_plan=own_plan)
        if ballot and ballot.action:
            if absent := s.absences.reason(request.id, account):
                missing.add(account)
                remarks.append(sayings.absent(request, account, absent, s.live, s.desired))
            else:
                about = sayings.about(request, s.live, s.desired.names)
                casts.append(CastVote(request, account, ballot.action, ballot.rule, about))
        elif kept:
            missing.add(account)
            remarks.append(sayings.waits(request, account, ballot, s.live, s.desired))
    if not kept:
        return Voting(tuple(casts), remarks=tuple(remarks))
    if missing and is_overdue(request, s.desired.deadline, s.today):
        remarks.append(sayings.overdue(request, missing, s.live, s.desired))
    return Voting(tuple(casts), frozenset(missing), tuple(remarks))


def _ballot(request: ChangeRequest, account: AccountId, s: Situation, *, own_plan: bool) -> Ballot | None:
    policy = s.desired.voters.get(account)
    ballot = decide_vote(policy, request, s.live, s.today, own_plan=own_plan) if policy else None
    if policy and (policy.paused or (ballot and ballot.action)):
        return ballot
    if account == s.live.creator and own_plan and s.may_write:
        # The file is the creator's declared will: a request that does only what it says needs no second rule.
        return Ballot(Action.APPROVE, "the creator's own plan")
    return ballot
