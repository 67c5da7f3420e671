"""Experiments about who votes, and what a vote does."""

from collections.abc import Iterator

from cleanrooms_governance.cli.probe.findings import Found, by_kind
from cleanrooms_governance.cli.probe.stage import RECEIVE, Document, No, Stage, Unplayable, member_change, toggled


def a_request(stage: Stage) -> Document:
    """File a request that takes votes: the creator begins to receive results, or ends."""
    entry = stage.entry(stage.creator.account)
    return stage.filed(member_change(entry, abilities=toggled(entry, RECEIVE)))


def votes_of_the_invited(stage: Stage) -> Iterator[Found]:
    """Does an account that has not joined yet get a vote?"""
    approvals = a_request(stage).get("approvals", {})
    asked = stage.member.account in approvals
    yield Found(
        "approvers",
        "active+invited" if asked else "active",
        f"an invited account is {'among' if asked else 'not among'} those who are asked",
    )


def vote_of_the_creator(stage: Stage) -> Iterator[Found]:
    """Has the creator voted by filing?"""
    status = a_request(stage).get("approvals", {}).get(stage.creator.account, {}).get("status")
    value = {"APPROVED": "implicit", "PENDING": "pending"}.get(status)
    yield Found("creatorVote", value, f"the creator's vote is {status or 'not asked for'} right after filing")


def cancelling_as_a_member(stage: Stage) -> Iterator[Found]:
    """How is a member told that only the creator may cancel?"""
    answer = stage.act(stage.member, a_request(stage), "CANCEL")
    yield by_kind("ownerActionByOthers", answer, {"403": "403", "400": "400"})


def voting_twice(stage: Stage) -> Iterator[Found]:
    """May one vote the same again?"""
    request = _approved_by_the_creator(stage)
    yield by_kind("repeatedVote", stage.act(stage.creator, request, "APPROVE"), {"done": "accept", "409": "409"})


def voting_otherwise(stage: Stage) -> Iterator[Found]:
    """May one change one's vote?"""
    request = _approved_by_the_creator(stage)
    yield by_kind("changedVote", stage.act(stage.creator, request, "DENY"), {"done": "accept", "409": "409"})


def the_last_vote(stage: Stage) -> Iterator[Found]:
    """Does a request that all approved commit itself, and can it still be voted on if it does not?"""
    request = stage.approve(a_request(stage))
    status = request["status"]
    value = {"APPROVED": "no", "COMMITTED": "yes"}.get(status)
    yield Found("autoCommitOnApproval", value, f"a request is {status} after its last vote")
    if status != "APPROVED":
        yield Found("voteOnApproved", None, "requests commit themselves, so none stays approved")
    elif stage.known.get("repeatedVote") != "accept":
        yield Found("voteOnApproved", None, "voting twice is refused anyway, so it cannot be told")
    else:
        again = stage.act(stage.member, request, "APPROVE")
        yield by_kind("voteOnApproved", again, {"409": "409", "done": "as-pending"})


def cancelling_what_is_approved(stage: Stage) -> Iterator[Found]:
    """Can the creator cancel what all approved?"""
    if stage.known.get("autoCommitOnApproval") != "no":
        yield Found("cancelApproved", None, "requests commit themselves, so none stays approved")
        return
    request = stage.approve(a_request(stage))
    yield by_kind("cancelApproved", stage.act(stage.creator, request, "CANCEL"), {"done": "allowed", "409": "409"})


def _approved_by_the_creator(stage: Stage) -> Document:
    """Return a request that waits for the member alone."""
    request = a_request(stage)
    if request.get("approvals", {}).get(stage.creator.account, {}).get("status") != "PENDING":
        return request
    answer = stage.act(stage.creator, request, "APPROVE")
    if isinstance(answer, No):
        raise Unplayable(f"the creator's vote: {answer}")
    return answer
