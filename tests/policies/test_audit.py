"""The audit of everything that the reconciler ever does is what the service itself saw."""

from __future__ import annotations

import json
from pathlib import Path

from cleanrooms_governance.audit.audit_file import AuditFile
from tests.policies.story import Stage


def test_every_writing_call_of_the_story_has_its_line_in_the_order_of_the_service(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    stage = Stage(AuditFile(path, "a test"))
    stage.play()
    seen = [
        (entry.operation, entry.account, entry.request_id)
        for entry in stage.app.journal.entries(service="cleanrooms")
        if not str(entry.operation).startswith(("Get", "List", "Preview")) and not str(entry.principal).endswith(":root")
    ]
    noted = [json.loads(line) for line in path.read_text().splitlines()]
    assert seen == [(line["operation"], line["account"], line["requestId"]) for line in noted]
    assert 18 == len({operation for operation, _, _ in seen})
