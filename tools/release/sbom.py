"""The software bill of materials of a release: the packages that it was locked with, as CycloneDX.

Source: CycloneDX 1.6, JSON. Equal releases have equal bills: no time and no random number is in them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from tools.release.locked import Locked

SPECIFICATION = "1.6"
_NAMESPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
"""That of object identifiers (RFC 9562, appendix): any fixed one does."""


def bill_of_materials(name: str, version: str, packages: Sequence[Locked], direct: Iterable[str]) -> dict[str, Any]:
    """Return the bill of a release.

    Parameters: ``direct`` are the names of the packages that the project itself asks for, in any spelling.
    """
    root = f"pkg:pypi/{name}@{version}"
    wanted = {Locked(each, "", "", ()).purl for each in direct}
    asked_for = sorted(each.purl for each in packages if each.purl.rpartition("@")[0] + "@" in wanted)
    content = {
        "metadata": {"component": {"type": "application", "bom-ref": root, "name": name, "version": version, "purl": root}},
        "components": [_component(each) for each in packages],
        "dependencies": [{"ref": root, "dependsOn": asked_for}],
    }
    serial = uuid.uuid5(_NAMESPACE, json.dumps(content, sort_keys=True))
    head = {"bomFormat": "CycloneDX", "specVersion": SPECIFICATION, "serialNumber": f"urn:uuid:{serial}", "version": 1}
    return {**head, **content}


def _component(package: Locked) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
        "hashes": [{"alg": "SHA-256", "content": each} for each in package.sha256],
    }
    if package.marker:
        component["properties"] = [{"name": "environment-marker", "value": package.marker}]
    return component
