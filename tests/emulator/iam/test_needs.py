from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cleanrooms_emulator import registry
from cleanrooms_emulator.iam import permissions
from cleanrooms_emulator.iam.needs import needs
from cleanrooms_emulator.wire.service import service

CLEAN_ROOMS = ("cleanrooms", "cleanroomsml")
ALL = [(name, operation) for name in CLEAN_ROOMS for operation in service(name).operation_names]


def inputs(name: str, operation: str) -> Any:
    return service(name).model.operation_model(operation).input_shape


def roles_in(shape: Any, path: str = "", seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """The paths of all parameters that name a role."""
    if shape is None or shape.name in seen:
        return
    if shape.type_name == "list":
        yield from roles_in(shape.member, path, seen | {shape.name})
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name == "roleArn":
                yield f"{path}{name}"
            yield from roles_in(member, f"{path}{name}.", seen | {shape.name})


def members_at(shape: Any, path: str) -> bool:
    """Whether a path of parameters exists."""
    for name in path.split("."):
        while shape.type_name == "list":
            shape = shape.member
        if shape.type_name != "structure" or name not in shape.members:
            return False
        shape = shape.members[name]
    return True


def test_every_operation_that_is_built_has_an_entry() -> None:
    assert [] == [key for key in registry.registered() if key[1] not in permissions.OWN_ACTIONS[key[0]]]


@pytest.mark.parametrize("name", CLEAN_ROOMS)
def test_every_operation_of_the_service_has_an_entry_and_no_other(name: str) -> None:
    assert set(service(name).operation_names) == set(permissions.OWN_ACTIONS[name])


@pytest.mark.parametrize(("name", "operation"), ALL, ids=".".join)
def test_resources_are_named_by_parameters_that_there_are(name: str, operation: str) -> None:
    shape = inputs(name, operation)
    written = [text for need in needs(name, operation) for text in (need.resource, *(f"{{{each}}}" for each in need.when))]
    paths = {part.partition("}")[0].partition("=")[0] for text in written for part in text.split("{")[1:]}
    passed = {"membershipIdentifier", "collaborationIdentifier"} if name == "cleanroomsml" else set()
    assert [] == [path for path in sorted(paths - passed) if not members_at(shape, path)]


@pytest.mark.parametrize(("name", "operation"), ALL, ids=".".join)
def test_every_parameter_that_names_a_role_needs_the_right_to_pass_it(name: str, operation: str) -> None:
    assert sorted(roles_in(inputs(name, operation))) == sorted(permissions.PASSED_ROLES.get((name, operation), ()))


@pytest.mark.parametrize(("name", "operation"), ALL, ids=".".join)
def test_every_creation_with_tags_needs_the_right_to_tag(name: str, operation: str) -> None:
    shape = inputs(name, operation)
    takes_tags = shape is not None and "tags" in shape.members and operation != "TagResource"
    assert takes_tags == ((name, operation) in permissions.TAGGED_AT_CREATION)


def test_nothing_is_needed_to_ask_who_one_is() -> None:
    assert () == needs("sts", "GetCallerIdentity")
