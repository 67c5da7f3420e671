"""Privacy budget templates of a membership: Create, Get, List, Update and DeletePrivacyBudgetTemplate.

A template has its budget from the first moment on; how its state is kept says `views`.
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.budgets import balances, differential_privacy, template_rules
from cleanrooms_emulator.handlers.budgets.lookup import (
    ACCESS_BUDGET,
    access_template,
    privacy_template,
    resource_of,
    templates_in_force,
)
from cleanrooms_emulator.handlers.memberships.own_memberships import collaboration_of, moment_in
from cleanrooms_emulator.handlers.refusals import (
    COLLABORATION,
    CONFIGURED_TABLE_ASSOCIATION,
    MEMBERSHIP,
    already_exists,
    invalid_configuration,
    not_found,
)
from cleanrooms_emulator.handlers.tables import directory
from cleanrooms_emulator.handlers.tables.own_resources import (
    active_membership,
    children_of,
    find_child,
    missing,
    new_child,
    oldest_first,
)
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

_KIND = kinds.PRIVACY_BUDGET_TEMPLATE


@operation("CreatePrivacyBudgetTemplate")
def create_template(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Limit the use of one table of the caller, or set the collaboration's differential privacy policy."""
    membership = active_membership(ctx, params["membershipIdentifier"])
    budget_type = params["privacyBudgetType"]
    given = template_rules.parameters_for(budget_type, params["parameters"])
    refresh = template_rules.template_refresh(ctx, budget_type, params.get("autoRefresh"))
    child = new_child(ctx, membership, "privacybudgettemplate")
    if budget_type == ACCESS_BUDGET:
        parameters, budget = _new_access_budget(ctx, membership, given, child["createTime"])
    else:
        parameters, budget = _new_privacy_budget(ctx, membership, given, refresh, child["createTime"])
    template = {
        **child,
        "creatorAccountId": ctx.account,
        "privacyBudgetType": budget_type,
        "autoRefresh": refresh,
        "parameters": parameters,
        "_budget": {"id": ctx.new_id(), "updateTime": child["createTime"], **budget},
    }
    tags.attach(ctx, template["arn"], params.get("tags"))
    ctx.store.put(_KIND, template["id"], template)
    return {"privacyBudgetTemplate": template}


