"""The commands `crgov delete-collaboration` and `crgov leave`."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cleanrooms_governance.cli import completing, options, output
from cleanrooms_governance.cli.usage import Misused

if TYPE_CHECKING:  # what these import takes longer than showing a help text may
    from cleanrooms_governance.cli.ending import AlreadyOver, Ending
    from cleanrooms_governance.cli.stack import Stack
    from cleanrooms_governance.service import Accounts

_fingerprint = click.option(
    "--fingerprint",
    type=options.FINGERPRINT,
    help="What the command showed when it was run without: only exactly that is ended.",
)


@click.command(short_help="Delete a collaboration for good, behind a fingerprint.")
@click.argument("key", shell_complete=completing.collaborations)
@_fingerprint
@options.stack_options
@options.as_json
def delete_collaboration(key: str, fingerprint: str | None, stack: str | None, stack_file: Path | None, as_json: bool) -> int:
    """Delete the collaboration of a key of the stack file, as its creator.

    Run without --fingerprint it only shows what would be lost, and the fingerprint to do it with.
    """
    from cleanrooms_governance.cli.ending import find_deletion

    return _end(find_deletion, key, fingerprint, (stack, stack_file), as_json=as_json)


@click.command(short_help="Leave a collaboration for good, behind a fingerprint.")
@click.argument("key", shell_complete=completing.memberships)
@_fingerprint
@options.stack_options
@options.as_json
def leave(key: str, fingerprint: str | None, stack: str | None, stack_file: Path | None, as_json: bool) -> int:
    """End the membership of a key of the stack file, as its account.

    Run without --fingerprint it only shows what would be lost, and the fingerprint to do it with.
    """
    from cleanrooms_governance.cli.ending import find_leaving

    return _end(find_leaving, key, fingerprint, (stack, stack_file), as_json=as_json)


def _end(
    find: "Callable[[Stack, str, Accounts], Ending | AlreadyOver]",
    key: str,
    fingerprint: str | None,
    where: tuple[str | None, Path | None],
    *,
    as_json: bool,
) -> int:
    from cleanrooms_governance.audit.entry import Mandate
    from cleanrooms_governance.cli.ending import AlreadyOver, carry_out
    from cleanrooms_governance.cli.ending_reports import announcement, ended, nothing_to_end
    from cleanrooms_governance.cli.reaching import accounts_of
    from cleanrooms_governance.cli.stack import read_stack

    stack = read_stack(*where, Path.cwd())
    if stack is None:
        raise Misused("say which stack file the key is in: --stack or --stack-file")
    accounts = accounts_of(stack)
    found = find(stack, key, accounts)
    if isinstance(found, AlreadyOver):
        report = nothing_to_end(found)
    elif fingerprint is None:
        report = announcement(found, stack.names, shlex.join(["crgov", found.rule, key, *options.where(*where)]))
    else:
        mandate = Mandate(stack.owner_prefix, found.keys[0], by=f"crgov {found.rule}")
        carry_out(found, fingerprint, accounts.on_behalf_of(mandate))
        report = ended(found, stack.names)
    output.show(report, as_json=as_json)
    return report.exit
