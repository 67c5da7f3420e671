"""What a stack file allows its runs to do, reckoned from the file's own sections and the service's own documents.

Nothing here asks the reconciler what it thinks: a file is the mapping that was written, a world is what the service keeps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from cleanrooms_emulator.world.store import Store
from cleanrooms_governance.model import CAN_QUERY, CostType
from tests.scenarios.invariants import Held, held_by

Sections = Mapping[str, Any]
KEY = "retail"
OPEN = ("PENDING", "APPROVED")
COSTS = frozenset(map(str, CostType))
LIST = "*"
"""Stands for the collaboration itself where others would be accounts: it holds the types that it approves by itself."""


def collaborations(store: Store) -> list[dict[str, Any]]:
    """Those that are not deleted, as the service keeps them."""
    return [dict(each) for each in store.all("collaboration") if not each["_deleted"]]


def held(store: Store) -> Held:
    """Who belongs with what, and what is approved without asking."""
    there = collaborations(store)
    return held_by(there) | {(LIST, type_) for each in there for type_ in (each["autoApprovedChangeTypes"] or ())}


def requests(store: Store) -> dict[str, dict[str, Any]]:
    """All change requests by id, oldest first."""
    return {str(each["id"]): dict(each) for each in store.all("change_request")}


def stated(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a request asks for, in pairs like those of ``held``."""
    for change in request["changes"]:
        specification = change["specification"]
        if "member" in specification:
            yield from _entry(specification["member"])
        else:
            for type_ in specification["collaboration"].get("autoApprovedChangeTypes") or ():
                yield LIST, type_


