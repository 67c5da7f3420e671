"""The stories that are told with crashes and with somebody interfering; see ``story`` for what they are made of.

There are two stacks, each with a state of its own: ``retailer`` governs the collaboration ``sales`` and holds the media agency,
``bank`` is the bank's own. A story says nothing about the engine that plays it.
"""

from __future__ import annotations

import copy
from typing import Any

from tests.providers.stacks import (
    BANK,
    INSURER,
    MEDIAS,
    RECEIVES,
    RETAILER,
    RETAILERS,
    Config,
    bank_stack,
    governing,
    paying,
    role,
)
from tests.reliability.story import Acknowledge, Console, Deed, Edit, LoseState, Step, Story, Up

CREATORS, PARTNERS = "retailer", "bank"
"""The stacks."""

SHOP = "666677778888"
SHOPS_NAME = {SHOP: {"name": "Shop"}}
GRANTS = {
    "types": ["GRANT_RECEIVE_RESULTS_ABILITY"],
    "accounts": [BANK],
    "abilities": ["CAN_RECEIVE_RESULTS"],
}
"""A rule by which the bank approves that it gets results."""

QUERIES = ["queryCompute"]
PAYS = {"types": ["ADD_PAYER_CANDIDATE", "REMOVE_PAYER_CANDIDATE"], "accounts": [BANK], "payerFor": QUERIES}
"""A rule by which the bank approves that it is asked to pay, or no longer asked."""

RETAILER_MAY_PAY = {"media": MEDIAS, "retailer": {**RETAILERS, "payerFor": QUERIES}}


def banks(*approves: Config, **settings: Any) -> Config:
    """The bank's own stack file: the rules by which it approves, and what else its membership says."""
    config = bank_stack("$collaboration", approve=[*approves])
    config["memberships"]["bank"].update(settings)
    return config


def without(config: Config, account: str, **settings: Any) -> Config:
    """The stack file with a member taken out of ``members`` and put into ``removed``: the two signatures of a removal."""
    sales = config["collaborations"]["sales"]
    members = {each: entry for each, entry in sales["members"].items() if each != account}
    changed = {**sales, "members": members, "removed": [account], **settings}
    return {**config, "collaborations": {"sales": changed}}


def renamed(config: Config) -> Config:
    """The stack file with the collaboration under another key, which is its name too."""
    config = copy.deepcopy(config)
    sales = config["collaborations"].pop("sales")
    config["collaborations"]["retail"] = {**sales, "previously": ["sales"]}
    for membership in config["memberships"].values():
        membership["collaboration"] = "retail"
    return config


def protecting(epsilon: int, refresh: str = "NONE", **more: Any) -> Config:
    """The stack file whose media agency sets the differential privacy of the collaboration."""
    privacy = {"type": "DIFFERENTIAL_PRIVACY", "epsilon": epsilon, "usersNoisePerQuery": 50, "autoRefresh": refresh, **more}
    return governing(memberships={"media": {**MEDIAS, "privacyBudgets": {"noise": privacy}}, "retailer": RETAILERS})


def settled(config: Config) -> tuple[Step, ...]:
    """The collaboration has been created as a stack file says, and the bank has joined in the console."""
    return (Edit(CREATORS, config), Up(CREATORS), Console(BANK, Deed.JOIN))


def settled_with_stacks(config: Config, banks_file: Config) -> tuple[Step, ...]:
    """The same, and the bank has joined from its own stack."""
    return (Edit(CREATORS, config), Up(CREATORS), Edit(PARTNERS, banks_file), Up(PARTNERS))


