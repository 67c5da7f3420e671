"""The law over the real thing: advance until settled reaches what the file wants, and one more run writes nothing.

boto3 against the embedded service, under every reading of what the service leaves open. Partners vote when they please, but in
the end they approve; people file requests of their own, join and leave meanwhile.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import product

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanrooms_emulator.switches import describe
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import CAN_RUN_JOB, RUNNER_ABILITIES, AccountId, Collaboration, CostType, Member
from cleanrooms_governance.planning.atoms import attainable, standing, value_in
from cleanrooms_governance.planning.plan import Reviewed
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.running.advance import Report
from tests.scenarios.tracing import traced
from tests.unit.core.builders import APPROVE_OWN_PLAN, CREATOR
from tests.unit.core.governed import Service, create
from tests.unit.core.strategies import (
    MEMBERS,
    PARTNERS,
    acknowledging,
    collaborations,
    mutable_abilities,
    small_numbers,
    subsets,
    worlds,
)

MOST_ROUNDS = 16
PATIENT_ROUNDS = 2
"""So long partners vote as they please and people interfere; afterwards all approve, and what others filed is
cancelled, or committed where a reading forbids to cancel it."""

WORLDS = worlds(collaborations(MEMBERS))
SOME_PARTNERS = subsets(PARTNERS)


ASKED = frozenset(
    {
        "approvers", "autoApprovedStatus", "autoCommitOnApproval", "cancelApproved", "changedDisplayName", "concurrency",
        "creatorVote", "departedVote", "jobPayerWithoutRunner", "lateJoiners", "memberQuotaCounts", "newPayerTypes",
        "noOtherVoter", "noopChange", "notFound", "omittedMl", "omittedPayment", "omittedResultRegions", "orderOfTypes",
        "readdRemoved", "removedPayerAcceptance", "requestOrder", "runnerAbilities", "runnerJobPayment", "shownPayments",
        "staleCommit",
    }
)  # fmt: skip
"""The switches that these stories ask the service under the defaults. Any other one answers nothing here."""


def readings() -> Iterator[object]:
    """The default reading, and every other one of the switches that are asked, one switch at a time."""
    yield pytest.param({}, id="as assumed")
    for switch in describe():
        for value in switch.values if switch.name in ASKED else ():
            if value != switch.default:
                yield pytest.param({switch.name: value}, id=f"{switch.name}={value}")


@dataclass(frozen=True, slots=True)
class Story:
    """What people do, besides what the file wants."""

    live: Collaboration
    desired: DesiredCollaboration
    held: frozenset[AccountId]
    voting: tuple[frozenset[AccountId], ...]
    joining: frozenset[AccountId]
    foreign: tuple[tuple[AccountId, frozenset[str]], ...]
    leaving: AccountId | None


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A world that the service accepts, a stack file, and people."""
    live, desired = draw(WORLDS)
    jobs = any(each.belongs and CAN_RUN_JOB in each.abilities for each in live.members.values())
    members = {account: replace(each, payments=_acceptable(each, jobs)) for account, each in live.members.items()}
    active = frozenset(account for account, each in members.items() if each.status == "ACTIVE")
    held = draw(SOME_PARTNERS) & active
    leaving = PARTNERS[draw(small_numbers)]
    payers = {each.account for each in desired.members.values() if each.payer_for}
    return Story(
        live=replace(live, members=members),
        desired=replace(desired, voters=dict.fromkeys(held, APPROVE_OWN_PLAN)),
        held=held,
        voting=tuple(draw(SOME_PARTNERS) for _ in range(PATIENT_ROUNDS)),
        joining=draw(SOME_PARTNERS),
        foreign=tuple((account, draw(mutable_abilities)) for account in sorted(draw(SOME_PARTNERS))[:2]),
        leaving=leaving if leaving in active - payers and draw(small_numbers) == 0 else None,
    )


def _acceptable(member: Member, jobs: bool) -> dict[CostType, bool]:
    """The payments that a collaboration may begin with under every reading: nobody pays for jobs that nobody can run."""
    if member.is_runner:
        return {}
    return {cost: pays for cost, pays in member.payments.items() if jobs or cost is not CostType.JOB_COMPUTE}


def possible(story: Story, reading: dict[str, str]) -> Story:
    """The story with a file that says nothing about paying for jobs where a reading would not have it.

    With jobPayerWithoutRunner=400 nobody can be named to pay for jobs that nobody runs. With runnerJobPayment=always whoever
    runs jobs pays for them, so a file that names others alone cannot be carried out. A run says so, and fails.
    """
    job_runner = any(each.belongs and CAN_RUN_JOB in each.abilities for each in story.live.members.values())
    forbidden = "always" == reading.get("runnerJobPayment") if job_runner else "400" == reading.get("jobPayerWithoutRunner")
    return without_job_payers(story) if forbidden else story


def without_job_payers(story: Story) -> Story:
    """The story with a file that is silent about who pays for jobs."""
    jobs = frozenset({CostType.JOB_COMPUTE})
    members = {
        id: each if each.payer_for is None else replace(each, payer_for=each.payer_for - jobs)
        for id, each in story.desired.members.items()
    }
    return replace(story, desired=replace(story.desired, members=members))


