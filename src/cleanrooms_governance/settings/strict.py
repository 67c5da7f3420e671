"""One value: what it must look like, and what to do when it does not.

The engine's YAML turns what is not quoted into numbers and timestamps (``111122223333``, ``2027-03-31``), which loses
leading zeros and the form in which it was written. So what looks like either has to be quoted, and is refused if it was not.
"""

import re
from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from pydantic_core import PydanticCustomError

from cleanrooms_governance.model import KNOWN_ABILITIES, Ability, AccountId
from cleanrooms_governance.settings.check import Check, takes
from cleanrooms_governance.settings.places import printable
from cleanrooms_governance.settings.text_shapes import COLLABORATION_ID, EXTERNAL_ID, ML_ABILITIES, TAG_KEY, TextShape
from cleanrooms_governance.tagging import is_reserved

_E = TypeVar("_E", bound=StrEnum)

FINDING = "finding"
"""The pydantic error type whose text is already written for people."""

_ACCOUNT_DIGITS = 12
_LONGEST_NUMBER = 80
_MOST_DAYS = 36_500
_MOST_COUNTED = 1_000_000
"""More than any collaboration has members; what is far beyond it no number of the engine can hold."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ].*", re.ASCII)
_REGION = re.compile(r"[a-z]{2,5}(-[a-z]+)+-\d{1,2}")
_PERCENT = re.compile(r"[1-9][0-9]?%")
_FINGERPRINT = re.compile(r"fp-[0-9a-f]{16}")
_ABILITY = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
# A tag value takes 256 characters: <project>/<stack>/<key>, where the engine gives project and stack up to 100 each.
MOST_OF_A_KEY = 54
"""Characters of a key, of a budget together with that of its membership."""
_KEY = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,{MOST_OF_A_KEY - 1}}}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_MOST_COMPARED, _LONGEST_COMPARED = 300, 200
_TYPO = 0.85
"""How alike two abilities must be for the one to be taken as a slip of the pen for the other."""


def _whole_pattern(pattern: re.Pattern[str]) -> str:
    return f"^{pattern.pattern}$"


def refuse(message: str, repaired: object = None) -> PydanticCustomError:
    """Return the error that becomes a finding; ``repaired`` is what was surely meant, for the checks that follow."""
    return PydanticCustomError(FINDING, "{message}", {"message": message, "repaired": repaired})


def given(value: object) -> object:
    """Return the value of an optional key: a key without a value says neither that it is managed nor that it is not."""
    if value is None:
        raise refuse("has no value: give it one or remove the key")
    return value


def closest(word: str, known: Collection[str], likeness: float = 0.6) -> str:
    """Return the known word that this one was most likely meant to be, or nothing; among very many none is looked for."""
    if len(known) > _MOST_COMPARED or len(word) > _LONGEST_COMPARED:
        return ""
    from difflib import get_close_matches  # only a file with a mistake in it pays for the import

    by_lower_case = {each.lower(): each for each in sorted(known)}
    hits = get_close_matches(word.lower(), by_lower_case, n=1, cutoff=likeness)
    return by_lower_case[hits[0]] if hits else ""


def shown(value: object) -> str:
    """Return a value as people would name it in a sentence."""
    match value:
        case None:
            return "no value"
        case bool():
            return "true" if value else "false"
        case str():
            return f"'{printable(value if len(value) <= 80 else value[:77] + '…')}'"
        case int() | float():
            return f"the number {_digits(value)}"
        case date():
            return f"the date {value.isoformat()}"
        case dict():
            return "a mapping"
        case _:
            return "a list"


@takes(type="string")
def text(value: object) -> str:
    """Return a text that was written as one."""
    match value:
        case str():
            return value
        case bool():
            word = shown(value)
            raise refuse(f'{word} is no text: quote it, "{word}"', word)
        case int() | float():
            digits = _digits(value)
            raise refuse(f'{digits} is a number: quote it, "{digits}"', digits)
        case date():
            written = _day(value).isoformat()
            raise refuse(f'{written} is a date: quote it, "{written}"', written)
        case None:
            raise refuse("has no value: give it one or remove the key")
        case _:
            raise refuse(f"must be a text, not {shown(value)}")


@takes(type="string", pattern=rf"^[0-9]{{{_ACCOUNT_DIGITS}}}$", examples=["111122223333"])
def account_id(value: object) -> AccountId:
    """Return an account id, written as a text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        digits = _digits(value)
        if digits.isdigit() and len(digits) != _ACCOUNT_DIGITS:
            raise refuse(
                f"{digits} is a number of {len(digits)} digits: write the account id in quotes with all its"
                f" {_ACCOUNT_DIGITS} digits (a number loses its leading zeros)"
            )
    written = text(value)
    if len(written) == _ACCOUNT_DIGITS and written.isascii() and written.isdigit():
        return AccountId(written)
    zeros = " (without them leading zeros are lost)" if written.isdigit() and len(written) < _ACCOUNT_DIGITS else ""
    raise refuse(f"{shown(written)} is no account id: write its {_ACCOUNT_DIGITS} digits in quotes{zeros}")


