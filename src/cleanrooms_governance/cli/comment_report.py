"""What `crgov comment` prints, and how it ends."""

from collections.abc import Mapping

from cleanrooms_governance.cli.exit_codes import Exit, worst
from cleanrooms_governance.cli.output import Line, Report
from cleanrooms_governance.pull_request.comment import Comment
from cleanrooms_governance.pull_request.verdict import Judged, Verdict

_ENDS: Mapping[Verdict, Exit] = {
    Verdict.FAILED: Exit.ERROR,
    Verdict.REFUSED: Exit.REFUSED,
    Verdict.NOT_READ: Exit.UNKNOWN,
    Verdict.DANGEROUS: Exit.CHANGES,
    Verdict.CHANGES: Exit.CHANGES,
    Verdict.WAITING: Exit.WAITING,
    Verdict.NOTHING: Exit.DONE,
}


def _end(judged: Judged) -> Exit:
    return worst([_ENDS[judged.verdict], *([Exit.REFUSED] if judged.denied else [])])


def comment_report(comment: Comment, *, exit_code: bool) -> Report:
    """Return the report of a comment that was written to a file: what it says, in a line for each stack.

    Parameters: ``exit_code`` makes the command end as the worst of the previews does.
    """
    said = [f"{each.preview.path}: {each.verdict}" for each in comment.judged]
    end = worst(map(_end, comment.judged)) if exit_code else Exit.DONE
    return Report(comment.document(), [*map(Line, said), Line(f"plan {comment.plan.fingerprint}")], end)
