"""One operation of a model, compiled: what it takes and what it gives."""

from __future__ import annotations

from typing import Any

from botocore.model import OperationModel, Shape

from cleanrooms_emulator.wire.conversion import Converter, Converters, Direction
from cleanrooms_emulator.wire.validation import Validator, Validators, Violation, violation_error


class OutputViolation(AssertionError):
    """A handler gave an answer that the service model does not allow."""


class Shapes:
    """What is compiled once for all operations of a service."""

    def __init__(self, timestamp_format: str) -> None:
        self._validators = Validators(timestamp_format)
        self._readers = Converters(Direction.READ, timestamp_format)
        self._writers = Converters(Direction.WRITE, timestamp_format)

    def validator(self, shape: Shape | None) -> Validator:
        """What finds the violations of a wire value."""
        return self._validators.of(shape) if shape is not None else _accept

    def reader(self, shape: Shape | None) -> Converter:
        """What turns a wire value into the form handlers use."""
        return self._readers.of(shape) if shape is not None else _nothing

    def writer(self, shape: Shape | None) -> Converter:
        """What turns a handler's value into its form on the wire."""
        return self._writers.of(shape) if shape is not None else _nothing


class Operation:
    """Checks and converts the parameters and the result of one operation."""

    def __init__(self, model: OperationModel, shapes: Shapes) -> None:
        self.model = model
        self.name: str = model.name
        self._check_input = shapes.validator(model.input_shape)
        self._read = shapes.reader(model.input_shape)
        self._write = shapes.writer(model.output_shape)
        self._check_output = shapes.validator(model.output_shape)

    def parameters(self, wire_input: dict[str, Any]) -> dict[str, Any]:
        """What the handler gets. Raises ServiceError ValidationException with all violations."""
        found: list[Violation] = []
        self._check_input(wire_input, "", found)
        if found:
            raise violation_error(found)
        parameters: dict[str, Any] = self._read(wire_input)
        return parameters

    def wire_output(self, result: dict[str, Any]) -> dict[str, Any]:
        """What goes on the wire for a handler's result."""
        output: dict[str, Any] = self._write(result)
        return output

    def check_output(self, wire_output: dict[str, Any]) -> None:
        """Raises OutputViolation unless the answer is one the model allows."""
        found: list[Violation] = []
        self._check_output(wire_output, "", found)
        if found:
            raise OutputViolation(f"the answer of {self.name} breaks the service model: {listed(found)}")


def listed(violations: list[Violation]) -> str:
    """Violations as text for a developer."""
    return "; ".join(f"{violation.path or 'the whole'}: {violation.message}" for violation in violations)


def _accept(value: Any, path: str, found: list[Violation]) -> None:
    """Without a shape there is nothing to check."""


def _nothing(value: Any) -> dict[str, Any]:
    """Without a shape there is nothing to take or give."""
    return {}
