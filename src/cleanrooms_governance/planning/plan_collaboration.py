"""Make the plan of a collaboration: compare the stack file with the live world, and name what cannot be planned.

What no change request, no update and no tag can bring about is explained and left alone; nothing is ever replaced.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cleanrooms_governance.desired import DesiredCollaboration, Unmanaged
from cleanrooms_governance.model import KNOWN_ABILITIES, AccountId, Collaboration, Member, MemberStatus
from cleanrooms_governance.planning.atoms import KNOWN_ML_ABILITIES, managed_costs_of, wanted_auto_approval
from cleanrooms_governance.planning.changes import (
    AddMember,
    ClaimOwnership,
    CreateCollaboration,
    GrantAbility,
    RemoveMember,
    RequestChange,
    RevokeAbility,
)
from cleanrooms_governance.planning.classification import UNKNOWN_ABILITY, UNMANAGED, Findings, nameless
from cleanrooms_governance.planning.compare import Document, differences
from cleanrooms_governance.planning.expiry import announce, refuse_to_create
from cleanrooms_governance.planning.fixed_settings import live_settings, settings_at_creation, wanted_settings
from cleanrooms_governance.planning.guards import find_dangers, refuse_unacknowledged
from cleanrooms_governance.planning.payer_agreement import differing_payers
from cleanrooms_governance.planning.payers import payments_at_creation
from cleanrooms_governance.planning.plan import Plan, PlannedChange, Refusal, Remark
from cleanrooms_governance.planning.resting import PAUSED, at_rest
from cleanrooms_governance.planning.setting_changes import TagCollaboration
from cleanrooms_governance.tagging import OWNER_TAG, edit_tags
from cleanrooms_governance.text import labels

_NOT_YET = datetime.max.replace(tzinfo=UTC)


def plan_collaboration(desired: DesiredCollaboration, live: Collaboration | None) -> Plan:
    """Return what separates the file from the live world.

    Parameters: ``desired`` is what the file wants on a day (see ``expiry.as_of``); ``live`` is ``None`` for a collaboration
    that does not exist yet. A pure function: equal arguments, equal plan.
    Raises ``ValueError`` if a member has an ``until`` that was not looked at, since it would count for nothing.
    """
    if desired.today is None and any(member.until for member in desired.members.values()):
        raise ValueError("members with an until are planned as of a day: use expiry.as_of")
    if live is None:
        return _plan_creation(desired)
    plan = _plan_changes(desired, live)
    return at_rest(plan) if desired.paused else plan


def _plan_changes(desired: DesiredCollaboration, live: Collaboration) -> Plan:
    found = Findings(desired, live)
    for difference in differences(_live_document(desired, live), _desired_document(desired, live)):
        found.classify(difference)
    found.conclude()
    claim = _claim(desired, live)
    dangers = find_dangers(found.changes, found.removals, claim, live, desired)
    changes = [PlannedChange(claim, needs_votes=False)] if claim else []
    changes += [PlannedChange(change, needs_votes=False) for change in [*found.settings, *_tags(desired, live)]]
    changes += [PlannedChange(removal, needs_votes=False) for removal in found.removals]
    changes += _predict_votes(found.changes, live)
    unmanaged, remarks = _unmanaged(desired, {*found.remarks, *announce(desired, live), *differing_payers(desired, live)})
    return Plan(
        target=live.id,
        changes=tuple(_with_reasons(changes, desired)),
        dangers=dangers,
        refusals=tuple(sorted([*found.refusals, *unmanaged, *refuse_unacknowledged(dangers)])),
        remarks=tuple(sorted(remarks)),
    )


def _unmanaged(desired: DesiredCollaboration, remarks: set[Remark]) -> tuple[list[Refusal], set[Remark]]:
    """Return what is refused because the file decides nothing about it, and the remarks that stay."""
    if desired.unmanaged is Unmanaged.REPORT:
        return [], remarks
    refused = {remark for remark in remarks if remark.rule == UNMANAGED}
    way = f"collaborations.{desired.key}.unmanaged is refuse, so nothing is done before that, or with unmanaged: report"
    return [Refusal(each.rule, each.subject, f"{each.message}. {way}") for each in refused], remarks - refused


def _with_reasons(changes: Iterable[PlannedChange], desired: DesiredCollaboration) -> Iterator[PlannedChange]:
    for planned in changes:
        member = desired.members.get(AccountId(planned.change.subject))
        yield replace(planned, why=member.why) if member and member.why else planned


def creation_settings(desired: DesiredCollaboration) -> dict[str, Any]:
    """Return everything that is decided when a collaboration is created, as a canonical document."""
    return {
        "name": desired.first_name,
        "creator": desired.creator,
        "region": desired.region,
        "description": desired.description or "",
        **settings_at_creation(desired),
        "tags": desired.tags or {},
        "autoApprove": desired.auto_approve or frozenset(),
        "owner": desired.owner,
        "members": {
            account: {
                "displayName": member.display_name or desired.names.get(account, ""),
                "abilities": member.abilities,
                "mlAbilities": member.ml_abilities or frozenset(),
                "payments": payments_at_creation(desired, member) or {},
            }
            for account, member in desired.members.items()
        },
    }


def _plan_creation(desired: DesiredCollaboration) -> Plan:
    unknown = [
        Refusal(
            UNKNOWN_ABILITY,
            f"{account} {ability}",
            f"collaborations.{desired.key}.members.{account}.{key}: {ability} is no ability that this version knows."
            f" Known are {', '.join(sorted(known))}. Correct it, or update this tool",
        )
        for account, member in sorted(desired.members.items())
        for key, listed, known in (
            ("abilities", member.abilities, KNOWN_ABILITIES),
            ("mlAbilities", member.ml_abilities or frozenset(), KNOWN_ML_ABILITIES),
        )
        for ability in sorted(listed - known)
    ]
    unnamed = [refusal for account in sorted(desired.members) for refusal in nameless(desired, account)]
    paused = [_paused_before_creation(desired)] if desired.paused else []
    change = CreateCollaboration(desired.first_name, desired.region, creation_settings(desired), desired.names)
    return Plan(
        target=desired.owner,
        changes=(PlannedChange(change, needs_votes=False),),
        refusals=tuple(sorted([*unknown, *unnamed, *refuse_to_create(desired), *paused])),
        remarks=differing_payers(desired, None),
    )


def _paused_before_creation(desired: DesiredCollaboration) -> Refusal:
    # A resource is recorded under the collaboration's id, which is only there once the collaboration is.
    text = (
        f"collaborations.{desired.key}.paused: the collaboration is not there yet, so there is nothing to pause, and it is not"
        " created. Remove paused to have it created, or take the collaboration out of the file until then"
    )
    return Refusal(PAUSED, desired.key, text)


def _claim(desired: DesiredCollaboration, live: Collaboration) -> ClaimOwnership | None:
    owner = live.tags.get(OWNER_TAG)
    if owner == desired.owner:
        return None
    return ClaimOwnership(before=owner, after=desired.owner, renamed=owner in desired.former_owners)


def _tags(desired: DesiredCollaboration, live: Collaboration) -> Iterator[TagCollaboration]:
    if desired.tags is not None and (edit := edit_tags(live.tags, desired.tags)):
        yield TagCollaboration(edit)


def _predict_votes(changes: list[RequestChange], live: Collaboration) -> Iterator[PlannedChange]:
    # One account's changes travel in one MEMBER change, whose list replaces: the collaboration approves all or none by itself.
    types: dict[str, frozenset[str]] = {}
    for change in changes:
        types[change.subject] = types.get(change.subject, frozenset()) | change.types
    for change in changes:
        yield PlannedChange(change, needs_votes=not types[change.subject] <= live.auto_approved)


def _desired_document(desired: DesiredCollaboration, live: Collaboration) -> Document:
    settings: dict[str, Any] = {
        "name": desired.name,
        "description": desired.description,
        **wanted_settings(desired),
        "autoApprove": wanted_auto_approval(desired, live),
    }
    members: dict[str, dict[str, Any]] = {}
    for account, member in desired.members.items():
        members[account] = {"abilities": frozenset(member.abilities)}
        if member.ml_abilities is not None:
            members[account]["mlAbilities"] = member.ml_abilities
        if managed_costs_of(account, desired):
            members[account]["payerFor"] = frozenset(str(cost) for cost in member.payer_for or ())
        if member.display_name is not None:
            members[account]["displayName"] = member.display_name
    return {"settings": {key: value for key, value in settings.items() if value is not None}, "members": members}


def _live_document(desired: DesiredCollaboration, live: Collaboration) -> Document:
    settings: dict[str, Any] = {
        "name": live.name,
        "description": live.description,
        **live_settings(desired, live),
        "autoApprove": live.auto_approved,
    }
    wanted = _desired_document(desired, live)
    members: dict[str, dict[str, Any]] = {}
    for account, member in live.members.items():
        if member.belongs:
            managed = managed_costs_of(account, desired) if account in desired.members else ()
            shown = {
                "abilities": frozenset(member.abilities),
                "displayName": member.display_name,
                "mlAbilities": member.ml_abilities,
                "payerFor": frozenset(str(cost) for cost in managed if member.payments.get(cost)),
            }
            compared = {"abilities"} | wanted["members"].get(account, {}).keys()
            members[account] = {key: value for key, value in shown.items() if key in compared}
    return {"settings": {key: settings[key] for key in wanted["settings"]}, "members": members}


def predicted_voters(live: Collaboration, names: Mapping[AccountId, str]) -> str:
    """Return in words whose votes a request will probably need, before the service has said so.

    Source: user guide, change requests ("all members"); that invited members and the creator's own vote do not count is an
    assumption (switches ``approvers`` and ``creatorVote`` of the embedded service), hence only ever said, never used.
    """
    voters = [
        account for account, member in live.members.items() if member.status == MemberStatus.ACTIVE and account != live.creator
    ]
    return labels(voters, names)


def predicted(live: Collaboration, desired: DesiredCollaboration, changes: Iterable[PlannedChange]) -> Collaboration:
    """Return the collaboration as it will be once the given planned changes are in effect.

    Parameters: ``changes`` are those that the collaboration approves by itself, so that they take effect in the same run: no ML
    ability, payer or auto-approval list is among them (service model: AutoApprovedChangeType).
    """
    members = dict(live.members)
    for planned in changes:
        match planned.change:
            case AddMember(account):
                wanted = desired.members[account]
                members[account] = Member(
                    account=account,
                    display_name=wanted.display_name or desired.names.get(account, ""),
                    status=MemberStatus.INVITED,
                    abilities=frozenset(),
                    created=_NOT_YET,
                )
            case RemoveMember(account):
                members[account] = replace(members[account], status=MemberStatus.REMOVED)
            case GrantAbility(account, ability):
                members[account] = replace(members[account], abilities=members[account].abilities | {ability})
            case RevokeAbility(account, ability):
                members[account] = replace(members[account], abilities=members[account].abilities - {ability})
    return replace(live, members=members)
