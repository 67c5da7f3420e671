"""Privacy budgets: planned with their impact, made after their membership, changed only as acknowledged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests import tables
from tests.providers.conftest import Settled
from tests.providers.mini_engine import Stack
from tests.providers.stacks import ACCOUNTS, BANK, MEDIA, MEDIAS, RETAILER, RETAILERS, Config, governing, only_seen
from tests.providers.world import World

MEMBERSHIP, NOISE, ORDERS = "membership media", "privacybudgettemplate media/noise", "privacybudgettemplate media/orders"
CREATE, UPDATE, DELETE = "CreatePrivacyBudgetTemplate", "UpdatePrivacyBudgetTemplate", "DeletePrivacyBudgetTemplate"
PRIVACY: Config = {"type": "DIFFERENTIAL_PRIVACY", "epsilon": 3, "usersNoisePerQuery": 50, "autoRefresh": "NONE"}


def access(uses: int, table: str = "orders") -> Config:
    amount = {"type": "CALENDAR_WEEK", "budget": uses, "autoRefresh": "ENABLED"}
    return {"type": "ACCESS_BUDGET", "resource": table, "budgets": [amount]}


def declaring(budgets: Config | None, **media: Any) -> Config:
    declared = {} if budgets is None else {"privacyBudgets": budgets}
    return governing(memberships={"media": {**MEDIAS, **declared, **media}, "retailer": RETAILERS})


def media_membership(world: World) -> str:
    (found,) = world.console(MEDIA).list_memberships()["membershipSummaries"]
    return str(found["id"])


def associate(world: World, name: str = "orders") -> None:
    """A person associates a table of Media's, which Media may query."""
    tables.associate(world.console(MEDIA), MEDIA, media_membership(world), name, MEDIA)


def templates(world: World) -> list[dict[str, Any]]:
    console, own = world.console(MEDIA), media_membership(world)
    listed = console.list_privacy_budget_templates(membershipIdentifier=own)["privacyBudgetTemplateSummaries"]
    return [
        console.get_privacy_budget_template(membershipIdentifier=own, privacyBudgetTemplateIdentifier=each["id"])[
            "privacyBudgetTemplate"
        ]
        for each in listed
    ]


@pytest.fixture
def stack(settled: Settled) -> Stack:
    return settled(governing())


def test_a_budget_is_previewed_with_its_impact_then_made_and_then_the_same(stack: Stack) -> None:
    stack.config = declaring({"noise": PRIVACY})
    preview, run, again = stack.preview(), stack.update(), stack.preview()
    assert ("create", []) == (preview[NOISE].op, preview.writes)
    assert [
        "create differential privacy of 222233334444 (Media): epsilon 3, noise of 50 users a query, never renewed"
    ] == preview[NOISE].plan
    assert any("allows, if it is used for one kind alone: 150 AVG, COUNT" in line for line in preview.said(NOISE))
    assert ([CREATE], "same", "converged") == (run.writes, again[NOISE].op, stack.state[NOISE].outputs["outcome"])
    assert f"{stack.state['collaboration sales'].id}/{MEDIA}/noise" == stack.state[NOISE].id
    assert stack.state[NOISE].outputs["template"] == templates(stack.world)[0]["id"]


def test_a_new_stack_joins_and_protects_in_one_run(world: World) -> None:
    stack = Stack(world, declaring({"noise": PRIVACY, "orders": access(50)}))
    preview, run = stack.preview(), stack.update()
    assert "fingerprint" in preview[NOISE].inputs
    assert ["CreateCollaboration", "CreateMembership", "CreateMembership", CREATE] == run.writes
    assert ("converged", "waiting") == tuple(stack.state[name].outputs["outcome"] for name in (NOISE, ORDERS))


def test_a_table_that_is_not_associated_yet_is_waited_for_and_then_limited(stack: Stack) -> None:
    stack.config = declaring({"orders": access(50)})
    run = stack.update()
    assert ([], "waiting") == (run.writes, stack.state[ORDERS].outputs["outcome"])
    assert any("has no table 'orders' in this collaboration" in line for line in run.said(ORDERS))
    assert "same" == stack.preview()[ORDERS].op
    associate(stack.world)
    assert ("update", [CREATE]) == ((run := stack.update())[ORDERS].op, run.writes)
    assert ("same", 50) == (
        stack.preview()[ORDERS].op,
        templates(stack.world)[0]["parameters"]["accessBudget"]["budgetParameters"][0]["budget"],
    )


