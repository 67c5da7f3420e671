"""Keys for what is found in the world: made of names, valid, and free."""

import re
from collections.abc import Collection

LONGEST_SLUG = 40


def slug(text: str, longest: int = LONGEST_SLUG) -> str:
    """Return a name as a key could be: lower-case letters and digits with hyphens between them, empty if it has none."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:longest].strip("-")


def free_key(name: str, otherwise: str, mark: str, taken: Collection[str], longest: int = LONGEST_SLUG) -> str:
    """Return a key that is made of a name and not taken.

    Parameters: ``otherwise`` is used where the name has nothing that a key could be made of; ``mark`` tells apart what has the
    same name, so that a key does not depend on the order in which things are found.
    """
    key = slug(name, longest) or otherwise
    if key not in taken:
        return key
    marked = f"{key[: longest - len(mark) - 1].rstrip('-')}-{mark}"
    number = 2
    while marked in taken:
        marked, number = f"{key[: longest - len(mark) - 4].rstrip('-')}-{mark}-{number}", number + 1
    return marked
