"""What did the service say about a change request that the installed service model has no member for?

botocore drops such members while parsing, so the raw body is compared with the model before it is parsed, and what
was found travels inside the answer itself: per call, whatever thread makes it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

UNKNOWN_MEMBERS = "unknownMembers"
"""The member added to every successful answer of the operations below: request id -> paths inside that request."""

_REQUESTS_OF_OPERATION = {
    "ListCollaborationChangeRequests": "collaborationChangeRequestSummaries",
    "GetCollaborationChangeRequest": "collaborationChangeRequest",
    "CreateCollaborationChangeRequest": "collaborationChangeRequest",
    "UpdateCollaborationChangeRequest": "collaborationChangeRequest",
}


def watch(client: Any) -> None:
    """Have the answers of a Clean Rooms client say which members of change requests the model does not know."""
    for operation in _REQUESTS_OF_OPERATION:
        client.meta.events.register(f"before-parse.cleanrooms.{operation}", _note_unknown_members)


def _note_unknown_members(
    operation_model: Any,
    response_dict: Mapping[str, Any],
    customized_response_dict: dict[str, Any],
    **_: object,
) -> None:
    try:
        body = json.loads(response_dict["body"])
    except ValueError:
        return
    member = _REQUESTS_OF_OPERATION[operation_model.name]
    shape = operation_model.output_shape.members[member]
    found = body.get(member) if isinstance(body, dict) else None
    documents, document_shape = (found, shape.member) if shape.type_name == "list" else ([found], shape)
    customized_response_dict[UNKNOWN_MEMBERS] = {
        document["id"]: tuple(sorted(unknown_paths(document, document_shape)))
        for document in documents or ()
        if isinstance(document, dict) and "id" in document
    }


def unknown_paths(value: object, shape: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every member in ``value`` that ``shape`` lacks; a null counts as absent, as for botocore."""
    if isinstance(value, dict) and shape.type_name == "structure":
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, inner in value.items():
            inner_path = f"{path}.{name}" if path else name
            if name in members:
                yield from unknown_paths(inner, members[name], inner_path)
            elif inner is not None and name != "__type":
                yield inner_path
    elif isinstance(value, dict) and shape.type_name == "map":
        for key, inner in value.items():
            yield from unknown_paths(inner, shape.value, f"{path}.{key}")
    elif isinstance(value, list) and shape.type_name == "list":
        for position, inner in enumerate(value):
            yield from unknown_paths(inner, shape.member, f"{path}[{position}]")