def test_what_is_there_already_is_adopted(stack: Stack) -> None:
    stack.world.console(MEDIA).create_privacy_budget_template(
        membershipIdentifier=media_membership(stack.world),
        privacyBudgetType="DIFFERENTIAL_PRIVACY",
        autoRefresh="NONE",
        parameters={"differentialPrivacy": {"epsilon": 3, "usersNoisePerQuery": 50}},
    )
    stack.config = declaring({"noise": PRIVACY})
    run = stack.update()
    assert ("create", [], "converged") == (run[NOISE].op, run.writes, stack.state[NOISE].outputs["outcome"])
    assert any(line.startswith("found: 222233334444 (Media) has such a template") for line in run.said(NOISE))


@pytest.fixture
def limited(stack: Stack) -> Stack:
    """Media's table has 50 uses a week."""
    associate(stack.world)
    stack.config = declaring({"orders": access(50)})
    stack.update()
    return stack


def test_a_reset_is_refused_and_then_acknowledged(limited: Stack) -> None:
    limited.config = declaring({"orders": access(80)})
    preview, run = limited.preview(), limited.update()
    assert (["budget-reset"], "failed", []) == (preview[ORDERS].refused, run[ORDERS].op, run.writes)
    assert any("CALENDAR_WEEK: 50 of 50 left, afterwards 80 (+30)" in line for line in preview.said(ORDERS))
    (mark,) = preview[ORDERS].inputs["plan"]["dangers"]
    limited.config = declaring({"orders": access(80)}, acknowledge=[mark])
    run = limited.update()
    assert ("update", [UPDATE]) == (run[ORDERS].op, run.writes)
    again = limited.preview()
    assert {"same"} == set(again.ops.values())
    assert any(f"{mark} matches nothing any more" in line for line in again.said(MEMBERSHIP))


def test_the_plan_of_a_reset_does_not_change_with_what_is_left(limited: Stack) -> None:
    limited.config = declaring({"orders": access(80)})
    before = limited.preview()[ORDERS].wire
    limited.world.app.clock.advance(8 * 86_400)
    assert before == limited.preview()[ORDERS].wire


def test_another_renewal_is_replaced_once_acknowledged_and_gone_on_with_after_a_failure_in_between(stack: Stack) -> None:
    stack.config = declaring({"noise": PRIVACY})
    stack.update()
    monthly = {"noise": {**PRIVACY, "autoRefresh": "CALENDAR_MONTH"}}
    stack.config = declaring(monthly)
    preview = stack.preview()
    assert (["budget-replaced"], ["create", "delete"]) == (
        preview[NOISE].refused,
        [each.partition(" ")[0] for each in preview[NOISE].plan],
    )
    stack.config = declaring(monthly, acknowledge=[*preview[NOISE].inputs["plan"]["dangers"]])
    stack.world.app.faults.set([FaultRule(kind=FaultKind.DROP_BEFORE, operation=CREATE, times=1)])
    run = stack.update()
    assert ("failed", DELETE, []) == (run[NOISE].op, run.writes[0], templates(stack.world))
    assert ("update", [CREATE]) == ((run := stack.update())[NOISE].op, run.writes)
    assert ["CALENDAR_MONTH"] == [each["autoRefresh"] for each in templates(stack.world)]


def test_a_lost_answer_makes_one_template(stack: Stack) -> None:
    stack.world.app.faults.set([FaultRule(kind=FaultKind.DROP_AFTER, operation=CREATE, times=1)])
    stack.config = declaring({"noise": PRIVACY})
    run = stack.update()
    assert ("create", 1, "converged") == (
        run[NOISE].op,
        len(templates(stack.world)),
        stack.state[NOISE].outputs["outcome"],
    )
    assert any("the answer was lost; it was found by looking" in line for line in run.said(NOISE))


def test_the_audit_names_the_budget_and_the_terms_before_and_after(limited: Stack) -> None:
    audit = "audit/budgets.jsonl"
    limited.config = declaring({"orders": access(80)})
    mark = next(iter(limited.preview()[ORDERS].inputs["plan"]["dangers"]))
    limited.config = {**declaring({"orders": access(80)}, acknowledge=[mark]), "audit": {"file": audit}}
    limited.update()
    (line,) = [json.loads(each) for each in (limited.world.surroundings.project / audit).read_text().splitlines()]
    assert ("memberships.media.privacyBudgets.orders", UPDATE) == (line["key"], line["operation"])
    amounts = [line[when]["parameters"]["accessBudget"]["budgetParameters"][0]["budget"] for when in ("before", "after")]
    assert [50, 80] == amounts


