"""Judge change requests by what committing them now would do."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from cleanrooms_governance.change_requests.ledger import Ledger
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.model import (
    AccountId,
    ChangeRequest,
    Collaboration,
    CollaborationChange,
    MemberChange,
    MemberStatus,
    RequestedChange,
    RequestStatus,
)
from cleanrooms_governance.planning.atoms import (
    Atom,
    State,
    attainable,
    effects,
    filed,
    stated_by,
    subjects_of,
    unexplained_types,
)
from cleanrooms_governance.planning.auto_approval import in_steps, is_on_the_way


class Verdict(StrEnum):
    """How an open request stands to the stack file."""

    WITHOUT_EFFECT = "without effect"
    WANTED = "wanted"
    UNWANTED = "unwanted"
    NOT_UNDERSTOOD = "not understood"


def judge(request: ChangeRequest, live: Collaboration, wanted: State) -> Verdict:
    """Return whether all that a request would do now is wanted.

    Parameters: ``wanted`` are the atoms that are planned, with the values that the file decides (see ``atoms.attainable``);
    nothing else is wanted. A request that holds anything this version does not know, or of which the service says that it does
    more than it states, is not judged by the rest of it.
    """
    if request.unknown or unexplained_types(request, live):
        return Verdict.NOT_UNDERSTOOD
    would_do = effects(stated_by(request, live), live)
    if not would_do:
        return Verdict.WITHOUT_EFFECT
    if any(atom not in wanted or not is_on_the_way(value, wanted[atom], live) for atom, value in would_do.items()):
        return Verdict.UNWANTED
    # An entry that says again what a runner has may take CAN_QUERY from it (switch runnerAbilities of the embedded service).
    # Where nothing of its entry is to change, no danger names that and nobody has acknowledged it.
    return Verdict.WANTED if _runners_in(request, live) <= subjects_of(wanted) else Verdict.UNWANTED


def _runners_in(request: ChangeRequest, live: Collaboration) -> set[str]:
    entries = {change.account for change in request.changes if isinstance(change, MemberChange)}
    return {account for account in entries & live.members.keys() if live.members[account].is_runner}


def voters_that_are_gone(request: ChangeRequest, live: Collaboration) -> tuple[AccountId, ...]:
    """Return the accounts whose vote a request waits for although they have left or were removed.

    Whether the service drops their votes is not documented (switch ``departedVote`` of the embedded service). Where it keeps
    them, such a request is open for good.
    """
    if request.status != RequestStatus.PENDING:
        return ()
    # In a status that this version does not know an account may still vote, and may be asked again by each request filed anew.
    gone = {account for account, each in live.members.items() if each.status in (MemberStatus.LEFT, MemberStatus.REMOVED)}
    return tuple(each for each in request.pending_voters if each in gone)


def content_fingerprint(changes: Iterable[RequestedChange]) -> str:
    """Return the fingerprint of what a request asks for: neither types nor display names, in no order."""
    return fingerprint("content", sorted(fingerprint(_content(change)) for change in changes))


def _content(change: RequestedChange) -> dict[str, object]:
    if isinstance(change, CollaborationChange):
        return {"autoApprove": change.auto_approved}
    return {
        "accountId": change.account,
        "abilities": change.abilities,
        "ml": change.ml_abilities,
        "pays": change.payments,
    }


def ours(request: ChangeRequest, requests: Iterable[ChangeRequest], ledger: Ledger) -> bool:
    """Tell whether this stack filed a request: its id is in the ledger, or a filing noted there was never completed.

    The second heals a lost answer and a failed second tag write.
    """
    if request.id in ledger.filed:
        return True
    return request.id == find_unrecorded(requests, ledger)


def find_unrecorded(requests: Iterable[ChangeRequest], ledger: Ledger) -> str | None:
    """Return the id of the request that an announced filing made, if it is to be seen.

    Only what is newer than everything listed when the filing was announced counts, so that an older request with the same
    content is never taken for ours.
    """
    filing = ledger.filing
    if filing is None:
        return None
    candidates = [
        request
        for request in requests
        if request.created.timestamp() > filing.mark and content_fingerprint(request.changes) == filing.content
    ]
    return min(candidates, key=lambda request: (request.created, request.id)).id if candidates else None


def completed(ledger: Ledger, requests: Iterable[ChangeRequest], live: Collaboration, desired: DesiredCollaboration) -> Ledger:
    """Return the ledger with an unfinished filing settled, if its request is to be seen, and ended entries dropped.

    Only when it would be full, those go too that somebody else cancelled and that hold back nothing of what the file wants.
    """
    listed = list(requests)
    found = find_unrecorded(listed, ledger)
    if found and found not in ledger.filed:
        ledger = ledger.record(found)
    ledger = ledger.prune({request.id: request.status for request in listed})
    if not ledger.is_full:
        return ledger
    held = denied(in_steps(attainable(desired, live), live), listed, live, ledger, desired.acknowledge).values()
    still_holding = {holding.request.id for holding in held}
    spent = {request.id for request in listed if _cancelled_by_another(request, ledger)} - still_holding
    return replace(ledger, filed={id_: cancelling for id_, cancelling in ledger.filed.items() if id_ not in spent})


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A planned atom that a decision of the past holds back, until the file acknowledges it."""

    atom: Atom
    request: ChangeRequest
    fingerprint: str


