"""Who can be charged for what somebody runs, and who is, where the command names nobody."""

from __future__ import annotations

from typing import Any

import pytest

from cleanrooms_governance.analyses.payers import Candidate, Standing, candidates_of, choose_payer, standing_of
from cleanrooms_governance.errors import Refused
from cleanrooms_governance.model import AccountId, Collaboration, CostType
from tests.unit.core.builders import BANK, CREATOR, NEWCOMER, QUERY, RUNNER, SHOP, collaboration, member, pays

COST = CostType.QUERY_COMPUTE
PAYING = pays(queryCompute=True)
ACCEPTED = frozenset({COST})
RUNS = member(RUNNER, QUERY)
BY_DEFAULT = member(RUNNER, QUERY, payments=PAYING)
BANK_PAYS = member(BANK, payments=PAYING)


def world(*members: Any, accepted: dict[AccountId, frozenset[CostType]] | None = None) -> Collaboration:
    return collaboration(*members, accepted=accepted or {})


class TestStanding:
    @pytest.mark.parametrize(
        ("live", "expected"),
        [
            (world(RUNS, BANK_PAYS, accepted={BANK: ACCEPTED}), Standing.USABLE),
            (world(RUNS, BANK_PAYS), Standing.NOT_VISIBLE),
            (world(RUNS, BANK_PAYS, accepted={BANK: frozenset()}), Standing.NOT_ACCEPTED),
            (world(RUNS, member(BANK, status="INVITED", payments=PAYING)), Standing.NOT_JOINED),
            (world(BY_DEFAULT, member(BANK), accepted={BANK: ACCEPTED}), Standing.NOT_A_CANDIDATE),
            (world(RUNS, member(BANK, status="LEFT", payments=PAYING)), Standing.NOT_A_MEMBER),
            (world(RUNS, member(BANK, status="REMOVED", payments=PAYING)), Standing.NOT_A_MEMBER),
            (world(RUNS), Standing.NOT_A_MEMBER),
        ],
        ids=["accepted", "not visible", "declined", "invited", "not named", "left", "removed", "stranger"],
    )
    def test_an_account_stands_as_can_be_seen(self, live: Collaboration, expected: Standing) -> None:
        assert expected is standing_of(BANK, COST, live)

    def test_who_pays_only_by_default_need_not_have_accepted(self) -> None:
        live = world(BY_DEFAULT, accepted={RUNNER: frozenset()})
        assert (Candidate(RUNNER, Standing.BY_DEFAULT, by_default=True),) == candidates_of(COST, live)
        assert (RUNNER, None) == chosen(live)

    def test_the_runner_is_a_candidate_where_nobody_is_shown(self) -> None:
        assert [RUNNER] == [each.account for each in candidates_of(COST, world(RUNS))]

    def test_nobody_is_a_candidate_for_training_that_is_not_named(self) -> None:
        assert () == candidates_of(CostType.MODEL_TRAINING, world(RUNS))


def chosen(live: Collaboration, named: AccountId | None = None) -> tuple[AccountId, AccountId | None]:
    """Who is charged, and whom the call names."""
    charged = choose_payer(COST, live, RUNNER, named, {BANK: "bank"})
    return charged.candidate.account, charged.sent


def refused(live: Collaboration, named: AccountId | None = None) -> str:
    with pytest.raises(Refused) as refusal:
        chosen(live, named)
    assert "othing was sent" in str(refusal.value) or "so nothing was sent" in str(refusal.value)
    return str(refusal.value)


class TestChoice:
    def test_the_runner_that_pays_by_default_is_left_to_the_service(self) -> None:
        assert (RUNNER, None) == chosen(world(BY_DEFAULT))

    def test_one_candidate_that_has_accepted_is_named_in_the_call(self) -> None:
        assert (BANK, BANK) == chosen(world(RUNS, BANK_PAYS, accepted={BANK: ACCEPTED}))

    def test_nobody_elses_account_is_charged_unseen_unless_it_is_named(self) -> None:
        live = world(RUNS, BANK_PAYS)
        assert f"--payer {BANK}" in refused(live)
        assert (BANK, BANK) == chosen(live, BANK)

    def test_of_several_none_is_chosen_and_all_are_listed(self) -> None:
        text = refused(world(BY_DEFAULT, BANK_PAYS, accepted={RUNNER: ACCEPTED}))
        assert text.splitlines()[1:] == [f"{RUNNER}, usable", f"{BANK} (bank), acceptance not visible"]

    @pytest.mark.parametrize(
        ("named", "why"),
        [
            (NEWCOMER, "not a member"),
            (CREATOR, "has not named it"),
            (SHOP, "has not joined"),
            (BANK, "has not accepted"),
        ],
    )
    def test_a_named_account_that_cannot_be_charged_is_refused_with_the_choices(self, named: AccountId, why: str) -> None:
        live = world(
            BY_DEFAULT,
            BANK_PAYS,
            member(SHOP, status="INVITED", payments=PAYING),
            accepted={RUNNER: ACCEPTED, BANK: frozenset()},
        )
        text = refused(live, named)
        assert why in text
        assert f"{RUNNER}, usable" in text

    def test_the_only_candidate_is_not_charged_if_it_has_declined(self) -> None:
        assert "it has not accepted" in refused(world(RUNS, BANK_PAYS, accepted={BANK: frozenset()}))

    def test_without_anybody_to_pay_nothing_is_sent(self) -> None:
        assert "nobody can be charged" in refused(world())