STORIES = (
    Story(
        "a collaboration is created and its accounts join",
        begin=(),
        steps=(Edit(CREATORS, governing()), Up(CREATORS)),
        end="""
            sales: as created
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: INVITED
            membership of 111122223333: ACTIVE, results as CSV to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute
        """,
    ),
    Story(
        "a partner joins from its own stack",
        begin=(Edit(CREATORS, governing()), Up(CREATORS)),
        steps=(Edit(PARTNERS, banks(GRANTS)), Up(PARTNERS)),
        end="""
            sales: as created
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE
            membership of 111122223333: ACTIVE, results as CSV to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute
            membership of 444455556666: ACTIVE
        """,
    ),
    Story(
        "a change is voted on by rule and committed by the creator's next run",
        begin=settled_with_stacks(governing(), banks(GRANTS)),
        steps=(Edit(CREATORS, governing({BANK: RECEIVES})), Up(CREATORS), Up(PARTNERS), Up(CREATORS)),
        end="""
            sales: as created
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE, CAN_RECEIVE_RESULTS
              COMMITTED: GRANT_RECEIVE_RESULTS_ABILITY of 444455556666: CAN_RECEIVE_RESULTS
            membership of 111122223333: ACTIVE, results as CSV to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute
            membership of 444455556666: ACTIVE
        """,
    ),
    Story(
        "a change is filed in two batches, because one is approved by itself and the other needs votes",
        begin=settled(governing(autoApprove=["ADD_MEMBER"])),
        steps=(
            Edit(CREATORS, governing({BANK: RECEIVES, INSURER: (), SHOP: ()}, SHOPS_NAME, autoApprove=["ADD_MEMBER"])),
            Up(CREATORS),
            Console(BANK, Deed.APPROVE),
            Up(CREATORS),
        ),
        end="""
            sales: autoApprovedChangeTypes ['ADD_MEMBER']
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE, CAN_RECEIVE_RESULTS
              555566667777 Insurer: INVITED
              666677778888 Shop: INVITED
              COMMITTED: ADD_MEMBER of 555566667777; ADD_MEMBER of 666677778888
              COMMITTED: GRANT_RECEIVE_RESULTS_ABILITY of 444455556666: CAN_RECEIVE_RESULTS
            membership of 111122223333: ACTIVE, results as CSV to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute
            membership of 444455556666: ACTIVE
        """,
    ),
    Story(
        "a partner is asked to pay, votes for it and accepts",
        begin=settled_with_stacks(paying(governing(memberships=RETAILER_MAY_PAY), retailer=QUERIES), banks(PAYS)),
        steps=(
            Edit(CREATORS, paying(governing(memberships=RETAILER_MAY_PAY), retailer=QUERIES, bank=QUERIES)),
            Up(CREATORS),
            Edit(PARTNERS, banks(PAYS, payerFor=QUERIES)),
            Up(PARTNERS),
            Up(CREATORS),
            Up(PARTNERS),
        ),
        end="""
            sales: as created
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS, may be asked to pay queryCompute
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE, may be asked to pay queryCompute
              COMMITTED: ADD_PAYER_CANDIDATE of 444455556666: queryCompute
            membership of 111122223333: ACTIVE, accepts to pay queryCompute, results as CSV to results
            membership of 222233334444: ACTIVE
            membership of 444455556666: ACTIVE, accepts to pay queryCompute
        """,
    ),
    Story(
        "another payer takes over from the one that there was",
        begin=settled_with_stacks(paying(governing(memberships=RETAILER_MAY_PAY), bank=QUERIES), banks(PAYS, payerFor=QUERIES)),
        steps=(
            Edit(CREATORS, paying(governing(memberships=RETAILER_MAY_PAY), bank=[], retailer=QUERIES)),
            Up(CREATORS),
            Console(BANK, Deed.APPROVE),
            Up(CREATORS),
            Up(CREATORS),
            Console(BANK, Deed.APPROVE),
            Up(CREATORS),
        ),
        end="""
            sales: as created
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS, may be asked to pay queryCompute
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE
              COMMITTED: ADD_PAYER_CANDIDATE of 111122223333: CAN_RECEIVE_RESULTS, queryCompute
              COMMITTED: REMOVE_PAYER_CANDIDATE of 444455556666
            membership of 111122223333: ACTIVE, accepts to pay queryCompute, results as CSV to results
            membership of 222233334444: ACTIVE
            membership of 444455556666: ACTIVE
        """,
    ),
    Story(
        "a member is removed with two signatures",
        begin=settled(governing({INSURER: ()})),
        steps=(Edit(CREATORS, without(governing({INSURER: ()}), INSURER)), Up(CREATORS)),
        end="""
            sales: as created
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE
              555566667777 Insurer: REMOVED
            membership of 111122223333: ACTIVE, results as CSV to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute
            membership of 444455556666: ACTIVE
        """,
    ),
    Story(
        "a collaboration gets another key and another name",
        begin=settled(governing()),
        steps=(Edit(CREATORS, renamed(governing())), Up(CREATORS)),
        end="""
            retail: as created
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE
            membership of 111122223333: ACTIVE, results as CSV to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute
            membership of 444455556666: ACTIVE
        """,
    ),
    Story(
        "an edit is taken back while votes are collected",
        begin=settled(governing()),
        steps=(
            Edit(CREATORS, governing({BANK: RECEIVES, INSURER: ()})),
            Up(CREATORS),
            Edit(CREATORS, governing({INSURER: ()})),
            Up(CREATORS),
            Console(BANK, Deed.APPROVE),
            Up(CREATORS),
        ),
        end="""
            sales: as created
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE
              555566667777 Insurer: INVITED
              CANCELLED: GRANT_RECEIVE_RESULTS_ABILITY of 444455556666: CAN_RECEIVE_RESULTS; ADD_MEMBER of 555566667777
              COMMITTED: ADD_MEMBER of 555566667777
            membership of 111122223333: ACTIVE, results as CSV to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute
            membership of 444455556666: ACTIVE
        """,
    ),
    Story(
        "the list of what is approved by itself is narrowed and then widened",
        begin=settled(governing(autoApprove=["ADD_MEMBER"])),
        steps=(
            Edit(CREATORS, governing(autoApprove=[])),
            Up(CREATORS),
            Console(BANK, Deed.APPROVE),
            Up(CREATORS),
            Edit(CREATORS, governing({INSURER: ()}, autoApprove=["ADD_MEMBER"])),
            Acknowledge(CREATORS, "sales"),
            Up(CREATORS),
            Console(BANK, Deed.APPROVE),
            Up(CREATORS),
            Console(BANK, Deed.APPROVE),
            Up(CREATORS),
        ),
        end="""
            sales: autoApprovedChangeTypes ['ADD_MEMBER']
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE
              555566667777 Insurer: INVITED
              COMMITTED: ADD_MEMBER of 555566667777
              COMMITTED: EDIT_AUTO_APPROVED_CHANGE_TYPES of the collaboration
              COMMITTED: EDIT_AUTO_APPROVED_CHANGE_TYPES of the collaboration: ADD_MEMBER
            membership of 111122223333: ACTIVE, results as CSV to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute
            membership of 444455556666: ACTIVE
        """,
    ),
    Story(
        "a denied change is asked for once more",
        begin=settled(governing()),
        steps=(
            Edit(CREATORS, governing({BANK: RECEIVES})),
            Up(CREATORS),
            Console(BANK, Deed.DENY),
            Up(CREATORS),
            Acknowledge(CREATORS, "sales"),
            Up(CREATORS),
            Console(BANK, Deed.APPROVE),
            Up(CREATORS),
        ),
        end="""
            sales: as created
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE, CAN_RECEIVE_RESULTS
              COMMITTED: GRANT_RECEIVE_RESULTS_ABILITY of 444455556666: CAN_RECEIVE_RESULTS
              DENIED: GRANT_RECEIVE_RESULTS_ABILITY of 444455556666: CAN_RECEIVE_RESULTS
            membership of 111122223333: ACTIVE, results as CSV to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute
            membership of 444455556666: ACTIVE
        """,
    ),
    Story(
        "tags, a description and the settings of a membership are changed",
        begin=settled(governing(tags={"team": "data", "cost": "17"})),
        steps=(
            Edit(
                CREATORS,
                governing(
                    memberships={
                        "media": {**MEDIAS, "queryLog": True, "tags": {"team": "media"}},
                        "retailer": {
                            **RETAILERS,
                            "defaultResultConfiguration": {
                                "s3": {"bucket": "results", "resultFormat": "PARQUET"},
                                "roleArn": role(RETAILER, "results"),
                            },
                        },
                    },
                    tags={"team": "marketing"},
                    description="Campaign measurement",
                ),
            ),
            Up(CREATORS),
        ),
        end="""
            sales: description Campaign measurement, tag team=marketing
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE
            membership of 111122223333: ACTIVE, results as PARQUET to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute, logs queries, tag team=media
            membership of 444455556666: ACTIVE
        """,
    ),
    Story(
        "a privacy budget is set, changed, and deleted and made anew",
        begin=settled(governing()),
        steps=(
            Edit(CREATORS, protecting(3)),
            Up(CREATORS),
            Edit(CREATORS, protecting(5, tags={"team": "media"})),
            Up(CREATORS),
            Edit(CREATORS, protecting(5, "CALENDAR_MONTH", tags={"team": "media"})),
            Acknowledge(CREATORS, "media", "memberships"),
            Up(CREATORS),
        ),
        end="""
            sales: as created
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE
            membership of 111122223333: ACTIVE, results as CSV to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute
            membership of 444455556666: ACTIVE
            budget of 222233334444: epsilon 5, usersNoisePerQuery 50, CALENDAR_MONTH, tag team=media
        """,
    ),
    Story(
        "the state is lost while a change waits for a vote",
        begin=(*settled(governing()), Edit(CREATORS, governing({BANK: RECEIVES, INSURER: ()})), Up(CREATORS)),
        steps=(LoseState(CREATORS), Up(CREATORS), Console(BANK, Deed.APPROVE), Up(CREATORS)),
        end="""
            sales: as created
              111122223333 Retailer: ACTIVE, CAN_RECEIVE_RESULTS
              222233334444 Media: ACTIVE, CAN_QUERY
              444455556666 Bank: ACTIVE, CAN_RECEIVE_RESULTS
              555566667777 Insurer: INVITED
              COMMITTED: GRANT_RECEIVE_RESULTS_ABILITY of 444455556666: CAN_RECEIVE_RESULTS; ADD_MEMBER of 555566667777
            membership of 111122223333: ACTIVE, results as CSV to results
            membership of 222233334444: ACTIVE, accepts to pay queryCompute
            membership of 444455556666: ACTIVE
        """,
    ),
)
