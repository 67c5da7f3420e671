"""The commands `crgov plan` and `crgov drift`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from cleanrooms_governance.cli import options, output
from cleanrooms_governance.cli.usage import Misused


@click.command(short_help="Say what `pulumi preview` says of a stack file, without Pulumi.")
@options.stack_options
@options.as_json
def plan(stack: str | None, stack_file: Path | None, as_json: bool) -> int:
    """Say what would change, who has to vote, what is dangerous and what is refused: what `pulumi preview` says.

    Everything is read as the accounts that the stack file holds, and nothing is written. Neither Pulumi nor its state is
    needed.
    """
    from cleanrooms_governance.assessment.declared import declared_resources
    from cleanrooms_governance.assessment.whole_stack import assess_stack
    from cleanrooms_governance.cli.plan_report import plan_report
    from cleanrooms_governance.cli.reaching import accounts_of, tell_looked
    from cleanrooms_governance.cli.stack import required_stack

    read = required_stack(stack, stack_file, Path.cwd())
    today = datetime.now(UTC).date()
    found = assess_stack(read.file, read.owner_prefix, accounts_of(read), today, tell_looked)
    report = plan_report(read.owner_prefix, found, declared_resources(read.file), today)
    output.show(report, as_json=as_json)
    return report.exit


@click.command(short_help="Say what of the live world is other than a stack file says.")
@options.stack_options
@options.as_json
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown, for an issue or a pull request.")
def drift(stack: str | None, stack_file: Path | None, as_json: bool, as_markdown: bool) -> int:
    """Say what of the live world is other than the stack file says, and who could change that.

    What is on its way already is no drift: open requests that do what the file wants, invitations still to come. What a run
    would repair, what no run changes, and what is there and not managed is. Nothing is written.
    """
    from cleanrooms_governance.assessment.drift import drift_of
    from cleanrooms_governance.assessment.whole_stack import assess_stack
    from cleanrooms_governance.cli.drift_report import drift_report
    from cleanrooms_governance.cli.reaching import accounts_of, tell_looked
    from cleanrooms_governance.cli.stack import required_stack

    if as_json and as_markdown:
        raise Misused("give either --json or --markdown, not both")
    read = required_stack(stack, stack_file, Path.cwd())
    today = datetime.now(UTC).date()
    found = assess_stack(read.file, read.owner_prefix, accounts_of(read), today, tell_looked, foreseeing=False)
    report = drift_report(read.owner_prefix, [drift_of(each) for each in found], as_markdown=as_markdown)
    output.show(report, as_json=as_json)
    return report.exit
