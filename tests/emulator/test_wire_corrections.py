"""Shapes of the model that contradict each other, and the ARNs that have to pass all of them."""

from typing import Any

import pytest
from botocore.loaders import Loader

from cleanrooms_emulator.wire.service import service
from cleanrooms_emulator.wire.validation import Validators, Violation

ID = "00000000-0000-0000-0000-000000000000"
ASSOCIATION = f"arn:aws:cleanrooms:ap-southeast-1:111122223333:membership/{ID}/configuredtableassociation/{ID}"
TEMPLATE = f"arn:aws:cleanrooms:ap-southeast-1:111122223333:membership/{ID}/analysistemplate/{ID}"


def violations(shape: str, value: str) -> list[str]:
    found: list[Violation] = []
    Validators("unixtimestamp").of(service("cleanrooms").model.shape_for(shape))(value, "arn", found)
    return [each.message for each in found]


@pytest.mark.parametrize(
    "shape", ["ConfiguredTableAssociationArn", "BudgetedResourceArn", "SchemaResourceArn", "CleanroomsArn"]
)
def test_the_arn_of_an_association_passes_wherever_it_is_used(shape: str) -> None:
    assert [] == violations(shape, ASSOCIATION)


def test_an_analysis_template_can_be_tagged_by_its_arn() -> None:
    assert [] == violations("CleanroomsArn", TEMPLATE)


@pytest.mark.parametrize("shape", ["ConfiguredTableAssociationArn", "CleanroomsArn"])
@pytest.mark.parametrize(
    "value", [ASSOCIATION.replace("aws:", "aws-cn:", 1), f"{ASSOCIATION}{'0' * 200}"], ids=["form", "length"]
)
def test_corrected_shapes_refuse_what_is_no_arn(shape: str, value: str) -> None:
    assert 1 == len(violations(shape, value))


def test_the_installed_model_still_needs_its_corrections() -> None:
    shapes: dict[str, Any] = Loader().load_service_model("cleanrooms", "service-2")["shapes"]

    assert (100, 100) == (shapes["ConfiguredTableAssociationArn"]["max"], shapes["CleanroomsArn"]["max"])
