"""A privacy budget against the embedded service through boto3: made, adopted, changed, replaced, and whatever goes wrong."""

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_emulator.handlers import quotas
from cleanrooms_emulator.switches import Switches
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.errors import AnswerLost, QuotaExceeded, Refused, ServiceError
from cleanrooms_governance.planning.plan import Reviewed
from cleanrooms_governance.privacy_budgets import AccessParameters, BudgetTemplate, BudgetType, PrivacyParameters
from cleanrooms_governance.tagging import KEYS_TAG, OWNER_TAG
from tests.unit.core.budgets import OURS, Bank, access, associate, day, lifetime, privacy, remarked, rules, use, week
from tests.unit.core.builders import BANK, QUERY, RUNNER, SHOP, collaboration, member
from tests.unit.core.governed import Crash, Governed, Service, acting_before, crashing_after, create

CREATE, UPDATE, DELETE = "CreatePrivacyBudgetTemplate", "UpdatePrivacyBudgetTemplate", "DeletePrivacyBudgetTemplate"
TAG = "TagResource"


@pytest.fixture
def governed(service: Service) -> Governed:
    """A collaboration that all have joined."""
    return create(service, collaboration(member(BANK), member(SHOP), member(RUNNER, QUERY)))


def templates(governed: Governed, account: str = BANK) -> list[BudgetTemplate]:
    port = governed.service.port(account)
    own = next(each.id for each in port.memberships() if each.collaboration_id == governed.id)
    return [port.budget_template(own, each.id) for each in port.own_budget_templates(own)]


def tags(governed: Governed) -> dict[str, str]:
    (template,) = templates(governed)
    return dict(governed.service.port(BANK).tags(template.arn))


def left(governed: Governed) -> dict[str, int]:
    """What is left of the one access budget, by period."""
    (budget,) = governed.service.port(SHOP).shared_budgets(governed.id, BudgetType.ACCESS_BUDGET)
    return {period: each.left for period, each in budget.balance.periods.items()}  # type: ignore[union-attr]


def counts_left(governed: Governed) -> int:
    (budget,) = governed.service.port(SHOP).shared_budgets(governed.id, BudgetType.DIFFERENTIAL_PRIVACY)
    return budget.balance.aggregations["COUNT"].left  # type: ignore[union-attr]


class TestMaking:
    def test_differential_privacy_is_made_as_the_file_says_and_then_nothing_is_written(self, governed: Governed) -> None:
        bank = Bank(governed, privacy(3, 50, "CALENDAR_MONTH"), tags={"team": "sales"})
        assert ([CREATE], []) == (bank.writes(), bank.writes())
        (template,) = templates(governed)
        assert (PrivacyParameters(3, 50), "CALENDAR_MONTH") == (template.parameters, template.auto_refresh)
        assert {"team", KEYS_TAG, OWNER_TAG} == set(tags(governed))
        assert (OURS, Outcome.CONVERGED) == (tags(governed)[OWNER_TAG], bank.run().outcome)

    def test_an_access_budget_is_made_for_the_table_of_that_name_whatever_the_case(self, governed: Governed) -> None:
        arn = associate(governed, "orders")
        bank = Bank(governed, access(week(50), lifetime(1000), table="Orders"))
        assert ([CREATE], []) == (bank.writes(), bank.writes())
        (template,) = templates(governed)
        assert AccessParameters(arn, access(week(50), lifetime(1000)).allowances) == template.parameters

    def test_an_access_budget_is_made_for_the_table_with_that_arn(self, governed: Governed) -> None:
        bank = Bank(governed, access(table=associate(governed, "orders")))
        assert ([CREATE], []) == (bank.writes(), bank.writes())

    @pytest.mark.parametrize("given", ["name", "ARN"])
    def test_a_table_that_is_not_associated_yet_is_waited_for(self, governed: Governed, given: str) -> None:
        associate(governed, "visits")
        gone = f"{associate(governed, 'clicks').rpartition('/')[0]}/00000000-0000-4000-8000-000000000000"
        bank = Bank(governed, access(table="orders" if given == "name" else gone))
        assert [] == bank.writes()
        report = bank.run()
        assert Outcome.WAITING == report.outcome
        assert "(there are clicks, visits)" in remarked(report.plan, "budget-waits")

    def test_an_account_that_has_not_joined_is_waited_for(self, service: Service) -> None:
        governed = create(service, collaboration(member(BANK, status="INVITED"), member(RUNNER, QUERY)))
        bank = Bank(governed, privacy())
        assert (Outcome.WAITING, []) == (bank.run().outcome, bank.writes())
        governed.join(BANK)
        assert [CREATE] == bank.writes()

    def test_what_somebody_made_in_the_console_is_taken_as_it_is(self, governed: Governed) -> None:
        Bank(governed, privacy(3, 50), owner="elsewhere/prod/x/y").run()
        assert ([], Outcome.CONVERGED) == (
            Bank(governed, privacy(3, 50)).writes(),
            Bank(governed, privacy(3, 50)).run().outcome,
        )

    def test_differential_privacy_of_another_account_is_refused_with_its_owner(self, governed: Governed) -> None:
        created_by_hand(governed, SHOP)
        bank = Bank(governed, privacy())
        assert (Outcome.REFUSED, []) == (bank.run().outcome, bank.writes())
        assert f"account {SHOP} has set the differential privacy" in bank.plan().refusals[0].message

    def test_an_account_that_is_only_looked_at_is_never_written(self, governed: Governed) -> None:
        bank = Bank(governed, privacy())
        assert (Outcome.WAITING, []) == (bank.run(may_write=False).outcome, templates(governed))

    def test_a_key_that_now_means_another_table_leaves_the_first_one_limited(self, governed: Governed) -> None:
        associate(governed, "orders")
        associate(governed, "visits")
        Bank(governed, access(table="orders")).run()
        bank = Bank(governed, access(table="visits"))
        assert "stays in force" in remarked(bank.plan(), "budget-stays")
        assert [CREATE] == bank.writes()
        assert 2 == len(templates(governed))


