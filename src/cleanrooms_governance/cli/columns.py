"""Rows of texts as lines whose columns stand one under the other."""

from collections.abc import Sequence

from cleanrooms_governance.text import plain


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return one line for each row; all rows have the same number of texts, which are made harmless."""
    shown = [[plain(text, 200) for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in shown]
