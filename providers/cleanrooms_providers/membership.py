"""The Membership provider: joins an account, and votes for it where the collaboration is governed elsewhere."""

from dataclasses import replace
from typing import Any

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from cleanrooms_governance.assessment.in_turn import collaboration_since, is_open_membership, membership_in_turn
from cleanrooms_governance.assessment.kinds import resource_name
from cleanrooms_governance.assessment.memberships import MembershipAssessment, membership_resource_id, other_membership
from cleanrooms_governance.assessment.refusing import computed_inputs
from cleanrooms_governance.assessment.standing import not_known_yet, of_collaboration_since, of_membership
from cleanrooms_governance.assessment.telling import MEMBERSHIP_NOT_KNOWN_YET, membership_lines
from cleanrooms_governance.change_requests.absences import is_out_of_reach
from cleanrooms_governance.change_requests.next_move import Decision, Outcome
from cleanrooms_governance.desired import Access, DesiredMembership
from cleanrooms_governance.errors import Finding, GovernanceError, InvalidInput
from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.memberships.advance_membership import Member, MembershipReport, advance_membership, read_invitation
from cleanrooms_governance.memberships.joining import Invitation, decide_membership, plan_membership
from cleanrooms_governance.planning.plan import Plan, Refusal, Remark
from cleanrooms_governance.settings.inputs import parse_membership_inputs
from cleanrooms_governance.text import label
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
from cleanrooms_providers.properties import COLLABORATION, MEMBERSHIP


class MembershipProvider(GovernedProvider):
    """An account's membership. The resource's id is ``<collaboration id>/<account>``, also while it waits."""

    kind = MEMBERSHIP.name
    title = MEMBERSHIP.title
    computed = MEMBERSHIP.computed
    recorded = MEMBERSHIP.recorded

    def plan(self, olds: Properties, inputs: Properties) -> Properties | None:
        """Plan to join or to vote; not known while what the account's collaboration achieves in this run decides it."""
        if not inputs.get("collaboration") and MEMORY.proceedings.has_stopped(COLLABORATION.name):
            return _without_collaboration(inputs)
        desired, access = _parse(inputs)
        MEMORY.read_ahead(desired.owner)
        found = _held_to_review(_assess(desired, access, olds))
        if is_open_membership(found):
            MEMORY.remember_open_membership(desired.collaboration or "", desired.account)
        if found is None:
            tell(Remark("plan", desired.account, MEMBERSHIP_NOT_KNOWN_YET))
            MEMORY.proceedings.planned(resource_name(MEMBERSHIP.title, desired.key), not_known_yet(_own_collaboration(desired)))
            return None
        MEMORY.remember_membership(found)
        standing = of_membership(found, _own_collaboration(desired))
        MEMORY.proceedings.planned(resource_name(MEMBERSHIP.title, desired.key), standing)
        note_unreadable(desired.owner, found.refusals)
        if found.seen and found.seen.membership and found.seen.membership.is_active and not olds:
            text = f"found: {label(desired.account, desired.names)} has joined already"
            tell(Remark("found", desired.account, text))
        for line in membership_lines(found):
            tell(line)
        return computed_inputs(found.plan, found.refusals)

    def has_work(self, owner: str, outputs: Properties) -> bool | None:
        """Compare the outputs with what check found."""
        found = MEMORY.membership(owner)
        if found is None:
            return None
        if found.refusals or found.can_act:
            return True
        now = _record(found.desired, found.seen, found.decision.outcome)
        reason = outdated_outcome(outputs, now["outcome"])
        if not reason and differing(outputs, now, ("digest",)):
            reason = f"the membership is now {now['status'] or 'not there yet'}"
        if reason:
            tell(Remark("record", found.desired.account, f"record: {reason}"))
        return bool(reason)

    @noting_failure
    @without_traceback
    def create(self, props: Properties) -> CreateResult:
        """Join, if the account is invited; otherwise record that it waits for the invitation."""
        desired, access = _prepare(props)
        return CreateResult(membership_resource_id(desired), _advance(desired, access, props))

    @noting_failure
    @without_traceback
    def update(self, id_: str, olds: Properties, news: Properties) -> UpdateResult:
        """Join or vote as far as is possible now."""
        desired, access = _prepare(news)
        return UpdateResult(_advance(desired, access, news))

    @without_traceback
    def read(self, id_: str, props: Properties) -> ReadResult:
        """Return what is live; a membership that waits for its invitation is there, and says so."""
        inputs = inputs_of(props, self.recorded)
        try:
            desired, access = _parse(own(inputs, self.computed))
            reads = MEMORY.reads(desired.owner, access, desired.region)
            seen = read_invitation(desired, reads, reads.memberships())
        except GovernanceError as error:
            halt(str(error))
        plan = plan_membership(desired, seen)
        decision = decide_membership(desired, seen, plan, MEMORY.today, may_write=access.write is not None)
        record = _record(desired, seen, decision.outcome)
        MEMORY.remember_refresh(id_, moved=differing(props, record, ("digest",)))
        return ReadResult(id_, {**own(props, self.recorded), **record}, inputs)


