"""A short story for each writing operation: a world in which one run sends it, and what there is to be in the end.

All accounts belong to one stack, so that nobody else is waited for: what goes wrong, the run or the next one has to mend.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cleanrooms_governance.cli.ending import AlreadyOver, carry_out, find_deletion, find_leaving
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.desired import Access
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.service import CleanRooms
from cleanrooms_governance.settings.stack_file import load
from tests import tables
from tests.reliability.operators import NOWHERE, Operator, Ran
from tests.scenarios.walk import configuration
from tests.unit.core.builders import BANK, CREATOR, NEWCOMER, RECEIVE, RUNNER, TODAY
from tests.unit.core.governed import REGION, Service

PROJECT, STACK = "cleanrooms", "retail"
OWNER = f"{PROJECT}/{STACK}"
ROLE = f"arn:aws:iam::{BANK}:role/results"
QUERY_COMPUTE = ["queryCompute"]


def stack_file(
    bank: Mapping[str, Any] | None = None,
    own: Mapping[str, Any] | None = None,
    *,
    vote: Mapping[str, Any] | None = None,
    joined: bool = True,
    **settings: Any,
) -> dict[str, Any]:
    """A stack file of three accounts, all held.

    Parameters: ``bank`` is added to its entry, ``own`` to its membership, ``vote`` says how it votes; it has no membership
    unless ``joined``; ``settings`` are the collaboration's.
    """
    approving = {"ownPlan": "approve"}
    memberships: dict[str, Any] = {
        "media": {"account": RUNNER, "collaboration": "retail", "payerFor": QUERY_COMPUTE, "changeRequests": approving},
    }
    if joined:
        memberships["bank"] = {
            "account": BANK,
            "collaboration": "retail",
            "changeRequests": approving if vote is None else vote,
            "defaultResultConfiguration": {"s3": {"bucket": "results", "resultFormat": "CSV"}, "roleArn": ROLE},
            **(own or {}),
        }
    return {
        "accounts": {account: {"name": f"name-{account[-4:]}", "profile": account} for account in (CREATOR, RUNNER, BANK)},
        "collaborations": {
            "retail": {
                "creator": CREATOR,
                "region": REGION,
                "queryLog": True,
                "members": {
                    CREATOR: {"displayName": "Retailer", "abilities": [RECEIVE]},
                    RUNNER: {"displayName": "Media", "abilities": ["CAN_QUERY"]},
                    BANK: {"displayName": "Bank", "abilities": [], **(bank or {})},
                },
                **settings,
            }
        },
        "memberships": memberships,
    }


def without_bank(**settings: Any) -> dict[str, Any]:
    """The same where the bank is no member, and whoever is ``removed`` goes."""
    sections = stack_file(joined=False, **settings)
    del sections["collaborations"]["retail"]["members"][BANK]
    return sections


@dataclass
class Told:
    """A world in the middle of a story: everything before the operation in question has been done."""

    service: Service
    operator: Operator

    @property
    def collaboration(self) -> dict[str, Any]:
        """The only collaboration there is, as the service keeps it."""
        (only,) = self.service.app.store.all("collaboration")
        return dict(only)

    @property
    def exists(self) -> bool:
        """Whether there is a collaboration."""
        return any(not each["_deleted"] for each in self.service.app.store.all("collaboration"))

    def run(self) -> Ran:
        """What an ``up`` does; a command that ends something goes on to its end."""
        return self.operator.up()

    def entry(self, account: str) -> dict[str, Any]:
        """A member as the service keeps it."""
        return next(dict(each) for each in self.collaboration["_members"] if each["accountId"] == account)

    def memberships(self, account: str) -> list[dict[str, Any]]:
        """What an account has joined, as it sees it."""
        console = self.service.console(account)
        listed = console.list_memberships()["membershipSummaries"]
        return [console.get_membership(membershipIdentifier=each["id"])["membership"] for each in listed]

    def budgets(self) -> list[dict[str, Any]]:
        """The bank's privacy budget templates."""
        console, found = self.service.console(BANK), []
        for own in self.memberships(BANK):
            at = {"membershipIdentifier": own["id"]}
            for each in console.list_privacy_budget_templates(**at)["privacyBudgetTemplateSummaries"]:
                read = console.get_privacy_budget_template(**at, privacyBudgetTemplateIdentifier=each["id"])
                found.append(read["privacyBudgetTemplate"])
        return found

    def acknowledge(self) -> None:
        """A person takes over every fingerprint that a preview shows for the bank's membership."""
        marks = re.findall(r"add (fp-\S+) to memberships\.bank\.acknowledge", self.operator.preview().text)
        memberships = self.operator.sections["memberships"]
        bank = {**memberships["bank"], "acknowledge": marks}
        self.operator.sections = {**self.operator.sections, "memberships": {**memberships, "bank": bank}}

    def requests(self) -> list[str]:
        """How all change requests stand."""
        return [str(each["status"]) for each in self.service.app.store.all("change_request")]


