"""The situation that the tests of decisions are about, and what they ask of a decision."""

from dataclasses import replace
from typing import Any

from cleanrooms_governance.change_requests.next_move import Decision, FileRequest, Move, decide
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import ChangeRequest, Collaboration
from tests.unit.core.builders import (
    BANK,
    EXPORT,
    RECEIVE,
    SHOP,
    change,
    collaboration,
    filed,
    member,
    situation,
    stack_file,
    wanted_member,
)
from tests.unit.core.strategies import acknowledging

LIVE = collaboration(member(BANK, EXPORT), member(SHOP))
WANTS = stack_file(wanted_member(BANK, RECEIVE, EXPORT), wanted_member(SHOP))
"""Wants one thing: results for the bank."""

WANTED = change(BANK, RECEIVE, EXPORT)
UNWANTED = change(BANK, RECEIVE)
WITHOUT_EFFECT = change(BANK, EXPORT)
OURS = filed(1)


def with_tags(live: Collaboration, tags: dict[str, str]) -> Collaboration:
    """A collaboration with more tags."""
    return replace(live, tags={**live.tags, **tags})


def decided(wants: DesiredCollaboration, live: Collaboration, *requests: ChangeRequest) -> Decision:
    """The decision about a stack file with every danger of its plan acknowledged."""
    return decide(situation(acknowledging(wants, live), live, *requests))


def of_kind(decision: Decision, kind: type[Move]) -> list[Any]:
    """The moves of one kind."""
    return [move for move in decision.moves if isinstance(move, kind)]


def rules(decision: Decision) -> set[str]:
    """The rules of what is said."""
    return {remark.rule for remark in decision.remarks}


def filed_accounts(decision: Decision) -> list[list[str]]:
    """The accounts of each request to file."""
    return [[each.account for each in move.draft.changes] for move in of_kind(decision, FileRequest)]
