"""Where the audit goes: the environment wins over the stack file, and what cannot be followed lets nothing be written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleanrooms_governance.audit.entry import AuditLog
from cleanrooms_governance.audit.place import VARIABLE, audit_log
from cleanrooms_governance.errors import AuditFailed, Finding, InvalidInput
from tests.unit.audit.test_audit_file import ENTRY


def broken() -> str:
    raise InvalidInput((Finding("cleanrooms:audit.file", "is wrong"),))


def append(log: AuditLog | None) -> None:
    assert log is not None
    with log.opened() as note:
        note(ENTRY)


def written(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]


def test_who_asks_for_no_audit_has_none(tmp_path: Path) -> None:
    assert audit_log({VARIABLE: ""}, tmp_path, lambda: None) is None


def test_the_stack_files_path_is_one_of_the_project_folder(tmp_path: Path) -> None:
    append(audit_log({}, tmp_path, lambda: "audit/retail.jsonl"))
    assert ["audit/retail.jsonl"] == written(tmp_path)


def test_the_environment_wins_over_the_stack_file_even_over_a_broken_one(tmp_path: Path) -> None:
    append(audit_log({VARIABLE: str(tmp_path / "any name")}, tmp_path / "project", broken))
    assert ["any name"] == written(tmp_path)
    assert "DeleteMember" == json.loads((tmp_path / "any name").read_text())["operation"]


@pytest.mark.parametrize(
    ("environment", "said"),
    [({VARIABLE: "audit.jsonl"}, "CLEANROOMS_AUDIT must be an absolute path"), ({}, "cleanrooms:audit.file: is wrong")],
    ids=["a relative path in the environment", "a broken setting"],
)
def test_what_cannot_be_followed_lets_nothing_be_written(environment: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(AuditFailed, match=said):
        append(audit_log(environment, tmp_path, broken))
    assert [] == written(tmp_path)
