"""What is wrong in stack files, and where in them?

Found by reading them as every other command and the program does, so that nothing is said here that is not said there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cleanrooms_governance.cli.exit_codes import Exit
from cleanrooms_governance.cli.files import as_written
from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.cli.stack import CONFIG, StackPath, read_stack_at
from cleanrooms_governance.errors import Finding, InvalidInput, Spot
from cleanrooms_governance.settings.stack_file import SECTIONS
from cleanrooms_governance.settings.yaml_file import read_yaml_file


@dataclass(frozen=True, slots=True)
class Validated:
    """A stack file, as a path from the working folder, with what is wrong in it and in what it includes."""

    file: str
    findings: tuple[Finding, ...]
    counts: tuple[int, int] = (0, 0)
    """The collaborations and memberships of a file in which nothing is wrong."""


def validate_stack(at: StackPath) -> Validated:
    """Return everything that is wrong in a stack file, in the order of the files and their lines.

    Raises: ``Misused`` if there is no such file.
    """
    name = as_written(at.path)
    try:
        stack = read_stack_at(at)
    except InvalidInput as invalid:
        return Validated(name, tuple(sorted((_placed(each, at) for each in invalid.findings), key=_order)))
    if held := _sections_without_config(at):
        message = (
            f"holds {' and '.join(held)} without `{CONFIG}`, as a file does that a stack file includes: validate the stack"
            " file, which reads this one as well"
        )
        return Validated(name, (Finding(name, message, Spot(name)),))
    return Validated(name, (), (len(stack.file.collaborations), len(stack.file.memberships)))


def _sections_without_config(at: StackPath) -> list[str]:
    """Return the sections that stand where those of an included file do: to the engine it is a stack without configuration."""
    value = read_yaml_file(at.path, at.path.name).value
    return sorted(value.keys() & set(SECTIONS)) if isinstance(value, dict) and CONFIG not in value else []


def validated_report(found: Sequence[Validated]) -> Report:
    """Return each finding in a line that begins with file, line and column, and a line for each file that is well."""
    lines = [line for each in found for line in _lines(each)]
    document = {
        "files": [
            {"file": each.file, "valid": not each.findings, "findings": [_document(finding) for finding in each.findings]}
            for each in found
        ]
    }
    return Report(document, lines, Exit.ERROR if any(each.findings for each in found) else Exit.DONE)


def _lines(validated: Validated) -> Iterator[Line]:
    for finding in validated.findings:
        spot = _spot(finding)
        where = ":".join([spot.file, *(str(number) for number in (spot.line, spot.column) if number)])
        yield Line(f"{where} {spot.path}: {finding.message}" if spot.path else f"{where}: {finding.message}", Tone.TAKEN)
    if not validated.findings:
        collaborations, memberships = validated.counts
        yield Line(f"{validated.file}: valid (collaborations: {collaborations}, memberships: {memberships})", Tone.FAINT)


def _document(finding: Finding) -> dict[str, Any]:
    spot = _spot(finding)
    return {
        "file": spot.file,
        "line": spot.line or None,
        "column": spot.column or None,
        "path": spot.path,
        "message": finding.message,
    }


def _placed(finding: Finding, at: StackPath) -> Finding:
    """Return a finding whose file is named from the working folder."""
    spot = finding.spot or Spot(at.inside, path=finding.path)
    return Finding(finding.path, finding.message, Spot(as_written(at.folder / spot.file), spot.line, spot.column, spot.path))


def _order(finding: Finding) -> tuple[str, int, int, str]:
    spot = _spot(finding)
    return (spot.file, spot.line, spot.column, finding.message)


def _spot(finding: Finding) -> Spot:
    return finding.spot or Spot("", path=finding.path)
