"""What becomes of a stack file before it is put in place, and when somebody acknowledges what it is refused for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from cleanrooms_emulator.application import Application
from tests.reliability.story import Config

_FINGERPRINT = re.compile("fp-[0-9a-f]{16}")


def filled(config: Config, app: Application) -> Config:
    """The stack file with the id of the one collaboration that there is, where it asks for it."""
    made = [str(each["id"]) for each in app.store.all("collaboration")]
    found: Config = json.loads(json.dumps(config).replace("$collaboration", made[0] if made else ""))
    return found


def acknowledged(config: Config, section: str, key: str, said: Iterable[str]) -> Config:
    """The stack file with every danger acknowledged, under the entry of a key, of which these lines say how to."""
    marks = {mark for line in said if "acknowledge" in line for mark in _FINGERPRINT.findall(line)}
    entry = {**config[section][key], "acknowledge": sorted(marks)}
    return {**config, section: {**config[section], key: entry}}
