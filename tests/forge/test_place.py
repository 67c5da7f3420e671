"""Where a job is, by its environment; and to which addresses a token is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_governance.forge.errors import ForgeError
from cleanrooms_governance.forge.place import place_of

TOKEN = "canary0token0of0the0forge"
USUAL = {"GITHUB_REPOSITORY": "retailer/governance", "GITHUB_TOKEN": TOKEN}


def event(tmp_path: Path, document: Any) -> dict[str, str]:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(document))
    return {**USUAL, "GITHUB_EVENT_PATH": str(file)}


def test_a_job_of_a_pull_request_knows_its_number(tmp_path: Path) -> None:
    place = place_of(event(tmp_path, {"pull_request": {"number": 7}}))
    assert ("retailer/governance", 7, "https://api.github.com") == (
        place.repository.name,
        place.pull_request,
        place.repository.api,
    )


def test_a_number_that_is_given_wins(tmp_path: Path) -> None:
    assert 8 == place_of(event(tmp_path, {"pull_request": {"number": 7}}), 8).pull_request


@pytest.mark.parametrize("document", [{}, [], {"pull_request": {}}, {"pull_request": {"number": "7"}}, {"issue": 7}])
def test_a_job_of_something_else_has_to_be_told_the_number(tmp_path: Path, document: Any) -> None:
    with pytest.raises(ForgeError, match="--pull-request"):
        place_of(event(tmp_path, document))


def test_an_event_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ForgeError, match="cannot be read"):
        place_of({**USUAL, "GITHUB_EVENT_PATH": str(tmp_path / "none")})


@pytest.mark.parametrize("repository", ["", "governance", "retailer/../x", "a/b?c", "a/b/c"])
def test_what_is_no_repository_is_refused(repository: str) -> None:
    with pytest.raises(ForgeError, match="owner/name"):
        place_of({**USUAL, "GITHUB_REPOSITORY": repository}, 7)


@pytest.mark.parametrize(
    "api", ["https://forge.example/api/v3/", "http://127.0.0.1:8080", "http://[::1]:80", "http://localhost"]
)
def test_a_token_goes_by_https_or_stays_on_this_machine(api: str) -> None:
    assert api.rstrip("/") == place_of({**USUAL, "GITHUB_API_URL": api}, 7).repository.api


@pytest.mark.parametrize(
    "api",
    [
        "http://forge.example",
        "ftp://127.0.0.1",
        "https://",
        "https://joe:pass@forge.example",
        "https://a:x",
        "//a",
        "http://127.0.0.1.example",
    ],
)
def test_a_token_is_sent_in_no_other_way(api: str) -> None:
    with pytest.raises(ForgeError, match="only by https") as refused:
        place_of({**USUAL, "GITHUB_API_URL": api}, 7)
    assert "pass" not in str(refused.value)


def test_a_place_that_is_shown_holds_no_token() -> None:
    assert TOKEN not in repr(place_of(USUAL, 7))


def test_what_is_no_token_is_refused_without_saying_it() -> None:
    with pytest.raises(ForgeError) as refused:
        place_of({**USUAL, "GITHUB_TOKEN": f"{TOKEN}\nX-Other: 1"}, 7)
    assert TOKEN not in str(refused.value)
