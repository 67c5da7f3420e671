"""The commands `crgov plan` and `crgov drift`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from cleanrooms_governance.cli import options, output


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
