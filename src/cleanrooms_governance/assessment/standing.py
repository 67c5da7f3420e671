"""How a resource stands after a check or a run, in the short words of the summary."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cleanrooms_governance.assessment.budgets import BudgetAssessment
from cleanrooms_governance.assessment.collaborations import CollaborationAssessment
from cleanrooms_governance.assessment.kinds import COLLABORATION, MEMBERSHIP, NO_CREDENTIALS, resource_name
from cleanrooms_governance.assessment.memberships import MembershipAssessment
from cleanrooms_governance.assessment.proceedings import Entry, Found, Standing, first_sentence
from cleanrooms_governance.assessment.refusing import UNREADABLE
from cleanrooms_governance.budgets.plan_budget import WAITS
from cleanrooms_governance.change_requests.awaited import awaited_votes, say_awaited
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.change_requests.sayings import ABSENT
from cleanrooms_governance.planning import removals
from cleanrooms_governance.planning.changes import CreateCollaboration
from cleanrooms_governance.planning.fixed_settings import FIXED
from cleanrooms_governance.planning.plan import Refusal, Remark
from cleanrooms_governance.planning.resting import PAUSED
from cleanrooms_governance.report import move_line

DENIED = "denied"
"""The rule of what is said about a change that is not filed again."""

WAITING = frozenset(
    {
        PAUSED,
        removals.WAITS,
        removals.HELD_BACK,
        "acceptance",
        WAITS,
        "follows",
        "foreign-request",
        "hand-over",
        "not-invited",
        "read-only",
        "too-many-open",
        "undecided",
        "widening-last",
    }
)
"""The rules of what is said about something that is still to come, beside votes."""

DIFFERING = frozenset({FIXED, "cannot-be-added-again", "cannot-join-again", "expectation", "fixed-at-joining"})
"""The rules of what is said about something that is other than the file says, and that no run changes."""


def of_collaboration(found: CollaborationAssessment) -> Found:
    """Return how a collaboration stands by what was found."""
    if found.refusals:
        return Found(tuple(_refused(found.refusals)), stopped=True)
    entries = [Entry(Standing.TO_DO, _plainly(move_line(move, found.desired.names))) for move in found.moves()]
    if found.world is None:
        new = [planned.change for planned in found.plan.changes if isinstance(planned.change, CreateCollaboration)]
        entries += [Entry(Standing.TO_DO, str(change)) for change in new]
    remarks = found.decision.remarks
    absent = _said(remarks, ABSENT, Standing.SKIPPED)
    requests = found.world.requests if found.world else ()
    awaited = awaited_votes(requests, remarks)
    entries += [Entry(Standing.WAITING, say_awaited(votes, found.desired.names)) for votes in awaited]
    denied = _said(remarks, DENIED, Standing.DENIED)
    if found.decision.outcome is Outcome.WAITING:
        entries += _waiting((*found.plan.remarks, *remarks))
    if found.decision.outcome is Outcome.WAITING and not (entries or absent):
        entries.append(Entry(Standing.WAITING, _SAID_ABOVE))
    return Found((*entries, *denied, *absent), differs=differs(found.plan.remarks))


def of_collaboration_since(found: CollaborationAssessment) -> Found:
    """Return how a collaboration stands for which another run would do more.

    Parameters: ``found`` is how it was judged again after its memberships; see ``in_turn.collaboration_since``.
    """
    stands = Found(()) if found.refusals else of_collaboration(found)
    entries = [
        replace(each, text=f"run again: {each.text}") if each.standing is Standing.TO_DO else each for each in stands.entries
    ]
    if not stands.has_work:
        entries.insert(0, Entry(Standing.TO_DO, "run again: what it waited for has been done"))
    return replace(stands, entries=tuple(entries))


def of_membership(found: MembershipAssessment, collaboration: str) -> Found:
    """Return how a membership stands by what was found.

    Parameters: ``collaboration`` is the key of its collaboration if the same stack governs it, else empty.
    """
    needs = resource_name(COLLABORATION, collaboration) if collaboration else ""
    if found.refusals:
        return Found(tuple(_refused(found.refusals)), stopped=True, needs=needs)
    entries: list[Entry] = []
    if found.can_act:
        entries += [Entry(Standing.TO_DO, str(planned)) for planned in found.plan.changes]
        entries += [Entry(Standing.TO_DO, _plainly(move_line(move, found.desired.names))) for move in found.decision.moves]
    if found.decision.outcome is Outcome.WAITING:
        entries += _waiting((*found.plan.remarks, *found.decision.remarks))
        entries = entries or [Entry(Standing.WAITING, _SAID_ABOVE)]
    return Found(tuple(entries), needs=needs, differs=differs(found.plan.remarks))


def of_budget(found: BudgetAssessment, membership: str) -> Found:
    """Return how a privacy budget stands by what was found.

    Parameters: ``membership`` is the key of its membership.
    """
    needs = resource_name(MEMBERSHIP, membership)
    if found.refusals:
        return Found(tuple(_refused(found.refusals)), stopped=True, needs=needs)
    entries = [Entry(Standing.TO_DO, str(planned)) for planned in found.plan.changes] if found.can_act else []
    if found.outcome is Outcome.WAITING:
        entries += _waiting(found.plan.remarks)
        entries = entries or [Entry(Standing.WAITING, _SAID_ABOVE)]
    return Found(tuple(entries), needs=needs, differs=differs(found.plan.remarks))


def differs(remarks: Iterable[Remark]) -> bool:
    """Return whether something is other than the file says, and no run changes that."""
    return any(remark.rule in DIFFERING for remark in remarks)


def not_known_yet(collaboration: str = "") -> Found:
    """Return how a membership stands that depends on what its collaboration achieves in the same run."""
    entry = Entry(Standing.TO_DO, "what is to be done is known when the collaboration's changes are made")
    return Found((entry,), needs=resource_name(COLLABORATION, collaboration) if collaboration else "")


def invalid_inputs() -> Found:
    """Return how a resource stands that was given what it cannot use."""
    return Found((Entry(Standing.FAILED, "its inputs are invalid"),), stopped=True)


def _refused(refusals: Iterable[Refusal]) -> Iterator[Entry]:
    rules = []
    for refusal in sorted(set(refusals)):
        if refusal.rule == NO_CREDENTIALS:
            yield Entry(Standing.NOT_READ, "no AWS credentials were found")
        elif refusal.rule == UNREADABLE:
            yield Entry(Standing.SKIPPED, f"cannot be read: {first_sentence(refusal.message)}")
        else:
            rules.append(refusal.rule)
    if rules:
        yield Entry(Standing.REFUSED, f"{', '.join(sorted(set(rules)))} (see its errors)")


def _said(remarks: Iterable[Remark], rule: str, standing: Standing) -> list[Entry]:
    return [Entry(standing, first_sentence(remark.message)) for remark in remarks if remark.rule == rule]


def _waiting(remarks: Iterable[Remark]) -> list[Entry]:
    return [Entry(Standing.WAITING, first_sentence(each.message)) for each in sorted(set(remarks)) if each.rule in WAITING]


_SAID_ABOVE = "see what is said under it"


def _plainly(line: Remark) -> str:
    return line.message.removeprefix("next: ")
