"""The Collaboration provider: a thin shell that turns plans, reports and errors into what the engine understands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from cleanrooms_governance.assessment.collaborations import (
    CollaborationAssessment,
    assess_collaboration,
    lost_collaboration,
    other_collaboration,
)
from cleanrooms_governance.assessment.kinds import resource_name
from cleanrooms_governance.assessment.refusing import computed_inputs
from cleanrooms_governance.assessment.standing import differs, of_collaboration
from cleanrooms_governance.assessment.telling import collaboration_lines
from cleanrooms_governance.audit.entry import Mandate
from cleanrooms_governance.change_requests.absences import is_out_of_reach
from cleanrooms_governance.change_requests.next_move import Decision, Outcome, decide
from cleanrooms_governance.change_requests.sayings import ABSENT, one_at_a_time
from cleanrooms_governance.desired import Access, DesiredCollaboration
from cleanrooms_governance.errors import GovernanceError, InvalidInput
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.planning.atoms import managed_costs
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.planning.partner_budgets import budgets_document
from cleanrooms_governance.planning.payer_overview import payers_document
from cleanrooms_governance.planning.plan import Remark, Reviewed
from cleanrooms_governance.report import live_digest, live_document
from cleanrooms_governance.running.advance import Report, advance, ensure_collaboration, situation_of
from cleanrooms_governance.running.making_moves import Parties
from cleanrooms_governance.running.world import World, look_closer, read_world
from cleanrooms_governance.service import CleanRoomsReads
from cleanrooms_governance.settings.inputs import parse_collaboration_inputs
from cleanrooms_governance.text import harmless
from cleanrooms_providers.engine import halt, tell, without_traceback
from cleanrooms_providers.governed import (
    GovernedProvider,
    Properties,
    differing,
    held_to_review,
    inputs_of,
    note_unreadable,
    noting_failure,
    outdated_outcome,
    own,
    reviewed_by_check,
    stop_half_done,
    stop_if_refused,
)
from cleanrooms_providers.memory import MEMORY, mandate_of
from cleanrooms_providers.properties import COLLABORATION
from cleanrooms_providers.refreshed import with_live_settings


class CollaborationProvider(GovernedProvider):
    """A governed collaboration. The resource's id is the collaboration's."""

    kind = COLLABORATION.name
    title = COLLABORATION.title
    computed = COLLABORATION.computed
    recorded = COLLABORATION.recorded

    def plan(self, olds: Properties, inputs: Properties) -> Properties:
        """Find the collaboration and plan against it; its id becomes an input, so that it is known from then on."""
        desired, access, voters = _parse(inputs)
        MEMORY.read_ahead(desired.owner)
        found = _held_to_review(_assess(desired, access, voters, olds))
        MEMORY.remember_collaboration(found)
        MEMORY.proceedings.planned(resource_name(COLLABORATION.title, desired.key), of_collaboration(found))
        note_unreadable(desired.owner, found.refusals)
        if found.world and not olds:
            text = f"found: collaboration {found.collaboration_id} is there already, nothing is created"
            tell(Remark("found", found.collaboration_id, text))
        for line in collaboration_lines(found):
            tell(line)
        return {"collaborationId": found.collaboration_id, **computed_inputs(found.plan, found.refusals)}

    def has_work(self, owner: str, outputs: Properties) -> bool | None:
        """Compare the outputs with what check found."""
        found = MEMORY.remember_conflict(owner, frozenset(outputs.get("conflicting") or ()))
        if found is None:
            return None
        MEMORY.proceedings.planned(resource_name(COLLABORATION.title, found.desired.key), of_collaboration(found))
        if found.refusals or found.moves():
            return True
        if found.decision.moves:
            tell(one_at_a_time(found.collaboration_id, found.conflicting))
        reason = _out_of_date(outputs, found)
        if reason:
            tell(Remark("record", found.collaboration_id, f"record: {reason}"))
        return bool(reason)

    @noting_failure
    @without_traceback
    def create(self, props: Properties) -> CreateResult:
        """Find, adopt or create the collaboration, then go on as in update."""
        run = _Run.of(props)
        try:
            known = run.desired.id or str(props.get("collaborationId") or "")
            id_ = ensure_collaboration(run.desired, known, run.parties, run.looked)
        except GovernanceError as error:
            run.note_out_of_reach(error)
            halt(str(error))
        return CreateResult(id_, run.advance(id_))

    @noting_failure
    @without_traceback
    def update(self, id_: str, olds: Properties, news: Properties) -> UpdateResult:
        """Read again, plan again, and go on as far as possible if that is part of the reviewed plan."""
        return UpdateResult(_Run.of(news).advance(id_))

    @without_traceback
    def read(self, id_: str, props: Properties) -> ReadResult:
        """Return what is live. A denied read raises: it never means that the collaboration is gone."""
        inputs = inputs_of(props, self.recorded)
        try:
            desired, access, voters = _parse(inputs)
            reads = MEMORY.reads(desired.owner, access, desired.region)
            world = look_closer(desired, read_world(reads, id_), reads, _voters(desired, voters))
        except GovernanceError as error:
            halt(str(error))
        decision = decide(situation_of(desired, world, MEMORY.today, may_write=access.write is not None))
        conflicting = frozenset(props.get("conflicting") or ())
        record = _record(world, decision.outcome, decision, conflicting)
        MEMORY.remember_refresh(id_, moved=differing(props, record, ("digest",)))
        outputs = {**own(props, self.recorded), "collaborationId": id_, **record}
        refreshed = {**with_live_settings(inputs, world.live), "members": _live_members(desired, world)}
        return ReadResult(id_, outputs, {**refreshed, "collaborationId": id_})


@dataclass
class _Run:
    """One create or update. ``done`` has a line for everything that was written."""

    props: Properties
    desired: DesiredCollaboration
    reviewed: Reviewed
    parties: Parties
    looked: CleanRoomsReads
    done: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, props: Properties) -> "_Run":
        try:
            desired, access, voters = _parse(own(props, CollaborationProvider.computed))
        except InvalidInput as invalid:
            halt(str(invalid))
        stop_if_refused(props)
        done: list[str] = []

        def tell_done(line: str) -> None:
            done.append(line)
            MEMORY.proceedings.did(resource_name(COLLABORATION.title, desired.key), line)
            tell(Remark("done", desired.key, line))

        mandate = mandate_of(desired.owner, "collaborations", props)
        parties = Parties(
            creator=MEMORY.port(desired.owner, access, desired.region, mandate),
            voters=_voters(desired, voters, mandate),
            today=MEMORY.today,
            sleep=MEMORY.sleep,
            tell=tell_done,
            may_write=access.write is not None,
            trouble=MEMORY.trouble,
        )
        looked = MEMORY.reads(desired.owner, access, desired.region)
        reviewed = reviewed_by_check(props, resource_name(COLLABORATION.title, desired.key), desired.owner)
        return cls(props, desired, reviewed, parties, looked, done)

    def advance(self, id_: str) -> Properties:
        """Go on as far as possible; return the outputs."""
        try:
            report = advance(self.desired, id_, self.reviewed, self.parties)
        except GovernanceError as error:
            MEMORY.collaboration_has_changed(id_, None)
            self.note_out_of_reach(error)
            if self.done:
                self._stop(id_, _record(None, Outcome.FAILED), [str(error)])
            halt(str(error))
        after = CollaborationAssessment.after(self.desired, id_, report, may_write=self.parties.may_write)
        MEMORY.collaboration_has_changed(id_, after)
        MEMORY.proceedings.ended(resource_name(COLLABORATION.title, self.desired.key), of_collaboration(after))
        for line in report.decision.remarks:
            tell(line)
        record = _record(report.world, report.outcome, report.decision, report.conflicting)
        reasons = [report.failure] if report.failure else [refusal.message for refusal in report.decision.refusals]
        self._stop(id_, record, reasons)
        tell(Remark("outcome", id_, _outcome_line(report)))
        return self._outputs(id_, record)

    def note_out_of_reach(self, error: GovernanceError) -> None:
        """Have the summary say so if the creator's account cannot be acted as."""
        if is_out_of_reach(error):
            MEMORY.proceedings.out_of_reach(resource_name(COLLABORATION.title, self.desired.key), str(error))

    def _outputs(self, id_: str, record: Properties) -> Properties:
        return {**own(self.props), "collaborationId": id_, **record}

    def _stop(self, id_: str, record: Properties, reasons: list[str]) -> None:
        stop_half_done(id_, self.props, self._outputs(id_, record), reasons)