@takes(type="string", pattern=_whole_pattern(_DATE), examples=["2027-03-31"])
def day(value: object) -> date:
    """Return a date, written as a text of year, month and day."""
    written = text(value)
    timestamp = _TIMESTAMP.fullmatch(written)
    if timestamp:
        only_day = timestamp[1]
        raise refuse(f'{written} is a timestamp, as an unquoted date becomes one: quote it, "{only_day}"', only_day)
    try:
        if _DATE.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError as error:
        raise refuse(f"{shown(written)} is no date: {error}") from None
    raise refuse(f'{shown(written)} is no date: write year, month and day in quotes, such as "2027-03-31"')


def days(least: int) -> Check[int]:
    """Return the check for a number of days, of at least so many and at most a hundred years.

    A program's inputs come back from the engine with every number as a float.
    """

    @takes(type="integer", minimum=least, maximum=_MOST_DAYS)
    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value % 1:
            raise refuse(f"must be a whole number of days, not {shown(value)}")
        if not least <= value <= _MOST_DAYS:
            raise refuse(f"{_digits(value)} is not possible: give {least} to {_MOST_DAYS} days")
        return int(value)

    return check


@takes(type="integer", minimum=0, maximum=_MOST_COUNTED)
def count(value: object) -> int:
    """Return a whole number that is not negative; the engine gives numbers back as floats."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 or value < 0:
        raise refuse(f"must be a whole number, 0 or more, not {shown(value)}")
    if value > _MOST_COUNTED:
        raise refuse(f"is not possible: give 0 to {_MOST_COUNTED}")
    return int(value)


def whole(least: int, most: int) -> Check[int]:
    """Return the check for a whole number within limits; the engine gives numbers back as floats."""

    @takes(type="integer", minimum=least, maximum=most)
    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 or not least <= value <= most:
            raise refuse(f"must be a whole number from {least} to {most}, not {shown(value)}")
        return int(value)

    return check


@takes(type="number", minimum=0, maximum=1)
def share(value: object) -> float:
    """Return a part of a whole."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise refuse(f"must be a number from 0 to 1, such as 0.2 for a fifth, not {shown(value)}")
    return float(value)


@takes(type="string", pattern=_whole_pattern(_PERCENT), examples=["20%"])
def percent(value: object) -> int:
    """Return a share that is written as ``20%``, from 1% to 99%."""
    written = value if isinstance(value, str) else ""
    if not _PERCENT.fullmatch(written):
        raise refuse(f"must be a share from 1% to 99%, written as 20%, not {shown(value)}")
    return int(written.removesuffix("%"))


@takes(type="string", pattern=_whole_pattern(_FINGERPRINT))
def fingerprint(value: object) -> str:
    """Return a fingerprint as plans show it."""
    written = text(value)
    if not _FINGERPRINT.fullmatch(written):
        raise refuse(f"{shown(written)} is no fingerprint: copy it from the plan, fp- and 16 digits of 0-9 and a-f")
    return written


@takes(type="string", pattern=_whole_pattern(_REGION), examples=["eu-west-1"])
def region_name(value: object) -> str:
    """Return a Region name; only its form is checked, since Regions are added all the time."""
    written = text(value)
    if not _REGION.fullmatch(written):
        raise refuse(f"{shown(written)} is no Region name: write one such as eu-west-1")
    return written


@takes(**{"type": "string", "pattern": _whole_pattern(_KEY), "not": {"pattern": _whole_pattern(_UUID)}})
def entry_key(value: object) -> str:
    """Return the key of a collaboration or membership.

    It becomes part of a tag value (letters, digits, space and ``+ - = . _ : / @``), of resource names, and the default name.
    """
    written = text(value)
    if not _KEY.fullmatch(written):
        raise refuse(
            f"{shown(written)} is no key: take up to {MOST_OF_A_KEY} letters, digits, dots, hyphens and underscores, a letter"
            " or digit first"
        )
    if is_id_like(written):
        raise refuse(f"{shown(written)} looks like an id: give it a name, and the id under `id`")
    return written


