"""The command `crgov probe`."""

import sys
import uuid
from pathlib import Path
from typing import Any

import click

from cleanrooms_governance.cli import options, output
from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.desired import Access
from cleanrooms_governance.model import AccountId


@click.command(short_help="Find out how AWS behaves where it documents nothing.")
@click.option("--creator", type=options.ACCOUNT, required=True, help="Your account that creates the collaboration.")
@click.option("--creator-profile", help="Act as the creator through this profile; without it and a role, the environment.")
@click.option("--creator-role", type=options.ROLE, help="Act as the creator through this role.")
@click.option("--creator-external-id", help="With --creator-role.")
@click.option("--member", type=options.ACCOUNT, required=True, help="Another account of yours, that is invited.")
@click.option("--member-profile", help="Act as the member through this profile; without it and a role, the environment.")
@click.option("--member-role", type=options.ROLE, help="Act as the member through this role.")
@click.option("--member-external-id", help="With --member-role.")
@options.stack_options
@click.option("--region", type=options.REGION, required=True, help="The Region to play in.")
@click.option("--yes", is_flag=True, help="Really do it; without this it is only said what would be done.")
@options.as_json
def probe(
    creator: AccountId,
    member: AccountId,
    stack: str | None,
    stack_file: Path | None,
    region: str,
    yes: bool,
    as_json: bool,
    **ways: Any,
) -> int:
    """Find out how AWS behaves where it documents nothing.

    Two accounts of your own play about ninety calls on a collaboration that is created for it and deleted afterwards. It holds
    no tables and runs nothing, so it should cost nothing. The answers are named as the switches of cleanrooms-emulator.

    The accounts' credentials come from the stack file, if one is named, or from the options.
    """
    from cleanrooms_governance.aws.plain_calls import PlainCalls
    from cleanrooms_governance.cli.probe.play import play
    from cleanrooms_governance.cli.probe.report import probe_report
    from cleanrooms_governance.cli.probe.stage import Stage
    from cleanrooms_governance.cli.stack import audit_of, read_stack
    from cleanrooms_governance.cli.worlds import access_of

    if creator == member:
        raise Misused("--creator and --member must be two accounts")
    read = read_stack(stack, stack_file, Path.cwd())
    entries: dict[str, Access] = {}
    for who, account in (("creator", creator), ("member", member)):
        way = [ways[f"{who}_{part}"] for part in ("profile", "role", "external_id")]
        options.refuse_beside_stack(read is not None, *way)
        entries[who] = access_of(read, account, options.credentials(*way))
    name = f"crgov-probe-{uuid.uuid4().hex[:12]}"
    if not yes:
        return _announced(name, creator, member, region, as_json=as_json)
    audit = audit_of(read)
    calls = {who: PlainCalls(access, region, stack="probe", audit=audit, by="crgov probe") for who, access in entries.items()}
    stage = Stage(calls["creator"], calls["member"], name)
    report = probe_report(play(stage, output.progress if sys.stderr.isatty() else output.no_progress))
    output.show(report, as_json=as_json)
    return report.exit


def _announced(name: str, creator: AccountId, member: AccountId, region: str, *, as_json: bool) -> int:
    said = (
        f"would create the collaboration {name} in {region} as {creator} and invite {member},",
        "join it as both, file, vote on and commit change requests about these two accounts, remove the member,",
        "and delete the collaboration and both memberships. To do it, add --yes.",
    )
    lines = [Line(text, Tone.TITLE if index == 0 else Tone.PLAIN) for index, text in enumerate(said)]
    document = {"creator": creator, "member": member, "region": region, "done": False}
    output.show(Report(document, lines, Exit.CHANGES), as_json=as_json)
    return Exit.CHANGES
