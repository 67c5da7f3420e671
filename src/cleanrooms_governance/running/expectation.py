"""What is this process held to, if somebody has reviewed what it is to do?"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cleanrooms_governance.planning.plan import Plan, Refusal
from cleanrooms_governance.planning.reviewed import NO_PLAN, NOT_REVIEWED, not_reviewed, unreviewed
from cleanrooms_governance.reviewed_plan import ReviewedPlan, UnusablePlanFile, parse

VARIABLE = "CLEANROOMS_EXPECT"
"""Names the file of a reviewed plan, by an absolute path. An empty one is as none."""

FINGERPRINT = "CLEANROOMS_EXPECT_FINGERPRINT"
"""The fingerprint that the file must have, where it was told by another way than the file."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """The reviewed plan that a process is held to; ``None`` where it cannot be used, and ``trouble`` says why."""

    plan: ReviewedPlan | None
    trouble: str = ""

    def news(self, stack: str, resource: str, fresh: Plan) -> tuple[str, ...]:
        """Return in words everything of a fresh plan that was not reviewed.

        Parameters: ``stack`` is ``<project>/<stack>``, ``resource`` as the summary names it.
        """
        if self.plan is None:
            return (self.trouble,)
        known = (self.plan.stacks.get(stack) or {}).get(resource)
        return unreviewed(fresh, known.plan if known else NO_PLAN)

    def refusal(self, stack: str, resource: str, path: str, fresh: Plan) -> Refusal | None:
        """Return why a fresh plan may not be carried out, if it was not reviewed.

        Parameters: as of ``news``; ``path`` is that of the resource in the stack file.
        """
        if self.plan is None:
            text = f"{path}: this run is to do only what was reviewed, and {self.trouble}. Nothing is done by it"
            return Refusal(NOT_REVIEWED, fresh.target, text)
        news = self.news(stack, resource, fresh)
        if not news:
            return None
        of_stack = self.plan.stacks.get(stack)
        if of_stack is None:
            news = (f"it says nothing of stack {stack}", *news)
        elif resource not in of_stack:
            news = (f"it says nothing of {resource}", *news)
        return not_reviewed(fresh.target, path, news)


def expectation(environment: Mapping[str, str]) -> Expectation | None:
    """Return what a process is held to by its environment, or ``None`` where it is held to nothing."""
    named = environment.get(VARIABLE)
    if not named:
        return None
    try:
        return Expectation(read_reviewed_plan(Path(named), environment.get(FINGERPRINT) or None))
    except UnusablePlanFile as unusable:
        return Expectation(None, f"{VARIABLE}: {unusable}")


def environment_for(file: Path, fingerprint: str | None) -> dict[str, str]:
    """Return the environment of processes that are to be held to a reviewed plan, after a look at the file.

    They read the file for themselves: with its fingerprint, so that it is the same one even if somebody exchanges it meanwhile.

    Parameters: ``fingerprint`` as for ``read_reviewed_plan``.
    Raises: ``UnusablePlanFile``.
    """
    return {VARIABLE: str(file), FINGERPRINT: read_reviewed_plan(file, fingerprint).fingerprint}


def read_reviewed_plan(file: Path, fingerprint: str | None) -> ReviewedPlan:
    """Read the file of a reviewed plan.

    Parameters: ``fingerprint`` is the one that was reviewed, where it is known by another way than the file.
    Raises: ``UnusablePlanFile``, naming the file.
    """
    if not file.is_absolute():
        raise UnusablePlanFile(f"the reviewed plan has to be named by an absolute path, which {file} is not")
    try:
        plan = parse(file.read_bytes())
    except OSError as error:
        raise UnusablePlanFile(f"the reviewed plan {file} cannot be read: {error.strerror or error}") from error
    except UnusablePlanFile as unusable:
        raise UnusablePlanFile(f"the reviewed plan {file} cannot be used: {unusable}") from unusable
    if fingerprint is not None and fingerprint != plan.fingerprint:
        raise UnusablePlanFile(
            f"the reviewed plan {file} has the fingerprint {plan.fingerprint}, and {fingerprint} was reviewed: it is another"
            " plan"
        )
    return plan
