"""Laws of privacy budgets: what the file says comes about, what is as wanted is never sent, and no danger passes by itself."""

import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleanrooms_emulator.switches import describe
from cleanrooms_governance.budgets.budget_changes import (
    ChangeAccess,
    ChangePrivacy,
    ChangeTemplateTags,
    ClaimTemplate,
    CreateTemplate,
    EndTemplate,
)
from cleanrooms_governance.budgets.plan_budget import plan_budget, standing
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.planning.plan import Plan, Reviewed
from cleanrooms_governance.privacy_budgets import (
    AccessParameters,
    Allowance,
    BudgetTemplate,
    Period,
    PrivacyParameters,
    TemplateRefresh,
    Wanted,
    WantedAccess,
    WantedPrivacy,
)
from cleanrooms_governance.tagging import KEYS_TAG, OWNER_TAG, first_tags
from tests.unit.core.budgets import OURS, TABLE_ARN, Bank, associate, desired, live, rules, seen, use
from tests.unit.core.builders import BANK, QUERY, RUNNER, SHOP, collaboration, member
from tests.unit.core.governed import Service, create

LAW = settings(max_examples=80)
USES = st.integers(0, 1_000_000)
CALENDAR = st.sampled_from([Period.DAY, Period.WEEK, Period.MONTH])
REFRESH = st.sampled_from(["ENABLED", "DISABLED"])


@st.composite
def amounts(draw: st.DrawFn, *, shown: bool = True) -> dict[str, Allowance]:
    """A combination that the service takes; ``shown`` says that all renewals are there to be seen."""
    renewal = REFRESH if shown else REFRESH | st.none()
    kinds = draw(st.sampled_from([(True, False), (False, True), (True, True)]))
    calendar = {str(draw(CALENDAR)): Allowance(draw(USES), draw(renewal))} if kinds[0] else {}
    return calendar | ({str(Period.LIFETIME): Allowance(draw(USES), None if shown else draw(renewal))} if kinds[1] else {})


PRIVACY = st.builds(PrivacyParameters, st.integers(1, 20), st.integers(10, 100))
WANTED_PRIVACY = st.builds(WantedPrivacy, PRIVACY, st.sampled_from([*TemplateRefresh]))
WANTED_ACCESS = st.builds(WantedAccess, st.just("orders"), amounts())
TAGS = st.none() | st.dictionaries(st.sampled_from(["team", "cost"]), st.sampled_from(["", "a"]))
OWNERS = st.sampled_from([{}, {OWNER_TAG: OURS}, {OWNER_TAG: "other/prod/bank/orders"}, {"team": "by hand"}])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Wanted, BudgetTemplate | None]:
    """What a file wants, and the template that is there, if any."""
    wanted: Wanted = draw(WANTED_PRIVACY | WANTED_ACCESS)
    if draw(st.booleans()):
        return wanted, None
    tags = draw(OWNERS)
    if isinstance(wanted, WantedPrivacy):
        return wanted, live(draw(PRIVACY), draw(st.sampled_from([*TemplateRefresh])), tags=tags)
    shown = draw(st.just(wanted.allowances) | amounts(shown=False))
    return wanted, live(AccessParameters(TABLE_ARN, shown), tags=tags)


def carried_out(plan: Plan, template: BudgetTemplate | None) -> BudgetTemplate | None:
    """The template when the service has done all that is planned."""
    for change in (planned.change for planned in plan.changes):
        match change:
            case EndTemplate():
                template = None
            case CreateTemplate(wanted=WantedPrivacy() as wanted, tags=tags):
                template = live(wanted.parameters, wanted.auto_refresh, tags=first_tags(tags, OURS))
            case CreateTemplate(wanted=WantedAccess() as wanted, table=table, tags=tags):
                template = live(AccessParameters(table, wanted.allowances), tags=first_tags(tags, OURS))
            case ChangePrivacy(wanted=parameters) if template:
                template = replace(template, parameters=parameters)
            case ChangeAccess(wanted=allowances) if template:
                template = replace(template, parameters=AccessParameters(TABLE_ARN, allowances))
            case ClaimTemplate(after=owner) if template:
                template = replace(template, tags={**(template.tags or {}), OWNER_TAG: owner})
            case ChangeTemplateTags(edit=edit) if template:
                kept = {key: value for key, value in (template.tags or {}).items() if key not in edit.removed}
                template = replace(template, tags={**kept, **edit.written})
    return template


