"""What the reconciler does in a year, through roles in three accounts: every call it ever makes, through real boto3.

The creator's stack creates a collaboration, lets the media account that it holds join, adds a member by change request and
votes for media; the bank joins and votes from its own stack. Then the state is lost, an edit is taken back, and a
collaboration that somebody made in the console is adopted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.callers import roles
from cleanrooms_emulator.callers.roles import Role
from cleanrooms_emulator.iam import principals
from cleanrooms_emulator.iam.principals import PrincipalPolicies
from cleanrooms_emulator.transport.in_process import client, connect
from cleanrooms_governance.advance import advance, ensure_collaboration, situation_of
from cleanrooms_governance.advance_membership import Member, advance_membership, read_invitation
from cleanrooms_governance.aws import AwsAccounts, Pace
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.desired import (
    Access,
    Credentials,
    DesiredCollaboration,
    DesiredMember,
    DesiredMembership,
    OwnPlan,
    Rule,
    VotingPolicy,
)
from cleanrooms_governance.joining import plan_membership
from cleanrooms_governance.lookup import find_collaboration
from cleanrooms_governance.making_moves import Parties
from cleanrooms_governance.model import CAN_QUERY, CAN_RECEIVE_RESULTS, Ability, AccountId, CostType
from cleanrooms_governance.next_move import Outcome
from cleanrooms_governance.plan import Reviewed
from cleanrooms_governance.world import read_world
from tests.policies.published import Document, filled

PIPELINE = "999988887777"
CREATOR, MEDIA, BANK = AccountId("111122223333"), AccountId("222233334444"), AccountId("444455556666")
NEWCOMER = AccountId("555566667777")
REGION = "eu-west-1"
READ_ROLE, WRITE_ROLE, RESULTS_ROLE, RESULTS_BUCKET = "collaboration-read", "collaboration-write", "results", "bank-results"
USER = f"arn:aws:iam::{PIPELINE}:user/pipeline"
TODAY = date(2026, 11, 22)


class StoryBroken(AssertionError):
    """A step did not end as the story says."""


def role_arn(account: str, name: str) -> str:
    """The ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


def values(account: str) -> dict[str, str]:
    """What fills the placeholders of a policy for one account."""
    return {
        "account": account,
        "region": REGION,
        "creator": CREATOR,
        "results_role": RESULTS_ROLE,
        "results_bucket": RESULTS_BUCKET,
        "read_role": READ_ROLE,
        "write_role": WRITE_ROLE,
    }


class Stage:
    """One service and one process of the reconciler on it. The process assumes its roles at the first play."""

    def __init__(self) -> None:
        self.app = Application(ids="policies")
        trusting = [Role(role_arn(account, name), (PIPELINE,)) for account in HELD for name in (READ_ROLE, WRITE_ROLE)]
        roles.declare(self.app.store, trusting)
        self._beginning = self.app.snapshot()
        self._accounts = AwsAccounts("acme/prod", lambda made: connect(self.app, made), pace=Pace(lambda: 0.0, _no_sleep))

    def warm_up(self) -> None:
        """Assume all roles now, by a play that no policy binds; the worlds that begin later know the sessions."""
        self.play()
        played = self.app.snapshot()
        settings = {kind: table for kind, table in played["documents"].items() if kind.startswith("_")}
        self._beginning = {**played, "documents": settings}

    def begin(self, documents: Mapping[str, Document], held: Mapping[AccountId, Sequence[str]] | None = None) -> None:
        """A world without collaborations, under these policies. `held` says as what each account has its roles."""
        self.app.restore(self._beginning)
        self.app.journal.clear()

        def policies(account: AccountId, *names: str) -> tuple[Document, ...]:
            return tuple(filled(documents[name], values(account)) for name in names if documents[name]["Statement"])

        bound = [
            PrincipalPolicies(role_arn(account, role), policies(account, *(f"{side}-{kind}" for side in sides)))
            for account, sides in (held or HELD).items()
            for role, kind in ((READ_ROLE, "read"), (WRITE_ROLE, "operate"))
        ]
        becoming = [document for account in HELD for document in policies(account, "pipeline")]
        principals.declare(self.app.store, [*bound, PrincipalPolicies(USER, tuple(becoming))])

    def port(self, account: AccountId) -> AwsCleanRooms:
        """An account as the reconciler acts in it."""
        ways = [Credentials(role=role_arn(account, name)) for name in (READ_ROLE, WRITE_ROLE)]
        return self._accounts(Access(account, ways[0], ways[1]), REGION)

    def play(self) -> str:
        """The whole story; gives the collaboration's id. Raises StoryBroken, or what the reconciler raises."""
        with _environment():
            return Story(self).play()

    def join(self, account: AccountId, id: str) -> None:
        """A further account joins. Raises as `play` does."""
        with _environment():
            Story(self).join(account, id, foreign=False)

    def called(self) -> set[str]:
        """The operations that the reconciler called, as `service.Operation`."""
        return {f"{entry.service}.{entry.operation}" for entry in self.app.journal.entries()}

    def missing(self) -> set[str]:
        """The permissions that calls were refused for, as `ACTION on ARN`."""
        return {str(entry.missing) for entry in self.app.journal.entries() if entry.missing is not None}


HELD: Mapping[AccountId, Sequence[str]] = {CREATOR: ("creator",), MEDIA: ("partner",), BANK: ("partner",)}
"""The accounts whose roles are assumed, and which policies these have."""


