"""Which signals do the threads of a process hold back? Linux alone tells."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest

on_linux = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux tells of the threads of a process")


def held_back(process_id: int) -> dict[int, int]:
    """By thread, other than the main one: the signals that it holds back, as a mask whose lowest bit is signal 1.

    A thread that ends meanwhile is left out.
    """
    masks: dict[int, int] = {}
    for thread in sorted(int(each.name) for each in Path(f"/proc/{process_id}/task").iterdir()):
        with suppress(FileNotFoundError, ProcessLookupError):
            state = Path(f"/proc/{process_id}/task/{thread}/status").read_text()
            mask = re.search(r"^SigBlk:\s*(\w+)$", state, re.MULTILINE)
            if mask and thread != process_id:
                masks[thread] = int(mask[1], 16)
    return masks