def test_what_is_dropped_from_the_file_stays_in_force_and_its_membership_says_so(limited: Stack) -> None:
    limited.config = declaring({})
    del limited.state[ORDERS]
    preview = limited.preview()
    assert ({"same"}, 1) == (set(preview.ops.values()), len(templates(limited.world)))
    assert any("was made under the key orders: it stays in force" in line for line in preview.said(MEMBERSHIP))


def test_a_budget_of_a_membership_that_is_refused_is_left_alone(limited: Stack) -> None:
    place = {"s3": {"bucket": "one", "resultFormat": "CSV"}, "roleArn": f"arn:aws:iam::{MEDIA}:role/results"}
    limited.config = declaring({"orders": access(50)}, defaultResultConfiguration=place)
    limited.update()
    other = {**place, "s3": {"bucket": "another", "resultFormat": "CSV"}}
    limited.config = declaring({"orders": access(50)}, defaultResultConfiguration=other)
    run = limited.update()
    assert ("failed", "skipped") == (run[MEMBERSHIP].op, run[ORDERS].op)


def test_an_account_that_is_only_looked_at_is_told_what_would_be_done(stack: Stack) -> None:
    stack.config = {**declaring({"noise": PRIVACY}), "accounts": {**ACCOUNTS, MEDIA: only_seen(MEDIA, "Media")}}
    run = stack.update()
    assert ([], "waiting") == (run.writes, stack.state[NOISE].outputs["outcome"])
    assert any("is read-only here: shown, never written" in line for line in run.said(NOISE))


def test_a_refresh_shows_what_somebody_changed_in_the_console(stack: Stack) -> None:
    stack.config = declaring({"noise": PRIVACY})
    stack.update()
    stack.world.console(MEDIA).update_privacy_budget_template(
        membershipIdentifier=media_membership(stack.world),
        privacyBudgetTemplateIdentifier=templates(stack.world)[0]["id"],
        privacyBudgetType="DIFFERENTIAL_PRIVACY",
        parameters={"differentialPrivacy": {"epsilon": 7}},
    )
    refreshed = stack.refresh()
    assert (True, 7, 7) == (
        refreshed[NOISE].moved,
        stack.state[NOISE].inputs["epsilon"],
        stack.state[NOISE].outputs["live"]["epsilon"],
    )
    assert "update" == stack.preview()[NOISE].op


def test_an_account_that_was_edited_is_refused(limited: Stack) -> None:
    limited.config = declaring({"orders": access(50)}, account=BANK) | {
        "accounts": {**ACCOUNTS, BANK: {"name": "Bank", "role": f"arn:aws:iam::{BANK}:role/act"}}
    }
    preview = limited.preview()
    assert (["another-budget"], []) == (preview[ORDERS].refused, preview.writes)


def test_a_converged_preview_reads_each_thing_once(limited: Stack) -> None:
    calls = [str(call.operation) for call in limited.preview().calls if (call.account, call.service) == (MEDIA, "cleanrooms")]
    assert {
        "ListMemberships",
        "ListPrivacyBudgetTemplates",
        "GetPrivacyBudgetTemplate",
        "ListConfiguredTableAssociations",
    } == {*calls}
    assert 4 == len(calls)


def test_below_what_to_warn_is_told_and_never_an_update(limited: Stack) -> None:
    orders = access(50)
    limited.config = declaring({"orders": {**orders, "warnBelow": "20%"}})
    preview = limited.preview()
    assert ("same", []) == (preview[ORDERS].op, preview.writes)
    assert [] == [line for line in preview.said(ORDERS) if "warnBelow" in line]
    assert 1 == [str(call.operation) for call in preview.calls].count("ListPrivacyBudgets")
    assert ([], "same") == (limited.update().writes, limited.preview()[ORDERS].op)


def test_a_preview_warns_when_less_is_left_than_the_file_wants_to_hear_of(limited: Stack) -> None:
    limited.world.console(MEDIA).start_protected_query(
        type="SQL",
        membershipIdentifier=media_membership(limited.world),
        sqlParameters={"queryString": "select count(*) as number from orders"},
        resultConfiguration={"outputConfiguration": {"member": {"accountId": RETAILER}}},
    )
    limited.config = declaring({"orders": {**access(50), "warnBelow": "99%"}})
    preview = limited.preview()
    (warning,) = [line for line in preview.lines if "warnBelow" in line.message]
    assert "CALENDAR_WEEK: 49 of 50 left, less than 99%" in warning.message
    assert ("WARNING", "same", []) == (warning.severity, preview[ORDERS].op, preview.writes)
