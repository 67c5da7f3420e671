import pytest

from cleanrooms_governance.change_requests.filing import MOST_CHANGES, Draft, plan_filings, subject_of
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import AccountId, Collaboration, MemberChange
from cleanrooms_governance.planning.atoms import Atom, Setting, State
from cleanrooms_governance.planning.hand_over import handed_over, missing_grants
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from tests.unit.core.builders import (
    BANK,
    CREATOR,
    EXPORT,
    FUTURE,
    NEWCOMER,
    QUERY,
    RECEIVE,
    SHOP,
    change,
    collaboration,
    member,
    pays,
    stack_file,
    wanted_member,
)

RECEIVE_TYPES = frozenset({"GRANT_RECEIVE_RESULTS_ABILITY", "REVOKE_RECEIVE_RESULTS_ABILITY"})


def planned(desired: DesiredCollaboration, live: Collaboration) -> State:
    return {each.atom: each.after for each in plan_collaboration(desired, live).request_changes}


def drafts(
    desired: DesiredCollaboration, live: Collaboration, contested: frozenset[AccountId] = frozenset()
) -> tuple[Draft, ...]:
    left = planned(desired, live)
    return plan_filings(left, live, desired, handed_over(left, live), contested).drafts


def accounts(found: tuple[Draft, ...]) -> list[list[str]]:
    return [[subject_of(each) for each in draft.changes] for draft in found]


def display_names(found: Draft) -> list[str | None]:
    return [each.display_name for each in found.changes if isinstance(each, MemberChange)]


def partner(number: int) -> AccountId:
    return AccountId(f"9000000000{number:02d}")


def receives(account: str) -> Atom:
    return Atom(account, Setting.ABILITY, RECEIVE)


def test_nothing_left_is_nothing_to_file() -> None:
    assert () == drafts(stack_file(), collaboration())


def test_a_new_member_comes_with_its_name_and_all_its_abilities() -> None:
    found = drafts(stack_file(wanted_member(NEWCOMER, RECEIVE, EXPORT, name="New AG")), collaboration())
    types = {"ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY", "GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"}
    assert (Draft((change(NEWCOMER, RECEIVE, EXPORT, display_name="New AG", types=frozenset(types)),)),) == found


def test_a_new_member_without_a_display_name_gets_the_accounts_name() -> None:
    (found,) = drafts(stack_file(wanted_member(NEWCOMER)), collaboration())
    assert ["newcomer"] == display_names(found)


def test_a_members_whole_entry_is_carried_with_ml_abilities_and_payments() -> None:
    live = collaboration(
        member(
            BANK, EXPORT, FUTURE, QUERY, ml_abilities=frozenset({"CAN_RECEIVE_MODEL_OUTPUT"}), payments=pays(jobCompute=True)
        )
    )
    (found,) = drafts(stack_file(wanted_member(BANK, EXPORT, RECEIVE, QUERY)), live)
    expected = change(
        BANK,
        EXPORT,
        FUTURE,
        RECEIVE,
        ml_abilities=frozenset({"CAN_RECEIVE_MODEL_OUTPUT"}),
        payments=pays(jobCompute=True, queryCompute=False),
        types=frozenset({"GRANT_RECEIVE_RESULTS_ABILITY"}),
    )
    assert (expected,) == found.changes


def test_a_members_display_name_is_never_sent() -> None:
    (found,) = drafts(stack_file(wanted_member(BANK, RECEIVE, name="Other")), collaboration(member(BANK)))
    assert [None] == display_names(found)


def test_all_that_concerns_an_account_is_one_change() -> None:
    live = collaboration(member(BANK, RECEIVE), member(SHOP, RECEIVE))
    (found,) = drafts(stack_file(wanted_member(BANK, EXPORT), wanted_member(SHOP, RECEIVE)), live)
    assert [[BANK]] == accounts((found,))


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (10, [10]), (11, [10, 1]), (25, [10, 10, 5])])
def test_a_request_holds_at_most_ten_changes(count: int, sizes: list[int]) -> None:
    found = drafts(stack_file(*(wanted_member(partner(n), name="P") for n in range(count))), collaboration())
    assert sizes == [len(draft.changes) for draft in found]
    assert count == len({account for draft in accounts(found) for account in draft})


def test_grants_come_before_revokes() -> None:
    live = collaboration(*(member(partner(n), RECEIVE) for n in range(10)), member(SHOP, RECEIVE), member(BANK))
    desired = stack_file(
        *(wanted_member(partner(n)) for n in range(10)), wanted_member(SHOP, RECEIVE), wanted_member(BANK, RECEIVE)
    )
    first, second = accounts(drafts(desired, live))
    assert BANK in first
    assert [partner(9)] == second


def test_what_is_auto_approved_goes_first_and_apart_from_what_needs_votes() -> None:
    live = collaboration(member(BANK), member(SHOP), auto_approved=frozenset({"ADD_MEMBER", *RECEIVE_TYPES}))
    desired = stack_file(wanted_member(BANK, EXPORT), wanted_member(SHOP, RECEIVE), wanted_member(NEWCOMER, RECEIVE))
    assert [[SHOP, NEWCOMER], [BANK]] == accounts(drafts(desired, live))


