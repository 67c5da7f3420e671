"""The commands behind `make release` and `make audit-dependencies`."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.pulumi.console import say
from tools.release.locked import locked
from tools.release.sbom import bill_of_materials
from tools.release.vulnerabilities import look_up

CHECKOUT = Path(__file__).resolve().parents[2]
LOCK = CHECKOUT / "requirements" / "release.txt"


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="write wheel, source distribution and bill of materials")
    build.add_argument("--into", type=Path, default=CHECKOUT / "dist", help="the folder to write into")
    commands.add_parser("audit", help="look up what is known against the locked packages")
    options = parser.parse_args(arguments)
    if options.command == "audit":
        with tempfile.TemporaryDirectory() as scratch:
            verdict = look_up(LOCK, Path(scratch) / "venv")
        for line in verdict.lines:
            say(line)
        return verdict.status
    return release(options.into)


def release(folder: Path) -> int:
    """Build everything into a folder; the files of the same version there are replaced."""
    ran = subprocess.run([sys.executable, "-m", "hatchling", "build", "--directory", str(folder)], cwd=CHECKOUT, check=False)
    if ran.returncode:
        return ran.returncode
    project: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    direct = [re.split(r"[^A-Za-z0-9._-]", each, maxsplit=1)[0] for each in project["dependencies"]]
    bill = bill_of_materials(project["name"], project["version"], locked(LOCK.read_text()), direct)
    file = folder / f"{project['name'].replace('-', '_')}-{project['version']}.cdx.json"
    file.write_text(json.dumps(bill, indent=2) + "\n")
    say(f"{file}: {len(bill['components'])} packages, as locked in {LOCK.relative_to(CHECKOUT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
