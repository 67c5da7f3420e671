"""Experiments about change requests: which are accepted, and what they do."""

from collections.abc import Iterator

from cleanrooms_governance.cli.probe.findings import Found, by_kind
from cleanrooms_governance.cli.probe.payer_experiments import naming_the_runner, pays_for_training
from cleanrooms_governance.cli.probe.stage import (
    AUTO_APPROVED,
    EXPORT,
    ML_ABILITY,
    RECEIVE,
    Document,
    No,
    Stage,
    Unplayable,
    member_change,
    settings_change,
    toggled,
)
from cleanrooms_governance.cli.probe.vote_experiments import a_request


def requests_side_by_side(stage: Stage) -> Iterator[Found]:
    """Which open requests exclude a new one?"""
    a_request(stage)
    other = stage.file(settings_change(autoApprovedChangeTypes=[*AUTO_APPROVED, "ADD_MEMBER"]))
    if isinstance(other, No):
        yield by_kind("concurrency", other, {"409": "one-per-collaboration"})
        return
    entry = stage.entry(stage.creator.account)
    same = stage.file(member_change(entry, abilities=toggled(entry, RECEIVE) ^ {EXPORT}))
    yield by_kind("concurrency", same, {"409": "one-per-subject", "done": "free"})


def without_votes(stage: Stage) -> Iterator[Found]:
    """How does an auto-approved request stand right after it was filed?"""
    entry = stage.entry(stage.creator.account)
    wanted = toggled(entry, EXPORT)
    request = stage.filed(member_change(entry, abilities=wanted))
    if not request["isAutoApproved"]:
        raise Unplayable("a request of auto-approved types was not auto-approved")
    status = request["status"]
    if status == "COMMITTED" and stage.known.get("autoCommitOnApproval") == "yes":
        said = "requests commit themselves, so it cannot be told whether auto-approved ones would without that"
        yield Found("autoApprovedStatus", None, said)
        return
    stage.carry(request)
    stage.entry_with(stage.creator.account, wanted)
    value = status if status in ("COMMITTED", "APPROVED") else None
    yield Found("autoApprovedStatus", value, f"an auto-approved request is {status} in the answer to its filing")


def a_change_of_nothing(stage: Stage) -> Iterator[Found]:
    """Is a change accepted that changes nothing?"""
    answer = stage.file(member_change(stage.entry(stage.creator.account)))
    yield by_kind("noopChange", answer, {"400": "400", "done": "accept"})


def a_wrong_type(stage: Stage) -> Iterator[Found]:
    """Does it matter that the type of a specification is another than its content?"""
    entry = stage.entry(stage.creator.account)
    change = {**member_change(entry, abilities=toggled(entry, RECEIVE)), "specificationType": "COLLABORATION"}
    yield by_kind("specificationMismatch", stage.file(change), {"400": "400", "done": "ignored"})


def an_account_twice(stage: Stage) -> Iterator[Found]:
    """May a request change one account twice?"""
    entry = stage.entry(stage.creator.account)
    first, second = toggled(entry, RECEIVE), toggled(entry, RECEIVE) ^ {EXPORT}
    answer = stage.file(member_change(entry, abilities=first), member_change(entry, abilities=second))
    yield by_kind("repeatedSubject", answer, {"400": "400", "done": "in-order"})


def the_order_of_types(stage: Stage) -> Iterator[Found]:
    """Are the types of a change listed by name? The change is such that no order by kind of change looks like one."""
    entry = stage.entry(stage.creator.account)
    grants = RECEIVE not in entry["abilities"]
    learning = {"customMLMemberAbilities": [ML_ABILITY, "CAN_RECEIVE_INFERENCE_OUTPUT"] if grants else []}
    request = stage.filed(member_change(entry, abilities=toggled(entry, RECEIVE), mlMemberAbilities=learning))
    types = list(request["changes"][0]["types"])
    if len(types) < 2:
        raise Unplayable(f"the change has the types {', '.join(types)}, too few to be in an order")
    value = "alphabetical" if types == sorted(types) else "as-derived"
    yield Found("orderOfTypes", value, f"the types are listed as {', '.join(types)}")


