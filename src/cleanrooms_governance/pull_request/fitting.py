"""How much of a comment a forge takes, and what goes first when it is too long.

GitHub refuses bodies of more than 65,536 characters. Details go before changes, changes before who has to act, and dangers
last; of several parts of the same weight the largest are cut down to the size of the others. Whatever is cut is said there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

GITHUB_LIMIT = 65_536
"""Characters of a comment (GitHub refuses longer ones with 422: "Body is too long (maximum is 65536 characters)")."""


class Weight(IntEnum):
    """What goes first when there is not enough room."""

    DETAIL = 0
    CHANGE = 1
    ACTION = 2
    DANGER = 3
    WHOLE = 4


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of Markdown, of which the last ones may be cut; ``before`` and ``after`` stand whole.

    ``about`` says in a word or two what the lines are.
    """

    lines: tuple[str, ...]
    weight: Weight = Weight.WHOLE
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    about: str = ""
    cut: int = 0

    @property
    def size(self) -> int:
        """The characters of the lines that can be cut."""
        return sum(length(line) + 1 for line in self.lines)

    def within(self, room: int) -> "Part":
        """Return the part with as many of its first lines as there is room for."""
        kept, used = 0, 0
        for line in self.lines:
            used += length(line) + 1
            if used > room:
                break
            kept += 1
        return replace(self, lines=self.lines[:kept], cut=self.cut + len(self.lines) - kept)

    def text(self, where: str) -> str:
        """Return the part as Markdown; ``where`` says where to read what was cut."""
        notice = [_notice(self.cut, where)] if self.cut else []
        return "\n".join([*self.before, *self.lines, *notice, *self.after])


@dataclass(frozen=True, slots=True)
class Fitted:
    """A comment that fits: its text, and how many lines of what were cut."""

    text: str
    cut: tuple[tuple[str, int], ...]


def _notice(cut: int, where: str) -> str:
    return f"- *{cut} more {'line is' if cut == 1 else 'lines are'} cut here: read {where}*"


def length(text: str) -> int:
    """Return how long a text is for a forge, which may count what is beyond U+FFFF twice."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def fit(parts: Sequence[Part], limit: int, where: str) -> Fitted:
    """Return the parts as one text of at most ``limit`` characters."""
    fitted = list(parts)
    for weight in (Weight.DETAIL, Weight.CHANGE, Weight.ACTION, Weight.DANGER):
        over = length(_joined(fitted, where)) - limit
        if over <= 0:
            break
        places = [place for place, part in enumerate(fitted) if part.weight is weight and part.lines]
        # The notices that say what is cut need room themselves.
        notices = len(places) * (length(_notice(10**6, where)) + 1)
        room = sum(fitted[place].size for place in places) - over - notices
        level = _level([fitted[place].size for place in places], room)
        for place in places:
            fitted[place] = fitted[place].within(level)
    cut = tuple((part.about, part.cut) for part in fitted if part.cut)
    return Fitted(_joined(fitted, where), cut)


def _joined(parts: Iterable[Part], where: str) -> str:
    return "\n\n".join(text for part in parts if (text := part.text(where))) + "\n"


def _level(sizes: Sequence[int], room: int) -> int:
    """Return the size down to which the largest have to be cut, so that all together need no more than the room."""
    left = room
    for count, size in zip(range(len(sizes), 0, -1), sorted(sizes), strict=True):
        if size * count > left:
            return max(left // count, 0)
        left -= size
    return max(sizes, default=0)