class Ending(Told):
    """One in which ``crgov`` is told to end something, and told again."""

    find: Callable[..., Any]
    key: str

    def run(self) -> Ran:
        """What ``crgov delete-collaboration`` or ``crgov leave`` does with the fingerprint that it showed."""
        stack = Stack(PROJECT, STACK, load(configuration(self.operator.sections), NOWHERE))
        try:
            ending = type(self).find(stack, self.key, self._port)
            if isinstance(ending, AlreadyOver):
                return Ran([f"{self.key}: {ending.why}", f"{self.key}: converged"])
            carry_out(ending, ending.fingerprint, self._port, lambda _: None)
        except GovernanceError as error:
            return Ran([f"{self.key}: error: {error}"])
        return Ran([f"{self.key}: converged"])

    def _port(self, access: Access, region: str) -> CleanRooms:
        return self.service.port(access.account)


class Deleting(Ending):
    """``crgov delete-collaboration``."""

    find = find_deletion
    key = "retail"


class Leaving(Ending):
    """``crgov leave``."""

    find = find_leaving
    key = "bank"


@dataclass(frozen=True)
class Story:
    """The files ``before`` are carried out first, one after the other; then the file becomes ``after``.

    ``account`` sends the operation; ``meanwhile`` is what a person does in between; ``requests`` is how all change requests
    stand in the end; ``done`` tells whether it shows what the operation was to do.
    """

    operation: str
    account: str
    before: Sequence[Mapping[str, Any]]
    after: Mapping[str, Any]
    done: Callable[[Told], bool]
    requests: tuple[str, ...] = ()
    meanwhile: Callable[[Told], object] = lambda _: None
    told: type[Told] = Told
    skip: int = 0
    acknowledges: bool = False
    """Whether a person acknowledges what ``after`` endangers."""

    def begin(self, service: Service) -> Told:
        """Bring about everything that comes before the operation."""
        told = self.told(service, Operator(service, OWNER, {}, TODAY))
        if id(self) in _BEGUN:
            snapshot, ids = _BEGUN[id(self)]
            service.app.restore(snapshot)
            told.operator.ids = dict(ids)
        else:
            service.start()
            for sections in self.before:
                told.operator.sections = dict(sections)
                told.operator.up()
            self.meanwhile(told)
            _BEGUN[id(self)] = service.app.snapshot(), dict(told.operator.ids)
        told.operator.sections = dict(self.after)
        if self.acknowledges:
            told.acknowledge()
        return told


_BEGUN: dict[int, tuple[dict[str, Any], dict[str, str]]] = {}
"""The world of each story begun in this process, and what the stack's state keeps of it: to play it anew takes longer."""


def _file_newcomer(told: Told) -> None:
    change = {"accountId": NEWCOMER, "memberAbilities": [], "displayName": "Newcomer"}
    told.service.console(CREATOR).create_collaboration_change_request(
        collaborationIdentifier=told.collaboration["id"],
        changes=[{"specificationType": "MEMBER", "specification": {"member": change}}],
    )


def _take_the_tag_off(told: Told) -> None:
    told.service.console(CREATOR).untag_resource(resourceArn=told.collaboration["arn"], tagKeys=["governed-by"])


