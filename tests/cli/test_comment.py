"""`crgov comment`: files in, one comment out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.reviewed_plan import parse
from tests.cli.runner import crgov
from tests.unit.pull_request.examples import HERE

VOTES = f"retailer={HERE / 'votes.retailer.json'}"
NOTHING = f"retailer={HERE / 'nothing.retailer.json'}"
REFUSED = f"retailer={HERE / 'refused.retailer.json'}"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No project is found where the commands run."""
    monkeypatch.chdir(tmp_path)


def test_the_comment_goes_to_standard_output_and_the_command_ends_well() -> None:
    ran = crgov("comment", "--preview", REFUSED, "--exit", "retailer=1", "--commit", "4f2c1e7")
    assert (int(Exit.DONE), "") == (ran.code, ran.err)
    marker, title, *_ = ran.out.splitlines()
    assert "<!-- crgov:comment cleanrooms/retailer -->" == marker
    assert title.startswith("### ⛔ retailer: refused")


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "other"):
        crgov("comment", "--preview", VOTES, "--output", str(tmp_path / f"{name}.md"), "--plan-file", str(tmp_path / name))
    assert (tmp_path / "one.md").read_bytes() == (tmp_path / "other.md").read_bytes()
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_the_plan_file_is_the_one_that_the_comment_names(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    ran = crgov("comment", "--preview", VOTES, "--commit", "4f2c1e7", "--plan-file", str(file))
    plan = parse(file.read_text())
    assert "4f2c1e7" == plan.commit
    assert f"Plan `{plan.fingerprint}`, commit `4f2c1e7`." in ran.out


@pytest.mark.parametrize("content", [None, "", '{"steps": ['])
def test_a_preview_that_wrote_nothing_usable_is_a_comment_that_says_so(tmp_path: Path, content: str | None) -> None:
    file, log = tmp_path / "preview.json", tmp_path / "log"
    if content is not None:
        file.write_text(content)
    log.write_text("error: no stack named 'retailer' found\n")
    ran = crgov("comment", "--preview", f"retailer={file}", "--exit", "retailer=6", "--log", f"retailer={log}")
    assert int(Exit.DONE) == ran.code
    assert "### ❌ retailer: the preview failed (exit status 6)" in ran.out
    assert "- error: no stack named 'retailer' found" in ran.out


def test_a_preview_that_failed_keeps_the_marker_of_one_that_did_not(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: cleanrooms\nruntime: python\n")
    good = crgov("comment", "--preview", NOTHING).out.splitlines()[0]
    failed = crgov("comment", "--preview", "retailer=nothing-there.json").out.splitlines()[0]
    assert good == failed


@pytest.mark.parametrize(
    ("preview", "exit", "end"),
    [(NOTHING, "0", Exit.DONE), (VOTES, "0", Exit.CHANGES), (REFUSED, "1", Exit.REFUSED), (NOTHING, "255", Exit.ERROR)],
)
def test_with_exit_code_it_ends_as_the_worst_preview(preview: str, exit: str, end: Exit) -> None:
    assert int(end) == crgov("comment", "--preview", preview, "--exit", f"retailer={exit}", "--exit-code").code


def test_a_program_gets_the_verdict_the_fingerprint_and_the_markdown() -> None:
    document = crgov("comment", "--preview", VOTES, "--preview", f"bank={HERE / 'votes.bank.json'}", "--json").document
    assert "changes" == document["verdict"]
    assert ["cleanrooms/retailer", "cleanrooms/bank"] == [each["stack"] for each in document["stacks"]]
    assert document["markdown"].startswith(document["marker"])
    assert document["fingerprint"] in document["markdown"]


def test_a_file_takes_the_comment_and_the_terminal_a_line_for_each_stack(tmp_path: Path) -> None:
    ran = crgov("comment", "--preview", VOTES, "--output", str(tmp_path / "comment.md"))
    assert "cleanrooms/retailer: changes" == ran.out.splitlines()[0]
    assert (tmp_path / "comment.md").read_text().startswith("<!-- crgov:comment ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing option '--preview'"),
        (("--preview", "preview.json"), "does not say of which stack"),
        (("--preview", VOTES, "--preview", NOTHING), "--preview is given twice for retailer"),
        (("--preview", VOTES, "--exit", "bank=1"), "there is no --preview of bank"),
        (("--preview", VOTES, "--exit", "retailer=red"), "give the exit status of that preview, a number"),
        (("--preview", VOTES, "--page", "javascript:alert(1)"), "is no address"),
        (("--preview", VOTES, "--commit", "a b"), "is no commit"),
        (("--preview", VOTES, "--plan-file", "no/such/folder/plan.json"), "cannot be written"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(arguments: tuple[str, ...], said: str) -> None:
    ran = crgov("comment", *arguments)
    assert int(Exit.USAGE) == ran.code
    assert said in ran.err


def test_the_json_of_a_refusal_says_how_much_was_cut() -> None:
    document = json.loads(crgov("comment", "--preview", REFUSED, "--limit", "2000", "--json").out)
    assert document["cut"]
    assert 2000 >= len(document["markdown"])
