"""Which operations of Clean Rooms the reconciler sends, taken from its own source, so that a new one is noticed."""

import ast
import inspect
from collections.abc import Iterator
from types import ModuleType

from cleanrooms_emulator.wire.service import service as service_model
from cleanrooms_governance.aws import analysis_operations, budget_operations, cleanrooms
from cleanrooms_governance.service import Action

UPDATE_REQUEST = "UpdateCollaborationChangeRequest"


def _sent_by(module: ModuleType, *senders: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in senders:
            match node.args[0]:
                case ast.Constant(value=str(operation)):
                    yield operation


READS = tuple(sorted({*_sent_by(cleanrooms, "_read", "_pages", "_running")}))
"""All reading operations about collaborations, memberships and what is in them."""

BUDGET_READS = tuple(sorted({*_sent_by(budget_operations, "_read", "_pages")}))
"""All reading operations about privacy budgets."""

WRITES = tuple(sorted({*_sent_by(cleanrooms, "_write", "_write_again")}))
"""All writing operations about collaborations and memberships."""

BUDGET_WRITES = tuple(sorted({*_sent_by(budget_operations, "_write")}))
"""All writing operations about privacy budgets."""

RUN_BY_HAND = ("StartProtectedJob", "StartProtectedQuery", "UpdateProtectedJob", "UpdateProtectedQuery")
"""Sent by ``crgov run`` alone, which no run of a stack file comes near: tests/unit/aws/test_analyses.py and
tests/cli/test_run_trouble.py make them fail."""

DEEDS = tuple(
    deed
    for operation in (*WRITES, *BUDGET_WRITES)
    for deed in ([f"{operation} {action}" for action in Action] if operation == UPDATE_REQUEST else [operation])
)
"""All writing operations of a run, the one about change requests once for each action."""


def named_writes() -> set[str]:
    """Return the writing operations whose names stand anywhere in the modules that call Clean Rooms, however they are sent."""
    known = service_model("cleanrooms").model.operation_names
    nodes = (
        node
        for module in (analysis_operations, budget_operations, cleanrooms)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
    )
    named = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {each for each in named & {*known} if not each.startswith(("BatchGet", "Get", "List", "Preview"))}
