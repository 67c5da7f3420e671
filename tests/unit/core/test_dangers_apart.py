"""Acknowledging one danger never lets another one pass: all dangers that there are, held against each other in one table."""

import ast
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import cleanrooms_governance
from cleanrooms_governance.budgets.plan_budget import BUDGET_REPLACED, BUDGET_RESET, plan_budget
from cleanrooms_governance.desired import DesiredCollaboration, DesiredMembership
from cleanrooms_governance.memberships import updating
from cleanrooms_governance.memberships.joining import Invitation, plan_membership
from cleanrooms_governance.model import CAN_RUN_JOB, Ability, AccountId, Collaboration, Member
from cleanrooms_governance.planning import guards
from cleanrooms_governance.planning.plan import Danger, Plan
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.privacy_budgets import BudgetedTable, BudgetTemplate, PrivacyParameters, Wanted
from cleanrooms_governance.tagging import OWNER_TAG
from tests.unit.core.budgets import TABLE_ARN, access, desired, limited, privacy, seen, week
from tests.unit.core.budgets import live as live_budget
from tests.unit.core.builders import (
    BANK,
    BEGINNING,
    ID,
    NEWCOMER,
    QUERY,
    RECEIVE,
    RUNNER,
    SHOP,
    collaboration,
    member,
    pays,
    stack_file,
    wanted_member,
)
from tests.unit.core.test_joining import membership, wanted

ADD, GRANT = "ADD_MEMBER", "GRANT_RECEIVE_RESULTS_ABILITY"
Planning = Callable[[frozenset[str], str], Plan]
"""Plans one world under acknowledgements, in the collaboration with this id."""


@dataclass(frozen=True, slots=True)
class Row:
    """Worlds with one danger each: the danger, its like about another account or setting, and its like with another value.

    Where no like of that kind can exist the row has ``None``.
    """

    danger: Planning
    other_subject: Planning | None
    other_value: Planning | None

    @property
    def worlds(self) -> list[Planning]:
        """All of them."""
        return [each for each in (self.danger, self.other_subject, self.other_value) if each is not None]


def governing(desired: DesiredCollaboration, live: Collaboration) -> Planning:
    def plan(acknowledged: frozenset[str], id: str) -> Plan:
        return plan_collaboration(replace(desired, acknowledge=acknowledged), replace(live, id=id))

    return plan


def belonging(desired: DesiredMembership, **live: Any) -> Planning:
    def plan(acknowledged: frozenset[str], id: str) -> Plan:
        wants = replace(desired, acknowledge=acknowledged, collaboration=id)
        return plan_membership(wants, Invitation(membership(**live), None))

    return plan


def results_in(bucket: str, role: str) -> dict[str, Any]:
    return {"outputConfiguration": {"s3": {"bucket": bucket, "resultFormat": "CSV"}}, "roleArn": role}


def running(account: AccountId, *abilities: Ability, to: tuple[Ability, ...]) -> Planning:
    live = collaboration(member(account, QUERY, *abilities), member(NEWCOMER, RECEIVE))
    desired = stack_file(wanted_member(account, QUERY, *to), wanted_member(NEWCOMER, RECEIVE))
    return governing(desired, live)


def losing_results(account: AccountId) -> Planning:
    return governing(stack_file(wanted_member(account)), collaboration(member(account, RECEIVE)))


def paying(account: AccountId, cost: str, *others: Member) -> Planning:
    live = collaboration(member(account, payments=pays(**{cost: True})), *others)
    return governing(stack_file(wanted_member(account), wanted_member(NEWCOMER, pays_for=[cost])), live)


OUT = member(NEWCOMER, status="LEFT")
THERE = member(NEWCOMER)
PAYING = pays(queryCompute=True)
LATER = BEGINNING + timedelta(days=1)


def leaving(who: Member, *others: Member) -> Planning:
    """One account is removed, as many as the limit allows."""
    return governing(stack_file(removed=frozenset({who.account})), collaboration(who, *others))


def listing(before: set[str], after: set[str]) -> Planning:
    live = collaboration(auto_approved=frozenset(before))
    return governing(stack_file(auto_approve=frozenset(after)), live)


def governed_by(owner: str) -> Planning:
    return governing(stack_file(), collaboration(tags={OWNER_TAG: owner}))


def removing(account: AccountId, *abilities: Ability, **more: Any) -> Planning:
    """The account and another one are removed; both are one too many."""
    another = SHOP if account == BANK else NEWCOMER
    members = [member(account, *abilities, **more), member(another, **more)]
    return governing(stack_file(removed=frozenset({account, another})), collaboration(*members))


def placing(what: str, other: str, account: AccountId = BANK) -> Planning:
    was, will_be = {"bucket": "one", "role": "role-one"}, {"bucket": "one", "role": "role-one", what: other}
    desired = replace(wanted(result_configuration=results_in(**will_be)), account=account)
    return belonging(desired, query_log=False, result_configuration=results_in(**was), tags={OWNER_TAG: desired.owner})


def budgeting(wants: Wanted, template: BudgetTemplate, table: str = TABLE_ARN, account: AccountId = BANK) -> Planning:
    def plan(acknowledged: frozenset[str], id: str) -> Plan:
        budget = desired(wants, acknowledge=acknowledged, collaboration=id, account=account)
        return plan_budget(budget, seen(template, table=BudgetedTable("orders", table)))

    return plan


NEVER_RENEWED = live_budget(PrivacyParameters(3, 50), "NONE")
MONTHLY = "CALENDAR_MONTH"

