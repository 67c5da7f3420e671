"""The Condition of a statement: read, checked, and held against what is known of a request.

Source: IAM user guide, condition operators, and conditions with several context keys or values.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any

from cleanrooms_emulator.iam.condition_keys import Facts, KeyKind, kind_of
from cleanrooms_emulator.iam.patterns import arn_matches, text_pattern

_NULL = "Null"
_IF_EXISTS = "IfExists"
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NUMBERS = frozenset({KeyKind.NUMBER})
_TIMES = frozenset({KeyKind.DATE, KeyKind.NUMBER})
_TEXTUAL = frozenset({KeyKind.STRING, KeyKind.STRINGS, KeyKind.ARN, KeyKind.BOOL})


class Quantifier(Enum):
    """How many of a request's values must match. ONE is for keys with a single value."""

    ONE = ""
    ALL = "ForAllValues:"
    ANY = "ForAnyValue:"


@dataclass(frozen=True, slots=True)
class _Operator:
    matches: Callable[[str, str], bool]
    """Takes the value in the policy, then the one of the request."""
    kinds: frozenset[KeyKind]
    check: Callable[[str], object]
    """Raises ValueError for a value that the policy must not have."""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key. `wanted` are the policy's values; one match is enough."""

    key: str
    wanted: tuple[str, ...]
    operator: str
    quantifier: Quantifier
    if_exists: bool

    def holds(self, facts: Facts) -> bool:
        """Whether it is fulfilled. A key that does not apply fails a positive operator and fulfils a negated one."""
        given = facts.get(self.key)
        if self.operator == _NULL:
            return str(given is None).lower() in self.wanted
        judge = _OPERATORS[self.operator]
        if given is None:
            return self.if_exists or self.quantifier is Quantifier.ALL or (judge.negated and self.quantifier is Quantifier.ONE)
        matches = (any(judge.matches(wanted, value) for wanted in self.wanted) != judge.negated for value in given)
        return any(matches) if self.quantifier is Quantifier.ANY else all(matches)


def read_conditions(block: Any, place: str) -> tuple[Condition, ...]:
    """The conditions of a statement. Raises ValueError with the place and the reason."""
    if not isinstance(block, dict):
        raise ValueError(f"{place} must be an object of operators")
    found = []
    for name, keys in block.items():
        quantifier, bare, if_exists = _parsed(name)
        if bare != _NULL and bare not in _OPERATORS:
            raise ValueError(f"{place}.{name}: no such operator is evaluated here; known are {', '.join([*_OPERATORS, _NULL])}")
        if bare == _NULL and name != _NULL:
            raise ValueError(f"{place}.{name}: {_NULL} takes neither a quantifier nor {_IF_EXISTS}")
        if not isinstance(keys, dict) or not keys:
            raise ValueError(f"{place}.{name} must be an object of condition keys")
        for key, values in keys.items():
            try:
                _check_fit(bare, quantifier, key)
                wanted = _values(bare, values)
            except ValueError as error:
                raise ValueError(f"{place}.{name}.{key}: {error}") from None
            found.append(Condition(key.lower(), wanted, bare, quantifier, if_exists))
    return tuple(found)


def _parsed(name: str) -> tuple[Quantifier, str, bool]:
    quantifier = next((each for each in (Quantifier.ALL, Quantifier.ANY) if name.startswith(each.value)), Quantifier.ONE)
    bare = name.removeprefix(quantifier.value)
    return quantifier, bare.removesuffix(_IF_EXISTS), bare.endswith(_IF_EXISTS)


def _check_fit(name: str, quantifier: Quantifier, key: str) -> None:
    kind = kind_of(key)
    if name == _NULL:
        return
    if kind not in _OPERATORS[name].kinds:
        raise ValueError(f"the value is {kind.value}, which {name} does not compare")
    if kind is KeyKind.STRINGS and quantifier is Quantifier.ONE:
        raise ValueError(f"the key has {kind.value}: say ForAllValues:{name} or ForAnyValue:{name}")


def _values(name: str, values: Any) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else [values]
    if not listed:
        raise ValueError("needs a value")
    return tuple(_value(name, value) for value in listed)


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, str | int | float):
        text = str(value)
    else:
        raise ValueError(f"{value!r} is neither a string nor a number nor true or false")
    if "${" in text:
        raise ValueError(f"{text!r}: policy variables are not evaluated here")
    check = _truth if name == _NULL else _OPERATORS[name].check
    check(text)
    return text.lower() if check is _truth else text


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text.lower() == "true"


def _number(text: str) -> float:
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a number")
    return float(text)


def _moment(text: str) -> float:
    """A date in ISO 8601, or in epoch seconds."""
    if _NUMBER.fullmatch(text):
        return float(text)
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise ValueError(f"{text!r} is not a date such as 2026-11-22T12:00:00Z")
    return parsed.timestamp()


def _arn(text: str) -> None:
    if not text.startswith("arn:") or text.count(":") < 5:
        raise ValueError(f"{text!r} is not an ARN")


def _any_text(text: str) -> None:
    """Every text will do."""


def _compared(convert: Callable[[str], float], compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda wanted, given: compare(convert(given), convert(wanted))


def _like(wanted: str, given: str) -> bool:
    return text_pattern(wanted).fullmatch(given) is not None


def _same_but_for_case(wanted: str, given: str) -> bool:
    return wanted.lower() == given.lower()


def _operators() -> Mapping[str, _Operator]:
    found = {"Bool": _Operator(operator.eq, frozenset({KeyKind.BOOL}), _truth)}
    strings = {"Equals": operator.eq, "EqualsIgnoreCase": _same_but_for_case, "Like": _like}
    for name, matches in strings.items():
        found[f"String{name}"] = _Operator(matches, _TEXTUAL, _any_text)
        found[f"StringNot{name}"] = _Operator(matches, _TEXTUAL, _any_text, negated=True)
    for name in ("Equals", "Like"):
        found[f"Arn{name}"] = _Operator(arn_matches, frozenset({KeyKind.ARN}), _arn)
        found[f"ArnNot{name}"] = _Operator(arn_matches, frozenset({KeyKind.ARN}), _arn, negated=True)
    orders = {
        "LessThan": operator.lt,
        "LessThanEquals": operator.le,
        "GreaterThan": operator.gt,
        "GreaterThanEquals": operator.ge,
        "Equals": operator.eq,
    }
    for family, convert, kinds in (("Date", _moment, _TIMES), ("Numeric", _number, _NUMBERS)):
        for name, compare in orders.items():
            found[f"{family}{name}"] = _Operator(_compared(convert, compare), kinds, convert)
        found[f"{family}NotEquals"] = _Operator(_compared(convert, operator.eq), kinds, convert, negated=True)
    return MappingProxyType(found)


_OPERATORS = _operators()
