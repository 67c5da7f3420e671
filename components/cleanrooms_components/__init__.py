"""Component resources: a governed collaboration and a governed membership, usable from anybody's own Pulumi program."""

from cleanrooms_components.governed import GovernedCollaboration, GovernedMembership
from cleanrooms_components.program import fail_on_refusals, govern, read_stack_file

__all__ = ["GovernedCollaboration", "GovernedMembership", "fail_on_refusals", "govern", "read_stack_file"]
