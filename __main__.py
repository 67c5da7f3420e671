"""The Pulumi program of this project: everything that the stack file declares."""

from pathlib import Path

from cleanrooms_components import govern

govern(Path(__file__).parent)
