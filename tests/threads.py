"""Which signals do the threads of a process hold back? Linux alone tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

on_linux = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux tells of the threads of a process")


def held_back(process_id: int) -> dict[int, int]:
    """By thread, other than the main one: the signals that it holds back, as a mask whose lowest bit is signal 1."""
    states = {int(each.name): (each / "status").read_text() for each in Path(f"/proc/{process_id}/task").iterdir()}
    masks = {thread: re.search(r"^SigBlk:\s*(\w+)$", state, re.MULTILINE) for thread, state in sorted(states.items())}
    return {thread: int(mask[1], 16) for thread, mask in masks.items() if mask and thread != process_id}
