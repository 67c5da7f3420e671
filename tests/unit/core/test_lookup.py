from dataclasses import replace

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.assessment.reads import RememberedReads
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.errors import AccessDenied, Refused
from cleanrooms_governance.running.lookup import check_identity, find_collaboration
from tests.unit.core.builders import BANK, CREATOR, collaboration, member, stack_file, wanted_member
from tests.unit.core.governed import Service, create

DESIRED = stack_file(wanted_member(BANK))


def found(service: Service, known_id: str = "", account: str = CREATOR) -> str | None:
    return find_collaboration(DESIRED, known_id, service.port(account))


def test_nothing_is_found_where_there_is_nothing(service: Service) -> None:
    assert found(service) is None


def test_the_files_id_comes_first_then_the_known_one(service: Service) -> None:
    port = service.port(CREATOR)
    assert "by-file" == find_collaboration(replace(DESIRED, id="by-file"), "known", port)
    assert "known" == find_collaboration(DESIRED, "known", port)


def test_a_collaboration_is_found_by_name_and_owner_tag(service: Service) -> None:
    create(service, replace(collaboration(), name="Other"), owner=None)
    assert create(service, collaboration()).id == found(service)


@pytest.mark.parametrize("owner", [None, "acme/test/sales"], ids=["nobody's", "another stack's"])
def test_a_name_that_is_taken_is_refused(service: Service, owner: str | None) -> None:
    taken = create(service, collaboration(), owner=owner)
    with pytest.raises(Refused, match=rf"already has a collaboration named 'Sales'.*{taken.id}.*Adopt it by"):
        found(service)


def test_a_name_that_another_key_of_the_stack_has_may_mean_that_the_key_was_renamed(service: Service) -> None:
    taken = create(service, collaboration(), owner="acme/prod/selling")
    with pytest.raises(
        Refused, match=rf"{taken.id}\), which this stack governs under the key selling. If that key was renamed"
    ):
        found(service)


def asked(service: Service, desired: DesiredCollaboration = DESIRED) -> tuple[str | None, list[str]]:
    """What is found, and the calls that it took."""
    port, before = service.port(CREATOR), service.app.journal.last
    return find_collaboration(desired, "", port), service.called(before)


def test_one_that_has_got_another_name_is_found_by_its_tag(service: Service) -> None:
    create(service, replace(collaboration(), name="Other"), owner="acme/prod/other")
    renamed = create(service, replace(collaboration(), name="Renamed"))
    assert renamed.id == found(service)


def test_one_under_a_former_key_is_found_whatever_it_is_called(service: Service) -> None:
    former = create(service, replace(collaboration(), name="Selling"), owner="acme/prod/selling")
    assert found(service) is None
    desired = replace(DESIRED, former_owners=frozenset({"acme/prod/selling"}))
    assert former.id == find_collaboration(desired, "", service.port(CREATOR))


def test_tags_of_other_names_are_looked_at_only_where_none_of_the_name_is_ours(service: Service) -> None:
    create(service, replace(collaboration(), name="Other"), owner=None)
    assert (None, ["ListCollaborations", "ListTagsForResource"]) == asked(service)
    ours = create(service, collaboration())
    assert (ours.id, ["ListCollaborations", "ListTagsForResource"]) == asked(service)


def test_a_renamed_one_is_found_though_its_name_is_taken_by_now(service: Service) -> None:
    create(service, collaboration(), owner=None)
    assert create(service, replace(collaboration(), name="Renamed")).id == found(service)


def test_two_of_other_names_with_our_tag_are_refused(service: Service) -> None:
    one, other = (create(service, replace(collaboration(), name=name)) for name in ("One", "Other"))
    with pytest.raises(Refused) as refused:
        found(service)
    assert one.id in str(refused.value)
    assert other.id in str(refused.value)


def test_what_was_looked_at_before_need_not_be_asked_again(service: Service) -> None:
    create(service, replace(collaboration(), name="Other"), owner=None)
    looked = RememberedReads(service.port(CREATOR))
    find_collaboration(DESIRED, "", looked)
    before = service.app.journal.last
    assert find_collaboration(DESIRED, "", service.port(CREATOR), looked) is None
    assert ["ListCollaborations"] == service.called(before)


def test_two_with_our_tag_are_refused_and_both_named(service: Service) -> None:
    one, other = create(service, collaboration()), create(service, collaboration())
    with pytest.raises(Refused) as refused:
        found(service)
    assert one.id in str(refused.value)
    assert other.id in str(refused.value)
    assert "collaborations.sales.id" in str(refused.value)


def test_one_of_several_with_our_tag_is_found(service: Service) -> None:
    create(service, collaboration(), owner=None)
    assert create(service, collaboration()).id == found(service)


def test_a_collaboration_of_the_same_name_that_another_account_created_is_no_hit(service: Service) -> None:
    live = replace(collaboration(member(CREATOR), member(BANK)), creator=BANK)
    create(service, live)
    assert found(service) is None


@pytest.mark.parametrize("operation", ["ListCollaborations", "ListTagsForResource"])
def test_a_denied_read_is_never_taken_for_nothing(service: Service, operation: str) -> None:
    create(service, collaboration())
    service.fail(FaultRule(kind=FaultKind.ERROR, operation=operation, code="AccessDeniedException"))
    with pytest.raises(AccessDenied):
        found(service)


def test_the_collaboration_of_another_account_is_refused() -> None:
    check_identity(DESIRED, collaboration())
    with pytest.raises(Refused, match=f"was created by {BANK}, not by {CREATOR}"):
        check_identity(DESIRED, replace(collaboration(), creator=BANK))
