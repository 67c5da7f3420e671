"""The errors that handlers raise, with the members that the service model gives them."""

from __future__ import annotations

from cleanrooms_emulator.errors import ServiceError

COLLABORATION = "COLLABORATION"
MEMBERSHIP = "MEMBERSHIP"
CONFIGURED_TABLE = "CONFIGURED_TABLE"
CONFIGURED_TABLE_ASSOCIATION = "CONFIGURED_TABLE_ASSOCIATION"


def access_denied(message: str) -> ServiceError:
    """403: the caller may not do this, or may not know that the thing exists."""
    return ServiceError("AccessDeniedException", message, reason="INSUFFICIENT_PERMISSIONS")


def not_found(resource_type: str, resource_id: str, message: str | None = None) -> ServiceError:
    """404. The model knows four resource types only; other kinds are reported as what contains them."""
    return ServiceError(
        "ResourceNotFoundException",
        message or f"{resource_type} {resource_id} does not exist",
        resourceId=resource_id,
        resourceType=resource_type,
    )


def invalid_state(resource_type: str, resource_id: str, message: str) -> ServiceError:
    """409: what is asked contradicts the state things are in."""
    return _conflict("INVALID_STATE", resource_type, resource_id, message)


def already_exists(resource_type: str, resource_id: str, message: str) -> ServiceError:
    """409: there is one already."""
    return _conflict("ALREADY_EXISTS", resource_type, resource_id, message)


def subresources_exist(resource_type: str, resource_id: str, message: str) -> ServiceError:
    """409: what is to be deleted still holds other things."""
    return _conflict("SUBRESOURCES_EXIST", resource_type, resource_id, message)


def invalid_field(name: str, message: str) -> ServiceError:
    """400: one field of the input is wrong in itself."""
    return _invalid("FIELD_VALIDATION_FAILED", name, message)


def invalid_configuration(name: str, message: str) -> ServiceError:
    """400: the field is well-formed, yet what it asks for breaks a rule of the service."""
    return _invalid("INVALID_CONFIGURATION", name, message)


def invalid_query(name: str, message: str) -> ServiceError:
    """400: the text of a query, or what it names, cannot be run."""
    return _invalid("INVALID_QUERY", name, message)


def quota_exceeded(quota_name: str, limit: int) -> ServiceError:
    """402: one more than the quota allows."""
    return ServiceError(
        "ServiceQuotaExceededException",
        f"The quota {quota_name!r} of {limit} would be exceeded",
        quotaName=quota_name,
        quotaValue=limit,
    )


def _conflict(reason: str, resource_type: str, resource_id: str, message: str) -> ServiceError:
    return ServiceError("ConflictException", message, reason=reason, resourceType=resource_type, resourceId=resource_id)


def _invalid(reason: str, name: str, message: str) -> ServiceError:
    return ServiceError("ValidationException", message, reason=reason, fieldList=[{"name": name, "message": message}])
