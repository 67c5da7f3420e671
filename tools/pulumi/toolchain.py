"""The Pulumi command line of this checkout: where it is, and the settings to run it with."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.pulumi import go_build
from tools.pulumi.choice import Build, Choice, Installed, Nothing, UseBuilt, UseInstalled, choose
from tools.pulumi.versions import Version, parse

CHECKOUT = Path(__file__).resolve().parents[2]
_COMPANIONS = ("pulumi-language-python", "pulumi-resource-pulumi-python")


class ToolchainMissing(Exception):
    """There is no Pulumi to run yet; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A Pulumi that can run Python programs."""

    pulumi: Path
    env: dict[str, str]
    """Variables to add to the environment in which `pulumi` is started."""


def locate(environ: Mapping[str, str] = os.environ) -> Toolchain:
    """The Pulumi of this checkout, without building anything.

    Raises:
        ToolchainMissing: `make setup` has not been run, or could not find or build a Pulumi.
    """
    match _choice(environ):
        case UseInstalled(executable):
            return Toolchain(executable, {})
        case UseBuilt(directory):
            return _built(directory, environ)
        case Build():
            raise ToolchainMissing("Pulumi has not been built yet: run `make setup`.")
        case Nothing(message):
            raise ToolchainMissing(message)


def ensure(environ: Mapping[str, str] = os.environ) -> Toolchain:
    """The Pulumi of this checkout, built first if there is none.

    Raises:
        ToolchainMissing: there is none and nothing to build it with.
        go_build.BuildFailed: building it failed.
    """
    match _choice(environ):
        case Build(go):
            return _built(go_build.build(go, go_build.cache_root(environ)), environ)
        case _:
            return locate(environ)


def isolated_environment(scratch: Path) -> dict[str, str]:
    """Settings under which `pulumi` keeps everything below `scratch` and talks to nobody but the providers.

    For tests, the demo and measurements: state in files, no passphrase, no update check, no plug-in
    downloads, no metadata service. Makes the folders it names. Pass `--yes --non-interactive` on the command
    line; the variable for it is left out because the engine then refuses `--preview-only`.
    """
    state, home = scratch / "state", scratch / "home"
    for folder in (state, home):
        folder.mkdir(parents=True, exist_ok=True)
    return {
        # Without the notes that are otherwise written beside each state: one that a kill cuts off makes the state unreadable.
        "PULUMI_BACKEND_URL": f"{state.absolute().as_uri()}?metadata=skip",
        "PULUMI_HOME": str(home.absolute()),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
        "NO_COLOR": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _choice(environ: Mapping[str, str]) -> Choice:
    path = environ.get("PATH")
    cache = go_build.cache_root(environ)
    go = shutil.which("go", path=path)
    return choose(
        installed=_installed(path, cache),
        built=go_build.built_directory(cache),
        go=Path(go) if go else None,
    )


def _built(directory: Path, environ: Mapping[str, str]) -> Toolchain:
    return Toolchain(
        directory / "pulumi",
        {
            "PATH": os.pathsep.join([str(directory), environ.get("PATH", os.defpath)]),
            "CLEANROOMS_HOST_PYTHON": str(CHECKOUT / ".venv" / "bin" / "python"),
            "CLEANROOMS_LANGUAGE_HOST": str(CHECKOUT / "tools" / "pulumi" / "language_host.py"),
        },
    )


def _installed(path: str | None, cache: Path) -> Installed | None:
    found = shutil.which("pulumi", path=path)
    if found is None:
        return None
    executable = Path(found)
    if executable.is_relative_to(cache):
        return None  # ours, put on PATH by a `run` that this process descends from
    # The engine looks on PATH, then beside the real file that a link on PATH may point to.
    beside = os.pathsep.join([path or os.defpath, str(executable.resolve().parent)])
    missing = tuple(name for name in _COMPANIONS if shutil.which(name, path=beside) is None)
    return Installed(executable, _version_of(executable), missing)


def _version_of(executable: Path) -> Version | None:
    try:
        answer = subprocess.run(
            [str(executable), "version"],
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse(answer.stdout) if answer.returncode == 0 else None
