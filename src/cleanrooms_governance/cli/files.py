"""How are files written so that nothing is lost: whole, beside the old one, and then in its place?"""

import os
import tempfile
from pathlib import Path

from cleanrooms_governance.errors import GovernanceError, Refused


def refuse_existing(paths: list[Path]) -> None:
    """Refuse to write over files. Raises: ``Refused`` with those that are there."""
    there = [str(path) for path in paths if path.exists()]
    if there:
        raise Refused(f"{', '.join(there)} exists already, so nothing was written: name another place, or add --force")


def as_written(path: Path) -> str:
    """Return a path as somebody in the working folder would write it: relative where it is below."""
    whole, working = path.resolve(), Path.cwd().resolve()
    return str(whole.relative_to(working)) if whole.is_relative_to(working) else str(whole)


def write_whole(path: Path, content: str) -> None:
    """Write a file at once, as ``replace_whole`` does, and the folders that it needs.

    Raises: ``GovernanceError`` if it cannot be written.
    """
    try:
        Path(os.path.realpath(path)).parent.mkdir(parents=True, exist_ok=True)
        replace_whole(path, content)
    except OSError as error:
        raise GovernanceError(
            f"{path} cannot be written ({error.strerror}): nothing was changed, name a place that can"
        ) from error


def replace_whole(path: Path, content: str) -> None:
    """Write a file at once: whoever reads it meanwhile gets the old one or the new one, and a failure leaves the old one.

    Raises: ``OSError`` if it cannot be written.
    """
    # What is a link stays one: the file that it leads to is written.
    place = Path(os.path.realpath(path))
    mode = place.stat().st_mode & 0o7777 if place.exists() else 0o666 & ~_umask()
    descriptor, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(mode)
        beside.replace(place)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
