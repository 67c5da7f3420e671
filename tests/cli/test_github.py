"""`crgov github`: what a job says on a pull request, and what it is told about a review."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.canaries import leaked
from tests.cli.runner import crgov
from tools.forge.server import serve
from tools.forge.state import ACTIONS, FORK, Answer, Forge, WorkflowRun, once

TOKEN = "canary0token0of0the0forge"
MARKDOWN = "<!-- crgov:comment retail -->\n### One change\n\nPlan `fp-0123456789abcdef`, commit `" + "a" * 40 + "`.\n"


@pytest.fixture
def forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    """A forge, and the environment of a job of pull request 7 there."""
    made = Forge(tokens={TOKEN: ACTIONS})
    made.open(7)
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": {"number": 7}}))
    (tmp_path / "comment.json").write_text(json.dumps({"markdown": MARKDOWN, "verdict": "dangerous"}))
    monkeypatch.chdir(tmp_path)
    with serve(made) as url:
        for name, value in {
            "GITHUB_REPOSITORY": made.repository,
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_API_URL": url,
            "GITHUB_TOKEN": TOKEN,
        }.items():
            monkeypatch.setenv(name, value)
        yield made


def test_a_comment_that_is_made_can_be_written_at_once(forge: Forge) -> None:
    (Path.cwd() / "preview.json").write_text("")
    ran = crgov("comment", "--preview", "retail=preview.json", "--github", "--json")
    assert (0, "created", "failed") == (ran.code, ran.document["github"]["comment"], ran.document["verdict"])
    assert ["governance: failed"] == forge.pull_requests[7].labels
    assert [ran.document["markdown"].strip()] == [each.body.strip() for each in forge.pull_requests[7].comments]
    assert 64 == crgov("comment", "--preview", "retail=preview.json", "--pull-request", "8").code


def test_a_comment_is_written_with_its_label(forge: Forge) -> None:
    ran = crgov("github", "publish", "comment.json", "--json")
    assert (0, "created", ["governance: dangerous"]) == (ran.code, ran.document["comment"], ran.document["labelsSet"])
    assert [MARKDOWN] == [each.body for each in forge.pull_requests[7].comments]


def test_markdown_alone_sets_no_labels(forge: Forge, tmp_path: Path) -> None:
    (tmp_path / "comment.md").write_text(MARKDOWN)
    ran = crgov("github", "publish", "comment.md", "--pull-request", "7")
    assert (0, []) == (ran.code, forge.pull_requests[7].labels)
    assert ran.out.startswith("wrote the comment at http://127.0.0.1")


def test_what_no_longer_holds_is_taken_away(forge: Forge, tmp_path: Path) -> None:
    forge.pull_requests[7].labels = ["bug", "governance: dangerous"]
    (tmp_path / "comment.json").write_text(json.dumps({"markdown": MARKDOWN, "verdict": "nothing to change"}))
    crgov("github", "publish", "comment.json")
    assert ["bug"] == forge.pull_requests[7].labels


def test_a_fork_ends_well_with_a_warning_and_the_summary(forge: Forge, tmp_path: Path) -> None:
    forge.tokens[TOKEN] = FORK
    ran = crgov("github", "publish", "comment.json")
    assert 0 == ran.code
    assert "usual for pull requests from forks" in ran.out
    assert MARKDOWN.strip() in (tmp_path / "summary.md").read_text()


@pytest.mark.parametrize("content", ["{", "{}", '{"markdown": 1, "verdict": "x"}'])
def test_another_file_is_wrong_usage(forge: Forge, tmp_path: Path, content: str) -> None:
    (tmp_path / "comment.json").write_text(content)
    assert 64 == crgov("github", "publish", "comment.json").code
    assert 64 == crgov("github", "publish", "nowhere.json").code


def test_the_reviewed_plan_is_told_to_the_steps_that_follow(forge: Forge, tmp_path: Path) -> None:
    forge.write(7, ACTIONS, MARKDOWN)
    forge.pull_requests[7].head, forge.pull_requests[7].merged_as = "a" * 40, "b" * 40
    forge.runs.append(WorkflowRun(5, "preview.yml", "a" * 40))
    ran = crgov("github", "reviewed", "--commit", "b" * 40, "--marker", "retail")
    assert (0, f"pull-request=7\nhead={'a' * 40}\nrun=5\nfingerprint=fp-0123456789abcdef\n") == (
        ran.code,
        (tmp_path / "output").read_text(),
    )


def test_a_commit_without_a_review_is_refused(forge: Forge, tmp_path: Path) -> None:
    ran = crgov("github", "reviewed", "--commit", "b" * 40, "--marker", "retail")
    assert (4, False) == (ran.code, (tmp_path / "output").exists())


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(401, {"message": f"Bad credentials {TOKEN}"}),
        Answer(403, {"message": f"Resource not accessible by integration {TOKEN}"}),
        Answer(404, {"message": TOKEN}),
        Answer(422, {"message": TOKEN}),
        Answer(200, {"message": TOKEN}),
        Answer(301, None, {"Location": f"http://elsewhere.example/{TOKEN}"}),
    ],
)
@pytest.mark.parametrize("command", ["publish", "reviewed"])
def test_the_token_is_in_nothing_that_is_said(forge: Forge, tmp_path: Path, trouble: Answer, command: str) -> None:
    forge.trouble.append(once(trouble, path="comments" if command == "publish" else "pulls"))
    asked = {"publish": ("comment.json",), "reviewed": ("--commit", "b" * 40, "--marker", "retail")}[command]
    ran = crgov("github", command, *asked, "--json")
    texts = {"output": ran.out, "errors": ran.err, "files": [each.read_text() for each in tmp_path.iterdir() if each.is_file()]}
    assert [] == leaked(texts, {"the token": TOKEN})
