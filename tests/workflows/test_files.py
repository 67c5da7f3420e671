"""The workflows to copy, as files: their published schema, and what must be so in each of them."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from tools.workflows.expressions import value
from tools.workflows.jobs import WORKFLOWS, read

GITHUB = sorted(f"github/{each.name}" for each in (WORKFLOWS / "github").glob("*.yml"))
READS, WRITES = "read", "write"


def jobs(name: str) -> list[tuple[str, dict[str, Any]]]:
    return list(read(name)["jobs"].items())


@pytest.mark.parametrize(("schema", "files"), [("github-workflows", "github/*.yml"), ("gitlab-ci", "gitlab/*.yml")])
def test_they_are_as_their_published_schema_says(schema: str, files: str) -> None:
    found = sorted(map(str, WORKFLOWS.glob(files)))
    assert found
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *found]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert 0 == checked.returncode, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", GITHUB)
def test_a_token_may_do_nothing_that_no_job_asks_for(name: str) -> None:
    assert {} == read(name)["permissions"]
    for job, about in jobs(name):
        assert about["permissions"], job


@pytest.mark.parametrize("name", GITHUB)
def test_only_the_job_that_comments_may_write_on_pull_requests_and_nothing_proposed_is_there(name: str) -> None:
    for job, about in jobs(name):
        writing = {key for key, each in about["permissions"].items() if each == WRITES} - {"id-token"}
        steps = about.get("steps", [])
        proposed = [
            step for step in steps if str(step.get("uses", "")).startswith("actions/checkout") and "ref" not in step["with"]
        ]
        if steps and writing:
            assert ({"pull-requests"}, []) == (writing, proposed), job


@pytest.mark.parametrize("name", GITHUB)
def test_pull_requests_never_run_where_secrets_of_the_base_are(name: str) -> None:
    # YAML 1.2 keeps `on` a text.
    assert "pull_request_target" not in read(name)["on"]


@pytest.mark.parametrize("name", GITHUB)
def test_every_action_is_pinned_by_its_commit(name: str) -> None:
    used = re.findall(r"uses: (\S+)(.*)", (WORKFLOWS / name).read_text())
    assert used
    for action, said in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)
        assert "/.github/workflows/" in action or re.fullmatch(r" # v\d+\.\d+\.\d+", said), action


@pytest.mark.parametrize("name", [name for name in GITHUB if name != "github/caller.yml"])
def test_every_job_ends_by_itself_and_no_two_write_at_once(name: str) -> None:
    writes = any("CRGOV_WRITE_ROLE" in str(about) for _, about in jobs(name))
    assert read(name)["concurrency"]["cancel-in-progress"] is not writes
    assert read(name)["concurrency"]["group"].startswith("crgov-up-") is writes
    for job, about in jobs(name):
        assert about["timeout-minutes"] <= 75, job


@pytest.mark.parametrize("name", GITHUB)
def test_nothing_that_others_chose_is_put_into_a_script(name: str) -> None:
    for job, about in jobs(name):
        for step in about.get("steps", []):
            filled = re.findall(r"\$\{\{(.*?)\}\}", step.get("run", ""))
            assert all(re.fullmatch(r"\s*steps\.\w+\.outputs\.exit\s*", each) for each in filled), job


@pytest.mark.parametrize("name", GITHUB)
def test_pulumi_is_interrupted_once_when_it_takes_too_long(name: str) -> None:
    for _, about in jobs(name):
        for step in about.get("steps", []):
            for line in re.sub(r"\\\n\s*", "", step.get("run", "")).splitlines():
                if re.search(r"\b(crgov up|pulumi preview)\b", line):
                    assert "timeout --foreground --signal=INT" in line


def test_the_script_for_gitlab_is_one() -> None:
    for script in read("gitlab/preview.gitlab-ci.yml")["clean-rooms-preview"]["script"]:
        assert 0 == subprocess.run(["bash", "-n"], input=script, text=True).returncode


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("inputs.stack || vars.CRGOV_STACK", "retail"),
        ("vars.NONE != '' && github.a == github.b", False),
        ("vars.CRGOV_STACK != '' && github.a == github.b", True),
        ("!cancelled()", True),
        ("steps.x-y.outputs.exit || '1'", "1"),
    ],
)
def test_expressions_mean_what_they_mean_on_github(expression: str, expected: object) -> None:
    context = {"vars": {"CRGOV_STACK": "retail"}, "inputs": {}, "github": {"a": "x", "b": "x"}}
    assert expected == value(expression, context, {"cancelled": lambda: False})
