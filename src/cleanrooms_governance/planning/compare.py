"""The difference between two canonical documents, as plain values.

A canonical document is a mapping of mappings keyed by account or setting, with frozensets at the leaves, so that the order of a
file never shows. DeepDiff finds the differences; its objects go no further than this module.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deepdiff import DeepDiff

Document = Mapping[str, Any]
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One differing place: ``before`` is live and ``after`` is desired, ``None`` where there is nothing.

    For a member of a set the last part of the path is that member, and the values are booleans.
    """

    path: tuple[str, ...]
    before: Any
    after: Any


def differences(live: Document, desired: Document) -> tuple[Difference, ...]:
    """Return every difference between two canonical documents, sorted by path."""
    return tuple(sorted(_walk(*_without_what_is_equal(live, desired)), key=lambda difference: difference.path))


def _without_what_is_equal(live: Document, desired: Document) -> tuple[Document, Document]:
    # DeepDiff looks into everything that it is given, and most of a collaboration is as the file says.
    kept_live, kept_desired = {}, {}
    for key in live.keys() | desired.keys():
        before, after = live.get(key, _ABSENT), desired.get(key, _ABSENT)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            before, after = _without_what_is_equal(before, after)
        if before is not _ABSENT:
            kept_live[key] = before
        if after is not _ABSENT:
            kept_desired[key] = after
    return kept_live, kept_desired


def _walk(live: Document, desired: Document) -> Iterator[Difference]:
    tree = DeepDiff(live, desired, view="tree", threshold_to_diff_deeper=0)
    for kind, levels in tree.items():
        for level in levels:
            if kind == "set_item_added":
                yield Difference((*_path(level.up), str(level.t2)), before=False, after=True)
                continue
            if kind == "set_item_removed":
                yield Difference((*_path(level.up), str(level.t1)), before=True, after=False)
                continue
            path = _path(level)
            if kind == "dictionary_item_added":
                yield Difference(path, before=None, after=level.t2)
            elif kind == "dictionary_item_removed":
                yield Difference(path, before=level.t1, after=None)
            else:
                yield Difference(path, before=level.t1, after=level.t2)


def _path(level: Any) -> tuple[str, ...]:
    return tuple(str(part) for part in level.path(output_format="list"))
