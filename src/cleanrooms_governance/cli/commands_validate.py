"""The command `crgov validate`."""

from pathlib import Path

import click

from cleanrooms_governance.cli import options, output
from cleanrooms_governance.cli.usage import Misused


@click.command(short_help="Say everything that is wrong in a stack file, with its lines.")
@click.option("--stack", "stacks", multiple=True, help="The stack, whose file is found as pulumi finds it. May be repeated.")
@click.option(
    "--stack-file",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The stack file, as a path. May be repeated.",
)
@click.argument("more", nargs=-1, type=click.Path(path_type=Path, dir_okay=False), metavar="[STACK_FILE]...")
@options.as_json
def validate(stacks: tuple[str, ...], files: tuple[Path, ...], more: tuple[Path, ...], as_json: bool) -> int:
    """Say everything that is wrong in stack files and in the files they include. Nothing is asked of AWS or of Pulumi.

    One line for each finding: file, line and column, the path of the value, why it cannot be, and what to do. They are the
    findings with which `pulumi preview` would end. Exit code 0 if there are none, 1 if there are any.
    """
    from cleanrooms_governance.cli.stack import find_stack
    from cleanrooms_governance.cli.validating import validate_stack, validated_report

    here = Path.cwd()
    named = [find_stack(stack, None, here) for stack in stacks] + [find_stack(None, file, here) for file in (*files, *more)]
    found = [validate_stack(each) for each in named if each is not None]
    if not found:
        raise Misused("say which stack file: --stack, --stack-file, or paths of stack files")
    report = validated_report(found)
    output.show(report, as_json=as_json)
    return report.exit
