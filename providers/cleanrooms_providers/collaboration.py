"""The Collaboration provider: a thin shell that turns plans, reports and errors into what the engine understands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from cleanrooms_governance.advance import Report, advance, ensure_collaboration, situation_of
from cleanrooms_governance.atoms import managed_costs
from cleanrooms_governance.desired import Access, DesiredCollaboration
from cleanrooms_governance.errors import GovernanceError, InvalidInput
from cleanrooms_governance.making_moves import Parties
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.next_move import Decision, Outcome, decide
from cleanrooms_governance.plan import Remark, Reviewed
from cleanrooms_governance.report import live_digest, live_document, move_line, plan_lines
from cleanrooms_governance.settings.inputs import parse_collaboration_inputs
from cleanrooms_governance.world import World, read_world, see_acceptance
from cleanrooms_providers.assessment import (
    CollaborationAssessment,
    assess_collaboration,
    computed_inputs,
    differing,
    lost_collaboration,
    other_collaboration,
)
from cleanrooms_providers.engine import halt, tell, without_traceback
from cleanrooms_providers.governed import (
    GovernedProvider,
    Properties,
    inputs_of,
    outdated_outcome,
    own,
    stop_half_done,
    stop_if_refused,
)
from cleanrooms_providers.memory import MEMORY
from cleanrooms_providers.properties import COLLABORATION
from cleanrooms_providers.reading_ahead import read_ahead


class CollaborationProvider(GovernedProvider):
    """A governed collaboration. The resource's id is the collaboration's."""

    kind = COLLABORATION.name
    computed = COLLABORATION.computed
    recorded = COLLABORATION.recorded

    def plan(self, olds: Properties, inputs: Properties) -> Properties:
        """Find the collaboration and plan against it; its id becomes an input, so that it is known from then on."""
        desired, access, voters = parse_collaboration_inputs(inputs)
        read_ahead(MEMORY, desired.owner)
        found = _assess(desired, access, voters, olds)
        MEMORY.remember_collaboration(found)
        if found.world and not olds:
            text = f"found: collaboration {found.collaboration_id} is there already, nothing is created"
            tell(Remark("found", found.collaboration_id, text))
        _tell_assessment(found)
        return {"collaborationId": found.collaboration_id, **computed_inputs(found.plan, found.refusals)}

    def has_work(self, owner: str, outputs: Properties) -> bool | None:
        """Compare the outputs with what check found."""
        found = MEMORY.remember_conflict(owner, frozenset(outputs.get("conflicting") or ()))
        if found is None:
            return None
        if found.refusals or found.moves():
            return True
        reason = _out_of_date(outputs, found)
        if reason:
            tell(Remark("record", found.collaboration_id, f"record: {reason}"))
        return bool(reason)

    @without_traceback
    def create(self, props: Properties) -> CreateResult:
        """Find, adopt or create the collaboration, then go on as in update."""
        run = _Run.of(props)
        try:
            id_ = ensure_collaboration(run.desired, run.desired.id or str(props.get("collaborationId") or ""), run.parties)
        except GovernanceError as error:
            halt(str(error))
        return CreateResult(id_, run.advance(id_))

    @without_traceback
    def update(self, id_: str, olds: Properties, news: Properties) -> UpdateResult:
        """Read again, plan again, and go on as far as possible if that is part of the reviewed plan."""
        return UpdateResult(_Run.of(news).advance(id_))

    @without_traceback
    def read(self, id_: str, props: Properties) -> ReadResult:
        """Return what is live. A denied read raises: it never means that the collaboration is gone."""
        inputs = inputs_of(props, self.recorded)
        try:
            desired, access, voters = parse_collaboration_inputs(inputs)
            world = read_world(MEMORY.reads(desired.owner, access, desired.region), id_)
            world = see_acceptance(desired, world, _voters(desired, voters))
        except GovernanceError as error:
            halt(str(error))
        decision = decide(situation_of(desired, world, MEMORY.today, may_write=access.write is not None))
        conflicting = frozenset(props.get("conflicting") or ())
        record = _record(world, decision.outcome, decision, conflicting)
        MEMORY.remember_refresh(id_, moved=differing(props, record, ("digest",)))
        outputs = {**own(props, self.recorded), "collaborationId": id_, **record}
        return ReadResult(id_, outputs, {**inputs, "collaborationId": id_, "members": _live_members(desired, world)})


@dataclass
class _Run:
    """One create or update. ``done`` has a line for everything that was written."""

    props: Properties
    desired: DesiredCollaboration
    reviewed: Reviewed
    parties: Parties
    done: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, props: Properties) -> "_Run":
        try:
            desired, access, voters = parse_collaboration_inputs(own(props, CollaborationProvider.computed))
        except InvalidInput as invalid:
            halt(str(invalid))
        stop_if_refused(props)
        done: list[str] = []

        def tell_done(line: str) -> None:
            done.append(line)
            tell(Remark("done", desired.key, line))

        parties = Parties(
            creator=MEMORY.port(desired.owner, access, desired.region),
            voters=_voters(desired, voters),
            today=MEMORY.today,
            sleep=MEMORY.sleep,
            tell=tell_done,
            may_write=access.write is not None,
        )
        return cls(props, desired, Reviewed.read(props.get("plan") or {}, ()), parties, done)

    def advance(self, id_: str) -> Properties:
        """Go on as far as possible; return the outputs."""
        try:
            report = advance(self.desired, id_, self.reviewed, self.parties)
        except GovernanceError as error:
            MEMORY.collaboration_has_changed(id_, None)
            if self.done:
                self._stop(id_, _record(None, Outcome.FAILED), [str(error)])
            halt(str(error))
        MEMORY.collaboration_has_changed(id_, CollaborationAssessment.after(self.desired, id_, report))
        for line in report.decision.remarks:
            tell(line)
        record = _record(report.world, report.outcome, report.decision, report.conflicting)
        reasons = [report.failure] if report.failure else [refusal.message for refusal in report.decision.refusals]
        self._stop(id_, record, reasons)
        tell(Remark("outcome", id_, _outcome_line(report)))
        return self._outputs(id_, record)

    def _outputs(self, id_: str, record: Properties) -> Properties:
        return {**own(self.props), "collaborationId": id_, **record}

    def _stop(self, id_: str, record: Properties, reasons: list[str]) -> None:
        stop_half_done(id_, self.props, self._outputs(id_, record), reasons)


def _assess(
    desired: DesiredCollaboration, access: Access, voters: Mapping[AccountId, Access], olds: Properties
) -> CollaborationAssessment:
    recorded_id = str(olds.get("collaborationId") or "")
    if desired.id and recorded_id and desired.id != recorded_id:
        return other_collaboration(desired, recorded_id)
    reads = MEMORY.reads(desired.owner, access, desired.region)
    found = assess_collaboration(
        desired,
        recorded_id,
        reads,
        MEMORY.today,
        may_write=access.write is not None,
        voters={account: MEMORY.reads(desired.owner, voter, desired.region) for account, voter in voters.items()},
    )
    if olds and not found.collaboration_id and found.world is None and not found.refusals:
        return lost_collaboration(desired)
    return found


def _voters(desired: DesiredCollaboration, voters: Mapping[AccountId, Access]) -> dict[AccountId, Any]:
    return {account: MEMORY.port(desired.owner, access, desired.region) for account, access in voters.items()}


def _tell_assessment(found: CollaborationAssessment) -> None:
    names = found.desired.names
    for line in plan_lines(found.plan, found.world.live if found.world else None, names):
        tell(line)
    for line in found.decision.remarks:
        tell(line)
    if not found.refusals:
        for move in found.decision.moves:
            tell(move_line(move, names))


def _out_of_date(outputs: Properties, found: CollaborationAssessment) -> str:
    if found.world is None:
        return "the collaboration is not there yet"
    if reason := outdated_outcome(outputs, found.decision.outcome):
        return reason
    if outputs.get("digest") != live_digest(found.world.live):
        return "the collaboration or its members have changed since this was recorded"
    return ""


def _outcome_line(report: Report) -> str:
    left = len(report.plan.changes)
    if report.outcome is Outcome.CONVERGED:
        return "converged: the collaboration is as the file says"
    return f"{report.outcome}: {left} planned change{'s' * (left != 1)} not in effect yet"


def _record(
    world: World | None, outcome: Outcome, decision: Decision | None = None, conflicting: frozenset[str] = frozenset()
) -> Properties:
    """Return the outputs that are not inputs. ``decision`` tells whose votes are missing."""
    return {
        "live": live_document(world.live) if world else {},
        "digest": live_digest(world.live) if world else "",
        "outcome": str(outcome),
        "awaited": list(decision.waiting_for) if decision else [],
        "conflicting": sorted(conflicting),
    }


def _live_members(desired: DesiredCollaboration, world: World) -> Properties:
    """Return the file's members as they stand, so that a refresh shows what moved."""
    members: Properties = {}
    managed = managed_costs(desired)
    for account, member in sorted(world.live.members.items()):
        if member.belongs and account in desired.members:
            members[account] = {"abilities": sorted(member.abilities)}
            declared = desired.members[account]
            if declared.display_name is not None:
                members[account]["displayName"] = member.display_name
            if declared.ml_abilities is not None:
                members[account]["mlAbilities"] = sorted(member.ml_abilities)
            if declared.payer_for is not None:
                members[account]["payerFor"] = sorted(cost for cost in managed if member.payments.get(cost))
    return members
