from dataclasses import FrozenInstanceError, fields

import pytest

from cleanrooms_emulator.switches import Switches, SwitchRecord, describe

EXPECTED = {
    "approvers": ("active", "active+invited"),
    "creatorVote": ("implicit", "pending"),
    "autoCommitOnApproval": ("no", "yes"),
    "autoApprovedStatus": ("COMMITTED", "APPROVED"),
    "concurrency": ("one-per-subject", "one-per-collaboration", "free"),
    "runnerAbilities": ("reject", "accept-if-held", "drop-if-omitted"),
    "notFound": ("403", "404"),
    "noopChange": ("400", "accept"),
    "readdRemoved": ("reject", "accept"),
    "omittedMl": ("keep", "clear"),
    "omittedPayment": ("keep", "clear"),
    "decline": ("allowed", "error"),
}


def test_the_switches_have_the_documented_names_and_values() -> None:
    assert EXPECTED.items() <= {each.name: each.values for each in describe()}.items()


@pytest.mark.parametrize("record", describe(), ids=lambda record: record.name)
def test_the_first_value_of_a_switch_is_its_default(record: SwitchRecord) -> None:
    assert record.values[0] == record.default == Switches().as_names()[record.name]


@pytest.mark.parametrize("record", describe(), ids=lambda record: record.name)
def test_a_switch_says_what_it_means_what_is_known_and_from_where(record: SwitchRecord) -> None:
    assert "" not in (record.meaning, record.known, record.source)


@pytest.mark.parametrize(("name", "value"), [(name, each) for name, values in EXPECTED.items() for each in values])
def test_every_value_can_be_chosen_by_the_external_name(name: str, value: str) -> None:
    assert value == Switches.from_names({name: value}).as_names()[name]


def test_what_is_not_named_keeps_its_default() -> None:
    assert {**Switches().as_names(), "decline": "error"} == Switches.from_names({"decline": "error"}).as_names()


def test_switches_set_anew_keep_the_earlier_choices() -> None:
    chosen = Switches.from_names({"notFound": "404"}).with_names({"decline": "error"}).as_names()

    assert ("404", "error") == (chosen["notFound"], chosen["decline"])


def test_an_unknown_switch_is_refused_with_the_known_names() -> None:
    with pytest.raises(ValueError, match="unknown switch 'aprovers'; there are approvers, autoApprovedStatus"):
        Switches.from_names({"aprovers": "active"})


def test_an_unknown_value_is_refused_with_the_allowed_ones() -> None:
    with pytest.raises(ValueError, match="switch notFound: '500' is not one of 403, 404"):
        Switches.from_names({"notFound": "500"})


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(ValueError, match=r"unknown switch 'x'.*\n.*switch decline: 'no'"):
        Switches.from_names({"x": "1", "decline": "no"})


def test_switches_cannot_be_changed_in_place() -> None:
    switches = Switches()

    with pytest.raises(FrozenInstanceError):
        setattr(switches, fields(switches)[0].name, "active+invited")
