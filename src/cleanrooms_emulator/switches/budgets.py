"""What is unknown about privacy budgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cleanrooms_emulator.switches.reading import switch


@dataclass(frozen=True, kw_only=True)
class BudgetReadings:
    """How budgets are counted, renewed and reset."""

    calendar_default_refresh: Literal["DISABLED", "ENABLED"] = switch(
        "DISABLED",
        meaning="autoRefresh left out of a calendar budget parameter: DISABLED, or ENABLED.",
        known="The member is optional; the console offers the automatic refresh preselected.",
        source="model, BudgetParameter; service guide, adding a data access budget",
    )
    privacy_default_refresh: Literal["NONE", "CALENDAR_MONTH"] = switch(
        "NONE",
        meaning="autoRefresh left out of a differential privacy template: NONE, or CALENDAR_MONTH.",
        known="Optional in the request and required in the answer; the console asks for it.",
        source="model, CreatePrivacyBudgetTemplateInput and PrivacyBudgetTemplate",
    )
    access_template_auto_refresh: Literal["400", "accept"] = switch(
        "400",
        meaning="autoRefresh CALENDAR_MONTH on an access budget template: ValidationException, or accepted, shown and inert.",
        known="The member is described for differential privacy only; access budgets have one for each parameter.",
        source="model, CreatePrivacyBudgetTemplateInput and BudgetParameter",
    )
    lifetime_auto_refresh: Literal["400", "ignore"] = switch(
        "400",
        meaning="autoRefresh on a LIFETIME budget parameter: ValidationException, or ignored.",
        known="A budget shows null there; what happens to a given value is not said.",
        source="model, AccessBudgetDetails",
    )
    first_period_start: Literal["creation", "boundary"] = switch(
        "creation",
        meaning="startTime of a calendar budget's first period: when the budget was made, or where its calendar period began.",
        known="The start of the period, required in the answer.",
        source="model, AccessBudgetDetails",
    )
    calendar_disabled_after_period: Literal["remainder", "nothing"] = switch(
        "remainder",
        meaning="A calendar budget with autoRefresh DISABLED after its period: what was left stays usable, or nothing does.",
        known="The budget must be refreshed manually.",
        source="model, AccessBudgetDetails",
    )
    equal_update_resets: Literal["yes", "no"] = switch(
        "yes",
        meaning="Updating an access budget with the values it has: the balance is reset all the same, or untouched.",
        known="Editing a data access budget resets its balance; nothing is said about equal values.",
        source="service guide, editing a data access budget",
    )
    lifetime_reset_on_update: Literal["yes", "no"] = switch(
        "yes",
        meaning="Updating an access budget: its LIFETIME part is reset too, or what was used of it stays used.",
        known="Editing a data access budget resets its balance; the parts are not mentioned apart.",
        source="service guide, editing a data access budget",
    )
    epsilon_decrease_after_use: Literal["409", "400"] = switch(
        "409",
        meaning="Lowering epsilon after the budget was used: ConflictException INVALID_STATE, or ValidationException.",
        known="Epsilon cannot be lowered once queries were run; the error is not documented.",
        source="service guide, differential privacy policy",
    )
    receiver_privacy_template: Literal["400", "accept"] = switch(
        "400",
        meaning="A differential privacy template of a member that can receive results: ValidationException, or accepted.",
        known="Whoever can receive results cannot protect its own tables with differential privacy; "
        "templates are not mentioned.",
        source="service guide, differential privacy",
    )
    association_deletion_takes_template: Literal["yes", "no"] = switch(
        "yes",
        meaning="Deleting a table that has an access budget: the template is deleted with it, or stays until it is deleted.",
        known="Not documented.",
        source="model, DeleteConfiguredTableAssociation",
    )
    removed_member_templates: Literal["hidden", "kept"] = switch(
        "hidden",
        meaning="Templates of a member that was removed: only the member itself still sees them and they have no effect, "
        "or they go on as before.",
        known="A membership that holds resources cannot be deleted; what removal does to budgets is not documented.",
        source="service guide, removing a member",
    )
    budget_refund: Literal["no", "yes"] = switch(
        "no",
        meaning="An analysis that fails or is cancelled: what it took from access budgets stays taken, or is given back.",
        known="Each use reduces the budget by one; failed and cancelled ones are not mentioned.",
        source="service guide, configuring data access budgets",
    )
