"""What a request's changes amount to: their types, and the collaboration as they would leave it.

Used when a request is created, to derive types and refuse what cannot be, and again when it is committed, to
apply it: all changes together or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator.handlers.change_requests import change_rules
from cleanrooms_emulator.handlers.change_requests.change_types import (
    ADD_MEMBER,
    EDIT_AUTO_APPROVED_CHANGE_TYPES,
    Change,
    member_change_types,
    types_of_no_effect,
)
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.collaborations.roster import RUNNER_ABILITIES, Member
from cleanrooms_emulator.handlers.memberships import payer_rules, payments
from cleanrooms_emulator.handlers.refusals import invalid_configuration
from cleanrooms_emulator.handlers.timeline import latest
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.world.store import Document


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """The changes with their types, and the collaboration after all of them."""

    changes: list[Change]
    collaboration: Document


def outcome(switches: Switches, collaboration: Document, changes: Sequence[Change]) -> ChangeOutcome:
    """Judge changes against the collaboration, whose latest moment is when they would take effect.

    Raises ValidationException for changes that break a rule or have no effect, and ConflictException for
    those that contradict the state of a member.
    """
    change_rules.check_subjects(switches, changes)
    typed: list[Change] = []
    result = collaboration
    for index, change in enumerate(changes):
        path = change_rules.path_of(index)
        change_rules.check_kind(switches, change, path)
        specification = change["specification"]
        if "member" in specification:
            again = any(change_rules.subject_of(each) == specification["member"]["accountId"] for each in typed)
            judged_against = result if again else collaboration
            after, types = _member_outcome(switches, judged_against, specification["member"], path)
            result = _with_changed_member(result, after)
        else:
            change_rules.check_collaboration_change(switches, specification["collaboration"], path)
            types = [EDIT_AUTO_APPROVED_CHANGE_TYPES]
            result = {
                **result,
                "autoApprovedChangeTypes": _auto_approved(switches, result, specification["collaboration"]),
                "updateTime": latest(collaboration),
            }
        typed.append({**change, "types": types})
    payer_rules.check_after_changes(switches, roster.members(collaboration), roster.members(result), "changes")
    return ChangeOutcome(changes=typed, collaboration=result)


def distinct(values: Sequence[str]) -> list[str]:
    """The values without repetitions, in order."""
    return list(dict.fromkeys(values))


def _auto_approved(switches: Switches, collaboration: Document, specification: dict[str, Any]) -> list[str]:
    """The list replaces the old one. What it means to give none is an assumption, switch omittedAutoApproval."""
    given: list[str] | None = specification.get("autoApprovedChangeTypes")
    if given is None and switches.omitted_auto_approval == "keep":
        given = collaboration["autoApprovedChangeTypes"]
    return distinct(given or [])


def _with_changed_member(collaboration: Document, member: Member) -> Document:
    """The collaboration shows its creator's name itself."""
    names = {"creatorDisplayName": member["displayName"]} if member["accountId"] == collaboration["creatorAccountId"] else {}
    return {**roster.with_member(collaboration, member), **names}


def _member_outcome(
    switches: Switches, collaboration: Document, specification: dict[str, Any], path: str
) -> tuple[Member, list[str]]:
    current = change_rules.changeable_member(switches, collaboration, specification["accountId"])
    change_rules.check_member_change(switches, current, specification, path)
    after = _changed_member(switches, current, specification, latest(collaboration))
    types = member_change_types(current, after, *_payer_flags(switches, collaboration, current, after, specification))
    if not types:
        if switches.noop_change == "400":
            raise invalid_configuration(
                f"{path}.specification.member", f"The change of account {after['accountId']} has no effect"
            )
        types = types_of_no_effect(after)
    return after, sorted(types) if len(types) > 1 and switches.order_of_types == "alphabetical" else types


def _changed_member(switches: Switches, current: Member | None, specification: dict[str, Any], moment: float) -> Member:
    base = current or {
        "accountId": specification["accountId"],
        "status": roster.INVITED,
        "displayName": specification.get("displayName"),
        "abilities": [],
        "createTime": moment,
        "_payer": {},
    }
    renamed = {"displayName": specification["displayName"]} if _renames(switches, specification) else {}
    return {
        **base,
        **renamed,
        "abilities": _abilities(switches, base, specification),
        "mlAbilities": _ml_abilities(switches, base, specification),
        "_payer": _payer(switches, base, specification),
        "updateTime": moment,
    }


def _renames(switches: Switches, specification: dict[str, Any]) -> bool:
    """Whether a name that a change gives to a member counts (assumption, switch changedDisplayName)."""
    return specification.get("displayName") is not None and switches.changed_display_name == "applied"


def _abilities(switches: Switches, base: Member, specification: dict[str, Any]) -> list[str]:
    """The list replaces all abilities but the runner's, which stick (assumption, switch runnerAbilities)."""
    held = [each for each in base["abilities"] if each in RUNNER_ABILITIES]
    sticky = [] if held and switches.runner_abilities == "drop-if-omitted" else held
    return distinct(sticky + specification["memberAbilities"])


def _ml_abilities(switches: Switches, base: Member, specification: dict[str, Any]) -> dict[str, Any] | None:
    given: dict[str, Any] | None = specification.get("mlMemberAbilities")
    if given is not None:
        return {"customMLMemberAbilities": distinct(given["customMLMemberAbilities"])}
    held: dict[str, Any] | None = base.get("mlAbilities")
    return held if held is not None and switches.omitted_ml == "keep" else None


def _payer(switches: Switches, base: Member, specification: dict[str, Any]) -> payments.Flags:
    held = base["_payer"]
    kept = held if held and switches.omitted_payment == "keep" else {}
    return {**kept, **payments.flags_of(specification.get("paymentConfiguration"))}


def _payer_flags(
    switches: Switches,
    collaboration: Document,
    current: Member | None,
    after: Member,
    specification: dict[str, Any],
) -> tuple[payments.Flags, payments.Flags]:
    """What the member was and would be shown to pay, of the cost types that the change is about."""
    if current is None and switches.new_payer_types == ADD_MEMBER:
        return {}, {}
    named = payments.flags_of(specification.get("paymentConfiguration"))
    about = payments.COST_TYPES if switches.omitted_payment == "clear" else named
    before_all = roster.members(collaboration)
    after_all = roster.replaced(before_all, after)
    shown_before = {} if current is None else payments.shown_flags(switches, before_all, current)
    shown_after = payments.shown_flags(switches, after_all, after)
    return _of(about, shown_before), _of(about, shown_after)


def _of(cost_types: Iterable[str], flags: payments.Flags) -> payments.Flags:
    return {cost_type: flags[cost_type] for cost_type in cost_types if cost_type in flags}
