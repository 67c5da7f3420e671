"""The options that several commands share."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from cleanrooms_governance.cli import completing
from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.model import AccountId

F = TypeVar("F", bound=Callable[..., Any])


class _Account(click.ParamType[AccountId]):
    name = "account"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> AccountId:
        if not re.fullmatch(r"[0-9]{12}", str(value)):
            self.fail(f"{value!r} is no account id: give its twelve digits", param, ctx)
        return AccountId(str(value))


class _Fingerprint(click.ParamType[str]):
    name = "fingerprint"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"fp-[0-9a-f]{16}", str(value)):
            self.fail(f"{value!r} is no fingerprint: give fp- and sixteen digits, as `crgov requests show` does", param, ctx)
        return str(value)


class _Text(click.ParamType[str]):
    """A text that fits a pattern of the service, so that a mistyped one is not sent anywhere."""

    def __init__(self, name: str, pattern: str, hint: str) -> None:
        self.name = name
        self._pattern = re.compile(pattern)
        self._hint = hint

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not self._pattern.fullmatch(str(value)):
            self.fail(f"{value!r} is no {self.name}: {self._hint}", param, ctx)
        return str(value)


ACCOUNT = _Account()
FINGERPRINT = _Fingerprint()
REGION = _Text("Region", r"[a-z]{2}(-[a-z]+)+-[0-9]+", "give it as AWS writes it, such as eu-west-1")
ROLE = _Text("role", r"arn:aws:iam::[0-9]{12}:role/[\w+=,.@/-]+", "give its ARN")
REQUEST = _Text("id", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "give the id of a change request")
COLLABORATION = _Text("id", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "give the id of a collaboration")
KEY = _Text("key", r"[A-Za-z0-9][A-Za-z0-9_.-]{0,53}", "take letters, digits, dots, hyphens and underscores")
ANALYSIS = _Text("id", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "give the id of a query or job")

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for programs.")

collaboration = click.option(
    "--collaboration",
    shell_complete=completing.collaborations,
    help="Only this collaboration: a key of the stack file, or an id.",
)


def stack_options(command: F) -> F:
    """Add the options that name a stack file."""
    command = click.option("--stack-file", type=click.Path(path_type=Path, dir_okay=False), help="The stack file, as a path.")(
        command
    )
    return click.option("--stack", shell_complete=completing.stacks, help="The stack, whose file is found as pulumi finds it.")(
        command
    )


def where(stack: str | None, stack_file: Path | None) -> list[str]:
    """Return the options that name this stack file, for a command that is shown."""
    if stack:
        return ["--stack", stack]
    return ["--stack-file", str(stack_file)] if stack_file else []


def place_options(command: F) -> F:
    """Add the options that name one collaboration, and how to act as an account that no stack file knows."""
    command = click.option("--external-id", help="With --role.")(command)
    command = click.option("--role", type=ROLE, help="Act through this role, without a stack file.")(command)
    command = click.option("--profile", help="Act through this profile, without a stack file.")(command)
    command = click.option("--region", type=REGION, help="The Region of a collaboration that is in no stack file.")(command)
    return collaboration(command)


def credentials(profile: str | None, role: str | None, external_id: str | None) -> Credentials:
    """Return the way in that the options name, the environment's where they name none.

    Raises: ``click.UsageError`` if they contradict each other.
    """
    if profile and role:
        raise click.UsageError("give either a profile or a role, not both")
    if external_id and not role:
        raise click.UsageError("an external id goes with a role")
    return Credentials(environment=not (profile or role), profile=profile, role=role, external_id=external_id)


def accesses(given: Sequence[AccountId], profile: str | None, roles: Sequence[str], external_id: str | None) -> list[Access]:
    """Return the ways into accounts that the options name: each role into its own account, one other by profile or environment.

    Raises: ``click.UsageError`` if they contradict each other.
    """
    if external_id and not roles:
        raise click.UsageError("an external id goes with a role")
    by_role = {AccountId(role.split(":")[4]): Credentials(role=role, external_id=external_id) for role in roles}
    others = [account for account in given if account not in by_role]
    if len(others) > 1 or (profile and not others):
        raise click.UsageError(
            "one account can be acted as through a profile or the environment: give a role of each other one"
        )
    if given and (strangers := sorted(by_role.keys() - set(given))):
        raise click.UsageError(f"the role of {strangers[0]} is of no account that is named: name it, or leave the role out")
    ways = by_role | {account: Credentials(environment=not profile, profile=profile) for account in others}
    return [Access(account, ways[account], ways[account]) for account in sorted(ways)]


def refuse_beside_stack(stack_named: bool, *given: str | None) -> None:
    """Refuse options about credentials where a stack file says how accounts are acted as.

    Raises: ``click.UsageError``.
    """
    if stack_named and any(given):
        raise click.UsageError("with a stack file, credentials are under its accounts: leave profiles and roles out")
