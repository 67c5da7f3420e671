"""Valid stack files, drawn at random."""

import random
from datetime import date
from typing import Any

from hypothesis import strategies as st

from cleanrooms_governance.model import AUTO_APPROVABLE_TYPES, ChangeType, CostType
from cleanrooms_governance.settings.text_shapes import ANALYTICS_ENGINES, ML_ABILITIES
from tests.unit.settings.stacks import BANK, FOREIGN_ID, INSURER, MEDIA, OTHER_ID, RETAILER, Stack

GONE = ("131313131313", "141414141414")
ACCOUNTS = (RETAILER, MEDIA, BANK, INSURER)
VISITS = f"cleanrooms:eu-west-1:{MEDIA}:membership/m/intermediatetable/t"
FINGERPRINTS = ("fp-0123456789abcdef", "fp-fedcba9876543210")


def subsets(values: Any) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(map(str, values))), unique=True)


def maybe(keys: dict[str, st.SearchStrategy[Any]], **required: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=keys)


WAYS_IN = st.sampled_from([{"environment": True}, {"profile": "a profile"}, {"profile": "another"}])
NAMES = st.sampled_from(["Retailer", "Media", "Bank", "Ünïted 7"])
HELD = maybe({"name": NAMES, "write": WAYS_IN}, read=WAYS_IN) | st.tuples(WAYS_IN, maybe({"name": NAMES})).map(
    lambda parts: parts[0] | parts[1]
)
ROLE_HELD = maybe({"name": NAMES, "externalId": st.just("a1")}, role=st.just(f"arn:aws:iam::{RETAILER}:role/team/governance"))
DAYS = st.dates(date(2026, 1, 1), date(2030, 1, 1)).map(date.isoformat)
RULES = {
    "types": subsets(ChangeType),
    "accounts": subsets(ACCOUNTS),
    "abilities": subsets(["CAN_RECEIVE_RESULTS", "CAN_SHARE_SEGMENTS"]),
    "mlAbilities": subsets(ML_ABILITIES),
    "payerFor": subsets(CostType),
    "autoApprove": subsets(AUTO_APPROVABLE_TYPES),
    "until": DAYS,
}
OF_THE_COLLABORATION = ("types", "autoApprove", "until")
DENY = st.one_of(
    maybe({key: drawn for key, drawn in RULES.items() if key != "autoApprove"}),
    maybe({key: RULES[key] for key in OF_THE_COLLABORATION}),
).filter(lambda rule: any(values for key, values in rule.items() if key != "until"))
PINS = st.lists(
    st.fixed_dictionaries({"request": st.sampled_from([FOREIGN_ID, OTHER_ID]), "content": st.sampled_from(FINGERPRINTS)}),
    max_size=3,
)
POLICIES = maybe({"approve": st.lists(maybe(RULES), max_size=3), "deny": st.lists(DENY, max_size=3), "pinned": PINS})
RESULTS = maybe(
    {},
    s3=maybe(
        {"keyPrefix": st.sampled_from(["", "rm/"]), "singleFileOutput": st.booleans()},
        bucket=st.just("retail-results"),
        resultFormat=st.sampled_from(["CSV", "PARQUET"]),
    ),
    roleArn=st.just(f"arn:aws:iam::{RETAILER}:role/cleanrooms-results"),
)
JOB_RESULTS = maybe(
    {},
    s3=maybe({"keyPrefix": st.sampled_from(["", "rm/"]), "resultFormat": st.just("CSV")}, bucket=st.just("retail-jobs")),
    roleArn=st.just(f"arn:aws:iam::{RETAILER}:role/cleanrooms-results"),
)
PRIVACY_BUDGET = st.fixed_dictionaries(
    {
        "type": st.just("DIFFERENTIAL_PRIVACY"),
        "epsilon": st.integers(1, 20),
        "usersNoisePerQuery": st.integers(10, 100),
        "autoRefresh": st.sampled_from(["CALENDAR_MONTH", "NONE"]),
    }
)
CALENDAR_AMOUNT = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["CALENDAR_DAY", "CALENDAR_WEEK", "CALENDAR_MONTH"]),
        "budget": st.integers(0, 1_000_000),
        "autoRefresh": st.sampled_from(["ENABLED", "DISABLED"]),
    }
)
LIFETIME_AMOUNT = st.fixed_dictionaries({"type": st.just("LIFETIME"), "budget": st.integers(0, 1_000_000)})
AMOUNTS = st.one_of(st.tuples(CALENDAR_AMOUNT), st.tuples(LIFETIME_AMOUNT), st.tuples(LIFETIME_AMOUNT, CALENDAR_AMOUNT)).map(
    list
)


