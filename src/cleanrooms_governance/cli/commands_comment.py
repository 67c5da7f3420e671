"""The command `crgov comment`."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from cleanrooms_governance.cli import options, output
from cleanrooms_governance.cli.usage import Misused

_STACK = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+){0,2}")
_PAGE = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'*+,;=%-]+")
_COMMIT = re.compile(r"[0-9A-Za-z._/-]{1,200}")


class _OfStack(click.ParamType[tuple[str, str]]):
    """``STACK=value``."""

    name = "stack=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        stack, given, rest = str(value).partition("=")
        if not given or not rest or not _STACK.fullmatch(stack):
            self.fail(f"{value!r} does not say of which stack: give STACK={rest or stack or '…'}", param, ctx)
        return stack.rpartition("/")[2], rest


_OF_STACK = _OfStack()


@click.command(short_help="Write the comment of a pull request from previews.")
@click.option(
    "--preview", "previews", type=_OF_STACK, multiple=True, required=True, metavar="STACK=FILE",
    help="A stack, and the file with the output of `pulumi preview --json --show-sames`; for several stacks, several times.",
)  # fmt: skip
@click.option("--exit", "exits", type=_OF_STACK, multiple=True, metavar="STACK=STATUS", help="How that preview ended.")
@click.option(
    "--log", "logs", type=_OF_STACK, multiple=True, metavar="STACK=FILE", help="What that preview wrote to its error stream."
)
@click.option("--commit", default="", help="The commit that the previews were made for.")
@click.option("--page", default="", help="The address of the page on which the whole previews can be read.")
@click.option("--marker", "key", default="", help="What tells this comment from others; else the project and the stacks.")
@click.option("--project", default="", help="The project, if there is no Pulumi.yaml here or above.")
@click.option("--limit", type=click.IntRange(min=2000), default=None, help="Characters that the forge takes (65536).")
@click.option("--output", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the comment there.")
@click.option("--plan-file", type=click.Path(path_type=Path, dir_okay=False), help="Write the reviewed plan there.")
@click.option("--github", is_flag=True, help="Write it on the pull request too, as `crgov github publish` does.")
@click.option("--pull-request", type=click.IntRange(min=1), help="With --github: another one than that of the job's event.")
@click.option("--exit-code", is_flag=True, help="End as the worst of the previews does, instead of 0.")
@options.as_json
def comment(
    previews: tuple[tuple[str, str], ...],
    exits: tuple[tuple[str, str], ...],
    logs: tuple[tuple[str, str], ...],
    commit: str,
    page: str,
    key: str,
    project: str,
    limit: int | None,
    file: Path | None,
    plan_file: Path | None,
    github: bool,
    pull_request: int | None,
    exit_code: bool,
    as_json: bool,
) -> int:
    """Write one Markdown comment on one or several previews, those that failed included.

    It reads files only: no account is asked, and pulumi is not needed; only with --github it speaks with GitHub. A file that is
    missing, empty or cut off is a preview that failed, and the comment says so. It ends with 0 whenever the comment is written,
    because the job fails by the preview itself.
    """
    from cleanrooms_governance.cli.comment_report import comment_report
    from cleanrooms_governance.cli.commenting import given_previews, project_here, write
    from cleanrooms_governance.pull_request.comment import Wishes, render
    from cleanrooms_governance.pull_request.fitting import GITHUB_LIMIT
    from cleanrooms_governance.reviewed_plan import written

    if pull_request and not github:
        raise Misused("--pull-request goes with --github")
    if page and not _PAGE.fullmatch(page):
        raise Misused(f"{page!r} is no address: give --page https://…")
    if commit and not _COMMIT.fullmatch(commit):
        raise Misused(f"{commit!r} is no commit: give --commit its hash")
    paths = _by_stack("--preview", previews, {})
    known = dict.fromkeys(paths)
    statuses = {stack: _status(stack, given) for stack, given in _by_stack("--exit", exits, known).items()}
    read = given_previews(paths, statuses, _by_stack("--log", logs, known), project or project_here(Path.cwd()))
    made = render(read, Wishes(commit, key, limit or GITHUB_LIMIT, page))
    if file is not None:
        write(file, made.markdown)
    if plan_file is not None:
        write(plan_file, written(made.plan))
    report = comment_report(made, exit_code=exit_code)
    if github:
        from cleanrooms_governance.cli.publishing import beside, published
        from cleanrooms_governance.forge.labels import labels_of

        report = beside(report, published(made.markdown, labels_of(made.verdict), pull_request, output.progress))
    if file is None and not (as_json or github):
        output.hand_over(made.markdown)
    else:
        output.show(report, as_json=as_json)
    return report.exit


def _by_stack(option: str, given: Iterable[tuple[str, str]], known: Mapping[str, object]) -> dict[str, str]:
    """Return what is given for each stack; where stacks are known, for no other one."""
    found: dict[str, str] = {}
    for stack, value in given:
        if stack in found:
            raise Misused(f"{option} is given twice for {stack}")
        if known and stack not in known:
            raise Misused(f"{option} {stack}=…: there is no --preview of {stack}")
        found[stack] = value
    return found


def _status(stack: str, given: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", given):
        raise Misused(f"--exit {stack}={given}: give the exit status of that preview, a number")
    return int(given)
