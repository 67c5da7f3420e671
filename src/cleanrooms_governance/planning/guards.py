"""The guards: which planned changes are dangerous, and which fingerprint lets each one pass.

Each danger is about one atom and has a fingerprint of its own, so that acknowledging one never lets its neighbour pass.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.model import CAN_RECEIVE_RESULTS, RUNNER_ABILITIES, AccountId, Collaboration, CostType
from cleanrooms_governance.planning.atoms import Atom, Setting
from cleanrooms_governance.planning.changes import ClaimOwnership, RemoveMember, RemovePayer, RequestChange, SetAutoApproval
from cleanrooms_governance.planning.payers import payers_after, payers_now
from cleanrooms_governance.planning.plan import Danger, Refusal
from cleanrooms_governance.planning.removals import endings
from cleanrooms_governance.text import label, labels, plain

RUNNER_ENTRY = "runner-entry"
LAST_RECEIVER = "last-receiver"
LAST_PAYER = "last-payer"
UNSEEN_PAYER = "unseen-payer"
WIDENING = "wider-auto-approval"
TAKE_OVER = "take-over"
RUNNER_REMOVAL = "runner-removal"
REMOVAL = "removal"


def danger_fingerprint(rule: str, collaboration_id: str, subject: str, before: Any, after: Any) -> str:
    """Return the fingerprint that an ``acknowledge`` entry has to name for exactly this danger."""
    return fingerprint("danger", rule, collaboration_id, subject, before, after)


def find_dangers(
    changes: Iterable[RequestChange],
    removals: Iterable[RemoveMember],
    claim: ClaimOwnership | None,
    live: Collaboration,
    desired: DesiredCollaboration,
) -> tuple[Danger, ...]:
    """Return every danger of the changes, acknowledged or not, sorted."""
    planned, leaving = list(changes), list(removals)
    found = [
        *_runner_entries(planned, live, desired),
        *_last_receivers(planned, leaving, live, desired),
        *_payers(planned, leaving, live, desired),
        *_runner_removals(leaving, live, desired),
        *_many_removals(leaving, live, desired),
        *_widening(planned, live, desired),
    ]
    if claim and claim.before is not None and not claim.renamed:
        found.append(_take_over(claim, live, desired))
    return tuple(sorted(found))


def refuse_unacknowledged(dangers: Iterable[Danger]) -> tuple[Refusal, ...]:
    """Return a refusal for each danger that the file does not acknowledge."""
    return tuple(
        Refusal(danger.rule, f"{danger.subject} {danger.fingerprint}", f"{danger.message}. {danger.way_past}")
        for danger in dangers
        if not danger.acknowledged
    )


def _danger(
    rule: str,
    atom: Atom,
    change: RequestChange | RemoveMember,
    text: str,
    live: Collaboration,
    desired: DesiredCollaboration,
) -> Danger:
    mark = danger_fingerprint(rule, live.id, f"{atom.subject}/{atom.setting}/{atom.name}", change.before, change.after)
    return Danger(
        rule=rule,
        subject=atom.subject,
        message=text,
        way_past=_way_past(desired.key, mark),
        fingerprint=mark,
        acknowledged=mark in desired.acknowledge,
    )


def _way_past(key: str, mark: str) -> str:
    return f"If that is meant, add {mark} to collaborations.{key}.acknowledge"


def _runner_entries(changes: list[RequestChange], live: Collaboration, desired: DesiredCollaboration) -> Iterable[Danger]:
    # A MEMBER change replaces the ability list, the runner's own abilities may not be sent, and whether they survive is not
    # documented (the service's behaviour is a switch of the embedded service: runnerAbilities).
    for change in changes:
        member = live.members.get(AccountId(change.subject))
        if member and member.is_runner:
            yield _danger(
                RUNNER_ENTRY,
                change.atom,
                change,
                f"{change}: {label(change.subject, desired.names)} runs the queries or jobs of this collaboration, and it is"
                " not documented whether its CAN_QUERY and CAN_RUN_JOB survive a change of its entry; if they do not, nobody"
                " can get them back",
                live,
                desired,
            )


def _last_receivers(
    changes: list[RequestChange], removals: list[RemoveMember], live: Collaboration, desired: DesiredCollaboration
) -> Iterable[Danger]:
    before = _receivers(live)
    after = set(before)
    losing: list[RequestChange | RemoveMember] = [removal for removal in removals if removal.account in before]
    for change in changes:
        if change.atom.setting is Setting.ABILITY and change.atom.name == CAN_RECEIVE_RESULTS:
            (after.add if change.after else after.discard)(AccountId(change.subject))
            if not change.after:
                losing.append(change)
    if after - {removal.account for removal in removals}:
        return
    now = labels(before, desired.names)
    for lost in losing:
        atom = Atom(lost.subject, Setting.ABILITY, CAN_RECEIVE_RESULTS)
        text = f"{lost}: afterwards nobody receives results any more (now: {now})"
        yield _danger(LAST_RECEIVER, atom, lost, text, live, desired)


def _payers(
    changes: list[RequestChange], removals: list[RemoveMember], live: Collaboration, desired: DesiredCollaboration
) -> Iterable[Danger]:
    # What is left when a payer goes: nobody, or only candidates of whom this stack cannot see that they have joined and
    # accepted. Those that it can see are waited for instead (``hand_over.awaiting_acceptance``).
    planned = {change.atom: change.after for change in changes} | endings(removals, live)
    going: list[tuple[CostType, RemovePayer | RemoveMember]] = [
        (change.cost, change) for change in changes if isinstance(change, RemovePayer)
    ]
    going += [(cost, each) for cost in CostType for each in removals if each.account in payers_now(cost, live)]
    for cost, change in going:
        atom = Atom(change.account, Setting.PAYS, cost)
        left = payers_after(cost, planned, live)
        if not left.all:
            now = labels(payers_now(cost, live), desired.names)
            text = f"{change}: afterwards nobody is named to pay for {cost} any more (now: {now})"
            yield _danger(LAST_PAYER, atom, change, text, live, desired)
        elif not left.usable(live) and not left.visible(live):
            text = (
                f"{change}: left to pay for {cost}: {labels(left.all, desired.names)}; this stack cannot see whether any"
                " of them has joined and accepted, and until one has, nobody can be charged. Ask them to accept it on their"
                " membership first"
            )
            yield _danger(UNSEEN_PAYER, atom, change, text, live, desired)


def _runner_removals(removals: list[RemoveMember], live: Collaboration, desired: DesiredCollaboration) -> Iterable[Danger]:
    for removal in removals:
        running = sorted(live.members[removal.account].abilities & RUNNER_ABILITIES)
        if running:
            text = (
                f"{removal}: it has {' and '.join(running)}, given when a collaboration is created and by nothing else:"
                " afterwards nobody runs what it runs, for good"
            )
            yield _danger(RUNNER_REMOVAL, Atom(removal.account, Setting.MEMBER), removal, text, live, desired)


def _many_removals(removals: list[RemoveMember], live: Collaboration, desired: DesiredCollaboration) -> Iterable[Danger]:
    members = sum(member.belongs for member in live.members.values())
    limits = desired.limits
    allowed = max(limits.removals, int(Decimal(str(limits.removal_share)) * members))
    if len(removals) <= allowed:
        return
    for removal in removals:
        text = (
            f"{removal}: with it this plan removes {len(removals)} of {members} members, and"
            f" collaborations.{desired.key}.limits allows {allowed} without acknowledgement (removals: {limits.removals},"
            f" removalShare: {limits.removal_share}, the larger counts)"
        )
        yield _danger(REMOVAL, Atom(removal.account, Setting.MEMBER), removal, text, live, desired)


def _widening(changes: list[RequestChange], live: Collaboration, desired: DesiredCollaboration) -> Iterable[Danger]:
    for change in changes:
        if isinstance(change, SetAutoApproval) and change.widens:
            text = f"{change}: afterwards nobody is asked any more before {', '.join(sorted(change.widens))} takes effect"
            yield _danger(WIDENING, change.atom, change, text, live, desired)


def _receivers(live: Collaboration) -> set[AccountId]:
    return {account for account, member in live.members.items() if member.belongs and CAN_RECEIVE_RESULTS in member.abilities}


def _take_over(claim: ClaimOwnership, live: Collaboration, desired: DesiredCollaboration) -> Danger:
    mark = danger_fingerprint(TAKE_OVER, live.id, "governed-by", claim.before, claim.after)
    other = plain(claim.before or "", 256)
    return Danger(
        rule=TAKE_OVER,
        subject="governed-by",
        message=(
            f"the collaboration is governed by the stack {other}: two stacks would undo each other's changes. Take it"
            " out of that stack's file first"
        ),
        way_past=_way_past(desired.key, mark),
        fingerprint=mark,
        acknowledged=mark in desired.acknowledge,
    )


def stale_acknowledgements(acknowledge: frozenset[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return the acknowledged fingerprints that match no danger and no held request any more, sorted."""
    return tuple(sorted(acknowledge - set(known)))
