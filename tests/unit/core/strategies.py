"""Random collaborations, stack files and change requests for property tests."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import strategies as st

from cleanrooms_governance.desired import DesiredCollaboration, DesiredMember
from cleanrooms_governance.model import (
    AUTO_APPROVABLE_TYPES,
    RUNNER_ABILITIES,
    Ability,
    AccountId,
    ChangeRequest,
    Collaboration,
    CollaborationChange,
    CostType,
    Member,
    MemberChange,
)
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.tagging import first_tags
from tests.unit.core.builders import CREATOR, EXPORT, FUTURE, OWNER, QUERY, RECEIVE, collaboration, member, request, stack_file

PARTNERS = tuple(AccountId(str(digit) * 12) for digit in range(2, 10))
NAMES = {account: f"Name of {account}" for account in (CREATOR, *PARTNERS)}
MUTABLE = (RECEIVE, EXPORT)
ML_ABILITIES = ("CAN_RECEIVE_MODEL_OUTPUT", "CAN_RECEIVE_INFERENCE_OUTPUT")

K = TypeVar("K")
V = TypeVar("V")


def subsets(values: tuple[V, ...]) -> st.SearchStrategy[frozenset[V]]:
    """Any of the values, or none; one number decides, which is quick to draw and to shrink."""
    chosen = st.integers(0, 2 ** len(values) - 1)
    return chosen.map(lambda bits: frozenset(value for place, value in enumerate(values) if bits >> place & 1))


@st.composite
def shuffled(draw: st.DrawFn, mapping: Mapping[K, V]) -> dict[K, V]:
    """The same mapping in another order."""
    return {key: mapping[key] for key in draw(st.permutations(list(mapping)))}


def _payments(bits: int) -> dict[CostType, bool]:
    shown, flags = bits & 31, bits >> 5
    return {cost: bool(flags >> place & 1) for place, cost in enumerate(CostType) if shown >> place & 1}


auto_approval = subsets(tuple(sorted(AUTO_APPROVABLE_TYPES)))
mutable_abilities = subsets(MUTABLE)
carried_abilities = subsets((*MUTABLE, FUTURE))
ml_abilities = subsets(ML_ABILITIES)
cost_types = subsets(tuple(CostType)[:3])
payments = st.integers(0, 1023).map(_payments)
statuses = st.sampled_from(["ACTIVE", "ACTIVE", "INVITED", "LEFT", "REMOVED"])
partners = subsets(PARTNERS)
yes_or_no = st.booleans()
small_numbers = st.integers(0, 7)


def _live_settings(number: int) -> dict[str, Any]:
    tags = [{}, {"theirs": "1"}, first_tags({"team": "sales"}, OWNER), first_tags({"team": "sales", "old": "1"}, OWNER)]
    return {"description": "Old" if number & 1 else "", "tags": tags[number >> 1]}


def _wanted_settings(number: int) -> dict[str, Any]:
    return {
        "name": ["Sales", "Sales of this year", None][number % 3],
        "description": [None, "", "Campaign"][number // 3 % 3],
        "tags": [None, {}, {"team": "sales"}, {"theirs": "1", "team": "legal"}][number // 9],
    }


live_settings = st.integers(0, 7).map(_live_settings)
wanted_settings = st.integers(0, 35).map(_wanted_settings)


@st.composite
def live_members(draw: st.DrawFn, account: AccountId, abilities: st.SearchStrategy[frozenset[Ability]]) -> Member:
    """A member as ListMembers may show it, without the runner's abilities."""
    return member(
        account,
        *draw(abilities),
        status="ACTIVE" if account == CREATOR else draw(statuses),
        ml_abilities=draw(ml_abilities),
        payments=draw(payments),
    )


MEMBERS = {account: live_members(account, mutable_abilities) for account in (CREATOR, *PARTNERS)}
"""As the service knows them today."""

LATER_MEMBERS = {account: live_members(account, carried_abilities) for account in (CREATOR, *PARTNERS)}
"""With abilities that a later service may know."""


