"""What the service does when a change request takes effect, as a pure model of our own."""

from collections.abc import Iterable
from dataclasses import replace

from cleanrooms_governance.model import RUNNER_ABILITIES, Collaboration, CollaborationChange, MemberStatus, RequestedChange
from tests.unit.core.builders import member


def applied(live: Collaboration, changes: Iterable[RequestedChange]) -> Collaboration:
    """The collaboration with these entries in place: lists replace, the runner's abilities stay, what is not spoken of
    stays."""
    members = dict(live.members)
    for change in changes:
        if isinstance(change, CollaborationChange):
            live = replace(live, auto_approved=change.auto_approved)
            continue
        present = members.get(change.account)
        if present is None or not present.belongs:
            present = member(change.account, status=MemberStatus.INVITED, display_name=change.display_name)
        members[change.account] = replace(
            present,
            abilities=change.abilities | (present.abilities & RUNNER_ABILITIES),
            ml_abilities=present.ml_abilities if change.ml_abilities is None else change.ml_abilities,
            payments={**present.payments, **(change.payments or {})},
        )
    return replace(live, members=members)
