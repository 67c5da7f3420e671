"""Laws of stack files about what is live: whatever there is can be written down, and the plan of what was written is empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cleanrooms_governance.budgets.plan_budget import plan_budget
from cleanrooms_governance.cli.live_world import Seen
from cleanrooms_governance.memberships.joining import Invitation, plan_membership
from cleanrooms_governance.model import AccountId, Collaboration, CostType, Membership
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.privacy_budgets import AccessParameters, Allowance, BudgetedTable, BudgetTemplate, Period
from cleanrooms_governance.settings.live_sections import LiveCollaboration, LiveMembership
from tests.emptiness import (
    as_stack,
    budgets_of,
    collaborations_of,
    departures,
    dumped,
    held_by_role,
    memberships_of,
)
from tests.laws.test_budgets import OWNERS, PRIVACY, amounts
from tests.laws.test_memberships import FLAGS, PLACES
from tests.unit.core.budgets import live as template
from tests.unit.core.budgets import seen as seen_budget
from tests.unit.core.builders import BANK, CREATOR, ID, collaboration, member
from tests.unit.core.strategies import carried_abilities, collaborations
from tests.unit.core.test_joining import ENCRYPTION, membership

LAW = settings(max_examples=60, deadline=None)
NASTY = st.sampled_from(
    [
        "Sales",
        "on",
        "111122223333",
        "2027-03-31",
        "0x1F",
        "~",
        "a: b # c",
        "{a: [b]}",
        "\"quoted\" \\ 'twice'",
        "&anchor *alias !tag",
        "- item",
        "é ü ß 名前",
        "👩‍👩‍👧‍👦",
        "\u202eevil\u2066",
        "line\u2028separator\u0085next",
        "<{%fg 1%}> ##vso[task.x]",
        "e" + "\u0301" * 30,
        "\u3164\u00a0x",
        " blanks around ",
    ]
)
TEXTS = NASTY | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    lambda text: text.strip()
)
TAG_TEXTS = st.sampled_from(["team", "cost center", "a/b:c@d", "yes", "1", "é"])
TAGS = st.dictionaries(TAG_TEXTS, st.sampled_from(["", "x", "2027-03-31", "off", "a = b"]), max_size=4)


def text_of(found: Seen, *accounts: str) -> str:
    return dumped(found, held_by_role(*accounts)).main


@st.composite
def named(draw: st.DrawFn, lives: st.SearchStrategy[Collaboration]) -> Collaboration:
    """A collaboration with names and texts of all kinds."""
    live = draw(lives)
    names = {account: replace(each, display_name=draw(TEXTS)) for account, each in live.members.items()}
    return replace(
        live,
        name=draw(TEXTS),
        description=draw(st.just("") | TEXTS),
        members=names,
        query_log=draw(st.booleans()),
        metrics=draw(st.booleans()),
        encryption=draw(st.none() | st.just(ENCRYPTION)),
        result_regions=draw(st.none() | st.just(frozenset({"eu-west-1", "us-east-1"}))),
        analytics_engine=draw(st.sampled_from([None, "SPARK", "CLEAN_ROOMS_SQL", "LATER"])),
        tags={**live.tags, **draw(TAGS)},
        auto_approved=live.auto_approved | draw(st.sampled_from([frozenset[str](), frozenset({"LATER_TYPE"})])),
    )


@LAW
@given(named(collaborations()))
def test_the_plan_of_a_collaboration_that_was_written_down_is_empty(live: Collaboration) -> None:
    stack = as_stack(text_of(Seen(collaborations=[LiveCollaboration(live, live.tags)]), CREATOR))
    ((_, desired),) = collaborations_of(stack).items()
    assert [] == departures(plan_collaboration(desired, live))


@LAW
@given(named(collaborations()))
def test_all_that_is_known_of_a_collaboration_is_written_down(live: Collaboration) -> None:
    stack = as_stack(text_of(Seen(collaborations=[LiveCollaboration(live, live.tags)]), CREATOR))
    ((_, desired),) = collaborations_of(stack).items()
    present = {account: each for account, each in live.members.items() if each.belongs}
    assert (live.name, live.id, live.region) == (desired.name, desired.id, desired.region)
    assert {account: each.abilities for account, each in present.items()} == {
        account: each.abilities for account, each in desired.members.items()
    }
    assert {account: each.display_name for account, each in present.items()} == {
        account: each.display_name for account, each in desired.members.items()
    }


ROLE = {"roleArn": f"arn:aws:iam::{BANK}:role/results"}
RESULTS = st.none() | PLACES | PLACES.map(lambda place: place | ROLE)
LIVE_MEMBERSHIPS = st.builds(
    membership,
    query_log=st.booleans(),
    job_log=st.booleans(),
    metrics=st.booleans(),
    result_configuration=RESULTS,
    job_result_configuration=RESULTS,
    payments=FLAGS,
    tags=TAGS,
)


@LAW
@given(live=LIVE_MEMBERSHIPS, candidate_for=FLAGS, abilities=carried_abilities, own=st.booleans(), name=TEXTS)
def test_the_plan_of_a_membership_that_was_written_down_is_empty(
    live: Membership, candidate_for: dict[CostType, bool], abilities: frozenset[Any], own: bool, name: str
) -> None:
    around = replace(collaboration(member(BANK, *abilities, payments=candidate_for)), name=name)
    joined = LiveMembership(live, around, live.tags or {})
    found = Seen(memberships=[joined], collaborations=[LiveCollaboration(around, around.tags)] if own else [])
    stack = as_stack(text_of(found, BANK, *([CREATOR] if own else [])))
    ((_, desired),) = memberships_of(stack).items()
    plan = plan_membership(desired, Invitation(live, around))
    assert ([], not own) == (departures(plan), desired.foreign)
    assert [] == [remark for remark in plan.remarks if remark.rule == "expectation"]


TABLES = (
    BudgetedTable("orders", f"arn:aws:cleanrooms:eu-west-1:{BANK}:membership/m/configuredtableassociation/t-orders"),
    BudgetedTable("Orders", f"arn:aws:cleanrooms:eu-west-1:{BANK}:membership/m/intermediatetable/i-orders", True),
    BudgetedTable("2027-03-31", f"arn:aws:cleanrooms:eu-west-1:{BANK}:membership/m/intermediatetable/i-day", True),
)


@st.composite
def budgets(draw: st.DrawFn) -> tuple[BudgetTemplate, ...]:
    """The templates of a membership: one of differential privacy at most, and one for some of its tables."""
    found = []
    if draw(st.booleans()):
        found.append(template(draw(PRIVACY), draw(st.sampled_from(["NONE", "CALENDAR_MONTH", "LATER"])), tags=draw(OWNERS)))
    for number, table in enumerate(TABLES):
        if draw(st.booleans()):
            shown: Mapping[str, Allowance] = draw(amounts(shown=False) | st.just({"LATER": Allowance(3)}))
            access = template(AccessParameters(table.arn, shown), tags=draw(OWNERS))
            found.append(replace(access, id=f"b-{number}"))
    return tuple(found)


@LAW
@given(budgets())
def test_the_plan_of_a_privacy_budget_that_was_written_down_is_empty(templates: tuple[BudgetTemplate, ...]) -> None:
    joined = LiveMembership(membership(query_log=True), collaboration(member(BANK)), {}, templates, TABLES)
    stack = as_stack(text_of(Seen(memberships=[joined]), BANK))
    ((key, _),) = stack.file.memberships.items()
    known = [each for each in templates if each.auto_refresh != "LATER" and "LATER" not in allowances(each)]
    desired = [*budgets_of(stack, key, ID)]
    assert len(known) == len(desired)
    for each in desired:
        wanted = each.declared.wanted
        named = getattr(wanted, "table", "")
        table = next((one for one in TABLES if named.lower() in (one.name.lower(), one.arn.lower())), None)
        arn = table.arn if table else ""
        (found,) = [one for one in known if getattr(one.parameters, "resource", "") == arn]
        assert [] == departures(plan_budget(each, seen_budget(found, table=table, tables=TABLES)))


def allowances(found: BudgetTemplate) -> Mapping[str, Allowance]:
    return found.parameters.allowances if isinstance(found.parameters, AccessParameters) else {}


@LAW
@given(st.lists(TEXTS, min_size=2, max_size=6))
def test_keys_are_valid_and_differ_whatever_the_names(names: list[str]) -> None:
    lives = [
        replace(collaboration(member(BANK)), id=f"{number:08x}-0000-4000-8000-000000000000", name=name)
        for number, name in enumerate(names)
    ]
    found = Seen(
        collaborations=[LiveCollaboration(live, {}) for live in lives],
        memberships=[
            LiveMembership(replace(membership(query_log=False), collaboration_id=live.id, account=AccountId(account)), live, {})
            for live in lives
            for account in (BANK, CREATOR)
        ],
    )
    stack = as_stack(text_of(found, BANK, CREATOR))
    assert (len(names), 2 * len(names)) == (len(stack.file.collaborations), len(stack.file.memberships))


@LAW
@given(st.permutations(range(4)))
def test_what_is_written_does_not_depend_on_the_order_in_which_it_was_read(order: list[int]) -> None:
    lives = [
        replace(collaboration(member(BANK)), id=f"{number:08x}-0000-4000-8000-000000000000", name="Sales")
        for number in range(4)
    ]
    texts = {
        text_of(Seen(collaborations=[LiveCollaboration(lives[place], {}) for place in places]), CREATOR)
        for places in (order, range(4))
    }
    assert 1 == len(texts)


def test_a_period_that_no_version_knows_is_left_out_and_said() -> None:
    templates = (template(AccessParameters(TABLES[0].arn, {"LATER": Allowance(3)}), tags={}),)
    joined = LiveMembership(membership(query_log=True), collaboration(member(BANK)), {}, templates, TABLES)
    text = text_of(Seen(memberships=[joined]), BANK)
    assert "# the privacy budget b-1 cannot be said in a file of this version: not managed, it stays" in text
    assert Period.LIFETIME not in text
