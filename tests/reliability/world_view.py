"""The world as a person would describe it: everything that matters, and no id, time or note of a tool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.handlers.kinds import PRIVACY_BUDGET_TEMPLATE

NOTES = ("governed-by", "crgov-filing", "crgov-filed", "crgov-tags", "crgov-no-decline")
"""The tags in which the reconciler notes things."""

_OVER = tuple(f"  {status}: " for status in ("COMMITTED", "DENIED", "CANCELLED"))


def lines(app: Application) -> str:
    """Describe all collaborations, their members and change requests, all memberships, and all privacy budgets."""
    return "\n".join([*_collaborations(app), *_memberships(app), *_budgets(app)])


def difference(expected: str, found: str) -> str:
    """Return where two descriptions differ, for a message about it."""
    return "\n".join(unified_diff(expected.splitlines(), found.splitlines(), "expected", "found", lineterm="", n=99))


def without_history(description: str) -> str:
    """Leave out of a description the requests that are over: how something has come about, or has not, is not how it is."""
    return "\n".join(line for line in description.splitlines() if not line.startswith(_OVER))


def _collaborations(app: Application) -> Iterator[str]:
    for each in app.store.all("collaboration"):
        gone = ", deleted" if each["_deleted"] else ""
        yield f"{each['name']}{gone}: {_settings(app, each, 'description', 'autoApprovedChangeTypes')}"
        for member in sorted(each["_members"], key=lambda member: str(member["accountId"])):
            pays = [cost for cost, named in sorted(member["_payer"].items()) if named]
            told = [member["status"], *member["abilities"], *(f"may be asked to pay {cost}" for cost in pays)]
            yield f"  {member['accountId']} {member['displayName']}: {', '.join(told)}"
        requests = [request for request in app.store.all("change_request") if request["collaborationId"] == each["id"]]
        yield from sorted(f"  {request['status']}: {'; '.join(map(_change, request['changes']))}" for request in requests)


def _memberships(app: Application) -> Iterator[str]:
    for each in sorted(app.store.all("membership"), key=lambda each: (str(each["_account"]), float(each["createTime"]))):
        accepts = [f"accepts to pay {cost}" for cost, accepted in sorted(each["_accepted"].items()) if accepted]
        logs = ["logs queries"] if each["queryLogStatus"] == "ENABLED" else []
        place = each["defaultResultConfiguration"]
        results = [_place(place["outputConfiguration"]["s3"])] if place else []
        told = ", ".join([each["status"], *accepts, *logs, *results, *_tags(app, each)])
        yield f"membership of {each['_account']}: {told}"


def _budgets(app: Application) -> Iterator[str]:
    for each in sorted(app.store.all(PRIVACY_BUDGET_TEMPLATE), key=lambda each: str(each["_account"])):
        told = [f"{name} {value}" for name, value in sorted(each["parameters"]["differentialPrivacy"].items())]
        yield f"budget of {each['_account']}: {', '.join([*told, each['autoRefresh'], *_tags(app, each)])}"


def _settings(app: Application, document: Mapping[str, Any], *names: str) -> str:
    told = [f"{name} {document[name]}" for name in names if document[name]]
    return ", ".join([*told, *_tags(app, document)]) or "as created"


def _tags(app: Application, document: Mapping[str, Any]) -> list[str]:
    tags = (app.store.get("tags", document["arn"]) or {"tags": {}})["tags"]
    return sorted(f"tag {key}={value}" for key, value in tags.items() if key not in NOTES)


def _change(change: Mapping[str, Any]) -> str:
    ((_, specified),) = change["specification"].items()
    stated = [*specified.get("memberAbilities", ()), *specified.get("autoApprovedChangeTypes", ())]
    pays = [cost for cost, leaf in specified.get("paymentConfiguration", {}).items() if leaf.get("isResponsible")]
    about = specified.get("accountId", "the collaboration")
    return ": ".join(filter(None, (f"{'+'.join(change['types'])} of {about}", ", ".join([*stated, *pays]))))


def _place(s3: Mapping[str, Any]) -> str:
    return f"results as {s3['resultFormat']} to {s3['bucket']}"
