"""The Membership provider: joins an account, and votes for it where the collaboration is governed elsewhere."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CheckFailure, CheckResult, ConfigureRequest, CreateResult, DiffResult, ReadResult, UpdateResult

from cleanrooms_governance.advance_membership import Member, MembershipReport, advance_membership, read_invitation
from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.errors import GovernanceError, InvalidInput
from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.joining import Invitation, decide_membership, plan_membership
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.next_move import Outcome
from cleanrooms_governance.plan import Remark, Reviewed
from cleanrooms_governance.planning import predicted
from cleanrooms_governance.report import move_line, plan_lines
from cleanrooms_governance.service import CleanRoomsReads
from cleanrooms_governance.settings.inputs import parse_membership_inputs
from cleanrooms_providers.assessment import (
    CollaborationAssessment,
    MembershipAssessment,
    assess_membership,
    refusal_documents,
    refusal_text,
)
from cleanrooms_providers.collaboration import own_inputs, remember_configuration
from cleanrooms_providers.contract import StoredByName
from cleanrooms_providers.engine import halt, halt_half_done, tell
from cleanrooms_providers.memory import MEMORY

COMPUTED = ("plan", "fingerprint", "refused")
"""The inputs that check adds: always all of them, and all unknown as soon as one input is unknown."""

RECORDED = ("membership", "status", "digest", "outcome")
"""The outputs that are not inputs."""


class MembershipProvider(StoredByName):
    """Plans in check, compares with live in diff, acts in create and update."""

    kind = "membership"

    def configure(self, req: ConfigureRequest) -> None:
        """Take the stack's configuration, from which the reading ahead is done."""
        remember_configuration(req)

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Return the inputs with the plan in them, or everything unknown while the collaboration is about to decide it."""
        inputs = own_inputs(news, COMPUTED)
        unknown = CheckResult({**inputs, **dict.fromkeys(COMPUTED, pulumi.UNKNOWN)}, [])
        if pulumi.contains_unknowns(inputs):
            return unknown
        try:
            desired, access = parse_membership_inputs(inputs)
        except InvalidInput as invalid:
            return CheckResult(inputs, [CheckFailure("", str(finding)) for finding in invalid.findings])
        MEMORY.start_reading(desired.owner)
        governed = MEMORY.collaboration(desired.collaboration or "")
        if governed is not None and _is_about_to_change(governed, desired.account):
            tell(Remark("plan", desired.account, "what is to be done here is known when the collaboration's changes are made"))
            return unknown
        reads = MEMORY.reads(desired.owner, access, desired.region)
        found = _assess(desired, governed, reads, may_write=access.write is not None)
        MEMORY.memberships[desired.owner] = found
        _tell_assessment(found)
        return CheckResult({**inputs, **_computed(found)}, [])

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Say whether there is something to do or to record, by what this process read."""
        if pulumi.contains_unknowns(_news):
            return DiffResult(changes=True)
        found = MEMORY.memberships.get(str(_news.get("owner")))
        if found is None:
            return DiffResult(changes=MEMORY.moved.get(_id, False))
        can_join = bool(found.plan.changes) and found.may_write
        if found.refusals or can_join or found.decision.moves:
            return DiffResult(changes=True)
        recorded = _recorded(found.desired, found.seen, found.decision.outcome)
        stale = any(_olds.get(key) != recorded[key] for key in ("outcome", "digest"))
        if stale:
            tell(Remark("record", found.desired.account, f"record: the membership is now {recorded['status'] or 'not there yet'}"))
        return DiffResult(changes=stale)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Join, if the account is invited; otherwise record that it waits for the invitation."""
        desired, report = _advance(props)
        resource_id = _resource_id(desired)
        return CreateResult(resource_id, _finish(resource_id, props, desired, report))

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Join or vote as far as is possible now."""
        desired, report = _advance(_news)
        return UpdateResult(_finish(_id, _news, desired, report))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return what is live; a membership that waits for its invitation is there, and says so."""
        unchanged = own_inputs(props, RECORDED)
        try:
            desired, access = parse_membership_inputs(own_inputs(props, (*COMPUTED, *RECORDED)))
            port = MEMORY.port(desired.owner, access, desired.region)
            seen = read_invitation(desired, port, port.memberships())
        except GovernanceError as error:
            halt(str(error))
        plan = plan_membership(desired, seen)
        decision = decide_membership(desired, seen, plan, MEMORY.today, may_write=access.write is not None)
        recorded = _recorded(desired, seen, decision.outcome)
        MEMORY.moved[id_] = props.get("digest") != recorded["digest"]
        return ReadResult(id_, {**unchanged, **recorded}, unchanged)


def _is_about_to_change(governed: CollaborationAssessment, account: AccountId) -> bool:
    """Whether the collaboration's own plan decides what this account can do, and will be carried on in this run."""
    concerned = [planned for planned in governed.plan.changes if planned.change.subject == account]
    if not concerned or governed.refusals:
        return False
    automatic = all(not planned.needs_votes for planned in concerned) and not governed.plan.dangers
    return not automatic and bool(governed.moves())


