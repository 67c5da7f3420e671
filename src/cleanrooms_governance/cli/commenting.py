"""From files to previews, and from a comment to files."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from cleanrooms_governance.cli.files import replace_whole
from cleanrooms_governance.cli.stack import PROJECT_FILE, project_folder
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.pull_request.preview import Preview
from cleanrooms_governance.pull_request.reading import read_preview
from cleanrooms_governance.settings.yaml_file import read_yaml_file


def given_previews(
    paths: Mapping[str, str], statuses: Mapping[str, int], logs: Mapping[str, str], project: str
) -> list[Preview]:
    """Return the preview of each stack. A file that cannot be read is one that a preview did not write.

    Parameters: by stack, ``paths`` and ``logs`` are files, ``statuses`` how the previews ended; ``project`` stands in where a
    document does not tell its own.
    """
    found = []
    for stack, path in paths.items():
        log = _text(logs[stack]) if stack in logs else ""
        read = read_preview(stack, _text(path), statuses.get(stack), log)
        found.append(read if read.project else replace(read, project=project))
    return found


def project_here(folder: Path) -> str:
    """Return the name of the project that the engine would find here, empty if there is none to be found."""
    root = project_folder(folder)
    value = read_yaml_file(root / PROJECT_FILE, PROJECT_FILE).value if root else None
    name = value.get("name") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all: a job that is cancelled leaves no half of a plan behind.

    Raises: ``Misused`` if it cannot be written.
    """
    try:
        replace_whole(path, text)
    except OSError as error:
        raise Misused(f"{path} cannot be written ({error.strerror}): name another file") from None


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