def _receives(told: Told) -> bool:
    return RECEIVE in told.entry(BANK)["abilities"]


def _tagged(told: Told, **tags: str) -> bool:
    shown = told.service.console(CREATOR).list_tags_for_resource(resourceArn=told.collaboration["arn"])["tags"]
    own = {key: value for key, value in shown.items() if not key.startswith(("crgov-", "governed-by"))}
    return tags == own and f"{OWNER}/retail" == shown.get("governed-by") and "crgov-filing" not in shown


def _paying(told: Told) -> bool:
    (own,) = told.memberships(BANK)
    return bool(own["paymentConfiguration"]["queryCompute"]["isResponsible"])


def _logging(told: Told) -> bool:
    (own,) = told.memberships(BANK)
    return bool("ENABLED" == own["queryLogStatus"])


def _bring_a_table(told: Told) -> str:
    (own,) = told.memberships(BANK)
    return tables.associate(told.service.console(BANK), BANK, own["id"], "orders")


def _limit_a_table(told: Told) -> None:
    limits = {"budgetParameters": [{"type": "LIFETIME", "budget": 50}], "resourceArn": _bring_a_table(told)}
    (own,) = told.memberships(BANK)
    told.service.console(BANK).create_privacy_budget_template(
        membershipIdentifier=own["id"], privacyBudgetType="ACCESS_BUDGET", parameters={"accessBudget": limits}
    )


def _protecting(epsilon: int, refresh: str = "NONE") -> dict[str, Any]:
    noise = {"type": "DIFFERENTIAL_PRIVACY", "epsilon": epsilon, "usersNoisePerQuery": 50, "autoRefresh": refresh}
    return stack_file(own={"privacyBudgets": {"noise": noise}})


def _limiting(uses: int) -> dict[str, Any]:
    orders = {"type": "ACCESS_BUDGET", "resource": "orders", "budgets": [{"type": "LIFETIME", "budget": uses}]}
    return stack_file(own={"privacyBudgets": {"orders": orders}})


def _protected(told: Told, epsilon: int, refresh: str = "NONE") -> bool:
    found = [(each["parameters"]["differentialPrivacy"]["epsilon"], each["autoRefresh"]) for each in told.budgets()]
    return [(epsilon, refresh)] == found


def _limited(told: Told, uses: int) -> bool:
    return [uses] == [each["parameters"]["accessBudget"]["budgetParameters"][0]["budget"] for each in told.budgets()]


PLAIN = stack_file()
GRANTED = stack_file({"abilities": [RECEIVE]})
PAYING = stack_file({"payerFor": QUERY_COMPUTE}, {"payerFor": QUERY_COMPUTE})
NOT_PAYING = stack_file({"payerFor": QUERY_COMPUTE}, {"payerFor": []})
NOT_ASKED = stack_file({"abilities": [RECEIVE]}, vote={})
ADDS_NOBODY = {"deny": [{"types": ["ADD_MEMBER"], "accounts": [NEWCOMER]}]}
UPDATE = "UpdateCollaborationChangeRequest"

