"""What all kinds of resource have in common: how the engine's questions about one are answered."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial, wraps
from typing import Any, ClassVar, ParamSpec, TypeVar

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, ConfigureRequest, DiffResult

from cleanrooms_governance.assessment.kinds import NO_CREDENTIALS, resource_name
from cleanrooms_governance.assessment.refusing import UNREADABLE
from cleanrooms_governance.assessment.standing import invalid_inputs, not_known_yet
from cleanrooms_governance.errors import InvalidInput
from cleanrooms_governance.planning.plan import Plan, Refusal, Remark, Reviewed
from cleanrooms_governance.text import harmless
from cleanrooms_providers.closing import tell_at_the_end
from cleanrooms_providers.contract import StoredByName
from cleanrooms_providers.engine import (
    PROVIDER,
    Halt,
    configuration,
    halt,
    halt_half_done,
    recorded_inputs,
    tell,
    without_traceback,
)
from cleanrooms_providers.memory import MEMORY, stack_of

Properties = dict[str, Any]
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class GovernedProvider(StoredByName, ABC):
    """Plans in check, compares with live in diff, acts in create and update, and never deletes."""

    title: ClassVar[str]
    """What people call it; the summary names each resource by it and its key."""

    computed: ClassVar[tuple[str, ...]]
    """The inputs that check adds: always all of them, and all unknown as soon as one input is unknown."""

    recorded: ClassVar[tuple[str, ...]]
    """The outputs that are not inputs."""

    @abstractmethod
    def plan(self, olds: Properties, inputs: Properties) -> Properties | None:
        """Return the computed inputs by what is live now, or ``None`` if they cannot be known before something else is done.

        Parameters: ``olds`` are the inputs of the last run, empty for a new resource; ``inputs`` hold nothing unknown.
        Raises ``InvalidInput``.
        """

    @abstractmethod
    def has_work(self, owner: str, outputs: Properties) -> bool | None:
        """Return whether there is something to do or to record, or ``None`` if this process has not planned for this owner."""

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration, from which the reading ahead is done; the engine hands it over once a kind."""
        MEMORY.config = configuration(req)
        tell_at_the_end(MEMORY)

    @without_traceback
    def check(self, olds: Properties, news: Properties) -> CheckResult:
        """Return the inputs with the plan in them; a refusal is data, a wrong input is a failure."""
        inputs = own(news, self.computed)
        computed = None
        resource = resource_name(self.title, str(inputs.get("key")))
        if pulumi.contains_unknowns(inputs):
            MEMORY.proceedings.planned(resource, not_known_yet())
        else:
            try:
                computed = self.plan(own(olds), inputs)
            except InvalidInput as invalid:
                MEMORY.proceedings.planned(resource, invalid_inputs())
                return CheckResult(inputs, [CheckFailure("", harmless(str(finding))) for finding in invalid.findings])
        return CheckResult({**inputs, **(computed or dict.fromkeys(self.computed, pulumi.UNKNOWN))}, [])

    @without_traceback
    def diff(self, id_: str, olds: Properties, news: Properties) -> DiffResult:
        """Say whether there is something to do or to record, by what check found; in a refresh, whether anything moved."""
        if pulumi.contains_unknowns(news):
            return DiffResult(changes=True)
        has_work = self.has_work(str(news.get("owner")), olds)
        return DiffResult(changes=MEMORY.has_moved(id_) if has_work is None else has_work)

    def delete(self, id_: str, props: Properties) -> None:
        """Do nothing but say so: what a stack drops stays in force."""
        tell(Remark("retained", id_, f"{id_} stays as it is: this stack only forgets it"))


def noting_failure(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Make a create or update that fails keep members from being removed in the rest of the run.

    What its own check has refused is no failure: it was shown, and stands until the file changes.
    """

    @wraps(method)
    def noting(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        try:
            return method(*args, **kwargs)
        except Halt as halted:
            provider: Any = args[0]
            props: Any = args[-1]
            resource = resource_name(provider.title, str(props.get("key")))
            if props.get("refused"):
                MEMORY.proceedings.not_carried_out(resource)
            else:
                MEMORY.note_failure(str(props.get("owner")), str(halted))
                MEMORY.proceedings.failed(resource, str(halted))
            raise

    return noting


def note_unreadable(owner: str, refusals: Iterable[Refusal]) -> None:
    """Remember what a check could not read: who is removed while half of the world is out of sight, is removed blindly."""
    for refusal in refusals:
        if refusal.rule in (UNREADABLE, NO_CREDENTIALS):
            MEMORY.note_failure(owner, refusal.message)


def held_to_review(plan: Plan, resource: str, owner: str, path: str) -> Plan:
    """Return a plan with the refusal of what was not reviewed, where this run is held to a review.

    Parameters: ``resource`` as the summary names it, ``path`` as the stack file does.
    """
    expected = MEMORY.expectation()
    refusal = expected.refusal(stack_of(owner), resource, path, plan) if expected else None
    return replace(plan, refusals=(*plan.refusals, refusal)) if refusal else plan


def reviewed_by_check(props: Properties, resource: str, owner: str) -> Reviewed:
    """Return what a create or update may do: what its own check showed, and of that what was reviewed before the run."""
    shown = Reviewed.read(props.get("plan") or {}, ())
    expected = MEMORY.expectation()
    return replace(shown, beyond=partial(expected.news, stack_of(owner), resource)) if expected else shown


def own(values: Mapping[str, Any], without: tuple[str, ...] = ()) -> Properties:
    """Return values without the engine's own keys and without the named ones, as a fresh mapping."""
    return {key: value for key, value in values.items() if not key.startswith("__") and key not in without}


def inputs_of(props: Properties, recorded: tuple[str, ...]) -> Properties:
    """Return the inputs of the resource that is being read, from the request or else from its outputs."""
    return own(recorded_inputs() or props, recorded)


def outdated_outcome(outputs: Properties, outcome: str) -> str:
    """Return in words that the recorded outcome is not the present one, or nothing."""
    recorded = outputs.get("outcome")
    return "" if recorded == outcome else f"the recorded outcome is {recorded or 'missing'}, it is now {outcome}"


def differing(record: Mapping[str, Any], now: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    """Return whether a resource's outputs are out of date in any of some keys."""
    return any(record.get(key) != now[key] for key in keys)


def stop_if_refused(props: Properties) -> None:
    """End the running create or update with everything that its own check refused."""
    if refused := props.get("refused"):
        halt("; ".join(str(refusal["message"]) for refusal in refused))


def stop_half_done(resource_id: str, props: Properties, outputs: Properties, reasons: list[str]) -> None:
    """End the running create or update, if there are reasons, and keep what is live.

    Parameters: ``props`` are the properties that the call was given.
    """
    if reasons:
        halt_half_done(resource_id, {**outputs, PROVIDER: props[PROVIDER]}, reasons)
