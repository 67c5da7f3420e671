"""A service that runs for days does not grow with what it was asked."""

from __future__ import annotations

import json

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.journal import CAPACITY, LARGEST_BODY, Journal
from tests.emulator.raw import send
from tests.emulator.robustness.accounts import NEW


def test_the_oldest_entries_are_forgotten_and_the_count_goes_on() -> None:
    journal = Journal()
    for _ in range(CAPACITY + 3):
        with journal.recording(0.0, "request"):
            pass
    assert (CAPACITY, 4, CAPACITY + 3) == (len(journal.entries()), journal.entries()[0].sequence, journal.last)


@pytest.mark.parametrize(("padding", "kept"), [(0, NEW), (LARGEST_BODY, {})], ids=["an ordinary body", "a large one"])
def test_parameters_are_kept_unless_their_body_was_large(app: Application, padding: int, kept: dict[str, object]) -> None:
    body = json.dumps({**NEW, "unknown": "x" * padding}).encode()
    response, _ = send(app, "POST", "/collaborations", body)

    (entry,) = app.journal.entries()
    assert (200, 200, "CreateCollaboration", kept) == (response.status, entry.status, entry.operation, entry.parameters)
