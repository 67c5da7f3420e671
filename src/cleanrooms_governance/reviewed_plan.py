"""The file of a reviewed plan: what a preview said of each resource, for a later run that is held to it.

    {"version": 1,
     "commit": "…",
     "stacks": {"<project>/<stack>": {"resources": {"<kind> <key>": {"plan": {…}, "fingerprint": "fp-…"}}}},
     "fingerprint": "fp-…"}

``plan`` is ``Plan.document()``. It is ``null``, and so is its fingerprint, for what a preview cannot know yet, because what the
resource's collaboration achieves in the same run decides it. A whole stack is ``null`` whose preview failed: nothing of it was
reviewed. ``commit`` says for people what the plan was made for, and may be empty. The last fingerprint is that of all stacks:
whoever has it knows whether this is the plan that was reviewed.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cleanrooms_governance.errors import Refused
from cleanrooms_governance.fingerprint import fingerprint

VERSION = 1


class UnusablePlanFile(Refused):
    """A file that is no reviewed plan, not this version's, or not as it was written."""


@dataclass(frozen=True, slots=True)
class ReviewedResource:
    """What a review saw of one resource: ``Plan.document()`` and the plan's fingerprint, or neither where nobody could know."""

    plan: Mapping[str, Any] | None
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class ReviewedPlan:
    """A reviewed plan: resources as the summary names them (``membership media``), by ``<project>/<stack>``.

    A stack whose preview failed is ``None``. ``commit`` is empty where nobody said which one the plan was made for.
    """

    stacks: Mapping[str, Mapping[str, ReviewedResource] | None]
    commit: str = ""

    @property
    def fingerprint(self) -> str:
        """Equal for equal plans, whatever commit they were made for; the order of stacks and resources does not matter."""
        return fingerprint(VERSION, _stacks(self))

    def of_stack(self, stack: str) -> str | None:
        """Return the fingerprint of one stack's plan, ``None`` if it has none."""
        found = _stacks(self).get(stack)
        return None if found is None else fingerprint(VERSION, found)


def build(plan: ReviewedPlan) -> dict[str, Any]:
    """Return the JSON document of a reviewed plan, resources in order."""
    return {"version": VERSION, "commit": plan.commit, "stacks": _stacks(plan), "fingerprint": plan.fingerprint}


def written(plan: ReviewedPlan) -> str:
    """Return the file of a reviewed plan."""
    return json.dumps(build(plan), indent=1) + "\n"


def parse(text: str | bytes) -> ReviewedPlan:
    """Return the reviewed plan that a file holds.

    Raises ``UnusablePlanFile``: no such file, another version, or a fingerprint that is not the one of its content.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnusablePlanFile("it is no JSON") from error
    version = document.get("version") if isinstance(document, dict) else None
    if version != VERSION or version is True:
        said = f"it has version {json.dumps(version)[:40]}" if version is not None else "it has no version"
        raise UnusablePlanFile(f"{said}, and this version of crgov reads version {VERSION}")
    try:
        file = _File.model_validate(document)
    except ValidationError as error:
        raise UnusablePlanFile(f"it is not in the form of a reviewed plan: {_first(error)}") from error
    plan = ReviewedPlan({stack: about.reviewed() if about else None for stack, about in file.stacks.items()}, file.commit)
    if plan.fingerprint != file.fingerprint:
        raise UnusablePlanFile(
            f"it says that its fingerprint is {file.fingerprint}, and its content has {plan.fingerprint}: it was changed after"
            " it was written"
        )
    return plan


def _stacks(plan: ReviewedPlan) -> dict[str, Any]:
    return {
        stack: None if resources is None else {"resources": {name: asdict(each) for name, each in sorted(resources.items())}}
        for stack, resources in sorted(plan.stacks.items())
    }


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where[:200]}: {first['msg']}"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_Fingerprint = Annotated[str, Field(pattern=r"^fp-[0-9a-f]{16}$")]


class _Change(_Strict):
    id: _Fingerprint
    operation: str
    types: list[str]
    votes: Literal["needed", "not needed"]


class _Danger(_Strict):
    rule: str
    subject: str
    message: str
    acknowledged: bool


class _Plan(_Strict):
    changes: dict[str, _Change]
    dangers: dict[_Fingerprint, _Danger]


class _Resource(_Strict):
    plan: _Plan | None
    fingerprint: _Fingerprint | None

    def document(self) -> dict[str, Any] | None:
        return self.plan.model_dump() if self.plan else None


class _Stack(_Strict):
    resources: dict[str, _Resource]

    def reviewed(self) -> dict[str, ReviewedResource]:
        return {name: ReviewedResource(each.document(), each.fingerprint) for name, each in self.resources.items()}


class _File(_Strict):
    version: Literal[1]
    commit: str
    stacks: dict[str, _Stack | None]
    fingerprint: _Fingerprint
