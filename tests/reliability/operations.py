"""Which operations of Clean Rooms the reconciler sends, taken from its own source, so that a new one is noticed."""

import ast
import inspect
from collections.abc import Iterator

from cleanrooms_governance.aws import cleanrooms
from cleanrooms_governance.service import Action

UPDATE_REQUEST = "UpdateCollaborationChangeRequest"


def _sent_by(*senders: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(inspect.getsource(cleanrooms))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in senders:
            match node.args[0]:
                case ast.Constant(value=str(operation)):
                    yield operation


READS = tuple(sorted({*_sent_by("_read", "_pages", "_running")}))
"""All reading operations."""

WRITES = tuple(sorted({*_sent_by("_write", "_write_again")}))
"""All writing operations."""

DEEDS = tuple(
    deed
    for operation in WRITES
    for deed in ([f"{operation} {action}" for action in Action] if operation == UPDATE_REQUEST else [operation])
)
"""All writing operations, the one about change requests once for each action."""
