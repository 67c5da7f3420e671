"""Building `pulumi` from its Go module, once a machine, into a cache that all checkouts share."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from tools.pulumi.console import say
from tools.pulumi.locks import exclusive

HERE = Path(__file__).resolve().parent
LANGUAGE_HOST_STARTER = "pulumi-language-python"
SDK_SCRIPTS = (
    Path("python/cmd/pulumi-language-python-exec"),
    Path("python/dist/pulumi-resource-pulumi-python"),
)
_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
_VERSION_VARIABLE = f"{_SDK_MODULE}/go/common/version.Version"
_FLAGS = ("-mod=readonly", "-buildvcs=false", "-trimpath", "-tags", "osusergo,grpcnotrace")
_PROGRESS_EVERY_SECONDS = 15.0


class BuildFailed(Exception):
    """The Go compiler gave up; the text ends with its last words."""


def cache_root(environ: Mapping[str, str]) -> Path:
    """Where built toolchains live: outside every checkout, so that a new clone need not build again."""
    if own := environ.get("CLEANROOMS_TOOLCHAIN_DIR"):
        return Path(own).expanduser().absolute()
    base = environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "cleanrooms-governance"


def pinned_version() -> str:
    """The version of Pulumi in go.mod, for instance `v3.259.0`."""
    pin = re.search(r"github\.com/pulumi/pulumi/pkg/v3 (v[0-9.]+)", (HERE / "go.mod").read_text())
    if pin is None:
        raise BuildFailed(f"{HERE / 'go.mod'} does not pin the module of the Pulumi command line.")
    return pin[1]


def toolchain_directory(cache: Path) -> Path:
    """The folder in `cache` for exactly this source, these flags and this kind of machine."""
    parts = [(HERE / name).read_bytes() for name in ("go.mod", "go.sum", "tools.go", LANGUAGE_HOST_STARTER)]
    parts += [" ".join(_FLAGS).encode(), f"{sys.platform}-{platform.machine()}".encode()]
    key = hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:12]
    return cache / f"pulumi-{pinned_version().removeprefix('v')}-{key}"


def built_directory(cache: Path) -> Path | None:
    """The finished toolchain in `cache`, or None: it appears by a rename, so it is whole or absent."""
    directory = toolchain_directory(cache)
    return directory if (directory / "pulumi").is_file() else None


def build(go: Path, cache: Path) -> Path:
    """Build the toolchain unless another process does so first; returns its folder.

    Raises:
        BuildFailed: no network, no disk, a Go that is too old.
    """
    directory = toolchain_directory(cache)
    lock_file = cache / f"{directory.name}.lock"
    with exclusive(lock_file, on_wait=lambda: say("Another setup is building Pulumi; waiting for it.")):
        if (directory / "pulumi").is_file():
            return directory
        for abandoned in cache.glob(f".{directory.name}.*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=cache))
        try:
            say(f"Building Pulumi {pinned_version()}, once a machine, about five minutes, into {directory}")
            _compile(go, staging / "pulumi")
            _add_scripts(go, staging)
            staging.chmod(0o755)
            staging.rename(directory)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return directory


def _compile(go: Path, target: Path) -> None:
    linker = f"-s -w -X {_VERSION_VARIABLE}={pinned_version()}"
    command = [str(go), "build", *_FLAGS, "-ldflags", linker, "-o", str(target), _PACKAGE]
    started = time.monotonic()
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            command, cwd=HERE, env=_go_environment(), stdin=subprocess.DEVNULL, stdout=words, stderr=words
        )
        try:
            while _still_running(process):
                say(f"  still building Pulumi, {time.monotonic() - started:.0f} s")
        finally:
            process.kill()
            process.wait()
        words.seek(0)
        if process.returncode != 0:
            raise BuildFailed(
                "Go could not build Pulumi. Its last words were:\n"
                + _last_lines(words.read())
                + "\nSetup needs Go's module proxy (see `go env GOPROXY`) and some 3 GB of disk. Mend that "
                "and run `make setup` again, or install Pulumi so that `pulumi` is on PATH."
            )


def _still_running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(timeout=_PROGRESS_EVERY_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _add_scripts(go: Path, directory: Path) -> None:
    listing = subprocess.run(
        [str(go), "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", _SDK_MODULE],
        cwd=HERE,
        env=_go_environment(),
        capture_output=True,
        text=True,
    )
    if listing.returncode != 0 or not listing.stdout.strip():
        raise BuildFailed(f"Go does not find the module {_SDK_MODULE}:\n{listing.stderr.strip()}")
    sdk = Path(listing.stdout.strip())
    for script in (*(sdk / path for path in SDK_SCRIPTS), HERE / LANGUAGE_HOST_STARTER):
        copy = directory / script.name
        shutil.copyfile(script, copy)
        copy.chmod(0o755)


def _go_environment() -> dict[str, str]:
    """The caller's environment without what would change the build or send it to another module."""
    return {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"}


def _last_lines(words: bytes) -> str:
    lines = words.decode(errors="replace").splitlines()[-20:]
    return "\n".join(f"  {line}" for line in lines) or "  (nothing)"
