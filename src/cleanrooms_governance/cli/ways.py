"""Does a proposed stack file reach accounts only as the base's does?"""

from pathlib import Path

from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.stack import find_stack, read_stack_at
from cleanrooms_governance.desired import Access
from cleanrooms_governance.model import AccountId


def other_ways(stack: str, proposed: Path, base: Path) -> tuple[AccountId, ...]:
    """Return the accounts that a proposal reaches otherwise than the base.

    The files are read as a run reads them, so that it does not matter in which included file something stands.

    Parameters: both folders are those of the project. A stack that the base does not have reaches nothing there.
    Raises: ``InvalidInput`` where one of the files cannot be used, ``Misused`` where the proposal has none.
    """
    known = _ways(stack, base, may_be_missing=True)
    return tuple(account for account, way in sorted(_ways(stack, proposed).items()) if known.get(account) != way)


def ways_report(others: tuple[AccountId, ...]) -> Report:
    """Return what was found."""
    lines = [Line(f"account {account} is not reached as the base says", Tone.TAKEN) for account in others]
    end = Exit.REFUSED if others else Exit.DONE
    return Report({"otherwise": list(others)}, lines or [Line("every account is reached as the base says")], end)


def _ways(stack: str, folder: Path, *, may_be_missing: bool = False) -> dict[AccountId, Access]:
    at = find_stack(stack, None, folder)
    if at is None or (may_be_missing and not at.path.exists()):
        return {}
    accounts = read_stack_at(at).file.accounts
    return {account: known.access for account, known in accounts.items() if known.access is not None}
