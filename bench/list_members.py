"""ListMembers over HTTP: the embedded service beside moto, and beside a server whose answer costs nothing, in turn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import urllib3

from bench.figures import Figure, median, progress
from bench.rivals import CALLS, CREATOR, NEW, PARTNERS, boto3_client, embedded_service, fixed_answer, in_turn, moto_server

_SIGNED = f"AWS4-HMAC-SHA256 Credential={CREATOR}/20260101/eu-west-1/cleanrooms/aws4_request, SignedHeaders=host, Signature=0"


def measure_list_members(rounds: int) -> Iterator[Figure]:
    """Yield the ratios to moto: of a boto3 call, of a call without boto3, and of what boto3 takes by itself."""
    progress(f"ListMembers over HTTP, {rounds} rounds of {CALLS} calls, beside moto")
    with embedded_service() as service, moto_server() as moto:
        own, his = _Caller(service.url), _Caller(moto.url)
        with fixed_answer(own.body()) as fixed:
            free = _Caller(fixed.url, own.id)
            calls = [own.by_boto3, his.by_boto3, free.by_boto3, own.by_hand, his.by_hand]
            timed = in_turn(calls, rounds)
    ours, moto_s, floor, ours_by_hand, moto_s_by_hand = (median(column) * 1000 for column in zip(*timed, strict=True))
    yield Figure(
        "ListMembers by boto3, ratio to moto",
        median([mine / other for mine, other, *_ in timed]),
        "x",
        goal=1 / 3,
        detail=f"{ours:.2f} ms beside {moto_s:.2f} ms; 7 members",
    )
    yield Figure(
        "… if the answer cost nothing",
        median([each[2] / each[1] for each in timed]),
        "x",
        detail=f"{floor:.2f} ms, which is boto3 itself: no service can be faster",
    )
    yield Figure(
        "… without boto3",
        median([each[3] / each[4] for each in timed]),
        "x",
        goal=1 / 3,
        detail=f"{ours_by_hand:.2f} ms beside {moto_s_by_hand:.2f} ms, by urllib3",
    )


class _Caller:
    """Calls ListMembers of a collaboration that it made, or of one with this id."""

    def __init__(self, url: str, id: str | None = None) -> None:
        self._client = boto3_client(url)
        self.id: str = id or self._client.create_collaboration(**NEW)["collaboration"]["id"]
        self._pool = urllib3.PoolManager()
        self._url = f"{url}/collaborations/{self.id}/members"

    def by_boto3(self) -> None:
        _expect_all(self._client.list_members(collaborationIdentifier=self.id))

    def by_hand(self) -> None:
        _expect_all(json.loads(self.body()))

    def body(self) -> bytes:
        return self._pool.request("GET", self._url, headers={"authorization": _SIGNED}).data


def _expect_all(answer: dict[str, Any]) -> None:
    if len(answer["memberSummaries"]) != len(PARTNERS) + 1:
        raise RuntimeError(f"expected {len(PARTNERS) + 1} members, got {answer['memberSummaries']}")
