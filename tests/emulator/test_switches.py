from dataclasses import FrozenInstanceError, fields

import pytest

from cleanrooms_emulator.switches import Switches, SwitchRecord, describe

EXPECTED = {
    "approvers": ("active", "active+invited"),
    "autoApprovedStatus": ("COMMITTED", "APPROVED"),
    "autoCommitOnApproval": ("no", "yes"),
    "cancelApproved": ("allowed", "409"),
    "changedDisplayName": ("400", "ignored", "applied"),
    "changedVote": ("409", "accept"),
    "commitAtomicity": ("together", "separately"),
    "concurrency": ("one-per-subject", "one-per-collaboration", "free"),
    "creatorRemovesItself": ("400", "403", "409"),
    "creatorVote": ("implicit", "pending"),
    "decline": ("allowed", "error"),
    "departedVote": ("dropped", "kept"),
    "jobPayerWithoutRunner": ("accept", "400"),
    "lastPayer": ("400", "accept"),
    "lateJoiners": ("not-asked", "asked"),
    "memberQuotaCounts": ("others", "others+creator", "others+former"),
    "newPayerTypes": ("ADD_MEMBER+ADD_PAYER_CANDIDATE", "ADD_MEMBER"),
    "noOtherVoter": ("APPROVED", "PENDING", "COMMITTED"),
    "noopChange": ("400", "accept"),
    "notFound": ("403", "404"),
    "omittedAutoApproval": ("400", "keep", "clear"),
    "omittedMl": ("keep", "clear"),
    "omittedPayment": ("keep", "clear"),
    "omittedResultRegions": ("absent", "current-region"),
    "orderOfTypes": ("as-derived", "alphabetical"),
    "ownerActionByOthers": ("403", "400"),
    "paymentMismatch": ("400", "409"),
    "readdRemoved": ("reject", "accept"),
    "removedPayerAcceptance": ("cleared", "kept"),
    "removingTwice": ("204", "404", "409"),
    "repeatedSubject": ("400", "in-order"),
    "repeatedVote": ("accept", "409"),
    "requestOrder": ("newest-first", "oldest-first"),
    "requestReaders": ("present", "joined", "former-too"),
    "runnerAbilities": ("reject", "accept-if-held", "drop-if-omitted"),
    "runnerJobPayment": ("unless-others", "always"),
    "shownPayments": ("where-configured", "everything"),
    "specificationMismatch": ("400", "ignored"),
    "staleCommit": ("409", "apply"),
    "syntheticDataDefault": ("runner", "none"),
    "voteOnApproved": ("409", "as-pending"),
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


def test_an_unknown_switch_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(ValueError, match=r"unknown switch 'aprovers'; nearest are approvers, .* \(--list-switches names all\)"):
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
