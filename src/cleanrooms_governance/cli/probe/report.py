"""What does `crgov probe` say in the end?"""

from typing import Any

from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.probe.beyond import BEYOND_TWO_ACCOUNTS
from cleanrooms_governance.cli.probe.play import Probed


def probe_report(probed: Probed) -> Report:
    """Return the values found, what could not be found out and why, and what is left behind."""
    known = [each for each in probed.found if each.value is not None]
    unknown = [each for each in probed.found if each.value is None]
    lines = [Line(f"what AWS really does, by {probed.calls} calls", Tone.TITLE)]
    for each in known:
        lines += [Line(f"{each.switch} = {each.value}", Tone.ADDED, 2), Line(each.evidence, Tone.FAINT, 6)]
    if unknown:
        lines.append(Line("not found out", Tone.TITLE))
        lines += [Line(f"{each.switch}: {each.evidence}", Tone.CHANGED, 2) for each in unknown]
    lines.append(Line("cannot be found out with two accounts and no tables", Tone.TITLE))
    for reason in dict.fromkeys(BEYOND_TWO_ACCOUNTS.values()):
        switches = ", ".join(switch for switch, why in BEYOND_TWO_ACCOUNTS.items() if why == reason)
        lines.append(Line(f"{switches}: {reason}", Tone.FAINT, 2))
    if known:
        choices = " ".join(f"--switch {each.switch}={each.value}" for each in known)
        lines += [Line("to have the embedded service behave so", Tone.TITLE), Line(f"cleanrooms-emulator {choices}", indent=2)]
    lines += [Line(f"trouble: {each}", Tone.TAKEN) for each in probed.trouble]
    lines += [Line(f"LEFT BEHIND, delete it yourself: {each}", Tone.TAKEN) for each in probed.left]
    document: dict[str, Any] = {
        "switches": {each.switch: each.value for each in known},
        "evidence": {each.switch: each.evidence for each in known},
        "notFoundOut": {each.switch: each.evidence for each in unknown},
        "beyondTwoAccounts": BEYOND_TWO_ACCOUNTS,
        "trouble": list(probed.trouble),
        "leftBehind": list(probed.left),
        "calls": probed.calls,
    }
    return Report(document, lines, Exit.ERROR if probed.trouble or probed.left else Exit.DONE)
