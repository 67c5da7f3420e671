"""Laws of memberships after joining: what the file says comes about, what it is silent about stays, and then all is quiet."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanrooms_governance.change_requests.judging import content_fingerprint
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.change_requests.votes import decide_vote
from cleanrooms_governance.desired import DesiredMembership, Expectations, Pin, VotingPolicy
from cleanrooms_governance.memberships.expectations import payment_duties
from cleanrooms_governance.memberships.joining import Invitation, plan_membership
from cleanrooms_governance.memberships.membership_changes import (
    AcceptPayment,
    ChangeResults,
    ChangeTags,
    ClaimMembership,
    DeclinePayment,
    Log,
    Results,
    SwitchLog,
)
from cleanrooms_governance.memberships.updating import accepted_payments
from cleanrooms_governance.model import CAN_RUN_JOB, Collaboration, CostType, Member, Membership
from cleanrooms_governance.planning.changes import JoinCollaboration
from cleanrooms_governance.planning.plan import Plan
from cleanrooms_governance.service import Action
from cleanrooms_governance.tagging import KEYS_TAG, OWNER_TAG, edit_tags, is_reserved
from tests.laws.test_convergence import readings
from tests.unit.core.builders import (
    BANK,
    EXPORT,
    FUTURE,
    QUERY,
    RECEIVE,
    SHOP,
    TODAY,
    collaboration,
    member,
    request_id,
)
from tests.unit.core.governed import Service, create
from tests.unit.core.strategies import ML_ABILITIES, change_requests, ml_abilities, mutable_abilities, worlds
from tests.unit.core.test_advance_membership import Joining
from tests.unit.core.test_joining import ENCRYPTION, RESULTS, membership, wanted

LAW = settings(max_examples=60)
FLAGS = st.dictionaries(st.sampled_from([*CostType]), st.booleans())
COSTS = st.frozensets(st.sampled_from([*CostType]))
TAGS = st.dictionaries(st.sampled_from(["team", "cost", "by hand"]), st.sampled_from(["", "a", "b"]))
PLACES = st.builds(
    lambda s3, role: {"outputConfiguration": {"s3": {"bucket": "results", "resultFormat": "CSV", **s3}}, **role},
    st.fixed_dictionaries(
        {},
        optional={
            "bucket": st.sampled_from(["one", "other"]),
            "keyPrefix": st.sampled_from(["", "x/"]),
            "singleFileOutput": st.booleans(),
        },
    ),
    st.fixed_dictionaries({}, optional={"roleArn": st.sampled_from(["role-one", "role-other"])}),
)
MAYBE = st.none() | st.booleans()


def after_edit(live: Mapping[str, str], declared: Mapping[str, str]) -> dict[str, str]:
    edit = edit_tags(live, declared)
    if edit is None:
        return dict(live)
    return {key: value for key, value in live.items() if key not in edit.removed} | edit.written


def others(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key != KEYS_TAG}


@LAW
@given(theirs=TAGS, declarations=st.lists(TAGS, max_size=4))
def test_tags_come_and_go_with_the_file_and_those_of_others_stay(
    theirs: dict[str, str], declarations: list[dict[str, str]]
) -> None:
    live: dict[str, str] = dict(theirs)
    for declared in declarations:
        live = after_edit(live, declared)
        assert edit_tags(live, declared) is None
        assert declared == {key: live.get(key) for key in declared}
    touched = {key for declared in declarations for key, value in declared.items() if theirs.get(key) != value}
    left = others(after_edit(live, {}))
    assert {key: value for key, value in theirs.items() if key not in touched} == left
    assert all(not is_reserved(key) for key in left)


def made(live: Membership, plan: Plan) -> Membership:
    """The membership when the service has done all that is planned."""
    for change in (planned.change for planned in plan.changes):
        match change:
            case SwitchLog(log=Log.QUERY):
                live = replace(live, query_log=change.after)
            case SwitchLog():
                live = replace(live, job_log=change.after)
            case ChangeResults(results=Results.QUERY):
                live = replace(live, result_configuration=change.after)
            case ChangeResults():
                live = replace(live, job_result_configuration=change.after)
            case AcceptPayment() | DeclinePayment():
                live = replace(live, payments={**live.payments, change.cost: change.after})
            case ClaimMembership():
                live = replace(live, tags={**(live.tags or {}), OWNER_TAG: change.after})
            case ChangeTags(edit=edit):
                kept = {key: value for key, value in (live.tags or {}).items() if key not in edit.removed}
                live = replace(live, tags={**kept, **edit.written})
    return live


DESIRED = st.builds(
    wanted,
    query_log=MAYBE,
    job_log=MAYBE,
    metrics=MAYBE,
    result_configuration=st.none() | PLACES,
    job_result_configuration=st.none() | PLACES,
    payer_for=st.none() | COSTS,
    tags=st.none() | TAGS,
    paused=st.booleans(),
)
LIVE = st.builds(
    membership,
    query_log=st.booleans(),
    job_log=st.booleans(),
    metrics=st.booleans(),
    result_configuration=st.none() | PLACES,
    job_result_configuration=st.none() | PLACES,
    payments=FLAGS,
    tags=TAGS,
)


@LAW
@given(desired=DESIRED, live=LIVE, candidate_for=FLAGS)
def test_what_the_file_says_comes_about_and_what_it_is_silent_about_stays(
    desired: DesiredMembership, live: Membership, candidate_for: dict[CostType, bool]
) -> None:
    around = collaboration(member(BANK, payments=candidate_for), member(SHOP))
    now = made(live, plan_membership(desired, Invitation(live, around)))
    assert () == plan_membership(desired, Invitation(now, around)).changes
    for setting in ("query_log", "job_log", "result_configuration", "job_result_configuration"):
        if getattr(desired, setting) is None:
            assert getattr(live, setting) == getattr(now, setting)
    assert (live.metrics, live.id) == (now.metrics, now.id)
    if desired.payer_for is None:
        assert live.payments == now.payments
    else:
        before, accepted = ({cost for cost, pays in each.payments.items() if pays} for each in (live, now))
        asked = {cost for cost, pays in candidate_for.items() if pays}
        assert desired.payer_for & (asked | before) == accepted


@LAW
@given(desired=DESIRED, live=LIVE)
def test_a_paused_membership_refuses_nothing_and_plans_what_it_would_plan_anyway(
    desired: DesiredMembership, live: Membership
) -> None:
    paused, going = (plan_membership(replace(desired, paused=rest), Invitation(live, None)) for rest in (True, False))
    assert (going.changes, going.dangers, ()) == (paused.changes, paused.dangers, paused.refusals)


SOME_COSTS = st.frozensets(st.sampled_from([CostType.QUERY_COMPUTE, CostType.JOB_COMPUTE, CostType.MODEL_TRAINING]))


@pytest.mark.parametrize("reading", [*readings()])
@settings(max_examples=3, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(asked=SOME_COSTS, lists=st.lists(SOME_COSTS, min_size=1, max_size=3), tags=TAGS)
def test_a_payer_accepts_what_is_asked_and_listed_and_one_more_run_writes_nothing(
    service_of_session: Service,
    reading: dict[str, str],
    asked: frozenset[CostType],
    lists: list[frozenset[CostType]],
    tags: dict[str, str],
) -> None:
    service_of_session.start(reading)
    costs = [CostType.QUERY_COMPUTE, CostType.JOB_COMPUTE]
    if "jobPayerWithoutRunner" in reading:
        costs, asked = [CostType.QUERY_COMPUTE], asked - {CostType.JOB_COMPUTE}
    shop = member(SHOP, payments=dict.fromkeys(costs, True))
    invited = member(BANK, status="INVITED", payments=dict.fromkeys(asked, True))
    governed = create(service_of_session, collaboration(invited, shop))
    Joining(governed, payer_for=frozenset(CostType)).run()
    for listed in lists:
        joining = Joining(governed, payer_for=listed, tags=tags)
        report = joining.run()
        accepted = accepted_payments(service_of_session.port(BANK).memberships()[0])
        if report.outcome is Outcome.REFUSED:
            assert "error" == reading.get("decline")
            assert {"cannot-decline"} == {refusal.rule for refusal in report.plan.refusals}
        else:
            assert (Outcome.CONVERGED, listed & asked) == (report.outcome, accepted)
        assert [] == joining.writes()


@LAW
@given(st.data())
def test_a_pin_passes_exactly_the_request_and_the_content_that_was_read(data: st.DataObject) -> None:
    live, _ = data.draw(worlds())
    read, other = (data.draw(change_requests(live, number)) for number in (1, 1))
    pinned = VotingPolicy(pinned=(Pin(read.id, content_fingerprint(read.changes)),))
    same = content_fingerprint(other.changes) == content_fingerprint(read.changes)
    passes = decide_vote(pinned, other, live, TODAY, own_plan=True).action is Action.APPROVE
    assert (same and not other.unknown) == passes
    assert decide_vote(pinned, replace(other, id=request_id(2)), live, TODAY, own_plan=True).action is None


ENCRYPTIONS = st.none() | st.fixed_dictionaries({name: st.booleans() for name in ENCRYPTION})
RUNNING = st.sampled_from([(), (QUERY,), (CAN_RUN_JOB,), (QUERY, CAN_RUN_JOB)])


@st.composite
def invitations(draw: st.DrawFn) -> Collaboration:
    """What an invited account may see: anybody may run things, and pay or not."""
    own = member(
        BANK, *draw(mutable_abilities), *draw(RUNNING), status="INVITED", payments=draw(FLAGS), ml_abilities=draw(ml_abilities)
    )
    return collaboration(
        own,
        member(SHOP, payments=draw(FLAGS)),
        query_log=draw(st.booleans()),
        job_log=draw(st.booleans()),
        encryption=draw(ENCRYPTIONS),
    )


def expecting(live: Collaboration) -> DesiredMembership:
    """The membership that expects just what the invitation says, and accepts just what it makes the account pay for."""
    own = live.members[BANK]
    duties = payment_duties(own, live.members.values())
    return wanted(
        expects=Expectations(
            live.creator, own.abilities, own.ml_abilities, duties, live.query_log, live.job_log, live.encryption or {}
        ),
        payer_for=duties,
        result_configuration=RESULTS,
    )


def refused(desired: DesiredMembership, live: Collaboration) -> set[str]:
    return {refusal.rule for refusal in plan_membership(desired, Invitation(None, live)).refusals}


@st.composite
def other_invitations(draw: st.DrawFn, live: Collaboration) -> tuple[set[str], Collaboration]:
    """The invitation with one thing said otherwise, and the rules that this breaks."""
    own, ability = live.members[BANK], draw(st.sampled_from([RECEIVE, EXPORT, FUTURE]))
    learning = draw(st.sampled_from([*ML_ABILITIES, "CAN_DREAM"]))
    ways: list[tuple[set[str], Collaboration]] = [
        ({"expects-creator"}, replace(live, creator=SHOP)),
        ({"expects-abilities"}, with_entry(live, replace(own, abilities=own.abilities ^ {ability}))),
        ({"expects-ml-abilities"}, with_entry(live, replace(own, ml_abilities=own.ml_abilities ^ {learning}))),
        ({"expects-query-log"}, replace(live, query_log=not live.query_log)),
        ({"expects-job-log"}, replace(live, job_log=not live.job_log)),
    ]
    if live.encryption is None:
        ways.append(({"expects-encryption"}, replace(live, encryption=ENCRYPTION)))
    else:
        name = draw(st.sampled_from(sorted(ENCRYPTION)))
        ways.append(({"expects-encryption"}, replace(live, encryption={**live.encryption, name: not live.encryption[name]})))
        ways.append(({"expects-encryption"}, replace(live, encryption=None)))
    cost = draw(st.sampled_from([*CostType]))
    flipped = with_entry(live, replace(own, payments={**own.payments, cost: not own.payments.get(cost)}))
    now, then = (payment_duties(each.members[BANK], each.members.values()) for each in (live, flipped))
    if now != then:
        ways.append(({"expects-payer-for"} | ({"payment-duties"} if then - now else set()), flipped))
    return draw(st.sampled_from(ways))


def with_entry(live: Collaboration, own: Member) -> Collaboration:
    return replace(live, members={**live.members, BANK: own})


@LAW
@given(st.data())
def test_an_invitation_is_accepted_that_says_all_that_is_expected_and_none_that_says_one_thing_otherwise(
    data: st.DataObject,
) -> None:
    live = data.draw(invitations())
    desired = expecting(live)
    assert set() == refused(desired, live)
    broken, other = data.draw(other_invitations(live))
    assert broken == refused(desired, other)


@LAW
@given(st.data())
def test_nobody_joins_whose_duties_go_beyond_what_the_file_accepts(data: st.DataObject) -> None:
    live = data.draw(invitations())
    duties = payment_duties(live.members[BANK], live.members.values())
    accepted = data.draw(st.none() | COSTS)
    desired = wanted(payer_for=accepted, result_configuration=RESULTS)
    plan = plan_membership(desired, Invitation(None, live))
    assert ({"payment-duties"} if duties - (accepted or frozenset()) else set()) == {each.rule for each in plan.refusals}
    (join,) = (each.change for each in plan.changes if isinstance(each.change, JoinCollaboration))
    assert duties == join.payments
