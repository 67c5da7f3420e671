"""Which of the service's switches does a story ask?"""

from dataclasses import fields
from typing import Any

from cleanrooms_emulator.switches import Switches, describe

_FIELDS = {each.field: each.name for each in describe()}


def traced(reading: dict[str, str], consulted: set[str]) -> Switches:
    """Return the switches of a reading; whatever the service asks of them is added to ``consulted`` by its external name."""

    class Traced(Switches):
        def __getattribute__(self, name: str) -> Any:
            if name in _FIELDS:
                consulted.add(_FIELDS[name])
            return super().__getattribute__(name)

        def _by_field(self) -> dict[str, Any]:
            # To keep them or to change one is not to ask them.
            return {each.name: object.__getattribute__(self, each.name) for each in fields(Switches)}

    return Traced().with_names(reading)
