"""The file of a reviewed plan: what a preview said of each resource, for a later run that is held to it.

    {"version": 1,
     "stacks": {"<project>/<stack>": {"resources": {"<kind> <key>": {"plan": {…}, "fingerprint": "fp-…"}}}},
     "fingerprint": "fp-…"}

``plan`` is ``Plan.document()``. It is ``null``, and so is its fingerprint, for what a preview cannot know yet, because what the
resource's collaboration achieves in the same run decides it. The last fingerprint is that of everything else in the file:
whoever has it knows whether this is the file that was reviewed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
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
    """A reviewed plan: resources as the summary names them (``membership media``), by ``<project>/<stack>``."""

    stacks: Mapping[str, Mapping[str, ReviewedResource]]

    @property
    def fingerprint(self) -> str:
        """Equal for equal plans; the order of stacks and resources does not matter."""
        return fingerprint(_content(self))


def build(plan: ReviewedPlan) -> dict[str, Any]:
    """Return the JSON document of a reviewed plan, resources in order."""
    return {**_content(plan), "fingerprint": plan.fingerprint}


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
    plan = ReviewedPlan(
        {
            stack: {name: ReviewedResource(each.document(), each.fingerprint) for name, each in about.resources.items()}
            for stack, about in file.stacks.items()
        }
    )
    if plan.fingerprint != file.fingerprint:
        raise UnusablePlanFile(
            f"it says that its fingerprint is {file.fingerprint}, and its content has {plan.fingerprint}: it was changed after"
            " it was written"
        )
    return plan


def _content(plan: ReviewedPlan) -> dict[str, Any]:
    return {
        "version": VERSION,
        "stacks": {
            stack: {
                "resources": {
                    name: {"plan": each.plan, "fingerprint": each.fingerprint} for name, each in sorted(resources.items())
                }
            }
            for stack, resources in sorted(plan.stacks.items())
        },
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


class _File(_Strict):
    version: Literal[1]
    stacks: dict[str, _Stack]
    fingerprint: _Fingerprint
