"""What does one account have to do now in the collaborations of a stack?

Whatever the account is, a partner or one that is held: only what the service shows, and for payments also what the stack file
plans, decides it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cleanrooms_governance.cli.acceptance import accepted_by
from cleanrooms_governance.cli.foresight import Foresight, foresee
from cleanrooms_governance.cli.invitations import declared_membership
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.cli.worlds import Seen, Trouble, World
from cleanrooms_governance.memberships.expectations import payment_duties
from cleanrooms_governance.model import (
    AccountId,
    ChangeRequest,
    Collaboration,
    CostType,
    MemberStatus,
    RequestStatus,
)
from cleanrooms_governance.planning.leavers import leavers, paid_by
from cleanrooms_governance.planning.payers import maybe_by_default
from cleanrooms_governance.service import Accounts


@dataclass(frozen=True, slots=True)
class Vote:
    """To vote on a request."""

    request: ChangeRequest


@dataclass(frozen=True, slots=True)
class Commit:
    """To commit a request that everybody has approved, as the creator."""

    request: ChangeRequest


@dataclass(frozen=True, slots=True)
class Join:
    """To accept an invitation, and with it to pay for ``duties``."""

    duties: frozenset[CostType]


@dataclass(frozen=True, slots=True)
class Accept:
    """To accept to pay; ``seen`` tells that it can be seen not to have."""

    costs: frozenset[CostType]
    seen: bool


Task = Vote | Commit | Join | Accept


@dataclass(frozen=True, slots=True)
class Asked:
    """What an account has to do in one collaboration.

    ``unseen`` are payments of which nobody here can see whether they were accepted, and that no plan waits for. ``own_key`` is
    the collaboration's key for an account whose memberships are in this very stack file, and ``declared`` the key of the one
    that is.
    """

    world: World
    ahead: Foresight
    tasks: tuple[Task, ...]
    unseen: frozenset[CostType]
    own_key: str | None = None
    declared: str | None = None


def ask_all(account: AccountId, seen: Sequence[Seen], stack: Stack, accounts: Accounts, today: date) -> list[Asked | Trouble]:
    """Return what an account has to do, collaboration by collaboration, and what could not be read."""
    found: list[Asked | Trouble] = []
    for each in seen:
        if isinstance(each, Trouble):
            found.append(each)
        elif isinstance(each, World) and account in each.live.members:
            ahead = foresee(each, stack, accounts, today)
            accepted = _accepted(account, each, ahead, stack, accounts)
            accepting, unseen = _accepting(account, ahead, accepted)
            tasks = (*_voting(account, each), *_joining(account, each.live), *accepting)
            own_key = each.place.label if each.place.desired and stack.holds(account) else None
            declared = declared_membership(account, each.live.id, own_key, stack)
            found.append(Asked(each, ahead, tasks, unseen, own_key, declared))
    return found


def _voting(account: AccountId, world: World) -> Iterator[Task]:
    for request in world.requests:
        if request.status == RequestStatus.PENDING and account in request.pending_voters:
            yield Vote(request)
        elif request.status == RequestStatus.APPROVED and account == world.live.creator:
            yield Commit(request)


def _joining(account: AccountId, live: Collaboration) -> Iterator[Task]:
    member = live.members[account]
    if member.status == MemberStatus.INVITED:
        yield Join(payment_duties(member, live.members.values()))


def _accepting(
    account: AccountId, ahead: Foresight, accepted: frozenset[CostType] | None
) -> tuple[Iterable[Task], frozenset[CostType]]:
    """Return the payments to accept, and those of which that is not visible and that no plan waits for.

    Who pays because nobody else is named is asked for nothing: that is not what the creator decided.
    """
    live = ahead.live
    member = live.members[account]
    if member.status != MemberStatus.ACTIVE:
        return (), frozenset()
    named = frozenset(cost for cost, pays in member.payments.items() if pays and not maybe_by_default(account, cost, live))
    if accepted is not None:
        missing = named - accepted
        return ([Accept(missing, seen=True)] if missing else ()), frozenset()
    waited_for = named & _taken_from_others(account, ahead)
    return ([Accept(waited_for, seen=False)] if waited_for else ()), named - waited_for


def _taken_from_others(account: AccountId, ahead: Foresight) -> frozenset[CostType]:
    """Return the cost types for which the plan takes another payer away: who is left has to be usable."""
    if ahead.situation is None:
        return frozenset()
    going = [leaver for leaver in leavers(ahead.situation.plan, ahead.live) if leaver.account != account]
    return frozenset(cost for leaver in going for cost in leaver.costs | _by_leaving(leaver.account, leaver.leaves, ahead))


def _by_leaving(account: AccountId, leaves: bool, ahead: Foresight) -> frozenset[CostType]:
    return paid_by(account, ahead.live) if leaves else frozenset()


def _accepted(
    account: AccountId, world: World, ahead: Foresight, stack: Stack, accounts: Accounts
) -> frozenset[CostType] | None:
    """Return what an account has accepted to pay, ``None`` where that is not visible."""
    known: Mapping[AccountId, frozenset[CostType]] = ahead.live.accepted
    if account in known:
        return known[account]
    return accepted_by(account, world.live, stack, accounts)
