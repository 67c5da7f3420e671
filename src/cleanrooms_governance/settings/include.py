"""The files that a stack file includes: the same sections, kept in files of the project folder."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from cleanrooms_governance.errors import Finding
from cleanrooms_governance.settings.included_file import IncludedFile, unreadable
from cleanrooms_governance.settings.matching import matching
from cleanrooms_governance.settings.places import Location, Source
from cleanrooms_governance.settings.strict import shown

_MOST_PATTERNS = 1_000


@dataclass(frozen=True, slots=True)
class Included:
    """What ``include`` brought.

    ``is_complete`` says that everything was found and read, so that what is not there can be said to be missing.
    """

    files: tuple[IncludedFile, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_complete: bool = True


def read_included(
    patterns: object, source: Source, at: Location, project: Path, texts: Mapping[str, str] = MappingProxyType({})
) -> Included:
    """Read every file that the patterns match.

    Parameters: ``patterns`` is what the stack file says, which should be a list of globs relative to ``project``;
    ``source`` and ``at`` say where it says so. ``texts`` are the contents of files that are about to be written, by their paths
    relative to ``project``: they count as if they were there.
    """
    if not isinstance(patterns, list):
        message = f'must be a list of file patterns such as ["collaborations/*.yaml"], not {shown(patterns)}'
        return Included(findings=(source.finding(at, message),), is_complete=False)
    if len(patterns) > _MOST_PATTERNS:
        message = f"has {len(patterns)} patterns: use at most {_MOST_PATTERNS}, such as one for each folder"
        return Included(findings=(source.finding(at, message),), is_complete=False)
    paths: set[str] = set()
    findings: list[Finding] = []
    for index, pattern in enumerate(patterns):
        objection, matches = _matches(pattern, project, texts)
        if objection:
            findings.append(source.finding((*at, index), objection))
        paths.update(matches)
    files = tuple(_read(project, path, texts.get(path)) for path in sorted(paths))
    readable = all(file.is_readable for file in files)
    findings += [finding for file in files for finding in file.findings]
    return Included(files, tuple(findings), is_complete=readable and len(findings) == 0)


def _matches(pattern: object, project: Path, texts: Mapping[str, str]) -> tuple[str, Sequence[str]]:
    """Return the files that a pattern matches, or what is wrong with it."""
    if not isinstance(pattern, str) or not pattern.strip() or not pattern.isprintable():
        return f"must be a file pattern such as collaborations/*.yaml, not {shown(pattern)}", ()
    parts = PurePosixPath(pattern).parts
    if PurePosixPath(pattern).is_absolute() or ".." in parts:
        return f"{shown(pattern)} leads out of the project folder: move the files into it", ()
    files = {*matching(parts, project), *_matching_soon(parts, texts)}
    if not files:
        return f"{shown(pattern)} matches no file in the project folder: correct it or remove it", ()
    return "", sorted(files)


def _matching_soon(parts: Sequence[str], texts: Iterable[str]) -> list[str]:
    """Return which files that are about to be written a pattern will match, by trying it where nothing else is."""
    if not texts:
        return []
    from tempfile import TemporaryDirectory  # only a command that writes a stack file pays for the import

    with TemporaryDirectory() as folder:
        for path in texts:
            whole = Path(folder) / path
            whole.parent.mkdir(parents=True, exist_ok=True)
            whole.touch()
        return matching(parts, Path(folder))


def _read(project: Path, path: str, text: str | None) -> IncludedFile:
    from cleanrooms_governance.settings.yaml_file import (  # only who includes files pays for the import
        read_yaml,
        read_yaml_file,
    )

    if text is not None:
        return read_yaml(text, path)
    whole = project / path
    if not Path(os.path.realpath(whole)).is_relative_to(os.path.realpath(project)):
        return unreadable(path, "is a link out of the project folder: put the file itself there")
    if not whole.is_file():
        return unreadable(path, "is no file: let no include pattern match it, or mend the link")
    try:
        return read_yaml_file(whole, path)
    except OSError as error:
        return unreadable(path, f"cannot be read ({error.strerror}): check its permissions")
