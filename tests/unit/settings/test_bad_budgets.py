"""Privacy budgets of a stack file that cannot be: the exact finding."""

from typing import Any

import pytest

from tests.unit.settings.edits import OURS, Edit, both, edited, put
from tests.unit.settings.stacks import BANK, MEDIA, RETAILER, findings_in, load_stack

SHOWN = "cleanrooms:memberships.media.privacyBudgets"
WEEK = {"type": "CALENDAR_WEEK", "budget": 50, "autoRefresh": "ENABLED"}
DAY = {"type": "CALENDAR_DAY", "budget": 5, "autoRefresh": "DISABLED"}
LIFETIME = {"type": "LIFETIME", "budget": 1000}
ACCESS = {"type": "ACCESS_BUDGET", "resource": "orders", "budgets": [WEEK]}
PRIVACY = {"type": "DIFFERENTIAL_PRIVACY", "epsilon": 3, "usersNoisePerQuery": 50, "autoRefresh": "NONE"}
ARN = "arn:aws:cleanrooms:eu-west-1:{}:membership/m/configuredtableassociation/t"


def budget(base: dict[str, Any], **changed: Any) -> Edit:
    given = {key: value for key, value in {**base, **changed}.items() if value is not None}
    return put("memberships media privacyBudgets", {"one": given})


def budgets(**several: Any) -> Edit:
    return put("memberships media privacyBudgets", several)


GOOD = {
    "one calendar amount": budget(ACCESS),
    "a lifetime": budget(ACCESS, budgets=[LIFETIME]),
    "one of each": budget(ACCESS, budgets=[LIFETIME, DAY]),
    "nothing at all": budget(ACCESS, budgets=[{**WEEK, "budget": 0}]),
    "the most": budget(ACCESS, budgets=[{**WEEK, "budget": 1_000_000}]),
    "a table by its ARN": budget(ACCESS, resource=ARN.format(MEDIA)),
    "the least privacy": budget(PRIVACY, epsilon=20, usersNoisePerQuery=10),
    "told when little is left": budgets(a={**ACCESS, "warnBelow": "1%"}, b={**PRIVACY, "warnBelow": "99%"}),
    "the most privacy": budget(PRIVACY, epsilon=1, usersNoisePerQuery=100, autoRefresh="CALENDAR_MONTH"),
    "none": budgets(),
    "the longest name": budgets(**{"b" * 48: ACCESS}),
    "both types": budgets(a=ACCESS, b=PRIVACY, c={**ACCESS, "resource": "visits", "tags": {"team": "x"}}),
}

