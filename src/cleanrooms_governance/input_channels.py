"""The nouns of ML input channels, and the part of the port to AWS that reads them, as far as privacy budgets are concerned.

A channel is data of a collaboration that models are trained with: to make it takes from the budgets of the tables that it comes
from (service guide, creating an ML input channel).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from cleanrooms_governance.model import AccountId
from cleanrooms_governance.privacy_budgets import AccessBalance

WITHOUT_DATA = frozenset({"CREATE_FAILED", "INACTIVE"})
"""Statuses of channels that hold no data any more, or never did (service model: MLInputChannelStatus)."""


@dataclass(frozen=True, slots=True)
class InputChannel:
    """An ML input channel with what is left of the access budgets of the tables that it comes from.

    ``status`` is a plain string because one that this version does not know must survive reading.
    """

    arn: str
    name: str
    owner: AccountId
    status: str
    budgets: tuple[AccessBalance, ...] = ()


class ChannelReads(Protocol):
    """What one account sees of ML input channels in one Region, those left out that hold no data."""

    def own_channels(self, membership_id: str) -> tuple[InputChannel, ...]:
        """Read the channels of one of this account's memberships."""

    def shared_channels(self, collaboration_id: str, besides: Collection[AccountId] = ()) -> tuple[InputChannel, ...]:
        """Read the channels of all members, ``besides`` left out."""
