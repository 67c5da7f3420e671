import pytest

from cleanrooms_governance.text import discreet, label, labels, plain
from tests.unit.core.builders import BANK, SHOP


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Bank AG", "Bank AG", id="a plain name"),
        pytest.param("  Bank \n AG ", "Bank   AG", id="line breaks and blanks around"),
        pytest.param("\x1b[31mBank\x1b[0m", "[31mBank[0m", id="terminal colours"),
        pytest.param("Bank\u202egninetaerht", "Bankgninetaerht", id="right-to-left override"),
        pytest.param("Ba\u200bnk\ufeff", "Bank", id="invisible characters"),
        pytest.param("Ba\u00adnk\u061c", "Bank", id="soft hyphen and Arabic letter mark"),
        pytest.param("<{%fg 1%}>Bank<{%reset%}>", "fg 1 Bank reset", id="the engine's colours"),
        pytest.param("Zürich Rück 銀行", "Zürich Rück 銀行", id="letters of all scripts"),
        pytest.param("Bank\u2028converged\x85", "Bank converged", id="line separators of Unicode"),
        pytest.param("\u3164\u2800\u115f\u00a0", "", id="nothing but blank letters"),
        pytest.param("B" + "\u0336" * 40 + "ank", "B" + "\u0336" * 4 + "ank", id="a heap of marks"),
        pytest.param("##vso[task.setvariable x]1##[error]", "task.setvariable x]1 error]", id="commands of build services"),
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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('no answer from "http://joe:hush@host:1/x"', 'no answer from "http://***@host:1/x"'),
        ('no answer from "http://joe:hu sh@host:1/x"', 'no answer from "http://***@host:1/x"'),
        ("https://joe:hu@sh@host and https://ann:hush@other", "https://***@host and https://***@other"),
        ("https://s3/x?X-Amz-Credential=AK/1&X-Amz-Signature=hush", "https://s3/x?X-Amz-Credential=***&X-Amz-Signature=***"),
        ("x-amz-security-token:hush and more", "x-amz-security-token:*** and more"),
        ("<SecretAccessKey>hush</SecretAccessKey>", "<SecretAccessKey>***</SecretAccessKey>"),
        ('{"SessionToken": "hush", "Version": 1}', '{"SessionToken": "***", "Version": 1}'),
        ("aws_secret_access_key = hush", "aws_secret_access_key = ***"),
    ],
)
def test_what_may_be_a_secret_is_withheld(text: str, shown: str) -> None:
    assert shown == discreet(text)


@pytest.mark.parametrize(
    "text",
    [
        'Could not connect to the endpoint URL: "https://sts.eu-west-1.amazonaws.com/"',
        "see https://docs.example.com and write to joe@example.com",
        "User: arn:aws:sts::111122223333:assumed-role/governance/crgov-acme is not authorized to perform: sts:AssumeRole",
        "The security token included in the request is expired",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert text == discreet(text)


def test_a_name_that_looks_like_further_accounts_stays_in_its_own_parentheses() -> None:
    assert f"{BANK} (x], {SHOP} [shop)" == label(BANK, {BANK: f"x), {SHOP} (shop"})


def test_a_name_of_nothing_visible_is_no_name() -> None:
    assert BANK == label(BANK, {BANK: "\u200b\u3164 "})
