"""Constraints of a model that contradict other parts of the same model, and what is used instead.

The ARN of a configured table association has to fit where the model takes it back: BudgetedResourceArn and
SchemaResourceArn want `membership/{id}/configuredtableassociation/{id}`, up to 200 characters long. The shape it is
given out as (ConfiguredTableAssociationArn) allows 100 and another form, which two UUIDs do not even fit into, and the
shape that tags are set by (CleanroomsArn) allows 100 too.

The ARN of a privacy budget template (PrivacyBudgetTemplateArn) hangs under the membership in the service authorization
reference and in CloudFormation, which allows 200; the model's form hangs under the account and has room for 100, too
little in Regions with long names.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_CORRECTED: Mapping[str, Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "cleanrooms": {
            "CleanroomsArn": {"max": 200},
            "ConfiguredTableAssociationArn": {
                "max": 200,
                "pattern": r"arn:aws:[\w]+:[\w]{2}-[\w]{4,9}-[\d]:[\d]{12}:"
                r"membership/[\d\w-]+/configuredtableassociation/[\d\w-]+",
            },
            "PrivacyBudgetTemplateArn": {
                "max": 200,
                "pattern": r"arn:aws:[\w]+:[\w]{2}-[\w]{4,9}-[\d]:[\d]{12}:"
                r"membership/[\d\w-]+/privacybudgettemplate/[\d\w-]+",
            },
        }
    }
)


def corrected(name: str, description: dict[str, Any]) -> dict[str, Any]:
    """The service description with these shapes put right."""
    shapes = {shape: {**description["shapes"][shape], **changes} for shape, changes in _CORRECTED.get(name, {}).items()}
    return {**description, "shapes": {**description["shapes"], **shapes}}
