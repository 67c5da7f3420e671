"""A resource stays with the collaboration, or the membership, that it was made for."""

from __future__ import annotations

from cleanrooms_emulator.faults import FaultKind, FaultRule
from tests.providers.conftest import Settled
from tests.providers.stacks import MEDIA, RETAILER, RETAILERS, governing

SALES = "collaboration sales"
ANOTHER = "00000000-0000-4000-8000-000000000000"


def test_an_id_that_was_edited_is_refused(settled: Settled) -> None:
    stack = settled(governing())
    stack.update()
    stack.config = governing(id=ANOTHER)
    run = stack.update()
    assert (["another-id"], "failed", []) == (run[SALES].refused, run[SALES].op, run.writes)
    assert f"this key stands for collaboration {stack.state[SALES].id}, and the file now says {ANOTHER}" in run[SALES].message


def test_an_account_that_was_edited_is_refused(settled: Settled) -> None:
    stack = settled(governing(memberships={"media": {**RETAILERS, "account": RETAILER}}))
    run = stack.update()
    assert ["another-membership"] == run["membership media"].refused
    assert ("failed", []) == (run["membership media"].op, run.writes)
    assert f"the membership {stack.state[SALES].id}/{MEDIA}, and the file now means {stack.state[SALES].id}/{RETAILER}" in (
        run["membership media"].message
    )


def test_a_collaboration_that_is_not_found_any_more_is_not_made_again(settled: Settled) -> None:
    stack = settled(governing())
    console = stack.world.console(RETAILER)
    arn = console.get_collaboration(collaborationIdentifier=stack.state[SALES].id)["collaboration"]["arn"]
    console.update_collaboration(collaborationIdentifier=stack.state[SALES].id, name="renamed")
    console.untag_resource(resourceArn=arn, tagKeys=["governed-by"])
    run = stack.update()
    assert (["lost"], "failed", []) == (run[SALES].refused, run[SALES].op, run.writes)
    assert "finds none with its tag. If the tag was taken away" in run[SALES].message


def test_a_known_collaboration_that_was_deleted_is_told_and_not_made_again(settled: Settled) -> None:
    stack = settled(governing())
    stack.update()
    stack.world.console(RETAILER).delete_collaboration(collaborationIdentifier=stack.state[SALES].id)
    run = stack.update()
    assert (["lost"], "failed", []) == (run[SALES].refused, run[SALES].op, run.writes)
    assert "it seems to be deleted. Nothing is created in its place" in run[SALES].message
    assert "`pulumi state delete`" in run[SALES].message


def test_a_known_collaboration_that_may_not_be_read_is_not_called_deleted(settled: Settled) -> None:
    stack = settled(governing())
    stack.update()
    denied = FaultRule(kind=FaultKind.ERROR, code="AccessDeniedException", operation="GetCollaboration")
    stack.world.app.faults.set([denied])
    assert ["unreadable"] == stack.preview()[SALES].refused


def test_a_collaboration_that_somebody_renamed_is_found_by_its_tag_and_gets_its_name_back(settled: Settled) -> None:
    stack = settled(governing())
    stack.world.console(RETAILER).update_collaboration(collaborationIdentifier=stack.state[SALES].id, name="renamed")
    run = stack.update()
    assert ([], "update", ["UpdateCollaboration"]) == (run[SALES].refused, run[SALES].op, run.writes)
    assert ["rename the collaboration to 'sales' (until now 'renamed')"] == run[SALES].plan


def test_a_collaboration_whose_id_is_recorded_is_found_under_any_name(settled: Settled) -> None:
    stack = settled(governing())
    stack.update()
    stack.world.console(RETAILER).update_collaboration(collaborationIdentifier=stack.state[SALES].id, name="renamed")
    assert [] == stack.preview()[SALES].refused


def test_a_stack_without_a_state_finds_what_it_has_made(settled: Settled) -> None:
    stack = settled(governing())
    ids = {name: recorded.id for name, recorded in stack.state.items()}
    stack.state.clear()
    run = stack.update()
    assert ({"create"}, []) == (set(run.ops.values()), run.writes)
    assert ids == {name: recorded.id for name, recorded in stack.state.items()}
    assert f"found: collaboration {ids[SALES]} is there already, nothing is created" in run.said(SALES)
    assert "found: 222233334444 (Media) has joined already" in run.said("membership media")
