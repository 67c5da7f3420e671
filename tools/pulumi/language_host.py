"""A language host: the process through which Pulumi runs a Python program.

Used only where Pulumi was built from its Go module, which comes without one. It speaks the public
`LanguageRuntime` protocol of the SDK: prints its port, and for each Run starts the SDK's own
`pulumi-language-python-exec`, which lies beside the `pulumi` that started this process.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

ERROR_ALREADY_SHOWN = 32
"""The exit status by which `pulumi-language-python-exec` says that the user has seen the reason."""
GRACE_SECONDS = 3.0
"""How long a program may take to leave after an interrupt; the engine kills this process after five."""
_PARENT_CHECK_SECONDS = 1.0
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class CannotStart(Exception):
    """The program cannot be started; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The Python that a project asks for in `runtime.options`."""

    python: Path
    virtualenv: Path | None

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """`inherited`, with the virtual environment activated if there is one."""
        environment = dict(inherited)
        if self.virtualenv is not None:
            environment.pop("PYTHONHOME", None)
            environment["VIRTUAL_ENV"] = str(self.virtualenv)
            search_path = [str(self.virtualenv / "bin"), inherited.get("PATH", os.defpath)]
            environment["PATH"] = os.pathsep.join(search_path)
        return environment


def interpreter(project: Path, options: Mapping[str, object], environ: Mapping[str, str]) -> Interpreter:
    """Choose the Python of a project as Pulumi's own host does, for the tool chains `pip` and `uv`.

    Raises:
        CannotStart: an option that is not supported, or an environment that is not there.
    """
    toolchain = options.get("toolchain", "pip")
    unknown = sorted(options.keys() - {"toolchain", "virtualenv"})
    if unknown or toolchain not in ("pip", "uv"):
        raise CannotStart(
            f"Pulumi.yaml asks for a runtime option that the language host of this checkout does not have: "
            f"{', '.join(unknown) or f'toolchain: {toolchain}'}. It knows `toolchain: pip`, `toolchain: uv` "
            f"and `virtualenv`; an installed Pulumi knows them all."
        )
    named = options.get("virtualenv") or (".venv" if toolchain == "uv" else None)
    if named is None:
        command = environ.get("PULUMI_PYTHON_CMD", "python3")
        found = shutil.which(command, path=environ.get("PATH"))
        if found is None:
            raise CannotStart(f"There is no {command} on PATH; name a `virtualenv` in Pulumi.yaml.")
        return Interpreter(Path(found), None)
    virtualenv = project / str(named)
    python = virtualenv / "bin" / "python"
    if not python.is_file():
        raise CannotStart(f"Pulumi.yaml names the virtualenv {named}, but there is no {python}. Make it first.")
    return Interpreter(python, virtualenv)


def program_command(request: language_pb2.RunRequest, engine: str, python: Path, executor: Path) -> list[str]:
    """The command line that runs the program of `request`."""
    settings = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "parallel": str(request.parallel),
        "dry_run": "true" if request.dryRun else "false",
        "organization": request.organization,
        "pwd": working_directory(request),
    }
    flags = [part for name, value in settings.items() for part in (f"--{name}", value)]
    return [str(python), "-u", str(executor), *flags, request.info.entry_point or ".", *request.args]


def working_directory(request: language_pb2.RunRequest) -> str:
    """The folder that the program runs in; `main:` in Pulumi.yaml may put it below the project's."""
    return request.info.program_directory or request.pwd


def response(status: int) -> language_pb2.RunResponse:
    """What the engine is told about a program that ended with `status` (negative: by that signal)."""
    if status == 0:
        return language_pb2.RunResponse()
    if status == ERROR_ALREADY_SHOWN:
        return language_pb2.RunResponse(bail=True)
    if status < 0:
        return language_pb2.RunResponse(error=f"program was ended by {signal.Signals(-status).name}")
    return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {status}")


class Programs:
    """The programs that are running, so that all of them can be told to stop."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._interrupted: dict[subprocess.Popen[bytes], bool] = {}
        self._closed = False

    @contextmanager
    def started(self, command: list[str], directory: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
        """Start a program and keep it in sight until it has ended."""
        with self._lock:
            if self._closed:
                raise CannotStart("the run was cancelled before the program started")
            # In a process group of its own: interrupted once, by us, and not by the engine as well.
            process = subprocess.Popen(command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, process_group=0)
            self._interrupted[process] = False
        try:
            yield process
        finally:
            with self._lock:
                del self._interrupted[process]

    def interrupt(self, process: subprocess.Popen[bytes]) -> None:
        """Ask one program to stop, once, if it still runs."""
        with self._lock:
            if self._interrupted.get(process) is False and process.poll() is None:
                self._interrupted[process] = True
                process.send_signal(signal.SIGINT)

    def close(self) -> list[subprocess.Popen[bytes]]:
        """Ask all programs to stop and start no more; returns those that were running."""
        with self._lock:
            self._closed = True
            running = list(self._interrupted)
        for process in running:
            self.interrupt(process)
        return running


class PythonHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The part of the protocol that running programs needs; the rest answers "unimplemented"."""

    def __init__(self, engine: str, executor: Path, programs: Programs) -> None:
        """Serve the engine at the address `engine`."""
        self._engine = engine
        self._executor = executor
        self._programs = programs

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(
        self, request: language_pb2.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        return language_pb2.GetRequiredPluginsResponse()

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        return language_pb2.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        return language_pb2.GetProgramDependenciesResponse()

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self._programs.close()
        return empty_pb2.Empty()

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        try:
            return response(self._run(request, context))
        except CannotStart as reason:
            return language_pb2.RunResponse(error=str(reason))

    def _run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> int:
        chosen = interpreter(Path(request.info.root_directory), dict(request.info.options), os.environ)
        environment = {
            **chosen.environment(os.environ),
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        command = program_command(request, self._engine, chosen.python, self._executor)
        try:
            with self._programs.started(command, working_directory(request), environment) as process:
                if not context.add_callback(lambda: self._programs.interrupt(process)):
                    self._programs.interrupt(process)
                return process.wait()
        except OSError as failure:
            raise CannotStart(_start_failure(failure, environment["PULUMI_CONFIG"])) from failure


def _start_failure(failure: OSError, configuration: str) -> str:
    if failure.errno == errno.E2BIG:
        return (
            f"The stack's configuration is {len(configuration.encode()):,} bytes. It reaches the program in one "
            f"environment variable, for which the operating system allows 128 KiB. Move parts of it into files."
        )
    return f"The program could not be started: {failure}"


def serve(engine: str, executor: Path) -> None:
    """Serve until the engine says stop (SIGINT) or is gone, and leave no program behind."""
    parent = os.getppid()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    programs = Programs()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8), options=_UNLIMITED)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(PythonHost(engine, executor, programs), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while not stopping.wait(_PARENT_CHECK_SECONDS):
        if os.getppid() != parent:
            break
    for process in programs.close():
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    server.stop(grace=None)


def main() -> None:
    """Entry point; the engine passes its own address as the last argument."""
    executor = shutil.which("pulumi-language-python-exec")
    if len(sys.argv) < 2 or executor is None:
        sys.exit("The language host is started by pulumi, which passes the engine's address; see tools/pulumi/run.")
    serve(sys.argv[-1], Path(executor))
    # Not sys.exit: a handler thread may still be inside a call, and nobody listens to its answer any more.
    os._exit(0)


if __name__ == "__main__":
    main()
