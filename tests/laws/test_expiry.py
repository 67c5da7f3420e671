"""Laws of members for a time, for all worlds, files and days."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanrooms_governance.desired import DesiredCollaboration, DesiredMember
from cleanrooms_governance.model import CHANGEABLE_ABILITIES, RUNNER_ABILITIES, Collaboration
from cleanrooms_governance.planning.atoms import KNOWN_ML_ABILITIES, Setting, State, declared
from cleanrooms_governance.planning.changes import RequestChange
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from tests.laws.test_convergence import Story, play, stories
from tests.laws.test_plans import carried_out
from tests.unit.core.builders import TODAY
from tests.unit.core.governed import Service
from tests.unit.core.strategies import partners, worlds

FIRST = date(2027, 3, 1)
DAYS = st.integers(0, 6).map(lambda days: FIRST + timedelta(days))
ENDS = st.none() | DAYS
LAW = settings(max_examples=25)


@st.composite
def ending_worlds(draw: st.DrawFn) -> tuple[Collaboration, DesiredCollaboration]:
    """A collaboration and a stack file about it, some members of which are wanted for a time only."""
    live, desired = draw(worlds())
    members = {account: replace(member, until=draw(ENDS)) for account, member in desired.members.items()}
    return live, replace(desired, members=members)


WORLDS = ending_worlds()


def holdings(member: DesiredMember) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    return member.abilities, member.ml_abilities or frozenset(), frozenset(map(str, member.payer_for or ()))


def planned(desired: DesiredCollaboration, live: Collaboration) -> State:
    return {change.atom: change.after for change in plan_collaboration(desired, live).request_changes}


def beside_requests(desired: DesiredCollaboration, live: Collaboration) -> list[str]:
    """The changes that no change request carries, removals among them."""
    return [str(each) for each in plan_collaboration(desired, live).changes if not isinstance(each.change, RequestChange)]


def is_over(member: DesiredMember, day: date) -> bool:
    return member.until is not None and day > member.until


@LAW
@given(WORLDS, DAYS)
def test_nobody_is_removed_or_added_by_a_day(world: tuple[Collaboration, DesiredCollaboration], day: date) -> None:
    live, written = world
    desired = as_of(written, day)
    assert list(written.members) == list(desired.members)
    assert beside_requests(as_of(written, date.min), live) == beside_requests(desired, live)
    assert all(value for atom, value in planned(desired, live).items() if atom.setting is Setting.MEMBER)


@LAW
@given(WORLDS, DAYS, DAYS)
def test_a_later_day_only_takes_away(world: tuple[Collaboration, DesiredCollaboration], one: date, other: date) -> None:
    _, written = world
    earlier, later = (as_of(written, day) for day in sorted((one, other)))
    for account, member in later.members.items():
        assert all(now <= before for now, before in zip(holdings(member), holdings(earlier.members[account]), strict=True))
        assert member.abilities >= written.members[account].abilities & RUNNER_ABILITIES


@LAW
@given(WORLDS, DAYS)
def test_all_others_are_decided_as_written(world: tuple[Collaboration, DesiredCollaboration], day: date) -> None:
    _, written = world
    desired = as_of(written, day)
    over = {account for account, member in written.members.items() if is_over(member, day)}
    before, after = (
        {atom: value for atom, value in declared(each).items() if atom.subject not in over} for each in (written, desired)
    )
    assert before == after
    assert all(desired.members[account] == member for account, member in written.members.items() if account not in over)


@LAW
@given(WORLDS, DAYS)
def test_no_day_plans_to_give_what_the_file_as_written_does_not(
    world: tuple[Collaboration, DesiredCollaboration], day: date
) -> None:
    live, written = world
    as_written = planned(as_of(written, date.min), live)
    gives = {atom for atom, value in planned(as_of(written, day), live).items() if value is True}
    assert gives <= {atom for atom, value in as_written.items() if value is True}


@LAW
@given(WORLDS, DAYS, DAYS)
def test_it_does_not_matter_on_which_days_the_file_was_looked_at_before(
    world: tuple[Collaboration, DesiredCollaboration], one: date, other: date
) -> None:
    _, written = world
    assert as_of(written, other) == as_of(as_of(written, one), other)


@LAW
@given(WORLDS, DAYS)
def test_after_its_plan_is_carried_out_a_member_whose_time_is_over_has_lost_it_and_nothing_is_planned(
    world: tuple[Collaboration, DesiredCollaboration], day: date
) -> None:
    live, written = world
    desired = as_of(written, day)
    after = carried_out(desired, live)
    assert () == plan_collaboration(desired, after).changes
    for account, member in desired.members.items():
        if member.lapsed and account in after.members:
            before, now = live.members[account], after.members[account]
            assert (before.status, before.abilities & RUNNER_ABILITIES) == (now.status, now.abilities & RUNNER_ABILITIES)
            if now.belongs:
                assert not now.abilities & CHANGEABLE_ABILITIES
                assert not now.ml_abilities & KNOWN_ML_ABILITIES
                # The runner pays where nobody is named, and that looks the same.
                assert now.is_runner or not any(now.payments.values())


@st.composite
def ending_stories(draw: st.DrawFn) -> Story:
    """A story in which the time of some members is over that run nothing and leave others to pay for what they pay for.

    Where nobody is wanted as payer any more, the runner pays again, which looks as if it was named, or the service refuses it.
    """
    story = draw(stories())
    members = dict(story.desired.members)
    for account in sorted(draw(partners) & members.keys()):
        others = {cost for other, each in members.items() if other != account for cost in each.payer_for or ()}
        present = story.live.members.get(account)
        runs = present is not None and present.is_runner
        paying = {cost for cost, pays in present.payments.items() if pays} if present else set()
        if not runs and paying | (members[account].payer_for or set()) <= others:
            over = replace(story.desired, members={account: replace(members[account], until=TODAY - timedelta(days=1))})
            members[account] = as_of(over, TODAY).members[account]
    return replace(story, desired=replace(story.desired, members=members, today=TODAY))


@settings(max_examples=12, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(ending_stories())
def test_runs_take_what_the_end_of_a_time_takes_and_then_write_nothing(service_of_session: Service, story: Story) -> None:
    play(service_of_session, {}, story)
