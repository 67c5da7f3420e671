import pytest

from cleanrooms_governance.change_requests.ledger import CAPACITY, FILED_TAG, FILING_TAG, Filing, Ledger
from tests.unit.core.builders import request_id

CONTENT = "fp-0123456789abcdef"
MARK = 1_790_000_000.123


def tags_of(ledger: Ledger) -> dict[str, str]:
    return {FILED_TAG: ledger.filed_tag, FILING_TAG: ledger.filing_tag}


@pytest.mark.parametrize(
    "ledger",
    [
        pytest.param(Ledger(), id="empty"),
        pytest.param(Ledger({request_id(1): False}), id="one filed"),
        pytest.param(Ledger({request_id(2): True, request_id(1): False}), id="one being cancelled, order kept"),
        pytest.param(Ledger({request_id(1): True}).keeping(request_id(1)), id="one that could not be cancelled"),
        pytest.param(Ledger().announce(CONTENT, MARK), id="a filing announced"),
        pytest.param(Ledger({request_id(1): False}).announce(CONTENT, 0.0), id="the first of all requests announced"),
    ],
)
def test_a_ledger_survives_its_tags(ledger: Ledger) -> None:
    again = Ledger.read(tags_of(ledger))
    assert ledger == again
    assert list(ledger.filed) == list(again.filed)


@pytest.mark.parametrize("mark", [0.0, 1_790_000_000.0, 1_790_000_000.001, 1_790_000_000.999, 1_790_000_000.123457])
def test_the_mark_of_a_filing_is_not_rounded(mark: float) -> None:
    assert Filing(CONTENT, mark) == Ledger.read(tags_of(Ledger().announce(CONTENT, mark))).filing


def test_the_tags_hold_only_what_tag_values_may_hold() -> None:
    ledger = Ledger({request_id(1): False, request_id(2): True}).announce(CONTENT, MARK)
    assert f"{'00000001' + '0000400080' + '0' * 14} -{'00000002' + '0000400080' + '0' * 14}" == ledger.filed_tag
    assert f"{CONTENT} 1790000000.123000" == ledger.filing_tag
    assert set("".join(tags_of(ledger).values())) <= set("abcdefghijklmnopqrstuvwxyz0123456789 +-=._:/@")


def test_seven_entries_fit_into_a_tag_value_and_eight_do_not() -> None:
    full = Ledger({request_id(number): True for number in range(CAPACITY)})
    assert full.is_full
    assert len(full.filed_tag) <= 256 < len(Ledger({**full.filed, request_id(99): True}).filed_tag)
    assert not Ledger({request_id(number): True for number in range(CAPACITY - 1)}).is_full


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param({}, id="no tags"),
        pytest.param({FILED_TAG: "", FILING_TAG: ""}, id="empty tags"),
        pytest.param({FILED_TAG: "hello c0ffee --" + "0" * 32, FILING_TAG: "hello"}, id="somebody else's words"),
        pytest.param({FILED_TAG: "A" * 32, FILING_TAG: f"{CONTENT}"}, id="nearly right words"),
    ],
)
def test_what_is_not_of_our_making_is_ignored(tags: dict[str, str]) -> None:
    assert Ledger() == Ledger.read(tags)


def test_recording_ends_the_announcement_and_forgets_nothing() -> None:
    ledger = Ledger({request_id(1): True}).announce(CONTENT, MARK).record(request_id(2))
    assert Ledger({request_id(1): True, request_id(2): False}) == ledger
    assert {request_id(1)} == Ledger().keeping(request_id(1)).announce(CONTENT, MARK).record(request_id(2)).uncancellable


def test_withdrawing_ends_the_announcement_only() -> None:
    assert Ledger({request_id(1): False}) == Ledger({request_id(1): False}).announce(CONTENT, MARK).withdraw()


@pytest.mark.parametrize(
    ("status", "cancelling", "stays"),
    [
        pytest.param("PENDING", False, True, id="open"),
        pytest.param("APPROVED", False, True, id="approved"),
        pytest.param("PENDING", True, True, id="about to be cancelled"),
        pytest.param("SOMETHING", False, True, id="unknown status"),
        pytest.param("COMMITTED", False, False, id="committed"),
        pytest.param("COMMITTED", True, False, id="committed before we could cancel"),
        pytest.param("DENIED", False, False, id="denied"),
        pytest.param("CANCELLED", True, False, id="cancelled by us"),
        pytest.param("CANCELLED", False, True, id="cancelled by somebody else"),
        pytest.param(None, False, False, id="not there any more"),
    ],
)
def test_pruning_drops_what_says_nothing_any_more(status: str | None, cancelling: bool, stays: bool) -> None:
    ledger = Ledger({request_id(1): cancelling}).announce(CONTENT, MARK)
    pruned = ledger.prune({request_id(1): status} if status else {})
    assert stays == (request_id(1) in pruned.filed)
    assert Filing(CONTENT, MARK) == pruned.filing