class Play:
    """One story on the service."""

    def __init__(self, service: Service, story: Story) -> None:
        self.story = story
        self.governed = replace(create(service, story.live), held=tuple(sorted(story.held)))
        self.foreign: list[str] = []
        self.failures: list[str] = []

    def until_settled(self) -> Report:
        """Run again and again while people do what they do."""
        self._file_others_requests()
        for round_ in range(MOST_ROUNDS):
            report = self.run()
            self.failures += [report.failure] if report.failure else [each.message for each in report.decision.refusals]
            if round_ >= PATIENT_ROUNDS and report.outcome is not Outcome.WAITING and not report.failure:
                break
            if round_ < PATIENT_ROUNDS:
                self._interfere(round_)
            else:
                self._give_in()
        return report

    def run(self) -> Report:
        """Preview and up of a file whose reviewer acknowledges what is dangerous now."""
        live = self.governed.live
        desired = acknowledging(self.story.desired, live)
        return self.governed.run(desired, Reviewed.of(plan_collaboration(desired, live)))

    def _interfere(self, round_: int) -> None:
        governed = self.governed
        self._approve(self.story.voting[round_])
        if round_ == 0:
            for account in sorted(self.story.joining):
                with suppress(ClientError, KeyError):
                    governed.join(account)
            self._file_others_requests()
            if self.story.leaving is not None:
                governed.leave(self.story.leaving)

    def _approve(self, accounts: frozenset[AccountId]) -> None:
        # Under departedVote=kept a request may wait for somebody who has left, and who cannot vote any more.
        members = self.governed.live.members.values()
        self.governed.approve(*({each.account for each in members if each.belongs} & accounts - self.story.held))

    def _accept_payments(self) -> None:
        for account in sorted(self.story.held):
            with suppress(ClientError, ValueError):
                self.governed.accept(account)

    def _give_in(self) -> None:
        self._accept_payments()
        self._approve(frozenset(PARTNERS))
        for request, action in product(self.foreign, ("CANCEL", "COMMIT")):
            with suppress(ClientError):
                self.governed.act(CREATOR, request, action)

    def _file_others_requests(self) -> None:
        members = self.governed.live.members
        for account, abilities in self.story.foreign:
            if account not in members or not members[account].is_runner:
                with suppress(ClientError):
                    self.foreign.append(self.governed.file(account, *abilities))


def play(service: Service, reading: dict[str, str], story: Story) -> set[str]:
    """Play a story under a reading of the service, check the law, and return which switches the service was asked about."""
    asked: set[str] = set()
    service.start(reading)
    service.app.switches = traced(reading, asked)
    played = Play(service, story)
    settled = played.until_settled()
    assert Outcome.CONVERGED == settled.outcome, _told(settled)
    assert () == settled.plan.changes
    live = played.governed.live
    wanted, now = attainable(story.desired, live), standing(live)
    assert wanted == {atom: value_in(now, atom) for atom in wanted}
    last = service.app.journal.last
    played.run()
    assert [] == service.written(last)
    before = story.live.members.values()
    losers = [each.account for each in before if (each.abilities & RUNNER_ABILITIES) - live.members[each.account].abilities]
    shouted = [account for account in losers if any(f"CAN_QUERY of {account}" in failure for failure in played.failures)]
    # Whether a runner pays by default or by name cannot be read: if it turns out in the middle of a run, a review is asked for.
    surprises = [each for each in played.failures if "not in the reviewed plan: remove" in each and " as payer for " in each]
    assert len(shouted) + len(surprises) == len(played.failures), played.failures
    if reading.get("autoCommitOnApproval") != "yes":
        # Otherwise a partner's vote may commit between two runs: what it took is then a difference that the plan explains.
        assert losers == shouted
    return asked


def _told(settled: Report) -> str:
    plan, decision = settled.plan, settled.decision
    refused = [each.message for each in (*plan.refusals, *decision.refusals)]
    remarks = [each.message for each in decision.remarks]
    return "\n".join([settled.outcome, settled.failure, *map(str, plan.changes), *refused, *remarks])


@pytest.mark.parametrize("reading", [*readings()])
@settings(max_examples=5, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=stories())
def test_advance_until_settled_reaches_what_the_file_wants_and_one_more_run_writes_nothing(
    service_of_session: Service, reading: dict[str, str], story: Story
) -> None:
    asked = play(service_of_session, reading, possible(story, reading))
    assert reading or asked <= ASKED


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=stories(), reading=st.fixed_dictionaries({each.name: st.sampled_from(each.values) for each in describe()}))
def test_the_law_holds_under_any_combination_of_readings(
    service_of_session: Service, reading: dict[str, str], story: Story
) -> None:
    if reading["runnerAbilities"] == "drop-if-omitted":
        # Whoever loses what it ran goes on being shown as paying for it, and then no change of its entry would be taken.
        reading["jobPayerWithoutRunner"] = "accept"
    play(service_of_session, reading, possible(story, reading))
