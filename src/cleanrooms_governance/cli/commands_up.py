"""The command `crgov up`."""

from pathlib import Path

import click

from cleanrooms_governance.cli import completing, options, output
from cleanrooms_governance.cli.output import Line, Tone


@click.command(short_help="Run `pulumi up` until only others are awaited.")
@click.option(
    "--stack", shell_complete=completing.stacks, help="The stack, as pulumi names it; without it, the one that is selected."
)
@click.option("--cwd", "folder", type=click.Path(path_type=Path, file_okay=False), help="The project's folder.")
@click.option("--pulumi", type=click.Path(path_type=Path, dir_okay=False), help="The pulumi to run, if not that of the PATH.")
@click.option(
    "--expect",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Do only what is part of this reviewed plan, a file that `crgov comment` wrote.",
)
@click.option("--fingerprint", type=options.FINGERPRINT, help="With --expect: the fingerprint that was reviewed.")
@options.as_json
@click.argument("further", nargs=-1, type=click.UNPROCESSED, metavar="[-- PULUMI ARGUMENTS]")
def up(
    stack: str | None,
    folder: Path | None,
    pulumi: Path | None,
    expect: Path | None,
    fingerprint: str | None,
    as_json: bool,
    further: tuple[str, ...],
) -> int:
    """Run `pulumi up` for a stack until only others are awaited, at most five times.

    A resource that is refused or fails does not keep the others from going on. The engine runs again only if something of our
    own is left to do: a member that has joined or accepted to pay may be what its collaboration waits for. What follows `--` is
    given to pulumi.

    With --expect every resource whose plan is not part of the reviewed one is refused alone: more changes, or dangers, than
    were reviewed. Fewer are no reason to stop. A file that was changed is refused before anything runs.
    """
    from cleanrooms_governance.cli.up.engine import Engine, find_engine
    from cleanrooms_governance.cli.up.rounds import MOST_ROUNDS, rounds_report, run_rounds
    from cleanrooms_governance.running.expectation import environment_for

    if fingerprint and not expect:
        raise click.UsageError("--fingerprint is that of the file that --expect names")
    held = environment_for(expect.absolute(), fingerprint) if expect else {}

    def relay(line: str) -> None:
        output.relay(Line(line), aside=as_json)

    def announce(number: int) -> None:
        output.relay(Line(f"round {number} of at most {MOST_ROUNDS}: pulumi up", Tone.TITLE), aside=as_json)

    engine = Engine(find_engine(pulumi), stack, folder, further, relay, output.warn, held)
    report = rounds_report(run_rounds(engine, announce))
    output.show(report, as_json=as_json)
    return report.exit
