"""The command `crgov adopt`."""

from pathlib import Path

import click

from cleanrooms_governance.cli import options, output
from cleanrooms_governance.cli.usage import Misused


@click.command(short_help="Add a collaboration that exists to a stack file.")
@click.argument("collaboration", type=options.COLLABORATION)
@options.stack_options
@click.option("--region", "regions", type=options.REGION, multiple=True, help="Look in this Region too. May be repeated.")
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False), help="Add it to this included file.")
@click.option("--key", type=options.KEY, help="The key in the stack file, made of the name if not given.")
@click.option("--write", is_flag=True, help="Write the file.")
@options.as_json
def adopt(
    collaboration: str,
    stack: str | None,
    stack_file: Path | None,
    regions: tuple[str, ...],
    into: Path | None,
    key: str | None,
    write: bool,
    as_json: bool,
) -> int:
    """Add a collaboration that exists, and what the accounts of the stack have in it, to a stack file as it is.

    AWS is only read. What would be added is shown, and written with --write: nothing else in the file changes, and a plan of it
    changes nothing.
    """
    from cleanrooms_governance.cli.adopting import adopt as add
    from cleanrooms_governance.cli.adopting import adopted_report, write_adopted
    from cleanrooms_governance.cli.invitations import regions_of
    from cleanrooms_governance.cli.live_world import look_at_one
    from cleanrooms_governance.cli.reaching import accounts_of
    from cleanrooms_governance.cli.stack import read_stack_at, required_path

    at = required_path(stack, stack_file, Path.cwd())
    read = read_stack_at(at)
    held = [known.access for known in read.file.accounts.values() if known.access is not None]
    where = regions_of(read, regions)
    if not held:
        raise Misused("no account of the stack file has credentials, so nobody can look at the collaboration")
    if not where:
        raise Misused("say in which Region the collaboration is: --region")
    seen = look_at_one(collaboration, held, where, accounts_of(read))
    for unread in seen.unread:
        output.warn(f"{unread.account} in {unread.region}: {unread.what} not read: {unread.why}")
    adopted = add(seen, read, at, into, key)
    if write:
        write_adopted(adopted)
    report = adopted_report(adopted, written=write)
    output.show(report, as_json=as_json)
    return report.exit
