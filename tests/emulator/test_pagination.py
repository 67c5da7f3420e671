from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.world.store import Store

ids = st.sets(st.text("abcdefgh", min_size=1, max_size=3), max_size=12)


def page(
    items: set[str], params: dict[str, Any], *, account: str = "111122223333", operation: str = "ListMembers"
) -> dict[str, Any]:
    ctx = Context(
        account=account,
        principal=f"arn:aws:iam::{account}:root",
        region="eu-west-1",
        service="cleanrooms",
        store=Store(),
        now=0.0,
        switches=Switches(),
        new_id=str,
    )
    documents = [{"id": each} for each in items]
    return paginate(ctx, documents, params, result_key="items", key=lambda each: str(each["id"]), operation=operation)


def ids_of(answer: dict[str, Any]) -> list[str]:
    return [each["id"] for each in answer["items"]]


@given(ids, st.integers(1, 5))
def test_pages_together_are_the_list_and_none_is_empty_or_too_long(items: set[str], size: int) -> None:
    answer = page(items, {"maxResults": size})
    found = ids_of(answer)
    while "nextToken" in answer:
        assert size == len(answer["items"])
        answer = page(items, {"maxResults": size, "nextToken": answer["nextToken"]})
        assert answer["items"]
        found += ids_of(answer)
    assert sorted(items) == found


@given(ids, ids, ids, st.integers(1, 4))
def test_what_stays_is_listed_once_whatever_comes_and_goes_between_pages(
    items: set[str], added: set[str], removed: set[str], size: int
) -> None:
    answer = page(items, {"maxResults": size})
    found = ids_of(answer)
    later = (items | added) - removed
    while "nextToken" in answer:
        answer = page(later, {"maxResults": size, "nextToken": answer["nextToken"]})
        found += ids_of(answer)
    assert len(found) == len(set(found))
    assert items - removed <= set(found)


def test_a_page_has_a_hundred_items_unless_asked_otherwise() -> None:
    answer = page({f"{number:03}" for number in range(150)}, {})
    assert 100 == len(answer["items"])


def token(**params: Any) -> str:
    return str(page(set("abc"), {"maxResults": 1, **params})["nextToken"])


@pytest.mark.parametrize(
    "text",
    ["", "@@@", "ö", base64.b64encode(b"7").decode(), base64.b64encode(b"[]").decode(), token()[:-4], token() + "AAAA"],
    ids=["empty", "no base64", "no ASCII", "a number", "an empty list", "cut off", "longer"],
)
def test_a_token_that_was_never_given_out_is_refused(text: str) -> None:
    with pytest.raises(ServiceError) as caught:
        page(set("abc"), {"nextToken": text})
    assert "ValidationException" == caught.value.code
    assert [{"name": "nextToken", "message": "Invalid token"}] == caught.value.members["fieldList"]


@pytest.mark.parametrize(
    ("params", "more"),
    [
        ({"status": "ACTIVE"}, {}),
        ({}, {"account": "222233334444"}),
        ({}, {"operation": "ListCollaborations"}),
    ],
    ids=["another filter", "another account", "another operation"],
)
def test_a_token_serves_only_the_call_it_was_given_for(params: dict[str, Any], more: dict[str, str]) -> None:
    with pytest.raises(ServiceError, match="Invalid nextToken"):
        page(set("abc"), {**params, "nextToken": token()}, **more)


def test_a_token_serves_pages_of_another_size() -> None:
    assert ["b", "c"] == ids_of(page(set("abc"), {"maxResults": 2, "nextToken": token()}))
