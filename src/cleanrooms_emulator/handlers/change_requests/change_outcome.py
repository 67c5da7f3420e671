"""What a request's changes amount to: their types, and the collaboration as they would leave it.

Used when a request is created, to derive types and refuse what cannot be, and again when it is committed, to
apply it: all changes together or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator.handlers.change_requests import change_rules
from cleanrooms_emulator.handlers.change_requests.change_types import (
    EDIT_AUTO_APPROVED_CHANGE_TYPES,
    Change,
    member_change_types,
    types_of_no_effect,
)
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.collaborations.roster import RUNNER_ABILITIES, Member
from cleanrooms_emulator.handlers.memberships import payments
from cleanrooms_emulator.handlers.refusals import invalid_configuration
from cleanrooms_emulator.handlers.timeline import latest
from cleanrooms_emulator.store import Document
from cleanrooms_emulator.switches import Switches


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
    change_rules.check_subjects(changes)
    typed: list[Change] = []
    result = collaboration
    for index, change in enumerate(changes):
        path = change_rules.path_of(index)
        change_rules.check_kind(change, path)
        specification = change["specification"]
        if "member" in specification:
            after, types = _member_outcome(switches, collaboration, specification["member"], path)
            result = roster.with_member(result, after)
        else:
            change_rules.check_collaboration_change(specification["collaboration"], path)
            types = [EDIT_AUTO_APPROVED_CHANGE_TYPES]
            result = {
                **result,
                "autoApprovedChangeTypes": distinct(specification["collaboration"]["autoApprovedChangeTypes"]),
                "updateTime": latest(collaboration),
            }
        typed.append({**change, "types": types})
    payments.check_payers_remain(roster.members(collaboration), roster.members(result), "changes")
    return ChangeOutcome(changes=typed, collaboration=result)


def distinct(values: Sequence[str]) -> list[str]:
    """The values without repetitions, in order."""
    return list(dict.fromkeys(values))


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
    return after, types


def _changed_member(switches: Switches, current: Member | None, specification: dict[str, Any], moment: float) -> Member:
    base = current or {
        "accountId": specification["accountId"],
        "status": roster.INVITED,
        "displayName": specification.get("displayName"),
        "abilities": [],
        "createTime": moment,
        "_payer": {},
    }
    return {
        **base,
        "abilities": _abilities(switches, base, specification),
        "mlAbilities": _ml_abilities(switches, base, specification),
        "_payer": _payer(switches, base, specification),
        "updateTime": moment,
    }


def _abilities(switches: Switches, base: Member, specification: dict[str, Any]) -> list[str]:
    """The list replaces all abilities but the runner's, which stick (assumption, switch runnerAbilities)."""
    sticky = [] if switches.runner_abilities == "drop-if-omitted" else RUNNER_ABILITIES
    return distinct([each for each in base["abilities"] if each in sticky] + specification["memberAbilities"])


def _ml_abilities(switches: Switches, base: Member, specification: dict[str, Any]) -> dict[str, Any] | None:
    given: dict[str, Any] | None = specification.get("mlMemberAbilities")
    kept: dict[str, Any] | None = base.get("mlAbilities") if switches.omitted_ml == "keep" else None
    return {"customMLMemberAbilities": distinct(given["customMLMemberAbilities"])} if given is not None else kept


def _payer(switches: Switches, base: Member, specification: dict[str, Any]) -> payments.Flags:
    kept = base["_payer"] if switches.omitted_payment == "keep" else {}
    return {**kept, **payments.flags_of(specification.get("paymentConfiguration"))}


def _payer_flags(
    switches: Switches,
    collaboration: Document,
    current: Member | None,
    after: Member,
    specification: dict[str, Any],
) -> tuple[payments.Flags, payments.Flags]:
    if "paymentConfiguration" not in specification and switches.omitted_payment == "keep":
        return {}, {}
    before_all = roster.members(collaboration)
    after_all = roster.replaced(before_all, after)
    shown_before = {} if current is None else payments.shown_flags(before_all, current)
    return shown_before, payments.shown_flags(after_all, after)
