"""A transport that answers from a script: for answers that no service in its right mind gives."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from cleanrooms_governance.aws import AwsAccounts, Pace
from cleanrooms_governance.aws.cleanrooms import AwsCleanRooms
from cleanrooms_governance.desired import Access, Credentials
from tests.unit.aws.world import CREATOR, REGION, STACK

IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    f"<Account>{CREATOR}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@dataclass
class Script:
    """What Clean Rooms answers, call by call; each is a JSON document, raw bytes, or an exception to raise."""

    answers: list[Any]
    queries: list[list[str]] = field(default_factory=list)

    def connect(self, client: Any) -> None:
        client.meta.events.register_first("before-send.sts", lambda request, **_: _answer(request, IDENTITY.encode()))
        client.meta.events.register_first("before-send.cleanrooms", self._next)

    def _next(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.queries.append(sorted(request.url.partition("?")[2].split("&")))
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return _answer(request, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def open(self, pace: Pace) -> AwsCleanRooms:
        """Return the creator's Clean Rooms on this transport."""
        environment = Credentials(environment=True)
        accounts = AwsAccounts(STACK, self.connect, pace=pace)
        return accounts(Access(CREATOR, environment, environment), REGION)


class _Raw(io.BytesIO):
    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.getvalue()


def _answer(request: AWSPreparedRequest, body: bytes) -> AWSResponse:
    return AWSResponse(request.url, 200, {}, _Raw(body))
