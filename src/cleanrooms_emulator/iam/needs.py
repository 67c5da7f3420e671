"""What a call needs: the table of permissions, put together for one operation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cleanrooms_emulator.iam import permissions
from cleanrooms_emulator.registry import SERVICES


@dataclass(frozen=True, slots=True)
class Need:
    """An action that must be allowed on a resource, as `permissions` writes resources.

    Nothing is asked where a parameter in the resource is not given. With `when` it is asked only if one of these
    parameters is given ("tags") or has the value ("queryLogStatus=ENABLED").
    """

    action: str
    resource: str
    when: tuple[str, ...] = ()


@cache
def needs(service: str, operation: str) -> tuple[Need, ...]:
    """All needs of an operation, its own action first. `service` is botocore's name.

    Raises KeyError for an operation that is not in the table.
    """
    return tuple(_needs(service, operation))


def _needs(service: str, operation: str) -> Iterator[Need]:
    prefix = SERVICES[service]
    for resource in permissions.OWN_ACTIONS[service][operation]:
        yield Need(f"{prefix}:{operation}", resource)
    if service == "cleanroomsml":
        for action, resource in permissions.MACHINE_LEARNING_PASSES.items():
            yield Need(action, resource)
    if (service, operation) in permissions.TAGGED_AT_CREATION:
        yield Need(f"{prefix}:TagResource", permissions.TAGGED_AT_CREATION[service, operation], when=("tags",))
    for path in permissions.PASSED_ROLES.get((service, operation), ()):
        yield Need("iam:PassRole", f"{{{path}}}")
    if operation == "AssumeRole":
        for action, parameter in permissions.IDENTITY_EXTRAS.items():
            yield Need(action, "{RoleArn}", when=(parameter,))
    if operation == "UpdateConfiguredTable":
        for action, parameter in permissions.CONFIGURED_TABLE_UPDATES.items():
            yield Need(action, "configuredtable/{configuredTableIdentifier}", when=(parameter,))
    if operation in permissions.LOGGING_OPERATIONS:
        for action, resource in permissions.LOG_ACTIONS.items():
            yield Need(action, resource, when=tuple(f"{switch}=ENABLED" for switch in permissions.LOG_SWITCHES))
        for resource in permissions.RESULT_BUCKETS:
            yield Need("s3:GetBucketLocation", resource)
