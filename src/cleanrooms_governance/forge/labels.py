"""Which labels are to be set, and which taken away? Only those of our own are ever touched."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cleanrooms_governance.pull_request.verdict import Verdict

PREFIX = "governance: "
"""What all labels of ours begin with."""

_VERDICTS = tuple(each for each in Verdict if each is not Verdict.NOTHING)
"""What a comment may come to, as far as there is a label for it."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels that a pull request is to have, and all that are ours to set and take away."""

    wanted: frozenset[str] = field(default_factory=frozenset)
    own: frozenset[str] = field(default_factory=frozenset)

    def missing(self, present: Iterable[str]) -> tuple[str, ...]:
        """Return what is to be set; GitHub does not tell upper from lower case in labels."""
        there = {each.casefold() for each in present}
        return tuple(sorted(each for each in self.wanted if each.casefold() not in there))

    def surplus(self, present: Iterable[str]) -> tuple[str, ...]:
        """Return what is to be taken away, in the spelling in which it is there."""
        going = {each.casefold() for each in self.own - self.wanted} - {each.casefold() for each in self.wanted}
        return tuple(sorted(each for each in present if each.casefold() in going))


def labels_of(verdict: str) -> Labels:
    """Return the labels of a pull request whose comment comes to this; what has no label takes all of ours away."""
    own = frozenset(f"{PREFIX}{each}" for each in _VERDICTS)
    return Labels(own & {f"{PREFIX}{verdict}"}, own)