def access_budget(table: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"type": st.just("ACCESS_BUDGET"), "resource": st.just(table), "budgets": AMOUNTS})


ACCESS_BUDGETS = st.fixed_dictionaries(
    {}, optional={"orders": access_budget("orders"), "b.visits": access_budget("arn:aws:" + VISITS)}
)
BUDGETS = st.builds(
    lambda tables, privacy: {**tables, **({"noise": privacy} if privacy else {})}, ACCESS_BUDGETS, st.none() | PRIVACY_BUDGET
)
TAGS = st.dictionaries(st.sampled_from(["team", "cost center", "crgovernance"]), st.sampled_from(["", "a/b", "é"]))
MEMBERSHIP = {
    "queryLog": st.booleans(),
    "jobLog": st.booleans(),
    "metrics": st.booleans(),
    "paused": st.booleans(),
    "tags": TAGS,
    "defaultResultConfiguration": RESULTS,
    "defaultJobResultConfiguration": JOB_RESULTS,
    "payerFor": subsets(CostType),
    "changeRequests": POLICIES,
    "acknowledge": subsets(FINGERPRINTS),
}
DEFAULT_PAYERS = maybe({"jobCompute": st.sampled_from(ACCOUNTS)}, queryCompute=st.sampled_from(ACCOUNTS))
EXPECTED = {
    "abilities": subsets(["CAN_QUERY", "CAN_SHARE_SEGMENTS"]),
    "mlAbilities": subsets(ML_ABILITIES),
    "payerFor": subsets(CostType),
    "queryLog": st.booleans(),
    "jobLog": st.booleans(),
    "encryption": maybe({"allowCleartext": st.booleans(), "preserveNulls": st.booleans()}),
}


