"""What is said about change requests: the remarks and refusals of a decision, in words for the person who reads a preview."""

from collections.abc import Iterable, Mapping

from cleanrooms_governance.change_requests.judging import HeldBack, Verdict
from cleanrooms_governance.change_requests.votes import Ballot, filed_on
from cleanrooms_governance.desired import DesiredCollaboration, Pin
from cleanrooms_governance.model import AccountId, ChangeRequest, Collaboration, CostType, RequestStatus, Vote
from cleanrooms_governance.planning.atoms import (
    COLLABORATION,
    Atom,
    Setting,
    State,
    Value,
    accounts_of,
    effects,
    stated_by,
    unexplained_types,
)
from cleanrooms_governance.planning.payers import payers_after
from cleanrooms_governance.planning.plan import Level, Refusal, Remark
from cleanrooms_governance.text import label, labels

_NOT_CANCELLED = "the service did not let it be cancelled (noted by = in the tag crgov-filed of the collaboration)"


def about(request: ChangeRequest, live: Collaboration, names: Mapping[AccountId, str]) -> str:
    """Return what a request would do now, or else what it states: ``+member 444455556666 (bank)``."""
    atoms = effects(stated_by(request, live), live) or stated_by(request, live)
    return ", ".join(sorted({_effect(atom, value, names) for atom, value in atoms.items()}))


def _effect(atom: Atom, value: Value, names: Mapping[AccountId, str]) -> str:
    if isinstance(value, frozenset):
        return f"auto-approval of {', '.join(sorted(value)) or 'nothing'}"
    return f"{'+' if value else '-'}{_what(atom)} {_who(atom.subject, names)}"


def unknown_status(request: ChangeRequest) -> Refusal:
    """Say why nothing is done for this collaboration."""
    return Refusal(
        "unknown-status",
        request.id,
        f"change request {request.id} has the status {request.status}, which this version does not know, so nothing is done for"
        " this collaboration. Look at it in the console, or update this tool",
    )


