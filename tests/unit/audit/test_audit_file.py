"""The audit file takes whole lines at its end, from anybody at once, or lets nothing be called."""

from __future__ import annotations

import json
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cleanrooms_governance.audit.audit_file import AuditFile
from cleanrooms_governance.audit.entry import AuditEntry, Mandate, Result
from cleanrooms_governance.errors import AuditFailed

ENTRY = AuditEntry(
    time=datetime(2026, 11, 30, 1, 2, 3, 456_789, tzinfo=UTC),
    account="111122223333",
    region="eu-west-1",
    way="environment",
    session="",
    operation="DeleteMember",
    target={"collaboration": "c1", "account": "444455556666"},
    before={"status": "ACTIVE"},
    after=None,
    mandate=Mandate("acme/prod", "collaborations.sales", "fp-0123456789abcdef", "pulumi up"),
    request_id="r-1",
)

WRITER = """
import sys
from pathlib import Path
from cleanrooms_governance.audit.audit_file import AuditFile
from dataclasses import replace
from tests.unit.audit.test_audit_file import ENTRY
for number in range(40):
    with AuditFile(Path(sys.argv[1]), "a test").opened() as note:
        note(replace(ENTRY, request_id=f"{sys.argv[2]}-{number}"))
"""


def append(file: AuditFile, entry: AuditEntry = ENTRY) -> None:
    with file.opened() as note:
        note(entry)


def ids(path: Path) -> list[str]:
    return [json.loads(line)["requestId"] for line in path.read_text().splitlines()]


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """What a full disk does to a write, for this process."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_an_entry_is_one_line_with_everything_that_is_known(tmp_path: Path) -> None:
    append(AuditFile(tmp_path / "log.jsonl", "a test"))
    assert {
        "time": "2026-11-30T01:02:03.456Z",
        "account": "111122223333",
        "region": "eu-west-1",
        "role": "environment",
        "session": "",
        "operation": "DeleteMember",
        "target": {"collaboration": "c1", "account": "444455556666"},
        "before": {"status": "ACTIVE"},
        "after": None,
        "stack": "acme/prod",
        "key": "collaborations.sales",
        "plan": "fp-0123456789abcdef",
        "by": "pulumi up",
        "requestId": "r-1",
        "result": "done",
        "code": "",
    } == json.loads((tmp_path / "log.jsonl").read_text())


def test_what_others_wrote_steers_no_terminal_and_breaks_no_line(tmp_path: Path) -> None:
    hostile = {"name": "a\nb\x1b[31m\u202e\u2028\x7f<{%reset%}>"}
    append(AuditFile(tmp_path / "log.jsonl", "a test"), replace(ENTRY, before=hostile))
    line = (tmp_path / "log.jsonl").read_bytes()
    assert hostile == json.loads(line)["before"]
    assert set(range(0x20, 0x7F)) >= set(line.removesuffix(b"\n"))


def test_lines_stay_in_order_and_are_never_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"requestId": "of another day"}\n')
    for number in range(3):
        append(AuditFile(path, "a test"), replace(ENTRY, request_id=str(number)))
    assert ["of another day", "0", "1", "2"] == ids(path)


def test_the_folder_is_made_and_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "log.jsonl"
    append(AuditFile(path, "a test"))
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_after_a_line_that_a_crash_cut_off_the_next_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"requestId": "cut o')
    append(AuditFile(path, "a test"))
    cut_off, whole = path.read_text().splitlines()
    assert ('{"requestId": "cut o', "r-1") == (cut_off, json.loads(whole)["requestId"])


def test_two_processes_at_once_spoil_no_line_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    command = [sys.executable, "-c", WRITER, str(path)]
    writers = [subprocess.Popen([*command, name], cwd=Path(__file__).parents[3]) for name in "ab"]
    assert [0, 0] == [writer.wait(60) for writer in writers]
    found = ids(path)
    for name in "ab":
        assert [f"{name}-{number}" for number in range(40)] == [each for each in found if each.startswith(name)]


def test_several_threads_at_once_spoil_no_line_of_each_other(tmp_path: Path) -> None:
    file = AuditFile(tmp_path / "log.jsonl", "a test")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: append(file, replace(ENTRY, request_id=str(number))), range(40)))
    assert [str(number) for number in range(40)] == sorted(ids(tmp_path / "log.jsonl"), key=int)


@pytest.mark.parametrize("kind", ["a device", "a folder", "a pipe", "below a file", "where nothing can be made"])
def test_what_is_no_file_of_its_own_lets_nothing_be_called(kind: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    paths = {
        "a device": Path("/dev/full"),
        "a folder": tmp_path / "folder",
        "a pipe": tmp_path / "pipe",
        "below a file": tmp_path / "file" / "log.jsonl",
        "where nothing can be made": Path("/proc/log.jsonl"),
    }
    called = []
    with pytest.raises(AuditFailed, match="nothing more is written to AWS"), AuditFile(paths[kind], "a test").opened():
        called.append("a call")
    assert [] == called


def test_a_disk_without_room_lets_nothing_be_called(tmp_path: Path) -> None:
    file = AuditFile(tmp_path / "log.jsonl", "a test", room=lambda descriptor: 4096)
    with pytest.raises(AuditFailed, match="on a disk without room"), file.opened():
        pytest.fail("a call was made")


@pytest.mark.parametrize("link", ["audit/log.jsonl", "audit"])
def test_a_file_of_the_project_leads_nowhere_else(link: str, tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    (project / link).parent.mkdir(parents=True)
    outside.mkdir()
    (outside / "log.jsonl").write_text("precious")
    (project / link).symlink_to(outside / "log.jsonl" if link.endswith("l") else outside)
    file = AuditFile(project / "audit" / "log.jsonl", "a test", inside=project)
    with pytest.raises(AuditFailed, match="link out of the project folder"), file.opened():
        pytest.fail("a call was made")
    assert "precious" == (outside / "log.jsonl").read_text()


def test_an_operators_own_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "log.jsonl")
    append(AuditFile(tmp_path / "link", "a test"))
    assert ["r-1"] == ids(tmp_path / "log.jsonl")


def test_a_line_that_could_not_be_written_is_told_and_ends_all_writing(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    file = AuditFile(path, "a test")
    append(file)
    with files_of_at_most(path.stat().st_size + 20), pytest.raises(AuditFailed) as failed:
        append(file, replace(ENTRY, request_id="r-2", result=Result.LOST))
    for told in ("DeleteMember on collaboration c1, account 444455556666", "(lost, request id r-2)", str(path), "run again"):
        assert told in str(failed.value)
    with pytest.raises(AuditFailed, match="took no line before"), file.opened():
        pytest.fail("a call was made")


def test_where_a_line_could_not_be_written_the_next_run_begins_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    append(AuditFile(path, "a test"))
    with files_of_at_most(path.stat().st_size + 20), pytest.raises(AuditFailed):
        append(AuditFile(path, "a test"))
    append(AuditFile(path, "a test"), replace(ENTRY, request_id="r-3"))
    first, _, last = path.read_text().splitlines()
    assert ["r-1", "r-3"] == [json.loads(line)["requestId"] for line in (first, last)]
