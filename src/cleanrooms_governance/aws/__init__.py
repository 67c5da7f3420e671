"""AWS through its SDK: the only place that knows botocore, and where the spelling of the wire ends.

Nothing here imports botocore before the first call is made.
"""

from cleanrooms_governance.aws.accounts import AwsAccounts
from cleanrooms_governance.aws.pace import Pace

__all__ = ["AwsAccounts", "Pace"]
