"""What setup tells the person at the terminal. Standard output stays free for values that a shell reads."""

import sys


def say(line: str) -> None:
    """Show one line of progress at once."""
    print(line, file=sys.stderr, flush=True)