def another_name(stage: Stage) -> Iterator[Found]:
    """What becomes of another display name for a member?"""
    entry = stage.entry(stage.creator.account)
    wanted = toggled(entry, RECEIVE)
    answer = stage.file(member_change(entry, abilities=wanted, displayName="Probe, renamed"))
    if isinstance(answer, No):
        yield by_kind("changedDisplayName", answer, {"400": "400"})
        return
    stage.carry(answer)
    shown = stage.entry_with(stage.creator.account, wanted)["displayName"]
    value = {entry["displayName"]: "ignored", "Probe, renamed": "applied"}.get(shown)
    yield Found("changedDisplayName", value, f"the member is called {shown!r} after the change")


def what_is_left_out(stage: Stage) -> Iterator[Found]:
    """Are ML abilities and payments that a change leaves out kept or cleared?"""
    entry = stage.entry(stage.creator.account)
    had = (bool(_ml_abilities(entry)), pays_for_training(entry))
    wanted = toggled(entry, RECEIVE)
    leaves_out = member_change(entry, abilities=wanted, mlMemberAbilities=None, paymentConfiguration=None)
    stage.carry(stage.filed(leaves_out))
    after = stage.entry_with(stage.creator.account, wanted)
    has = (bool(_ml_abilities(after)), pays_for_training(after))
    for switch, before, now in zip(("omittedMl", "omittedPayment"), had, has, strict=True):
        if not before:
            yield Found(switch, None, "there was nothing to lose before")
        else:
            yield Found(switch, "keep" if now else "clear", f"what the change left out is {'still there' if now else 'gone'}")


def a_list_left_out(stage: Stage) -> Iterator[Found]:
    """What does a change of the collaboration do that names no setting?"""
    before = _auto_approved(stage)
    answer = stage.file(settings_change())
    if isinstance(answer, No):
        yield by_kind("omittedAutoApproval", answer, {"400": "400"})
        return
    stage.carry(answer)
    after = _auto_approved(stage)
    value = "keep" if after == before else None if after else "clear"
    yield Found("omittedAutoApproval", value, f"the auto-approval list has {len(after)} entries after it, {len(before)} before")


def the_entry_of_the_runner(stage: Stage) -> Iterator[Found]:
    """May CAN_QUERY be named for the account that holds it, and does it survive a change that does not name it?"""
    runner = stage.member.account
    entry = stage.entry(runner)
    if "CAN_QUERY" not in entry["abilities"]:
        raise Unplayable("the member has no CAN_QUERY any more")
    naming = naming_the_runner(stage)
    if isinstance(naming, No) and naming.kind != "400":
        yield by_kind("runnerAbilities", naming, {})
        return
    entry = stage.entry(runner)
    wanted = toggled(entry, EXPORT)
    stage.carry(stage.filed(member_change(entry, abilities=wanted)))
    kept = "CAN_QUERY" in stage.entry_with(runner, wanted)["abilities"]
    refused = isinstance(naming, No)
    value = "reject" if refused and kept else "accept-if-held" if kept else "drop-if-omitted" if not refused else None
    said = f"naming it was {'refused' if refused else 'accepted'}; a change without it {'kept it' if kept else 'TOOK IT AWAY'}"
    yield Found("runnerAbilities", value, f"CAN_QUERY of the runner: {said}")


def the_order_of_the_list(stage: Stage) -> Iterator[Found]:
    """In which direction are requests listed?"""
    listed = stage.must(stage.creator, "ListCollaborationChangeRequests", collaborationIdentifier=stage.collaboration)
    moments = [each["createTime"] for each in listed["collaborationChangeRequestSummaries"]]
    rising, falling = moments == sorted(moments), moments == sorted(moments, reverse=True)
    value = "oldest-first" if rising and not falling else "newest-first" if falling and not rising else None
    yield Found(
        "requestOrder", value, f"{len(moments)} requests are listed in the order of their creation" if value else "no order"
    )


def _auto_approved(stage: Stage) -> list[str]:
    answer = stage.must(stage.creator, "GetCollaboration", collaborationIdentifier=stage.collaboration)
    return sorted(answer["collaboration"].get("autoApprovedChangeTypes") or ())


def _ml_abilities(entry: Document) -> list[str]:
    return list((entry.get("mlAbilities") or {}).get("customMLMemberAbilities") or ())
