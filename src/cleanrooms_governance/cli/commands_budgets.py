"""The command `crgov budgets`."""

from pathlib import Path

import click

from cleanrooms_governance.cli import options, output
from cleanrooms_governance.cli.usage import Misused


@click.command(short_help="What is left of privacy budgets, how fast it goes, and who lives on it.")
@click.argument("collaboration", required=False)
@options.stack_options
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write it as a page with charts, too.")
@options.as_json
def budgets(collaboration: str | None, stack: str | None, stack_file: Path | None, page: Path | None, as_json: bool) -> int:
    """Show what is left of each privacy budget, when it is renewed, and the ML input channels that live on it.

    COLLABORATION is a key or an id of the stack file; without it, all of them. Nothing is written.
    """
    from datetime import UTC, datetime

    from cleanrooms_governance.cli.budgets.charts import check_installed
    from cleanrooms_governance.cli.budgets.looking import look_at_budgets
    from cleanrooms_governance.cli.budgets.page import budgets_page, write_page
    from cleanrooms_governance.cli.budgets.report import budgets_report, with_page
    from cleanrooms_governance.cli.reaching import accounts_of
    from cleanrooms_governance.cli.stack import read_stack
    from cleanrooms_governance.cli.worlds import look, places_named

    read = read_stack(stack, stack_file, Path.cwd())
    if read is None:
        raise Misused("say of which stack's collaborations: --stack or --stack-file")
    if page is not None:
        check_installed()
    accounts = accounts_of(read)
    found = look_at_budgets(look(places_named(read, collaboration), accounts), read, accounts)
    now = datetime.now(UTC)
    report = budgets_report(found, read.names, now)
    if page is not None:
        write_page(page, budgets_page(found, read.names, read.owner_prefix, now))
        report = with_page(report, page)
    output.show(report, as_json=as_json)
    return report.exit
