"""The summary at the end: told when the provider's process ends, which the engine brings about at the end of every phase.

The engine still shows what it is told then, whether the phase ended well, with errors, or at the user's interrupt.
"""

import atexit
from contextlib import suppress

from cleanrooms_governance.assessment.declared import declared_resources
from cleanrooms_governance.planning.plan import Remark
from cleanrooms_providers.engine import tell
from cleanrooms_providers.interrupts import wake_main_thread_now_and_then
from cleanrooms_providers.memory import Memory


def tell_at_the_end(memory: Memory) -> None:
    """Have the summary told when this process ends; asked more than once, it is told once."""
    if memory.begins_closing():
        atexit.register(_tell_summary, memory)
        wake_main_thread_now_and_then()


def _tell_summary(memory: Memory) -> None:
    if text := memory.proceedings.summary(_declared(memory)):
        tell(Remark("summary", "", text))


def _declared(memory: Memory) -> dict[str, str]:
    """Return all resources of the stack file with what each depends on; none where the configuration is no stack file."""
    with suppress(Exception):
        return declared_resources(memory.stack_file())
    return {}
