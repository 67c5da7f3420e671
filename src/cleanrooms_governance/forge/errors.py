"""What can go wrong with the forge. No message holds a token."""

from cleanrooms_governance.errors import GovernanceError


class ForgeError(GovernanceError):
    """GitHub cannot be asked, or does not do what is asked of it."""


class NotAllowed(ForgeError):
    """The token may not write here, as that of a pull request from a fork."""


class Gone(ForgeError):
    """There is no such thing, any more or for this token."""


class AnswerLost(ForgeError):
    """No usable answer came to a call that may have had its effect."""
