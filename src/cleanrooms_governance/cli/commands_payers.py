"""The command `crgov payers`."""

from pathlib import Path

import click

from cleanrooms_governance.cli import completing, options, output
from cleanrooms_governance.cli.usage import Misused

_FEW = 10
_MOST = 100


@click.command(short_help="Who may be asked to pay for what, who accepted, and who was asked.")
@click.argument("collaboration", required=False, shell_complete=completing.collaborations)
@options.stack_options
@click.option(
    "--last",
    type=click.IntRange(1, _MOST),
    default=_FEW,
    show_default=True,
    help="How many of the newest queries, and jobs, are looked at through each membership.",
)
@options.as_json
def payers(collaboration: str | None, stack: str | None, stack_file: Path | None, last: int, as_json: bool) -> int:
    """Show who may be asked to pay for each cost type, who has accepted that, and who was asked.

    COLLABORATION is a key or an id of the stack file; without it, all of them. What was run shows through the memberships of
    the accounts that the stack file holds, and so does who has accepted.
    """
    from cleanrooms_governance.cli.analyses.asked import ask_who_pays
    from cleanrooms_governance.cli.analyses.payers_report import payers_report
    from cleanrooms_governance.cli.reaching import accounts_of
    from cleanrooms_governance.cli.stack import read_stack
    from cleanrooms_governance.cli.worlds import look, places_named

    read = read_stack(stack, stack_file, Path.cwd())
    if read is None:
        raise Misused("say in which stack's collaborations: --stack or --stack-file")
    accounts = accounts_of(read)
    seen = look(places_named(read, collaboration), accounts)
    report = payers_report(ask_who_pays(seen, last, read, accounts), read.names)
    output.show(report, as_json=as_json)
    return report.exit
