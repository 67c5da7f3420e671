"""The changes of what a collaboration is beside its members: its name, its description and its tags; see ``changes``.

All take effect at once and need no votes: they are the creator's alone (service model: UpdateCollaboration, TagResource).
"""

from dataclasses import dataclass

from cleanrooms_governance.planning.atoms import COLLABORATION
from cleanrooms_governance.tagging import TagChange, TagEdit
from cleanrooms_governance.text import plain

UPDATE = "UpdateCollaboration"
_LONGEST = 255


class _OfCollaboration:
    """What all of them have in common: no account is concerned, and no change request carries them."""

    __slots__ = ()
    subject = COLLABORATION
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RenameCollaboration(_OfCollaboration):
    """Give the collaboration another name."""

    before: str
    after: str
    setting = "name"
    operation = UPDATE

    def __str__(self) -> str:
        return f"rename the collaboration to {plain(self.after)!r} (until now {plain(self.before)!r})"


@dataclass(frozen=True, slots=True)
class DescribeCollaboration(_OfCollaboration):
    """Give the collaboration another description, or take it away with an empty one."""

    before: str
    after: str
    setting = "description"
    operation = UPDATE

    def __str__(self) -> str:
        was = f"until now {plain(self.before, _LONGEST)!r}" if self.before else "until now none"
        if not self.after:
            return f"take away the description of the collaboration ({was})"
        return f"describe the collaboration as {plain(self.after, _LONGEST)!r} ({was})"


@dataclass(frozen=True, slots=True)
class TagCollaboration(TagChange, _OfCollaboration):
    """Write the declared tags and remove those that this tool set earlier."""

    edit: TagEdit

    def __str__(self) -> str:
        return f"tag the collaboration: {self.edit}"


SettingChange = RenameCollaboration | DescribeCollaboration | TagCollaboration
"""The changes of a collaboration's own settings that take effect at once."""
