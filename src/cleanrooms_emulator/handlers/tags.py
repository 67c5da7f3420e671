"""Tags: TagResource, UntagResource, ListTagsForResource of Clean Rooms and of Clean Rooms ML.

A resource is taggable from `attach` to `detach`. Tags belong to the account that owns the resource; to any
other account, members of the same collaboration included, the resource does not exist here (assumption).
Each of the two services takes ARNs of its own only (model, CleanroomsArn and TaggableArn).
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.quotas import MAX_TAGS
from cleanrooms_emulator.handlers.refusals import (
    COLLABORATION,
    CONFIGURED_TABLE,
    CONFIGURED_TABLE_ASSOCIATION,
    MEMBERSHIP,
    invalid_field,
    not_found,
)
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_RESOURCE_TYPES = {
    "collaboration": COLLABORATION,
    "membership": MEMBERSHIP,
    "configuredtable": CONFIGURED_TABLE,
    "configuredtableassociation": CONFIGURED_TABLE_ASSOCIATION,
}


def attach(ctx: Context, arn: str, tags: dict[str, str] | None) -> None:
    """Make a new resource of the caller taggable, with its first tags. Raises ValidationException."""
    given = tags or {}
    _check(given, given)
    ctx.store.put(kinds.TAGS, arn, {"_account": ctx.account, "_region": ctx.region, "tags": given})


def detach(ctx: Context, arn: str) -> None:
    """The resource is gone, and its tags with it."""
    ctx.store.delete(kinds.TAGS, arn)


@operation("TagResource")
@operation("TagResource", service="cleanroomsml")
def tag_resource(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Add tags, or give present ones another value."""
    tagged = _tagged(ctx, params["resourceArn"])
    together = {**tagged["tags"], **params["tags"]}
    _check(params["tags"], together)
    ctx.store.put(kinds.TAGS, params["resourceArn"], {**tagged, "tags": together})
    return {}


@operation("UntagResource")
@operation("UntagResource", service="cleanroomsml")
def untag_resource(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Take tags away; keys that are not there are ignored."""
    tagged = _tagged(ctx, params["resourceArn"])
    kept = {key: value for key, value in tagged["tags"].items() if key not in params["tagKeys"]}
    ctx.store.put(kinds.TAGS, params["resourceArn"], {**tagged, "tags": kept})
    return {}


@operation("ListTagsForResource")
@operation("ListTagsForResource", service="cleanroomsml")
def list_tags(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """All tags of a resource of the caller."""
    return {"tags": _tagged(ctx, params["resourceArn"])["tags"]}


def _tagged(ctx: Context, arn: str) -> Document:
    tagged = ctx.store.get(kinds.TAGS, arn)
    if tagged is None or tagged["_account"] != ctx.account or tagged["_region"] != ctx.region:
        kind, _, id = arn.rpartition(":")[2].rpartition("/")
        container = MEMBERSHIP if kind.startswith("membership/") else COLLABORATION
        raise not_found(_RESOURCE_TYPES.get(kind.rpartition("/")[2], container), id, f"Resource {arn} does not exist")
    return tagged


def _check(given: dict[str, str], together: dict[str, str]) -> None:
    """AWS's usual rules for tags (model of the ML service); the error type is an assumption."""
    reserved = sorted(key for key in given if key.lower().startswith("aws:"))
    if reserved:
        raise invalid_field("tags", f"Keys beginning with aws: are reserved: {', '.join(reserved)}")
    if len(together) > MAX_TAGS:
        raise invalid_field("tags", f"A resource can have {MAX_TAGS} tags, this would make {len(together)}")