def cancelling(request: ChangeRequest, live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say that a request of ours goes, or has gone without need."""
    if not effects(stated_by(request, live), live):
        return Remark("cancel", request.id, f"change request {request.id} has nothing left to do: cancelled")
    what = _named(request, live, desired)
    return Remark("cancel", request.id, f"{what} is no longer wanted: cancelled")


def cannot_be_cancelled(request: ChangeRequest, verdict: Verdict, live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say what becomes of a request of ours that has to go and that the service did not let us cancel."""
    if verdict is not Verdict.UNWANTED:
        text = f"change request {request.id} has nothing left to do, and {_NOT_CANCELLED}: it is left alone"
        return Remark("cannot-be-cancelled", request.id, text)
    blocked = labels(accounts_of(stated_by(request, live)), desired.names) or "the auto-approval list"
    text = (
        f"{_named(request, live, desired)} is no longer wanted, and {_NOT_CANCELLED}: this stack does"
        f" not commit it, and files nothing for {blocked} until it is over. If it may take effect after all, let the file say"
        " so"
    )
    return Remark("cannot-be-cancelled", request.id, text, Level.WARNING)


def cancelled_on_demand(request: ChangeRequest, verdict: Verdict, live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say that a request goes because the file says so, whoever filed it."""
    text = f"{_named(request, live, desired)} is cancelled, as collaborations.{desired.key}.cancelRequests asks"
    if verdict is Verdict.WANTED:
        text += ": what it would do is wanted by the file all the same, so it is filed anew, and all votes are given once more"
    return Remark("cancel", request.id, text)


def stale_cancellation(request_id: str, desired: DesiredCollaboration) -> Remark:
    """Say that a request to cancel is over, or never was one of this collaboration."""
    text = f"collaborations.{desired.key}.cancelRequests: {request_id} is no open change request. Take it out"
    return Remark("stale-cancellation", request_id, text)


def one_at_a_time(collaboration_id: str, conflicting: frozenset[str]) -> Remark:
    """Say why nothing is filed: the service took no further request beside those that are still open."""
    open_ = ", ".join(sorted(conflicting))
    text = f"nothing is filed while these are open, beside which the service took no further change request: {open_}"
    return Remark("one-at-a-time", collaboration_id, text)


def overdue(
    request: ChangeRequest, accounts: Iterable[AccountId], live: Collaboration, desired: DesiredCollaboration
) -> Remark:
    """Say that votes take longer than the file allows; the text is the same every day."""
    days = f"{desired.deadline} day{'s' * (desired.deadline != 1)}"
    text = (
        f"{_named(request, live, desired)} waits for {labels(accounts, desired.names)} since"
        f" {filed_on(request)}, longer than collaborations.{desired.key}.deadline allows ({days}). Remind them to vote, or"
        " take the change out of the file"
    )
    return Remark("overdue", request.id, text, Level.WARNING)


def cannot_be_approved(
    request: ChangeRequest, gone: Iterable[AccountId], live: Collaboration, desired: DesiredCollaboration, *, mine: bool
) -> Remark:
    """Say that a wanted request waits for somebody who cannot vote any more."""
    what = _named(request, live, desired)
    waits = f"waits for the vote of {labels(gone, desired.names)}, who is no member any more"
    if mine:
        return Remark("departed-voter", request.id, f"{what} {waits}: cancelled, and filed again")
    text = (
        f"{what} was not filed by this stack and {waits}, so that it is never approved. Cancel it, or add its id to"
        f" collaborations.{desired.key}.cancelRequests: what it asks for is then filed again"
    )
    return Remark("departed-voter", request.id, text, Level.WARNING)


def filed_anew(request: ChangeRequest, live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say that a wanted request of ours waits for what cannot be filed before it is over."""
    what = _named(request, live, desired)
    text = f"{what} waits for a grant that is filed only once it is over: cancelled, and filed again with that grant"
    return Remark("standstill", request.id, text)


def stands_still(request: ChangeRequest, live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say the same of a request that the service did not let us cancel."""
    text = (
        f"{_named(request, live, desired)} waits for a grant that is filed only once it is"
        f" over, and {_NOT_CANCELLED}: commit"
        " it by hand, after which nobody receives results, or pays, until the grant is in effect"
    )
    return Remark("standstill", request.id, text, Level.WARNING)


def planned_around(request: ChangeRequest, live: Collaboration, desired: DesiredCollaboration, *, mine: bool) -> Remark:
    """Say which accounts a request blocks, and why."""
    blocked = labels(accounts_of(stated_by(request, live)), desired.names) or "the auto-approval list"
    whose = "" if mine else "was not filed by this stack and "
    if request.unknown:
        why = f"holds what this version does not know ({', '.join(request.unknown)})"
    elif more := unexplained_types(request, live):
        why = f"does more than it states, by the types that the service gave it ({', '.join(sorted(more))})"
    else:
        why = "does what the file does not want"
    return Remark(
        "foreign-request",
        request.id,
        f"{_named(request, live, desired)} {whose}{why}: nothing is filed for {blocked}"
        " until it is over. Have it denied, or add its id to"
        f" collaborations.{desired.key}.cancelRequests",
        Level.WARNING,
    )


def grant_goes_first(request: ChangeRequest, live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say why a wanted request is neither approved by us nor committed yet."""
    return Remark(
        "hand-over",
        request.id,
        f"{_named(request, live, desired)} is neither approved by this stack nor committed:"
        " nobody would receive results, or pay, until the planned grant is in effect, so the grant goes first",
        Level.WARNING,
    )


def acceptance_goes_first(request: ChangeRequest, live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say why a wanted request that removes a payer is neither approved by us nor committed yet."""
    return Remark(
        "acceptance",
        request.id,
        f"{_named(request, live, desired)} is neither approved by this stack nor committed until another payer has accepted",
        Level.WARNING,
    )


def awaits_acceptance(atom: Atom, planned: State, live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say whose acceptance a planned payer removal waits for."""
    left = payers_after(CostType(atom.name), planned, live)
    return Remark(
        "acceptance",
        f"{atom.subject} {atom.setting} {atom.name}",
        f"{_who(atom.subject, desired.names)} stays payer for {atom.name} until another one has joined and accepted it: waits"
        f" for {labels(left.visible(live), desired.names)}, whose membership needs {atom.name} under payerFor",
    )


def follows(atom: Atom, request: ChangeRequest, desired: DesiredCollaboration) -> Remark:
    """Say which open request about the same account a planned change waits for."""
    same = "the auto-approval list" if atom.subject == COLLABORATION else _who(atom.subject, desired.names)
    return Remark(
        "follows",
        f"{atom.subject} {atom.setting} {atom.name}",
        f"{_said(atom, desired)} is filed once change request {request.id} is over, which is about {same} too",
    )


def follows_payers(atom: Atom, request: ChangeRequest, live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say which open request about another account a planned change waits for, so that a runner is not named by mistake."""
    return Remark(
        "follows",
        f"{atom.subject} {atom.setting} {atom.name}",
        f"{_said(atom, desired)} is filed once {_named(request, live, desired)} is over: the"
        " entry of a runner names it for what it pays while nobody is named, so it is not filed beside another payer's",
    )


def widening_goes_last() -> Remark:
    """Say why a wider auto-approval list is not filed yet."""
    text = "the wider auto-approval list is filed last, once everything else that is planned is in effect"
    return Remark("widening-last", COLLABORATION, text)


def widening_is_committed_last(request: ChangeRequest, live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say why an approved request for a wider auto-approval list is not committed yet."""
    text = (
        f"{_named(request, live, desired)} is approved, and committed last, once everything else that is planned is in effect"
    )
    return Remark("widening-last", request.id, text)


def postponed(atom: Atom, desired: DesiredCollaboration) -> Remark:
    """Say why a planned revoke is not filed yet."""
    return Remark(
        "hand-over",
        f"{atom.subject} {atom.setting} {atom.name}",
        f"{_what(atom)} is taken from {_who(atom.subject, desired.names)} once a planned grant of it is in effect: until then"
        f" nobody would {'pay' if atom.setting is Setting.PAYS else 'receive results'}",
    )


WAITS = "waits"
"""The rule of what is said about a vote that is missing."""


def waits(
    request: ChangeRequest, account: str, ballot: Ballot | None, live: Collaboration, desired: DesiredCollaboration
) -> Remark:
    """Say whose vote is missing, and how it will be cast."""
    how = (
        f"this stack holds it, but {ballot.rule}: vote by hand, or add a rule to its membership's changeRequests"
        if ballot
        else "it votes from its own stack, or in the console"
    )
    return Remark(
        WAITS,
        f"{request.id} {account}",
        f"waits for {_who(account, desired.names)} to vote on {about(request, live, desired.names)}, change"
        f" request {request.id}: {how}",
    )


ABSENT = "absent"
"""The rule of what is said about a vote that an account of this stack cannot cast."""


def absent(request: ChangeRequest, account: str, reason: str, live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say that a vote which a rule would cast is not cast, and why."""
    return Remark(
        ABSENT,
        f"{request.id} {account}",
        f"waits for {_who(account, desired.names)} to vote on {about(request, live, desired.names)}, change"
        f" request {request.id}: {reason}",
        Level.WARNING,
    )


def held_back(held: HeldBack, desired: DesiredCollaboration) -> Remark:
    """Say who decided against a planned change, and how to ask once more."""
    if held.request.status == RequestStatus.DENIED:
        deniers = [account for account, vote in held.request.approvals.items() if vote == Vote.DENIED]
        did = f"{labels(deniers, desired.names) or 'a member'} denied it"
    else:
        did = "it was cancelled outside this stack"
    return Remark(
        "denied",
        f"{held.atom.subject} {held.atom.setting} {held.atom.name}",
        f"{_said(held.atom, desired)} is not filed again: {did} in change request {held.request.id}. Talk to them; to ask once"
        f" more, add {held.fingerprint} to collaborations.{desired.key}.acknowledge",
        Level.WARNING,
    )


def committed_but_not_in_effect(held: HeldBack, desired: DesiredCollaboration) -> Refusal:
    """Say that the service did not do what it said."""
    return Refusal(
        "not-in-effect",
        f"{held.atom.subject} {held.atom.setting} {held.atom.name}",
        f"{_said(held.atom, desired)}: change request {held.request.id} was committed and should have brought this about, yet"
        " it does not show. Nothing is filed again by itself. Look at the collaboration in the console; to file it once more,"
        f" add {held.fingerprint} to collaborations.{desired.key}.acknowledge",
    )


def own_deny_rule(
    request: ChangeRequest, account: str, rule: str, live: Collaboration, desired: DesiredCollaboration
) -> Refusal:
    """Say that the file contradicts itself: one part asks for what another part denies."""
    return Refusal(
        "own-deny-rule",
        f"{account} {rule}",
        f"the membership of {_who(account, desired.names)} in this same stack would deny"
        f" {about(request, live, desired.names)} by its {rule}, so nothing is filed and no vote is cast. Change the rule, or"
        " take the change out of the file",
    )


def stale_acknowledgement(mark: str, desired: DesiredCollaboration) -> Remark:
    """Say that an acknowledgement has served its purpose."""
    text = f"collaborations.{desired.key}.acknowledge: {mark} matches nothing any more. Take it out"
    return Remark("stale-acknowledgement", mark, text)


def stale_pin(account: str, pin: Pin, desired: DesiredCollaboration) -> Remark:
    """Say that a pinned request is over, or never was one of this collaboration."""
    text = f"the membership of {_who(account, desired.names)} pins {pin.request}, which is no open change request. Take it out"
    return Remark("stale-pin", f"{account} {pin.request}", text)


def ledger_full() -> Remark:
    """Say why nothing more is filed."""
    return Remark(
        "too-many-open",
        COLLABORATION,
        "seven change requests of this stack are open, or were cancelled by others and still hold back what the file wants;"
        " nothing more is filed until one ends or its change is taken out of the file",
        Level.WARNING,
    )


def read_only(live: Collaboration, desired: DesiredCollaboration) -> Remark:
    """Say why the creator's part is not carried out."""
    return Remark(
        "read-only", COLLABORATION, f"account {_who(live.creator, desired.names)} is read-only here: shown, never written"
    )


def _named(request: ChangeRequest, live: Collaboration, desired: DesiredCollaboration) -> str:
    return f"change request {request.id} ({about(request, live, desired.names)})"


def _said(atom: Atom, desired: DesiredCollaboration) -> str:
    return f"{_what(atom)} of {_who(atom.subject, desired.names)}"


def _what(atom: Atom) -> str:
    if atom.setting is Setting.AUTO_APPROVE:
        return "the auto-approval list"
    return f"payer for {atom.name}" if atom.setting is Setting.PAYS else atom.name or str(atom.setting)


def _who(account: str, names: Mapping[AccountId, str]) -> str:
    return "the collaboration" if account == COLLABORATION else label(account, names)
