"""The line of the summary that says whose votes are awaited since when."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cleanrooms_governance.change_requests.awaited import AwaitedVotes, read_awaited, say_awaited
from cleanrooms_governance.model import AccountId
from tests.hostile import NAME

accounts = st.from_regex(r"[0-9]{12}", fullmatch=True).map(AccountId)
names = st.one_of(st.text(max_size=30), st.just(NAME), st.just("x) since 2001-01-01, change request y, 999900001111 (z"))


@given(st.sets(accounts, min_size=1, max_size=4), st.dates(date(2020, 1, 1)), st.data())
def test_what_is_said_is_read_back_whatever_the_names_are(voters: set[AccountId], since: date, data: st.DataObject) -> None:
    votes = AwaitedVotes("0fe3869a-dbf3-4d12-838f-b16d2ee5d1da", tuple(sorted(voters)), since)
    line = say_awaited(votes, {account: data.draw(names) for account in votes.accounts})
    assert votes == read_awaited(line)


def test_another_line_says_nothing_of_votes() -> None:
    assert read_awaited("for 444455556666 (Bank)") is None
    assert read_awaited("for 444455556666 (Bank) since 2026-02-30, change request x") is None
