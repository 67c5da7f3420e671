"""The service over HTTP in a thread of this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cleanrooms_emulator.transport.http_connection import Answering
from cleanrooms_emulator.transport.server import Server


@contextmanager
def serve_in_thread(app: Answering, port: int = 0) -> Iterator[str]:
    """Serve the application while the block runs; gives the service's URL."""
    with Server(app, port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.url
