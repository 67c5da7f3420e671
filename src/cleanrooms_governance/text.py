"""Words for people: account labels, and texts of other accounts made harmless."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from cleanrooms_governance.model import AccountId

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories of what steers a terminal, the direction of a text or the breaking of lines, and shows nothing itself."""

_ENGINE_MARKUP = re.compile(r"<\{%|%\}>")

_WITHHELD = "***"
_CREDENTIALS_OF_URL = re.compile(r"(?<=//)(?:[^\s\"'<>]*@|[^\"'<>]*@(?=[^\s\"'<>]*[\"']))")
"""Up to the last ``@`` of a URL; where that is in quotes, blanks do not end it."""

_NAMED_SECRET = re.compile(
    r"((?:secret[-_ ]?(?:access[-_ ]?)?key|(?:security|session|access|refresh|id)[-_ ]?token|signature|credential|password"
    r"|passphrase)[\"']?\s*[=:>]\s*[\"']?)[^\s\"'<>&,;]+",
    re.IGNORECASE,
)


def plain(text: str, limit: int = 100) -> str:
    """Return a text of another account fit for a terminal and the engine's display.

    Control and direction characters go, and the engine's own markup (``<{%…%}>``), which it would interpret, is broken up: a
    blank in its place keeps what stood around it from forming another one.
    """
    visible = "".join(character for character in text if unicodedata.category(character) not in _INVISIBLE)
    harmless = _ENGINE_MARKUP.sub(" ", visible).strip()
    return harmless if len(harmless) <= limit else harmless[: limit - 1] + "…"


def discreet(text: str) -> str:
    """Return a text of a library or a service without what may be a secret in it: credentials in a URL, and values named so."""
    return _NAMED_SECRET.sub(rf"\1{_WITHHELD}", _CREDENTIALS_OF_URL.sub(f"{_WITHHELD}@", text))


def label(account: str, names: Mapping[AccountId, str]) -> str:
    """Return an account id with its name where there is one: ``444455556666 (bank)``."""
    name = plain(names.get(AccountId(account), ""))
    return f"{account} ({name})" if name else account


def labels(accounts: Iterable[str], names: Mapping[AccountId, str]) -> str:
    """Return the labels of several accounts, sorted and joined by commas."""
    return ", ".join(label(account, names) for account in sorted(accounts))
