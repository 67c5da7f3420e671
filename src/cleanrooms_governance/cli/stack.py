"""Which stack file is meant, and what does it say?

Read here are the files that the engine would read: ``Pulumi.<stack>.yaml``, and ``Pulumi.yaml`` for the project's name and the
folder of the stack files. The engine itself is not needed.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from cleanrooms_governance.audit.entry import AuditLog
from cleanrooms_governance.audit.place import audit_log
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.errors import Finding, InvalidInput, Spot
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.settings.included_file import IncludedFile
from cleanrooms_governance.settings.places import Mark, Source
from cleanrooms_governance.settings.stack_file import STACK_FILE, StackFile, load
from cleanrooms_governance.settings.yaml_file import read_yaml, read_yaml_file

PROJECT_FILE = "Pulumi.yaml"
CONFIG = "config"
"""The key of a stack file under which the engine keeps the configuration."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack file and where it belongs: ``project`` and ``name`` are the engine's, ``folder`` is the project folder."""

    project: str
    name: str
    file: StackFile
    folder: Path = Path()

    @property
    def owner_prefix(self) -> str:
        """``<project>/<stack>``, with which owner tags and role sessions begin."""
        return f"{self.project}/{self.name}"

    @property
    def names(self) -> dict[AccountId, str]:
        """The names that the file gives to accounts."""
        return {account: known.name for account, known in self.file.accounts.items() if known.name}

    def knows(self, account: AccountId) -> bool:
        """Tell whether the file names an account at all."""
        return account in self.file.accounts or any(account in each.members for each in self.file.collaborations.values())

    def holds(self, account: AccountId) -> bool:
        """Tell whether the file gives credentials for an account."""
        known = self.file.accounts.get(account)
        return known is not None and known.access is not None


@dataclass(frozen=True, slots=True)
class StackPath:
    """Where a stack file is: its path, and ``folder``, that of the project (its own where it belongs to no project)."""

    path: Path
    folder: Path
    project: str

    @property
    def inside(self) -> str:
        """The path inside the project folder."""
        return Path(os.path.relpath(self.path.resolve(), self.folder.resolve())).as_posix()


def find_stack(stack: str | None, stack_file: Path | None, folder: Path) -> StackPath | None:
    """Return where the stack file is that the options name, or ``None`` if they name none.

    Parameters: ``folder`` is where the search for the project begins, upwards, as the engine does it.

    Raises: ``InvalidInput`` if the project's file cannot be read; ``Misused`` if there is no project.
    """
    if stack is not None and stack_file is not None:
        raise Misused("give either --stack or --stack-file, not both")
    if stack_file is not None:
        path = stack_file
        root = project_folder(path.resolve().parent)
    elif stack is not None:
        root = project_folder(folder)
        if root is None:
            raise Misused(f"no {PROJECT_FILE} here or above: run in the project folder, or give --stack-file")
        path = _stack_files(root) / f"Pulumi.{stack.rsplit('/', 1)[-1]}.yaml"
    else:
        return None
    project = _text(_mapping(root / PROJECT_FILE), "name") if root else ""
    return StackPath(path, root or path.resolve().parent, project)


def read_stack(stack: str | None, stack_file: Path | None, folder: Path) -> Stack | None:
    """Return the stack that the options name, or ``None`` if they name none; ``folder`` as for ``find_stack``.

    Raises: ``InvalidInput`` with everything that is wrong in the file; ``Misused`` if there is no such file.
    """
    found = find_stack(stack, stack_file, folder)
    return None if found is None else read_stack_at(found)


def required_path(stack: str | None, stack_file: Path | None, folder: Path) -> StackPath:
    """Return where the stack file is that the options name, as ``find_stack`` does. Raises ``Misused`` if they name none."""
    found = find_stack(stack, stack_file, folder)
    if found is None:
        raise Misused("say which stack file: --stack or --stack-file")
    return found


def read_stack_at(at: StackPath, text: str | None = None, texts: Mapping[str, str] | None = None) -> Stack:
    """Return the stack whose file is there.

    Parameters: ``text`` is what the file is to say and does not yet, ``texts`` the same of files that it includes, by their
    paths in the project folder.

    Raises: ``InvalidInput`` with everything that is wrong in the file, each with its place in it; ``Misused`` if there is none.
    """
    name = at.path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    read = _yaml(at.path) if text is None else read_yaml(text, at.path.name)
    twice = tuple(_in_project(finding, at) for finding in read.findings)
    if not read.is_readable:
        raise InvalidInput(twice)
    try:
        file = load(_configuration(read, at), at.folder, _source(read, at), texts or {})
    except InvalidInput as invalid:
        raise InvalidInput((*twice, *invalid.findings)) from None
    if twice:
        raise InvalidInput(twice)
    return Stack(at.project, name, file, at.folder)


