"""What the service does: one module for each noun of the API, registering the operations it answers."""

from cleanrooms_emulator.handlers import change_requests, collaborations, members, memberships, tags

__all__ = ["change_requests", "collaborations", "members", "memberships", "tags"]
