"""Pages of a list, by key: what is added or removed between two pages neither repeats nor skips another item."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.limits.paging import chosen_paging
from cleanrooms_emulator.world.store import Document

DEFAULT_PAGE_SIZE = 100
"""Assumption: the service guide names no default; every `maxResults` shape has 100 as its maximum."""

_VERSION = 2
_PAGING_MEMBERS = ("nextToken", "maxResults")
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a list goes on: behind the key of the last item, or at its beginning; `items_due` after an empty page."""

    last_key: str | None = None
    items_due: bool = False


def paginate(
    ctx: Context,
    items: Sequence[Document],
    params: Mapping[str, Any],
    *,
    result_key: str,
    key: Callable[[Document], str],
    operation: str,
) -> dict[str, Any]:
    """One page of `items` under `result_key`, with `nextToken` when more follow, cut as the world's `Paging` says.

    Items are listed in the order of `key`, which must be unique and fixed for an item's life. The token stands for the
    last key and serves the operation, caller and filters (all other parameters) it was given out for; any other token
    is refused with a ValidationException on `nextToken`.
    """
    scope = partial(_scope, ctx, operation, params)
    token = params.get("nextToken")
    at = _Position() if token is None else _position(token, scope())
    by_key = sorted(((key(item), item) for item in items), key=lambda pair: pair[0])
    start = 0 if at.last_key is None else bisect_right(by_key, at.last_key, key=lambda pair: pair[0])
    paging = chosen_paging(ctx.store)
    if paging.empty_pages and not at.items_due and start < len(by_key):
        return {result_key: [], "nextToken": _token(scope(), _Position(at.last_key, True))}
    size = params.get("maxResults") or DEFAULT_PAGE_SIZE
    end = start + min(size, paging.page_size or size)
    page = by_key[start:end]
    answer: dict[str, Any] = {result_key: [item for _, item in page]}
    if end < len(by_key) or (paging.empty_pages and page):
        answer["nextToken"] = _token(scope(), _Position(page[-1][0]))
    return answer


def _scope(ctx: Context, operation: str, params: Mapping[str, Any]) -> bytes:
    filters = {name: value for name, value in params.items() if name not in _PAGING_MEMBERS}
    return json.dumps([_VERSION, operation, ctx.account, ctx.region, filters], sort_keys=True).encode()


def _token(scope: bytes, position: _Position) -> str:
    """A digest of scope and position, and the position made unreadable by it, so that no client can lean on its form."""
    content = json.dumps([position.last_key, position.items_due]).encode()
    digest = _digest(scope, content)
    return _encoded(digest + _masked(content, digest))


def _position(token: str, scope: bytes) -> _Position:
    try:
        raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raw = b""
    digest = raw[:_DIGEST_BYTES]
    content = _masked(raw[_DIGEST_BYTES:], digest)
    if _encoded(raw) != token or _digest(scope, content) != digest:
        raise ServiceError(
            "ValidationException",
            "Invalid nextToken: it was not given out for this operation, caller and filter",
            reason="FIELD_VALIDATION_FAILED",
            fieldList=[{"name": "nextToken", "message": "Invalid token"}],
        )
    last_key, items_due = json.loads(content)
    return _Position(last_key, items_due)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _digest(scope: bytes, content: bytes) -> bytes:
    return hashlib.blake2b(len(scope).to_bytes(8, "big") + scope + content, digest_size=_DIGEST_BYTES).digest()


def _masked(content: bytes, digest: bytes) -> bytes:
    mask = hashlib.shake_128(digest).digest(len(content))
    return bytes(byte ^ other for byte, other in zip(content, mask, strict=True))
