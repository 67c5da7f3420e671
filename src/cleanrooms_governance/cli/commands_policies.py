"""The command `crgov policies`."""

from pathlib import Path

import click

from cleanrooms_governance.cli import options, output
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.model import AccountId


@click.command(short_help="Print the IAM policies that the accounts of a stack file need.")
@options.stack_options
@click.option("--account", type=options.ACCOUNT, help="Only this account.")
@click.option("--budgets", is_flag=True, help="With what `crgov budgets` needs besides.")
@click.option("--ending", is_flag=True, help="With what `crgov delete-collaboration` and `crgov leave` need besides.")
@click.option("--running", is_flag=True, help="With what `crgov run` needs besides.")
@click.option("--into", type=click.Path(path_type=Path), help="Write each policy into a file of this folder.")
@options.as_json
def policies(
    stack: str | None, stack_file: Path | None, account: AccountId | None, into: Path | None, as_json: bool, **by_hand: bool
) -> int:
    """Print the IAM policies that the `read` and `write` identities of a stack file need, filled in, and no more.

    Nothing is asked of AWS. The documents are ready for `aws iam put-role-policy`; docs/permissions.md says what each is for.
    """
    from cleanrooms_governance.cli.policies import policies_report, write_policies
    from cleanrooms_governance.cli.stack import read_stack
    from cleanrooms_governance.permissions.identities import ByHand, identities

    read = read_stack(stack, stack_file, Path.cwd())
    if read is None:
        raise Misused("say whose policies: --stack or --stack-file")
    if account is not None and not read.holds(account):
        raise Misused(f"account {account} has no credentials in the stack file, so nobody acts as it")
    found = [
        each for each in identities(read.file, [each for each in ByHand if by_hand[each]]) if account in (None, each.account)
    ]
    written = write_policies(found, into) if into is not None else {}
    report = policies_report(found, read.names, written)
    output.show(report, as_json=as_json)
    return report.exit
