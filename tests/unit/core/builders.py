"""Small worlds for tests: a collaboration, a stack file about it, and change requests."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cleanrooms_governance.change_requests.ledger import FILED_TAG
from cleanrooms_governance.change_requests.next_move import Situation
from cleanrooms_governance.desired import (
    DesiredCollaboration,
    DesiredMember,
    OwnPlan,
    VotingPolicy,
)
from cleanrooms_governance.model import (
    CAN_EXPORT_QUERY_ANALYSIS_LOG,
    CAN_QUERY,
    CAN_RECEIVE_RESULTS,
    Ability,
    AccountId,
    ChangeRequest,
    Collaboration,
    CostType,
    Member,
    MemberChange,
    RequestedChange,
)
from cleanrooms_governance.planning.atoms import derived_types
from cleanrooms_governance.running.advance import situation_of
from cleanrooms_governance.running.world import World
from cleanrooms_governance.tagging import OWNER_TAG

CREATOR = AccountId("111122223333")
RUNNER = AccountId("222233334444")
BANK = AccountId("444455556666")
SHOP = AccountId("555566667777")
NEWCOMER = AccountId("777788889999")

RECEIVE = CAN_RECEIVE_RESULTS
EXPORT = CAN_EXPORT_QUERY_ANALYSIS_LOG
QUERY = CAN_QUERY
FUTURE = Ability("CAN_TELL_THE_FUTURE")
"""An ability that no version knows."""

ID = "c0ffee00-0000-4000-8000-000000000000"
ARN = f"arn:aws:cleanrooms:eu-west-1:{CREATOR}:collaboration/{ID}"
OWNER = "acme/prod/sales"
TODAY = date(2026, 11, 22)
BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)
APPROVE_OWN_PLAN = VotingPolicy(own_plan=OwnPlan.APPROVE)


def member(account: AccountId, *abilities: Ability, status: str = "ACTIVE", **more: Any) -> Member:
    """One entry of ListMembers."""
    settings = {"display_name": f"Name of {account}", "created": BEGINNING, **more}
    return Member(account=account, status=status, abilities=frozenset(abilities), **settings)


def collaboration(*members: Member, tags: Mapping[str, str] | None = None, **more: Any) -> Collaboration:
    """A live collaboration that this stack governs; the creator is a member without abilities unless given."""
    present = {each.account: each for each in (member(CREATOR), *members)}
    settings = {"id": ID, "arn": ARN, "name": "Sales", "creator": CREATOR, "region": "eu-west-1", **more}
    return Collaboration(members=present, tags={OWNER_TAG: OWNER, **(tags or {})}, **settings)


def wanted_member(
    account: AccountId,
    *abilities: Ability,
    name: str | None = None,
    ml: Iterable[str] | None = None,
    pays_for: Iterable[str] | None = None,
) -> DesiredMember:
    """A member as the file wants it."""
    return DesiredMember(
        account,
        frozenset(abilities),
        name,
        None if ml is None else frozenset(ml),
        None if pays_for is None else frozenset(map(CostType, pays_for)),
    )


def stack_file(*members: DesiredMember, **more: Any) -> DesiredCollaboration:
    """A stack file; the creator is a member without abilities unless given."""
    present = {each.account: each for each in (wanted_member(CREATOR), *members)}
    settings = {
        "key": "sales",
        "owner": OWNER,
        "name": "Sales",
        "creator": CREATOR,
        "region": "eu-west-1",
        "names": {BANK: "bank", SHOP: "shop", NEWCOMER: "newcomer", RUNNER: "runner", CREATOR: "creator"},
        **more,
    }
    return DesiredCollaboration(members=present, **settings)


def wanting_what_is(live: Collaboration, **more: Any) -> DesiredCollaboration:
    """The stack file that asks for exactly what a collaboration is."""
    members = [wanted_member(each.account, *each.abilities) for each in live.members.values() if each.belongs]
    return stack_file(*members, **more)


def change(account: AccountId, *abilities: Ability, **more: Any) -> MemberChange:
    """A MEMBER change."""
    return MemberChange(account=account, abilities=frozenset(abilities), **more)


def request_id(number: int) -> str:
    """The id of a test's change request."""
    return f"{number:08x}-0000-4000-8000-000000000000"


def request(
    number: int, *changes: RequestedChange, status: str = "PENDING", live: Collaboration | None = None, **more: Any
) -> ChangeRequest:
    """A change request filed on day ``number``; with ``live`` each change gets the types that the service would derive then."""
    typed = changes if live is None else tuple(replace(each, types=derived_types(each, live)) for each in changes)
    moment = BEGINNING + timedelta(days=number)
    settings = {"created": moment, "updated": moment, "approvals": {BANK: "PENDING"} if status == "PENDING" else {}, **more}
    return ChangeRequest(id=request_id(number), status=status, changes=tuple(typed), **settings)


def filed(*numbers: int, cancelling: Iterable[int] = ()) -> dict[str, str]:
    """The tags that note these requests as filed by this stack."""
    words = [request_id(number).replace("-", "") for number in numbers]
    words += ["-" + request_id(number).replace("-", "") for number in cancelling]
    return {FILED_TAG: " ".join(words)}


def situation(
    desired: DesiredCollaboration, live: Collaboration, *requests: ChangeRequest, may_write: bool = True
) -> Situation:
    """Everything a decision is made from."""
    return situation_of(desired, World(live, tuple(requests)), TODAY, may_write=may_write)


def pays(**flags: bool) -> dict[CostType, bool]:
    """Payment flags by the stack file's names."""
    return {CostType(name): flag for name, flag in flags.items()}
