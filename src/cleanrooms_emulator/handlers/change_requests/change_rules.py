"""What the service refuses in a change request.

`path` is where the change stands in the input, for the error's field list. Sources: model,
MemberChangeSpecification; service guide, change requests page; what they leave open is a switch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cleanrooms_emulator.handlers.change_requests.change_types import Change
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.collaborations.roster import RUNNER_ABILITIES, Member
from cleanrooms_emulator.handlers.refusals import (
    COLLABORATION,
    invalid_configuration,
    invalid_field,
    invalid_state,
)
from cleanrooms_emulator.switches import Switches
from cleanrooms_emulator.world.store import Document

WHOLE_COLLABORATION = "*"
"""Stands for the collaboration's own settings where subjects of changes are compared."""


def subject_of(change: Change) -> str:
    """The account a change is about, or WHOLE_COLLABORATION."""
    member = change["specification"].get("member")
    return WHOLE_COLLABORATION if member is None else str(member["accountId"])


def path_of(index: int) -> str:
    """Where the change at this index (from 0) stands in the input."""
    return f"changes.{index + 1}.member"


def check_subjects(switches: Switches, changes: Sequence[Change]) -> None:
    """Refuse two changes about one account, or two about the collaboration, in a request (switch repeatedSubject)."""
    seen: set[str] = set()
    for index, change in enumerate(changes):
        subject = subject_of(change)
        if subject in seen and switches.repeated_subject == "400":
            what = "the collaboration" if subject == WHOLE_COLLABORATION else f"account {subject}"
            raise invalid_configuration(f"{path_of(index)}.specification", f"Only one change of {what} is allowed in a request")
        seen.add(subject)


def check_kind(switches: Switches, change: Change, path: str) -> None:
    """Refuse a specificationType that disagrees with the specification given (switch specificationMismatch)."""
    kind = "MEMBER" if "member" in change["specification"] else "COLLABORATION"
    if change["specificationType"] != kind and switches.specification_mismatch == "400":
        raise invalid_field(
            f"{path}.specificationType",
            f"specificationType {change['specificationType']} does not go with a {kind} specification",
        )


def check_collaboration_change(switches: Switches, specification: dict[str, Any], path: str) -> None:
    """Refuse a COLLABORATION change that names no setting (switch omittedAutoApproval)."""
    if specification.get("autoApprovedChangeTypes") is None and switches.omitted_auto_approval == "400":
        raise invalid_field(
            f"{path}.specification.collaboration.autoApprovedChangeTypes",
            "A change of the collaboration has to give autoApprovedChangeTypes",
        )


def changeable_member(switches: Switches, collaboration: Document, account: str) -> Member | None:
    """The member a change of this account modifies, or None if it would add one.

    Raises ConflictException for accounts that cannot come back: LEFT ones (service guide, leaving a
    collaboration) and, by switch readdRemoved, REMOVED ones.
    """
    member = roster.find(collaboration, account)
    if member is None or roster.is_live(member):
        return member
    if member["status"] == roster.REMOVED and switches.readd_removed == "accept":
        return None
    raise invalid_state(
        COLLABORATION,
        collaboration["id"],
        f"Account {account} is {member['status']} in this collaboration and cannot be added again",
    )


def check_member_change(switches: Switches, current: Member | None, specification: dict[str, Any], path: str) -> None:
    """Refuse what a MEMBER change may not say about a member (`current`), or about a new one (None)."""
    _check_runner_abilities(switches, current, specification, f"{path}.specification.member.memberAbilities")
    _check_display_name(switches, current, specification, f"{path}.specification.member.displayName")


def _check_runner_abilities(switches: Switches, current: Member | None, specification: dict[str, Any], path: str) -> None:
    named = [each for each in RUNNER_ABILITIES if each in specification["memberAbilities"]]
    if not named:
        return
    held = set() if current is None or switches.runner_abilities == "reject" else set(current["abilities"])
    if refused := [each for each in named if each not in held]:
        raise invalid_configuration(path, f"{', '.join(refused)} cannot be part of a change request")


def _check_display_name(switches: Switches, current: Member | None, specification: dict[str, Any], path: str) -> None:
    name = specification.get("displayName")
    if current is None and name is None:
        raise invalid_field(path, "A display name is required to invite a member")
    if current is not None and name not in (None, current["displayName"]) and switches.changed_display_name == "400":
        raise invalid_field(path, "The display name of a member cannot be changed")