@operation("GetPrivacyBudgetTemplate")
def get_template(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one template of the caller's membership."""
    return {"privacyBudgetTemplate": _own_template(ctx, params)}


@operation("ListPrivacyBudgetTemplates")
def list_templates(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the templates of the caller's membership, oldest first (the order is an assumption)."""
    return paginate(
        ctx,
        children_of(ctx, _KIND, params["membershipIdentifier"]),
        params,
        result_key="privacyBudgetTemplateSummaries",
        key=oldest_first,
        operation="ListPrivacyBudgetTemplates",
    )


@operation("UpdatePrivacyBudgetTemplate")
def update_template(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Change the parameters; refresh setting and table of a template are fixed (they are not in the input)."""
    active_membership(ctx, params["membershipIdentifier"])
    found = _own_template(ctx, params)
    budget_type = params["privacyBudgetType"]
    if budget_type != found["privacyBudgetType"]:
        raise invalid_configuration("privacyBudgetType", f"The template is of type {found['privacyBudgetType']}")
    template = {**found, "updateTime": moment_in(ctx, found)}
    if params.get("parameters") is not None:
        given = template_rules.parameters_for(budget_type, params["parameters"])
        change = _with_access_budget if budget_type == ACCESS_BUDGET else _with_privacy_parameters
        template = change(ctx, template, given)
    ctx.store.put(_KIND, template["id"], template)
    return {"privacyBudgetTemplate": template}


@operation("DeletePrivacyBudgetTemplate")
def delete_template(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Delete a template: use of its table is unlimited, or tables with differential privacy cannot be queried.

    Assumption, switch repeatedDelete: one that is gone is not found.
    """
    template = _find_own(ctx, params)
    if template is None:
        return missing(ctx, _no_template(params))
    _remove(ctx, template)
    return {}


def forget_resource(ctx: Context, arn: str) -> None:
    """An association or intermediate table is gone, its access budget with it.

    Assumption, switch associationDeletionTakesTemplate.
    """
    if ctx.switches.association_deletion_takes_template == "no":
        return
    for template in list(ctx.store.all(_KIND)):
        if resource_of(template) == arn:
            _remove(ctx, template)


def _find_own(ctx: Context, params: dict[str, Any]) -> Document | None:
    return find_child(ctx, _KIND, params["membershipIdentifier"], params["privacyBudgetTemplateIdentifier"])


def _own_template(ctx: Context, params: dict[str, Any]) -> Document:
    template = _find_own(ctx, params)
    if template is None:
        raise _no_template(params)
    return template


def _no_template(params: dict[str, Any]) -> ServiceError:
    id = params["privacyBudgetTemplateIdentifier"]
    message = f"Membership {params['membershipIdentifier']} has no privacy budget template {id}"
    return not_found(MEMBERSHIP, id, message)


def _new_access_budget(
    ctx: Context, membership: Document, given: dict[str, Any], moment: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    parameters = template_rules.budget_parameters(ctx, given["budgetParameters"])
    arn = given["resourceArn"]
    resource = directory.find_resource(ctx, arn)
    if resource is None or resource["membershipId"] != membership["id"]:
        raise not_found(CONFIGURED_TABLE_ASSOCIATION, arn, f"Membership {membership['id']} has no table {arn}")
    if access_template(ctx, arn) is not None:
        raise already_exists(CONFIGURED_TABLE_ASSOCIATION, resource["id"], f"Table {arn} has an access budget already")
    in_force = templates_in_force(ctx, membership["collaborationId"])
    count = sum(each["privacyBudgetType"] == ACCESS_BUDGET for each in in_force)
    quotas.ensure_within(ctx.store, quotas.ACCESS_BUDGET_TEMPLATES, count + 1)
    balance = balances.opened(parameters, moment, ctx.switches.first_period_start)
    return {"accessBudget": {"budgetParameters": parameters, "resourceArn": arn}}, {"balance": balance}


def _new_privacy_budget(
    ctx: Context, membership: Document, given: dict[str, Any], refresh: str, moment: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    collaboration = collaboration_of(ctx, membership)
    template_rules.check_provider(ctx, collaboration)
    present = privacy_template(ctx, collaboration["id"])
    if present is not None:
        raise already_exists(
            COLLABORATION,
            collaboration["id"],
            f"Account {present['_account']} has set the collaboration's differential privacy policy already",
        )
    return {"differentialPrivacy": given}, {"spending": differential_privacy.opened(refresh, moment)}


def _with_access_budget(ctx: Context, template: Document, given: dict[str, Any]) -> Document:
    """The template with other budget parameters in place of all its old ones, and its balance reset.

    Sources: model, AccessBudgetsPrivacyTemplateUpdateParameters; service guide, editing a data access budget;
    switches equalUpdateResets and lifetimeResetOnUpdate.
    """
    parameters = template_rules.budget_parameters(ctx, given["budgetParameters"])
    old = template["parameters"]["accessBudget"]
    if ctx.switches.equal_update_resets == "no" and _by_type(parameters) == _by_type(old["budgetParameters"]):
        return template
    moment, first_start = template["updateTime"], ctx.switches.first_period_start
    if ctx.switches.lifetime_reset_on_update == "yes":
        balance = balances.opened(parameters, moment, first_start)
    else:
        balance = balances.reopened(parameters, template["_budget"]["balance"], moment, first_start)
    return {
        **template,
        "parameters": {"accessBudget": {**old, "budgetParameters": parameters}},
        "_budget": {**template["_budget"], "balance": balance, "updateTime": moment},
    }


def _with_privacy_parameters(ctx: Context, template: Document, given: dict[str, Any]) -> Document:
    """The template with some of epsilon and noise changed (model, DifferentialPrivacyTemplateUpdateParameters)."""
    named = {name: value for name, value in given.items() if value is not None}
    parameters = {**template["parameters"]["differentialPrivacy"], **named}
    template_rules.check_epsilon(ctx, template, parameters)
    budget = {**template["_budget"], "updateTime": template["updateTime"]}
    return {**template, "parameters": {"differentialPrivacy": parameters}, "_budget": budget}


def _by_type(parameters: list[balances.Parameter]) -> dict[str, balances.Parameter]:
    return {parameter["type"]: parameter for parameter in parameters}


def _remove(ctx: Context, template: Document) -> None:
    ctx.store.delete(_KIND, template["id"])
    tags.detach(ctx, template["arn"])
