"""What is it to use a command wrongly?"""


class Misused(Exception):
    """The options do not make sense together, or name what is not there; ``str()`` is one line for the user."""
