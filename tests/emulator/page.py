"""The parts of docs/emulator.md that the code knows better: the table of operations and the table of switches."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from cleanrooms_emulator.registry import SERVICES, registered
from cleanrooms_emulator.switches import describe
from cleanrooms_emulator.wire.service import service

_VERBS = re.compile(
    r"^(BatchGet|Create|Get|List|Update|Delete|Start|Populate|Preview|Disallow|Put|Cancel|Tag|Untag)(Collaboration(?=[A-Z]))?"
)
_ALSO = {
    "Resource": "Tags",
    "TagsForResource": "Tags",
    "MLInputChannelData": "MLInputChannel",
    "TrainedModelOutput": "TrainedModel",
    "TrainedModelVersion": "TrainedModel",
    "IntermediateTableVersion": "IntermediateTable",
}
"""What an operation says it is about, where something else says it better."""

_TITLES = {"cleanrooms": "AWS Clean Rooms", "cleanroomsml": "AWS Clean Rooms ML"}


def operations() -> str:
    """Every operation of both services, by the noun it is about: built, or validated only and answered with 501."""
    return "\n\n".join(_of_service(name) for name in SERVICES if name in _TITLES)


def switches() -> str:
    """Every switch: its values with the default first, what they mean, what is known, and the source of that."""
    rows = (
        (f"`{each.name}`", ", ".join(f"`{value}`" for value in each.values), each.meaning, each.known, each.source)
        for each in sorted(describe(), key=lambda each: each.name)
    )
    return _table(("switch", "values, the default first", "meaning", "known", "source"), rows)


def _of_service(name: str) -> str:
    built = {operation for owner, operation in registered() if owner == name}
    nouns: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for operation in sorted(service(name).operation_names):
        nouns[_noun(operation)][operation not in built].append(operation)
    rows = ((noun, ", ".join(done) or "–", ", ".join(rest) or "–") for noun, (done, rest) in sorted(nouns.items()))
    total = len(service(name).operation_names)
    return f"### {_TITLES[name]}: {len(built)} of {total} built\n\n" + _table(("about", "built", "validated only"), rows)


def _noun(operation: str) -> str:
    noun = _VERBS.sub("", operation)
    if noun not in _ALSO:
        noun = re.sub("ies$", "y", noun) if noun.endswith("ies") else noun.removesuffix("s")
    return _ALSO.get(noun, noun)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
