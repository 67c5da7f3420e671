"""Who pays for a query or job: the candidate, the named one, or nobody so that it is refused."""

from typing import Any

import pytest

from tests.emulator.analyses.analysis_world import TO_S3, AnalysisWorld, payer
from tests.emulator.world import (
    CREATOR,
    INVALID_CONFIGURATION,
    INVALID_FIELD,
    OUTSIDER,
    READER,
    RUNNER,
    member,
    member_change,
    pays,
)

PARAMETER = "queryComputePayerAccountId"


def two_candidates(switches: dict[str, str] | None = None, accepting: tuple[str, ...] = (READER, CREATOR)) -> AnalysisWorld:
    """CREATOR and READER can pay; RUNNER is no candidate."""
    return AnalysisWorld(
        [member(RUNNER, "CAN_QUERY"), payer(READER, "CAN_RECEIVE_RESULTS", queryCompute=True)],
        creatorPaymentConfiguration=pays(queryCompute=True),
        accepting={account: ["queryCompute"] for account in (READER, CREATOR)},
        switches=switches,
    ).declining(*({READER, CREATOR} - set(accepting)))


def one_candidate(switches: dict[str, str] | None = None, **flags: bool) -> AnalysisWorld:
    """READER pays for queries."""
    return AnalysisWorld(
        [member(RUNNER, "CAN_QUERY"), payer(READER, "CAN_RECEIVE_RESULTS", **(flags or {"queryCompute": True}))],
        accepting={READER: list(flags) or ["queryCompute"]},
        switches=switches,
    )


def test_the_runner_pays_when_nobody_is_configured() -> None:
    assert RUNNER == AnalysisWorld().query()[PARAMETER]


def test_the_only_candidate_pays_without_being_named() -> None:
    assert READER == one_candidate().query()[PARAMETER]


def test_the_payer_comes_back_on_every_read() -> None:
    world = one_candidate()
    query = world.query()

    listed = world.of(RUNNER).list_protected_queries(membershipIdentifier=world.memberships[RUNNER])["protectedQueries"]

    assert [READER] * 3 == [each[PARAMETER] for each in (world.read(query), listed[0], world.cancel(query))]


@pytest.mark.parametrize("account", [READER, CREATOR])
def test_any_of_several_candidates_can_be_named(account: str) -> None:
    assert account == two_candidates().query(queryComputePayerAccountId=account)[PARAMETER]


def test_several_candidates_and_none_named_is_refused() -> None:
    refused = two_candidates().querying()

    assert (INVALID_FIELD, [PARAMETER]) == (refused.kind, refused.fields)


def test_the_runner_pays_when_it_is_one_of_several_under_the_reading_runner() -> None:
    world = AnalysisWorld(
        [payer(RUNNER, "CAN_QUERY", queryCompute=True), payer(READER, "CAN_RECEIVE_RESULTS", queryCompute=True)],
        accepting={READER: ["queryCompute"]},
        switches={"ambiguousPayer": "runner"},
    )

    assert RUNNER == world.query()[PARAMETER]


def test_the_reading_runner_refuses_when_the_runner_is_no_candidate() -> None:
    refused = two_candidates({"ambiguousPayer": "runner"}).querying()

    assert (INVALID_FIELD, [PARAMETER]) == (refused.kind, refused.fields)


def test_the_first_candidate_pays_under_the_reading_first() -> None:
    assert CREATOR == two_candidates({"ambiguousPayer": "first"}).query()[PARAMETER]


def test_the_reading_first_passes_over_one_that_has_not_accepted() -> None:
    assert READER == two_candidates({"ambiguousPayer": "first"}, accepting=(READER,)).query()[PARAMETER]


def test_a_candidate_that_has_not_accepted_makes_the_choice_ambiguous_all_the_same() -> None:
    assert INVALID_FIELD == two_candidates(accepting=(READER,)).querying().kind


def test_only_usable_candidates_count_under_the_reading_usable() -> None:
    assert READER == two_candidates({"payerCandidates": "usable"}, accepting=(READER,)).query()[PARAMETER]


def test_two_usable_candidates_stay_ambiguous_under_the_reading_usable() -> None:
    assert INVALID_FIELD == two_candidates({"payerCandidates": "usable"}).querying().kind


