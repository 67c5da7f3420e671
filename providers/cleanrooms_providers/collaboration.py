"""The Collaboration provider: a thin shell that turns plans, reports and errors into what the engine understands."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, ConfigureRequest, CreateResult, DiffResult, ReadResult, UpdateResult

from cleanrooms_governance.advance import Parties, Report, World, advance, ensure_collaboration, read_world
from cleanrooms_governance.desired import Access, DesiredCollaboration
from cleanrooms_governance.errors import GovernanceError, InvalidInput
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.next_move import Outcome
from cleanrooms_governance.plan import Level, Remark, Reviewed
from cleanrooms_governance.report import live_digest, live_document, move_line, plan_lines
from cleanrooms_governance.settings.inputs import parse_collaboration_inputs
from cleanrooms_providers.assessment import CollaborationAssessment, assess_collaboration, refusal_documents, refusal_text
from cleanrooms_providers.contract import StoredByName
from cleanrooms_providers.engine import halt, halt_half_done, tell
from cleanrooms_providers.memory import MEMORY

COMPUTED = ("collaborationId", "plan", "fingerprint", "refused")
"""The inputs that check adds: always all of them, and all unknown as soon as one input is unknown."""

RECORDED = ("live", "digest", "outcome", "awaited", "conflicting")
"""The outputs that are not inputs."""


class CollaborationProvider(StoredByName):
    """Plans in check, compares with live in diff, acts in create and update."""

    kind = "collaboration"

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration, from which the reading ahead is done."""
        remember_configuration(req)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Return the inputs with the plan in them; a refusal is data, a wrong input is a failure."""
        inputs = own_inputs(news, COMPUTED)
        if pulumi.contains_unknowns(inputs):
            return CheckResult({**inputs, **dict.fromkeys(COMPUTED, pulumi.UNKNOWN)}, [])
        try:
            desired, access, _ = parse_collaboration_inputs(inputs)
        except InvalidInput as invalid:
            return CheckResult(inputs, [CheckFailure("", str(finding)) for finding in invalid.findings])
        MEMORY.start_reading(desired.owner)
        known = desired.id or str(olds.get("collaborationId") or "")
        reads = MEMORY.reads(desired.owner, access, desired.region)
        found = assess_collaboration(desired, known, reads, MEMORY.today, may_write=access.write is not None)
        MEMORY.collaborations[desired.owner] = found
        _tell_assessment(found)
        return CheckResult({**inputs, **_computed(found)}, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Say whether there is something to do or to record, by what this process read."""
        if pulumi.contains_unknowns(_news):
            return DiffResult(changes=True)
        found = MEMORY.collaborations.get(str(_news.get("owner")))
        if found is None:
            return DiffResult(changes=MEMORY.moved.get(_id, False))
        if found.refusals or found.moves(frozenset(_olds.get("conflicting") or ())):
            return DiffResult(changes=True)
        reason = _out_of_date(_olds, found)
        if reason:
            tell(Remark("record", found.collaboration_id, f"record: {reason}"))
        return DiffResult(changes=bool(reason))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Find, adopt or create the collaboration, then go on as in update."""
        desired, reviewed, parties = _prepare(props)
        try:
            collaboration_id = ensure_collaboration(desired, desired.id or str(props.get("collaborationId") or ""), parties)
        except GovernanceError as error:
            halt(str(error))
        try:
            report = advance(desired, collaboration_id, reviewed, parties)
        except GovernanceError as error:
            live = {**_recorded(None, Outcome.FAILED), "collaborationId": collaboration_id}
            halt_half_done(collaboration_id, {**own_inputs(props, ()), **live}, [str(error)])
        return CreateResult(collaboration_id, _finish(collaboration_id, props, report))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Read again, plan again, and go on as far as possible if that is part of the reviewed plan."""
        desired, reviewed, parties = _prepare(_news)
        try:
            report = advance(desired, _id, reviewed, parties)
        except GovernanceError as error:
            halt(str(error))
        return UpdateResult(_finish(_id, _news, report))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return what is live. A denied read raises: it never means that the collaboration is gone."""
        try:
            desired, access, _ = parse_collaboration_inputs(own_inputs(props, (*COMPUTED, *RECORDED)))
            world = read_world(MEMORY.port(desired.owner, access, desired.region), id_)
        except GovernanceError as error:
            halt(str(error))
        recorded = {**_recorded(world, Outcome(props.get("outcome") or Outcome.WAITING)), "collaborationId": id_}
        MEMORY.moved[id_] = props.get("digest") != recorded["digest"]
        unchanged = own_inputs(props, RECORDED)
        inputs = {**unchanged, "collaborationId": id_, "members": _live_members(desired, world)}
        return ReadResult(id_, {**unchanged, **recorded}, inputs)


def remember_configuration(req: ConfigureRequest) -> None:
    """Keep the stack's configuration for this process; the engine hands it over once a kind of resource."""
    MEMORY.config = {str(key): value for key, value in req.config._props.items() if isinstance(value, str)}


