"""What we hold for the service's own rules is what the installed service models say."""

import re
from typing import Any

import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleanrooms_governance.model import AUTO_APPROVABLE_TYPES, KNOWN_ABILITIES, ChangeType
from cleanrooms_governance.privacy_budgets import AutoRefresh, BudgetType, Period, TemplateRefresh
from cleanrooms_governance.settings import budget_checks, budget_sections, text_shapes
from cleanrooms_governance.settings.text_shapes import TextShape

CLEAN_ROOMS = botocore.session.get_session().get_service_model("cleanrooms")
STS = botocore.session.get_session().get_service_model("sts")

EXACT = [
    text_shapes.COLLABORATION_NAME,
    text_shapes.DISPLAY_NAME,
    text_shapes.DESCRIPTION,
    text_shapes.COLLABORATION_ID,
    text_shapes.REQUEST_ID,
    text_shapes.BUCKET,
    text_shapes.KEY_PREFIX,
    text_shapes.RESULT_ROLE,
    text_shapes.EXTERNAL_ID,
    text_shapes.BUDGETED_TABLE,
]
MEASURED = [*EXACT, text_shapes.ACCESS_ROLE, text_shapes.TAG_KEY, text_shapes.TAG_VALUE]
SAMPLES = [
    "",
    " ",
    "\t",
    "\n",
    "a",
    "Retail media",
    "a\nb",
    "a\x07b",
    "é",
    "0a1b2c3d-0000-4000-8000-111122223333",
    "0A1B2C3D-0000-4000-8000-111122223333",
    "retail-results",
    "retail.results",
    "retail..results",
    "-retail",
    "10.0.0.1",
    "1.2.3",
    "1.2.a",
    "Retail_Results",
    "rm/2027/",
    "rm?",
    "arn:aws:iam::111122223333:role/cleanrooms-results",
    "arn:aws:iam::111122223333:role/path/to/results",
    "arn:aws:iam::111122223333:user/results-of-the-year",
    "a1,b2@c3:d4/e5",
    "arn:aws:cleanrooms:eu-west-1:111122223333:membership/m-1/configuredtableassociation/t-1",
    "arn:aws:cleanrooms:eu-west-1:111122223333:membership/m-1/intermediatetable/t-1",
    "arn:aws:cleanrooms:eu-west-1:111122223333:configuredtableassociation/m-1/t-1",
]


def modelled(shape: TextShape) -> Any:
    service = STS if shape in (text_shapes.EXTERNAL_ID, text_shapes.ACCESS_ROLE) else CLEAN_ROOMS
    return service.shape_for(shape.shape)


@pytest.mark.parametrize("shape", MEASURED, ids=lambda shape: shape.shape)
def test_lengths_are_those_of_the_service_model(shape: TextShape) -> None:
    limits = modelled(shape).metadata
    assert (limits["min"], limits["max"]) == (shape.least, shape.most)


@pytest.mark.parametrize("shape", EXACT, ids=lambda shape: shape.shape)
@pytest.mark.parametrize("text", SAMPLES, ids=repr)
def test_a_sample_is_taken_just_when_the_service_model_takes_it(shape: TextShape, text: str) -> None:
    pattern = re.compile(modelled(shape).metadata["pattern"], re.ASCII)
    assert bool(pattern.fullmatch(text)) == bool(shape.pattern.fullmatch(text))


@pytest.mark.parametrize("shape", EXACT, ids=lambda shape: shape.shape)
@settings(max_examples=40)
@given(text=st.text(st.characters(codec="ascii"), max_size=40) | st.from_regex(r"[a-z0-9.-]{1,12}", fullmatch=True))
def test_any_ascii_text_is_taken_just_when_the_service_model_takes_it(shape: TextShape, text: str) -> None:
    pattern = re.compile(modelled(shape).metadata["pattern"], re.ASCII)
    assert bool(pattern.fullmatch(text)) == bool(shape.pattern.fullmatch(text))


@pytest.mark.parametrize(
    ("shape", "values"),
    [
        ("MemberAbility", KNOWN_ABILITIES),
        ("CustomMLMemberAbility", text_shapes.ML_ABILITIES),
        ("ChangeType", ChangeType),
        ("AutoApprovedChangeType", AUTO_APPROVABLE_TYPES),
        ("ResultFormat", text_shapes.RESULT_FORMATS),
        ("SupportedS3Region", text_shapes.RESULT_REGIONS),
        ("AnalyticsEngine", text_shapes.ANALYTICS_ENGINES),
        ("PrivacyBudgetType", BudgetType),
        ("AccessBudgetType", Period),
        ("AutoRefreshMode", AutoRefresh),
        ("PrivacyBudgetTemplateAutoRefresh", TemplateRefresh),
    ],
)
def test_values_are_those_of_the_service_model(shape: str, values: Any) -> None:
    assert set(CLEAN_ROOMS.shape_for(shape).enum) == {str(value) for value in values}


@pytest.mark.parametrize(
    ("shape", "least", "most"),
    [
        ("Epsilon", budget_sections.LEAST_EPSILON, budget_sections.MOST_EPSILON),
        ("UsersNoisePerQuery", budget_sections.LEAST_NOISE, budget_sections.MOST_NOISE),
        ("Budget", 0, budget_sections.MOST_USES),
        ("BudgetParameters", 1, budget_checks.MOST_AMOUNTS),
    ],
)
def test_limits_of_budgets_are_those_of_the_service_model(shape: str, least: int, most: int) -> None:
    limits = CLEAN_ROOMS.shape_for(shape).metadata
    assert (limits["min"], limits["max"]) == (least, most)


def test_the_settings_of_an_encryption_are_those_that_the_service_model_requires() -> None:
    assert set(CLEAN_ROOMS.shape_for("DataEncryptionMetadata").required_members) == set(text_shapes.ENCRYPTION_SETTINGS)


def test_a_name_may_hold_characters_beyond_the_basic_plane() -> None:
    assert "" == text_shapes.COLLABORATION_NAME.objection("Retail 🛒")