def _entry(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    account = entry["accountId"]
    yield account, "member"
    for ability in (*entry["memberAbilities"], *(entry.get("mlMemberAbilities") or {}).get("customMLMemberAbilities", ())):
        yield account, ability
    for cost, pays in payments(entry.get("paymentConfiguration") or {}).items():
        if pays:
            yield account, cost


def payments(configuration: Mapping[str, Any]) -> dict[str, bool]:
    """The flags of a payment configuration by cost type."""
    plain = {name: leaf for name, leaf in configuration.items() if name != "machineLearning"}
    leaves = {**plain, **(configuration.get("machineLearning") or {})}
    return {name: bool(leaf and leaf.get("isResponsible")) for name, leaf in leaves.items()}


def content(request: Mapping[str, Any]) -> str:
    """What a request asks for, so that equal ones are equal."""
    changes = []
    for change in request["changes"]:
        specification = json.loads(json.dumps(change["specification"]))
        specification.get("member", {}).pop("displayName", None)
        changes.append(json.dumps(specification, sort_keys=True))
    return json.dumps(sorted(changes))


def subjects(request: Mapping[str, Any]) -> set[str]:
    """The accounts that a request is about."""
    return {account for account, _ in stated(request)}


def wanted(sections: Sections, account: str, today: date) -> frozenset[str]:
    """What a file wants an account to have today, nothing where it does not name it."""
    section = sections.get("collaborations", {}).get(KEY)
    if section is None:
        return frozenset()
    if account == LIST:
        return frozenset(section.get("autoApprove") or ())
    entry = section["members"].get(account)
    if entry is None:
        return frozenset()
    if lapsed(entry, today):
        return frozenset({"member", *({CAN_QUERY} & {*entry["abilities"]})})
    return frozenset({"member", *entry["abilities"], *entry.get("mlAbilities", ()), *entry.get("payerFor", ())})


def silent(sections: Sections, account: str, what: str, today: date) -> bool:
    """Whether a file says nothing about somebody's having something, so that none of its runs may take it."""
    section = sections.get("collaborations", {}).get(KEY)
    if section is None:
        return True
    if account == LIST:
        return "autoApprove" not in section
    if signed_twice(section, account):
        return False
    entry = section["members"].get(account)
    if what == "member" or (entry is None and what not in COSTS):
        return True
    if what in COSTS:
        return not any(what in each.get("payerFor", ()) or lapsed(each, today) for each in section["members"].values())
    over = entry is not None and lapsed(entry, today)
    return what.startswith("CAN_RECEIVE_") and what.endswith("_OUTPUT") and "mlAbilities" not in (entry or {}) and not over


def lapsed(entry: Mapping[str, Any], today: date) -> bool:
    """Whether the last day of a member's entry is over."""
    return "until" in entry and date.fromisoformat(entry["until"]) < today


def signed_twice(section: Mapping[str, Any], account: str) -> bool:
    """Whether a file asks twice for an account to go: it is out of the members, and among the removed."""
    return account not in section["members"] and account in section.get("removed", ())


def paused(sections: Sections, key: str) -> bool:
    """Whether a membership, or the collaboration that casts its votes, is at rest."""
    own = sections.get("memberships", {}).get(key, {})
    return bool(own.get("paused") or sections.get("collaborations", {}).get(KEY, {}).get("paused"))


def objections(
    sections: Sections, account: str, action: str, request: Mapping[str, Any], before: Held, today: date
) -> list[str]:
    """Why a run of this file should not have voted like that as an account."""
    keys = [key for key, each in sections.get("memberships", {}).items() if each["account"] == account]
    if not keys or paused(sections, keys[0]):
        return [f"{account} has no say in this file"]
    rules = sections["memberships"][keys[0]].get("changeRequests", {})
    denied = [rule for rule in rules.get("deny", ()) if any(_touches(rule, change) for change in request["changes"])]
    if action == "DENY":
        # By this tool's own reckoning a change may be of more types than the service says.
        named = {each for rule in rules.get("deny", ()) for each in rule.get("accounts", ())}
        return [] if denied or named & subjects(request) else [f"no rule denies {request['id']}"]
    if denied:
        return [f"a rule denies {request['id']}"]
    if any(all(_covers(rule, change) for change in request["changes"]) for rule in rules.get("approve", ())):
        return []
    section = sections.get("collaborations", {}).get(KEY)
    # The file is the creator's own will, so that what it says needs no second rule.
    own_plan = section is not None and (rules.get("ownPlan") == "approve" or account == section["creator"])
    # Every request states all payments of an entry, and so names the runner for what it pays by default.
    by_default = {(who, cost) for who, what in before if what == CAN_QUERY for cost in COSTS}
    beyond = [pair for pair in {*stated(request)} - before - by_default if pair[1] not in wanted(sections, pair[0], today)]
    return [] if own_plan and not beyond else [f"no rule approves {request['id']}, {sorted(beyond)}"]


def _member_of(change: Mapping[str, Any]) -> Mapping[str, Any]:
    member: Mapping[str, Any] = change["specification"].get("member", {})
    return member


def _touches(rule: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
    return bool({*rule["types"]} & {*change["types"]}) and _member_of(change).get("accountId") in rule["accounts"]


def _covers(rule: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
    member = _member_of(change)
    pairs = {what for _, what in _entry(member)} if member else {"everything"}
    allowed = {"member", *rule.get("abilities", ()), *rule.get("payerFor", ()), *rule.get("mlAbilities", ())}
    return {*change["types"]} <= {*rule["types"]} and member.get("accountId") in rule["accounts"] and pairs <= allowed


def unmet(sections: Sections, store: Store, today: date) -> list[str]:
    """What a file wants and a collaboration that is called converged is not."""
    there = collaborations(store)
    if len(there) != 1:
        return [f"there are {len(there)} collaborations"]
    section = sections["collaborations"][KEY]
    members = {each["accountId"]: each for each in there[0]["_members"]}
    shown = held(store)
    found = [f"{account} is still a member" for account in section.get("removed", ()) if (account, "member") in shown]
    decided = {cost for each in section["members"] for cost in wanted(sections, each, today) & COSTS}
    for account in section["members"]:
        status = members.get(account, {}).get("status", "absent")
        if status in ("LEFT", "REMOVED"):
            continue
        if status == "absent":
            found += [f"{account} is no member"] if not lapsed(section["members"][account], today) else []
            continue
        has = {what for who, what in shown if who == account}
        wants = wanted(sections, account, today)
        differing = (has ^ wants) - COSTS - {CAN_QUERY}
        if "mlAbilities" not in section["members"][account]:
            differing = {what for what in differing if not what.endswith("_OUTPUT")}
        found += [f"{account} differs in {what}" for what in sorted(differing)]
        lacking = (wants - has) & COSTS if CAN_QUERY not in has else set()
        surplus = (has - wants) & decided if CAN_QUERY not in has else set()
        found += [f"{account} differs in paying for {cost}" for cost in sorted(lacking | surplus)]
    for key, name in (("name", "name"), ("description", "description")):
        if key in section and section[key] != (there[0][name] or ""):
            found.append(f"{key} is {there[0][name]}")
    if "autoApprove" in section and {*section["autoApprove"]} != {*(there[0]["autoApprovedChangeTypes"] or ())}:
        found.append("the auto-approval list differs")
    return found


def same_content(store: Store, filed: Iterable[str], before: Iterable[str]) -> list[str]:
    """Pairs of requests that are open side by side and ask for the same, one of them filed after the other was there."""
    known = requests(store)
    return [
        f"{new} asks for what {old} asks"
        for new in filed
        for old in before
        if known[old]["status"] in OPEN and known[new]["status"] in OPEN and content(known[new]) == content(known[old])
    ]