class TestChanging:
    def test_epsilon_is_raised_and_what_is_left_grows_by_the_difference(self, governed: Governed) -> None:
        Bank(governed, privacy(3, 10)).run()
        use(governed, COUNT=12)
        bank = Bank(governed, privacy(5, 10))
        plan = bank.plan()
        assert "30 → 50 (+20)" in remarked(plan, "privacy-impact")
        assert "left at present 18 of 30" in remarked(plan, "budget-balance")
        assert ([UPDATE], [], 38) == (bank.writes(), bank.writes(), counts_left(governed))

    def test_epsilon_is_lowered_before_the_first_query_and_refused_afterwards(self, governed: Governed) -> None:
        Bank(governed, privacy(5, 10)).run()
        assert [UPDATE] == Bank(governed, privacy(4, 10)).writes()
        use(governed, COUNT=1)
        bank = Bank(governed, privacy(3, 10))
        assert (["epsilon-used"], []) == (rules(bank.plan()), bank.writes())

    @pytest.mark.parametrize("answer", ["409", "400"])
    def test_a_use_in_an_earlier_month_that_only_the_service_knows_of_is_a_failure_and_changes_nothing(
        self, governed: Governed, answer: str
    ) -> None:
        governed.service.app.switches = Switches.from_names({"epsilonDecreaseAfterUse": answer})
        Bank(governed, privacy(5, 10, "CALENDAR_MONTH")).run()
        use(governed, COUNT=1)
        governed.service.app.clock.advance(40 * 86_400)
        bank = Bank(governed, privacy(3, 10, "CALENDAR_MONTH"))
        assert [] == rules(bank.plan())
        with pytest.raises(ServiceError, match="epsilon cannot be lowered any more"):
            bank.run()
        assert PrivacyParameters(5, 10) == templates(governed)[0].parameters

    def test_another_amount_is_refused_then_acknowledged_and_resets_the_balance_once(self, governed: Governed) -> None:
        arn = associate(governed, "orders")
        Bank(governed, access(week(50))).run()
        use(governed, arn, times=38)
        bank = Bank(governed, access(week(80)))
        plan = bank.plan()
        assert "CALENDAR_WEEK: 12 of 50 left, afterwards 80 (+68)" in remarked(plan, "budget-balance")
        assert (["budget-reset"], []) == (rules(plan), bank.writes())
        bank = bank.acknowledging()
        assert ([UPDATE], {"CALENDAR_WEEK": 80}) == (bank.writes(), left(governed))
        use(governed, arn)
        assert ([], {"CALENDAR_WEEK": 79}) == (bank.writes(), left(governed))

    def test_other_kinds_and_a_second_amount_come_about(self, governed: Governed) -> None:
        associate(governed, "orders")
        for wanted in (access(week(50)), access(day(5), lifetime(9)), access(lifetime(9)), access(lifetime(9), week(5))):
            bank = Bank(governed, wanted).acknowledging()
            assert (Outcome.CONVERGED, []) == (bank.run().outcome, bank.writes())

    def test_another_renewal_is_refused_then_deleted_and_made_anew(self, governed: Governed) -> None:
        Bank(governed, privacy(3, 10)).run()
        use(governed, COUNT=12)
        bank = Bank(governed, privacy(3, 10, "CALENDAR_MONTH"))
        assert (["budget-replaced"], [], 18) == (rules(bank.plan()), bank.writes(), counts_left(governed))
        assert ([DELETE, CREATE], 30) == (bank.acknowledging().writes(), counts_left(governed))
        assert (OURS, []) == (tags(governed)[OWNER_TAG], bank.writes())

    def test_tags_come_and_go_and_those_of_others_stay(self, governed: Governed) -> None:
        bank = Bank(governed, privacy(), tags={"team": "sales"})
        bank.run()
        governed.service.console(BANK).tag_resource(resourceArn=templates(governed)[0].arn, tags={"by": "hand"})
        assert [TAG] == Bank(governed, privacy(), tags={"team": "sales", "cost": "7"}).writes()
        other = Bank(governed, privacy(), tags={})
        assert (["UntagResource"], []) == (other.writes(), other.writes())
        assert {OWNER_TAG: OURS, "by": "hand"} == tags(governed)

    def test_what_was_not_reviewed_is_not_done(self, governed: Governed) -> None:
        Bank(governed, privacy(3, 50)).run()
        bank = Bank(governed, privacy(5, 50))
        reviewed = Reviewed.of(Bank(governed, privacy(4, 50)).plan())
        with pytest.raises(Refused, match="epsilon raised from 3 to 5"):
            bank.run(reviewed)


