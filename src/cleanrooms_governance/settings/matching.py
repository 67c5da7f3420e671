"""The files that an include pattern matches, found in bounded time whatever links a folder holds.

Links make a folder reachable by any number of paths, so each folder is entered once a step: by where it really is. Links that
lead out of the project are never followed.
"""

import fnmatch
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

_ANYWHERE = "**"


def matching(parts: Sequence[str], project: Path) -> list[str]:
    """Return the paths, relative to the project folder, of what a pattern matches, folders excepted unless they lead out of it.

    Parameters: ``parts`` are those of a relative pattern: ``**`` for this folder and all below it, which follows no links, and
    as in a shell ``*``, ``?`` and ``[…]``, which match no dot at the beginning.
    """
    root = os.path.realpath(project)
    folders, found = {root: ""}, []
    *steps, last = [*parts, "*"] if parts[-1] == _ANYWHERE else parts
    for part in steps:
        reached: dict[str, str] = {}
        for folder, path in folders.items():
            for below in _below(folder, path) if part == _ANYWHERE else _named(part, folder, path):
                real = os.path.realpath(os.path.join(root, below))
                if not Path(real).is_relative_to(root):
                    found.append(below)
                elif os.path.isdir(real):
                    reached.setdefault(real, below)
        folders = reached
    for folder, path in folders.items():
        found += [each for each in _named(last, folder, path) if not os.path.isdir(os.path.join(root, each))]
    return sorted(set(found))


def _named(part: str, folder: str, path: str) -> Iterator[str]:
    """Yield what stands in a folder under a name that a part of a pattern matches."""
    for name in _names(folder):
        if fnmatch.fnmatchcase(name, part) and (part.startswith(".") or not name.startswith(".")):
            yield os.path.join(path, name)


def _below(folder: str, path: str) -> Iterator[str]:
    """Yield a folder and all below it but hidden ones, without following links."""
    yield path
    for here, below, _ in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in below:
            whole = os.path.join(here, name)
            if not os.path.islink(whole):
                yield os.path.normpath(os.path.join(path, os.path.relpath(whole, folder)))


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
