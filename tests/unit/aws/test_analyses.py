"""Queries and jobs through the SDK: started once whatever becomes of the answer, found again by reading."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.limits.paging import Paging
from cleanrooms_emulator.transport.in_process import connect
from cleanrooms_governance.analyses.analysis import Analysis, Kind, Sensitivity, Submission
from cleanrooms_governance.analyses.budgets import Balance, spent
from cleanrooms_governance.analyses.port import Analyses
from cleanrooms_governance.analyses.starting import start
from cleanrooms_governance.audit.audit_file import AuditFile
from cleanrooms_governance.audit.entry import AuditEntry, AuditLog, Note
from cleanrooms_governance.aws import AwsAccounts
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.errors import (
    AccessDenied,
    AuditFailed,
    Conflict,
    InvalidRequest,
    NotFound,
    NotKnown,
    QuotaExceeded,
    Refused,
    ServiceError,
    Throttled,
)
from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.privacy_budgets import BudgetType
from tests.emulator.analyses.analysis_world import TO_READER, AnalysisWorld
from tests.emulator.world import CREATOR, NO_SUCH_ID, READER, RUNNER
from tests.unit.aws.world import FakeTime

SQL = "select count(*) as number from visits"
AFTER = ("dropAfter", "resetAfter", "truncate", "empty", "badGatewayAfter", "late")
BEFORE = ("dropBefore", "resetBefore", "badGatewayBefore", "hang", "internal")
STARTS = {Kind.QUERY: "StartProtectedQuery", Kind.JOB: "StartProtectedJob"}
LISTS = {Kind.QUERY: "ListProtectedQueries", Kind.JOB: "ListProtectedJobs"}
kinds = pytest.mark.parametrize("kind", list(Kind))


class Stage(AnalysisWorld):
    """A world with a table and a script, in which the runner acts through the SDK as the reconciler makes it."""

    def __init__(self, time: FakeTime) -> None:
        super().__init__()
        self.time = time
        self.table("visits")
        self.script_arn = self.script("visits")
        self.accounts = AwsAccounts("acme/prod", lambda made: connect(self.app, made), pace=time.pace())
        self.own = self.memberships[RUNNER]

    @property
    def port(self) -> AwsCleanRooms:
        return self.as_account(Credentials(environment=True))

    def as_account(self, write: Credentials | None) -> AwsCleanRooms:
        return self.accounts(Access(AccountId(RUNNER), Credentials(environment=True), write), self.region)

    def audited(self, audit: AuditLog) -> AwsCleanRooms:
        """The runner's port, with an audit of what is written."""
        connected = AwsAccounts("acme/prod", lambda made: connect(self.app, made), pace=self.time.pace(), audit=audit)
        own = Credentials(environment=True)
        return connected(Access(AccountId(RUNNER), own, own), self.region)

    def submission(self, kind: Kind, **more: Any) -> Submission:
        if kind is Kind.JOB:
            return Submission(kind, template=self.script_arn, **more)
        return Submission(kind, **{"sql": SQL, **more})

    def start(self, kind: Kind, **more: Any) -> tuple[Analysis, bool]:
        started = start(self.submission(kind, **more), self.own, self.port, self.time.sleep)
        return started.analysis, started.found_again

    def ids(self, kind: Kind) -> list[str]:
        """What there is in the service, whatever anybody was told."""
        answer = self.of(RUNNER).list_protected_queries if kind is Kind.QUERY else self.of(RUNNER).list_protected_jobs
        member = "protectedQueries" if kind is Kind.QUERY else "protectedJobs"
        return [each["id"] for each in answer(membershipIdentifier=self.own)[member]]

    def fail(self, *rules: dict[str, Any]) -> None:
        self.app.faults.set([FaultRule(**rule) for rule in rules])


class Beside:
    """A port, and what else happens right before and after something is started through it."""

    def __init__(
        self, port: AwsCleanRooms, before: Callable[[], object] = lambda: None, after: Callable[[], object] = lambda: None
    ) -> None:
        self._port = port
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    @property
    def port(self) -> Analyses:
        """The same as a port."""
        return cast(Analyses, self)

    def start_analysis(self, membership_id: str, submission: Submission) -> Analysis:
        self._before()
        try:
            return self._port.start_analysis(membership_id, submission)
        finally:
            self._after()


@pytest.fixture(scope="module")
def built() -> tuple[Stage, dict[str, Any]]:
    """The stage as it is built once, and the world that each test begins with."""
    stage = Stage(FakeTime())
    return stage, stage.app.snapshot()