STORIES = {
    "CreateCollaboration": Story("CreateCollaboration", CREATOR, [], PLAIN, lambda told: told.exists),
    "UpdateCollaboration": Story(
        "UpdateCollaboration",
        CREATOR,
        [PLAIN],
        stack_file(name="Retail of this year"),
        lambda told: "Retail of this year" == told.collaboration["name"],
    ),
    "CreateCollaborationChangeRequest": Story(
        "CreateCollaborationChangeRequest", CREATOR, [PLAIN], GRANTED, _receives, ("COMMITTED",)
    ),
    f"{UPDATE} APPROVE": Story(UPDATE, BANK, [PLAIN], GRANTED, _receives, ("COMMITTED",)),
    f"{UPDATE} COMMIT": Story(UPDATE, CREATOR, [PLAIN], GRANTED, _receives, ("COMMITTED",)),
    f"{UPDATE} DENY": Story(
        UPDATE,
        BANK,
        [stack_file(vote=ADDS_NOBODY)],
        stack_file(vote=ADDS_NOBODY),
        lambda told: NEWCOMER not in {each["accountId"] for each in told.collaboration["_members"]},
        ("DENIED",),
        meanwhile=_file_newcomer,
    ),
    f"{UPDATE} CANCEL": Story(UPDATE, CREATOR, [PLAIN, NOT_ASKED], PLAIN, lambda told: not _receives(told), ("CANCELLED",)),
    "DeleteMember": Story(
        "DeleteMember",
        CREATOR,
        [PLAIN],
        without_bank(removed=[BANK], limits={"removalShare": 0.5}),
        lambda told: "REMOVED" == told.entry(BANK)["status"],
    ),
    "TagResource": Story(
        "TagResource", CREATOR, [PLAIN], stack_file(tags={"team": "sales"}), lambda told: _tagged(told, team="sales")
    ),
    "TagResource of a claim": Story(
        "TagResource", CREATOR, [PLAIN], PLAIN, lambda told: _tagged(told), meanwhile=_take_the_tag_off
    ),
    "TagResource before a filing": Story("TagResource", CREATOR, [PLAIN], GRANTED, _receives, ("COMMITTED",)),
    "TagResource after a filing": Story("TagResource", CREATOR, [PLAIN], GRANTED, _receives, ("COMMITTED",), skip=1),
    "UntagResource": Story(
        "UntagResource", CREATOR, [stack_file(tags={"team": "sales"})], stack_file(tags={}), lambda told: _tagged(told)
    ),
    "UntagResource after a filing": Story("UntagResource", CREATOR, [PLAIN], GRANTED, _receives, ("COMMITTED",)),
    "CreateMembership": Story(
        "CreateMembership", BANK, [stack_file(joined=False)], PLAIN, lambda told: "ACTIVE" == told.entry(BANK)["status"]
    ),
    "UpdateMembership to accept": Story(
        "UpdateMembership", BANK, [PLAIN], PAYING, _paying, ("COMMITTED",)
    ),
    "UpdateMembership to decline": Story(
        "UpdateMembership", BANK, [PAYING], NOT_PAYING, lambda told: not _paying(told)
    ),
    "UpdateMembership to log": Story("UpdateMembership", BANK, [PLAIN], stack_file(own={"queryLog": True}), _logging),
    "CreatePrivacyBudgetTemplate": Story(
        "CreatePrivacyBudgetTemplate", BANK, [PLAIN], _protecting(3), lambda told: _protected(told, 3)
    ),
    "CreatePrivacyBudgetTemplate of a table": Story(
        "CreatePrivacyBudgetTemplate", BANK, [PLAIN], _limiting(50), lambda told: _limited(told, 50), meanwhile=_bring_a_table
    ),
    "UpdatePrivacyBudgetTemplate": Story(
        "UpdatePrivacyBudgetTemplate",
        BANK,
        [PLAIN],
        _limiting(80),
        lambda told: _limited(told, 80),
        meanwhile=_limit_a_table,
        acknowledges=True,
    ),
    "UpdatePrivacyBudgetTemplate of epsilon": Story(
        "UpdatePrivacyBudgetTemplate", BANK, [_protecting(3)], _protecting(4), lambda told: _protected(told, 4)
    ),
    "DeletePrivacyBudgetTemplate": Story(
        "DeletePrivacyBudgetTemplate",
        BANK,
        [_protecting(3)],
        _protecting(3, "CALENDAR_MONTH"),
        lambda told: _protected(told, 3, "CALENDAR_MONTH"),
        acknowledges=True,
    ),
    "DeleteCollaboration": Story(
        "DeleteCollaboration", CREATOR, [PLAIN], PLAIN, lambda told: not told.exists, told=Deleting
    ),
    "DeleteMembership": Story(
        "DeleteMembership", BANK, [PLAIN], PLAIN, lambda told: "LEFT" == told.entry(BANK)["status"], told=Leaving
    ),
}  # fmt: skip
"""By the operation that is hit, in further words where it serves more than one purpose."""
