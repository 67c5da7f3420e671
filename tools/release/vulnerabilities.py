"""What is known against the locked packages, where somebody can be asked.

pip-audit asks the registry or a database of advisories; it ends well where it got no answer about a package, which here counts
as not looked at.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PIP_AUDIT = "pip-audit==2.10.1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out: lines about packages, and how many there are of which nothing is known; ``unknown`` was not looked at."""

    clean: int
    vulnerable: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def status(self) -> int:
        """The exit status: 0 all looked at and nothing known, 1 something known, 3 not all could be looked at."""
        return 1 if self.vulnerable else 3 if self.unknown or not self.clean else 0

    @property
    def lines(self) -> tuple[str, ...]:
        """The verdict for people."""
        looked = self.clean + len(self.vulnerable)
        total = looked + len(self.unknown)
        if not looked:
            return ("NOT CHECKED: nothing could be looked up from here, so nothing is known about any of these packages.",)
        missing = f"; NOT CHECKED: {len(self.unknown)}" if self.unknown else ""
        summary = f"{looked} of {total} packages looked up, {len(self.vulnerable)} with known vulnerabilities{missing}"
        return (*self.vulnerable, *self.unknown, summary)


def judged(report: Mapping[str, Any]) -> Verdict:
    """Return the verdict of a report of pip-audit (its JSON format)."""
    clean, vulnerable, unknown = 0, [], []
    for each in report["dependencies"]:
        if reason := each.get("skip_reason"):
            unknown.append(f"{each['name']}: {reason}")
        elif each["vulns"]:
            found = ", ".join(
                f"{one['id']} (fixed in {', '.join(one['fix_versions']) or 'no version'})" for one in each["vulns"]
            )
            vulnerable.append(f"{each['name']} {each['version']}: {found}")
        else:
            clean += 1
    return Verdict(clean, tuple(vulnerable), tuple(unknown))


def look_up(lock: Path, scratch: Path) -> Verdict:
    """Ask about every package of a lock file, by pip-audit in an environment of its own.

    An environment, and not a requirement of this project, so that what is checked is not what checks.
    """
    python = scratch / "bin" / "python"
    installing: list[list[str]] = [
        [sys.executable, "-m", "venv", str(scratch)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PIP_AUDIT],
    ]
    for command in installing:
        if subprocess.run(command, check=False).returncode:
            return Verdict(0, (), ())
    options = ["--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json", "--requirement", str(lock)]
    ran = subprocess.run([str(python), "-m", "pip_audit", *options], capture_output=True, text=True, check=False)
    try:
        return judged(json.loads(ran.stdout))
    except (ValueError, LookupError, TypeError):
        return Verdict(0, (), ())
