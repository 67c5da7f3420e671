"""Which Regions there are."""

from __future__ import annotations

from collections.abc import Set
from functools import cache

from botocore.loaders import Loader

_PARTITION = "aws"
"""The models know ARNs of this partition alone."""
_NO_PLACE = "aws-global"


@cache
def known_regions() -> Set[str]:
    """The Regions of the partition as the installed botocore lists them.

    Clean Rooms is not offered in all of them. Which it is offered in changes more often than a botocore is installed, so
    this service plays it in all (assumption).
    """
    partitions = Loader().load_data("partitions")["partitions"]
    listed = next(each["regions"] for each in partitions if each["id"] == _PARTITION)
    return frozenset(listed) - {_NO_PLACE}
