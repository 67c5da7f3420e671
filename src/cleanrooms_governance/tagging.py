"""Tags of a collaboration or membership: what the file declares, and which keys are this tool's to take away again.

Only declared keys are written and only keys that this tool set are removed. Which ones those are is noted in a tag of the
resource itself, because state can be lost and somebody else may have set a key that the file declared for a while.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cleanrooms_governance.text import plain

OWNER_TAG = "governed-by"
"""Its value is the ``<project>/<stack>/<key>`` that governs the resource."""

OWN_PREFIX = "crgov-"
"""What this tool notes for itself in tags begins with it."""

KEYS_TAG = "crgov-tags"
"""Notes which keys this tool set. Keys are longer than a tag value can hold, so each one leaves a mark of five characters."""

_MARK = 5


@dataclass(frozen=True, slots=True)
class TagEdit:
    """What to write and which keys to remove, with what is there before; the note about our keys is among them."""

    before: Mapping[str, str | None]
    after: Mapping[str, str | None]

    @property
    def written(self) -> dict[str, str]:
        """The tags to write."""
        return {key: value for key, value in self.after.items() if value is not None}

    @property
    def removed(self) -> list[str]:
        """The keys to remove, sorted."""
        return sorted(key for key, value in self.after.items() if value is None)

    def __str__(self) -> str:
        written = [f"{key}={value}" for key, value in sorted(self.written.items()) if key != KEYS_TAG]
        removed = [f"without {plain(key)}" for key in self.removed if key != KEYS_TAG]
        return ", ".join([*written, *removed]) or KEYS_TAG


class TagChange:
    """What the changes of a resource's tags have in common, whatever the resource: all that the edit says."""

    __slots__ = ()
    edit: TagEdit
    setting = "tags"
    operation = "TagResource"

    @property
    def before(self) -> Mapping[str, str | None]:
        """The live values of the tags concerned."""
        return self.edit.before

    @property
    def after(self) -> Mapping[str, str | None]:
        """Their desired values."""
        return self.edit.after


def is_reserved(key: str) -> bool:
    """Whether a file may not declare this key: AWS keeps it, or this tool notes something in it."""
    return key.lower().startswith("aws:") or key == OWNER_TAG or key.startswith(OWN_PREFIX)


def first_tags(declared: Mapping[str, str] | None, owner: str) -> dict[str, str]:
    """Return the tags of a resource that is being made."""
    note = {KEYS_TAG: _note(map(_mark, declared))} if declared else {}
    return {**(declared or {}), **note, OWNER_TAG: owner}


def edit_tags(live: Mapping[str, str], declared: Mapping[str, str]) -> TagEdit | None:
    """Return how the declared tags come about, or ``None`` if they are there.

    A declared key that somebody else set to the very same value stays somebody else's.
    """
    ours = _ours(live)
    after: dict[str, str | None] = {key: value for key, value in declared.items() if live.get(key) != value}
    note = _note(_mark(key) for key in declared if key in after or _mark(key) in ours)
    after |= {key: None for key in live if key not in declared and not is_reserved(key) and _mark(key) in ours}
    if note != live.get(KEYS_TAG, ""):
        after[KEYS_TAG] = note or None
    return TagEdit({key: live.get(key) for key in after}, after) if after else None


def declarable_tags(live: Mapping[str, str]) -> dict[str, str] | None:
    """Return the tags that a file could declare, sorted, if that changed nothing; nothing where there are none."""
    declared = {key: value for key, value in sorted(live.items()) if not is_reserved(key)}
    return declared if declared and edit_tags(live, declared) is None else None


def own_tags(live: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that a file has declared and this tool has set, sorted."""
    ours = _ours(live)
    return {key: value for key, value in sorted(live.items()) if not is_reserved(key) and _mark(key) in ours}


def _ours(live: Mapping[str, str]) -> set[str]:
    noted = live.get(KEYS_TAG, "")
    return {noted[at : at + _MARK] for at in range(0, len(noted), _MARK)}


def _note(marks: Iterable[str]) -> str:
    return "".join(sorted(marks))


def _mark(key: str) -> str:
    # Base 64 has no character that a tag value does not take.
    return b64encode(hashlib.sha256(key.encode()).digest()).decode()[:_MARK]
