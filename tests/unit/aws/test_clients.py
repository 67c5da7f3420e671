from typing import Any

import pytest

from cleanrooms_governance.aws.clients import CLEAN_ROOMS, known_regions, new_client, new_session
from cleanrooms_governance.aws.failures import IncompleteAnswer
from tests.unit.aws.wire import Script
from tests.unit.aws.world import REGION

ID = "11111111-2222-3333-4444-555555555555"


def client(answer: Any) -> Any:
    return new_client(new_session(), CLEAN_ROOMS, REGION, Script([answer]).connect)


@pytest.mark.parametrize("body", [b"", b'{"memberSummar', b"<html></html>", {}, {"memberSummaries": None}], ids=str)
def test_a_successful_answer_without_what_it_must_have_is_not_an_answer(body: Any) -> None:
    with pytest.raises(IncompleteAnswer, match="memberSummaries"):
        client(body).list_members(collaborationIdentifier=ID)


def test_an_answer_that_says_none_is_one() -> None:
    assert [] == client({"memberSummaries": []}).list_members(collaborationIdentifier=ID)["memberSummaries"]


def test_an_operation_that_answers_nothing_needs_no_body() -> None:
    assert "memberSummaries" not in client(b"").tag_resource(resourceArn="arn:aws:cleanrooms", tags={"a": "b"})


def test_a_second_session_reads_no_service_model_again() -> None:
    assert new_session().get_component("data_loader") is new_session().get_component("data_loader")


def test_the_sdk_knows_in_which_regions_the_service_is() -> None:
    assert {"eu-west-1", "us-east-1"} < set(known_regions())
