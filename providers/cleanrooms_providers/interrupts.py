"""How does the engine's interrupt reach the main thread, which alone can end this process?

The kernel gives an interrupt to any thread that is at hand, often to one that is just being started. Python acts on it in the
main thread, and that one sleeps on (tried: one of two hundred previews on a busy machine). After five seconds the engine would
kill the process, and nobody would read the summary.
"""

import faulthandler
import os
import signal
import threading
import time

_SECONDS = 0.5
_WAKING = signal.SIGURG
"""Nothing else uses it here, and by itself it does nothing."""


def wake_main_thread_now_and_then() -> None:
    """Have the main thread look for interrupts twice a second, from now until the process ends. To be called once."""
    # The one handler that a thread other than the main one may install; the stack that it writes is of no interest.
    faulthandler.register(_WAKING, file=os.open(os.devnull, os.O_WRONLY), all_threads=False)
    signal.siginterrupt(_WAKING, True)
    threading.Thread(target=_keep_waking, name="wake-main", daemon=True).start()


def _keep_waking() -> None:
    main = threading.main_thread().ident
    while main is not None:
        time.sleep(_SECONDS)
        signal.pthread_kill(main, _WAKING)
