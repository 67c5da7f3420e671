"""An application behind HTTP/1.1 on the loopback interface, one thread a connection."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from types import TracebackType
from typing import Self

from cleanrooms_emulator.transport.http_connection import Answering, Connection

HOST = "127.0.0.1"
PATIENCE = 30.0
"""Seconds for a request to arrive once it has begun."""

_BACKLOG = 128
_FINISHING_SECONDS = 2.0
_OUT_OF_SOCKETS_PAUSE = 0.05


class Server:
    """Serves an application on a port of the loopback interface; port 0 takes a free one.

    Raises OSError when the port cannot be taken. Leaving the block of a `with` stops the service.
    """

    def __init__(self, app: Answering, port: int = 0, *, patience: float = PATIENCE) -> None:
        self._app = app
        self._patience = patience
        self._stopping = threading.Event()
        self._serving = threading.Lock()
        self._connections: dict[threading.Thread, Connection] = {}
        self._listening = _listening(port)
        self._waker, self._wakes = socket.socketpair()
        self.port: int = self._listening.getsockname()[1]

    @property
    def url(self) -> str:
        """Where the service is."""
        return f"http://{HOST}:{self.port}"

    def serve_forever(self) -> None:
        """Take connections until `stop` is called."""
        with self._serving, selectors.DefaultSelector() as selector:
            if self._stopping.is_set():
                return
            selector.register(self._listening, selectors.EVENT_READ)
            selector.register(self._wakes, selectors.EVENT_READ)
            while not self._stopping.is_set():
                selector.select()
                self._accept()

    def stop(self) -> None:
        """Take no further connection and no further request; calls being answered have two seconds to be so."""
        self._stopping.set()
        self._waker.close()
        with self._serving:
            self._listening.close()
            self._wakes.close()
        deadline = time.monotonic() + _FINISHING_SECONDS
        for connection in tuple(self._connections.values()):
            connection.finish()
        for thread, connection in tuple(self._connections.items()):
            thread.join(max(0.0, deadline - time.monotonic()))
            connection.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _accept(self) -> None:
        try:
            connected, _ = self._listening.accept()
        except BlockingIOError:
            return
        except OSError:
            self._stopping.wait(_OUT_OF_SOCKETS_PAUSE)
            return
        connected.setblocking(True)
        connection = Connection(connected, self._app, self._stopping, self._patience)
        thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
        self._connections[thread] = connection
        try:
            thread.start()
        except RuntimeError:
            del self._connections[thread]
            connected.close()

    def _serve(self, connection: Connection) -> None:
        try:
            connection.serve()
        finally:
            del self._connections[threading.current_thread()]


def _listening(port: int) -> socket.socket:
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise OSError(f"port {port} of {HOST} cannot be taken: {error.strerror}") from None
    listening.listen(_BACKLOG)
    listening.setblocking(False)
    return listening
