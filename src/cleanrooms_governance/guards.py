"""The guards: which planned changes are dangerous, and which fingerprint lets each one pass.

Each danger is about one atom and has a fingerprint of its own, so that acknowledging one never lets its neighbour pass.
"""

from collections.abc import Iterable
from typing import Any

from cleanrooms_governance.atoms import Atom, Setting
from cleanrooms_governance.changes import ClaimOwnership, RequestChange, RevokeAbility
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.model import CAN_RECEIVE_RESULTS, AccountId, Collaboration
from cleanrooms_governance.plan import Danger, Refusal
from cleanrooms_governance.text import label, labels

RUNNER_ENTRY = "runner-entry"
LAST_RECEIVER = "last-receiver"
TAKE_OVER = "take-over"


def danger_fingerprint(rule: str, collaboration_id: str, subject: str, before: Any, after: Any) -> str:
    """Return the fingerprint that an ``acknowledge`` entry has to name for exactly this danger."""
    return fingerprint("danger", rule, collaboration_id, subject, before, after)


def find_dangers(
    changes: Iterable[RequestChange],
    claim: ClaimOwnership | None,
    live: Collaboration,
    desired: DesiredCollaboration,
) -> tuple[Danger, ...]:
    """Return every danger of the changes, acknowledged or not, sorted."""
    planned = list(changes)
    found = [*_runner_entries(planned, live, desired), *_last_receivers(planned, live, desired)]
    if claim and claim.before is not None:
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
    rule: str, atom: Atom, change: RequestChange, text: str, live: Collaboration, desired: DesiredCollaboration
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
        member = live.members.get(change.account)
        if member and member.is_runner:
            yield _danger(
                RUNNER_ENTRY,
                change.atom,
                change,
                f"{change}: {label(change.account, desired.names)} runs the queries or jobs of this collaboration, and it is"
                " not documented whether its CAN_QUERY and CAN_RUN_JOB survive a change of its entry; if they do not, nobody"
                " can get them back",
                live,
                desired,
            )


def _last_receivers(changes: list[RequestChange], live: Collaboration, desired: DesiredCollaboration) -> Iterable[Danger]:
    before = _receivers(live)
    after = set(before)
    losing = []
    for change in changes:
        if change.atom.setting is Setting.ABILITY and change.atom.name == CAN_RECEIVE_RESULTS:
            (after.add if change.after else after.discard)(change.account)
            if isinstance(change, RevokeAbility):
                losing.append(change)
    if not after:
        for change in losing:
            yield _danger(
                LAST_RECEIVER,
                change.atom,
                change,
                f"{change}: afterwards nobody receives results any more (now: {labels(before, desired.names)})",
                live,
                desired,
            )


def _receivers(live: Collaboration) -> set[AccountId]:
    return {account for account, member in live.members.items() if member.belongs and CAN_RECEIVE_RESULTS in member.abilities}


def _take_over(claim: ClaimOwnership, live: Collaboration, desired: DesiredCollaboration) -> Danger:
    mark = danger_fingerprint(TAKE_OVER, live.id, "governed-by", claim.before, claim.after)
    return Danger(
        rule=TAKE_OVER,
        subject="governed-by",
        message=(
            f"the collaboration is governed by the stack {claim.before}: two stacks would undo each other's changes. Take it"
            " out of that stack's file first"
        ),
        way_past=_way_past(desired.key, mark),
        fingerprint=mark,
        acknowledged=mark in desired.acknowledge,
    )


def stale_acknowledgements(acknowledge: frozenset[str], known: Iterable[str]) -> tuple[str, ...]:
    """Return the acknowledged fingerprints that match no danger and no held request any more, sorted."""
    return tuple(sorted(acknowledge - set(known)))
