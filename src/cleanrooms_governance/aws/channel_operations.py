"""How are ML input channels read through the AWS SDK? They belong to Clean Rooms ML, a service of its own."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from cleanrooms_governance.aws import decode_channels
from cleanrooms_governance.aws.calls import Answer
from cleanrooms_governance.aws.encode import Parameters
from cleanrooms_governance.input_channels import WITHOUT_DATA, InputChannel
from cleanrooms_governance.model import AccountId

T = TypeVar("T")


class ChannelOperations(ABC):
    """Implements ``input_channels.ChannelReads`` for a class that sends."""

    @property
    @abstractmethod
    def account(self) -> AccountId:
        """The account acted as."""

    def own_channels(self, membership_id: str) -> tuple[InputChannel, ...]:
        """Read the channels of one of this account's memberships; what each lives on is a call of its own."""
        about: Parameters = {"membershipIdentifier": membership_id}
        listed = self._pages(
            "ListMLInputChannels", about, lambda answer: map(decode_channels.own, answer["mlInputChannelsList"])
        )
        return tuple(
            self._read(
                "GetMLInputChannel",
                {**about, "mlInputChannelArn": each.arn},
                lambda answer: decode_channels.channel(answer, self.account),
            )
            for each in listed
            if each.status not in WITHOUT_DATA
        )

    def shared_channels(self, collaboration_id: str, besides: Collection[AccountId] = ()) -> tuple[InputChannel, ...]:
        """Read the channels of all members but some; what each lives on is a call of its own."""
        about: Parameters = {"collaborationIdentifier": collaboration_id}
        listed = self._pages(
            "ListCollaborationMLInputChannels",
            about,
            lambda answer: map(decode_channels.shared, answer["collaborationMLInputChannelsList"]),
        )
        return tuple(
            self._read(
                "GetCollaborationMLInputChannel",
                {**about, "mlInputChannelArn": each.arn},
                lambda answer: decode_channels.channel(answer, AccountId(answer["creatorAccountId"])),
            )
            for each in listed
            if each.status not in WITHOUT_DATA and each.owner not in besides
        )

    @abstractmethod
    def _read(self, operation: str, parameters: Parameters, decoded: Callable[[Answer], T]) -> T: ...

    @abstractmethod
    def _pages(self, operation: str, parameters: Parameters, decoded: Callable[[Answer], Iterable[T]]) -> tuple[T, ...]: ...
