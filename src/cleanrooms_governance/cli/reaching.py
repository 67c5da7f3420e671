"""How does a command reach AWS?"""

from cleanrooms_governance.aws import AwsAccounts, Pace, limit_line
from cleanrooms_governance.cli import output
from cleanrooms_governance.cli.stack import Stack, audit_of

_OFTEN = 25
"""Collaborations and memberships after which somebody who waits is told how far it has come."""


def tell_looked(done: int, of: int) -> None:
    """Say on the error stream how far a long look has come."""
    if done % _OFTEN == 0 and done < of:
        output.progress(f"looked at {done} of {of} collaborations and memberships")


def accounts_of(stack: Stack | None) -> AwsAccounts:
    """Return the accounts as a stack opens them, or as somebody does who names one by hand.

    Whoever waits because AWS limits the calls is told so on the error stream.
    """
    pace = Pace(on_limit=lambda account, region: output.progress(limit_line(account, region)))
    return AwsAccounts(stack.owner_prefix if stack else "by-hand", pace=pace, audit=audit_of(stack))
