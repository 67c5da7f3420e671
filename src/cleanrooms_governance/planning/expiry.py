"""Members whose time is over: what the file wants of them on a day, and what is said before and after their last one.

An ``until`` only ever takes away what a change request can take away. It never removes a member: that is decided by people, in
``removed``.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from cleanrooms_governance.desired import DesiredCollaboration, DesiredMember
from cleanrooms_governance.model import CHANGEABLE_ABILITIES, RUNNER_ABILITIES, AccountId, Collaboration
from cleanrooms_governance.planning.atoms import KNOWN_ML_ABILITIES
from cleanrooms_governance.planning.plan import Level, Refusal, Remark
from cleanrooms_governance.text import label, plain

ENDING = "until-soon"
ENDED = "until-over"
NOT_INVITED = "until-over-not-invited"
TOO_LATE = "until-over-at-creation"


def as_of(desired: DesiredCollaboration, today: date) -> DesiredCollaboration:
    """Return what the file wants on a day: the one place where a member's ``until`` is looked at.

    A member is wanted as it is listed through the whole of its last day. From the next day on it is wanted as a member that
    neither receives results nor exports the query analysis log, has no ML ability and pays for nothing. CAN_QUERY and
    CAN_RUN_JOB stay, because no change request may name them (service model: MemberChangeSpecification), and so does an ability
    that this version does not know.

    Parameters: ``today`` is a date in UTC; ``desired`` may have been looked at on another day already.
    """
    members = {account: _on(member, today) for account, member in desired.members.items()}
    return replace(desired, members=members, today=today)


def _on(member: DesiredMember, today: date) -> DesiredMember:
    written = member.lapsed or member
    if written.until is None or today <= written.until:
        return written
    return replace(
        written,
        abilities=written.abilities - CHANGEABLE_ABILITIES,
        ml_abilities=(written.ml_abilities or frozenset()) - KNOWN_ML_ABILITIES,
        payer_for=frozenset(),
        lapsed=written,
    )


def refuse_to_create(desired: DesiredCollaboration) -> Iterator[Refusal]:
    """Refuse to make a new collaboration with members whose time is over.

    What is decided at creation is decided for good, and neither inviting such a member nor leaving it out is surely meant.
    """
    for account, member in sorted(desired.members.items()):
        if member.lapsed:
            text = (
                f"{_path(desired, account)}: {_who(desired, account)} was to be a member until {member.until}{_for(member)},"
                " which is over: no new collaboration is created with it. Give a later date, or take the member out"
            )
            yield Refusal(TOO_LATE, account, text)


def not_invited(desired: DesiredCollaboration, account: AccountId) -> Remark:
    """Say why a member of the file is not added."""
    member = desired.members[account]
    text = (
        f"{_path(desired, account)}: {member.until} is over{_for(member)}, so {_who(desired, account)} is not added. Give a"
        " later date, or take the member out"
    )
    return Remark(NOT_INVITED, account, text, Level.WARNING)


def announce(desired: DesiredCollaboration, live: Collaboration) -> Iterator[Remark]:
    """Say what ends soon, and what is left of those whose time is over.

    The texts name days and never count them, so that they are the same every day.
    """
    if desired.today is None:
        return
    for account, member in desired.members.items():
        present = live.members.get(account)
        if member.until is None or present is None or not present.belongs:
            continue
        if member.lapsed:
            yield _over(desired, member)
        elif member.until - timedelta(days=min(desired.until_notice, member.until.toordinal() - 1)) <= desired.today:
            yield _soon(desired, member)


def _soon(desired: DesiredCollaboration, member: DesiredMember) -> Remark:
    ends = [
        *sorted(member.abilities & CHANGEABLE_ABILITIES),
        *sorted((member.ml_abilities or frozenset()) & KNOWN_ML_ABILITIES),
        *(f"its role as payer for {cost}" for cost in sorted(member.payer_for or ())),
    ]
    loses = f"loses {', '.join(ends)}" if ends else "loses no ability and no payer role, as it is listed with none,"
    text = (
        f"{_path(desired, member.account)}: {_who(desired, member.account)} {loses} after {member.until}{_for(member)}."
        f"{_stays(member)} To keep it as it is, give a later date in time for the votes"
    )
    return Remark(ENDING, member.account, text, Level.WARNING)


def _over(desired: DesiredCollaboration, member: DesiredMember) -> Remark:
    text = (
        f"{_path(desired, member.account)}: {member.until} is over{_for(member)}, so {_who(desired, member.account)} stays a"
        f" member that neither receives results, exports logs or has ML abilities nor pays.{_stays(member)} To give it all"
        " back, give a later date"
    )
    return Remark(ENDED, member.account, text)


def _stays(member: DesiredMember) -> str:
    running = " and ".join(sorted((member.lapsed or member).abilities & RUNNER_ABILITIES))
    return f" {running} cannot be taken away by any change request: to end it, remove the member." if running else ""


def _path(desired: DesiredCollaboration, account: str) -> str:
    return f"collaborations.{desired.key}.members.{account}.until"


def _who(desired: DesiredCollaboration, account: str) -> str:
    return label(account, desired.names)


def _for(member: DesiredMember) -> str:
    return f" ({plain(member.why, 255)})" if member.why else ""
