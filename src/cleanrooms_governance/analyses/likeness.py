"""Is what the service shows what was sent?

There is no client token for StartProtectedQuery and StartProtectedJob, so after a lost answer only the content tells. The
parameters are marked as sensitive (service model: ProtectedQuerySQLParameters) and optional in the answer, so it may not tell.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from cleanrooms_governance.analyses.analysis import Submission


class Likeness(Enum):
    """How two submissions compare."""

    SAME = "same"
    UNTOLD = "the service does not show enough to tell"
    DIFFERENT = "different"


def likeness(sent: Submission, shown: Submission) -> Likeness:
    """Compare what was sent with what is shown; what was left to the service may be anything."""
    told = set(_parts(sent, shown))
    if Likeness.DIFFERENT in told:
        return Likeness.DIFFERENT
    return Likeness.UNTOLD if Likeness.UNTOLD in told else Likeness.SAME


def _parts(sent: Submission, shown: Submission) -> Iterator[Likeness]:
    yield Likeness.SAME if sent.kind is shown.kind else Likeness.DIFFERENT
    if shown.sql is None and shown.template is None:
        yield Likeness.UNTOLD
    else:
        yield _same(_text(sent.sql) == _text(shown.sql) and sent.template == shown.template)
        yield _same(dict(sent.parameters) == dict(shown.parameters))
    for given, found in ((sent.payer, shown.payer), (sent.results, shown.results), (sent.compute, shown.compute)):
        if given is not None:
            yield Likeness.UNTOLD if found is None else _same(_says(found, given))


def _same(equal: bool) -> Likeness:
    return Likeness.SAME if equal else Likeness.DIFFERENT


def _text(sql: str | None) -> str | None:
    return None if sql is None else sql.strip()


def _says(found: Any, given: Any) -> bool:
    """Whether a document says all that was given; it may say more, where the service filled in what was left to it."""
    if isinstance(given, Mapping):
        return isinstance(found, Mapping) and all(key in found and _says(found[key], value) for key, value in given.items())
    if isinstance(given, list | tuple):
        return (
            isinstance(found, list | tuple)
            and len(found) == len(given)
            and all(any(_says(each, wanted) for each in found) for wanted in given)
        )
    return bool(found == given)
