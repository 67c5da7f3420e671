"""Words for people: account labels, and texts of other accounts made harmless."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from cleanrooms_governance.model import AccountId

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories of what steers a terminal or the direction of a text, and shows nothing itself."""

_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that show nothing: a name of them alone is no name."""

_COMBINING = frozenset({"Mn", "Me"})
_MOST_MARKS = 4
"""Marks on one letter: more than any script needs would cover the lines above and below."""

_MARKUP = re.compile(r"<\{%|%\}>|##\w*\[")
"""What is a command to whoever shows a line: the engine's own markup, and the log commands of build services, such as
``##vso[task.setvariable]``, which count wherever they stand in a line."""

_LONGEST_LINE = 4000

_IN_BRACKETS = str.maketrans("()", "[]")

_WITHHELD = "***"
_CREDENTIALS_OF_URL = re.compile(r"(?<=//)(?:[^\s\"'<>]*@|[^\"'<>]*@(?=[^\s\"'<>]*[\"']))")
"""Up to the last ``@`` of a URL; where that is in quotes, blanks do not end it."""

_NAMED_SECRET = re.compile(
    r"((?:secret[-_ ]?(?:access[-_ ]?)?key|(?:security|session|access|refresh|id)[-_ ]?token|signature|credential|password"
    r"|passphrase)[\"']?\s*[=:>]\s*[\"']?)[^\s\"'<>&,;]+",
    re.IGNORECASE,
)


def plain(text: str, limit: int = 100) -> str:
    """Return a text of another account fit for one line of a terminal, of the engine's display or of a build log.

    What breaks lines becomes a blank. Control and direction characters go, and so do blank letters and heaps of marks. Markup
    that somebody would interpret (``<{%…%}>``, ``##vso[…]``) is broken up: a blank in its place keeps what stood around it from
    forming another one.
    """
    shown = _MARKUP.sub(" ", "".join(_visible(text))).strip()
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def harmless(message: str) -> str:
    """Return a message fit for a terminal and the engine's display, whatever found its way into it; line breaks stay."""
    return "\n".join(plain(line, _LONGEST_LINE) for line in message.splitlines())


def discreet(text: str) -> str:
    """Return a text of a library or a service without what may be a secret in it: credentials in a URL, and values named so."""
    return _NAMED_SECRET.sub(rf"\1{_WITHHELD}", _CREDENTIALS_OF_URL.sub(f"{_WITHHELD}@", text))


def _visible(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _COMBINING else 0
        if character.isspace():
            yield " "
        elif category not in _INVISIBLE and character not in _BLANK_LETTERS and marks <= _MOST_MARKS:
            yield character


def label(account: str, names: Mapping[AccountId, str]) -> str:
    """Return an account id with its name where there is one: ``444455556666 (bank)``.

    A name has no parentheses of its own: one such as ``bank), 111122223333 (retailer`` would pass for two accounts.
    """
    name = plain(names.get(AccountId(account), "")).translate(_IN_BRACKETS)
    return f"{account} ({name})" if name else account


def labels(accounts: Iterable[str], names: Mapping[AccountId, str]) -> str:
    """Return the labels of several accounts, sorted and joined by commas."""
    return ", ".join(label(account, names) for account in sorted(accounts))


LABEL = r"[0-9]{12}(?: \([^()]*\))?"
"""What ``label`` writes, as a pattern: a name cannot close its parentheses, so a list of labels is read back without doubt."""

_LABEL = re.compile(rf"(?=({LABEL}))\1")


def accounts_in(listed: str) -> tuple[AccountId, ...]:
    """Return the accounts of what ``labels`` wrote, without their names."""
    return tuple(AccountId(found[:12]) for found in re.findall(LABEL, listed))