def required_stack(stack: str | None, stack_file: Path | None, folder: Path) -> Stack:
    """Return the stack that the options name, as ``read_stack`` does. Raises ``Misused`` if they name none."""
    return read_stack_at(required_path(stack, stack_file, folder))


def stack_names(folder: Path) -> list[str]:
    """Return the stacks that have a file in the project of a folder, sorted; none where there is no project."""
    root = project_folder(folder)
    files = _stack_files(root).glob("Pulumi.*.yaml") if root else ()
    return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)


def _stack_files(root: Path) -> Path:
    return root / _text(_mapping(root / PROJECT_FILE), "stackConfigDir")


def included_folder(included: Path, folder: Path) -> str:
    """Return the pattern by which a stack file of a project includes what is in a folder.

    Parameters: ``folder`` is where the search for the project begins; where there is none it is taken as the project's.

    Raises: ``Misused`` if the folder is not in the project.
    """
    project, _ = project_at(folder)
    whole = included.resolve()
    if not whole.is_relative_to(project):
        raise Misused(f"{included} is not in the project folder {project}: a stack file includes only what is")
    return (whole.relative_to(project) / "*.yaml").as_posix()


def project_at(folder: Path) -> tuple[Path, str]:
    """Return the project folder here or above, and the project's name; this folder without a name where there is no project."""
    root = project_folder(folder.resolve())
    return (root, _text(_mapping(root / PROJECT_FILE), "name")) if root else (folder.resolve(), "")


def audit_of(stack: Stack | None) -> AuditLog | None:
    """Return where the writing calls of a command are noted, by the stack file or by the environment."""
    return audit_log(os.environ, stack.folder if stack else Path(), lambda: stack.file.audit if stack else None)


def project_folder(folder: Path) -> Path | None:
    """Return the folder here or above that holds a project, as the engine finds it, or ``None``."""
    return next((each for each in (folder, *folder.parents) if (each / PROJECT_FILE).is_file()), None)


def _configuration(read: IncludedFile, at: StackPath) -> dict[str, str]:
    """Return the configuration as the engine hands it to a program: each key with a text, JSON where it is no text."""
    given = (read.value.get(CONFIG) or {}) if isinstance(read.value, dict) else {}
    if not isinstance(given, Mapping):
        message = "must be a mapping of keys such as cleanrooms:accounts"
        spot = replace(read.source, file=at.inside).finding((CONFIG,), message).spot
        raise InvalidInput((Finding(f"{at.path.name} {CONFIG}", message, spot),))
    return {
        _full(key, at.project): value if isinstance(value, str) else json.dumps(value, default=_as_the_engine_reads_it)
        for key, value in given.items()
    }


def _source(read: IncludedFile, at: StackPath) -> Source:
    """Return where in the file each value of the program's own configuration is, by its location there."""
    marks = {location[1:]: mark for location, mark in read.source.marks.items() if location[:1] == (CONFIG,)}
    own = {
        (full.removeprefix(STACK_FILE.namespace), *location[1:]): mark
        for location, mark in marks.items()
        if location and (full := _full(str(location[0]), at.project)).startswith(STACK_FILE.namespace)
    }
    return replace(STACK_FILE, file=at.inside, marks={(): marks.get((), Mark(1, 1)), **own})


def _full(key: str, project: str) -> str:
    """Return a key of the configuration with the namespace that the engine gives it."""
    return key if ":" in key else f"{project}:{key}"


def _in_project(finding: Finding, at: StackPath) -> Finding:
    return replace(finding, spot=replace(finding.spot, file=at.inside)) if finding.spot else finding


def _as_the_engine_reads_it(value: object) -> str:
    """Return an unquoted date as the engine's YAML makes it a moment, so that it is refused here as it is there."""
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value.isoformat()}T00:00:00Z" if isinstance(value, date) else str(value)


def _mapping(path: Path) -> Mapping[str, object]:
    file = _yaml(path)
    if file.findings:
        raise InvalidInput(file.findings)
    return file.value if isinstance(file.value, dict) else {}


def _yaml(path: Path) -> IncludedFile:
    try:
        return read_yaml_file(path, path.name)
    except FileNotFoundError:
        raise Misused(f"there is no file {path}") from None
    except OSError as error:
        message = f"cannot be read ({error.strerror}): check its permissions"
        raise InvalidInput((Finding(path.name, message, Spot(path.name)),)) from None


def _text(mapping: Mapping[str, object], key: str) -> str:
    value = mapping.get(key, "")
    return value if isinstance(value, str) else ""
