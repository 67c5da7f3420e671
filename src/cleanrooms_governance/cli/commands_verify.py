"""The command `crgov verify`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from cleanrooms_governance.cli import options, output


@click.command(short_help="Look whether what a stack file declares is in force.")
@options.stack_options
@options.as_json
def verify(stack: str | None, stack_file: Path | None, as_json: bool) -> int:
    """Look, as each account that a stack file holds, whether what it declares is in force. Nothing is written.

    One line for each thing that is not: the abilities of whoever runs queries and jobs, payers that cannot be charged, members
    and memberships that are not as the file says.
    """
    from cleanrooms_governance.cli.reaching import accounts_of
    from cleanrooms_governance.cli.stack import required_stack
    from cleanrooms_governance.cli.verify_report import verify_report
    from cleanrooms_governance.cli.verifying import verify as look_at_all

    read = required_stack(stack, stack_file, Path.cwd())
    verified = look_at_all(read, accounts_of(read), datetime.now(UTC).date())
    report = verify_report(verified, read.names)
    output.show(report, as_json=as_json)
    return report.exit