TABLE = {
    guards.RUNNER_ENTRY: Row(running(RUNNER, to=(RECEIVE,)), running(BANK, to=(RECEIVE,)), running(RUNNER, RECEIVE, to=())),
    guards.LAST_RECEIVER: Row(losing_results(BANK), losing_results(SHOP), leaving(member(BANK, RECEIVE))),
    guards.LAST_PAYER: Row(
        paying(BANK, "queryCompute", OUT), paying(SHOP, "queryCompute", OUT), leaving(member(BANK, payments=PAYING))
    ),
    guards.UNSEEN_PAYER: Row(
        paying(BANK, "queryCompute", THERE),
        paying(BANK, "modelTraining", THERE),
        leaving(member(BANK, payments=PAYING), member(SHOP, payments=PAYING)),
    ),
    guards.WIDENING: Row(listing({ADD}, {ADD, GRANT}), None, listing({ADD}, {ADD, "REVOKE_RECEIVE_RESULTS_ABILITY"})),
    guards.TAKE_OVER: Row(
        governed_by("a/b/c"),
        belonging(wanted(query_log=True), query_log=False, tags={OWNER_TAG: "a/b/c"}),
        governed_by("a/b/d"),
    ),
    guards.RUNNER_REMOVAL: Row(removing(RUNNER, QUERY), removing(BANK, CAN_RUN_JOB), removing(RUNNER, QUERY, created=LATER)),
    guards.REMOVAL: Row(removing(BANK), removing(RUNNER), removing(BANK, created=LATER)),
    BUDGET_RESET: Row(
        budgeting(access(week(80)), limited(week(50))),
        budgeting(access(week(80)), limited(week(50)), table=f"{TABLE_ARN}-of-another"),
        budgeting(access(week(81)), limited(week(50))),
    ),
    BUDGET_REPLACED: Row(
        budgeting(privacy(3, 50, MONTHLY), NEVER_RENEWED),
        budgeting(privacy(3, 50, MONTHLY), NEVER_RENEWED, account=SHOP),
        budgeting(privacy(4, 50, MONTHLY), NEVER_RENEWED),
    ),
    updating.RESULT_PLACE: Row(placing("bucket", "two"), placing("role", "role-two"), placing("bucket", "three")),
}
"""Every danger that this tool knows; a new one needs a row here."""

WORLDS = [world for row in TABLE.values() for world in row.worlds]
NOTHING: frozenset[str] = frozenset()


@cache
def dangers(world: Planning, id: str = ID) -> tuple[Danger, ...]:
    return world(NOTHING, id).dangers


def refused(plan: Plan) -> set[str]:
    marks = {danger.fingerprint for danger in plan.dangers}
    return {mark for mark in marks for refusal in plan.refusals if mark in refusal.message}


def rules_in_the_code() -> Iterator[str]:
    """The rules by which the modules name the dangers that they make."""
    root = Path(cleanrooms_governance.__file__).parent
    for path in sorted(root.rglob("*.py")):
        if "_danger(" not in (text := path.read_text()) and "danger_fingerprint(" not in text:
            continue
        module = importlib.import_module(".".join(("cleanrooms_governance", *path.relative_to(root).with_suffix("").parts)))
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and _called(call) in ("_danger", "danger_fingerprint", "Danger"):
                for argument in [*call.args[:1], *(each.value for each in call.keywords if each.arg == "rule")]:
                    if isinstance(argument, ast.Name) and argument.id.isupper():
                        yield getattr(module, argument.id)
                    assert not isinstance(argument, ast.Constant), f"{path.name}: name the rule {ast.unparse(argument)}"


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_every_danger_has_its_row() -> None:
    assigned = [each for each in ast.parse(Path(guards.__file__).read_text()).body if isinstance(each, ast.Assign)]
    named = {ast.literal_eval(each.value) for each in assigned if isinstance(each.value, ast.Constant)}
    assert TABLE.keys() == named | set(rules_in_the_code())


@pytest.mark.parametrize("rule", TABLE)
def test_a_row_holds_the_danger_and_its_likes(rule: str) -> None:
    row = TABLE[rule]
    of_rule = [[each for each in dangers(world) if each.rule == rule] for world in row.worlds]
    assert all(of_rule)
    assert sum(map(len, of_rule)) == len({each.fingerprint for found in of_rule for each in found})


@pytest.mark.parametrize("rule", TABLE)
def test_a_danger_is_refused_until_it_is_acknowledged_and_then_it_alone_passes(rule: str) -> None:
    for world in TABLE[rule].worlds:
        everything = {each.fingerprint for each in dangers(world)}
        assert len(dangers(world)) == len(everything)
        assert everything == refused(world(NOTHING, ID))
        for mark in everything:
            plan = world(frozenset({mark}), ID)
            assert everything - {mark} == refused(plan)
            assert {mark} == {each.fingerprint for each in plan.dangers if each.acknowledged}
        assert set() == refused(world(frozenset(everything), ID))


@pytest.mark.parametrize("rule", TABLE)
def test_acknowledging_one_danger_never_lets_another_pass(rule: str) -> None:
    for world, neighbour in product(TABLE[rule].worlds, WORLDS):
        of_rule = {each.fingerprint for each in dangers(world) if each.rule == rule}
        there = {each.fingerprint for each in dangers(neighbour)}
        for mark in of_rule:
            assert there - {mark} == refused(neighbour(frozenset({mark}), ID))


@pytest.mark.parametrize("rule", TABLE)
def test_a_danger_in_another_collaboration_is_another_danger(rule: str) -> None:
    for world in TABLE[rule].worlds:
        here, there = ({each.fingerprint for each in dangers(world, id)} for id in (ID, ID[::-1]))
        assert here.isdisjoint(there)
        assert there == refused(world(frozenset(here), ID[::-1]))
