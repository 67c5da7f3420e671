"""From the needs of a call to questions for policies: which ARNs, and what is known of the caller and the resource."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.iam.documents import Question
from cleanrooms_emulator.iam.needs import Need, needs
from cleanrooms_emulator.world.store import Document

_PLACEHOLDER = re.compile(r"\{([^}]+)\}")
_SOMEBODYS = "membership/*/"
_STORED_AS = {
    "configuredtableassociation": kinds.CONFIGURED_TABLE_ASSOCIATION,
    "privacybudgettemplate": kinds.PRIVACY_BUDGET_TEMPLATE,
}
_ON_BEHALF = ("logs", "s3")
"""Services that Clean Rooms calls in the name of the caller."""


def questions(ctx: Context, service: str, operation: str, params: Mapping[str, Any], principal_arn: str) -> Iterator[Question]:
    """What must be allowed for a call. `service` is botocore's name; `principal_arn` is the caller's, or its role's."""
    of_call = _facts_of_call(ctx, params, principal_arn)
    for need in needs(service, operation):
        if need.when and not any(_is_given(params, condition) for condition in need.when):
            continue
        prefix = need.action.partition(":")[0]
        for resource in _resources(ctx, prefix, need, params):
            yield Question(need.action, resource, {**of_call, **_facts_of_need(ctx, prefix, resource)})


def _is_given(params: Mapping[str, Any], condition: str) -> bool:
    path, equals, wanted = condition.partition("=")
    given = _values(params, path)
    return wanted in given if equals else any(given)


def _values(params: Any, path: str) -> list[Any]:
    """The values at a path such as `resultConfiguration.roleArn`; lists are all their items."""
    found = [params]
    for name in path.split("."):
        members = [each.get(name) for each in found if isinstance(each, dict)]
        found = [item for each in members for item in (each if isinstance(each, list) else [each]) if item is not None]
    return found


def _resources(ctx: Context, prefix: str, need: Need, params: Mapping[str, Any]) -> Iterator[str]:
    """The ARNs that a need is about; none where a parameter in it is not given."""
    filled = [need.resource]
    for path in _PLACEHOLDER.findall(need.resource):
        filled = [text.replace(f"{{{path}}}", str(value)) for text in filled for value in _values(params, path)]
    for text in filled:
        if text == "*" or text.startswith("arn:"):
            yield _as_permissions_write(ctx, text)
        elif text.startswith(_SOMEBODYS):
            yield _somebodys(ctx, prefix, text, params)
        else:
            yield _arn(ctx, prefix, _owner(ctx, text), text)


def _arn(ctx: Context, prefix: str, account: str, resource: str) -> str:
    return f"arn:aws:{prefix}:{ctx.region}:{account}:{resource}"


def _as_permissions_write(ctx: Context, arn: str) -> str:
    """Calls name a privacy budget template by `privacybudgettemplate/{id}` (model, PrivacyBudgetTemplateArn), permissions by
    `membership/{id}/privacybudgettemplate/{id}` (service authorization reference, resource types).
    """
    kind, _, id = arn.split(":", 5)[-1].partition("/")
    found = ctx.store.get(kinds.PRIVACY_BUDGET_TEMPLATE, id) if kind == "privacybudgettemplate" else None
    if found is None or found["arn"] != arn:
        return arn
    return arn.removesuffix(f"{kind}/{id}") + f"membership/{found['membershipId']}/{kind}/{id}"


def _owner(ctx: Context, resource: str) -> str:
    """Collaborations are their creator's, everything else that a call names by an id is the caller's own."""
    kind, _, id = resource.partition("/")
    found = ctx.store.get(kinds.COLLABORATION, id) if kind == "collaboration" else None
    return ctx.account if found is None else str(found["creatorAccountId"])


def _somebodys(ctx: Context, prefix: str, resource: str, params: Mapping[str, Any]) -> str:
    """A resource of any member of the collaboration, named by its id or its name."""
    kind, _, named = resource.removeprefix(_SOMEBODYS).partition("/")
    for document in ctx.store.all(_STORED_AS.get(kind, "")):
        if document["collaborationId"] == params.get("collaborationIdentifier") and _is_named(document, named):
            return _arn(ctx, prefix, document["_account"], f"membership/{document['membershipId']}/{kind}/{document['id']}")
    return _arn(ctx, prefix, ctx.account, resource)


def _is_named(document: Document, named: str) -> bool:
    return document["id"] == named or str(document.get("name", "")).lower() == named.lower()


def _facts_of_call(ctx: Context, params: Mapping[str, Any], principal_arn: str) -> dict[str, tuple[str, ...]]:
    tags = _tags_of_request(params)
    now = datetime.fromtimestamp(ctx.now, UTC)
    facts = {
        "aws:currenttime": (now.isoformat(),),
        "aws:epochtime": (str(int(ctx.now)),),
        "aws:principalaccount": (ctx.account,),
        "aws:principalarn": (principal_arn,),
        "aws:requestedregion": (ctx.region,),
        "aws:securetransport": ("true",),
        **{f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()},
    }
    optional = {
        "aws:tagkeys": (*tags, *_values(params, "tagKeys")),
        "cleanrooms-ml:collaborationid": (*_values(params, "collaborationIdentifier"), *_values(params, "collaborationId")),
        "sts:externalid": tuple(_values(params, "ExternalId")),
        "sts:rolesessionname": tuple(_values(params, "RoleSessionName")),
    }
    return facts | {key: values for key, values in optional.items() if values}


def _tags_of_request(params: Mapping[str, Any]) -> Mapping[str, str]:
    if isinstance(params.get("Tags"), list):
        return {tag["Key"]: tag["Value"] for tag in params["Tags"]}
    tags = params.get("tags")
    return tags if isinstance(tags, dict) else {}


def _facts_of_need(ctx: Context, prefix: str, resource: str) -> dict[str, tuple[str, ...]]:
    facts: dict[str, tuple[str, ...]] = {}
    if prefix == "iam":
        facts["iam:passedtoservice"] = (f"{ctx.service}.amazonaws.com",)
    if prefix in _ON_BEHALF:
        facts["aws:calledvia"] = (f"{ctx.service}.amazonaws.com",)
    if resource != "*" and (account := resource.split(":")[4]):
        facts["aws:resourceaccount"] = (account,)
    return facts | {f"aws:resourcetag/{key.lower()}": (value,) for key, value in _tags_of_resource(ctx, resource).items()}


def _tags_of_resource(ctx: Context, arn: str) -> Mapping[str, str]:
    """Tags that conditions may ask about; of other accounts' resources none or all (switch foreignTags)."""
    parent, _, id = arn.rpartition("/")
    template = ctx.store.get(kinds.PRIVACY_BUDGET_TEMPLATE, id) if parent.endswith("/privacybudgettemplate") else None
    tagged = ctx.store.get(kinds.TAGS, arn if template is None else template["arn"])
    if tagged is None or (tagged["_account"] != ctx.account and ctx.switches.foreign_tags == "hidden"):
        return {}
    tags: Mapping[str, str] = tagged["tags"]
    return tags
