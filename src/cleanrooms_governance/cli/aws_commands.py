"""Commands of the AWS command line, ready to paste: for people who do not use this tool.

Nothing that somebody else has written gets into them: ids, enumerations, account ids and words of our own.
"""

import json
import shlex
from collections.abc import Iterable

from cleanrooms_governance.aws.encode import payment_configuration, payment_flags
from cleanrooms_governance.model import AccountId, Collaboration, CostType
from cleanrooms_governance.service import Action

YOUR_MEMBERSHIP = "YOUR-MEMBERSHIP-ID"
YOUR_BUCKET = "YOUR-BUCKET"
YOUR_ROLE = "YOUR-ROLE"


def act_on_request(collaboration: Collaboration, request_id: str, action: Action) -> str:
    """Return the command that approves, denies, cancels or commits a change request."""
    return _command(
        "update-collaboration-change-request",
        ("--collaboration-identifier", collaboration.id, "--change-request-identifier", request_id, "--action", action.value),
        collaboration.region,
    )


def join(collaboration: Collaboration, account: AccountId, costs: Iterable[CostType], *, receives_results: bool) -> str:
    """Return the command that accepts an invitation. Where results have to go somewhere, the place is to be filled in."""
    given = ["--collaboration-identifier", collaboration.id, "--query-log-status", "DISABLED"]
    if payments := dict.fromkeys(sorted(costs), True):
        given += ["--payment-configuration", json.dumps(payment_configuration(payments))]
    if receives_results:
        place = {
            "outputConfiguration": {"s3": {"bucket": YOUR_BUCKET, "resultFormat": "CSV"}},
            "roleArn": f"arn:aws:iam::{account}:role/{YOUR_ROLE}",
        }
        given += ["--default-result-configuration", json.dumps(place)]
    return _command("create-membership", given, collaboration.region)


def accept(collaboration: Collaboration, account: AccountId, costs: Iterable[CostType]) -> str:
    """Return the command that accepts to pay."""
    membership = collaboration.members[account].membership or YOUR_MEMBERSHIP
    payments = json.dumps(payment_flags(dict.fromkeys(sorted(costs), True)))
    given = ("--membership-identifier", membership, "--membership-payment-configuration", payments)
    return _command("update-membership", given, collaboration.region)


def _command(operation: str, given: Iterable[str], region: str) -> str:
    return shlex.join(["aws", "cleanrooms", operation, *given, "--region", region])
