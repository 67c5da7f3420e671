"""Words for people: account labels, and texts of other accounts made harmless."""

import re
from collections.abc import Iterable, Mapping

from cleanrooms_governance.model import AccountId

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_ENGINE_MARKUP = re.compile(r"<\{%|%\}>")


def plain(text: str, limit: int = 100) -> str:
    """Return a text of another account fit for a terminal and the engine's display.

    Control and direction characters go, and so does the engine's own markup (``<{%…%}>``), which it would interpret.
    """
    harmless = _ENGINE_MARKUP.sub("", _CONTROL.sub("", text)).strip()
    return harmless if len(harmless) <= limit else harmless[: limit - 1] + "…"


def label(account: str, names: Mapping[AccountId, str]) -> str:
    """Return an account id with its name where there is one: ``444455556666 (bank)``."""
    name = plain(names.get(AccountId(account), ""))
    return f"{account} ({name})" if name else account


def labels(accounts: Iterable[str], names: Mapping[AccountId, str]) -> str:
    """Return the labels of several accounts, sorted and joined by commas."""
    return ", ".join(label(account, names) for account in sorted(accounts))
