"""The command ``crgov``: its commands, and how each of them ends.

Nobody ever sees a traceback: what is foreseen is a message of ours, what is not is said to be unforeseen, in a line.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from traceback import extract_tb

import click

from cleanrooms_governance.cli import output
from cleanrooms_governance.cli.commands_adopt import adopt
from cleanrooms_governance.cli.commands_ask import ask
from cleanrooms_governance.cli.commands_budgets import budgets
from cleanrooms_governance.cli.commands_comment import comment
from cleanrooms_governance.cli.commands_dump import dump
from cleanrooms_governance.cli.commands_ending import delete_collaboration, leave
from cleanrooms_governance.cli.commands_github import github
from cleanrooms_governance.cli.commands_invitations import invitations
from cleanrooms_governance.cli.commands_payers import payers
from cleanrooms_governance.cli.commands_plan import drift, plan
from cleanrooms_governance.cli.commands_policies import policies
from cleanrooms_governance.cli.commands_probe import probe
from cleanrooms_governance.cli.commands_requests import requests
from cleanrooms_governance.cli.commands_run import run
from cleanrooms_governance.cli.commands_schema import schema
from cleanrooms_governance.cli.commands_up import up
from cleanrooms_governance.cli.commands_validate import validate
from cleanrooms_governance.cli.commands_verify import verify
from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.errors import GovernanceError, NotKnown, Refused
from cleanrooms_governance.text import discreet


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 nothing to do, or done; 2 changes; 3 waiting for others; 4 refused or denied; 5 not known"
    " whether it was done; 1 error; 64 wrong usage. Of several collaborations the worst counts: 1, 5, 4, 3, 2, 0.",
)
@click.version_option(package_name="cleanrooms-governance", prog_name="crgov")
def crgov() -> None:
    """Governance of AWS Clean Rooms by hand, beside `pulumi preview` and `pulumi up`."""


crgov.add_command(plan)
crgov.add_command(drift)
crgov.add_command(requests)
crgov.add_command(invitations)
crgov.add_command(ask)
crgov.add_command(up)
crgov.add_command(comment)
crgov.add_command(payers)
crgov.add_command(budgets)
crgov.add_command(run)
crgov.add_command(verify)
crgov.add_command(validate)
crgov.add_command(schema)
crgov.add_command(dump)
crgov.add_command(adopt)
crgov.add_command(delete_collaboration)
crgov.add_command(leave)
crgov.add_command(policies)
crgov.add_command(github)
crgov.add_command(probe)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    output.never_fail_on_characters()
    try:
        end = crgov.main(args=given, prog_name="crgov", standalone_mode=False)
        return int(end) if isinstance(end, int) else int(Exit.DONE)
    except click.exceptions.NoArgsIsHelpError as error:
        output.explain(error.format_message())
        return int(Exit.USAGE)
    except click.UsageError as error:
        where = f" (see {error.ctx.command_path} --help)" if error.ctx else ""
        return _ended(error.format_message() + where, Exit.USAGE, as_json=as_json)
    except Misused as error:
        return _ended(str(error), Exit.USAGE, as_json=as_json)
    except Refused as error:
        return _ended(str(error), Exit.REFUSED, as_json=as_json)
    except NotKnown as error:
        return _ended(str(error), Exit.UNKNOWN, as_json=as_json)
    except (GovernanceError, click.ClickException) as error:
        return _ended(str(error), Exit.ERROR, as_json=as_json)
    except BrokenPipeError:
        # Whoever read our output has gone; the interpreter must not complain about it when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.ERROR)
    except (KeyboardInterrupt, click.Abort):
        return _ended("interrupted: look at the collaboration before you try again", Exit.ERROR, as_json=as_json)
    except Exception as error:
        return _ended(_unforeseen(error), Exit.ERROR, as_json=as_json)


def _ended(message: str, end: Exit, *, as_json: bool) -> int:
    output.complain(message, end, as_json=as_json)
    return int(end)


def _unforeseen(error: Exception) -> str:
    frames = extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return (
        f"something unforeseen happened ({type(error).__name__}: {discreet(str(error))}){where}. Look at the collaboration"
        " before you try again, and report this"
    )


if __name__ == "__main__":
    sys.exit(main())
