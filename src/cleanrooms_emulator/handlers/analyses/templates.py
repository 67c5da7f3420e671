"""Analysis templates as what is run: which ones can be used, and with which parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.refusals import MEMBERSHIP, invalid_field, not_found
from cleanrooms_emulator.world.store import Document

_WHOLE = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_BOOLEAN = re.compile("true|false", re.IGNORECASE)
_FORMS = {
    **dict.fromkeys(("SMALLINT", "INTEGER", "BIGINT", "INT", "LONG", "SHORT", "TINYINT"), _WHOLE),
    **dict.fromkeys(("DECIMAL", "NUMERIC", "REAL", "DOUBLE_PRECISION", "DOUBLE", "FLOAT"), _NUMBER),
    "BOOLEAN": _BOOLEAN,
}
"""Types whose values can be told from others by their text; values of the rest are taken as they are."""


def usable_template(ctx: Context, collaboration: Document, arn: str, formats: tuple[str, ...], field: str) -> Document:
    """The template of an ACTIVE member of the collaboration.

    Raises ResourceNotFoundException (the model knows no type for templates: MEMBERSHIP, under which they are)
    when there is none, ValidationException on `field` when its format is not one of `formats`.
    """
    template = ctx.store.get(kinds.ANALYSIS_TEMPLATE, arn.rpartition("/")[2])
    if template is None or template["arn"] != arn or template["collaborationId"] != collaboration["id"]:
        raise _no_template(collaboration, arn)
    owner = roster.find(collaboration, template["_account"])
    if owner is None or owner["status"] != roster.ACTIVE:
        raise _no_template(collaboration, arn)
    if template["format"] not in formats:
        raise invalid_field(field, f"The template's format is {template['format']}, not {' or '.join(formats)}")
    return template


def check_parameters(template: Document, given: Mapping[str, str] | None, field: str) -> None:
    """Refuse parameters that the template does not define or that do not fit, and missing ones without default.

    Source: model, ProtectedJobParameters for jobs; assumed to hold for queries as well.
    """
    values = given or {}
    defined: dict[str, dict[str, Any]] = {each["name"]: each for each in template.get("analysisParameters") or []}
    unknown = sorted(values.keys() - defined.keys())
    if unknown:
        raise invalid_field(field, f"The template does not define {', '.join(unknown)}")
    missing = sorted(name for name, each in defined.items() if name not in values and each.get("defaultValue") is None)
    if missing:
        raise invalid_field(field, f"The template has no default for {', '.join(missing)}; give a value")
    for name, value in values.items():
        form = _FORMS.get(defined[name]["type"])
        if form is not None and form.fullmatch(value) is None:
            raise invalid_field(field, f"The value of {name} is not of type {defined[name]['type']}")


def _no_template(collaboration: Document, arn: str) -> Exception:
    return not_found(MEMBERSHIP, arn, f"Collaboration {collaboration['id']} has no analysis template {arn}")
