"""The command `crgov dump`."""

from pathlib import Path

import click

from cleanrooms_governance.cli import options, output
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.model import AccountId

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(short_help="Write a stack file about what accounts have already.")
@options.stack_options
@click.option("--account", "given", type=options.ACCOUNT, multiple=True, help="This account. May be repeated.")
@click.option("--region", "regions", type=options.REGION, multiple=True, help="Look in this Region. May be repeated.")
@click.option("--profile", help="Act through this profile, without a stack file, for one account.")
@click.option(
    "--role", "roles", type=options.ROLE, multiple=True, help="Act through this role as its account. May be repeated."
)
@click.option("--external-id", help="With --role.")
@click.option("--output", "target", type=_FILE, help="Write the stack file there.")
@click.option("--include-dir", type=click.Path(path_type=Path, file_okay=False), help="Write one file a collaboration there.")
@click.option("--force", is_flag=True, help="Write over files that exist.")
@options.as_json
def dump(
    stack: str | None,
    stack_file: Path | None,
    given: tuple[AccountId, ...],
    regions: tuple[str, ...],
    profile: str | None,
    roles: tuple[str, ...],
    external_id: str | None,
    target: Path | None,
    include_dir: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Write a stack file about everything that accounts have in Clean Rooms, as creators and as members.

    AWS is only read. A plan of the file changes nothing, so it is where governing what exists begins. It is printed, or
    written to --output. With --stack the accounts, their credentials and the Regions are those of that stack file.
    """
    from cleanrooms_governance.cli.dumping import dump as dump_all
    from cleanrooms_governance.cli.dumping import dumped_report, findings_in
    from cleanrooms_governance.cli.files import refuse_existing, write_whole
    from cleanrooms_governance.cli.invitations import regions_of
    from cleanrooms_governance.cli.live_world import look_at_all
    from cleanrooms_governance.cli.reaching import accounts_of
    from cleanrooms_governance.cli.stack import included_folder, project_at, read_stack
    from cleanrooms_governance.cli.worlds import access_of

    read = read_stack(stack, stack_file, Path.cwd())
    options.refuse_beside_stack(read is not None, profile, *roles, external_id)
    if read is not None:
        held = [known.access for known in read.file.accounts.values() if known.access is not None]
        wanted = [access_of(read, account, options.credentials(None, None, None)) for account in given] or held
    else:
        wanted = options.accesses(given, profile, roles, external_id)
    where = regions_of(read, regions) if read else sorted(set(regions))
    if not wanted:
        raise Misused("say whose world: --account, --role, --stack or --stack-file")
    if not where:
        raise Misused("say in which Region to look: --region, which may be repeated")
    if include_dir is not None and target is None:
        raise Misused("--include-dir goes with --output, which names the stack file that includes what is written there")
    into = (include_dir, included_folder(include_dir, Path.cwd())) if include_dir is not None else None
    if target is not None and not force:
        refuse_existing([target])
    seen = look_at_all(wanted, where, accounts_of(read))
    dumped = dump_all(seen, wanted, read.names if read else {}, into, is_shown=target is None)
    if not force:
        refuse_existing([*dumped.included, *([target] if target else [])])
    findings = findings_in(dumped, *project_at(Path.cwd()))
    for path, text in dumped.included.items():
        write_whole(path, text)
    if target is not None:
        write_whole(target, dumped.main)
    for unread in seen.unread:
        output.warn(f"{unread.account} in {unread.region}: {unread.what} not read: {unread.why}")
    for finding in findings:
        output.warn(f"the file that was dumped cannot be used as it is: {finding}")
    report = dumped_report(dumped, seen, target, findings)
    if target is None and not as_json:
        output.text(dumped.main)
    output.show(report, as_json=as_json)
    return report.exit