def denied(
    plan: State, requests: Iterable[ChangeRequest], live: Collaboration, ledger: Ledger, acknowledged: frozenset[str]
) -> dict[Atom, HeldBack]:
    """Return the planned atoms that were denied, or cancelled by somebody else, and not decided anew since.

    Parameters: ``plan`` maps each planned atom to its desired value. A second denial has another request id, hence needs a
    second acknowledgement.
    """
    listed = list(requests)
    held: dict[Atom, HeldBack] = {}
    for request in sorted(listed, key=lambda request: (request.updated, request.id)):
        if not (request.status == RequestStatus.DENIED or _cancelled_by_another(request, ledger)):
            continue
        for atom, value in filed(request, live).items():
            if plan.get(atom) != value or _committed_later(atom, request, listed, live):
                continue
            mark = fingerprint("denied", live.id, request.id, [atom.subject, atom.setting, atom.name], value)
            if mark in acknowledged:
                held.pop(atom, None)
            else:
                held[atom] = HeldBack(atom, request, mark)
    return held


def _cancelled_by_another(request: ChangeRequest, ledger: Ledger) -> bool:
    # Only a request of ours can be cancelled "by somebody else"; what others file and cancel among themselves decides nothing.
    return request.status == RequestStatus.CANCELLED and ledger.filed.get(request.id) is False


def _committed_later(atom: Atom, request: ChangeRequest, requests: Iterable[ChangeRequest], live: Collaboration) -> bool:
    # Being stated is not enough: every entry states whole lists, so whatever else is committed about an account would lift it.
    return any(
        other.status == RequestStatus.COMMITTED and other.updated > request.updated and atom in filed(other, live)
        for other in requests
    )


def not_in_effect(
    plan: State, requests: Iterable[ChangeRequest], live: Collaboration, acknowledged: frozenset[str]
) -> dict[Atom, HeldBack]:
    """Return the planned atoms that the newest committed request about them was said to have brought about already.

    A later request that stated the opposite makes it plain drift, which is filed again. A member that has left or was removed
    is gone for good and never planned, so it does not appear here.
    """
    committed = sorted(
        (request for request in requests if request.status == RequestStatus.COMMITTED),
        key=lambda request: (request.updated, request.id),
        reverse=True,
    )
    statements = [(request, stated_by(request, live)) for request in committed]
    found: dict[Atom, HeldBack] = {}
    for atom, value in plan.items():
        newest = next(((request, says) for request, says in statements if atom in says), None)
        if newest is None or newest[1][atom] != value:
            continue
        mark = fingerprint("not-in-effect", live.id, newest[0].id, [atom.subject, atom.setting, atom.name], value)
        if mark not in acknowledged:
            found[atom] = HeldBack(atom, newest[0], mark)
    return found