@st.composite
def collaborations(draw: st.DrawFn) -> dict[str, Any]:
    others = draw(st.lists(st.sampled_from(ACCOUNTS[1:]), unique=True))
    runner = draw(st.sampled_from([RETAILER, *others]))
    members = {
        account: draw(
            maybe(
                {
                    "mlAbilities": subsets([*ML_ABILITIES, "CAN_DREAM_UP"]),
                    "payerFor": subsets(CostType),
                    "until": DAYS,
                    "why": st.sampled_from(["contract 77", "Ünïted 7"]),
                },
                displayName=NAMES,
                abilities=subsets(["CAN_EXPORT_QUERY_ANALYSIS_LOG", "CAN_SHARE_SEGMENTS"]),
            )
        )
        for account in [RETAILER, *others]
    }
    members[runner]["abilities"] += draw(subsets(["CAN_QUERY", "CAN_RUN_JOB", "CAN_RECEIVE_RESULTS"]))
    return draw(
        maybe(
            {
                "name": st.sampled_from(["Retail media", "x"]),
                "description": st.sampled_from(["", "Campaign\nmeasurement"]),
                "previously": subsets(["old", "older"]),
                "queryLog": st.booleans(),
                "jobLog": st.booleans(),
                "metrics": st.booleans(),
                "encryption": maybe({"allowCleartext": st.booleans(), "preserveNulls": st.booleans()}),
                "resultRegions": st.sampled_from([["eu-west-1"], ["us-east-1", "eu-west-1"]]),
                "analyticsEngine": st.sampled_from(ANALYTICS_ENGINES),
                "tags": TAGS,
                "autoApprove": subsets(AUTO_APPROVABLE_TYPES),
                "removed": subsets(GONE),
                "limits": maybe({"removals": st.integers(0, 9), "removalShare": st.sampled_from([0, 0.25, 1])}),
                "acknowledge": subsets(FINGERPRINTS),
                "untilNotice": st.sampled_from([0, 30, 90]),
                "deadline": st.integers(1, 30),
                "paused": st.booleans(),
                "unmanaged": st.sampled_from(["report", "refuse"]),
                "cancelRequests": subsets([FOREIGN_ID, OTHER_ID]),
            },
            creator=st.just(RETAILER),
            region=st.sampled_from(["eu-west-1", "us-east-1"]),
            id=st.just(OTHER_ID),
            members=st.just(members),
        )
    )


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    """Draw a valid stack: one collaboration, memberships of its members in it, and one in somebody else's."""
    collaboration = draw(collaborations())
    accounts: dict[str, Any] = {RETAILER: draw(HELD | ROLE_HELD), MEDIA: draw(HELD)}
    for partner in draw(st.lists(st.sampled_from([BANK, INSURER]), unique=True)):
        accounts[partner] = draw(maybe({"name": NAMES}))
    memberships = {
        f"m{account}": draw(
            maybe(MEMBERSHIP | {"expects": maybe(EXPECTED)}, account=st.just(account), collaboration=st.just("rm"))
        )
        for account in (RETAILER, MEDIA)
        if account in collaboration["members"] and draw(st.booleans())
    }
    if f"m{MEDIA}" in memberships and draw(st.booleans()):
        memberships[f"m{MEDIA}"]["privacyBudgets"] = draw(BUDGETS)
    for key, membership in memberships.items():
        wants_vote = draw(st.sampled_from([{}, {"ownPlan": "wait"}, {"ownPlan": "approve"}]))
        memberships[key]["changeRequests"] = membership.get("changeRequests", {}) | wants_vote
        if "CAN_RECEIVE_RESULTS" in collaboration["members"][membership["account"]]["abilities"]:
            memberships[key]["defaultResultConfiguration"] = draw(RESULTS)
    memberships["foreign"] = draw(
        maybe(
            MEMBERSHIP | {"privacyBudgets": BUDGETS, "defaultPayer": DEFAULT_PAYERS},
            account=st.just(MEDIA),
            collaboration=st.just(FOREIGN_ID),
            region=st.just("eu-central-1"),
            expects=maybe(EXPECTED, creator=st.just(BANK)),
        )
    )
    return {"accounts": accounts, "collaborations": {"rm": collaboration}, "memberships": memberships}


def rearranged(value: Any, chance: random.Random) -> Any:
    """Return the same value with its mappings and lists in another order."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: rearranged(value[key], chance) for key in keys}
    if isinstance(value, list):
        return chance.sample([rearranged(each, chance) for each in value], len(value))
    return value


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2027-03-31T00:00:00Z")
KEYS = st.sampled_from(["read", "types", "A", RETAILER])
RUBBISH = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=4,
)


def spoilt(value: Any, rubbish: list[Any], chance: random.Random) -> Any:
    """Return the same value with some of it replaced by rubbish, left out, or under another key."""
    if rubbish and chance.random() < 0.08:
        return rubbish.pop()
    if isinstance(value, dict):
        kept = {key: spoilt(each, rubbish, chance) for key, each in value.items() if chance.random() > 0.05}
        return {key[1:] if chance.random() < 0.03 else key: each for key, each in kept.items()}
    if isinstance(value, list):
        return [spoilt(each, rubbish, chance) for each in value]
    return value