class Story:
    """One play of the story."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.told: list[str] = []

    def play(self) -> str:
        """The whole story; gives the collaboration's id."""
        desired = wanted(member(CREATOR), member(MEDIA, CAN_QUERY), member(BANK, CAN_RECEIVE_RESULTS))
        self._expect(find_collaboration(desired, "", self.stage.port(CREATOR)) is None, "there is no collaboration yet")
        id = ensure_collaboration(desired, "", self._parties())
        self.join(MEDIA, id, foreign=False, payer_for=frozenset({CostType.QUERY_COMPUTE}))
        bank: dict[str, Any] = {"foreign": True, "query_log": True, "result_configuration": RESULTS, "policy": BANK_VOTES}
        self.join(BANK, id, **bank)
        self._advance(membership(BANK, id, **{**bank, "query_log": False}))
        self._advance(membership(BANK, id, **bank))

        added = replace(desired, members={**desired.members, NEWCOMER: member(NEWCOMER)})
        self._run(added, id, Outcome.WAITING)
        self._advance(membership(BANK, id, **bank))
        self._run(added, id, Outcome.CONVERGED)

        lost = find_collaboration(desired, "", self.stage.port(CREATOR))
        self._expect(lost == id, "the collaboration is found again when the state is lost")
        widened = replace(added, members={**added.members, NEWCOMER: member(NEWCOMER, CAN_RECEIVE_RESULTS)})
        self._run(widened, id, Outcome.WAITING)
        self._run(added, id, Outcome.CONVERGED)

        found = self._made_in_the_console()
        adopted = replace(wanted(member(CREATOR)), key="adopted", owner="acme/prod/adopted", id=found, name="Made by hand")
        self._run(adopted, found, Outcome.CONVERGED)
        return id

    def _run(self, desired: DesiredCollaboration, id: str, expected: Outcome) -> None:
        """A preview through reading credentials, and an `up` that carries it out."""
        world = read_world(self.stage.port(CREATOR), id)
        reviewed = Reviewed.of(situation_of(desired, world, TODAY, may_write=True).plan)
        report = advance(desired, id, reviewed, self._parties())
        refusals = [refusal.message for refusal in (*report.plan.refusals, *report.decision.refusals)]
        self._expect(report.outcome is expected, f"{report.outcome} instead of {expected}: {report.failure or refusals}")

    def join(self, account: AccountId, id: str, **wishes: Any) -> None:
        """An account joins by the file of a member."""
        self._advance(membership(account, id, **wishes))
        listed = [each for each in self.stage.port(account).memberships() if each.collaboration_id == id]
        self._expect(len(listed) == 1, f"{account} has joined")

    def _advance(self, desired: DesiredMembership) -> None:
        port = self.stage.port(desired.account)
        reviewed = Reviewed.of(plan_membership(desired, read_invitation(desired, port, port.memberships())))
        report = advance_membership(desired, reviewed, Member(port, TODAY, self.told.append))
        said = [*report.plan.refusals, *report.plan.remarks, *report.decision.remarks]
        self._expect(report.outcome is Outcome.CONVERGED, f"{report.outcome}: {report.failure or said}")

    def _parties(self) -> Parties:
        media = self.stage.port(MEDIA)
        return Parties(self.stage.port(CREATOR), {MEDIA: media}, TODAY, _no_sleep, self.told.append)

    def _made_in_the_console(self) -> str:
        created = client(self.stage.app, "cleanrooms", CREATOR, REGION).create_collaboration(
            name="Made by hand",
            description="Of long ago",
            creatorDisplayName=f"Name of {CREATOR}",
            creatorMemberAbilities=[],
            members=[],
            queryLogStatus="DISABLED",
        )
        return str(created["collaboration"]["id"])

    def _expect(self, true: bool, what: str) -> None:
        if not true:
            raise StoryBroken(what)


RESULTS = {
    "outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": RESULTS_BUCKET}},
    "roleArn": role_arn(BANK, RESULTS_ROLE),
}
BANK_VOTES = VotingPolicy(approve=(Rule(types=frozenset({"ADD_MEMBER"}), accounts=frozenset({NEWCOMER})),))


def member(account: AccountId, *abilities: Ability) -> DesiredMember:
    """A member as the file wants it."""
    return DesiredMember(account, frozenset(abilities), f"Name of {account}")


def wanted(*members: DesiredMember) -> DesiredCollaboration:
    """The creator's stack file."""
    return DesiredCollaboration(
        key="sales",
        owner="acme/prod/sales",
        name="Sales",
        creator=CREATOR,
        region=REGION,
        query_log=True,
        members={each.account: each for each in members},
        voters={MEDIA: VotingPolicy(OwnPlan.APPROVE)},
    )


def membership(account: AccountId, id: str, *, foreign: bool, **wishes: Any) -> DesiredMembership:
    """The stack file of a member."""
    return DesiredMembership(
        key=account, owner=f"acme/prod/{account}", account=account, collaboration=id, region=REGION, foreign=foreign, **wishes
    )


@contextmanager
def _environment() -> Iterator[None]:
    """The pipeline's own identity, and nothing of the machine that runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", f"{PIPELINE}.pipeline")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "unverified")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        yield


def _no_sleep(_: float) -> None:
    """Time does not pass."""
