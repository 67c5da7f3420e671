"""Where is the audit of this process, if it keeps one?"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from cleanrooms_governance.audit.audit_file import AuditFile
from cleanrooms_governance.audit.entry import AuditLog, Note
from cleanrooms_governance.errors import AuditFailed, InvalidInput

VARIABLE = "CLEANROOMS_AUDIT"
"""Names any file, by an absolute path; it wins over the stack file."""

SETTING = "cleanrooms:audit.file"


def audit_log(environment: Mapping[str, str], project: Path, setting: Callable[[], str | None]) -> AuditLog | None:
    """Return the audit, or ``None`` where nobody asks for one.

    What was asked for and cannot be understood becomes an audit that lets nothing be written.

    Parameters: ``setting`` returns the path that the stack file gives, relative to the folder ``project``, or raises
    ``InvalidInput``.
    """
    if named := environment.get(VARIABLE):
        if not Path(named).is_absolute():
            return _Unusable(f"{VARIABLE} must be an absolute path, which {named} is not")
        return AuditFile(Path(named), f"named by {VARIABLE}")
    try:
        file = setting()
    except InvalidInput as invalid:
        return _Unusable(str(invalid))
    return AuditFile(project / file, f"named by {SETTING}", inside=project) if file else None


class _Unusable:
    """An audit that was asked for in a way that cannot be followed."""

    def __init__(self, why: str) -> None:
        self._why = why

    def opened(self) -> AbstractContextManager[Note]:
        raise AuditFailed(f"{self._why}. So nothing is written to AWS: correct it, and run again")