ONE_FINDING: dict[str, tuple[Edit, str]] = {
    "no type": (budget(ACCESS, type=None), f"{SHOWN}.one.type: is missing: give DIFFERENTIAL_PRIVACY or ACCESS_BUDGET"),
    "another type": (
        budget(ACCESS, type="ACCESS"),
        f"{SHOWN}.one.type: 'ACCESS' is no type of privacy budget: did you mean ACCESS_BUDGET?",
    ),
    "told by a number": (
        budget(ACCESS, warnBelow=20),
        f"{SHOWN}.one.warnBelow: must be a share from 1% to 99%, written as 20%, not the number 20",
    ),
    "told always": (
        budget(PRIVACY, warnBelow="100%"),
        f"{SHOWN}.one.warnBelow: must be a share from 1% to 99%, written as 20%, not '100%'",
    ),
    "no epsilon": (
        budget(PRIVACY, epsilon=None),
        f"{SHOWN}.one.epsilon: is missing: give how much may be given away, 1 to 20",
    ),
    "epsilon of nothing": (
        budget(PRIVACY, epsilon=0),
        f"{SHOWN}.one.epsilon: must be a whole number from 1 to 20, not the number 0",
    ),
    "half an epsilon": (
        budget(PRIVACY, epsilon=1.5),
        f"{SHOWN}.one.epsilon: must be a whole number from 1 to 20, not the number 1.5",
    ),
    "too much noise": (
        budget(PRIVACY, usersNoisePerQuery=101),
        f"{SHOWN}.one.usersNoisePerQuery: must be a whole number from 10 to 100, not the number 101",
    ),
    "no renewal": (
        budget(PRIVACY, autoRefresh=None),
        f"{SHOWN}.one.autoRefresh: is missing: give CALENDAR_MONTH for a new budget every month, NONE for one that is never"
        " renewed",
    ),
    "a table for privacy": (
        budget(PRIVACY, resource="orders"),
        f"{SHOWN}.one.resource: only goes with ACCESS_BUDGET, and differential privacy is for all tables of the collaboration:"
        " remove it",
    ),
    "a renewal of the whole": (
        budget(ACCESS, autoRefresh="CALENDAR_MONTH"),
        f"{SHOWN}.one.autoRefresh: only goes with DIFFERENTIAL_PRIVACY: give each calendar amount under `budgets` its own",
    ),
    "no amounts": (
        budget(ACCESS, budgets=[]),
        f"{SHOWN}.one.budgets: has 0 amounts: give one calendar amount, one LIFETIME amount, or one of each",
    ),
    "a calendar amount that does not say whether it is renewed": (
        budget(ACCESS, budgets=[{"type": "CALENDAR_DAY", "budget": 5}]),
        f"{SHOWN}.one.budgets[0].autoRefresh: is missing: write ENABLED for a new budget every period, or DISABLED (AWS does"
        " not say what absence means)",
    ),
    "a lifetime that is renewed": (
        budget(ACCESS, budgets=[{**LIFETIME, "autoRefresh": "DISABLED"}]),
        f"{SHOWN}.one.budgets[0].autoRefresh: does not go with LIFETIME, which is never renewed: remove it",
    ),
    "two calendar amounts": (
        budget(ACCESS, budgets=[WEEK, DAY]),
        f"{SHOWN}.one.budgets: CALENDAR_WEEK and CALENDAR_DAY do not go together: keep one of them (a LIFETIME amount may stand"
        " beside it)",
    ),
    "the same twice": (
        budget(ACCESS, budgets=[WEEK, {**WEEK, "budget": 7}]),
        f"{SHOWN}.one.budgets[1].type: CALENDAR_WEEK is given twice: remove one of them",
    ),
    "an amount that is too large": (
        budget(ACCESS, budgets=[{**WEEK, "budget": 1_000_001}]),
        f"{SHOWN}.one.budgets[0].budget: must be a whole number from 0 to 1000000, not the number 1000001",
    ),
    "a period that there is not": (
        budget(ACCESS, budgets=[{**WEEK, "type": "CALENDAR_YEAR"}]),
        f"{SHOWN}.one.budgets[0].type: 'CALENDAR_YEAR' is no period of an access budget: did you mean CALENDAR_DAY?",
    ),
    "a table of somebody else": (
        budget(ACCESS, resource=ARN.format(BANK)),
        f"{SHOWN}.one.resource: is a table of {BANK}, and an access budget is for one of {MEDIA} itself: give one of those",
    ),
    "an ARN of something else": (
        budget(ACCESS, resource="arn:aws:glue:eu-west-1:222233334444:table/lake/orders"),
        f"{SHOWN}.one.resource: 'arn:aws:glue:eu-west-1:222233334444:table/lake/orders' is no table ARN: write that of a table"
        " association or an intermediate table of the membership whole, or the table's name",
    ),
    "a blank name": (
        budget(ACCESS, resource=" "),
        f"{SHOWN}.one.resource: ' ' is no table name: it needs a character that is not blank, and takes no control characters",
    ),
    "a second one for privacy": (
        budgets(a=PRIVACY, b={**PRIVACY, "epsilon": 4}),
        f"{SHOWN}.b: is a second DIFFERENTIAL_PRIVACY beside a: a collaboration has one, remove the other",
    ),
    "a second one for a table": (
        budgets(a=ACCESS, b={**ACCESS, "resource": "Orders"}),
        f"{SHOWN}.b.resource: 'Orders' has the budget a already: a table has one, remove the other",
    ),
    "a second one for privacy of another member": (
        both(
            budgets(a=PRIVACY),
            put(
                "memberships retailer", {"account": RETAILER, "collaboration": "retail-media", "privacyBudgets": {"b": PRIVACY}}
            ),
            put(f"{OURS} members {RETAILER} abilities", ["CAN_QUERY"]),
        ),
        "cleanrooms:memberships.retailer.privacyBudgets.b: is a second DIFFERENTIAL_PRIVACY in retail-media, beside that of"
        " media: a collaboration has one, for all its tables, remove the other",
    ),
    "a key that there is not": (
        budget(PRIVACY, noise=3),
        f"{SHOWN}.one.noise: unknown key: remove it (known here: autoRefresh, budgets, epsilon, resource, tags, type,"
        " usersNoisePerQuery, warnBelow)",
    ),
    "a name that is too long beside its membership's": (
        budgets(**{"b" * 49: ACCESS}),
        f"{SHOWN}.{'b' * 49}: media/{'b' * 49} has 55 characters: 54 are the most, shorten one of the two keys",
    ),
    "a name that is none": (
        budgets(**{"a b": ACCESS}),
        f"{SHOWN}.a b: 'a b' is no key: take up to 54 letters, digits, dots, hyphens and underscores, a letter or digit first",
    ),
}


@pytest.mark.parametrize("edit", GOOD.values(), ids=GOOD)
def test_what_the_service_takes_is_valid(edit: Edit) -> None:
    assert load_stack(edited(edit)).memberships["media"].privacy_budgets is not None


@pytest.mark.parametrize(("edit", "expected"), ONE_FINDING.values(), ids=ONE_FINDING)
def test_a_mistake_is_one_finding_with_its_path_and_what_to_do(edit: Edit, expected: str) -> None:
    assert [expected] == findings_in(edited(edit))


def test_all_mistakes_are_found_at_once() -> None:
    wrong = [{"type": "LIFETIME", "autoRefresh": "ENABLED"}, {"type": "CALENDAR_DAY", "budget": -1}]
    found = findings_in(edited(budgets(a={**ACCESS, "budgets": wrong, "epsilon": 3}, b={"type": "DIFFERENTIAL_PRIVACY"})))
    assert [
        f"{SHOWN}.a.budgets[0].autoRefresh",
        f"{SHOWN}.a.budgets[0].budget",
        f"{SHOWN}.a.budgets[1].autoRefresh",
        f"{SHOWN}.a.budgets[1].budget",
        f"{SHOWN}.a.epsilon",
        f"{SHOWN}.b.autoRefresh",
        f"{SHOWN}.b.epsilon",
        f"{SHOWN}.b.usersNoisePerQuery",
    ] == [each.partition(": ")[0] for each in found]
