"""The command `crgov ask`."""

from datetime import UTC, datetime
from pathlib import Path

import click

from cleanrooms_governance.cli import completing, options, output
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.model import AccountId


@click.command(short_help="Write what to send to an account that has to act.")
@click.argument("account", type=options.ACCOUNT, shell_complete=completing.accounts)
@options.stack_options
@options.collaboration
@options.as_json
def ask(account: AccountId, stack: str | None, stack_file: Path | None, collaboration: str | None, as_json: bool) -> int:
    """Write what to send to an account that has to vote, to join or to accept to pay, in the collaborations of a stack file.

    The text is plain, for an e-mail: what it is about, the way through the console, the commands. Notes for whoever sends it
    are on the error stream.
    """
    from cleanrooms_governance.cli.ask_report import ask_report, notes_for_sender
    from cleanrooms_governance.cli.asking import ask_all
    from cleanrooms_governance.cli.reaching import accounts_of
    from cleanrooms_governance.cli.stack import read_stack
    from cleanrooms_governance.cli.worlds import look, places_named

    read = read_stack(stack, stack_file, Path.cwd())
    if read is None:
        raise Misused("say in which stack's collaborations: --stack or --stack-file")
    accounts = accounts_of(read)
    seen = look(places_named(read, collaboration), accounts)
    found = ask_all(account, seen, read, accounts, datetime.now(UTC).date())
    if not read.knows(account) and not found:
        raise Misused(f"account {account} is neither in the stack file nor a member of its collaborations")
    report = ask_report(account, found, read.names)
    output.show(report, as_json=as_json)
    for note in notes_for_sender(account, found, read.names) if not as_json else ():
        output.warn(note)
    return report.exit
