"""What do the processes of tests spend time on that no test is about?"""

from __future__ import annotations

import gc
from functools import lru_cache

import botocore.parsers
from botocore.useragent import UserAgentComponent


def hasten() -> None:
    """Spare this process the collector, and what botocore works out anew for each call although it comes out the same.

    At its own pace the collector takes an eighth to a fifth of the time. Of a call in process botocore spends a tenth on the
    parts of its user agent and on times that it has read before; both are made from their arguments alone. The processes
    of the real engine do without: there botocore is as its users have it.
    """
    gc.set_threshold(50_000, 20, 20)
    UserAgentComponent.to_string = lru_cache(maxsize=1024)(UserAgentComponent.to_string)
    botocore.parsers.DEFAULT_TIMESTAMP_PARSER = lru_cache(maxsize=4096)(botocore.parsers.DEFAULT_TIMESTAMP_PARSER)
