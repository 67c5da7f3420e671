"""One collaboration and everybody around it: stack files that are edited, people in the console, and how things stand."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from datetime import timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cleanrooms_governance.model import CAN_EXPORT_QUERY_ANALYSIS_LOG, CAN_QUERY, CAN_RECEIVE_RESULTS
from tests.reliability.governing import oracle
from tests.reliability.operators import Operator
from tests.unit.core.builders import BANK, CREATOR, NEWCOMER, RUNNER, SHOP, TODAY
from tests.unit.core.governed import REGION, Service
from tests.unit.core.strategies import ML_ABILITIES, PARTNERS

STRANGER = PARTNERS[6]
OTHERS = (BANK, SHOP, NEWCOMER, STRANGER)
EVERYBODY = (CREATOR, RUNNER, *OTHERS)
ABILITIES = (CAN_RECEIVE_RESULTS, CAN_EXPORT_QUERY_ANALYSIS_LOG)
PAID = ("queryCompute", "modelTraining")
ALL_PAID = ["queryCompute", "jobCompute", "modelTraining", "modelInference", "syntheticDataGeneration"]
RULES: tuple[dict[str, Any], ...] = (
    {"ownPlan": "approve"},
    {},
    {"ownPlan": "approve", "deny": [{"types": ["ADD_MEMBER"], "accounts": [STRANGER]}]},
    {"approve": [{"types": ["ADD_MEMBER"], "accounts": [NEWCOMER]}]},
    {
        "approve": [
            {
                "types": ["GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_RECEIVE_RESULTS_ABILITY"],
                "accounts": [SHOP, BANK],
                "abilities": [*ABILITIES],
                "payerFor": ALL_PAID,
            }
        ],
        "deny": [{"types": ["ADD_PAYER_CANDIDATE", "REMOVE_PAYER_CANDIDATE"], "accounts": [BANK]}],
    },
    {"ownPlan": "approve", "approve": [{"types": ["ADD_MEMBER"], "accounts": [NEWCOMER, STRANGER], "abilities": [*ABILITIES]}]},
)
"""Some ways to vote."""

PLACE = {"s3": {"bucket": "results", "resultFormat": "CSV"}}
CREATORS, PARTNERS_OWN, PROJECT = "creator", "bank", "cleanrooms"


def creators_file() -> dict[str, Any]:
    """The stack file of the creator, who holds another account, too."""
    return {
        "accounts": {
            **{account: {"name": f"name-{account[-4:]}", "profile": account} for account in (CREATOR, RUNNER)},
            **{account: {"name": f"name-{account[-4:]}"} for account in OTHERS},
        },
        "collaborations": {
            oracle.KEY: {
                "creator": CREATOR,
                "region": REGION,
                "limits": {"removals": 2, "removalShare": 1.0},
                "members": {
                    CREATOR: {"displayName": "Retailer", "abilities": [CAN_RECEIVE_RESULTS]},
                    RUNNER: {"displayName": "Media", "abilities": [CAN_QUERY]},
                    BANK: {"displayName": "Bank", "abilities": []},
                    SHOP: {"displayName": "Shop", "abilities": []},
                },
            }
        },
        "memberships": {
            "media": _membership(RUNNER, oracle.KEY, {"ownPlan": "approve"}),
            "retailer": _membership(CREATOR, oracle.KEY, {"ownPlan": "approve"}),
        },
    }


def partners_file(collaboration_id: str) -> dict[str, Any]:
    """The bank's own stack file."""
    return {
        "accounts": {BANK: {"name": "bank", "profile": BANK}},
        "memberships": {"bank": {**_membership(BANK, collaboration_id, {}), "region": REGION, "expects": {"creator": CREATOR}}},
    }


def _membership(account: str, collaboration: str, rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "account": account,
        "collaboration": collaboration,
        "payerFor": ALL_PAID,
        "changeRequests": rules,
        "defaultResultConfiguration": {**PLACE, "roleArn": f"arn:aws:iam::{account}:role/results"},
    }


