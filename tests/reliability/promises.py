"""What is promised of every run, whatever happened before it or during it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cleanrooms_emulator.application import Application
from cleanrooms_governance.desired import DesiredCollaboration
from tests.providers.mini_engine import Phase, Stack

VOTES = ("APPROVE", "DENY")


def check_honesty(stack: Stack, phase: Phase) -> None:
    """Every resource of the file has an end, and what went wrong is told in words for the person who reads them.

    Raises AssertionError.
    """
    assert {goal.name for goal in stack.goals} == set(phase.steps) or "invalid" in phase.ops.values(), phase.ops
    told = [line.message for line in phase.lines] + [step.message for step in phase.steps.values() if step.error]
    for text in told:
        assert text.strip(), phase.ops
        assert "Traceback" not in text, text
        assert "an error in cleanrooms-governance itself" not in text, text
        assert "DEADLINE_EXCEEDED" not in text, text


def check_nothing_failed(phase: Phase) -> None:
    """Every resource was created, updated or left as it is. Raises AssertionError."""
    failed = {name: step.message if step.error else step.op for name, step in phase.steps.items()}
    assert {"create", "update", "same"} >= set(phase.ops.values()), failed


def check_votes(app: Application) -> None:
    """No account has voted twice on one request, as far as this service remembers. Raises AssertionError."""
    votes = Counter(
        (entry.parameters["changeRequestIdentifier"], entry.account)
        for entry in app.journal.entries(operation="UpdateCollaborationChangeRequest")
        if entry.parameters.get("action") in VOTES and entry.status == 200
    )
    twice = [vote for vote, times in votes.items() if times > 1]
    assert [] == twice, f"voted twice: {twice}"


def check_removals(app: Application, files: Iterable[DesiredCollaboration]) -> None:
    """Nobody was removed who is not both out of a file's members and in its list of the removed. Raises AssertionError."""
    signed = {account for each in files for account in each.removed if account not in each.members}
    gone = {entry.parameters["accountId"] for entry in app.journal.entries(operation="DeleteMember")}
    assert set() == gone - signed, f"removed without two signatures: {gone - signed}"
