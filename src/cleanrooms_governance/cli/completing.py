"""What a shell offers when somebody presses the tab key: stacks, keys and accounts of stack files. Nothing is called.

A shell shows what is printed meanwhile in the middle of a command line, so whatever goes wrong here offers nothing.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from cleanrooms_governance.text import plain

if TYPE_CHECKING:
    from cleanrooms_governance.settings.stack_file import StackFile


def stacks(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the stacks that have a file in the project here or above."""
    with suppress(Exception):
        from cleanrooms_governance.cli.stack import stack_names

        return _beginning(((name, "") for name in stack_names(Path.cwd())), begun)
    return []


def collaborations(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the keys of the collaborations of the stack file that the command line names."""
    with suppress(Exception):
        return _beginning(((key, each.name or "") for key, each in _file(context).collaborations.items()), begun)
    return []


def memberships(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the keys of the memberships of the stack file that the command line names."""
    with suppress(Exception):
        return _beginning(((key, str(each.account)) for key, each in _file(context).memberships.items()), begun)
    return []


def accounts(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the accounts of the stack file that the command line names, with their names."""
    with suppress(Exception):
        return _beginning(((str(key), each.name or "") for key, each in _file(context).accounts.items()), begun)
    return []


def _file(context: click.Context) -> "StackFile":
    from cleanrooms_governance.cli.stack import required_stack

    return required_stack(context.params.get("stack"), context.params.get("stack_file"), Path.cwd()).file


def _beginning(offers: Iterable[tuple[str, str]], begun: str) -> list[CompletionItem]:
    """Return what begins as the word does that is being written, each with what it is called."""
    return [CompletionItem(word, help=plain(called) or None) for word, called in offers if word.startswith(begun)]
