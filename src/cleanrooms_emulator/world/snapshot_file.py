"""Worlds as files: what `Application.snapshot` gives, kept as JSON for fixtures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_snapshot(path: Path) -> dict[str, Any]:
    """The snapshot in a file, for `Application.restore` or `EmulatorControl.restore`.

    Raises ValueError, naming the file, when it cannot be read or holds no JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"snapshot {path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"snapshot {path}: is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise ValueError(f"snapshot {path}: must be a JSON object, as GET /_emulator/snapshot gives it")
    return content


def write_snapshot(snapshot: Mapping[str, Any], path: Path) -> None:
    """Keep a snapshot in a file, in a form that shows well in a version control system. Raises OSError."""
    path.write_text(json.dumps(snapshot, indent=1) + "\n", encoding="utf-8")
