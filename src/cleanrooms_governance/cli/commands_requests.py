"""The commands `crgov requests …`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cleanrooms_governance.cli import options, output
from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.usage import Misused
from cleanrooms_governance.model import AccountId

if TYPE_CHECKING:  # what these import takes longer than showing a help text may
    from cleanrooms_governance.aws import AwsAccounts
    from cleanrooms_governance.cli.stack import Stack
    from cleanrooms_governance.cli.worlds import Choice, Seen
    from cleanrooms_governance.service import Action

_account_to_see_as = click.option(
    "--account", type=options.ACCOUNT, help="The account to look as, for a collaboration that is in no stack file."
)


@click.group(short_help="See change requests, vote on them, cancel them.")
def requests() -> None:
    """Change requests: see them, approve and deny them as an account you hold, cancel them as the creator."""


@requests.command("list")
@options.stack_options
@options.place_options
@_account_to_see_as
@click.option("--all", "past", is_flag=True, help="Past requests too.")
@options.as_json
def list_requests(past: bool, as_json: bool, **where: Any) -> int:
    """List the open requests of the collaborations of a stack file, or of one collaboration."""
    from cleanrooms_governance.cli.foresight import foresee
    from cleanrooms_governance.cli.request_reports import list_report

    _check_who_looks(where)
    stack, _, accounts, seen = _look(where)
    today = datetime.now(UTC).date()
    report = list_report(seen, stack.names if stack else {}, lambda world: foresee(world, stack, accounts, today), past=past)
    output.show(report, as_json=as_json)
    return report.exit


@requests.command()
@click.argument("request", type=options.REQUEST)
@options.stack_options
@options.place_options
@_account_to_see_as
@options.as_json
def show(request: str, as_json: bool, **where: Any) -> int:
    """Show a request as what a commit now would change, with its fingerprints and votes."""
    from cleanrooms_governance.cli.foresight import foresee
    from cleanrooms_governance.cli.request_reports import find_request, show_report

    _check_who_looks(where)
    stack, _, accounts, seen = _look(where)
    found = find_request(seen, request)
    ahead = foresee(found[0], stack, accounts, datetime.now(UTC).date())
    report = show_report(found, stack.names if stack else {}, ahead, options.where(where["stack"], where["stack_file"]))
    output.show(report, as_json=as_json)
    return report.exit


_content = click.option(
    "--content",
    type=options.FINGERPRINT,
    required=True,
    help="The content fingerprint that `crgov requests show` gave: nothing else is decided about.",
)


@requests.command()
@click.argument("request", type=options.REQUEST)
@_content
@click.option("--account", type=options.ACCOUNT, required=True, help="The account to vote as.")
@click.option(
    "--effects",
    type=options.FINGERPRINT,
    help="The fingerprint of its effects, from `crgov requests show`: refused if the collaboration has changed since. Needed if"
    " it has changed since the request was filed.",
)
@options.stack_options
@options.place_options
@options.as_json
def approve(request: str, content: str, account: str, effects: str | None, as_json: bool, **where: Any) -> int:
    """Approve a request as an account you hold."""
    from cleanrooms_governance.service import Action

    return _decide(Action.APPROVE, (request, content, effects), {**where, "account": account}, as_json=as_json)


@requests.command()
@click.argument("request", type=options.REQUEST)
@_content
@click.option("--account", type=options.ACCOUNT, required=True, help="The account to vote as.")
@options.stack_options
@options.place_options
@options.as_json
def deny(request: str, content: str, account: str, as_json: bool, **where: Any) -> int:
    """Deny a request as an account you hold. A denial is final: a new request has to be filed."""
    from cleanrooms_governance.service import Action

    return _decide(Action.DENY, (request, content, None), {**where, "account": account}, as_json=as_json)


@requests.command()
@click.argument("request", type=options.REQUEST)
@_content
@click.option("--account", type=options.ACCOUNT, required=True, help="The creator of the collaboration.")
@options.stack_options
@options.place_options
@options.as_json
def cancel(request: str, content: str, account: str, as_json: bool, **where: Any) -> int:
    """Cancel a request as the creator. `pulumi up` does not file it again until that is acknowledged in the stack file."""
    from cleanrooms_governance.service import Action

    return _decide(Action.CANCEL, (request, content, None), {**where, "account": account}, as_json=as_json)


def _check_who_looks(where: dict[str, Any]) -> None:
    if where["account"] is not None and where["collaboration"] is None:
        raise Misused("--account goes with --collaboration: those of a stack file are looked at as the accounts it holds")


def _look(where: dict[str, Any]) -> "tuple[Stack | None, Choice, AwsAccounts, list[Seen]]":
    from cleanrooms_governance.cli.reaching import accounts_of
    from cleanrooms_governance.cli.stack import read_stack
    from cleanrooms_governance.cli.worlds import Choice, look, places

    stack = read_stack(where["stack"], where["stack_file"], Path.cwd())
    account: AccountId | None = where["account"]
    options.refuse_beside_stack(stack is not None, where["profile"], where["role"], where["external_id"])
    credentials = options.credentials(where["profile"], where["role"], where["external_id"])
    choice = Choice(where["collaboration"], account, where["region"], credentials)
    accounts = accounts_of(stack)
    return stack, choice, accounts, look(places(stack, choice), accounts)


def _decide(action: "Action", reviewed: tuple[str, str, str | None], where: dict[str, Any], *, as_json: bool) -> int:
    from cleanrooms_governance.audit.entry import Mandate
    from cleanrooms_governance.cli.deciding import Reviewed, decide
    from cleanrooms_governance.cli.output import Line, Report, Tone
    from cleanrooms_governance.cli.request_reports import find_request, world_document
    from cleanrooms_governance.cli.request_view import request_document
    from cleanrooms_governance.cli.worlds import Place, access_of

    stack, choice, accounts, seen = _look(where)
    world, _ = find_request(seen, reviewed[0])
    access = access_of(stack, where["account"], choice.credentials)
    place = Place(world.place.label, access, world.live.region)
    declared = stack.file.memberships if stack else {}
    section = "collaborations" if world.place.desired else "memberships" if world.place.label in declared else ""
    key = f"{section}.{place.label}" if section else ""
    mandate = Mandate(stack.owner_prefix if stack else "by-hand", key, by=f"crgov requests {action.value.lower()}")
    decided = decide(action, Reviewed(*reviewed), place, world.live.id, accounts.on_behalf_of(mandate))
    document = {
        "action": action.value,
        "done": decided.done,
        "collaboration": world_document(decided.world),
        "request": request_document(decided.request, decided.world, {}),
    }
    output.show(Report(document, [Line(decided.said, Tone.TITLE)]), as_json=as_json)
    return Exit.DONE
