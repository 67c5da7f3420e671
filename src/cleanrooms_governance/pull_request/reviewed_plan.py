"""From what a comment showed to the plan that a later run can be held to."""

from collections.abc import Iterable

from cleanrooms_governance.pull_request.preview import Preview, Resource
from cleanrooms_governance.pull_request.verdict import Verdict, judge
from cleanrooms_governance.reviewed_plan import ReviewedPlan, ReviewedResource

_WITHOUT_PLAN = (Verdict.FAILED, Verdict.NOT_READ)


def reviewed_plan(previews: Iterable[Preview], commit: str = "") -> ReviewedPlan:
    """Return what these previews showed. One that failed or read nothing showed no plan, whatever it came to before."""
    return ReviewedPlan(
        {each.path: None if judge(each).verdict in _WITHOUT_PLAN else _resources(each) for each in previews}, commit
    )


def _resources(preview: Preview) -> dict[str, ReviewedResource]:
    return {each.name: _reviewed(each) for each in preview.resources if not each.forgotten}


def _reviewed(resource: Resource) -> ReviewedResource:
    return ReviewedResource(None if resource.fingerprint is None else resource.plan, resource.fingerprint)
