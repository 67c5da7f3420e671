"""Short names for contents: equal content, equal fingerprint, in every process and on every Python."""

import hashlib
import json
from collections.abc import Mapping, Set
from typing import Any

PREFIX = "fp-"
VERSION = 1
"""Goes into every plan fingerprint, so that a later meaning of a plan never passes for today's."""


def fingerprint(*parts: Any) -> str:
    """Return ``fp-`` and 16 hexadecimal digits of the SHA-256 of the parts' canonical JSON.

    Parameters: mappings, sequences, sets, strings, numbers, booleans and ``None``, nested at will. Order of keys and of set
    members does not matter; a whole number is the same as integer and as float, since the engine turns one into the other.
    """
    text = json.dumps([_canonical(part) for part in parts], sort_keys=True, separators=(",", ":"))
    return PREFIX + hashlib.sha256(text.encode()).hexdigest()[:16]


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, Set):
        return sorted(_canonical(item) for item in value)
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