@st.composite
def collaborations(draw: st.DrawFn, entries: Mapping[AccountId, st.SearchStrategy[Member]] = LATER_MEMBERS) -> Collaboration:
    """A collaboration of up to eight accounts, of which at most one runs queries, or queries and jobs."""
    accounts = (CREATOR, *sorted(draw(partners))[:7])
    members = {account: draw(entries[account]) for account in accounts}
    runner = accounts[draw(small_numbers) % len(accounts)]
    running = [frozenset[Ability](), frozenset({QUERY}), RUNNER_ABILITIES][draw(small_numbers) % 3]
    if members[runner].belongs:
        members[runner] = replace(members[runner], abilities=members[runner].abilities | running)
    return collaboration(*members.values(), auto_approved=draw(auto_approval), **draw(live_settings))


@st.composite
def stack_files(draw: st.DrawFn, live: Collaboration) -> DesiredCollaboration:
    """A stack file about a collaboration that can be carried out: dangers are acknowledged, and new members do not run
    anything.

    It names some of the accounts that are or were members, and some new ones. Payers are members that can still be one and run
    nothing: who pays by default looks like who was named, and the rest follows from it.
    """
    accounts = {CREATOR, *draw(partners)}
    members = [
        _desired(account, live.members.get(account), draw(mutable_abilities), draw(yes_or_no)) for account in sorted(accounts)
    ]
    payers = sorted(
        account
        for account in accounts
        if (present := live.members.get(account)) is None or (present.belongs and not present.is_runner)
    )
    payments = {account: set[CostType]() for account in payers}
    for cost in sorted(draw(cost_types)) if payers else ():
        for place in {draw(small_numbers), draw(small_numbers)}:
            payments[payers[place % len(payers)]].add(cost)
    learning = draw(subsets(tuple(sorted(accounts))))
    members = [
        replace(
            each,
            ml_abilities=draw(ml_abilities) if each.account in learning else None,
            payer_for=frozenset(payments.get(each.account, ())) or (frozenset() if each.account in learning else None),
        )
        for each in members
    ]
    auto_approve = draw(auto_approval) if draw(small_numbers) < 3 else None
    removed = draw(partners) - accounts if draw(yes_or_no) else frozenset[AccountId]()
    more = {"auto_approve": auto_approve, "removed": removed, **draw(wanted_settings)}
    return acknowledging(stack_file(*members, names=NAMES, **more), live)


@st.composite
def worlds(
    draw: st.DrawFn,
    lives: st.SearchStrategy[Collaboration] = collaborations(),  # noqa: B008
) -> tuple[Collaboration, DesiredCollaboration]:
    """A collaboration and a stack file about it."""
    live = draw(lives)
    return live, draw(stack_files(live))


def _desired(account: AccountId, present: Member | None, abilities: frozenset[Ability], listing_all: bool) -> DesiredMember:
    """Any abilities that can be asked for; the runner's and unknown ones are listed now and then, where they are live."""
    carried = present.abilities - frozenset(MUTABLE) if listing_all and present is not None and present.belongs else frozenset()
    return DesiredMember(account, abilities | carried)


def acknowledging(desired: DesiredCollaboration, live: Collaboration) -> DesiredCollaboration:
    """The stack file with every danger of its plan acknowledged."""
    marks = frozenset(danger.fingerprint for danger in plan_collaboration(desired, live).dangers)
    return replace(desired, acknowledge=desired.acknowledge | marks)


REQUEST_STATUSES = st.sampled_from(["PENDING", "APPROVED", "COMMITTED", "DENIED", "CANCELLED"])
UNKNOWN = st.sampled_from([(), (), (), ("changes[0].when",)])


@st.composite
def change_requests(draw: st.DrawFn, live: Collaboration, number: int) -> ChangeRequest:
    """Anything that may have been asked for, and how it may stand."""
    changes: list[MemberChange | CollaborationChange] = [
        MemberChange(
            account=account,
            abilities=draw(carried_abilities),
            ml_abilities=draw(ml_abilities) if draw(yes_or_no) else None,
            payments=draw(payments) if draw(yes_or_no) else None,
        )
        for account in sorted(draw(partners))[:3]
    ]
    if not changes or not draw(small_numbers):
        changes.append(CollaborationChange(draw(auto_approval)))
    return request(
        number,
        *changes,
        status=draw(REQUEST_STATUSES),
        live=live,
        approvals={account: "PENDING" if draw(yes_or_no) else "APPROVED" for account in sorted(draw(partners))[:3]},
        unknown=draw(UNKNOWN),
    )
