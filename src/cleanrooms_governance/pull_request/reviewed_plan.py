"""The reviewed plan: everything that a comment showed, as a file that a later run can be held to.

A run goes on only with what is part of it (``planning.plan.Reviewed``), resource by resource.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.fingerprint import fingerprint, of_plans
from cleanrooms_governance.planning.plan import Reviewed
from cleanrooms_governance.pull_request.preview import Preview, Resource
from cleanrooms_governance.pull_request.verdict import Verdict, judge

VERSION = 1
"""Of the form of the file; another one is refused."""

_WITHOUT_PLAN = (Verdict.FAILED, Verdict.NOT_READ)


class NoReviewedPlan(GovernanceError):
    """A file is no reviewed plan, or not as it was written."""


@dataclass(frozen=True, slots=True)
class ReviewedResource:
    """What was reviewed of one resource; ``plan`` is ``None`` where it was to be known only during the run."""

    fingerprint: str | None
    plan: Reviewed | None

    @classmethod
    def of(cls, resource: Resource) -> "ReviewedResource":
        """Return what a preview showed of a resource."""
        if resource.fingerprint is None:
            return cls(None, None)
        seen = Reviewed(
            frozenset(change.id for change in resource.changes),
            frozenset(danger.fingerprint for danger in resource.dangers),
            frozenset((refusal.rule, refusal.subject) for refusal in resource.refusals),
        )
        return cls(resource.fingerprint, seen)

    @property
    def digest(self) -> str | None:
        """Return a fingerprint of all of it, so that an edit of any part shows."""
        if self.plan is None:
            return None
        plan = self.plan
        return fingerprint("reviewed", self.fingerprint, plan.changes, plan.dangers, sorted(plan.refusals))

    def document(self) -> dict[str, Any]:
        """Return it as the file holds it."""
        if self.plan is None:
            return {"fingerprint": None}
        return {
            "fingerprint": self.fingerprint,
            "changes": sorted(self.plan.changes),
            "dangers": sorted(self.plan.dangers),
            "refused": [{"rule": rule, "subject": subject} for rule, subject in sorted(self.plan.refusals)],
        }


Stacks = Mapping[str, Mapping[str, ReviewedResource] | None]
"""What was reviewed, by ``<project>/<stack>`` and by resource; ``None`` for a stack whose preview found no plan."""


@dataclass(frozen=True, slots=True)
class ReviewedPlan:
    """What somebody has seen in a comment; ``commit`` is empty where nobody said which it was made for."""

    stacks: Stacks
    commit: str = ""

    @property
    def fingerprint(self) -> str:
        """The fingerprint that the comment names."""
        return of_plans({path: self.of_stack(path) for path in self.stacks})

    def of_stack(self, path: str) -> str | None:
        """Return the fingerprint of one stack's plan, ``None`` if it has none."""
        resources = self.stacks.get(path)
        return None if resources is None else of_plans({name: each.digest for name, each in resources.items()})

    def text(self) -> str:
        """Return the file."""
        document = {
            "version": VERSION,
            "commit": self.commit,
            "fingerprint": self.fingerprint,
            "stacks": {
                path: None if resources is None else {name: each.document() for name, each in sorted(resources.items())}
                for path, resources in sorted(self.stacks.items())
            },
        }
        return json.dumps(document, indent=1) + "\n"


def reviewed_plan(previews: Iterable[Preview], commit: str = "") -> ReviewedPlan:
    """Return what these previews showed. One that failed or read nothing showed no plan, whatever it came to before."""
    return ReviewedPlan(
        {each.path: None if judge(each).verdict in _WITHOUT_PLAN else _resources(each) for each in previews}, commit
    )


def _resources(preview: Preview) -> dict[str, ReviewedResource]:
    return {each.name: ReviewedResource.of(each) for each in preview.resources if not each.forgotten}


def read_reviewed_plan(text: str) -> ReviewedPlan:
    """Read back the file.

    Raises: ``NoReviewedPlan`` if it is another file, of another version, or was edited since: its fingerprint is checked.
    """
    try:
        document = json.loads(text)
        if document["version"] != VERSION:
            raise NoReviewedPlan(f"is of version {document['version']}, this one reads {VERSION}: use the crgov that wrote it")
        plan = ReviewedPlan(
            {
                str(path): None if resources is None else {str(name): _read(each) for name, each in resources.items()}
                for path, resources in document["stacks"].items()
            },
            str(document["commit"]),
        )
        stated = str(document["fingerprint"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NoReviewedPlan("is no plan that `crgov comment --plan-file` wrote") from None
    if plan.fingerprint != stated:
        raise NoReviewedPlan(f"says that it is {stated}, and what it holds is {plan.fingerprint}: it was edited, or cut off")
    return plan


def _read(document: Mapping[str, Any]) -> ReviewedResource:
    if document["fingerprint"] is None:
        return ReviewedResource(None, None)
    plan = Reviewed(
        frozenset(map(str, document["changes"])),
        frozenset(map(str, document["dangers"])),
        frozenset((str(each["rule"]), str(each["subject"])) for each in document["refused"]),
    )
    return ReviewedResource(str(document["fingerprint"]), plan)