@pytest.mark.parametrize("account", [RUNNER, OUTSIDER], ids=["a member that is no candidate", "no member"])
def test_a_named_account_that_is_not_configured_is_refused(account: str) -> None:
    refused = one_candidate().querying(queryComputePayerAccountId=account)

    assert (INVALID_FIELD, [PARAMETER]) == (refused.kind, refused.fields)


def test_a_candidate_for_jobs_does_not_pay_for_queries() -> None:
    world = one_candidate(jobCompute=True)

    assert INVALID_FIELD == world.querying(queryComputePayerAccountId=READER).kind


@pytest.mark.parametrize("named", [{}, {PARAMETER: READER}], ids=["left out", "named"])
def test_a_candidate_that_declined_is_refused(named: dict[str, Any]) -> None:
    refused = one_candidate().declining(READER).querying(**named)

    assert (INVALID_FIELD, [PARAMETER]) == (refused.kind, refused.fields)


def test_a_candidate_that_declined_pays_where_acceptance_is_ignored() -> None:
    assert READER == one_candidate({"payerAcceptance": "ignored"}).declining(READER).query()[PARAMETER]


def test_a_new_candidate_pays_once_it_has_accepted() -> None:
    world = AnalysisWorld()
    before = world.querying(queryComputePayerAccountId=READER).kind
    request = world.file(
        world.collaboration_id, member_change(READER, "CAN_RECEIVE_RESULTS", paymentConfiguration=pays(queryCompute=True))
    )
    for account in (RUNNER, READER):
        world.act(request, "APPROVE", account)
    world.act(request, "COMMIT", CREATOR)
    unaccepted = world.querying(queryComputePayerAccountId=READER).kind
    world.of(READER).update_membership(
        membershipIdentifier=world.memberships[READER],
        membershipPaymentConfiguration={"queryCompute": {"isResponsible": True}},
    )

    assert (INVALID_FIELD, INVALID_FIELD, READER) == (before, unaccepted, world.query()[PARAMETER])


def test_a_runner_that_pays_by_default_can_decline() -> None:
    refused = AnalysisWorld().declining(RUNNER).querying()

    assert (INVALID_FIELD, [PARAMETER]) == (refused.kind, refused.fields)


def test_a_candidate_that_has_not_joined_is_refused() -> None:
    world = AnalysisWorld()
    late = world.create(member(RUNNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS"), payer(READER, queryCompute=True))
    world.memberships[RUNNER] = world.join(RUNNER, late)

    refused = world.querying(resultConfiguration=TO_S3, queryComputePayerAccountId=READER)

    assert (INVALID_FIELD, [PARAMETER]) == (refused.kind, refused.fields)


def gone(world: AnalysisWorld, how: str) -> None:
    if how == "left":
        world.of(READER).delete_membership(membershipIdentifier=world.memberships[READER])
    else:
        world.of(CREATOR).delete_member(collaborationIdentifier=world.collaboration_id, accountId=READER)


@pytest.mark.parametrize("how", ["left", "removed"])
def test_queries_stop_when_the_only_payer_is_gone(how: str) -> None:
    world = AnalysisWorld(
        [member(RUNNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS"), payer(READER, queryCompute=True)],
        accepting={READER: ["queryCompute"]},
    )
    gone(world, how)

    refusals = [world.querying().kind, world.querying(queryComputePayerAccountId=READER).kind]

    assert [INVALID_FIELD, INVALID_FIELD] == refusals


@pytest.mark.parametrize("how", ["left", "removed"])
def test_the_candidate_that_remains_pays_alone(how: str) -> None:
    world = AnalysisWorld(
        [payer(RUNNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS", queryCompute=True), payer(READER, queryCompute=True)],
        accepting={READER: ["queryCompute"]},
    )
    gone(world, how)

    assert RUNNER == world.query()[PARAMETER]


def test_a_query_that_runs_keeps_its_payer() -> None:
    world = AnalysisWorld(
        [member(RUNNER, "CAN_QUERY", "CAN_RECEIVE_RESULTS"), payer(READER, queryCompute=True)],
        accepting={READER: ["queryCompute"]},
    )
    query = world.query()
    gone(world, "removed")
    world.clock.advance(60)

    assert ("SUCCESS", READER) == (world.read(query)["status"], world.read(query)[PARAMETER])


def test_the_reason_of_the_refusal_is_a_switch() -> None:
    refused = two_candidates({"payerRefusalReason": "INVALID_CONFIGURATION"}).querying()

    assert (INVALID_CONFIGURATION, [PARAMETER]) == (refused.kind, refused.fields)
