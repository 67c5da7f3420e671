"""The stack files of the story, and how they are edited in it."""

from dataclasses import dataclass
from pathlib import Path

from demo import console
from tools.playground import Playground

HERE = Path(__file__).parent
COLLABORATION_ID = "COLLABORATION_ID"
"""Stands in ``bank.yaml`` for the id that is not known before the collaboration has been created."""


@dataclass
class StackText:
    """One stack file as it stands, edited by replacing whole passages; each edit is shown as a diff."""

    stack: str
    playground: Playground
    text: str

    @classmethod
    def of(cls, stack: str, playground: Playground, filled: str = "") -> "StackText":
        """Write the stack's first file; ``filled`` is the collaboration's id where the file needs it."""
        text = (HERE / f"{stack}.yaml").read_text().replace(COLLABORATION_ID, filled or COLLABORATION_ID)
        made = cls(stack, playground, text)
        playground.write_stack_text(stack, text)
        return made

    def edit(self, *replacements: tuple[str, str]) -> None:
        """Replace passages, each of which stands in the file exactly once, and show what changed."""
        after = self.text
        for old, new in replacements:
            if after.count(old) != 1:
                raise ValueError(f"{old!r} does not stand exactly once in the stack file {self.stack}")
            after = after.replace(old, new)
        console.edit(self.text, after, f"stacks/Pulumi.{self.stack}.yaml")
        self.text = after
        self.playground.write_stack_text(self.stack, after)
