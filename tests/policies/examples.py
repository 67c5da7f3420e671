"""The example stack files, played through real boto3 in a service that enforces the policies printed for them.

People prepare what the file takes for granted (a collaboration of somebody else's, one to be adopted, a member to be removed),
each as the root of an account, which no policy binds. Everything else is done by the identities that the file names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.callers import roles
from cleanrooms_emulator.callers.roles import Role
from cleanrooms_emulator.context import Context
from cleanrooms_emulator.iam import principals
from cleanrooms_emulator.iam.principals import PrincipalPolicies
from cleanrooms_emulator.iam.questions import questions
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.transport.in_process import client, connect
from cleanrooms_governance.aws import AwsAccounts, Pace
from cleanrooms_governance.budgets.advance_budget import BudgetOwner, advance_budget
from cleanrooms_governance.budgets.plan_budget import plan_budget
from cleanrooms_governance.budgets.reading import read_budget
from cleanrooms_governance.cli.stack import Stack, read_stack
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.memberships.advance_membership import Member, advance_membership, read_invitation
from cleanrooms_governance.memberships.joining import plan_membership
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.planning.plan import Reviewed
from cleanrooms_governance.running.advance import Parties, advance, ensure_collaboration, situation_of
from cleanrooms_governance.running.lookup import find_collaboration
from cleanrooms_governance.running.world import look_closer, read_world
from cleanrooms_governance.settings.budget_inputs import budget_inputs, parse_budget_inputs
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)
from tests.policies.accounts import PIPELINE, TODAY
from tests.policies.published import Document
from tests.tables import associate

CHECKOUT = Path(__file__).resolve().parents[2]
RETAILER, MEDIA, BANK, INSURER = "111122223333", "222233334444", "444455556666", "555566667777"
PROFILES = {"retailer-read": f"{RETAILER}.read", "retailer-write": f"{RETAILER}.write", "media": f"{MEDIA}.media"}
"""The keys behind the profiles that the examples name: users of the accounts."""

Printed = dict[str, dict[str, Document]]
"""Policies by the ARN of who has them, and by their names."""


@dataclass(frozen=True)
class Example:
    """An example stack file, the key of the environment that it runs in, and what people do before and between its runs."""

    name: str
    environment: str
    before: Callable[[Application], Mapping[str, str]] = lambda _: {}
    between: Callable[[Application], None] = lambda _: None


class Play:
    """One example, ready to be played again and again from the same beginning."""

    def __init__(self, example: Example, folder: Path) -> None:
        self.example = example
        self.file = folder / "stacks" / f"Pulumi.{example.name}.yaml"
        self.app = Application(ids="examples")
        trusting = Role(f"arn:aws:iam::{MEDIA}:role/collaboration-governance", (PIPELINE,))
        roles.declare(self.app.store, [trusting])
        self.stack = _read(example, folder, example.before(self.app))
        self._profiles = folder / "credentials"
        self._profiles.write_text(
            "".join(f"[{name}]\naws_access_key_id={key}\naws_secret_access_key=unverified\n" for name, key in PROFILES.items())
        )
        self.accounts = AwsAccounts(
            "cleanrooms/example", lambda made: connect(self.app, made), pace=Pace(lambda: 0.0, _no_sleep)
        )
        self._beginning = self.app.snapshot()
        self._warm_up()

    def _warm_up(self) -> None:
        """Assume the roles, by a play that no policy binds; the worlds that begin later know the sessions."""
        self.run({})
        known = {kind: table for kind, table in self.app.snapshot()["documents"].items() if kind.startswith("_")}
        self._beginning = {**self._beginning, "documents": {**self._beginning["documents"], **known}}

    def run(self, printed: Printed) -> set[str]:
        """Play it under these policies; what was refused, as `ACTION on ARN`. Ends at the first thing that fails."""
        self.app.restore(self._beginning)
        self.app.journal.clear()
        bound = [PrincipalPolicies(holder, tuple(documents.values())) for holder, documents in printed.items()]
        principals.declare(self.app.store, bound)
        with self._environment():
            try:
                _Run(self.stack, self.accounts).whole()
                self.example.between(self.app)
                _Run(self.stack, self.accounts).whole()
            except GovernanceError:
                assert self.missing(), "only a missing permission may end an example"
        return self.missing()

    def missing(self) -> set[str]:
        """The permissions that calls were refused for."""
        return {str(entry.missing) for entry in self.app.journal.entries() if entry.missing is not None}

    def used(self) -> set[tuple[str, str]]:
        """Who needed which permission for the calls in the journal, by the ARN that policies are attached to; people apart."""
        found = set()
        for entry in self.app.journal.entries(service="cleanrooms"):
            principal, account = str(entry.principal), str(entry.account)
            if not principal.endswith(":root"):
                role = re.sub(r":sts:(:\d+):assumed-role/([^/]+)/.*", r":iam:\1:role/\2", principal)
                called = Context(account, role, str(entry.region), "cleanrooms", self.app.store, 0.0, Switches(), str)
                asked = questions(called, "cleanrooms", str(entry.operation), entry.parameters or {}, role)
                found |= {(role, question.action) for question in asked}
        return found

    def holder(self, credentials: Mapping[str, Any]) -> str:
        """The ARN of the role or user that an identity of the stack file is."""
        if role := credentials.get("role"):
            return str(role)
        account, user = (PROFILES[credentials["profile"]] if "profile" in credentials else self.example.environment).split(".")
        return f"arn:aws:iam::{account}:user/{user}"

    @contextmanager
    def _environment(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ACCESS_KEY_ID", self.example.environment)
            patch.setenv("AWS_SECRET_ACCESS_KEY", "unverified")
            patch.setenv("AWS_CONFIG_FILE", os.devnull)
            patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(self._profiles))
            yield


class _Run:
    """One `pulumi up`: a look with the reading credentials, then as far as is possible now."""

    def __init__(self, stack: Stack, accounts: AwsAccounts) -> None:
        self._file, self._owner, self._accounts = stack.file, stack.owner_prefix, accounts
        self._ids: dict[str, str] = {}

    def whole(self) -> None:
        for key in self._file.collaborations:
            self._collaboration(key)
        for key in self._file.memberships:
            self._membership(key)
        for key, section in self._file.memberships.items():
            for name in section.privacy_budgets or {}:
                self._budget(key, name)

    def _collaboration(self, key: str) -> None:
        written, access, voters = parse_collaboration_inputs(collaboration_inputs(self._file, key, self._owner))
        desired = as_of(written, TODAY)
        creator = self._accounts(access, desired.region)
        parties = Parties(
            creator,
            {each: self._accounts(way, desired.region) for each, way in voters.items()},
            TODAY,
            _no_sleep,
            lambda _: None,
        )
        find_collaboration(desired, "", creator)
        self._ids[key] = id = ensure_collaboration(desired, "", parties)
        world = look_closer(desired, read_world(creator, id), creator, parties.voters)
        report = advance(desired, id, Reviewed.of(situation_of(desired, world, TODAY, may_write=True).plan), parties)
        if report.failure:
            raise GovernanceError(report.failure)

    def _membership(self, key: str) -> None:
        inputs = membership_inputs(self._file, key, self._owner)
        own = self._file.memberships[key].collaboration
        desired, access = parse_membership_inputs({**inputs, "collaboration": inputs["collaboration"] or self._ids[own]})
        port = self._accounts(access, desired.region)
        plan = plan_membership(desired, read_invitation(desired, port, port.memberships()))
        report = advance_membership(desired, Reviewed.of(plan), Member(port, TODAY, lambda _: None))
        said = [*report.plan.refusals, *report.decision.refusals]
        if report.failure or said:
            raise GovernanceError(report.failure or str(said))

    def _budget(self, key: str, name: str) -> None:
        inputs = budget_inputs(self._file, key, name, self._owner)
        own = self._file.memberships[key].collaboration
        desired, access = parse_budget_inputs({**inputs, "collaboration": inputs["collaboration"] or self._ids[own]})
        port = self._accounts(access, desired.region)
        plan = plan_budget(desired, read_budget(desired, port, port.memberships()))
        report = advance_budget(desired, Reviewed.of(plan), BudgetOwner(port, _no_sleep, lambda _: None))
        if report.failure or report.plan.refusals:
            raise GovernanceError(report.failure or str(report.plan.refusals))


def _read(example: Example, folder: Path, ids: Mapping[str, str]) -> Stack:
    """The stack file as it stands, but for the ids of collaborations, which only the service can give."""
    for file in ["Pulumi.yaml", *(str(each.relative_to(CHECKOUT)) for each in (CHECKOUT / "stacks").rglob("*.yaml"))]:
        text = (CHECKOUT / file).read_text()
        for given, made in ids.items():
            text = text.replace(given, made)
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    stack = read_stack(example.name, None, folder)
    assert stack is not None
    return stack


def printed(play: Play, document: Mapping[str, Any]) -> Printed:
    """What `crgov policies --json` printed, by who is to have it."""
    found: Printed = {}
    for identity in document["identities"]:
        holder = found.setdefault(play.holder(identity["credentials"]), {})
        holder.update({each["name"]: each["document"] for each in identity["policies"]})
    return found


def _no_sleep(_: float) -> None:
    """Time does not pass."""


def _console(app: Application, account: str, region: str = "eu-west-1") -> Any:
    return client(app, "cleanrooms", account, region)


def _collaboration_of_the_retailer(app: Application) -> Mapping[str, str]:
    """What the bank is invited to."""
    created = _console(app, RETAILER).create_collaboration(
        name="Retail media",
        description="Of the retailer",
        creatorDisplayName="Retailer",
        creatorMemberAbilities=[],
        members=[{"accountId": BANK, "displayName": "Bank", "memberAbilities": []}],
        queryLogStatus="ENABLED",
    )
    return {"0a1b2c3d-0000-4000-8000-111122223333": created["collaboration"]["id"]}


def _collaboration_to_adopt(app: Application) -> Mapping[str, str]:
    """What was there before the stack of the group."""
    created = _console(app, RETAILER, "eu-central-1").create_collaboration(
        name="Retail and bank",
        description="Of long ago",
        creatorDisplayName="Retailer",
        creatorMemberAbilities=["CAN_QUERY", "CAN_RECEIVE_RESULTS"],
        members=[{"accountId": BANK, "displayName": "Bank", "memberAbilities": []}],
        queryLogStatus="DISABLED",
    )
    return {"0a1b2c3d-0000-4000-8000-444455556666": created["collaboration"]["id"]}


def _somebody_adds_the_insurer(app: Application) -> None:
    """In the console; the collaboration takes new members without votes, and the file says that this one is to go."""
    creator = _console(app, RETAILER)
    (found,) = creator.list_collaborations()["collaborationList"]
    new = {"accountId": INSURER, "displayName": "Insurer", "memberAbilities": []}
    creator.create_collaboration_change_request(
        collaborationIdentifier=found["id"], changes=[{"specificationType": "MEMBER", "specification": {"member": new}}]
    )


def _somebody_asks_for_results(app: Application) -> None:
    """The retailer asks for an ability for itself, for which the bank has a rule; the bank brings the table of its budget."""
    bank = _console(app, BANK)
    (own,) = bank.list_memberships()["membershipSummaries"]
    associate(bank, BANK, own["id"], "cards")
    creator = _console(app, RETAILER)
    (found,) = creator.list_collaborations()["collaborationList"]
    member = {"accountId": RETAILER, "memberAbilities": ["CAN_RECEIVE_RESULTS"]}
    creator.create_collaboration_change_request(
        collaborationIdentifier=found["id"], changes=[{"specificationType": "MEMBER", "specification": {"member": member}}]
    )


EXAMPLES = (
    Example("retailer", f"{PIPELINE}.pipeline", between=_somebody_adds_the_insurer),
    Example("bank", f"{BANK}.bank", _collaboration_of_the_retailer, _somebody_asks_for_results),
    Example("group", f"{RETAILER}.unused", _collaboration_to_adopt),
)