def _parse(inputs: Properties) -> tuple[DesiredCollaboration, Access, Mapping[AccountId, Access]]:
    """Return what the inputs ask for on this day, and the ways in; everything that follows sees the same."""
    desired, access, voters = parse_collaboration_inputs(inputs)
    return as_of(desired, MEMORY.today), access, voters


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
        one_way=frozenset(account for account, voter in voters.items() if voter.read == voter.write),
        declared=MEMORY.declared_collaborations(),
    )
    if olds and not found.collaboration_id and found.world is None and not found.refusals:
        return lost_collaboration(desired)
    return found


def _held_to_review(found: CollaborationAssessment) -> CollaborationAssessment:
    key = found.desired.key
    plan = held_to_review(found.plan, resource_name(COLLABORATION.title, key), found.desired.owner, f"collaborations.{key}")
    return found if plan is found.plan else replace(found, plan=plan, decision=Decision(Outcome.REFUSED))


def _voters(
    desired: DesiredCollaboration, voters: Mapping[AccountId, Access], mandate: Mandate | None = None
) -> dict[AccountId, Any]:
    return {account: MEMORY.port(desired.owner, access, desired.region, mandate) for account, access in voters.items()}


def _out_of_date(outputs: Properties, found: CollaborationAssessment) -> str:
    if found.world is None:
        return "the collaboration is not there yet"
    if reason := outdated_outcome(outputs, found.decision.outcome):
        return reason
    if outputs.get("digest") != live_digest(found.world.live):
        return "the collaboration or its members have changed since this was recorded"
    if bool(outputs.get("absent")) != bool(_absent(found.decision)):
        return "whether accounts of this stack can vote has changed since this was recorded"
    return ""


