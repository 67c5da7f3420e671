"""The errors of the machine learning service, which carry a message and nothing else (model, its exceptions)."""

from __future__ import annotations

from cleanrooms_emulator.errors import ServiceError


def denied(message: str) -> ServiceError:
    """403: the caller may not do this, or may not know that the thing exists."""
    return ServiceError("AccessDeniedException", message)


def missing(what: str) -> ServiceError:
    """404: the caller has no such thing. `what` names it, as in "ML input channel <arn>"."""
    return ServiceError("ResourceNotFoundException", f"{what} does not exist")


def conflict(message: str) -> ServiceError:
    """409: something depends on the resource, or its state does not allow what is asked."""
    return ServiceError("ConflictException", message)


def invalid(member: str, message: str) -> ServiceError:
    """400: the input member breaks a rule of the service."""
    return ServiceError("ValidationException", f"Value at '{member}': {message}")
