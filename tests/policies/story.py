"""What the reconciler does in a year, through roles in three accounts: every call it ever makes, through real boto3.

The creator's stack creates a collaboration, lets the media account that it holds join, adds a member by change request and
votes for media; the bank joins and votes from its own stack. Then the state is lost, an edit is taken back, the new member is
removed, media sets privacy budgets and changes them, queries and jobs are run, budgets are
looked at, and a collaboration that somebody made in the
console is adopted, which in the end is left and deleted by hand.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.callers import roles
from cleanrooms_emulator.callers.roles import Role
from cleanrooms_emulator.iam import principals
from cleanrooms_emulator.iam.principals import PrincipalPolicies
from cleanrooms_emulator.transport.in_process import client, connect
from cleanrooms_governance.analyses.analysis import Kind, Status
from cleanrooms_governance.audit.entry import AuditLog
from cleanrooms_governance.aws import AwsAccounts, Pace
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.budgets.advance_budget import BudgetOwner, advance_budget
from cleanrooms_governance.budgets.plan_budget import plan_budget
from cleanrooms_governance.budgets.reading import read_budget
from cleanrooms_governance.change_requests.next_move import Outcome, decide
from cleanrooms_governance.cli.analyses.asked import Payers, ask_who_pays
from cleanrooms_governance.cli.analyses.conducting import Terminal, cancel, conduct
from cleanrooms_governance.cli.analyses.preparing import Wish, find_runner, prepare
from cleanrooms_governance.cli.budgets.looking import Budgets, look_at_budgets
from cleanrooms_governance.cli.ending import Ending, carry_out, find_deletion, find_leaving
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.cli.worlds import Choice, look, places
from cleanrooms_governance.cli.worlds import World as CommandWorld
from cleanrooms_governance.desired import (
    Access,
    Credentials,
    DesiredCollaboration,
    DesiredMembership,
)
from cleanrooms_governance.memberships.advance_membership import Member, advance_membership, read_invitation
from cleanrooms_governance.memberships.joining import plan_membership
from cleanrooms_governance.model import CAN_QUERY, CAN_RECEIVE_RESULTS, CAN_RUN_JOB, AccountId, CostType
from cleanrooms_governance.planning.plan import Reviewed
from cleanrooms_governance.privacy_budgets import (
    Allowance,
    BudgetType,
    DeclaredBudget,
    PrivacyParameters,
    TemplateRefresh,
    Wanted,
    WantedAccess,
    WantedPrivacy,
)
from cleanrooms_governance.running.advance import advance, ensure_collaboration, situation_of
from cleanrooms_governance.running.lookup import find_collaboration
from cleanrooms_governance.running.making_moves import Parties
from cleanrooms_governance.running.world import look_closer, read_world
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.settings.stack_file import load
from tests.policies.accounts import (
    BANK,
    CREATOR,
    MEDIA,
    NEWCOMER,
    PIPELINE,
    READ_ROLE,
    REGION,
    TODAY,
    USER,
    WRITE_ROLE,
    role_arn,
    values,
)
from tests.policies.published import Document, filled
from tests.policies.wishes import (
    BANK_VOTES,
    JOB_RESULTS,
    RESULTS,
    bank_by_hand,
    by_hand,
    creator_by_hand,
    member,
    membership,
    runner_by_hand,
    wanted,
)


class StoryBroken(AssertionError):
    """A step did not end as the story says."""


class Stage:
    """One service and one process of the reconciler on it. The process assumes its roles at the first play."""

    def __init__(self, audit: AuditLog | None = None) -> None:
        self.app = Application(ids="policies")
        trusting = [Role(role_arn(account, name), (PIPELINE,)) for account in HELD for name in (READ_ROLE, WRITE_ROLE)]
        roles.declare(self.app.store, trusting)
        self._beginning = self.app.snapshot()
        pace = Pace(lambda: 0.0, _no_sleep)
        self.accounts = AwsAccounts("acme/prod", lambda made: connect(self.app, made), pace=pace, audit=audit)

    @cached_property
    def learning(self) -> Any:
        """A person's client of Clean Rooms ML at media, made once: that costs more than its calls."""
        return client(self.app, "cleanroomsml", MEDIA, REGION)

    def warm_up(self) -> None:
        """Assume all roles now, by a play that no policy binds; the worlds that begin later know the sessions."""
        self.play()
        played = self.app.snapshot()
        settings = {kind: table for kind, table in played["documents"].items() if kind.startswith("_")}
        self._beginning = {**played, "documents": settings}

    def begin(self, documents: Mapping[str, Document], held: Mapping[AccountId, Sequence[str]] | None = None) -> None:
        """A world without collaborations, under these policies. `held` says as what each account has its roles."""

        def policies(account: AccountId, *names: str) -> tuple[Document, ...]:
            there = (documents[name] for name in names if name in documents)
            return tuple(filled(document, values(account)) for document in there if document["Statement"])

        bound = {
            role_arn(account, role): policies(account, *(f"{side}-{kind}" for side in sides for kind in kinds), *more)
            for account, sides in (held or HELD).items()
            for role, kinds, more in (
                (READ_ROLE, ("read", "run-read", "budgets-read"), ()),
                (WRITE_ROLE, ("operate", "run"), ("destructive",)),
            )
        }
        becoming = [document for account in HELD for document in policies(account, "pipeline")]
        self.enforce({**bound, USER: tuple(becoming)})

    def enforce(self, policies: Mapping[str, Sequence[Document]]) -> None:
        """A world without collaborations, in which each of these roles and users may do what its own documents say."""
        self.app.restore(self._beginning)
        self.app.journal.clear()
        bound = [PrincipalPolicies(holder, tuple(documents)) for holder, documents in policies.items()]
        principals.declare(self.app.store, bound)

    def port(self, account: AccountId) -> AwsCleanRooms:
        """An account as the reconciler acts in it."""
        ways = [Credentials(role=role_arn(account, name)) for name in (READ_ROLE, WRITE_ROLE)]
        return self.accounts(Access(account, ways[0], ways[1]), REGION)

    def play(self) -> str:
        """The whole story; gives the collaboration's id. Raises StoryBroken, or what the reconciler raises."""
        with _environment():
            return Story(self).play()

    def join(self, account: AccountId, id: str) -> None:
        """A further account joins. Raises as `play` does."""
        with _environment():
            Story(self).join(account, id, foreign=False)

    def called(self) -> set[str]:
        """The operations that the reconciler called, as `service.Operation`: people act as the roots of their accounts."""
        return {
            f"{entry.service}.{entry.operation}"
            for entry in self.app.journal.entries()
            if not str(entry.principal).endswith(":root")
        }

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
        desired = wanted(member(CREATOR), member(MEDIA, CAN_QUERY, CAN_RUN_JOB), member(BANK, CAN_RECEIVE_RESULTS))
        self._expect(find_collaboration(desired, "", self.stage.port(CREATOR)) is None, "there is no collaboration yet")
        id = ensure_collaboration(desired, "", self._parties())
        self.join(MEDIA, id, foreign=False, payer_for=frozenset({CostType.QUERY_COMPUTE, CostType.JOB_COMPUTE}))
        bank: dict[str, Any] = {"foreign": True, "query_log": True, "policy": BANK_VOTES}
        bank |= {"result_configuration": RESULTS, "job_result_configuration": JOB_RESULTS}
        self.join(BANK, id, **bank)
        self._advance(membership(BANK, id, **{**bank, "query_log": False}))
        self._advance(membership(BANK, id, **bank))

        added = replace(desired, members={**desired.members, NEWCOMER: member(NEWCOMER)})
        self._run(added, id, Outcome.WAITING)
        self._advance(membership(BANK, id, **bank))
        self._run(added, id, Outcome.CONVERGED)

        lost = find_collaboration(desired, "", self.stage.port(CREATOR))
        self._expect(lost == id, "the collaboration is found again when the state is lost")
        self._run(replace(added, name="Sales of this year"), id, Outcome.CONVERGED)
        widened = replace(added, members={**added.members, NEWCOMER: member(NEWCOMER, CAN_RECEIVE_RESULTS)})
        self._run(widened, id, Outcome.WAITING)
        self._run(added, id, Outcome.CONVERGED)
        self._run(replace(desired, removed=frozenset({NEWCOMER})), id, Outcome.CONVERGED)

        self._look_before_removing(desired, id)
        self._run_analyses(id)
        self._look_at_budgets(id)
        found = self._made_in_the_console()
        adopted = replace(wanted(member(CREATOR)), key="adopted", owner="acme/prod/adopted", id=found, name="Made by hand")
        self._run(adopted, found, Outcome.CONVERGED)
        self._end(found)
        return id

    def _end(self, id: str) -> None:
        """By hand: the bank joins and leaves for good, and the creator deletes the collaboration."""
        self._advance(replace(membership(BANK, id, foreign=True), key="bank", owner="acme/prod/bank"))
        stack = Stack("acme", "prod", load(by_hand(id), Path()))
        for find, key in ((find_leaving, "bank"), (find_deletion, "adopted")):
            ending = find(stack, key, self.stage.accounts)
            if not isinstance(ending, Ending):
                raise StoryBroken(ending.why)
            self._expect(None not in ending.shared.values(), "it is visible what members have brought in")
            carry_out(ending, ending.fingerprint, self.stage.accounts, _no_sleep)

    def _look_before_removing(self, desired: DesiredCollaboration, id: str) -> None:
        """A preview of the removal of everybody else: all of what it breaks is visible."""
        self._shared_by_hand(id)
        self._protect(id)
        removing = replace(desired, members={CREATOR: desired.members[CREATOR]}, removed=frozenset({MEDIA, BANK}))
        creator, media = self.stage.port(CREATOR), self.stage.port(MEDIA)
        world = look_closer(removing, read_world(creator, id), creator, {MEDIA: media})
        said = [remark.message for remark in decide(situation_of(removing, world, TODAY, may_write=True)).remarks]
        hidden = [each for each in said if "not visible" in each.lower()]
        self._expect(not hidden, f"it is visible what a removal breaks: {hidden}")
        self._expect(any("heavy_visitors" in each for each in said), f"an intermediate table loses its base: {said}")
        self._expect(any("epsilon 4" in each for each in said), f"the terms of a budget that goes are told: {said}")
        self._expect(len(creator.shared_budgets(id, BudgetType.ACCESS_BUDGET)) == 1, "what is left of budgets is visible")

    def _protect(self, id: str) -> None:
        """Media sets differential privacy and limits its intermediate table, changes both, and has them read."""
        for epsilon, refresh in ((3, TemplateRefresh.NONE), (4, TemplateRefresh.NONE), (4, TemplateRefresh.CALENDAR_MONTH)):
            self._budget(id, "noise", WantedPrivacy(PrivacyParameters(epsilon, 50), refresh))
        for uses in (50, 80):
            self._budget(id, "heavy", WantedAccess("heavy_visitors", {"CALENDAR_WEEK": Allowance(uses, "ENABLED")}))

    def _budget(self, id: str, name: str, wanted: Wanted) -> None:
        """A run of one budget with every danger acknowledged."""
        desired = replace(membership(MEDIA, id, foreign=False), budgets={name: DeclaredBudget(wanted)}).budget(name)
        port = self.stage.port(MEDIA)
        plan = plan_budget(desired, read_budget(desired, port, port.memberships()))
        acknowledged = replace(desired, acknowledge=frozenset(danger.fingerprint for danger in plan.dangers))
        report = advance_budget(acknowledged, Reviewed.of(plan), BudgetOwner(port, _no_sleep, self.told.append))
        said = [remark.message for remark in (*plan.remarks, *report.plan.remarks)]
        self._expect(report.outcome is Outcome.CONVERGED, f"{report.outcome}: {report.failure or said}")
        self._expect(not any("not visible" in each for each in said), f"it is visible what a budget gives away: {said}")

    def _run_analyses(self, id: str) -> None:
        """By hand: media runs a query and a job, looks at them, cancels one and lists them; the bank gets the results."""
        stack = Stack("acme", "prod", load(runner_by_hand(id), Path()))
        runner = find_runner(stack, "media", self.stage.accounts)
        terminal = Terminal(self.told.append, ("--stack", "prod"), lambda _: self.stage.app.clock.advance(10))
        for wish in (Wish(Kind.QUERY, sql="select 1 as one"), Wish(Kind.JOB, template="train")):
            conducted = conduct(runner, *prepare(wish, runner, stack, self.stage.accounts), terminal, detach=False)
            self._expect(conducted.analysis.status == Status.SUCCESS, f"it ends well: {conducted.analysis}")
            self._expect(not isinstance(conducted.after, NotVisible), "the privacy budgets are visible")
            begun = conduct(runner, *prepare(wish, runner, stack, self.stage.accounts), terminal, detach=True)
            self._expect(cancel(runner, begun.analysis.id).status == Status.CANCELLING, "it is being cancelled")
        world = CommandWorld(runner.declared.place, runner.live, ())
        (payers,) = ask_who_pays([world], 10, stack, self.stage.accounts)
        if not isinstance(payers, Payers):
            raise StoryBroken("who pays is visible")
        listed = [each.runs for each in payers.through]
        self._expect(not any(isinstance(each, NotVisible) or not each for each in listed), f"what was run is visible: {listed}")

    def _look_at_budgets(self, id: str) -> None:
        """By hand: media makes an input channel, and each account looks at the budgets of all, from a stack of its own."""
        self._channel_by_hand(id)
        for configuration in (creator_by_hand(id), runner_by_hand(id), bank_by_hand(id)):
            stack = Stack("acme", "prod", load(configuration, Path()))
            (found,) = look_at_budgets(look(places(stack, Choice()), self.stage.accounts), stack, self.stage.accounts)
            if not isinstance(found, Budgets):
                raise StoryBroken("the collaboration can be looked at")
            self._expect(not found.book.unread, f"all of the budgets is visible: {found.book.unread}")
            self._expect(len(found.book.budgets) == 2 and len(found.book.terms) == 1, "both budgets and their terms are there")
            self._expect(len(found.book.channels) == 1, "the channel is there")

    def _channel_by_hand(self, id: str) -> None:
        """Media brings an algorithm and makes a channel of the bank's table."""
        learning, own = self.stage.learning, self._membership_of(MEDIA, id)
        algorithm = learning.create_configured_model_algorithm(
            name="trees",
            roleArn=role_arn(MEDIA, "learning"),
            trainingContainerConfig={"imageUri": "registry.example/trees/train:1"},
        )["configuredModelAlgorithmArn"]
        association = learning.create_configured_model_algorithm_association(
            membershipIdentifier=own, configuredModelAlgorithmArn=algorithm, name="trees"
        )["configuredModelAlgorithmAssociationArn"]
        sql = {"sqlParameters": {"queryString": "select amount from visits"}}
        learning.create_ml_input_channel(
            membershipIdentifier=own,
            configuredModelAlgorithmAssociations=[association],
            name="visits",
            inputChannel={
                "dataSource": {"protectedQueryInputParameters": sql},
                "roleArn": role_arn(MEDIA, "learning"),
            },
            retentionInDays=3,
        )

    def _shared_by_hand(self, id: str) -> None:
        """The bank brings a table, and media makes another one of it."""
        bank, media = (client(self.stage.app, "cleanrooms", account, REGION) for account in (BANK, MEDIA))
        own, medias = (self._membership_of(account, id) for account in (BANK, MEDIA))
        glue = {"glue": {"databaseName": "lake", "tableName": "visits"}}
        table = bank.create_configured_table(
            name="visits", tableReference=glue, allowedColumns=["user_id", "amount"], analysisMethod="MULTIPLE"
        )["configuredTable"]["id"]
        named = {"configuredTableIdentifier": table}
        anything = {"allowedAnalyses": ["ANY_QUERY", "ANY_JOB"], "allowedAnalysisProviders": [MEDIA, BANK]}
        bank.create_configured_table_analysis_rule(
            **named, analysisRuleType="CUSTOM", analysisRulePolicy={"v1": {"custom": anything}}
        )
        bank.create_configured_table_association(
            **named, name="visits", membershipIdentifier=own, roleArn=role_arn(BANK, "lake")
        )
        script = {"entryPoint": {"location": {"bucket": "scripts", "key": "job.py"}}, "roleArn": role_arn(BANK, "scripts")}
        bank.create_analysis_template(
            membershipIdentifier=own,
            name="train",
            format="PYSPARK_1_0",
            source={"artifacts": script},
            schema={"referencedTables": ["visits"]},
        )
        heavy = {"sqlParameters": {"queryString": "select user_id from visits where amount > 9"}}
        media.create_intermediate_table(
            name="heavy_visitors", membershipIdentifier=medias, populationAnalysisConfiguration=heavy
        )

    def _membership_of(self, account: AccountId, id: str) -> str:
        (own,) = (each for each in self.stage.port(account).memberships() if each.collaboration_id == id)
        return own.id

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
            members=[{"accountId": BANK, "displayName": "Bank", "memberAbilities": []}],
            queryLogStatus="DISABLED",
        )
        return str(created["collaboration"]["id"])

    def _expect(self, true: bool, what: str) -> None:
        if not true:
            raise StoryBroken(what)


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
