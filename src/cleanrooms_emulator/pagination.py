"""Pages of a list, by key: what is added or removed between two pages neither repeats nor skips another item."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.store import Document

DEFAULT_PAGE_SIZE = 100
"""Assumption: the service guide names no default; every `maxResults` shape has 100 as its maximum."""

_VERSION = 1
_PAGING_MEMBERS = ("nextToken", "maxResults")


def paginate(
    ctx: Context,
    items: Sequence[Document],
    params: Mapping[str, Any],
    *,
    result_key: str,
    key: Callable[[Document], str],
    operation: str,
) -> dict[str, Any]:
    """One page of `items` under `result_key`, with `nextToken` when more follow.

    Items are listed in the order of `key`, which must be unique and fixed for an item's life. The token names the last
    key, the operation, the caller and the filters (all other parameters); any other token is refused with a
    ValidationException on `nextToken`.
    """
    by_key = sorted(((key(item), item) for item in items), key=lambda pair: pair[0])
    scope = _scope(ctx, operation, params)
    token = params.get("nextToken")
    start = 0 if token is None else bisect_right(by_key, _last_key(token, scope), key=lambda pair: pair[0])
    end = start + (params.get("maxResults") or DEFAULT_PAGE_SIZE)
    page = by_key[start:end]
    answer: dict[str, Any] = {result_key: [item for _, item in page]}
    if end < len(by_key):
        answer["nextToken"] = _token(scope, page[-1][0])
    return answer


def _scope(ctx: Context, operation: str, params: Mapping[str, Any]) -> list[object]:
    filters = {name: value for name, value in params.items() if name not in _PAGING_MEMBERS}
    text = json.dumps([ctx.account, ctx.region, filters], sort_keys=True)
    return [_VERSION, operation, hashlib.sha256(text.encode()).hexdigest()[:16]]


def _token(scope: list[object], last_key: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([*scope, last_key]).encode()).decode()


def _last_key(token: str, scope: list[object]) -> str:
    try:
        content = json.loads(base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        content = None
    if not isinstance(content, list) or content[:-1] != scope or not isinstance(content[-1], str):
        raise ServiceError(
            "ValidationException",
            "Invalid nextToken: it was not given out for this operation, caller and filter",
            reason="FIELD_VALIDATION_FAILED",
            fieldList=[{"name": "nextToken", "message": "Invalid token"}],
        )
    return content[-1]
