"""The commands `crgov run …`."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cleanrooms_governance.cli import completing, options, output
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.model import AccountId

if TYPE_CHECKING:  # what these import takes longer than showing a help text may
    from cleanrooms_governance.analyses.port import AnalysisAccounts
    from cleanrooms_governance.cli.analyses.preparing import Runner, Wish
    from cleanrooms_governance.cli.stack import Stack

F = TypeVar("F", bound=Callable[..., Any])

_LONGEST_SQL = 500_000
_LONGEST_VALUE = 1000
"""Service model: ProtectedQuerySQLParametersQueryStringString, ParameterValue."""

_membership = click.option(
    "--membership",
    "key",
    required=True,
    shell_complete=completing.memberships,
    help="The membership that runs it: its key in the stack file.",
)
_payer = click.option(
    "--payer",
    type=options.ACCOUNT,
    help="The account that is charged; without it, the membership's `defaultPayer`, else the only one that may be.",
)
_parameters = click.option(
    "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="For the template. May be repeated."
)
_members = click.option(
    "--to-member",
    "members",
    type=options.ACCOUNT,
    multiple=True,
    help="A member that gets the results, where its membership says. May be repeated, and go with a bucket, for queries.",
)
_detach = click.option("--detach", is_flag=True, help="Start it only, and do not wait for its end.")


@click.group(short_help="Run queries and jobs, and say who is charged.")
def run() -> None:
    """Run queries and jobs as a membership of the stack file, with the account that is charged named.

    Nothing is sent that is refused before, and nothing is ever sent twice.
    """


@run.command()
@options.stack_options
@_membership
@click.option("--sql", help="The SQL text, or @ and the name of a file that holds it.")
@click.option("--template", help="The analysis template to run instead: its name, or its ARN.")
@_parameters
@_payer
@click.option("--bucket", help="The bucket that gets the results; the membership's account has to receive results.")
@click.option("--prefix", help="Where in the bucket.")
@click.option(
    "--format", "result_format", type=click.Choice(["CSV", "PARQUET"]), help="Of the results in the bucket; CSV if not said."
)
@click.option("--single-file/--several-files", default=None, help="Whether the bucket gets one file.")
@_members
@click.option("--worker-type", type=click.Choice(["CR.1X", "CR.4X", "CR.8X"]), help="The kind of workers.")
@click.option("--workers", type=click.IntRange(2, 1024), help="How many workers.")
@_detach
@options.as_json
def query(
    stack: str | None,
    stack_file: Path | None,
    key: str,
    sql: str | None,
    template: str | None,
    parameters: Sequence[str],
    payer: AccountId | None,
    worker_type: str | None,
    workers: int | None,
    detach: bool,
    as_json: bool,
    **results: Any,
) -> int:
    """Run a query and follow it to its end.

    Results go to the bucket, the members or both that are named; with none named, where the memberships say by default.
    """
    from cleanrooms_governance.analyses.analysis import Kind
    from cleanrooms_governance.analyses.results import Receivers
    from cleanrooms_governance.cli.analyses.preparing import Wish

    if (sql is None) == (template is None):
        raise Misused("say what to run: either --sql or --template")
    if sql is not None and parameters:
        raise Misused("--parameter goes with --template: an SQL text takes none")
    worker = {name: value for name, value in (("type", worker_type), ("number", workers)) if value is not None}
    wish = Wish(
        kind=Kind.QUERY,
        sql=None if sql is None else _sql(sql),
        template=template,
        parameters=_named(parameters),
        receivers=Receivers(
            _bucket(**{name: value for name, value in results.items() if name != "members"}), results["members"]
        ),
        compute={"worker": worker} if worker else None,
        payer=payer,
    )
    return _run(wish, (stack, stack_file), key, detach=detach, as_json=as_json)


@run.command()
@options.stack_options
@_membership
@click.option("--template", required=True, help="The analysis template to run: its name, or its ARN.")
@_parameters
@_payer
@click.option(
    "--to-member", "member", type=options.ACCOUNT, help="The member that gets the results, where its membership says."
)
@click.option("--worker-type", type=click.Choice(["CR.1X", "CR.4X"]), help="The kind of workers; goes with --workers.")
@click.option("--workers", type=click.IntRange(4, 1024), help="How many workers; goes with --worker-type.")
@_detach
@options.as_json
def job(
    stack: str | None,
    stack_file: Path | None,
    key: str,
    template: str,
    parameters: Sequence[str],
    payer: AccountId | None,
    member: AccountId | None,
    worker_type: str | None,
    workers: int | None,
    detach: bool,
    as_json: bool,
) -> int:
    """Run a PySpark job of an analysis template and follow it to its end."""
    from cleanrooms_governance.analyses.analysis import Kind
    from cleanrooms_governance.analyses.results import Receivers
    from cleanrooms_governance.cli.analyses.preparing import Wish

    if (worker_type is None) != (workers is None):
        raise Misused("--worker-type and --workers go together: a job takes both or none")
    wish = Wish(
        kind=Kind.JOB,
        template=template,
        parameters=_named(parameters),
        receivers=Receivers(members=(member,) if member else ()),
        compute={"worker": {"type": worker_type, "number": workers}} if workers else None,
        payer=payer,
    )
    return _run(wish, (stack, stack_file), key, detach=detach, as_json=as_json)


@run.command()
@click.argument("analysis", type=options.ANALYSIS)
@options.stack_options
@_membership
@options.as_json
def show(analysis: str, stack: str | None, stack_file: Path | None, key: str, as_json: bool) -> int:
    """Show how a query or job stands, who is charged and where its result lies."""
    from cleanrooms_governance.cli.analyses.conducting import find
    from cleanrooms_governance.cli.analyses.reports import shown_report

    _, _, runner = _open((stack, stack_file), key, "show")
    report = shown_report(runner, find(runner, analysis))
    output.show(report, as_json=as_json)
    return report.exit


@run.command()
@click.argument("analysis", type=options.ANALYSIS)
@options.stack_options
@_membership
@options.as_json
def cancel(analysis: str, stack: str | None, stack_file: Path | None, key: str, as_json: bool) -> int:
    """Cancel a query or job."""
    from cleanrooms_governance.cli.analyses.conducting import cancel as stop
    from cleanrooms_governance.cli.analyses.reports import cancelled_report

    _, _, runner = _open((stack, stack_file), key, "cancel")
    report = cancelled_report(runner, stop(runner, analysis))
    output.show(report, as_json=as_json)
    return report.exit


def _run(wish: "Wish", where: tuple[str | None, Path | None], key: str, *, detach: bool, as_json: bool) -> int:
    from cleanrooms_governance.cli.analyses.budget_tables import budget_tables
    from cleanrooms_governance.cli.analyses.conducting import Terminal, conduct
    from cleanrooms_governance.cli.analyses.preparing import prepare
    from cleanrooms_governance.cli.analyses.reports import detached_report, followed_report

    stack, accounts, runner = _open(where, key, wish.kind)
    submission, charged = prepare(wish, runner, stack, accounts)
    terminal = Terminal(output.progress, options.where(*where))
    conducted = conduct(runner, submission, charged, terminal, detach=detach)
    if detach:
        report = detached_report(conducted, terminal)
    else:
        report = followed_report(conducted, budget_tables(conducted, stack, accounts))
    output.show(report, as_json=as_json)
    return report.exit


def _open(where: tuple[str | None, Path | None], key: str, word: str) -> "tuple[Stack, AnalysisAccounts, Runner]":
    from cleanrooms_governance.audit.entry import Mandate
    from cleanrooms_governance.cli.analyses.preparing import find_runner
    from cleanrooms_governance.cli.reaching import accounts_of
    from cleanrooms_governance.cli.stack import read_stack

    stack = read_stack(*where, Path.cwd())
    if stack is None:
        raise Misused("say which stack file the membership is in: --stack or --stack-file")
    mandate = Mandate(stack.owner_prefix, f"memberships.{key}", by=f"crgov run {word}")
    accounts = accounts_of(stack).on_behalf_of(mandate)
    return stack, accounts, find_runner(stack, key, accounts)


def _sql(given: str) -> str:
    text = given
    if given.startswith("@"):
        path = Path(given[1:])
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise Misused(f"--sql: {path} is not UTF-8 text: save it as such") from None
        except OSError as error:
            raise Misused(f"--sql: {path} cannot be read ({error.strerror})") from None
    if not text.strip():
        raise Misused("--sql is empty: say what to run")
    if len(text) > _LONGEST_SQL:
        raise Misused(f"--sql has {len(text)} characters, and AWS takes {_LONGEST_SQL} at most")
    return text


def _named(given: Sequence[str]) -> Mapping[str, str]:
    parameters: dict[str, str] = {}
    for each in given:
        name, separator, value = each.partition("=")
        if not separator or not re.fullmatch(r"[0-9a-zA-Z_]{1,100}", name):
            raise Misused(f"--parameter {each!r}: write it as NAME=VALUE, the name of letters, digits and _")
        if name in parameters:
            raise Misused(f"--parameter {name} is given twice")
        if len(value) > _LONGEST_VALUE:
            raise Misused(f"--parameter {name} has {len(value)} characters, and AWS takes {_LONGEST_VALUE} at most")
        parameters[name] = value
    return parameters


def _bucket(bucket: str | None, prefix: str | None, result_format: str | None, single_file: bool | None) -> Any:
    from cleanrooms_governance.analyses.results import Bucket
    from cleanrooms_governance.settings.text_shapes import BUCKET, KEY_PREFIX

    if bucket is None:
        if any(each is not None for each in (prefix, result_format, single_file)):
            raise Misused("--prefix, --format and --single-file go with --bucket")
        return None
    for option, shape, text in (("--bucket", BUCKET, bucket), ("--prefix", KEY_PREFIX, prefix or "")):
        if objection := shape.objection(text):
            raise Misused(f"{option} {text!r} {objection}")
    return Bucket(bucket, result_format or "CSV", prefix, single_file)
