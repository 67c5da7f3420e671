"""Make the plan of a collaboration: compare the stack file with the live world, and name what cannot be planned.

What no change request, no update and no tag can bring about is explained and left alone; nothing is ever replaced.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cleanrooms_governance.atoms import KNOWN_ML_ABILITIES, managed_costs, wanted_auto_approval
from cleanrooms_governance.changes import (
    AddMember,
    ClaimOwnership,
    CreateCollaboration,
    GrantAbility,
    RequestChange,
    RevokeAbility,
)
from cleanrooms_governance.classification import UNKNOWN_ABILITY, Findings, nameless
from cleanrooms_governance.compare import Document, differences
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.guards import find_dangers, refuse_unacknowledged
from cleanrooms_governance.model import KNOWN_ABILITIES, AccountId, Collaboration, Member, MemberStatus
from cleanrooms_governance.payers import payments_at_creation
from cleanrooms_governance.plan import Plan, PlannedChange, Refusal
from cleanrooms_governance.tagging import OWNER_TAG
from cleanrooms_governance.text import labels

_NOT_YET = datetime.max.replace(tzinfo=UTC)


def plan_collaboration(desired: DesiredCollaboration, live: Collaboration | None) -> Plan:
    """Return what separates the file from the live world.

    Parameters: ``live`` is ``None`` for a collaboration that does not exist yet. A pure function: equal arguments, equal plan.
    """
    if live is None:
        return _plan_creation(desired)
    found = Findings(desired, live)
    for difference in differences(_live_document(desired, live), _desired_document(desired, live)):
        found.classify(difference)
    found.conclude()
    claim = _claim(desired, live)
    dangers = find_dangers(found.changes, claim, live, desired)
    changes = [PlannedChange(claim, needs_votes=False)] if claim else []
    changes += _predict_votes(found.changes, live)
    return Plan(
        target=live.id,
        changes=tuple(changes),
        dangers=dangers,
        refusals=tuple(sorted([*found.refusals, *refuse_unacknowledged(dangers)])),
        remarks=tuple(sorted(set(found.remarks))),
    )


def creation_settings(desired: DesiredCollaboration) -> dict[str, Any]:
    """Return everything that is decided when a collaboration is created, as a canonical document."""
    return {
        "name": desired.name,
        "creator": desired.creator,
        "region": desired.region,
        "description": desired.description or "",
        "queryLog": bool(desired.query_log),
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
    change = CreateCollaboration(desired.name, desired.region, creation_settings(desired), desired.names)
    return Plan(
        target=desired.owner,
        changes=(PlannedChange(change, needs_votes=False),),
        refusals=tuple(sorted([*unknown, *unnamed])),
    )


def _claim(desired: DesiredCollaboration, live: Collaboration) -> ClaimOwnership | None:
    owner = live.tags.get(OWNER_TAG)
    return None if owner == desired.owner else ClaimOwnership(before=owner, after=desired.owner)


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
        "queryLog": desired.query_log,
        "autoApprove": wanted_auto_approval(desired, live),
    }
    members: dict[str, dict[str, Any]] = {}
    managed = managed_costs(desired)
    for account, member in desired.members.items():
        members[account] = {"abilities": frozenset(member.abilities)}
        if member.ml_abilities is not None:
            members[account]["mlAbilities"] = member.ml_abilities
        if managed:
            members[account]["payerFor"] = frozenset(str(cost) for cost in member.payer_for or ())
        if member.display_name is not None:
            members[account]["displayName"] = member.display_name
    return {"settings": {key: value for key, value in settings.items() if value is not None}, "members": members}


def _live_document(desired: DesiredCollaboration, live: Collaboration) -> Document:
    settings: dict[str, Any] = {
        "name": live.name,
        "description": live.description,
        "queryLog": live.query_log,
        "autoApprove": live.auto_approved,
    }
    wanted = _desired_document(desired, live)
    members: dict[str, dict[str, Any]] = {}
    managed = managed_costs(desired)
    for account, member in live.members.items():
        if member.belongs:
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
            case GrantAbility(account, ability):
                members[account] = replace(members[account], abilities=members[account].abilities | {ability})
            case RevokeAbility(account, ability):
                members[account] = replace(members[account], abilities=members[account].abilities - {ability})
    return replace(live, members=members)
