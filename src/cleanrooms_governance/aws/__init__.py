"""AWS through its SDK: the only place that knows boto3, and where the spelling of the wire ends.

Nothing here imports boto3 before the first call is made.
"""

from cleanrooms_governance.aws.accounts import AwsAccounts
from cleanrooms_governance.aws.pace import Pace, limit_line

__all__ = ["AwsAccounts", "Pace", "limit_line"]
