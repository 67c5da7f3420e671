"""The PrivacyBudgetTemplate provider: one privacy budget of a membership, made after that has joined and never deleted."""

from dataclasses import replace
from typing import Any

from pulumi.dynamic import CreateResult, ReadResult, UpdateResult

from cleanrooms_governance.assessment.budgets import BudgetAssessment, budget_resource_id, other_budget
from cleanrooms_governance.assessment.in_turn import budget_in_turn
from cleanrooms_governance.assessment.kinds import resource_name
from cleanrooms_governance.assessment.refusing import computed_inputs
from cleanrooms_governance.assessment.standing import not_known_yet, of_budget
from cleanrooms_governance.assessment.telling import BUDGET_NOT_KNOWN_YET, budget_lines
from cleanrooms_governance.budgets.advance_budget import BudgetOwner, advance_budget
from cleanrooms_governance.budgets.plan_budget import plan_budget, standing
from cleanrooms_governance.budgets.reading import read_budget
from cleanrooms_governance.budgets.seen_budget import SeenBudget
from cleanrooms_governance.change_requests.absences import is_out_of_reach
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.desired import Access
from cleanrooms_governance.errors import Finding, GovernanceError, InvalidInput
from cleanrooms_governance.fingerprint import fingerprint
from cleanrooms_governance.planning.plan import Plan, Refusal, Remark
from cleanrooms_governance.privacy_budgets import AccessParameters, BudgetTemplate, DesiredBudgetTemplate, PrivacyParameters
from cleanrooms_governance.settings.budget_inputs import parse_budget_inputs
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
from cleanrooms_providers.properties import COLLABORATION, PRIVACY_BUDGET


class PrivacyBudgetTemplateProvider(GovernedProvider):
    """A privacy budget. The resource's id is ``<collaboration id>/<account>/<name>``, also while it waits."""

    kind = PRIVACY_BUDGET.name
    title = PRIVACY_BUDGET.title
    computed = PRIVACY_BUDGET.computed
    recorded = PRIVACY_BUDGET.recorded

    def plan(self, olds: Properties, inputs: Properties) -> Properties | None:
        """Plan to create or change; not known while the account has yet to join in this run."""
        if not inputs.get("collaboration") and MEMORY.proceedings.has_stopped(COLLABORATION.name):
            return _without_collaboration(inputs)
        desired, access = _parse(inputs)
        MEMORY.read_ahead(desired.owner)
        found = _held_to_review(_assess(desired, access, olds))
        if found is None:
            tell(Remark("plan", desired.account, BUDGET_NOT_KNOWN_YET))
            MEMORY.proceedings.planned(_resource(desired), not_known_yet())
            return None
        MEMORY.remember_budget(found)
        MEMORY.proceedings.planned(_resource(desired), of_budget(found, desired.key))
        note_unreadable(desired.owner, found.refusals)
        if found.seen and found.seen.template and not olds:
            text = f"found: {label(desired.account, desired.names)} has such a template already, nothing is created"
            tell(Remark("found", desired.account, text))
        for line in budget_lines(found):
            tell(line)
        return computed_inputs(found.plan, found.refusals)

    def has_work(self, owner: str, outputs: Properties) -> bool | None:
        """Compare the outputs with what check found."""
        found = MEMORY.budget(owner)
        if found is None:
            return None
        if found.refusals or found.can_act:
            return True
        now = _record(found.seen, found.outcome)
        reason = outdated_outcome(outputs, now["outcome"])
        if not reason and differing(outputs, now, ("digest",)):
            reason = "the template has changed since this was recorded" if now["template"] else "there is no such template"
        if reason:
            tell(Remark("record", found.desired.account, f"record: {reason}"))
        return bool(reason)

    @noting_failure
    @without_traceback
    def create(self, props: Properties) -> CreateResult:
        """Adopt or create the template; otherwise record that it waits for its membership or its table."""
        desired, access = _prepare(props)
        return CreateResult(budget_resource_id(desired), _advance(desired, access, props))

    @noting_failure
    @without_traceback
    def update(self, id_: str, olds: Properties, news: Properties) -> UpdateResult:
        """Change the template as far as is possible now."""
        desired, access = _prepare(news)
        return UpdateResult(_advance(desired, access, news))

    @without_traceback
    def read(self, id_: str, props: Properties) -> ReadResult:
        """Return what is live; a budget that waits is there, and says so."""
        inputs = inputs_of(props, self.recorded)
        try:
            desired, access = _parse(own(inputs, self.computed))
            reads = MEMORY.reads(desired.owner, access, desired.region)
            seen = read_budget(desired, reads, reads.memberships())
        except GovernanceError as error:
            halt(str(error))
        record = _record(seen, standing(plan_budget(desired, seen)))
        MEMORY.remember_refresh(id_, moved=differing(props, record, ("digest",)))
        live = {key: value for key, value in record["live"].items() if key in inputs}
        return ReadResult(id_, {**own(props, self.recorded), **record}, {**inputs, **live})


