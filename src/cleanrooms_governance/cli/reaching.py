"""How does a command reach AWS?"""

from cleanrooms_governance.aws import AwsAccounts, Pace, limit_line
from cleanrooms_governance.cli import output
from cleanrooms_governance.cli.stack import Stack, audit_of


def accounts_of(stack: Stack | None) -> AwsAccounts:
    """Return the accounts as a stack opens them, or as somebody does who names one by hand.

    Whoever waits because AWS limits the calls is told so on the error stream.
    """
    pace = Pace(on_limit=lambda account, region: output.progress(limit_line(account, region)))
    return AwsAccounts(stack.owner_prefix if stack else "by-hand", pace=pace, audit=audit_of(stack))