def test_one_type_that_needs_votes_makes_the_whole_account_wait_for_them() -> None:
    live = collaboration(member(BANK), auto_approved=frozenset({"ADD_MEMBER"}))
    assert [[BANK, NEWCOMER]] == accounts(
        drafts(stack_file(wanted_member(BANK, EXPORT), wanted_member(NEWCOMER, RECEIVE)), live)
    )


def test_accounts_that_somebody_elses_request_names_come_last_and_apart() -> None:
    live = collaboration(member(BANK), member(SHOP), member(NEWCOMER), auto_approved=RECEIVE_TYPES)
    desired = stack_file(wanted_member(BANK, RECEIVE), wanted_member(SHOP, EXPORT), wanted_member(NEWCOMER, EXPORT))
    assert [[SHOP], [BANK], [NEWCOMER]] == accounts(drafts(desired, live, frozenset({BANK, NEWCOMER})))


def test_the_order_of_the_file_does_not_show() -> None:
    members = [wanted_member(BANK, RECEIVE), wanted_member(NEWCOMER, EXPORT), wanted_member(SHOP, EXPORT)]
    live = collaboration(member(SHOP), member(BANK))
    assert drafts(stack_file(*members), live) == drafts(stack_file(*reversed(members)), live)


class TestHandingOver:
    """The only receiver of results hands them to another account."""

    desired = stack_file(wanted_member(BANK), wanted_member(SHOP, RECEIVE))
    hand_over = frozenset({receives(BANK)})

    def live(self, *auto_approved: str) -> Collaboration:
        return collaboration(member(BANK, RECEIVE), member(SHOP), auto_approved=frozenset(auto_approved))

    def test_the_revoke_depends_on_the_grant(self) -> None:
        assert self.hand_over == handed_over(planned(self.desired, self.live()), self.live())

    def test_both_go_in_one_request(self) -> None:
        assert [[SHOP, BANK]] == accounts(drafts(self.desired, self.live()))

    def test_the_revoke_does_not_go_alone_because_it_is_auto_approved(self) -> None:
        live = self.live("REVOKE_RECEIVE_RESULTS_ABILITY")
        left = planned(self.desired, live)
        filings = plan_filings(left, live, self.desired, handed_over(left, live))
        assert [[SHOP]] == accounts(filings.drafts)
        assert self.hand_over == filings.postponed

    def test_the_rest_of_the_entry_does_not_wait_with_it(self) -> None:
        desired = stack_file(wanted_member(BANK, EXPORT), wanted_member(SHOP, RECEIVE))
        live = self.live("REVOKE_RECEIVE_RESULTS_ABILITY", "GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY")
        first, second = drafts(desired, live)
        assert (change(BANK, RECEIVE, EXPORT, types=frozenset({"GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY"})),) == first.changes
        assert [[SHOP]] == accounts((second,))

    def test_the_revoke_does_not_go_in_another_batch_than_the_grant(self) -> None:
        new = [wanted_member(partner(n), EXPORT, name="P") for n in range(MOST_CHANGES)]
        desired = stack_file(*new, wanted_member(BANK), wanted_member(SHOP, RECEIVE))
        found = drafts(desired, self.live())
        assert [MOST_CHANGES, 1] == [len(draft.changes) for draft in found]
        assert BANK not in {account for draft in accounts(found) for account in draft}

    def test_the_revoke_goes_once_the_grant_is_in_effect(self) -> None:
        live = collaboration(member(BANK, RECEIVE), member(SHOP, RECEIVE))
        assert [[BANK]] == accounts(drafts(self.desired, live))

    def test_nothing_depends_on_a_grant_while_a_receiver_stays(self) -> None:
        live = collaboration(member(BANK, RECEIVE), member(SHOP), member(NEWCOMER, RECEIVE))
        assert frozenset() == handed_over(planned(self.desired, live), live)

    def test_a_receiver_that_is_out_does_not_stay(self) -> None:
        live = collaboration(member(BANK, RECEIVE), member(SHOP), member(NEWCOMER, RECEIVE, status="LEFT"))
        assert self.hand_over == handed_over(planned(self.desired, live), live)

    def test_nothing_depends_on_anything_where_nobody_is_to_receive_results(self) -> None:
        live = self.live("REVOKE_RECEIVE_RESULTS_ABILITY")
        desired = stack_file(wanted_member(BANK), wanted_member(SHOP, EXPORT))
        assert [[BANK], [SHOP]] == accounts(drafts(desired, live))

    @pytest.mark.parametrize(
        ("would_do", "expected"),
        [
            pytest.param({receives(BANK): False}, True, id="the revoke alone"),
            pytest.param({receives(BANK): False, receives(SHOP): True}, False, id="with a grant"),
            pytest.param({receives(CREATOR): False}, False, id="a revoke that does not depend"),
            pytest.param({Atom(BANK, Setting.ABILITY, EXPORT): False}, False, id="another ability"),
            pytest.param({}, False, id="nothing"),
        ],
    )
    def test_a_request_leaves_nobody_if_it_takes_and_does_not_give(self, would_do: State, expected: bool) -> None:
        assert expected == bool(missing_grants(would_do, self.hand_over))
