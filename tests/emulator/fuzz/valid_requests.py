"""Requests as boto3 would send them, about things that exist, for every operation of the three services."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any
from urllib.parse import urlencode

from botocore.model import Shape
from botocore.serialize import Serializer, create_serializer

from cleanrooms_emulator.registry import SERVICES
from cleanrooms_emulator.wire.service import service
from tests.emulator.fuzz.small_world import ACCOUNTS, KnownThings
from tests.emulator.fuzz.wire_request import WireRequest, signature
from tests.emulator.payloads import Payloads

OPERATIONS = [(name, operation) for name in SERVICES for operation in service(name).operation_names]
_KNOWN_SHARE = 0.9
_OWNER_SHARE = 0.7

Spoiling = Callable[[dict[str, Any]], dict[str, Any]]


class ValidRequests:
    """Makes requests about a world in which there are these things."""

    def __init__(self, known: KnownThings) -> None:
        self._known = known

    def payload(self, name: str, operation: str, random: Random) -> dict[str, Any]:
        """Parameters of a call, in which most identifiers are known ones."""
        shape = service(name).model.operation_model(operation).input_shape
        payload = Payloads(str(random.random())).of(shape)
        self._make_known(shape, payload, random)
        return payload  # type: ignore[no-any-return]

    def request(
        self, name: str, operation: str, payload: dict[str, Any], random: Random, spoilt: Spoiling | None = None
    ) -> WireRequest:
        """The call as botocore writes it, mostly made by the owner of what it names; its JSON body goes through `spoilt`."""
        model = service(name).model.operation_model(operation)
        written = _serializer(name).serialize_to_request(payload, model)
        query = urlencode(written["query_string"], doseq=True)
        target = written["url_path"] + ("?" if query else "") * ("?" not in written["url_path"]) + query
        body = written["body"]
        if isinstance(body, dict):
            body = urlencode(body).encode()
        account = self._known.owner(target) if random.random() < _OWNER_SHARE else None
        headers = [("Host", "127.0.0.1"), signature(account or random.choice(ACCOUNTS), SERVICES[name])]
        headers += [(header, str(value)) for header, value in written["headers"].items()]
        if spoilt is not None and body and SERVICES[name] != "sts":
            body = json.dumps(spoilt(json.loads(body)))
        return WireRequest(written["method"], target, tuple(headers), body.encode() if isinstance(body, str) else body)

    def _make_known(self, shape: Shape | None, value: Any, random: Random) -> None:
        if shape is None or shape.type_name not in ("structure", "list") or getattr(shape, "is_document_type", False):
            return
        if shape.type_name == "list":
            for item in value:
                self._make_known(shape.member, item, random)
            return
        for name, member in shape.members.items():
            if name in value:
                choices = self._known.fitting(name) if member.type_name == "string" and not member.enum else ()
                if choices and random.random() < _KNOWN_SHARE:
                    value[name] = random.choice(choices)
                self._make_known(member, value[name], random)


@cache
def _serializer(name: str) -> Serializer:
    return create_serializer(service(name).model.metadata["protocol"], include_validation=False)
