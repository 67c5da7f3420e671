"""How often is garbage collected while tests run?"""

from __future__ import annotations

import gc


def collect_seldom() -> None:
    """Spare this process the collector, which at its own pace takes an eighth to a fifth of the time."""
    gc.set_threshold(50_000, 20, 20)
