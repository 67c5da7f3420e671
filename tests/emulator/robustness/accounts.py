"""What the tests of the service's machinery call it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

HUB = "111122223333"
SPOKE = "222233334444"
REGION = "eu-west-1"
NEW: dict[str, Any] = {
    "name": "Campaigns",
    "creatorDisplayName": "Hub",
    "creatorMemberAbilities": [],
    "members": [{"accountId": SPOKE, "displayName": "Spoke", "memberAbilities": []}],
    "queryLogStatus": "DISABLED",
}


@cache
def boto3_session() -> boto3.Session:
    return boto3.Session(aws_access_key_id=HUB, aws_secret_access_key="unverified", region_name=REGION)


@contextmanager
def over_http(url: str, account: str = HUB, service: str = "cleanrooms", **config: Any) -> Iterator[Any]:
    """A boto3 client of a service at a URL; unless `config` says otherwise a call is sent once."""
    settings = {"retries": {"total_max_attempts": 1}, **config}
    made = boto3_session().client(
        service,
        endpoint_url=url,
        aws_access_key_id=account,
        aws_secret_access_key="unverified",
        config=Config(**settings),
    )
    try:
        yield made
    finally:
        made.close()


def error_code(call: Callable[..., object], **parameters: object) -> str:
    """The code of the error that a call ends with; it must end with one."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])
