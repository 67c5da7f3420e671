"""One entry of a section: what it says, and every finding in it at once.

pydantic stops at a broken value, and what belongs together can only be checked on a whole section. So a broken entry is mended:
the value that was surely meant, a harmless stand-in, or nothing takes the place of what is broken, and what was taken out is
remembered, so that nothing is said to be missing that is only misspelled.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cleanrooms_governance.errors import Finding
from cleanrooms_governance.settings import strict
from cleanrooms_governance.settings.fields import Section
from cleanrooms_governance.settings.places import Location, Source

S = TypeVar("S", bound=Section)
S_co = TypeVar("S_co", bound=Section, covariant=True)

_KEY_STEP = "[key]"
_MENDINGS = 8
"""Taking out a value can leave its mapping without a required key, and so on upwards; no section is nested deeper."""

_WRONG_TYPE = {
    "bool_type": "true or false",
    "dict_type": "a mapping of keys to values",
    "frozen_set_type": "a list",
    "model_type": "a mapping of keys to values",
    "tuple_type": "a list",
}


@dataclass(frozen=True, slots=True)
class Entry(Generic[S_co]):
    """A section that was read, whole or mended.

    Parameters: ``at`` is where the section stands in its source; ``dropped`` are the locations inside it whose value is
    not what was written there.
    """

    source: Source
    at: Location
    section: S_co
    dropped: frozenset[Location] = field(default_factory=frozenset)
    _touched: frozenset[Location] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        above = {location[:length] for location in self.dropped for length in range(len(location) + 1)}
        object.__setattr__(self, "_touched", frozenset(above))

    def is_sure(self, *location: str | int) -> bool:
        """Whether what the section says at this location, absence included, is what was written."""
        within = any(location[:length] in self.dropped for length in range(len(location) + 1))
        return not within and location not in self._touched

    def finding(self, message: str, *location: str | int) -> Finding:
        """Return a finding about a location inside the section."""
        return self.source.finding((*self.at, *location), message)


def read_section(model: type[S], document: object, source: Source, at: Location = ()) -> tuple[Entry[S] | None, list[Finding]]:
    """Return a section and the findings in it; no section where there is nothing that could be mended."""
    findings: list[Finding] = []
    dropped: set[Location] = set()
    mended: Any = document
    for attempt in range(_MENDINGS):
        try:
            return Entry(source, at, model.model_validate(mended), frozenset(dropped)), findings
        except ValidationError as error:
            errors = error.errors(include_url=False)
        if attempt == 0:
            findings = [_finding(model, each, source, at) for each in errors]
            mended = deepcopy(document)
        if any(not _location(each) for each in errors):
            break  # it is the section as a whole that is broken
        for each in _last_index_first(errors):
            dropped |= _mend(model, mended, each)
    return None, findings


def _finding(model: type[Section], error: ErrorDetails, source: Source, at: Location) -> Finding:
    location = _location(error)
    return source.finding((*at, *location), _message(model, error, location))


def _message(model: type[Section], error: ErrorDetails, location: Location) -> str:
    kind = error["type"]
    if kind == strict.FINDING:
        return str(error["ctx"]["message"])
    if kind == "extra_forbidden":
        return _unknown_key(_model_at(model, location[:-1]), str(location[-1]))
    if kind == "missing":
        description = _description(_model_at(model, location[:-1]), str(location[-1]))
        return f"is missing: give {description}"
    expected = _WRONG_TYPE.get(kind)
    if expected is None:
        return f"{strict.shown(error['input'])} is not possible here: {error['msg']}"
    return f"must be {expected}, not {strict.shown(error['input'])}"


def _unknown_key(model: type[Section] | None, key: str) -> str:
    if model is None:
        return "unknown key: remove it"
    meant = strict.closest(key, _keys(model))
    if meant:
        return f"unknown key: did you mean `{meant}`?"
    return f"unknown key: remove it (known here: {', '.join(sorted(_keys(model)))})"


def _mend(model: type[Section], document: dict[str, Any], error: ErrorDetails) -> set[Location]:
    """Repair, replace or take out what an error is about; return what the document does not say any more."""
    location = _location(error)
    kind = error["type"]
    repaired = error.get("ctx", {}).get("repaired") if kind == strict.FINDING else None
    if repaired is not None and error["loc"][-1] != _KEY_STEP:
        _put(document, location, repaired)
        return set()
    if kind == "extra_forbidden":
        _take_out(document, location)
        owner = _model_at(model, location[:-1])
        meant = strict.closest(str(location[-1]), _keys(owner)) if owner else ""
        return {(*location[:-1], meant)} if meant else set()
    owner = _model_at(model, location[:-1])
    if owner and str(location[-1]) in owner.stand_ins:
        _put(document, location, deepcopy(owner.stand_ins[str(location[-1])]))
    elif isinstance(location[-1], int) and _model_at(model, location):
        _put(document, location, {})  # taking it out would give the mappings behind it other numbers
    else:
        location = location[:-1] if kind == "missing" else location
        _take_out(document, location)
    return {location}


def _last_index_first(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Order errors so that taking out one element of a list does not move the others still to be taken out."""
    return sorted(
        errors,
        key=lambda error: [(isinstance(s, int), s if isinstance(s, int) else 0, str(s)) for s in error["loc"]],
        reverse=True,
    )


def _location(error: ErrorDetails) -> Location:
    location = error["loc"]
    return location[:-1] if location and location[-1] == _KEY_STEP else location


def _put(document: Any, location: Location, value: object) -> None:
    """Put a value in its place; where what it is in was taken out before, there is no place for it."""
    try:
        for step in location[:-1]:
            document = document[step]
    except (LookupError, TypeError):
        return
    document[location[-1]] = value


def _take_out(document: Any, location: Location) -> None:
    """Remove a value; one that is gone already, with what it was in, is no error."""
    try:
        for step in location[:-1]:
            document = document[step]
        del document[location[-1]]
    except (LookupError, TypeError):
        return


def _keys(model: type[Section]) -> frozenset[str]:
    return frozenset(info.alias or name for name, info in model.model_fields.items())


def _description(model: type[Section] | None, key: str) -> str:
    described = (info.description for info in model.model_fields.values() if info.alias == key) if model else ()
    return next(iter(described), None) or "it a value"


def _model_at(model: type[Section], location: Location) -> type[Section] | None:
    """Return the model of the mapping at a location, or none where the location leads elsewhere."""
    annotation: Any = model
    for step in location:
        annotation = _inner(annotation)
        if isinstance(annotation, type) and issubclass(annotation, Section):
            fields = {info.alias: info.annotation for info in annotation.model_fields.values()}
            annotation = fields.get(str(step))
        elif get_origin(annotation) in (dict, Mapping):
            annotation = get_args(annotation)[1]
        else:
            annotation = next(iter(get_args(annotation)), None)
    annotation = _inner(annotation)
    return annotation if isinstance(annotation, type) and issubclass(annotation, Section) else None


def _inner(annotation: Any) -> Any:
    """Return what a type is about, without its metadata and without the possibility of absence."""
    while get_args(annotation) and get_origin(annotation) not in (dict, frozenset, tuple):
        annotation = get_args(annotation)[0]
    return annotation
