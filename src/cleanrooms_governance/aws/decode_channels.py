"""How do answers about ML input channels become values?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cleanrooms_governance.aws import decode_budgets
from cleanrooms_governance.input_channels import InputChannel
from cleanrooms_governance.model import AccountId

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a list of channels; ``owner`` is ``None`` in the list of one's own."""

    arn: str
    status: str
    owner: AccountId | None = None


def own(document: Document) -> Listed:
    """Read an MLInputChannelSummary."""
    return Listed(document["mlInputChannelArn"], document["status"])


def shared(document: Document) -> Listed:
    """Read a CollaborationMLInputChannelSummary."""
    return Listed(document["mlInputChannelArn"], document["status"], AccountId(document["creatorAccountId"]))


def channel(document: Document, owner: AccountId) -> InputChannel:
    """Read a GetMLInputChannelResponse or a GetCollaborationMLInputChannelResponse."""
    budgets = document.get("privacyBudgets", {}).get("accessBudgets", ())
    return InputChannel(
        arn=document["mlInputChannelArn"],
        name=document["name"],
        owner=owner,
        status=document["status"],
        budgets=tuple(decode_budgets.access_balance(each) for each in budgets),
    )