@takes(type="string")
def budget_key(value: object) -> str:
    """Return the keys of a membership and of a budget of it, with a slash between them."""
    written = text(value)
    membership, slash, name = written.partition("/")
    if not slash:
        raise refuse(f"{shown(value)} is no key of a budget: write <membership>/<budget>")
    if len(written) > MOST_OF_A_KEY:
        raise refuse(f"{shown(value)} has {len(written)} characters: {MOST_OF_A_KEY} are the most, shorten one of its two keys")
    return f"{entry_key(membership)}/{entry_key(name)}"


def is_id_like(written: str) -> bool:
    """Whether a text has the form of a service id, in whatever case."""
    return bool(_UUID.fullmatch(written))


def shaped(shape: TextShape) -> Check[str]:
    """Return the check for a text of the service model."""

    @takes(**shape.schema)
    def check(value: object) -> str:
        written = text(value)
        objection = shape.objection(written)
        if objection:
            raise refuse(f"{shown(written)} {objection}" if written else f"{objection}: give it a value")
        return written

    return check


@takes(**EXTERNAL_ID.schema)
def external_id(value: object) -> str:
    """Return an external id; what is wrong with one is said without it."""
    if not isinstance(value, str):
        raise refuse("must be a text: quote it" if isinstance(value, int | float | date) else "must be a text")
    if objection := EXTERNAL_ID.objection(value):
        raise refuse(objection)
    return value


@takes(**COLLABORATION_ID.schema)
def collaboration_id(value: object) -> str:
    """Return a collaboration's id, as the service shows it."""
    written = text(value)
    if is_id_like(written) and written != written.lower():
        raise refuse(f"{shown(written)} has capitals: write it as '{written.lower()}'", written.lower())
    return _check_collaboration_id(written)


_check_collaboration_id = shaped(COLLABORATION_ID)


@takes(**TAG_KEY.schema)
def tag_key(value: object) -> str:
    """Return the key of a tag that a file may declare."""
    written = _check_tag_key(value)
    if is_reserved(written):
        raise refuse(f"{shown(written)} is kept for AWS and for this tool's own notes: choose another key")
    return written


_check_tag_key = shaped(TAG_KEY)


def choice(what: str, values: Collection[str]) -> Check[str]:
    """Return the check for one of a closed set of values; ``what`` names one of them in a sentence."""
    advice = "use one of " + ", ".join(sorted(values))

    @takes(type="string", enum=sorted(values))
    def check(value: object) -> str:
        written = text(value)
        if written in values:
            return written
        near = closest(written, values)
        raise refuse(f"{shown(written)} is no {what}: " + (f"did you mean {near}?" if near else advice))

    return check


def enumeration(what: str, members: type[_E]) -> Check[_E]:
    """Return the check for a value of an enumeration; the parameters are those of ``choice``."""
    check_choice = choice(what, frozenset(str(member) for member in members))

    @takes(**check_choice.schema)
    def check(value: object) -> _E:
        return members(check_choice(value))

    return check


@takes(type="string", anyOf=[{"enum": sorted(KNOWN_ABILITIES)}, {"pattern": _whole_pattern(_ABILITY)}])
def ability(value: object) -> Ability:
    """Return a member ability, known to this version or not.

    One that this version does not know is taken as it is: the plan refuses it unless the live member shows it. A slip of
    the pen is not, and neither is an ML ability, which the service keeps in a list of its own.
    """
    written = text(value)
    if written in KNOWN_ABILITIES:
        return Ability(written)
    if written in ML_ABILITIES:
        raise refuse(f"{written} is an ML ability and belongs under mlAbilities: remove it here")
    return Ability(_well_formed(written, "ability", KNOWN_ABILITIES))


@takes(type="string", anyOf=[{"enum": sorted(ML_ABILITIES)}, {"pattern": _whole_pattern(_ABILITY)}])
def ml_ability(value: object) -> str:
    """Return an ML ability, known to this version or not; a slip of the pen and an ordinary ability are refused."""
    written = text(value)
    if written in ML_ABILITIES:
        return written
    if written in KNOWN_ABILITIES:
        raise refuse(f"{written} is no ML ability and belongs under abilities: move it there")
    return _well_formed(written, "ML ability", ML_ABILITIES)


def _well_formed(written: str, what: str, known: Collection[str]) -> str:
    near = closest(written, known, _TYPO)
    if near:
        raise refuse(f"{shown(written)} is no {what} that this version knows: did you mean {near}?")
    if not _ABILITY.fullmatch(written):
        raise refuse(f"{shown(written)} is no {what}: use one of {', '.join(sorted(known))}, spelled as the service does")
    return written


def _digits(number: float) -> str:
    digits = str(int(number)) if number == number // 1 else str(number)
    return digits if len(digits) <= _LONGEST_NUMBER else digits[: _LONGEST_NUMBER - 1] + "…"


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