def created_by_hand(governed: Governed, account: str = BANK) -> None:
    """A person sets the differential privacy of the collaboration."""
    console = governed.service.console(account)
    (own,) = [each["id"] for each in console.list_memberships()["membershipSummaries"]]
    console.create_privacy_budget_template(
        membershipIdentifier=own,
        privacyBudgetType="DIFFERENTIAL_PRIVACY",
        autoRefresh="NONE",
        parameters={"differentialPrivacy": {"epsilon": 3, "usersNoisePerQuery": 50}},
    )


def fail(governed: Governed, operation: str, kind: FaultKind = FaultKind.DROP_AFTER, times: int = 1) -> None:
    governed.service.fail(FaultRule(kind=kind, operation=operation, times=times))


class TestTrouble:
    def test_a_lost_answer_to_a_creation_makes_one_template(self, governed: Governed) -> None:
        associate(governed, "orders")
        bank = Bank(governed, access())
        fail(governed, CREATE)
        assert ([CREATE], Outcome.CONVERGED) == (bank.writes(), bank.run().outcome)
        assert (1, True) == (len(templates(governed)), "the answer was lost; it was found by looking" in bank.told[0])

    def test_a_creation_that_was_lost_before_it_arrived_is_not_sent_again_in_the_same_run(self, governed: Governed) -> None:
        bank = Bank(governed, privacy())
        fail(governed, CREATE, FaultKind.DROP_BEFORE)
        before = governed.service.app.journal.last
        with pytest.raises(AnswerLost, match="the next one looks first"):
            bank.run()
        assert 1 == governed.service.called(before).count(CREATE)
        assert ([CREATE], 1) == (bank.writes(), len(templates(governed)))

    def test_a_lost_answer_to_an_edit_resets_the_balance_once_and_says_so(self, governed: Governed) -> None:
        arn = associate(governed, "orders")
        Bank(governed, access(week(50))).run()
        bank = Bank(governed, access(week(80))).acknowledging()
        fail(governed, UPDATE)
        assert [UPDATE] == bank.writes()
        assert "so that the balance was reset once" in bank.told[0]
        use(governed, arn)
        assert ([], {"CALENDAR_WEEK": 79}) == (bank.writes(), left(governed))

    def test_a_lost_answer_to_the_deletion_goes_on_to_make_it_anew(self, governed: Governed) -> None:
        Bank(governed, privacy(3, 10)).run()
        bank = Bank(governed, privacy(3, 10, "CALENDAR_MONTH")).acknowledging()
        fail(governed, DELETE)
        assert ([DELETE, CREATE], 1) == (bank.writes(), len(templates(governed)))

    @pytest.mark.parametrize("operation", [DELETE, CREATE])
    def test_a_crash_between_deleting_and_making_anew_is_gone_on_with(self, governed: Governed, operation: str) -> None:
        Bank(governed, privacy(3, 10)).run()
        bank = Bank(governed, privacy(3, 10, "CALENDAR_MONTH")).acknowledging()
        with crashing_after(governed.service, operation), pytest.raises(Crash):
            bank.run()
        bank.run()
        assert (1, []) == (len(templates(governed)), bank.writes())
        assert "CALENDAR_MONTH" == templates(governed)[0].auto_refresh

    def test_somebody_who_makes_the_same_one_first_is_no_failure(self, governed: Governed) -> None:
        bank = Bank(governed, privacy(3, 50))
        with acting_before(governed.service, CREATE, lambda: created_by_hand(governed)):
            report = bank.run()
        assert (Outcome.CONVERGED, 1) == (report.outcome, len(templates(governed)))

    def test_somebody_elses_account_that_is_faster_ends_in_a_refusal(self, governed: Governed) -> None:
        bank = Bank(governed, privacy())
        with acting_before(governed.service, CREATE, lambda: created_by_hand(governed, SHOP)):
            report = bank.run()
        assert (Outcome.REFUSED, ["budget-of-another"]) == (report.outcome, rules(report.plan))

    def test_a_quota_that_is_reached_is_said_in_its_words(self, governed: Governed) -> None:
        associate(governed, "orders")
        quotas.adjust(governed.service.app.store, quotas.ACCESS_BUDGET_TEMPLATES, 0)
        with pytest.raises(QuotaExceeded, match="has reached the quota"):
            Bank(governed, access()).run()
