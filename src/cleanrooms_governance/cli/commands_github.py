"""The commands `crgov github …`: what a pipeline says on a pull request, and what was reviewed there."""

from pathlib import Path

import click

from cleanrooms_governance.cli import options, output


@click.group(short_help="Comment on pull requests, and find the plan that was reviewed.")
def github() -> None:
    """Speak with GitHub from a job of GitHub Actions.

    The environment of the job says where: GITHUB_REPOSITORY, GITHUB_EVENT_PATH, GITHUB_STEP_SUMMARY, GITHUB_API_URL. The token
    is taken from GITHUB_TOKEN and from nowhere else.
    """


@github.command(short_help="Write a comment on the pull request, or bring it up to date.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--pull-request", type=click.IntRange(min=1), help="Its number; without it that of the job's event.")
@options.as_json
def publish(file: Path, pull_request: int | None, as_json: bool) -> int:
    """Write one comment, from the document that `crgov comment --json` printed, or from its Markdown.

    The comment is found by its hidden first line, updated in place, and not sent if it says so already. With the document the
    labels `governance: …` are set by the verdict, and those that no longer hold are taken away. The summary of the job says the
    same; where nothing may be written, as for a pull request from a fork, it is all, with a warning.
    """
    from cleanrooms_governance.cli.publishing import comment_in, publish_report, published

    report = publish_report(published(*comment_in(file), pull_request, output.progress))
    output.show(report, as_json=as_json)
    return report.exit


@github.command(short_help="Say which plan was reviewed for a commit.")
@click.option("--commit", required=True, help="The commit on the main branch, in full.")
@click.option("--marker", "key", required=True, help="The key of the comment, as `crgov comment --marker` had it.")
@click.option("--workflow", default="preview.yml", show_default=True, help="The file of the workflow that made the preview.")
@options.as_json
def reviewed(commit: str, key: str, workflow: str, as_json: bool) -> int:
    """Find the pull request that brought a commit, the plan that its comment names, and the run that wrote the plan's file.

    In a job the outputs `pull-request`, `head`, `run` and `fingerprint` are set. It ends with 4 if nothing was reviewed.
    """
    from cleanrooms_governance.cli.publishing import found_review, review_report

    report = review_report(found_review(commit, key, workflow, output.progress))
    output.show(report, as_json=as_json)
    return report.exit


@github.command(short_help="Look whether a proposal reaches accounts only as the base does.")
@click.option("--stack", required=True, help="The stack.")
@click.option("--base", required=True, type=click.Path(path_type=Path, file_okay=False), help="The project as the base has it.")
@options.as_json
def ways(stack: str, base: Path, as_json: bool) -> int:
    """Compare the ways into accounts of the project here, included files and all, with those of another folder.

    Whoever may propose a change could else name a role that the runner may become. It ends with 4 if any account is reached
    otherwise than the base says; one that is not reached at all is no difference. Nobody is asked anything.
    """
    from cleanrooms_governance.cli.ways import other_ways, ways_report

    report = ways_report(other_ways(stack, Path.cwd(), base))
    output.show(report, as_json=as_json)
    return report.exit
