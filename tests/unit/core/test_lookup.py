from dataclasses import replace

import pytest

from cleanrooms_emulator.faults import FaultKind, FaultRule
from cleanrooms_governance.errors import AccessDenied, Refused
from cleanrooms_governance.lookup import check_identity, find_collaboration
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


@pytest.mark.parametrize("owner", [None, "acme/prod/other"], ids=["nobody's", "another stack's"])
def test_a_name_that_is_taken_is_refused(service: Service, owner: str | None) -> None:
    taken = create(service, collaboration(), owner=owner)
    with pytest.raises(Refused, match=rf"already has a collaboration named 'Sales'.*{taken.id}.*Adopt it by"):
        found(service)


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
