"""The virtual environment of this checkout: exactly what the lock file says, and the project itself."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.pulumi.console import say
from tools.pulumi.locks import exclusive

_ASK_VERSION = "import sys; print('.'.join(map(str, sys.version_info[:3])))"


class InstallFailed(Exception):
    """The virtual environment could not be made; pip's own words are on the terminal already."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where one clone keeps its virtual environment and what goes into it."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def lock(self, group: str) -> Path:
        """The hash-pinned requirements of a group, `dev` or `bench`."""
        return self.root / "requirements" / f"{group}.txt"

    def stamp(self, group: str) -> Path:
        """Written last, so that an installation that was cut short does not count."""
        return self.folder / f".installed-{group}"


def ensure(checkout: Checkout, group: str, *, demanded: str | None) -> None:
    """Bring `.venv` to the state of the lock file of `group`; says and does nothing if it is there already.

    `demanded` is the interpreter that the user asked for by name, if any; the environment is made anew if it
    runs another version. Two calls at once end with one installation.

    Raises:
        InstallFailed: venv or pip gave up.
    """
    python = _version(demanded) if demanded else None
    if _is_current(checkout, group, python):
        return
    lock_file = checkout.root / ".venv.lock"
    with exclusive(lock_file, on_wait=lambda: say("Another setup is filling .venv; waiting for it.")):
        if _is_current(checkout, group, python):
            return
        if not _is_usable(checkout, python):
            _create(checkout)
        _install(checkout, group)
        checkout.stamp(group).write_text(_wanted(checkout, group))


def _is_current(checkout: Checkout, group: str, python: str | None) -> bool:
    try:
        installed = checkout.stamp(group).read_text()
    except FileNotFoundError:
        return False
    return installed == _wanted(checkout, group) and _is_usable(checkout, python)


def _is_usable(checkout: Checkout, python: str | None) -> bool:
    if f"VIRTUAL_ENV={checkout.folder}" not in _activation(checkout):
        return False  # the checkout was moved, and every script in it still names the old place
    found = _version(str(checkout.python))
    return found is not None and python in (None, found)


def _activation(checkout: Checkout) -> str:
    try:
        text = (checkout.folder / "bin" / "activate").read_text()
    except FileNotFoundError:
        return ""
    return text.replace('"', "").replace("'", "")


def _wanted(checkout: Checkout, group: str) -> str:
    digest = hashlib.sha256()
    for source in (checkout.lock(group), checkout.root / "pyproject.toml"):
        digest.update(hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest() + "\n"


def _version(interpreter: str) -> str | None:
    try:
        answer = subprocess.run([interpreter, "-I", "-S", "-c", _ASK_VERSION], capture_output=True, text=True)
    except OSError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def _create(checkout: Checkout) -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    say(f"Making .venv with Python {version}")
    # From inside another environment, the interpreter below it: .venv must not depend on that one.
    base: str = getattr(sys, "_base_executable", sys.executable)
    _run(
        [base, "-m", "venv", "--clear", str(checkout.folder)],
        f"{base} cannot make virtual environments. On Debian and Ubuntu install python3-venv; or name "
        f"another Python: make setup PYTHON=/path/to/python3",
    )


def _install(checkout: Checkout, group: str) -> None:
    lock = checkout.lock(group).relative_to(checkout.root)
    pip = [
        str(checkout.python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    say(f"Installing {lock} into .venv")
    _run(
        [*pip, "--require-hashes", "--requirement", str(checkout.lock(group))],
        f"pip could not install {lock}; its own words are above. It needs the package index it is configured "
        f"for (`pip config list`). Mend that and run `make setup` again.",
    )
    _run(
        [*pip, "--no-deps", "--no-build-isolation", "--editable", str(checkout.root)],
        "pip could not install the project itself; its own words are above.",
    )


def _run(command: list[str], complaint: str) -> None:
    # pip's output goes where progress goes: standard output stays free for values.
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode != 0:
        raise InstallFailed(complaint)
