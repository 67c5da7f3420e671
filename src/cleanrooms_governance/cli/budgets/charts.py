"""What is left of a budget, drawn: inline SVG that takes its colours from the page, and is the same for the same figures.

matplotlib is imported when the first chart is drawn, not with this module: nobody else pays for it.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from io import StringIO
from typing import TYPE_CHECKING

from cleanrooms_governance.budgets.pace import Pace, Part
from cleanrooms_governance.errors import GovernanceError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 3.5
"""Inches of 72 points, drawn about one and a half times as wide on a phone."""


class Colour(Enum):
    """Colours of the page: what is drawn with, and the name of the page's variable that takes its place."""

    INK = ("#010203", "--ink")
    MUTED = ("#040506", "--muted")
    LINE = ("#070809", "--line")
    FINE = ("#0a0b0c", "--fine")
    SOON = ("#0d0e0f", "--soon")
    GONE = ("#101112", "--gone")

    @property
    def drawn(self) -> str:
        """The colour in the drawing, which no reader sees."""
        return self.value[0]


@dataclass(frozen=True, slots=True)
class Share:
    """A bar of the overview: what it is about, which share is left, and how that is to be taken."""

    what: str
    left: str
    share: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Look:
    """How a course is drawn: its colour, the salt of its names, and the share in percent below which somebody is warned."""

    colour: Colour
    salt: str
    warn: int | None = None


class NoCharts(GovernanceError):
    """The library that draws is not installed."""


def check_installed() -> None:
    """Raise ``NoCharts`` unless there is something to draw with."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise NoCharts(
            "--html draws with matplotlib, which is not installed: pip install 'cleanrooms-governance[charts]', or do without"
            " the page"
        ) from None


def overview(shares: Sequence[Share], salt: str) -> str:
    """Return one bar for each amount, its text above it, so that long names need no room at the side."""
    with _drawing(salt):
        figure, axes = _paper(0.36 * len(shares) + 0.06, (0.005, 0, 0.99, 1))
        axes.axis("off")
        axes.set_xlim(0, 1)
        axes.set_ylim(len(shares), -0.1)
        for row, each in enumerate(shares):
            axes.barh(row + 0.72, 1, 0.26, color=Colour.LINE.drawn)
            axes.barh(row + 0.72, max(each.share, 0.004), 0.26, color=each.colour.drawn)
            axes.text(0, row + 0.46, _short(each.what, 42), color=Colour.INK.drawn, va="bottom")
            axes.text(1, row + 0.46, each.left, color=Colour.INK.drawn, va="bottom", ha="right")
        return _svg(figure)


def course(part: Part, pace: Pace, now: datetime, look: Look) -> str:
    """Return how a part went since its period began, how it goes on at that pace, and what an even pace would be.

    Parameters: ``part`` has a beginning, since it has a pace.
    """
    start = part.start or now
    last = part.end or _horizon(start, now, pace)
    colour = look.colour
    with _drawing(look.salt):
        figure, axes = _paper(1.5, (0.13, 0.2, 0.83, 0.68))
        whole = max(part.whole, 1)
        at = _Scale(start, last)
        if part.end is not None:
            axes.plot([0, 1], [whole, 0], color=Colour.MUTED.drawn, linewidth=0.8, linestyle=(0, (1, 2.5)))
            axes.axvline(1, color=Colour.MUTED.drawn, linewidth=0.8)
        if look.warn is not None:
            axes.axhline(whole * look.warn / 100, color=Colour.GONE.drawn, linewidth=0.7, linestyle=(0, (1, 2)))
        x = at(now)
        axes.fill_between([0, x], [whole, part.left], color=colour.drawn, alpha=0.16, linewidth=0)
        axes.plot([0, x], [whole, part.left], color=colour.drawn, linewidth=1.8, solid_capstyle="round")
        axes.plot(*_ahead(part, pace, now, at), color=colour.drawn, linewidth=1.4, linestyle=(0, (4, 3)))
        axes.plot([x], [part.left], "o", color=colour.drawn, markersize=4.5)
        _frame(axes, whole)
        _moments(axes, at, start, now, last)
        return _svg(figure)


@dataclass(frozen=True, slots=True)
class _Scale:
    start: datetime
    end: datetime

    def __call__(self, moment: datetime) -> float:
        return min(1.0, max(0.0, (moment - self.start) / (self.end - self.start)))


def _horizon(start: datetime, now: datetime, pace: Pace) -> datetime:
    """Return how far to draw what has no end: until nothing is left, but not more than twice as far as it went until now."""
    farthest = now + 2 * (now - start)
    return farthest if pace.empty is None else min(farthest, max(pace.empty, now + (now - start) / 4))


def _ahead(part: Part, pace: Pace, now: datetime, at: _Scale) -> tuple[list[float], list[float]]:
    """Return the line from now on: to nothing, or to what is left at the end."""
    if pace.empty is not None and pace.empty <= at.end:
        return [at(now), at(pace.empty)], [part.left, 0]
    days = max(at.end - now, timedelta()) / timedelta(days=1)
    return [at(now), 1], [part.left, max(0.0, part.left - pace.a_day * days)]


def _frame(axes: "Axes", whole: int) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(0, whole * 1.04)
    axes.set_yticks([0, whole], ["0", f"{whole}"])
    axes.tick_params(colors=Colour.MUTED.drawn, length=0, pad=3)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("bottom", "left"))
        spine.set_color(Colour.LINE.drawn)


def _moments(axes: "Axes", at: _Scale, start: datetime, now: datetime, last: datetime) -> None:
    """Name the beginning, now and the end, those that do not stand in each other's way; now is named above."""
    axes.set_xticks([0, 1], [_day(start, now), _day(last, now)])
    first, final = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    final.set_horizontalalignment("right")
    x = at(now)
    axes.text(x, 1.03, "now", color=Colour.INK.drawn, transform=axes.get_xaxis_transform(), va="bottom", ha=_side(x))
    axes.plot([x, x], [0, 1], color=Colour.INK.drawn, linewidth=0.6, transform=axes.get_xaxis_transform())


def _side(x: float) -> str:
    return "left" if x < 0.08 else "right" if x > 0.92 else "center"


def _day(moment: datetime, now: datetime) -> str:
    return f"{moment.day} {moment:%b}" + (f" {moment.year}" if moment.year != now.year else "")


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


@contextmanager
def _drawing(salt: str) -> Iterator[None]:
    """Have texts stay texts, which the page's own letters show, and a dollar sign in a name be no formula.

    With ``salt`` what is defined within one drawing has names that no other drawing of the page has.
    """
    import matplotlib

    with matplotlib.rc_context(
        {"svg.fonttype": "none", "svg.hashsalt": salt, "text.parse_math": False, "font.size": 8.5, "path.simplify": False}
    ):
        yield


def _paper(height: float, box: tuple[float, float, float, float]) -> tuple["Figure", "Axes"]:
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height), facecolor="none")
    FigureCanvasSVG(figure)
    return figure, figure.add_axes(box, facecolor="none")


def _svg(figure: "Figure") -> str:
    out = StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _inline(out.getvalue())


def _inline(svg: str) -> str:
    """Return a drawing as a part of a page: without head, sizes and names that nothing refers to, in the page's colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"', r'\1 aria-hidden="true"', svg, count=1)
    svg = re.sub(r' id="[A-Za-z0-9.]+_\d+"', "", svg)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    svg = re.sub(r"\s*\n\s*", " ", svg)
    for colour in Colour:
        svg = svg.replace(colour.drawn, f"var({colour.value[1]})")
    return svg.strip()
