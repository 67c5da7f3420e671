"""Which function answers which operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from cleanrooms_emulator.context import Context

Handler = Callable[[Context, dict[str, Any]], dict[str, Any]]
HandlerKey = tuple[str, str]
"""Service as botocore names its client ("cleanrooms", "cleanroomsml", "sts"), and operation."""

SERVICES: Mapping[str, str] = MappingProxyType({"cleanrooms": "cleanrooms", "cleanroomsml": "cleanrooms-ml", "sts": "sts"})
"""The services played here: botocore's name of each, and its signing name."""

_handlers: dict[HandlerKey, Handler] = {}


def operation(name: str, service: str = "cleanrooms") -> Callable[[Handler], Handler]:
    """Register the decorated function as the answer to an operation.

    A handler takes parsed and validated parameters under their wire names and returns the answer under wire names;
    `None` values, members the model does not know and keys beginning with `_` are dropped on output. It raises
    `ServiceError` to refuse. It must not change its parameters nor a document it got from the store.
    """
    if service not in SERVICES:
        raise ValueError(f"operation {name}: service {service!r} is not one of {', '.join(SERVICES)}")

    def register(handler: Handler) -> Handler:
        key = (service, name)
        if key in _handlers:
            raise ValueError(f"operation {service}.{name} has two handlers: {_handlers[key]} and {handler}")
        _handlers[key] = handler
        return handler

    return register


def registered() -> Mapping[HandlerKey, Handler]:
    """All handlers of the package, importing the modules that register them."""
    import_module("cleanrooms_emulator.callers.sts")
    import_module("cleanrooms_emulator.handlers")
    return MappingProxyType(_handlers)
