"""The source files of this checkout, for rules that are about all of them."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROOTS = ("src", "providers", "components")


def source_files() -> list[Path]:
    """Every Python file of the distribution, relative to the checkout."""
    return sorted(file.relative_to(CHECKOUT) for root in ROOTS for file in (CHECKOUT / root).rglob("*.py"))
