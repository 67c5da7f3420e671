"""The command `crgov invitations`."""

from pathlib import Path

import click

from cleanrooms_governance.cli import options, output
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.model import AccountId


@click.command(short_help="Open invitations of the accounts you hold.")
@options.stack_options
@click.option("--account", type=options.ACCOUNT, help="Only this account; without a stack file, the account to look as.")
@click.option("--region", "regions", type=options.REGION, multiple=True, help="Look in this Region too. May be repeated.")
@click.option("--profile", help="Act through this profile, without a stack file.")
@click.option("--role", type=options.ROLE, help="Act through this role, without a stack file.")
@click.option("--external-id", help="With --role.")
@options.as_json
def invitations(
    stack: str | None,
    stack_file: Path | None,
    account: AccountId | None,
    regions: tuple[str, ...],
    profile: str | None,
    role: str | None,
    external_id: str | None,
    as_json: bool,
) -> int:
    """List the open invitations of the accounts you hold, with a `memberships` block for the stack file."""
    from cleanrooms_governance.cli.invitations import invitations_report, open_invitations, regions_of
    from cleanrooms_governance.cli.reaching import accounts_of
    from cleanrooms_governance.cli.stack import read_stack
    from cleanrooms_governance.cli.worlds import access_of

    read = read_stack(stack, stack_file, Path.cwd())
    options.refuse_beside_stack(read is not None, profile, role, external_id)
    credentials = options.credentials(profile, role, external_id)
    if account is not None:
        held = [access_of(read, account, credentials)]
    elif read is not None:
        held = [known.access for known in read.file.accounts.values() if known.access is not None]
    else:
        raise Misused("say whose invitations: --stack, --stack-file, or --account with --region")
    where = regions_of(read, regions) if read else sorted(set(regions))
    if not where:
        raise Misused("say in which Region to look: --region, which may be repeated")
    accounts = accounts_of(read)
    report = invitations_report(open_invitations(held, where, accounts, read), read)
    output.show(report, as_json=as_json)
    return report.exit
