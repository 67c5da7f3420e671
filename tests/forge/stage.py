"""A pull request on a forge, and what is published there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cleanrooms_governance.forge.client import Clock
from cleanrooms_governance.forge.labels import Labels
from cleanrooms_governance.forge.place import Place, Repository
from cleanrooms_governance.forge.publish import Outcome, publish
from tools.forge.state import ACTIONS, Forge, PullRequest, User

NUMBER = 7
MARKER = "<!-- crgov:comment retail -->"
COMMENT = f"{MARKER}\n### One change\n"
NO_LABELS = Labels()
EPOCH = 1_800_000_000.0


@dataclass
class Stage:
    """A forge, and the time by which its client waits."""

    forge: Forge
    url: str
    summary: Path
    said: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    @property
    def pull_request(self) -> PullRequest:
        """The pull request."""
        return self.forge.pull_requests[NUMBER]

    @property
    def bodies(self) -> list[str]:
        """What its comments say."""
        return [each.body for each in self.pull_request.comments]

    def publish(self, markdown: str = COMMENT, labels: Labels = NO_LABELS, user: User | None = ACTIONS) -> Outcome:
        """Publish with the token of a user, or with none."""
        if user is not None:
            self.forge.tokens["token-of-a-job"] = user
        token = "token-of-a-job" if user else None
        place = Place(Repository(self.forge.repository, self.url, token), NUMBER, self.summary)
        return publish(markdown, labels, place, self.said.append, Clock(lambda: EPOCH, self.slept.append, patience=100.0))