class Town:
    """The operators by name, and the people. ``second`` is of the creator's stack, too: its own copy of the file, one state."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.today = TODAY
        self.filed: list[str] = []
        """The requests that people filed by hand."""
        owner = f"{PROJECT}/{CREATORS}"
        ids, conflicts = dict[str, str](), dict[str, frozenset[str]]()
        self.operators = {
            CREATORS: Operator(service, owner, creators_file(), TODAY, ids, conflicts),
            "second": Operator(service, owner, creators_file(), TODAY, ids, conflicts),
            PARTNERS_OWN: Operator(service, f"{PROJECT}/{PARTNERS_OWN}", {}, TODAY),
        }

    @property
    def id(self) -> str:
        """The collaboration's id, empty while there is none."""
        return next((str(each["id"]) for each in oracle.collaborations(self.service.app.store)), "")

    def operator(self, name: str) -> Operator:
        """An operator; the bank's file names the collaboration as soon as there is one."""
        operator = self.operators[name]
        if name == PARTNERS_OWN and not operator.sections and self.id:
            operator.sections = partners_file(self.id)
        operator.today = self.today
        return operator

    def gone(self) -> list[str]:
        """Who has left or was removed."""
        there = oracle.collaborations(self.service.app.store)
        return [each["accountId"] for one in there for each in one["_members"] if each["status"] in ("LEFT", "REMOVED")]

    def is_claimed(self) -> bool:
        """Whether the collaboration carries an owner tag."""
        store = self.service.app.store
        return any(
            "governed-by" in (store.get("tags", each["arn"]) or {"tags": ()})["tags"] for each in oracle.collaborations(store)
        )

    def undo_second_creation(self) -> None:
        """Somebody deletes the collaborations but one: the one that the state knows, if it knows any."""
        self.service.fail()
        there = [str(each["id"]) for each in oracle.collaborations(self.service.app.store)]
        kept = next((id for id in there if id in self.operators[CREATORS].ids.values()), there[0])
        for id in there:
            if id != kept:
                self.service.console(CREATOR).delete_collaboration(collaborationIdentifier=id)

    def pull(self) -> None:
        """The second operator takes over the file of the first."""
        self.operators["second"].sections = deepcopy(self.operators[CREATORS].sections)

    def days_pass(self, days: int) -> None:
        """Go on to a later day."""
        self.today += timedelta(days=days)
        self.service.app.clock.advance(days * 86400)

    # What is edited in the files.

    def edit(self, what: str, account: str, number: int) -> None:
        """Change something in a stack file; what makes no sense changes nothing."""
        getattr(self, f"_edit_{what}")(account, number)

    @property
    def _section(self) -> dict[str, Any]:
        section: dict[str, Any] = self.operators[CREATORS].sections["collaborations"][oracle.KEY]
        return section

    def _entry(self, account: str) -> dict[str, Any]:
        entry: dict[str, Any] = self._section["members"].get(account, {"abilities": []})
        return entry

    def _edit_ability(self, account: str, number: int) -> None:
        entry, ability = self._entry(account), ABILITIES[number % 2]
        entry["abilities"] = sorted({*entry["abilities"]} ^ {ability})

    def _edit_ml(self, account: str, number: int) -> None:
        entry = self._entry(account)
        entry["mlAbilities"] = sorted({*entry.get("mlAbilities", ())} ^ {ML_ABILITIES[number % 2]})

    def _edit_payer(self, account: str, number: int) -> None:
        entry = self._entry(account)
        entry["payerFor"] = sorted({*entry.get("payerFor", ())} ^ {PAID[number % 2]})

    def _edit_member(self, account: str, number: int) -> None:
        if account in OTHERS:
            abilities = [ability for place, ability in enumerate(ABILITIES) if number >> place & 1]
            self._section["members"][account] = {"displayName": f"Name {account[-4:]}", "abilities": abilities}
            self._section["removed"] = [each for each in self._section.get("removed", ()) if each != account]

    def _edit_line_lost(self, account: str, number: int) -> None:
        if account in OTHERS:
            self._section["members"].pop(account, None)

    def _edit_removal(self, account: str, number: int) -> None:
        if account in OTHERS:
            self._section["members"].pop(account, None)
            self._section["removed"] = sorted({*self._section.get("removed", ()), account})

    def _edit_until(self, account: str, number: int) -> None:
        if account in self._section["members"] and account in OTHERS:
            self._entry(account)["until"] = (self.today + timedelta(days=number)).isoformat()
            if number == 7:
                del self._entry(account)["until"]

    def _edit_auto_approval(self, account: str, number: int) -> None:
        types = ("ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_RECEIVE_RESULTS_ABILITY")
        self._section["autoApprove"] = [each for place, each in enumerate(types) if number >> place & 1]

    def _edit_name(self, account: str, number: int) -> None:
        self._section["name"] = f"Retail {number % 3}"
        self._section["description"] = f"Campaign {number % 2}"

    def _edit_tags(self, account: str, number: int) -> None:
        self._section["tags"] = {"team": f"team {number % 3}"} if number % 4 else {}

    def _edit_pause(self, account: str, number: int) -> None:
        place = self._section if number % 2 else self.operators[CREATORS].sections["memberships"]["media"]
        place["paused"] = not place.get("paused", False)

    def _edit_deadline(self, account: str, number: int) -> None:
        self._section["deadline"] = number + 1

    def _edit_rules(self, account: str, number: int) -> None:
        name, key = (PARTNERS_OWN, "bank") if account == BANK else (CREATORS, "retailer" if account == CREATOR else "media")
        memberships = self.operator(name).sections.get("memberships", {})
        if key in memberships:
            memberships[key]["changeRequests"] = deepcopy(RULES[number % len(RULES)])

    def _edit_accepted(self, account: str, number: int) -> None:
        memberships = self.operator(PARTNERS_OWN).sections.get("memberships", {})
        if "bank" in memberships:
            memberships["bank"]["payerFor"] = [cost for place, cost in enumerate(ALL_PAID[:2]) if number >> place & 1]

    def _edit_cancel_requests(self, account: str, number: int) -> None:
        known = [*oracle.requests(self.service.app.store)]
        self._section["cancelRequests"] = [known[number % len(known)]] if known and number else []

    # What people do in the console.

    def act(self, what: str, account: str, number: int) -> None:
        """Somebody does something by hand; what the service refuses is not done."""
        before = {*oracle.requests(self.service.app.store)}
        if self.id:
            with suppress(ClientError, BotoCoreError):
                getattr(self, f"_act_{what}")(account, number)
        if what == "file":
            self.filed += sorted({*oracle.requests(self.service.app.store)} - before)

    def decide(self, account: str, request: str, action: str) -> None:
        """Somebody votes on a request, cancels or commits it."""
        with suppress(ClientError, BotoCoreError):
            self.service.console(account).update_collaboration_change_request(
                collaborationIdentifier=self.id, changeRequestIdentifier=request, action=action
            )

    def _open(self, number: int) -> str | None:
        known = [id for id, each in oracle.requests(self.service.app.store).items() if each["status"] in oracle.OPEN]
        return known[number % len(known)] if known else None

    def _act_decide(self, account: str, number: int) -> None:
        if request := self._open(number // 2):
            actions = (
                ("CANCEL", "COMMIT", "DENY", "APPROVE") if account == CREATOR else ("APPROVE", "APPROVE", "APPROVE", "DENY")
            )
            self.decide(account, request, actions[number % 4])

    def _act_file(self, account: str, number: int) -> None:
        if number == 7:
            types = ["ADD_MEMBER"] if account == BANK else []
            change = {
                "specificationType": "COLLABORATION",
                "specification": {"collaboration": {"autoApprovedChangeTypes": types}},
            }
        else:
            present = {each["accountId"] for each in oracle.collaborations(self.service.app.store)[0]["_members"]}
            entry: dict[str, Any] = {
                "accountId": account,
                "memberAbilities": [ability for place, ability in enumerate(ABILITIES) if number >> place & 1],
            }
            if account not in present:
                entry["displayName"] = f"Name {account[-4:]}"
            if number & 4:
                entry["paymentConfiguration"] = {"queryCompute": {"isResponsible": True}}
            change = {"specificationType": "MEMBER", "specification": {"member": entry}}
        self.service.console(CREATOR).create_collaboration_change_request(collaborationIdentifier=self.id, changes=[change])

    def membership(self, account: str) -> str | None:
        """The id of an account's membership, where it has joined."""
        mine = self.service.app.store.all("membership")
        return next((str(each["id"]) for each in mine if each["_account"] == account and each["status"] == "ACTIVE"), None)

    def _act_leave(self, account: str, number: int) -> None:
        if account in OTHERS and (own := self.membership(account)):
            self.service.console(account).delete_membership(membershipIdentifier=own)

    def _act_join(self, account: str, number: int) -> None:
        there = oracle.collaborations(self.service.app.store)[0]
        flags: dict[str, bool] = next((each["_payer"] for each in there["_members"] if each["accountId"] == account), {})
        asked = _configuration(flags) if any(flags.values()) else {}
        self.service.console(account).create_membership(
            collaborationIdentifier=self.id, queryLogStatus="DISABLED", defaultResultConfiguration=_results(account), **asked
        )

    def _act_pay(self, account: str, number: int) -> None:
        if own := self.membership(account):
            self.service.console(account).update_membership(
                membershipIdentifier=own, membershipPaymentConfiguration={"queryCompute": {"isResponsible": bool(number % 4)}}
            )

    def _act_accept(self, account: str, number: int) -> None:
        if own := self.membership(account):
            members = oracle.collaborations(self.service.app.store)[0]["_members"]
            flags = next(each["_payer"] for each in members if each["accountId"] == account)
            self.service.console(account).update_membership(
                membershipIdentifier=own, membershipPaymentConfiguration=_leaves(flags)
            )

    def _act_remove(self, account: str, number: int) -> None:
        if account in OTHERS:
            self.service.console(CREATOR).delete_member(collaborationIdentifier=self.id, accountId=account)

    def _act_tags(self, account: str, number: int) -> None:
        arn = oracle.collaborations(self.service.app.store)[0]["arn"]
        console = self.service.console(CREATOR)
        keys = ("governed-by", "crgov-filed", "crgov-filing", "crgov-tags", "team")
        # Where neither tag nor state is left, nobody can say whose it is: that is refused until a person gives the id.
        if number < len(keys) and (number or self.operators[CREATORS].ids):
            console.untag_resource(resourceArn=arn, tagKeys=[keys[number]])
        else:
            console.tag_resource(resourceArn=arn, tags={"theirs": "1", "crgov-filed": "nonsense"})

    def _act_rename(self, account: str, number: int) -> None:
        self.service.console(CREATOR).update_collaboration(collaborationIdentifier=self.id, name=f"Renamed {number}")


def _results(account: str) -> dict[str, Any]:
    output = {"s3": {"resultFormat": "CSV", "bucket": "results"}}
    return {"outputConfiguration": output, "roleArn": f"arn:aws:iam::{account}:role/results"}


def _configuration(flags: dict[str, bool]) -> dict[str, Any]:
    return {"paymentConfiguration": {"queryCompute": {"isResponsible": False}, **_leaves(flags)}}


def _leaves(flags: dict[str, bool]) -> dict[str, Any]:
    asked = {name: {"isResponsible": pays} for name, pays in flags.items() if pays}
    plain = {name: leaf for name, leaf in asked.items() if name in ("queryCompute", "jobCompute")}
    learning = {name: leaf for name, leaf in asked.items() if name not in plain}
    return {**plain, "machineLearning": learning} if learning else plain


EDITS = tuple(sorted(name.removeprefix("_edit_") for name in dir(Town) if name.startswith("_edit_")))
"""What can be changed in stack files."""

ACTS = tuple(sorted(name.removeprefix("_act_") for name in dir(Town) if name.startswith("_act_")))
"""What people can do by hand."""
