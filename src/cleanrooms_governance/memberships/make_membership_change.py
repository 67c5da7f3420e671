"""Make one change of a membership: UpdateMembership, or its tags.

Each change is a call of its own, so that what the service refuses leaves the others alone. Whether it took effect is read
afterwards, whatever the answer was.
"""

from collections.abc import Callable

from cleanrooms_governance.errors import AnswerLost, Conflict, InvalidRequest
from cleanrooms_governance.memberships.membership_changes import (
    AcceptPayment,
    ChangeResults,
    ChangeTags,
    ClaimMembership,
    DeclinePayment,
    Log,
    MembershipChange,
    Results,
    SwitchLog,
)
from cleanrooms_governance.memberships.updating import NO_DECLINE_TAG
from cleanrooms_governance.model import Membership
from cleanrooms_governance.service import CleanRooms, OwnSettings
from cleanrooms_governance.tagging import OWNER_TAG

_NOT_YET = "IAM_SYNCHRONIZATION_DELAY"


def make_change(change: MembershipChange, membership: Membership, port: CleanRooms, tell: Callable[[str], None]) -> None:
    """Send one change.

    A refused decline is noted in the membership's tags and is no error here: the next plan is made from the note. Raises every
    other ``ServiceError`` that says that the change did not take effect.
    """
    match change:
        case ClaimMembership(after=owner):
            port.tag(membership.arn, {OWNER_TAG: owner})
        case ChangeTags(edit=edit):
            # Removed first: should the run end in between, the note about our keys lists one too many, which mends itself.
            port.untag(membership.arn, edit.removed)
            port.tag(membership.arn, edit.written)
        case _:
            try:
                _send(change, membership, port)
            except AnswerLost:
                return
            except Conflict:
                if isinstance(change, DeclinePayment):
                    _refused(change, membership, port, tell)
                return
            except InvalidRequest as error:
                if not isinstance(change, DeclinePayment) or not error.code or error.reason == _NOT_YET:
                    raise
                _refused(change, membership, port, tell)
                return
    tell(_made(change))


_PAST = {
    "accept": "accepted",
    "adopt": "adopted",
    "decline": "declined",
    "set": "set",
    "switch": "switched",
    "tag": "tagged",
}


def _made(change: MembershipChange) -> str:
    verb, _, rest = str(change).partition(" ")
    return f"{_PAST[verb]} {rest}"


def _send(change: SwitchLog | ChangeResults | AcceptPayment | DeclinePayment, membership: Membership, port: CleanRooms) -> None:
    try:
        port.update_membership(membership.id, _settings(change))
    except Conflict:
        if not isinstance(change, DeclinePayment):
            raise
        # Whether a decline is refused with a conflict is not documented (switch paymentMismatch of the embedded service). One
        # that is only about something else happening at the same moment does not come twice.
        port.update_membership(membership.id, _settings(change))


def _settings(change: SwitchLog | ChangeResults | AcceptPayment | DeclinePayment) -> OwnSettings:
    match change:
        case SwitchLog(log=Log.QUERY):
            return OwnSettings(query_log=change.after)
        case SwitchLog():
            return OwnSettings(job_log=change.after)
        case ChangeResults(results=Results.QUERY):
            return OwnSettings(result_configuration=change.after)
        case ChangeResults():
            return OwnSettings(job_result_configuration=change.after)
        case AcceptPayment() | DeclinePayment():
            return OwnSettings(payments={change.cost: change.after})


def _refused(change: DeclinePayment, membership: Membership, port: CleanRooms, tell: Callable[[str], None]) -> None:
    noted = {*(membership.tags or {}).get(NO_DECLINE_TAG, "").split(), change.cost}
    port.tag(membership.arn, {NO_DECLINE_TAG: " ".join(sorted(noted))})
    tell(f"the service refused: {change}")