def _outcome_line(report: Report) -> str:
    left = len(report.plan.changes)
    if report.outcome is Outcome.CONVERGED:
        rest = ", but for what no run changes (see the warnings)" if differs(report.plan.remarks) else ""
        return f"converged: the collaboration is as the file says{rest}"
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
        "absent": _absent(decision) if decision else [],
        "conflicting": sorted(conflicting),
        "payers": payers_document(world.live) if world else {},
        "budgets": budgets_document(world.seen) if world else {},
    }


def _absent(decision: Decision) -> list[str]:
    return [harmless(remark.message) for remark in decision.remarks if remark.rule == ABSENT]


def _live_members(desired: DesiredCollaboration, world: World) -> Properties:
    """Return the file's members as they stand, so that a refresh shows what moved."""
    members: Properties = {}
    managed = managed_costs(desired)
    for account, member in sorted(world.live.members.items()):
        if member.belongs and account in desired.members:
            declared = desired.members[account]
            written = declared.lapsed or declared
            # Of a member whose time is over, what it has lost as planned has not moved.
            abilities = member.abilities | (written.abilities - declared.abilities)
            lost_ml = (written.ml_abilities or frozenset()) - (declared.ml_abilities or frozenset())
            given_up = (written.payer_for or frozenset()) - (declared.payer_for or frozenset())
            members[account] = {"abilities": sorted(abilities)}
            if written.display_name is not None:
                members[account]["displayName"] = member.display_name
            if written.ml_abilities is not None:
                members[account]["mlAbilities"] = sorted(member.ml_abilities | lost_ml)
            if written.payer_for is not None:
                pays = {cost for cost in managed if member.payments.get(cost)}
                members[account]["payerFor"] = sorted(pays | given_up)
            if written.until is not None:
                members[account]["until"] = written.until.isoformat()
            if written.why is not None:
                members[account]["why"] = written.why
    return members