def own_inputs(values: Mapping[str, Any], without: tuple[str, ...]) -> dict[str, Any]:
    """Return values without the engine's own keys and without the named ones, as a fresh mapping."""
    return {key: value for key, value in values.items() if not key.startswith("__") and key not in without}


def _prepare(props: Mapping[str, Any]) -> tuple[DesiredCollaboration, Reviewed, Parties]:
    try:
        desired, access, voters = parse_collaboration_inputs(own_inputs(props, COMPUTED))
    except InvalidInput as invalid:
        halt(str(invalid))
    if refused := props.get("refused"):
        halt(refusal_text(refused))
    reviewed = Reviewed.read(props.get("plan") or {}, props.get("refused") or ())
    return desired, reviewed, _parties(desired, access, voters)


def _parties(desired: DesiredCollaboration, access: Access, voters: Mapping[AccountId, Access]) -> Parties:
    return Parties(
        creator=MEMORY.port(desired.owner, access, desired.region),
        voters={account: MEMORY.port(desired.owner, voter, desired.region) for account, voter in voters.items()},
        today=MEMORY.today,
        sleep=MEMORY.sleep,
        tell=lambda line: tell(Remark("done", desired.key, line)),
        may_write=access.write is not None,
    )


def _computed(found: CollaborationAssessment) -> dict[str, Any]:
    return {
        "collaborationId": found.collaboration_id,
        "plan": found.plan.document(),
        "fingerprint": found.plan.fingerprint,
        "refused": refusal_documents(found.refusals),
    }


def _tell_assessment(found: CollaborationAssessment) -> None:
    names = found.desired.names
    for line in plan_lines(found.plan, found.world.live if found.world else None, names):
        tell(line)
    for line in found.decision.remarks:
        tell(line)
    if not found.refusals:
        for move in found.decision.moves:
            tell(move_line(move, names))


def _out_of_date(olds: Mapping[str, Any], found: CollaborationAssessment) -> str:
    if found.world is None:
        return "the collaboration is not there yet"
    if olds.get("outcome") != found.decision.outcome:
        return f"the recorded outcome is {olds.get('outcome') or 'missing'}, it is now {found.decision.outcome}"
    if olds.get("digest") != live_digest(found.world.live):
        return "the collaboration or its members have changed since this was recorded"
    return ""


def _finish(collaboration_id: str, props: Mapping[str, Any], report: Report) -> dict[str, Any]:
    for line in report.decision.remarks:
        tell(line)
    outputs = {
        **own_inputs(props, ()),
        **_recorded(report.world, report.outcome),
        "collaborationId": collaboration_id,
        "awaited": list(report.decision.waiting_for),
        "conflicting": sorted(report.conflicting),
    }
    reasons = [report.failure] if report.failure else [refusal.message for refusal in report.decision.refusals]
    if reasons:
        halt_half_done(collaboration_id, outputs, reasons)
    tell(Remark("outcome", collaboration_id, _outcome_line(report), Level.INFO))
    return outputs


def _outcome_line(report: Report) -> str:
    left = len(report.plan.changes)
    if report.outcome is Outcome.CONVERGED:
        return "converged: the collaboration is as the file says"
    return f"{report.outcome}: {left} planned change{'s' * (left != 1)} not in effect yet"


def _recorded(world: World | None, outcome: Outcome) -> dict[str, Any]:
    return {
        "live": live_document(world.live) if world else {},
        "digest": live_digest(world.live) if world else "",
        "outcome": str(outcome),
        "awaited": [],
        "conflicting": [],
    }


def _live_members(desired: DesiredCollaboration, world: World) -> dict[str, Any]:
    """Return the file's members as they stand, so that a refresh shows what moved."""
    members: dict[str, Any] = {}
    for account, member in sorted(world.live.members.items()):
        if member.belongs and account in desired.members:
            members[account] = {"abilities": sorted(member.abilities)}
            if desired.members[account].display_name is not None:
                members[account]["displayName"] = member.display_name
    return members

