"""Carrying out what a collaboration is beside its members, over boto3 against the embedded service."""

from dataclasses import replace

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.errors import Refused
from cleanrooms_governance.model import Collaboration
from cleanrooms_governance.tagging import KEYS_TAG, OWNER_TAG
from tests.unit.core.builders import BANK, CREATOR, collaboration, member, stack_file, wanted_member
from tests.unit.core.governed import Crash, Governed, Service, crashing_after, create, create_from_file

WANTED = stack_file(wanted_member(BANK), name="Sales 2026", description="Campaign", tags={"team": "sales", "cost": "17"})


@pytest.fixture
def governed(service: Service) -> Governed:
    return create(service, collaboration(member(BANK)))


def shown(live: Collaboration) -> tuple[str, str, dict[str, str]]:
    return live.name, live.description, {key: value for key, value in live.tags.items() if key not in (OWNER_TAG, KEYS_TAG)}


def test_name_description_and_tags_come_about_in_two_calls(service: Service, governed: Governed) -> None:
    assert ["UpdateCollaboration", "TagResource"] == governed.writes_of(WANTED)
    assert ("Sales 2026", "Campaign", {"team": "sales", "cost": "17"}) == shown(governed.live)
    assert [
        "set the name and description of the collaboration",
        "tagged the collaboration: cost=17, team=sales",
    ] == governed.told
    assert [] == governed.writes_of(WANTED)


def test_only_what_differs_is_sent(service: Service, governed: Governed) -> None:
    governed.run(WANTED)
    before = service.app.journal.last
    governed.run(replace(WANTED, description=""))
    (update,) = service.app.journal.entries(before, operation="UpdateCollaboration")
    assert {"collaborationIdentifier": governed.id, "description": ""} == update.parameters
    assert "" == governed.live.description


def test_a_tag_that_is_not_declared_any_more_goes_and_those_of_others_stay(governed: Governed) -> None:
    governed.run(WANTED)
    governed.service.console(CREATOR).tag_resource(resourceArn=governed.live.arn, tags={"theirs": "1"})
    governed.run(replace(WANTED, tags={"team": "legal"}))
    assert {"team": "legal", "theirs": "1"} == shown(governed.live)[2]


def test_everything_that_is_fixed_at_creation_is_sent_then(service: Service) -> None:
    encryption = dict.fromkeys(
        ("allowCleartext", "allowDuplicates", "allowJoinsOnColumnsWithDifferentNames", "preserveNulls"), True
    )
    desired = replace(
        WANTED,
        query_log=True,
        job_log=True,
        metrics=True,
        encryption=encryption,
        result_regions=frozenset({"eu-west-1", "eu-west-3"}),
        analytics_engine="SPARK",
    )
    governed = create_from_file(service, desired)
    live = governed.live
    assert (True, True, True, encryption) == (live.query_log, live.job_log, live.metrics, live.encryption)
    assert (frozenset({"eu-west-1", "eu-west-3"}), "SPARK") == (live.result_regions, live.analytics_engine)
    assert ("Sales 2026", "Campaign", {"team": "sales", "cost": "17"}) == shown(live)
    report = governed.run(desired)
    assert (Outcome.CONVERGED, (), ()) == (report.outcome, report.plan.changes, report.plan.remarks)
    assert ["CreateCollaboration"] == service.written()


def test_a_lost_answer_to_an_update_is_made_up_for(service: Service, governed: Governed) -> None:
    service.fail(FaultRule(kind=FaultKind.DROP_AFTER, operation="UpdateCollaboration", times=1))
    report = governed.run(WANTED)
    assert (Outcome.CONVERGED, "") == (report.outcome, report.failure)


def test_a_run_that_dies_after_renaming_is_finished_by_the_next_one_without_its_state(
    service: Service, governed: Governed
) -> None:
    with crashing_after(service, "UpdateCollaboration"), pytest.raises(Crash):
        governed.run(WANTED)
    again = create_from_file(service, WANTED)
    assert governed.id == again.id
    again.run(WANTED)
    assert ("Sales 2026", "Campaign", {"team": "sales", "cost": "17"}) == shown(again.live)


def test_the_file_has_a_new_name_and_the_state_is_lost_and_still_nothing_is_made_twice(
    service: Service, governed: Governed
) -> None:
    before = service.app.journal.last
    assert governed.id == create_from_file(service, replace(WANTED, name="Another name")).id
    assert [] == service.written(before)


def test_a_name_that_somebody_else_keeps_setting_is_given_up_with_the_reason(service: Service, governed: Governed) -> None:
    def renamed_back() -> None:
        service.console(CREATOR).update_collaboration(collaborationIdentifier=governed.id, name="Theirs")

    service.before_calls.append(lambda called: renamed_back() if called == "GetCollaboration" else None)
    try:
        report = governed.run(replace(WANTED, description=None, tags=None))
    finally:
        service.before_calls.pop()
    assert Outcome.FAILED == report.outcome
    assert "maybe somebody else sets it to another value all the time" in report.failure


def test_a_denied_update_says_so_and_nothing_else_is_written(service: Service, governed: Governed) -> None:
    service.fail(FaultRule(kind=FaultKind.ERROR, operation="UpdateCollaboration", code="AccessDeniedException"))
    before = service.app.journal.last
    report = governed.run(WANTED)
    assert Outcome.FAILED == report.outcome
    assert "UpdateCollaboration" in report.failure
    assert ["UpdateCollaboration"] == service.written(before)


def test_a_former_key_is_replaced_in_the_tag_and_nothing_is_made(service: Service) -> None:
    old = create(service, collaboration(member(BANK), name="selling"), owner="acme/prod/selling")
    desired = stack_file(wanted_member(BANK), name="sales", former_owners=frozenset({"acme/prod/selling"}))
    governed = create_from_file(service, desired)
    assert old.id == governed.id
    assert ["TagResource", "UpdateCollaboration"] == governed.writes_of(desired)
    assert ("sales", "acme/prod/sales") == (governed.live.name, governed.live.tags[OWNER_TAG])
    assert [] == governed.writes_of(replace(desired, former_owners=frozenset()))


def test_a_plan_that_was_reviewed_for_another_name_is_not_carried_out(service: Service, governed: Governed) -> None:
    reviewed = governed.reviewed(WANTED)
    other = replace(WANTED, name="Something else")
    with pytest.raises(Refused, match="not in the reviewed plan: rename the collaboration to 'Something else'"):
        governed.run(other, reviewed)
    assert ("Sales", "", {}) == shown(governed.live)
