"""Which planned removals may be made now, what the others wait for, and what ends with them.

A removal takes no votes, works at once and is final (user guide, removing a member). So it waits for whatever it depends on:
that somebody else receives results, and can be charged, before the last one goes. It waits for nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, CostType
from cleanrooms_governance.planning.atoms import Atom, Setting, State, standing, stated_by, subjects_of
from cleanrooms_governance.planning.changes import RemoveMember
from cleanrooms_governance.planning.payers import may_be_usable, payers_after
from cleanrooms_governance.planning.plan import Level, Remark
from cleanrooms_governance.text import label, labels

WAITS = "removal-waits"
HELD_BACK = "removal-held-back"
OPEN_REQUEST = "removal-and-request"


def endings(removals: Iterable[RemoveMember], live: Collaboration) -> State:
    """Return what ends with these removals: everything that holds of the accounts, as not holding any more."""
    leaving = {removal.account for removal in removals}
    return {atom: False for atom in standing(live) if atom.subject in leaving}


@dataclass(frozen=True, slots=True)
class Removals:
    """The planned removals by what may become of them now.

    ``handed_over`` are the accounts that wait for a planned grant; the others that are not in ``now`` wait for an acceptance.
    """

    now: tuple[RemoveMember, ...] = ()
    handed_over: frozenset[AccountId] = frozenset()
    remarks: tuple[Remark, ...] = ()


def sort_removals(
    removals: Iterable[RemoveMember],
    state: State,
    hand_over: frozenset[Atom],
    unaccepted: frozenset[Atom],
    live: Collaboration,
    desired: DesiredCollaboration,
) -> Removals:
    """Tell the removals that may be made now from those that wait.

    Parameters: ``state`` is everything that is planned, with what ends with the removals (``endings``); for ``hand_over``
    and ``unaccepted`` see ``hand_over.handed_over`` and ``hand_over.awaiting_acceptance``, asked about that state.
    """
    now: list[RemoveMember] = []
    handed: set[AccountId] = set()
    remarks: list[Remark] = []
    for removal in removals:
        ends = sorted(endings([removal], live))
        for_grant = [atom for atom in ends if atom in hand_over]
        for_acceptance = [atom for atom in ends if atom in unaccepted and _is_missed(atom, live)]
        if for_grant:
            handed.add(removal.account)
        if not for_grant and not for_acceptance:
            now.append(removal)
        remarks += [_waits_for_grant(atom, removal) for atom in for_grant]
        remarks += [_waits_for_acceptance(atom, removal, state, live, desired) for atom in for_acceptance if not for_grant]
    return Removals(tuple(now), frozenset(handed), tuple(remarks))


def _is_missed(atom: Atom, live: Collaboration) -> bool:
    # Whoever cannot be charged now leaves no gap, so nobody has to be waited for.
    return may_be_usable(AccountId(atom.subject), CostType(atom.name), live)


def _waits_for_grant(atom: Atom, removal: RemoveMember) -> Remark:
    lost = f"pay for {atom.name}" if atom.setting is Setting.PAYS else "receive results"
    text = (
        f"{_who(removal)} is removed once the planned grant to another account is in effect: until then nobody would {lost}. To"
        " remove it before that, take the grant out of the file and acknowledge what the plan then refuses"
    )
    return Remark(WAITS, f"{atom.subject} {atom.setting} {atom.name}", text)


def _waits_for_acceptance(
    atom: Atom, removal: RemoveMember, state: State, live: Collaboration, desired: DesiredCollaboration
) -> Remark:
    left = payers_after(CostType(atom.name), state, live).visible(live)
    text = (
        f"{_who(removal)} is removed once another payer for {atom.name} has joined and accepted it: waits for"
        f" {labels(left, desired.names)}, whose membership needs {atom.name} under payerFor"
    )
    return Remark(WAITS, f"{atom.subject} {atom.setting} {atom.name}", text)


def _who(removal: RemoveMember) -> str:
    return label(removal.account, removal.names)


def removal_and_request(
    request: ChangeRequest, removals: Iterable[RemoveMember], live: Collaboration, desired: DesiredCollaboration
) -> tuple[Remark, ...]:
    """Say that a removal does not wait for an open request about the same account, which then has nothing left to change.

    It needs no request itself, and a request that somebody else filed must not be a way to put it off.
    """
    concerned = subjects_of(stated_by(request, live))
    return tuple(
        Remark(
            OPEN_REQUEST,
            f"{request.id} {removal.account}",
            f"{_who(removal)} is removed though change request {request.id} is open for it: a removal does not wait for"
            f" requests. Have it denied, or add its id to collaborations.{desired.key}.cancelRequests",
            Level.WARNING,
        )
        for removal in removals
        if removal.account in concerned
    )


def held_back(removals: Iterable[RemoveMember], why: str) -> tuple[Remark, ...]:
    """Say that nobody is removed in a run in which something failed before.

    Parameters: ``why`` says what failed.
    """
    return tuple(
        Remark(
            HELD_BACK,
            removal.account,
            f"{_who(removal)} is not removed in this run, because something failed before: {why}. A removal is final, so it"
            " waits for a run in which nothing fails. Mend that and run again",
            Level.WARNING,
        )
        for removal in removals
    )