@pytest.fixture
def stage(built: tuple[Stage, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", RUNNER)
    stage, beginning = built
    stage.app.restore(beginning)
    return stage


def fault(kind: str, operation: str, **more: Any) -> dict[str, Any]:
    latency = {"latency": 3000} if kind in ("late", "latency") else {}
    return {"kind": FaultKind(kind), "operation": operation, **latency, **more}


@kinds
def test_what_is_asked_for_is_what_runs(stage: Stage, kind: Kind) -> None:
    asked = stage.submission(
        kind, results=TO_READER, compute={"worker": {"type": "CR.4X", "number": 8}}, payer=AccountId(RUNNER)
    )
    begun = stage.port.start_analysis(stage.own, asked)
    assert asked == stage.port.analysis(kind, stage.own, begun.id).shown
    assert ("SUBMITTED", kind) == (begun.status, begun.kind)


@kinds
def test_what_is_left_to_the_service_is_filled_in_by_it(stage: Stage, kind: Kind) -> None:
    begun, _ = stage.start(kind)
    assert (RUNNER, TO_READER) == (begun.shown.payer, begun.shown.results)


def test_the_end_of_a_query_shows_what_it_cost_and_where_its_result_lies(stage: Stage) -> None:
    begun, _ = stage.start(Kind.QUERY, compute={"worker": {"type": "CR.1X", "number": 72}})
    assert (None, None) == (begun.milliseconds, begun.units)
    stage.clock.advance(10)
    ended = stage.port.analysis(Kind.QUERY, stage.own, begun.id)
    assert ("SUCCESS", 5000, 0.1, (READER,), ()) == (
        ended.status,
        ended.milliseconds,
        ended.units,
        ended.receivers,
        ended.locations,
    )


def test_a_failure_is_told_in_the_services_words(stage: Stage) -> None:
    begun, _ = stage.start(Kind.QUERY, sql="select raise_error('no') as one")
    stage.clock.advance(10)
    failure = stage.port.analysis(Kind.QUERY, stage.own, begun.id).failure
    assert failure is not None
    assert ("MALFORMED_QUERY", False) == (failure.code, failure.retryable)


def test_how_differential_privacy_protected_a_query_is_shown(stage: Stage) -> None:
    rule = {
        "allowedAnalyses": ["ANY_QUERY"],
        "allowedAnalysisProviders": [RUNNER],
        "differentialPrivacy": {"columns": [{"name": "user_id"}]},
    }
    stage.table("purchases", rule=rule)
    stage.protect(epsilon=3, noise=20)
    before = stage.port.shared_budgets(stage.collaboration_id, BudgetType.DIFFERENTIAL_PRIVACY)
    begun, _ = stage.start(Kind.QUERY, sql="select count(distinct user_id) as users from purchases")
    stage.clock.advance(10)
    (shown,) = stage.port.analysis(Kind.QUERY, stage.own, begun.id).sensitivity
    assert Sensitivity("COUNT_DISTINCT", shown.expression, 1) == shown
    after = stage.port.shared_budgets(stage.collaboration_id, BudgetType.DIFFERENTIAL_PRIVACY)
    parts = {each.part: each for each in spent(before, after)}
    counted = parts["COUNT_DISTINCT"]
    assert counted.before is not None
    assert (counted.before.left - 1, CREATOR) == (counted.after.left, counted.budget.owner)


def test_an_access_budget_shows_each_of_its_periods(stage: Stage) -> None:
    arn = stage.table("clicks", owner=RUNNER)
    stage.budget(arn, 7, "LIFETIME", owner=RUNNER)
    seen = stage.port.shared_budgets(stage.collaboration_id, BudgetType.ACCESS_BUDGET)
    (part,) = spent((), seen)
    assert (RUNNER, arn, "LIFETIME", None) == (part.budget.owner, part.resource, part.part, part.before)
    assert Balance(7, 7) == part.after


def test_the_newest_are_listed_first_and_no_more_than_asked_for(stage: Stage) -> None:
    ids = []
    for _ in range(3):
        ids.append(stage.start(Kind.QUERY)[0].id)
        stage.clock.advance(10)
    listed = stage.port.recent_analyses(Kind.QUERY, stage.own, 2)
    assert [ids[2], ids[1]] == [each.id for each in listed]
    assert {("SUCCESS", RUNNER, (READER,))} == {(each.status, each.payer, each.receivers) for each in listed}


def test_short_and_empty_pages_hide_nothing(stage: Stage) -> None:
    ids = {stage.start(Kind.QUERY)[0].id for _ in range(2)}
    stage.clock.advance(10)
    ids |= {stage.start(Kind.QUERY)[0].id for _ in range(2)}
    stage.app.paging = Paging(page_size=1, empty_pages=True)
    assert ids == {each.id for each in stage.port.recent_analyses(Kind.QUERY, stage.own, 100)}


class TestLostAnswers:
    @kinds
    @pytest.mark.parametrize("lost", AFTER)
    def test_what_was_started_is_found_again_and_runs_once(self, stage: Stage, kind: Kind, lost: str) -> None:
        stage.fail(fault(lost, STARTS[kind]))
        analysis, found_again = stage.start(kind)
        assert (True, [analysis.id]) == (found_again, stage.ids(kind))

    @kinds
    @pytest.mark.parametrize("lost", BEFORE)
    def test_what_is_not_found_is_not_started_again(self, stage: Stage, kind: Kind, lost: str) -> None:
        stage.fail(fault(lost, STARTS[kind], times=1))
        with pytest.raises(NotKnown, match="may or may not have been started"):
            stage.start(kind)
        assert [] == stage.ids(kind)

    @kinds
    def test_one_that_was_there_before_is_never_taken_for_it(self, stage: Stage, kind: Kind) -> None:
        stage.start(kind)
        stage.clock.advance(10)
        stage.fail(fault("dropBefore", STARTS[kind], times=1))
        with pytest.raises(NotKnown, match="None that says the same is to be seen yet"):
            stage.start(kind)

    @kinds
    def test_one_that_ended_at_once_is_found_too(self, stage: Stage, kind: Kind) -> None:
        stage.fail(fault("dropAfter", STARTS[kind]))
        quick = Beside(stage.port, after=lambda: stage.clock.advance(10))
        assert "SUCCESS" == start(stage.submission(kind), stage.own, quick.port, stage.time.sleep).analysis.status

    @kinds
    def test_another_one_that_came_meanwhile_is_not_taken_for_it(self, stage: Stage, kind: Kind) -> None:
        others = self._meanwhile(stage, kind, compute={"worker": {"type": "CR.1X", "number": 9}})
        stage.fail(fault("dropBefore", STARTS[kind], skip=1))
        with pytest.raises(NotKnown, match="None that says the same"):
            start(
                stage.submission(kind, compute={"worker": {"type": "CR.1X", "number": 8}}), stage.own, others, stage.time.sleep
            )

    @kinds
    def test_of_two_that_say_the_same_none_is_taken_for_it(self, stage: Stage, kind: Kind) -> None:
        same = stage.submission(kind, compute={"worker": {"type": "CR.1X", "number": 8}})
        others = self._meanwhile(stage, kind, compute=dict(same.compute or {}))
        stage.fail(fault("dropAfter", STARTS[kind], skip=1))
        with pytest.raises(NotKnown, match="2 that say the same were submitted since") as told:
            start(same, stage.own, others, stage.time.sleep)
        assert all(id in str(told.value) for id in stage.ids(kind))

    def _meanwhile(self, stage: Stage, kind: Kind, **more: Any) -> Analyses:
        """The runner's port, while a colleague starts something right before."""

        def start() -> None:
            if kind is Kind.QUERY:
                stage.query(SQL, computeConfiguration=more["compute"])
            else:
                stage.job(stage.script_arn, computeConfiguration=more["compute"])

        return Beside(stage.port, before=start).port

    @kinds
    def test_where_nothing_can_be_read_it_is_not_known(self, stage: Stage, kind: Kind) -> None:
        stage.fail(fault("dropAfter", STARTS[kind]), fault("internal", LISTS[kind], skip=1))
        with pytest.raises(NotKnown, match="could not be looked for"):
            stage.start(kind)
        stage.fail()
        assert 1 == len(stage.ids(kind))

    @kinds
    def test_without_a_list_of_what_was_there_nothing_is_sent(self, stage: Stage, kind: Kind) -> None:
        stage.fail(fault("internal", LISTS[kind]))
        with pytest.raises(ServiceError):
            stage.start(kind)
        stage.fail()
        assert [] == stage.ids(kind)

    @kinds
    def test_an_interruption_while_it_is_sent_is_not_known(self, stage: Stage, kind: Kind) -> None:
        def interrupt() -> None:
            raise KeyboardInterrupt

        interrupted = Beside(stage.port, after=interrupt).port
        with pytest.raises(NotKnown, match="may have been started"):
            start(stage.submission(kind), stage.own, interrupted, stage.time.sleep)

    def test_an_interruption_while_it_is_looked_for_is_not_known(self, stage: Stage) -> None:
        def interrupt(_: float) -> None:
            raise KeyboardInterrupt

        stage.fail(fault("dropBefore", STARTS[Kind.QUERY], times=1))
        with pytest.raises(NotKnown, match="may have been started"):
            start(stage.submission(Kind.QUERY), stage.own, stage.port, interrupt)


class Unwritable:
    """An audit that is open, and takes no line."""

    @contextmanager
    def opened(self) -> Iterator[Note]:
        yield self._refuse

    def _refuse(self, entry: AuditEntry) -> None:
        raise AuditFailed(f"{entry.operation} could not be noted. Run again")


class Closed:
    """An audit that cannot be opened."""

    def opened(self) -> AbstractContextManager[Note]:
        raise AuditFailed("the audit cannot be opened")


class TestAudit:
    @kinds
    def test_what_could_not_be_noted_afterwards_is_not_started_again(self, stage: Stage, kind: Kind) -> None:
        with pytest.raises(NotKnown, match="do not start it again") as told:
            start(stage.submission(kind), stage.own, stage.audited(Unwritable()), stage.time.sleep)
        (id,) = stage.ids(kind)
        assert id in str(told.value)

    @kinds
    def test_without_an_audit_that_was_asked_for_nothing_is_started(self, stage: Stage, kind: Kind) -> None:
        with pytest.raises(AuditFailed):
            start(stage.submission(kind), stage.own, stage.audited(Closed()), stage.time.sleep)
        assert [] == stage.ids(kind)

    def test_texts_and_values_are_noted_as_fingerprints(self, stage: Stage, tmp_path: Path) -> None:
        path = tmp_path / "audit.jsonl"
        port = stage.audited(AuditFile(path, "a test"))
        template = stage.template(name="spend")
        port.start_analysis(stage.own, Submission(Kind.QUERY, sql=SQL))
        begun = port.start_analysis(stage.own, Submission(Kind.QUERY, template=template, parameters={"least": "12345"}))
        port.cancel_analysis(Kind.QUERY, stage.own, begun.id)
        text, values, cancelled = (json.loads(line) for line in path.read_text().splitlines())
        assert {"queryString": fingerprint(SQL)} == text["after"]["sqlParameters"]
        assert {"analysisTemplateArn": template, "parameters": {"least": fingerprint("12345")}} == values["after"][
            "sqlParameters"
        ]
        assert ({"status": "SUBMITTED"}, begun.id) == (
            {"status": cancelled["before"]["targetStatus"]},
            cancelled["target"]["protectedQuery"],
        )


class TestRefusals:
    @kinds
    def test_a_429_means_that_nothing_was_done_so_it_is_sent_again(self, stage: Stage, kind: Kind) -> None:
        stage.fail(fault("throttle", STARTS[kind], times=3))
        analysis, found_again = stage.start(kind)
        assert (False, [analysis.id]) == (found_again, stage.ids(kind))

    @kinds
    def test_429s_without_end_start_nothing(self, stage: Stage, kind: Kind) -> None:
        stage.fail(fault("throttle", STARTS[kind]))
        with pytest.raises(Throttled):
            stage.start(kind)
        assert [] == stage.ids(kind)

    @kinds
    @pytest.mark.parametrize(
        ("code", "members", "error"),
        [
            ("ValidationException", {"reason": "INVALID_QUERY"}, InvalidRequest),
            ("AccessDeniedException", {}, AccessDenied),
            ("ServiceQuotaExceededException", {"quotaName": "Queries", "quotaValue": 5.0}, QuotaExceeded),
        ],
    )
    def test_what_the_service_refuses_was_not_started(
        self, stage: Stage, kind: Kind, code: str, members: dict[str, Any], error: type[ServiceError]
    ) -> None:
        stage.fail(fault("error", STARTS[kind], code=code, members=members))
        with pytest.raises(error) as refusal:
            stage.start(kind)
        assert "stack file" not in str(refusal.value) or error is AccessDenied
        assert [] == stage.ids(kind)

    @kinds
    def test_an_account_that_is_only_looked_at_runs_nothing(self, stage: Stage, kind: Kind) -> None:
        with pytest.raises(Refused):
            stage.as_account(None).start_analysis(stage.own, stage.submission(kind))
        assert [] == stage.ids(kind)

    @kinds
    def test_an_unknown_one_is_not_found(self, stage: Stage, kind: Kind) -> None:
        with pytest.raises(NotFound):
            stage.port.analysis(kind, stage.own, NO_SUCH_ID)


class TestCancelling:
    @kinds
    def test_it_is_cancelled_and_stays_so(self, stage: Stage, kind: Kind) -> None:
        begun, _ = stage.start(kind)
        assert "CANCELLING" == stage.port.cancel_analysis(kind, stage.own, begun.id).status
        stage.clock.advance(10)
        assert "CANCELLED" == stage.port.analysis(kind, stage.own, begun.id).status

    @kinds
    def test_what_has_ended_cannot_be(self, stage: Stage, kind: Kind) -> None:
        begun, _ = stage.start(kind)
        stage.clock.advance(10)
        with pytest.raises(Conflict):
            stage.port.cancel_analysis(kind, stage.own, begun.id)
