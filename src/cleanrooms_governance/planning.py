"""Make the plan of a collaboration: compare the stack file with the live world, and name what cannot be planned.

What no change request, no update and no tag can bring about is explained and left alone; nothing is ever replaced.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from cleanrooms_governance.changes import (
    AddMember,
    ClaimOwnership,
    CreateCollaboration,
    GrantAbility,
    RequestChange,
    RevokeAbility,
)
from cleanrooms_governance.compare import Difference, Document, differences
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.guards import find_dangers, refuse_unacknowledged
from cleanrooms_governance.model import (
    CHANGEABLE_ABILITIES,
    KNOWN_ABILITIES,
    RUNNER_ABILITIES,
    Ability,
    AccountId,
    Collaboration,
    Member,
    MemberStatus,
)
from cleanrooms_governance.plan import Level, Plan, PlannedChange, Refusal, Remark
from cleanrooms_governance.text import label, labels, plain

OWNER_TAG = "governed-by"
"""The tag of a collaboration that says which stack governs it: ``<project>/<stack>/<key>``."""

UNMANAGED = "unmanaged"
FIXED = "fixed-at-creation"
GONE = "cannot-be-added-again"
NEW_RUNNER = "runner-fixed-at-creation"
UNKNOWN_ABILITY = "unknown-ability"
NAMELESS = "display-name-missing"

_NOT_YET = datetime.max.replace(tzinfo=UTC)

_NOT_MANAGED_SETTINGS = {"name", "description", "autoApprove"}
_SETTING_NAMES = {"queryLog": "the query log", "autoApprove": "the auto-approval list"}


def plan_collaboration(desired: DesiredCollaboration, live: Collaboration | None) -> Plan:
    """Return what separates the file from the live world.

    Parameters: ``live`` is ``None`` for a collaboration that does not exist yet. A pure function: equal arguments, equal plan.
    """
    if live is None:
        return _plan_creation(desired)
    found = _Findings(desired, live)
    for difference in differences(_live_document(desired, live), _desired_document(desired)):
        found.classify(difference)
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
            account: {"displayName": member.display_name or desired.names.get(account, ""), "abilities": member.abilities}
            for account, member in desired.members.items()
        },
    }


def _plan_creation(desired: DesiredCollaboration) -> Plan:
    unknown = [
        Refusal(
            UNKNOWN_ABILITY,
            f"{account} {ability}",
            f"collaborations.{desired.key}.members.{account}.abilities: {ability} is no ability that this version knows."
            f" Known are {', '.join(sorted(KNOWN_ABILITIES))}. Correct it, or update this tool",
        )
        for account, member in sorted(desired.members.items())
        for ability in sorted(member.abilities - KNOWN_ABILITIES)
    ]
    nameless = [refusal for account in sorted(desired.members) for refusal in _nameless(desired, account)]
    change = CreateCollaboration(desired.name, desired.region, creation_settings(desired), desired.names)
    return Plan(
        target=desired.owner,
        changes=(PlannedChange(change, needs_votes=False),),
        refusals=tuple(sorted([*unknown, *nameless])),
    )


def _nameless(desired: DesiredCollaboration, account: AccountId) -> list[Refusal]:
    if desired.members[account].display_name or desired.names.get(account):
        return []
    path = f"collaborations.{desired.key}.members.{account}"
    text = f"{path}: an invitation needs a name. Add displayName, or a name under accounts.{account}"
    return [Refusal(NAMELESS, account, text)]


def _claim(desired: DesiredCollaboration, live: Collaboration) -> ClaimOwnership | None:
    owner = live.tags.get(OWNER_TAG)
    return None if owner == desired.owner else ClaimOwnership(before=owner, after=desired.owner)


def _predict_votes(changes: list[RequestChange], live: Collaboration) -> Iterator[PlannedChange]:
    # One account's changes travel in one MEMBER change, whose list replaces: the collaboration approves all or none by itself.
    types: dict[AccountId, frozenset[str]] = {}
    for change in changes:
        types[change.account] = types.get(change.account, frozenset()) | change.types
    for change in changes:
        yield PlannedChange(change, needs_votes=not types[change.account] <= live.auto_approved)


def _desired_document(desired: DesiredCollaboration) -> Document:
    settings: dict[str, Any] = {
        "name": desired.name,
        "description": desired.description,
        "queryLog": desired.query_log,
        "autoApprove": desired.auto_approve,
    }
    members: dict[str, dict[str, Any]] = {}
    for account, member in desired.members.items():
        members[account] = {"abilities": frozenset(member.abilities)}
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
    wanted = _desired_document(desired)
    members: dict[str, dict[str, Any]] = {}
    for account, member in live.members.items():
        if member.belongs:
            members[account] = {"abilities": frozenset(member.abilities)}
            if "displayName" in wanted["members"].get(account, {}):
                members[account]["displayName"] = member.display_name
    return {"settings": {key: settings[key] for key in wanted["settings"]}, "members": members}


@dataclass
class _Findings:
    """Sorts differences into changes, refusals and remarks."""

    desired: DesiredCollaboration
    live: Collaboration

    def __post_init__(self) -> None:
        self.changes: list[RequestChange] = []
        self.refusals: list[Refusal] = []
        self.remarks: list[Remark] = []

    def classify(self, difference: Difference) -> None:
        match difference.path:
            case ("settings", *keys):
                self._setting(keys[0], difference)
            case ("members", account):
                self._member(AccountId(account), difference)
            case ("members", account, "displayName"):
                self._display_name(AccountId(account), difference)
            case ("members", account, "abilities", ability):
                self._ability(AccountId(account), Ability(ability), granted=bool(difference.after))

    @property
    def _names(self) -> Mapping[AccountId, str]:
        return self.desired.names

    def _path(self, *parts: str) -> str:
        return ".".join(("collaborations", self.desired.key, *parts))

    def _setting(self, key: str, difference: Difference) -> None:
        if key in _NOT_MANAGED_SETTINGS:
            text = "is not changed by this version: the live value stays. Change it in the console, or follow it in the file"
            rule = UNMANAGED
        else:
            text = "cannot be changed after creation: the live value stays. Follow it in the file, or make a new collaboration"
            rule = FIXED
        message = f"{self._path(key)}: {_SETTING_NAMES.get(key, f'the {key}')} differs from the live value and {text}"
        self.remarks.append(Remark(rule, key, message, Level.WARNING))

    def _member(self, account: AccountId, difference: Difference) -> None:
        who = label(account, self._names)
        if difference.after is None:
            member = self.live.members[account]
            self.remarks.append(
                Remark(
                    UNMANAGED,
                    account,
                    f"member {label(account, {account: self._names.get(account, member.display_name)})} is in the collaboration"
                    f" and not in the file: not managed, it stays. To manage it, add it under {self._path('members')}",
                    Level.WARNING,
                )
            )
            return
        gone = self.live.members.get(account)
        if gone is not None:
            self.remarks.append(Remark(GONE, account, f"{who} {self._gone(gone.status)}", Level.WARNING))
            return
        abilities = self.desired.members[account].abilities
        self.refusals += _nameless(self.desired, account)
        if impossible := abilities & RUNNER_ABILITIES:
            self.refusals.append(
                Refusal(
                    NEW_RUNNER,
                    account,
                    f"{self._path('members', account, 'abilities')}: {', '.join(sorted(impossible))} can only be given when the"
                    " collaboration is created, and no change request may name it. Take it out, or recreate the collaboration",
                )
            )
        self.changes.append(AddMember(account, self._names))
        for ability in sorted(abilities - RUNNER_ABILITIES):
            self._ability(account, ability, granted=True)

    def _gone(self, status: str) -> str:
        out = f"Take it out of {self._path('members')}"
        match status:
            case MemberStatus.LEFT:
                return f"has left, which is final: it cannot be added again. {out}"
            case MemberStatus.REMOVED:
                return f"was removed, which is final: it cannot be added again. {out}"
            case _:
                return f"has the status {plain(status)}, which this version does not know: nothing is planned for it. {out}"

    def _display_name(self, account: AccountId, difference: Difference) -> None:
        message = (
            f"{self._path('members', account, 'displayName')}: the live display name is {plain(difference.before)!r}, and"
            " display names cannot be changed once a member is invited. Follow it in the file"
        )
        self.remarks.append(Remark(FIXED, f"{account} displayName", message, Level.WARNING))

    def _ability(self, account: AccountId, ability: Ability, *, granted: bool) -> None:
        path = self._path("members", account, "abilities")
        who = label(account, self._names)
        if ability in CHANGEABLE_ABILITIES:
            change = GrantAbility if granted else RevokeAbility
            self.changes.append(change(account, ability, self._names))
        elif ability in RUNNER_ABILITIES:
            has = "does not have it" if granted else "has it"
            self.remarks.append(
                Remark(
                    FIXED,
                    f"{account} {ability}",
                    f"{path}: {who} {has}, and {ability} is fixed when the collaboration is created. Follow the live value in"
                    " the file, or make a new collaboration",
                    Level.WARNING,
                )
            )
        elif granted:
            self.refusals.append(
                Refusal(
                    UNKNOWN_ABILITY,
                    f"{account} {ability}",
                    f"{path}: {ability} is no ability that this version knows, and {who} does not have it. Known are"
                    f" {', '.join(sorted(KNOWN_ABILITIES))}. Correct it, or update this tool",
                )
            )
        else:
            self.remarks.append(
                Remark(
                    UNMANAGED,
                    f"{account} {ability}",
                    f"{path}: {who} has {ability}, which this version does not know: not managed, it stays and is sent back"
                    " unchanged",
                    Level.WARNING,
                )
            )


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

    Parameters: ``changes`` are those that the collaboration approves by itself, so that they take effect in the same run.
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
