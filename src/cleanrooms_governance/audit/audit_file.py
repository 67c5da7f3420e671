"""How does a line get into the audit file, so that neither a crash nor a second process spoils it?

Each call opens the file anew before it is sent: one that cannot be opened keeps the call from being made. The line is one
``write`` to the end of the file, under a lock that other processes respect too, and has reached the disk before the next call
of the same thread. Lines are never changed or removed. Where a process or machine died in the middle of one, the next line
begins on a line of its own.
"""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cleanrooms_governance.audit.entry import AuditEntry, Note
from cleanrooms_governance.errors import AuditFailed
from cleanrooms_governance.text import plain

ROOM = 256 * 1024
"""Free bytes below which nothing is begun: many times the longest line."""

_OPEN = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
_ONLY_THE_OWNER = 0o600


def free_room(descriptor: int) -> int:
    """Return the bytes that are free where an open file is."""
    there = os.fstatvfs(descriptor)
    return there.f_bavail * there.f_frsize


class AuditFile:
    """Implements ``entry.AuditLog`` on a file, which is made when the first call is to be sent.

    Parameters: ``named_by`` says in words who named the file. ``inside`` is the folder that it may not leave, by links either;
    ``None`` leaves it free.
    """

    def __init__(
        self, path: Path, named_by: str, *, inside: Path | None = None, room: Callable[[int], int] = free_room
    ) -> None:
        self._path = path
        self._named_by = named_by
        self._inside = inside
        self._room = room
        self._failure = ""

    @contextmanager
    def opened(self) -> Iterator[Note]:
        """See ``entry.AuditLog``. After an entry that could not be appended, nothing is opened any more."""
        if self._failure:
            raise self._unusable(f"took no line before ({self._failure})")
        try:
            descriptor = self._open()
        except OSError as error:
            raise self._unusable(f"cannot be opened ({error.strerror})") from error
        try:
            yield lambda entry: self._append(descriptor, entry)
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        if self._inside is not None and not Path(os.path.realpath(self._path)).is_relative_to(os.path.realpath(self._inside)):
            raise self._unusable("is a link out of the project folder")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        held = os.O_NOFOLLOW if self._inside is not None else 0
        descriptor = os.open(self._path, _OPEN | held, _ONLY_THE_OWNER)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise self._unusable("is no regular file")
            if self._room(descriptor) < ROOM:
                raise self._unusable("is on a disk without room")
            with _locked(descriptor):
                pass  # a file system without locks is found out before anything is sent
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _append(self, descriptor: int, entry: AuditEntry) -> None:
        line = entry.line().encode() + b"\n"
        try:
            with _locked(descriptor):
                rest = memoryview(b"\n" + line if _is_torn(descriptor) else line)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
                os.fsync(descriptor)
        except OSError as error:
            self._failure = error.strerror or type(error).__name__
            target = plain(", ".join(f"{kind} {name}" for kind, name in entry.target.items()), 300)
            raise AuditFailed(
                f"{entry.operation} on {target or 'nothing yet'} was sent as account {entry.account} ({entry.result}, request"
                f" id {plain(entry.request_id) or 'unknown'}) and could not be noted in the audit file {self._path}"
                f" ({self._failure}), so nothing further is written to AWS by this run. Note it by hand, make room for the"
                " file, and run again"
            ) from error

    def _unusable(self, why: str) -> AuditFailed:
        return AuditFailed(
            f"the audit file {self._path} ({self._named_by}) {why}, so nothing more is written to AWS. Mend that or name"
            " another file, and run again"
        )


def _is_torn(descriptor: int) -> bool:
    """Whether the file ends in the middle of a line."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
