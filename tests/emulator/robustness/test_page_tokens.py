"""Tokens of pages: opaque, and refused as soon as one character differs."""

from __future__ import annotations

import base64
import string

import pytest
from botocore.exceptions import ClientError

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.limits.paging import Paging
from cleanrooms_emulator.transport.in_process import client
from tests.emulator.robustness.accounts import HUB, NEW, SPOKE

ALPHABET = string.ascii_letters + string.digits + "-_="


class Lists:
    """Three collaborations of an account, to be listed one a page."""

    def __init__(self, app: Application) -> None:
        self.hub = client(app, "cleanrooms", HUB)
        for _ in range(3):
            self.hub.create_collaboration(**NEW)
        self.refusals: set[tuple[str, ...]] = set()
        self.token = str(self.hub.list_collaborations(maxResults=1)["nextToken"])

    def refuses(self, token: str) -> bool:
        """Whether the token is refused."""
        try:
            self.hub.list_collaborations(maxResults=1, nextToken=token)
        except ClientError as error:
            self.refusals.add((error.response["Error"]["Code"], *(each["name"] for each in error.response["fieldList"])))
            return True
        return False


@pytest.fixture
def lists(app: Application) -> Lists:
    return Lists(app)


def test_a_token_is_good_as_it_was_given_out(lists: Lists) -> None:
    assert not lists.refuses(lists.token)


def test_a_token_with_any_one_character_changed_is_refused(lists: Lists) -> None:
    for place, character in enumerate(lists.token):
        for other in (ALPHABET[ALPHABET.index(character) - 1], ALPHABET[ALPHABET.index(character) - 2]):
            changed = lists.token[:place] + other + lists.token[place + 1 :]
            assert lists.refuses(changed), f"{character} at {place} became {other}"
    assert {("ValidationException", "nextToken")} == lists.refusals


def test_the_last_character_cannot_be_any_other(lists: Lists) -> None:
    head = lists.token.rstrip("=")
    padding = lists.token[len(head) :]
    accepted = [other for other in ALPHABET[:-1] if not lists.refuses(head[:-1] + other + padding)]
    assert [head[-1]] == accepted


def test_a_token_with_a_character_less_or_more_is_refused(lists: Lists) -> None:
    for place in range(len(lists.token)):
        assert lists.refuses(lists.token[:place] + lists.token[place + 1 :])
        assert lists.refuses(lists.token[:place] + "A" + lists.token[place:])


def test_two_characters_cannot_change_places(lists: Lists) -> None:
    token = lists.token
    for place in range(len(token) - 1):
        swapped = token[:place] + token[place + 1] + token[place] + token[place + 2 :]
        assert swapped == token or lists.refuses(swapped)


def test_a_token_does_not_show_where_the_list_goes_on(lists: Lists) -> None:
    last = lists.hub.list_collaborations(maxResults=1)["collaborationList"][0]["id"]
    assert last.encode() not in base64.urlsafe_b64decode(lists.token)


def test_a_token_made_for_another_account_or_operation_is_refused(app: Application, lists: Lists) -> None:
    spoke = client(app, "cleanrooms", SPOKE)
    assert lists.refuses(str(spoke.list_collaborations(maxResults=1)["nextToken"]))
    member_token = lists.hub.list_members(
        collaborationIdentifier=lists.hub.list_collaborations()["collaborationList"][0]["id"], maxResults=1
    )["nextToken"]
    assert lists.refuses(str(member_token))


def test_a_token_is_good_after_a_restart_and_after_the_pages_were_made_shorter(app: Application, lists: Lists) -> None:
    again = client(Application(store=app.store), "cleanrooms", HUB)
    app.paging = Paging(page_size=1, empty_pages=True)
    assert [] == again.list_collaborations(nextToken=lists.token)["collaborationList"]
    app.paging = Paging()
    assert 2 == len(again.list_collaborations(nextToken=lists.token)["collaborationList"])
