"""What the service does when a change request takes effect, or an update or tags are written, as a pure model of our own."""

from collections.abc import Iterable
from dataclasses import replace

from cleanrooms_governance.model import RUNNER_ABILITIES, Collaboration, CollaborationChange, MemberStatus, RequestedChange
from cleanrooms_governance.planning.changes import RemoveMember
from cleanrooms_governance.planning.setting_changes import (
    DescribeCollaboration,
    RenameCollaboration,
    SettingChange,
    TagCollaboration,
)
from tests.unit.core.builders import member


def with_settings(live: Collaboration, changes: Iterable[SettingChange]) -> Collaboration:
    """The collaboration when changes of its own settings have been made: tags that are not written or removed stay."""
    for change in changes:
        match change:
            case RenameCollaboration(after=name):
                live = replace(live, name=name)
            case DescribeCollaboration(after=description):
                live = replace(live, description=description)
            case TagCollaboration(edit):
                kept = {key: value for key, value in live.tags.items() if key not in edit.removed}
                live = replace(live, tags={**kept, **edit.written})
    return live


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


def without(live: Collaboration, removals: Iterable[RemoveMember]) -> Collaboration:
    """The collaboration once these members are removed: their entries stay listed."""
    gone = {each.account: replace(live.members[each.account], status=MemberStatus.REMOVED) for each in removals}
    return replace(live, members={**live.members, **gone})
