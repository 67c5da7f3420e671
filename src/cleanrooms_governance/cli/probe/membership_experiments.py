"""Experiments about collaborations and their members."""

import uuid
from collections.abc import Iterator

from cleanrooms_governance.cli.probe.findings import Found, by_kind
from cleanrooms_governance.cli.probe.stage import MEMBER_NAME, No, Stage


def what_creation_shows(stage: Stage) -> Iterator[Found]:
    """What does a collaboration show that its creation did not say?"""
    regions = stage.created.get("allowedResultRegions")
    value = "absent" if regions is None else "current-region" if len(regions) == 1 else None
    yield Found(
        "omittedResultRegions", value, f"allowedResultRegions is {regions or 'absent'} for a collaboration created without"
    )
    learning = stage.entry(stage.member.account)["paymentConfiguration"].get("machineLearning") or {}
    others = sorted(learning.keys() - {"modelTraining"})
    said = f"ListMembers shows {', '.join(others) or 'no cost type'} that was not configured"
    yield Found("shownPayments", "everything" if others else "where-configured", said)


def hidden_collaboration(stage: Stage) -> Iterator[Found]:
    """How is one told that one cannot see a collaboration? (Played after ListMembers worked, so that the role has it.)"""
    answer = stage.ask(stage.creator, "ListMembers", collaborationIdentifier=str(uuid.uuid4()))
    yield by_kind("notFound", answer, {"403": "403", "404": "404"})


def coming_back(stage: Stage) -> Iterator[Found]:
    """What becomes of a member that is removed: can that be repeated, and can it be invited again?"""
    account = stage.member.account
    who = {"collaborationIdentifier": stage.collaboration, "accountId": account}
    stage.must(stage.creator, "DeleteMember", **who)
    yield by_kind("removingTwice", stage.ask(stage.creator, "DeleteMember", **who), {"done": "204", "404": "404", "409": "409"})
    member = {"accountId": account, "memberAbilities": [], "displayName": MEMBER_NAME}
    answer = stage.file({"specificationType": "MEMBER", "specification": {"member": member}})
    if isinstance(answer, No):
        yield by_kind("readdRemoved", answer, {"409": "reject"})
    else:
        yield Found("readdRemoved", "accept", "a request to invite a removed account was accepted")