@LAW
@given(world=worlds(), tags=TAGS)
def test_what_the_file_says_comes_about_and_then_nothing_is_planned(
    world: tuple[Wanted, BudgetTemplate | None], tags: dict[str, str] | None
) -> None:
    wanted, template = world
    after = carried_out(plan_budget(desired(wanted, tags=tags), seen(template)), template)
    assert after is not None
    again = plan_budget(desired(wanted, tags=tags), seen(after))
    assert ((), Outcome.CONVERGED) == (again.changes, standing(again))
    if isinstance(wanted, WantedPrivacy):
        assert (wanted.parameters, wanted.auto_refresh) == (after.parameters, after.auto_refresh)
    for key, value in (tags or {}).items():
        assert value == (after.tags or {})[key]
    mine = {OWNER_TAG, KEYS_TAG, *(tags or {})}
    if template and template.auto_refresh == after.auto_refresh:
        theirs = {key: value for key, value in (template.tags or {}).items() if key not in mine}
        assert theirs == {key: value for key, value in (after.tags or {}).items() if key not in mine}


def reordered(allowances: Mapping[str, Allowance], seed: int) -> dict[str, Allowance]:
    items = [*allowances.items()]
    random.Random(seed).shuffle(items)
    return dict(items)


@LAW
@given(world=worlds(), seed=st.integers())
def test_the_order_of_amounts_never_matters(world: tuple[Wanted, BudgetTemplate | None], seed: int) -> None:
    wanted, template = world
    moved = replace(wanted, allowances=reordered(wanted.allowances, seed)) if isinstance(wanted, WantedAccess) else wanted
    other = template
    if template and isinstance(template.parameters, AccessParameters):
        turned = reordered(template.parameters.allowances, seed)
        other = replace(template, parameters=AccessParameters(TABLE_ARN, turned))
    plans = [plan_budget(desired(each), seen(there)) for each, there in ((wanted, template), (moved, other))]
    assert plans[0].fingerprint == plans[1].fingerprint
    assert [str(change) for change in plans[0].changes] == [str(change) for change in plans[1].changes]


@LAW
@given(world=worlds())
def test_whatever_resets_or_replaces_a_budget_is_refused_until_exactly_that_is_acknowledged(
    world: tuple[Wanted, BudgetTemplate | None],
) -> None:
    wanted, template = world
    plan = plan_budget(desired(wanted), seen(template))
    hands_out_again = any(isinstance(each.change, ChangeAccess | EndTemplate) for each in plan.changes)
    assert hands_out_again == bool({"budget-reset", "budget-replaced"} & {*rules(plan)})
    marks = frozenset(danger.fingerprint for danger in plan.dangers)
    assert [] == rules(plan_budget(desired(wanted, acknowledge=marks), seen(template)))
    for mark in marks:
        assert [mark] == [
            refusal.subject.rpartition(" ")[2]
            for refusal in plan_budget(desired(wanted, acknowledge=marks - {mark}), seen(template)).refusals
        ]


@LAW
@given(world=worlds())
def test_what_is_left_of_a_plan_after_each_step_was_reviewed_with_it(world: tuple[Wanted, BudgetTemplate | None]) -> None:
    wanted, template = world
    plan = plan_budget(desired(wanted), seen(template))
    reviewed = Reviewed.of(plan)
    for step in plan.changes:
        template = carried_out(replace(plan, changes=(step,)), template)
        reviewed.admit(plan_budget(desired(wanted), seen(template)))


ASKED = {
    "associationName",
    "calendarDisabledAfterPeriod",
    "equalUpdateResets",
    "firstPeriodStart",
    "lifetimeResetOnUpdate",
}
OTHER_READINGS = [
    {switch.name: value} for switch in describe() for value in switch.values if switch.name in ASKED and value != switch.default
]


@pytest.mark.parametrize("reading", [{}, *OTHER_READINGS], ids=lambda reading: str(reading or "as assumed"))
@settings(max_examples=3, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(files=st.lists(WANTED_ACCESS, min_size=2, max_size=3), days=st.integers(0, 40))
def test_a_budget_that_is_as_the_file_says_is_never_sent_however_much_was_used(
    service_of_session: Service, reading: dict[str, str], files: list[WantedAccess], days: int
) -> None:
    service_of_session.start(reading)
    governed = create(service_of_session, collaboration(member(BANK), member(SHOP), member(RUNNER, QUERY)))
    table = associate(governed, "orders")
    for wanted in files:
        bank = Bank(governed, wanted)
        bank = bank.acknowledging()
        assert Outcome.CONVERGED == bank.run().outcome
        if min(each.uses for each in wanted.allowances.values()):
            use(governed, table)
        service_of_session.app.clock.advance(days * 86_400)
        assert ([], Outcome.CONVERGED) == (bank.writes(), bank.run().outcome)
