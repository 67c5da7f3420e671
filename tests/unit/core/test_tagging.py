import pytest

from cleanrooms_governance.tagging import KEYS_TAG, OWNER_TAG, TagEdit, edit_tags, first_tags, is_reserved

FIRST = first_tags({"team": "sales"}, "acme/prod/bank")


def after(live: dict[str, str], edit: TagEdit | None) -> dict[str, str]:
    """The tags when an edit has been made."""
    written, removed = (edit.written, edit.removed) if edit else ({}, [])
    return {key: value for key, value in live.items() if key not in removed} | written


def test_the_first_tags_are_all_there_is_to_do() -> None:
    assert {"team": "sales", OWNER_TAG: "acme/prod/bank"} == {key: value for key, value in FIRST.items() if key != KEYS_TAG}
    assert edit_tags(FIRST, {"team": "sales"}) is None


def test_without_declared_tags_only_the_owner_is_noted() -> None:
    assert {OWNER_TAG: "acme/prod/bank"} == first_tags(None, "acme/prod/bank") == first_tags({}, "acme/prod/bank")


def test_a_value_is_changed_and_its_key_stays_ours() -> None:
    edit = edit_tags(FIRST, {"team": "legal"})
    assert TagEdit({"team": "sales"}, {"team": "legal"}) == edit


def test_a_key_that_we_set_is_removed_when_it_is_no_longer_declared() -> None:
    edit = edit_tags(FIRST, {})
    assert edit is not None
    assert [KEYS_TAG, "team"] == edit.removed
    assert {OWNER_TAG: "acme/prod/bank"} == after(FIRST, edit)


def test_a_key_of_somebody_else_is_never_removed() -> None:
    live = FIRST | {"cost": "17"}
    assert "17" == after(live, edit_tags(live, {}))["cost"]


def test_a_key_that_somebody_else_set_to_the_same_value_stays_theirs() -> None:
    live = {"cost": "17"}
    assert edit_tags(live, {"cost": "17"}) is None
    assert edit_tags(live, {}) is None


def test_a_key_of_somebody_else_that_is_given_another_value_becomes_ours() -> None:
    live = after({"cost": "17"}, edit_tags({"cost": "17"}, {"cost": "18"}))
    assert {} == after(live, edit_tags(live, {}))


def test_a_note_about_a_key_that_is_gone_is_taken_back() -> None:
    live = {key: value for key, value in FIRST.items() if key != "team"}
    edit = edit_tags(live, {})
    assert edit is not None
    assert ([KEYS_TAG], {}) == (edit.removed, edit.written)


def test_the_note_holds_as_many_keys_as_a_resource_can_have() -> None:
    note = first_tags({"k" * 100 + str(number): "" for number in range(48)}, "acme/prod/bank")[KEYS_TAG]
    assert len(note) <= 256


@pytest.mark.parametrize("key", ["aws:cloudformation", "AWS:x", OWNER_TAG, KEYS_TAG, "crgov-filed"])
def test_some_keys_are_not_for_a_file(key: str) -> None:
    assert is_reserved(key)
    assert key in after({key: "x"}, edit_tags({key: "x"}, {})) or key == KEYS_TAG


@pytest.mark.parametrize("key", ["team", "governed", "crgovernance", "law:s"])
def test_other_keys_are(key: str) -> None:
    assert not is_reserved(key)