def _parse(inputs: Properties) -> tuple[DesiredMembership, Access]:
    desired, access = parse_membership_inputs(inputs)
    if desired.collaboration is None:
        text = "is missing: give the collaboration's id, or the `id` of the Collaboration resource that this program governs"
        raise InvalidInput((Finding("collaboration", text),))
    return desired, access


def _without_collaboration(inputs: Properties) -> Properties:
    """Refuse what depends on a collaboration that this run failed to create.

    The engine skips it, but lets it be checked first; an invalid input would end the run for everything else too.
    """
    key = inputs.get("key")
    text = f"memberships.{key}: its collaboration could not be created in this run, so there is nothing to join"
    plan = Plan(str(inputs.get("owner")), refusals=(Refusal("no-collaboration", str(inputs.get("account")), text),))
    MEMORY.proceedings.planned(resource_name(MEMBERSHIP.title, str(key)), not_known_yet())
    return computed_inputs(plan, plan.refusals)


def _own_collaboration(desired: DesiredMembership) -> str:
    """Return the key of the collaboration if this process governs it, else nothing."""
    governed = None if desired.foreign else MEMORY.collaboration(desired.collaboration or "")
    return governed.desired.key if governed else ""


def _assess(desired: DesiredMembership, access: Access, olds: Properties) -> MembershipAssessment | None:
    recorded_id = f"{olds['collaboration']}/{olds['account']}" if olds.get("collaboration") else ""
    if recorded_id and recorded_id != membership_resource_id(desired):
        return other_membership(desired, recorded_id)
    # Only where the program makes the membership wait for its collaboration is that one planned, and carried out, before it.
    governed = None if desired.foreign else MEMORY.collaboration(desired.collaboration or "")
    reads = MEMORY.reads(desired.owner, access, desired.region)
    return membership_in_turn(desired, reads, MEMORY.today, may_write=access.write is not None, governed=governed)


def _held_to_review(found: MembershipAssessment | None) -> MembershipAssessment | None:
    if found is None:
        return None
    key = found.desired.key
    plan = held_to_review(found.plan, resource_name(MEMBERSHIP.title, key), found.desired.owner, f"memberships.{key}")
    return found if plan is found.plan else replace(found, plan=plan, decision=Decision(Outcome.REFUSED))


def _prepare(props: Properties) -> tuple[DesiredMembership, Access]:
    try:
        prepared = _parse(own(props, MembershipProvider.computed))
    except InvalidInput as invalid:
        halt(str(invalid))
    stop_if_refused(props)
    return prepared


def _advance(desired: DesiredMembership, access: Access, props: Properties) -> Properties:
    resource = resource_name(MEMBERSHIP.title, desired.key)
    done: list[str] = []

    def tell_done(line: str) -> None:
        done.append(line)
        MEMORY.proceedings.did(resource, line)
        tell(Remark("done", desired.key, line))

    member = Member(
        port=MEMORY.port(desired.owner, access, desired.region, mandate_of(desired.owner, "memberships", props)),
        today=MEMORY.today,
        tell=tell_done,
        may_write=access.write is not None,
    )
    try:
        report = advance_membership(desired, reviewed_by_check(props, resource, desired.owner), member)
    except GovernanceError as error:
        MEMORY.membership_has_changed(desired.collaboration or "", desired.account)
        if is_out_of_reach(error):
            MEMORY.proceedings.out_of_reach(resource, str(error))
        halt(str(error))
    MEMORY.membership_has_changed(desired.collaboration or "", desired.account)
    left = MembershipAssessment(desired, report.plan, report.decision, report.seen, member.may_write)
    MEMORY.remember_membership(left)
    MEMORY.proceedings.ended(resource, of_membership(left, _own_collaboration(desired)))
    if done:
        _note_what_follows(desired.collaboration or "")
    for line in (*report.plan.remarks, *report.decision.remarks):
        tell(line)
    outputs = {**own(props), **_record(desired, report.seen, report.outcome)}
    stop_half_done(membership_resource_id(desired), props, outputs, _reasons(report))
    return outputs


def _note_what_follows(collaboration_id: str) -> None:
    """Have the summary say so if a collaboration waited for what a membership did: the run does not come back to it."""
    left = MEMORY.collaboration(collaboration_id)
    since = collaboration_since(left, MEMORY.joined(collaboration_id), MEMORY.today) if left else None
    if since and not MEMORY.trouble():
        MEMORY.proceedings.ended(resource_name(COLLABORATION.title, since.desired.key), of_collaboration_since(since))


def _reasons(report: MembershipReport) -> list[str]:
    return [report.failure] if report.failure else [refusal.message for refusal in report.plan.refusals]


def _record(desired: DesiredMembership, seen: Invitation | None, outcome: Outcome) -> dict[str, Any]:
    """Return the outputs that are not inputs."""
    membership = seen.membership if seen else None
    id_, status = (membership.id, membership.status) if membership else ("", "")
    return {
        "membership": id_,
        "status": status,
        "digest": fingerprint("membership", desired.collaboration, desired.account, id_, status),
        "outcome": str(outcome),
    }
