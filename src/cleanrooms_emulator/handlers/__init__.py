"""What the service does: a package for each area of the API, whose modules register the operations they answer."""

from cleanrooms_emulator.handlers import tags
from cleanrooms_emulator.handlers.change_requests import change_requests
from cleanrooms_emulator.handlers.collaborations import collaborations, members
from cleanrooms_emulator.handlers.memberships import memberships

__all__ = ["change_requests", "collaborations", "members", "memberships", "tags"]
