"""Start a query or job once, and only once."""

from collections.abc import Callable
from dataclasses import dataclass

from cleanrooms_governance.analyses.analysis import Analysis, Submission
from cleanrooms_governance.analyses.likeness import Likeness, likeness
from cleanrooms_governance.analyses.port import MOST, Analyses, AnalysisReads
from cleanrooms_governance.errors import AnswerLost, AuditFailed, NotKnown, ServiceError

LOOKS = 3
"""How often a submission whose answer was lost is looked for, a second apart."""


@dataclass(frozen=True, slots=True)
class Started:
    """An analysis that was started; ``found_again`` says that the answer was lost, and that this one was found by reading."""

    analysis: Analysis
    found_again: bool = False


def start(submission: Submission, membership_id: str, port: Analyses, sleep: Callable[[float], None]) -> Started:
    """Start an analysis. It is sent once, whatever happens.

    What there was before is listed first, so that after a lost answer everything new is one that may be it.

    Raises: ``NotKnown`` if the answer was lost and not exactly one analysis is found that says the same; every ``ServiceError``
    of the calls, after which nothing was started.
    """
    known = frozenset(each.id for each in port.recent_analyses(submission.kind, membership_id, MOST))
    try:
        return _sent(submission, membership_id, known, port, sleep)
    except KeyboardInterrupt:
        raise NotKnown(f"interrupted while the {submission.kind} was being sent: it may have been started") from None


def _sent(
    submission: Submission, membership_id: str, known: frozenset[str], port: Analyses, sleep: Callable[[float], None]
) -> Started:
    try:
        return Started(port.start_analysis(membership_id, submission))
    except AnswerLost as lost:
        return Started(_found_again(submission, membership_id, known, port, sleep, _lost(lost)), found_again=True)
    except AuditFailed as unnoted:
        # Raised before it is sent or afterwards, and what was sent must not be sent again for want of a line about it.
        same, untold = _look(submission, membership_id, known, port, sleep, looks=1)
        if not same and not untold:
            raise
        ids = ", ".join(each.id for each in (*same, *untold))
        raise NotKnown(f"{unnoted}. It was started nevertheless ({ids}): do not start it again") from unnoted


def _lost(lost: AnswerLost) -> str:
    code = f" ({lost.code})" if lost.code else ""
    return (
        f"{lost.operation}: account {lost.account} in {lost.region} sent it once and got no usable answer{code}, so it may or"
        " may not have been started."
    )


def _found_again(
    sent: Submission,
    membership_id: str,
    known: frozenset[str],
    port: AnalysisReads,
    sleep: Callable[[float], None],
    lost: str,
) -> Analysis:
    try:
        same, untold = _look(sent, membership_id, known, port, sleep)
    except ServiceError as error:
        raise NotKnown(f"{lost} It could not be looked for: {error}") from error
    if len(same) == 1:
        return same[0]
    ids = tuple(each.id for each in (*same, *untold))
    if same:
        raise NotKnown(f"{lost} {len(same)} that say the same were submitted since: {', '.join(ids)}.")
    if untold:
        raise NotKnown(f"{lost} Submitted since, and not shown fully enough to tell: {', '.join(ids)}.")
    raise NotKnown(f"{lost} None that says the same is to be seen yet.")


def _look(
    sent: Submission,
    membership_id: str,
    known: frozenset[str],
    port: AnalysisReads,
    sleep: Callable[[float], None],
    looks: int = LOOKS,
) -> tuple[list[Analysis], list[Analysis]]:
    """Return the new analyses that say the same, and those that do not show enough."""
    same: list[Analysis] = []
    untold: list[Analysis] = []
    for attempt in range(looks):
        if attempt:
            sleep(1)
        listed = port.recent_analyses(sent.kind, membership_id, MOST)
        new = [port.analysis(sent.kind, membership_id, each.id) for each in listed if each.id not in known]
        same = [each for each in new if likeness(sent, each.shown) is Likeness.SAME]
        untold = [each for each in new if likeness(sent, each.shown) is Likeness.UNTOLD]
        if same:
            break
    return same, untold
