"""Keep a provider process quiet: the engine shows every line that it prints to the user, under no resource and twice."""

import logging
import warnings


def keep_quiet() -> None:
    """Drop warnings and log records of the libraries. Only for the plugin's own process, never for a user's program."""
    warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())
    logging.captureWarnings(True)
