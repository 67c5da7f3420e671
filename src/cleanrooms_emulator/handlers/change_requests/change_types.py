"""Which types a change has, and whether they let a request pass without votes.

The service derives the types and stores them when the request is created (model, Change); how is an
assumption: they name the difference between the member as it is shown and as the change would leave it
(switches newPayerTypes and orderOfTypes).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cleanrooms_emulator.handlers.collaborations.roster import CAN_RECEIVE_RESULTS, Member
from cleanrooms_emulator.handlers.memberships.payments import Flags
from cleanrooms_emulator.world.store import Document

Change = dict[str, Any]
"""As in the model: specificationType, specification and, once derived, types."""

ADD_MEMBER = "ADD_MEMBER"
EDIT_AUTO_APPROVED_CHANGE_TYPES = "EDIT_AUTO_APPROVED_CHANGE_TYPES"
ADD_PAYER_CANDIDATE = "ADD_PAYER_CANDIDATE"
REMOVE_PAYER_CANDIDATE = "REMOVE_PAYER_CANDIDATE"

_ABILITIES = {
    CAN_RECEIVE_RESULTS: "RECEIVE_RESULTS_ABILITY",
    "CAN_EXPORT_QUERY_ANALYSIS_LOG": "EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
}
_ML_ABILITIES = {
    "CAN_RECEIVE_MODEL_OUTPUT": "CAN_RECEIVE_MODEL_OUTPUT",
    "CAN_RECEIVE_INFERENCE_OUTPUT": "CAN_RECEIVE_INFERENCE_OUTPUT",
}


def member_change_types(before: Member | None, after: Member, paid_before: Flags, paid_after: Flags) -> list[str]:
    """Types of a MEMBER change. `before` is None for a new member; the flags are those ListMembers shows."""
    types = [] if before is not None else [ADD_MEMBER]
    old = before or {"abilities": []}
    types += _grants_and_revokes(old["abilities"], after["abilities"], _ABILITIES)
    types += _grants_and_revokes(ml_abilities(old), ml_abilities(after), _ML_ABILITIES)
    gained = {each for each, flag in paid_after.items() if flag and not paid_before.get(each)}
    lost = {each for each, flag in paid_before.items() if flag and not paid_after.get(each)}
    return types + [ADD_PAYER_CANDIDATE] * bool(gained) + [REMOVE_PAYER_CANDIDATE] * bool(lost)


def types_of_no_effect(after: Member) -> list[str]:
    """Types for a change without effect where it is accepted (switch noopChange): an answer needs one."""
    verb = "GRANT" if CAN_RECEIVE_RESULTS in after["abilities"] else "REVOKE"
    return [f"{verb}_{_ABILITIES[CAN_RECEIVE_RESULTS]}"]


def ml_abilities(member: Mapping[str, Any]) -> list[str]:
    """The member's ML abilities; none configured is the same as an empty list here."""
    configured = member.get("mlAbilities") or {}
    listed: list[str] = configured.get("customMLMemberAbilities", [])
    return listed


def is_auto_approved(collaboration: Document, changes: Sequence[Change]) -> bool:
    """Whether every type of every change is on the collaboration's present list (service guide, creating)."""
    auto_approved = collaboration["autoApprovedChangeTypes"]
    return all(each in auto_approved for change in changes for each in change["types"])


def _grants_and_revokes(old: Iterable[str], new: Iterable[str], names: Mapping[str, str]) -> list[str]:
    had, has = set(old), set(new)
    granted = [f"GRANT_{name}" for ability, name in names.items() if ability in has - had]
    return granted + [f"REVOKE_{name}" for ability, name in names.items() if ability in had - has]
