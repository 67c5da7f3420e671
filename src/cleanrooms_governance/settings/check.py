"""The check of one value, together with what it takes, so that neither is written down a second time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Check(Generic[_T]):
    """The check of one value, as the annotation of a field.

    Parameters: ``run`` returns the value or refuses it; ``schema`` says what it takes as JSON Schema does, for editors, which
    may be more than the check takes and is never less.
    """

    run: Callable[[object], _T]
    schema: Mapping[str, Any]

    def __call__(self, value: object) -> _T:
        """Return the value, or refuse it."""
        return self.run(value)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check before pydantic does anything of its own."""
        return core_schema.no_info_before_validator_function(self.run, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return what the check takes."""
        return dict(self.schema)


def takes(**schema: Any) -> Callable[[Callable[[object], _T]], Check[_T]]:
    """Return the decorator that makes a check of a function, with what it takes as JSON Schema."""
    return lambda run: Check(run, schema)
