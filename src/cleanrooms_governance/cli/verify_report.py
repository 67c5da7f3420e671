"""What does `crgov verify` say?"""

from collections.abc import Mapping

from cleanrooms_governance.cli.exit_codes import Exit, worst
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.verifying import Verified
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.text import labels
from cleanrooms_governance.verification.observation import Weight

_ENDS = {Weight.FINDING: Exit.CHANGES, Weight.UNREAD: Exit.ERROR, Weight.NOTE: Exit.DONE}
_TONES = {Weight.FINDING: Tone.CHANGED, Weight.UNREAD: Tone.TAKEN, Weight.NOTE: Tone.FAINT}


def verify_report(verified: Verified, names: Mapping[AccountId, str]) -> Report:
    """Return one line for each thing observed, and what was looked at."""
    lines = [Line(f"{'note: ' * (each.weight is Weight.NOTE)}{each}", _TONES[each.weight]) for each in verified.observations]
    counted = {weight: sum(each.weight is weight for each in verified.observations) for weight in Weight}
    looked = (
        f"looked at {verified.collaborations} collaborations and {verified.memberships} memberships as"
        f" {labels(verified.accounts, names) or 'nobody'}"
    )
    said = [f"{counted[Weight.FINDING]} finding{'s' * (counted[Weight.FINDING] != 1)}"]
    if counted[Weight.UNREAD]:
        said.append(f"{counted[Weight.UNREAD]} not read")
    in_force = not counted[Weight.FINDING] and not counted[Weight.UNREAD]
    lines.append(Line(f"{'all is in force as declared' if in_force else ', '.join(said)}; {looked}", Tone.TITLE))
    document = {
        "observations": [
            {"path": each.path, "check": each.check, "weight": each.weight, "message": each.message}
            for each in verified.observations
        ],
        "collaborations": verified.collaborations,
        "memberships": verified.memberships,
        "accounts": list(verified.accounts),
    }
    return Report(document, lines, worst(_ENDS[each.weight] for each in verified.observations))