def _parse(inputs: Properties) -> tuple[DesiredBudgetTemplate, Access]:
    desired, access = parse_budget_inputs(inputs)
    if desired.collaboration is None:
        text = "is missing: give the collaboration's id, or the `id` of the Collaboration resource that this program governs"
        raise InvalidInput((Finding("collaboration", text),))
    return desired, access


def _resource(desired: DesiredBudgetTemplate) -> str:
    return resource_name(PRIVACY_BUDGET.title, f"{desired.key}/{desired.name}")


def _without_collaboration(inputs: Properties) -> Properties:
    """Refuse what depends on a collaboration that this run failed to create; see the same of memberships."""
    key = str(inputs.get("key"))
    text = f"memberships.{key}: its collaboration could not be created in this run, so there is nothing to protect"
    plan = Plan(str(inputs.get("owner")), refusals=(Refusal("no-collaboration", str(inputs.get("account")), text),))
    MEMORY.proceedings.planned(resource_name(PRIVACY_BUDGET.title, key), not_known_yet())
    return computed_inputs(plan, plan.refusals)


def _assess(desired: DesiredBudgetTemplate, access: Access, olds: Properties) -> BudgetAssessment | None:
    recorded_id = f"{olds['collaboration']}/{olds['account']}/{desired.name}" if olds.get("collaboration") else ""
    if recorded_id and recorded_id != budget_resource_id(desired):
        return other_budget(desired, recorded_id)
    reads = MEMORY.reads(desired.owner, access, desired.region)
    is_open = MEMORY.is_open_membership(desired.collaboration or "", desired.account)
    return budget_in_turn(desired, reads, may_write=access.write is not None, membership_is_open=is_open)


def _held_to_review(found: BudgetAssessment | None) -> BudgetAssessment | None:
    if found is None:
        return None
    plan = held_to_review(found.plan, _resource(found.desired), found.desired.owner, found.desired.path)
    return found if plan is found.plan else replace(found, plan=plan, outcome=Outcome.REFUSED)


def _prepare(props: Properties) -> tuple[DesiredBudgetTemplate, Access]:
    try:
        prepared = _parse(own(props, PrivacyBudgetTemplateProvider.computed))
    except InvalidInput as invalid:
        halt(str(invalid))
    stop_if_refused(props)
    return prepared


def _advance(desired: DesiredBudgetTemplate, access: Access, props: Properties) -> Properties:
    resource = _resource(desired)

    def tell_done(line: str) -> None:
        MEMORY.proceedings.did(resource, line)
        tell(Remark("done", desired.name, line))

    mandate = replace(mandate_of(desired.owner, "memberships", props), key=desired.path)
    owner = BudgetOwner(
        port=MEMORY.port(desired.owner, access, desired.region, mandate),
        sleep=MEMORY.sleep,
        tell=tell_done,
        may_write=access.write is not None,
    )
    try:
        report = advance_budget(desired, reviewed_by_check(props, resource, desired.owner), owner)
    except GovernanceError as error:
        MEMORY.membership_has_changed(desired.collaboration or "", desired.account)
        if is_out_of_reach(error):
            MEMORY.proceedings.out_of_reach(resource, str(error))
        halt(str(error))
    MEMORY.membership_has_changed(desired.collaboration or "", desired.account)
    left = BudgetAssessment(desired, report.plan, report.outcome, report.seen, owner.may_write)
    MEMORY.proceedings.ended(resource, of_budget(left, desired.key))
    for line in report.plan.remarks:
        tell(line)
    outputs = {**own(props), **_record(report.seen, report.outcome)}
    reasons = [report.failure] if report.failure else [refusal.message for refusal in report.plan.refusals]
    stop_half_done(budget_resource_id(desired), props, outputs, reasons)
    return outputs


def _record(seen: SeenBudget | None, outcome: Outcome) -> dict[str, Any]:
    """Return the outputs that are not inputs."""
    template = seen.template if seen else None
    live = _live_document(template) if template else {}
    id_ = template.id if template else ""
    return {"template": id_, "live": live, "digest": fingerprint("budget", id_, live), "outcome": str(outcome)}


def _live_document(template: BudgetTemplate) -> dict[str, Any]:
    """Return a template as outputs show it, by the keys of the stack file."""
    document: dict[str, Any] = {"type": template.type}
    match template.parameters:
        case PrivacyParameters(epsilon, users_noise):
            document |= {"epsilon": epsilon, "usersNoisePerQuery": users_noise, "autoRefresh": template.auto_refresh}
        case AccessParameters(_, allowances):
            document["budgets"] = [
                {"type": str(period), "budget": each.uses, **({"autoRefresh": each.auto_refresh} if each.auto_refresh else {})}
                for period, each in allowances.items()
            ]
    return document
