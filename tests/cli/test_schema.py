"""`crgov schema`: the two schemas, as one JSON document each."""

from __future__ import annotations

from cleanrooms_governance.settings.schema import included_file_schema, stack_file_schema
from tests.cli.runner import crgov


def test_it_prints_the_schema_of_stack_files() -> None:
    ran = crgov("schema")
    assert (0, stack_file_schema()) == (ran.code, ran.document)


def test_it_prints_the_schema_of_included_files() -> None:
    assert included_file_schema() == crgov("schema", "--include").document
