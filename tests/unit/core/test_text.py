import pytest

from cleanrooms_governance.text import label, labels, plain
from tests.unit.core.builders import BANK, SHOP


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Bank AG", "Bank AG", id="a plain name"),
        pytest.param("  Bank \n AG ", "Bank  AG", id="line breaks and blanks around"),
        pytest.param("\x1b[31mBank\x1b[0m", "[31mBank[0m", id="terminal colours"),
        pytest.param("Bank\u202egninetaerht", "Bankgninetaerht", id="right-to-left override"),
        pytest.param("Ba\u200bnk\ufeff", "Bank", id="invisible characters"),
        pytest.param("Ba\u00adnk\u061c", "Bank", id="soft hyphen and Arabic letter mark"),
        pytest.param("<{%fg 1%}>Bank<{%reset%}>", "fg 1 Bank reset", id="the engine's colours"),
        pytest.param("Zürich Rück 銀行", "Zürich Rück 銀行", id="letters of all scripts"),
        pytest.param("\ud800Bank", "Bank", id="a lone surrogate"),
    ],
)
def test_a_text_of_another_account_is_made_harmless(text: str, shown: str) -> None:
    assert shown == plain(text)


@pytest.mark.parametrize("text", ["<<{%{%reset%}>", "<{<{%%reset%}%}>>", "<\u200b{%reset%\u200b}>", "%<{%}>{%reset%}>"])
def test_taking_markup_out_never_forms_new_markup(text: str) -> None:
    assert "<{%" not in plain(text)
    assert "%}>" not in plain(text)


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert "a" * 99 + "…" == plain("a" * 101)
    assert "a" * 100 == plain("a" * 100)


def test_an_account_is_shown_with_its_name_where_it_has_one() -> None:
    assert f"{BANK} (bank)" == label(BANK, {BANK: "bank"})
    assert SHOP == label(SHOP, {BANK: "bank"})


def test_several_accounts_are_sorted() -> None:
    assert f"{BANK} (bank), {SHOP}" == labels([SHOP, BANK], {BANK: "bank"})