def _assess(
    desired: DesiredMembership, governed: CollaborationAssessment | None, reads: CleanRoomsReads, *, may_write: bool
) -> MembershipAssessment:
    """Plan against live, or against what the collaboration will approve by itself in this same run."""
    found = assess_membership(desired, reads, MEMORY.today, may_write=may_write)
    if governed is None or governed.world is None or governed.refusals or found.refusals or found.seen is None:
        return found
    concerned = [planned for planned in governed.plan.changes if planned.change.subject == desired.account]
    if not concerned or found.seen.membership is not None or not governed.moves():
        return found
    seen = Invitation(None, predicted(governed.world.live, governed.desired, concerned))
    plan = plan_membership(desired, seen)
    decision = decide_membership(desired, seen, plan, MEMORY.today, may_write=may_write)
    return MembershipAssessment(desired, plan, decision, seen, may_write)


def _advance(props: Mapping[str, Any]) -> tuple[DesiredMembership, MembershipReport]:
    try:
        desired, access = parse_membership_inputs(own_inputs(props, COMPUTED))
    except InvalidInput as invalid:
        halt(str(invalid))
    if refused := props.get("refused"):
        halt(refusal_text(refused))
    member = Member(
        port=MEMORY.port(desired.owner, access, desired.region),
        today=MEMORY.today,
        tell=lambda line: tell(Remark("done", desired.key, line)),
        may_write=access.write is not None,
    )
    try:
        return desired, advance_membership(desired, Reviewed.read(props.get("plan") or {}, ()), member)
    except GovernanceError as error:
        halt(str(error))


def _computed(found: MembershipAssessment) -> dict[str, Any]:
    return {
        "plan": found.plan.document(),
        "fingerprint": found.plan.fingerprint,
        "refused": refusal_documents(found.refusals),
    }


def _tell_assessment(found: MembershipAssessment) -> None:
    for line in (*plan_lines(found.plan, None, found.desired.names), *found.decision.remarks):
        tell(line)
    for move in found.decision.moves:
        tell(move_line(move, found.desired.names))


def _resource_id(desired: DesiredMembership) -> str:
    return f"{desired.collaboration}/{desired.account}"


def _finish(
    resource_id: str, props: Mapping[str, Any], desired: DesiredMembership, report: MembershipReport
) -> dict[str, Any]:
    for line in (*report.plan.remarks, *report.decision.remarks):
        tell(line)
    outputs = {**own_inputs(props, ()), **_recorded(desired, report.seen, report.outcome)}
    reasons = [report.failure] if report.failure else [refusal.message for refusal in report.plan.refusals]
    if reasons:
        halt_half_done(resource_id, outputs, reasons)
    return outputs


def _recorded(desired: DesiredMembership, seen: Invitation | None, outcome: Outcome) -> dict[str, Any]:
    membership = seen.membership if seen else None
    status = membership.status if membership else ""
    return {
        "membership": membership.id if membership else "",
        "status": status,
        "digest": fingerprint("membership", desired.collaboration, desired.account, membership.id if membership else "", status),
        "outcome": str(outcome),
    }
