"""What a member accepts to pay on its own membership, against what the creator configured it for.

Source: model, CreateMembershipInput and the leaves of MembershipPaymentConfiguration, whose texts announce
errors for FALSE though responsible and TRUE though not responsible. They do so for queries, jobs, training
and inference, not for synthetic data. The error's type is an assumption, switch paymentMismatch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers.collaborations.roster import CAN_QUERY, Member
from cleanrooms_emulator.handlers.memberships import payments
from cleanrooms_emulator.handlers.memberships.payments import Flags
from cleanrooms_emulator.handlers.refusals import MEMBERSHIP, invalid_configuration, invalid_state
from cleanrooms_emulator.switches import Switches

_CHECKED = tuple(each for each in payments.COST_TYPES if each != payments.SYNTHETIC_DATA)


def at_joining(switches: Switches, members: list[Member], member: Member, configuration: Mapping[str, Any] | None) -> Flags:
    """The cost types that a joining member accepts. Raises ValidationException when they are not its duties.

    A member that can query need not say anything: its duties count as accepted. Another one must accept every
    cost type that the creator named it for.
    """
    given = payments.flags_of(configuration)
    for cost_type in _CHECKED:
        duty = payments.is_payer(switches, members, member, cost_type)
        if cost_type in given and given[cost_type] != duty:
            raise _refused(switches, member, "paymentConfiguration", cost_type, duty)
    if CAN_QUERY not in member["abilities"]:
        _check_nothing_omitted(member, given, configuration)
    return {**_implied(switches, members, member), **given}


def updated(
    switches: Switches,
    members: list[Member],
    member: Member,
    accepted: Flags,
    configuration: Mapping[str, Any],
) -> Flags:
    """The accepted cost types after a partial update.

    Accepting without being a payer is refused, declining is not.

    Assumption, switch decline: the guide lets a payer clear the box, the shape's text announces an error.
    """
    given = payments.flags_of(configuration)
    for cost_type in _CHECKED:
        duty = payments.is_payer(switches, members, member, cost_type)
        accepts = given.get(cost_type, duty)
        if (accepts and not duty) or (duty and not accepts and switches.decline == "error"):
            raise _refused(switches, member, "membershipPaymentConfiguration", cost_type, duty)
    return {**accepted, **given}


def after_losing(accepted: Flags, lost: Iterable[str]) -> Flags:
    """The accepted cost types of a member that the creator took off these as a payer: FALSE."""
    return {**accepted, **{cost_type: False for cost_type in lost if cost_type in accepted}}


def _implied(switches: Switches, members: list[Member], member: Member) -> Flags:
    shown = payments.shown_flags(switches, members, member)
    if CAN_QUERY not in member["abilities"]:
        shown = {each: flag for each, flag in shown.items() if not member["_payer"].get(each)}
    return {cost_type: True for cost_type, flag in shown.items() if flag}


def _check_nothing_omitted(member: Member, given: Flags, configuration: Mapping[str, Any] | None) -> None:
    named = [each for each, flag in member["_payer"].items() if flag]
    omitted = [each for each in named if each not in given and (configuration is None or each in _CHECKED)]
    if omitted:
        raise invalid_configuration(
            f"paymentConfiguration.{payments.path_of(omitted[0])}",
            f"The creator configured account {member['accountId']} to pay for {', '.join(omitted)}; "
            "a member that cannot query has to accept that when it joins",
        )


def _refused(switches: Switches, member: Member, parameter: str, cost_type: str, duty: bool) -> ServiceError:
    fact = "is" if duty else "is not"
    message = f"{cost_type}: isResponsible must say what the creator configured: this member {fact} responsible"
    if switches.payment_mismatch == "409":
        return invalid_state(MEMBERSHIP, member["accountId"], message)
    return invalid_configuration(f"{parameter}.{payments.path_of(cost_type)}", message)
