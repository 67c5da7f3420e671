"""The framework of the long runs: they go on where they were, and tell what failed."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from soak.__main__ import main
from soak.campaign import Campaign, CaseFailed, Counts, discover
from soak.play import play, time_to_go
from soak.progress import Outcome, Progress


def passing(case: int) -> None:
    """A case without a flaw."""


def failing_on(*cases: int) -> Callable[[int], None]:
    def run(case: int) -> None:
        if case in cases:
            raise AssertionError(f"case {case} is wrong\nin detail")

    return run


def noting(played: list[int], *, interrupted_at: int | None = None) -> Callable[[int], None]:
    def run(case: int) -> None:
        if case == interrupted_at:
            raise KeyboardInterrupt
        played.append(case)

    return run


def soak(state: Path, *campaigns: Campaign, arguments: tuple[str, ...] = ()) -> int:
    return main(["--state", str(state), *arguments], {each.name: each for each in campaigns})


def test_a_run_plays_every_case_in_order_and_ends_with_0(tmp_path: Path) -> None:
    played: list[int] = []
    assert 0 == soak(tmp_path, Campaign("count", 5, noting(played)))
    assert [0, 1, 2, 3, 4] == played


def test_an_interrupted_run_ends_with_130_and_goes_on_with_the_case_that_was_interrupted(tmp_path: Path) -> None:
    played: list[int] = []
    assert 130 == soak(tmp_path, Campaign("count", 5, noting(played, interrupted_at=3)))
    assert [0, 1, 2] == played
    assert 0 == soak(tmp_path, Campaign("count", 5, noting(played)))
    assert [0, 1, 2, 3, 4] == played


def test_campaigns_that_were_finished_before_the_interruption_are_not_played_again(tmp_path: Path) -> None:
    first: list[int] = []
    second: list[int] = []
    campaigns = Campaign("a", 2, noting(first)), Campaign("b", 2, noting(second, interrupted_at=1))
    soak(tmp_path, *campaigns)
    soak(tmp_path, campaigns[0], Campaign("b", 2, noting(second)))
    assert ([0, 1], [0, 1]) == (first, second)


def test_after_a_finished_run_the_next_one_begins_with_the_first_case(tmp_path: Path) -> None:
    played: list[int] = []
    for _ in range(2):
        soak(tmp_path, Campaign("count", 2, noting(played)))
    assert [0, 1, 0, 1] == played


def test_failures_of_a_resumed_run_include_those_from_before_the_interruption(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails_then_stops(case: int) -> None:
        if case == 2:
            raise KeyboardInterrupt
        failing_on(0)(case)

    soak(tmp_path, Campaign("flawed", 4, fails_then_stops))
    capsys.readouterr()
    assert 1 == soak(tmp_path, Campaign("flawed", 4, failing_on(3)))

    out, err = capsys.readouterr()
    assert ["flawed", "4", "2", "0.0", "0,", "3"] == out.splitlines()[1].split()
    assert "flawed: case 3 failed: AssertionError: case 3 is wrong … in detail\n" in err
    assert "python -m soak flawed --seed 0" in err


def test_one_failing_campaign_among_passing_ones_makes_the_run_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == soak(tmp_path, Campaign("bad", 3, failing_on(0, 1, 2)), Campaign("good", 2, passing))
    rows = [line.split()[:3] for line in capsys.readouterr().out.splitlines()[1:]]
    assert [["bad", "3", "3"], ["good", "2", "0"]] == rows


def test_many_failures_are_counted_and_the_first_twenty_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soak(tmp_path, Campaign("bad", 25, failing_on(*range(25))))
    row = capsys.readouterr().out.splitlines()[1]
    assert ["25", "25"] == row.split()[1:3]
    assert row.endswith("18, 19 and 5 more")


def test_what_cases_count_is_added_up_over_failures_and_interruptions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def recovering(case: int) -> Counts | None:
        if case == 1:
            raise CaseFailed("lost", {"tried": 1})
        return {"tried": 1, "recovered": 1} if case < 4 else None

    def interrupted(case: int) -> Counts | None:
        if case == 2:
            raise KeyboardInterrupt
        return recovering(case)

    soak(tmp_path, Campaign("crashes", 5, interrupted))
    capsys.readouterr()
    soak(tmp_path, Campaign("crashes", 5, recovering), Campaign("counts nothing", 1, passing))
    rows = capsys.readouterr().out.splitlines()[1:]
    assert ["crashes", "counts nothing"] == [rows[0][:7], rows[2][:14]]
    assert "  tried 4, recovered 3" == rows[1]


def test_cases_may_count_with_a_counter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == soak(tmp_path, Campaign("count", 2, lambda case: Counter(tried=case + 1)))
    assert "tried 3" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("seconds", "left", "said"),
    [((2.0, 4.0), 10, ", about 30 s to go"), ((30.0,), 10, ", about 5 min to go"), ((30.0,), 0, "")],
)
def test_what_was_played_says_how_long_the_rest_takes(seconds: tuple[float, ...], left: int, said: str) -> None:
    assert said == time_to_go([Outcome(case, each) for case, each in enumerate(seconds)], left)


def test_only_the_named_campaigns_are_played(tmp_path: Path) -> None:
    played: list[int] = []
    campaigns = Campaign("a", 1, failing_on(0)), Campaign("b", 1, noting(played))
    assert 0 == soak(tmp_path, *campaigns, arguments=("b",))
    assert [0] == played


def test_an_unknown_campaign_is_refused_with_the_names_of_the_known_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 64 == soak(tmp_path, Campaign("a", 1, passing), arguments=("c",))
    assert "soak: there is no campaign c; there are a\n" == capsys.readouterr().err


def test_fewer_cases_can_be_asked_for(tmp_path: Path) -> None:
    played: list[int] = []
    soak(tmp_path, Campaign("count", 100, noting(played)), arguments=("--cases", "2"))
    assert [0, 1] == played


def test_one_failing_case_is_played_alone_and_shown_in_detail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flawed = Campaign("flawed", 9, failing_on(7))
    assert 1 == soak(tmp_path, flawed, arguments=("flawed", "--seed", "7"))
    assert "case 7 is wrong\nin detail" in capsys.readouterr().err
    assert 0 == soak(tmp_path, flawed, arguments=("flawed", "--seed", "6"))


@pytest.mark.parametrize("arguments", [("--seed", "1"), ("a", "--seed", "9"), ("--cases", "many")], ids=" ".join)
def test_arguments_that_make_no_sense_are_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert 64 == soak(tmp_path, Campaign("a", 2, passing), Campaign("b", 2, passing), arguments=arguments)


def outcomes_after(tmp_path: Path, change: Callable[[str], str], *, cases: int = 3, code: str = "code") -> list[Outcome]:
    """What is still known of three played cases after a change of the file."""
    campaign = Campaign("count", 3, passing)
    play(campaign, Progress(tmp_path, campaign, "code"), lambda text: None)
    file = tmp_path / "count.jsonl"
    file.write_text(change(file.read_text()))
    return Progress(tmp_path, Campaign("count", cases, passing), code).outcomes


def test_a_line_that_was_being_written_when_the_run_was_killed_is_played_again(tmp_path: Path) -> None:
    assert [0, 1] == [outcome.case for outcome in outcomes_after(tmp_path, lambda text: text[:-10])]


def test_outcomes_of_other_code_say_nothing(tmp_path: Path) -> None:
    assert [] == outcomes_after(tmp_path, str, code="newer code")


def test_a_run_that_begins_anew_because_the_code_has_changed_says_so(tmp_path: Path) -> None:
    outcomes_after(tmp_path, str)
    campaign, said = Campaign("count", 3, passing), list[str]()
    play(campaign, Progress(tmp_path, campaign, "newer code"), said.append)
    assert "count: begins anew; what is known of 3 cases is about other code" == said[0]


def test_outcomes_of_another_number_of_cases_say_nothing(tmp_path: Path) -> None:
    assert [] == outcomes_after(tmp_path, str, cases=4)


def test_a_torn_line_does_not_spoil_those_added_after_it(tmp_path: Path) -> None:
    outcomes_after(tmp_path, lambda text: text[:-10])
    campaign = Campaign("count", 3, passing)
    play(campaign, Progress(tmp_path, campaign, "code"), lambda text: None)
    assert [0, 1, 2] == [outcome.case for outcome in Progress(tmp_path, campaign, "code").outcomes]


def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **modules: str) -> str:
    """A package of campaigns under a name of its own; gives the name."""
    name = f"campaigns_of_{tmp_path.name}".replace("-", "_")
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    for module, names in modules.items():
        source = "from soak.campaign import Campaign\nCAMPAIGNS = [Campaign(name, 1, int) for name in " + repr(names) + "]\n"
        (tmp_path / name / f"{module}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_campaigns_of_all_modules_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ["a", "b", "c"] == list(discover(package(tmp_path, monkeypatch, one="ca", two="b")))


def test_two_campaigns_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match=r"two campaigns are called a; the second is in .*\.two"):
        discover(package(tmp_path, monkeypatch, one="a", two="a"))


@pytest.mark.slow
def test_the_command_lists_the_campaigns_of_this_project() -> None:
    listed = subprocess.run([sys.executable, "-m", "soak", "--list"], capture_output=True, text=True, check=True)
    assert "kill" in [line.split()[0] for line in listed.stdout.splitlines()]
