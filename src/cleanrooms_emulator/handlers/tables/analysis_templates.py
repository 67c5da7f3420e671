"""Analysis templates under a membership: Create, Get, List, Update and DeleteAnalysisTemplate.

`validations` stays absent: what the service checks for differential privacy is not documented closely enough.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers import kinds, quotas, tags
from cleanrooms_emulator.handlers.analyses import sql_tables
from cleanrooms_emulator.handlers.memberships.own_memberships import moment_in
from cleanrooms_emulator.handlers.refusals import (
    MEMBERSHIP,
    already_exists,
    invalid_configuration,
    invalid_field,
    invalid_query,
    not_found,
)
from cleanrooms_emulator.handlers.tables.own_resources import (
    active_membership,
    children_of,
    find_child,
    membership_in_use,
    missing,
    new_child,
    oldest_first,
)
from cleanrooms_emulator.pagination import paginate
from cleanrooms_emulator.registry import operation
from cleanrooms_emulator.world.store import Document

SQL = "SQL"
_KIND = kinds.ANALYSIS_TEMPLATE
_COPIED = (
    "name",
    "description",
    "format",
    "source",
    "analysisParameters",
    "errorMessageConfiguration",
    "syntheticDataParameters",
)


@operation("CreateAnalysisTemplate")
def create_template(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Propose a query or job to the members of the collaboration; all but the description is fixed from then on.

    Names are unique within the membership (assumption; the operation declares ConflictException).
    """
    membership = active_membership(ctx, params["membershipIdentifier"])
    _check_source(params["format"], params["source"])
    _check_parameters(params.get("analysisParameters") or [])
    tables = _referenced_tables(params)
    siblings = children_of(ctx, _KIND, membership["id"])
    if any(each["name"] == params["name"] for each in siblings):
        raise already_exists(MEMBERSHIP, membership["id"], f"The membership has an analysis template {params['name']} already")
    quotas.ensure_within(ctx.store, quotas.ANALYSIS_TEMPLATES, len(siblings) + 1)
    template = {
        **new_child(ctx, membership, "analysistemplate"),
        **{name: params.get(name) for name in _COPIED},
        "schema": {"referencedTables": tables},
        "sourceMetadata": _metadata(params["source"]),
    }
    tags.attach(ctx, template["arn"], params.get("tags"))
    ctx.store.put(_KIND, template["id"], template)
    return {"analysisTemplate": template}


@operation("GetAnalysisTemplate")
def get_template(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Read one of the caller's templates."""
    return {"analysisTemplate": _own_template(ctx, params)}


@operation("ListAnalysisTemplates")
def list_templates(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """List the templates under a membership, oldest first (the order is an assumption)."""
    return paginate(
        ctx,
        [summary(each) for each in children_of(ctx, _KIND, params["membershipIdentifier"])],
        params,
        result_key="analysisTemplateSummaries",
        key=oldest_first,
        operation="ListAnalysisTemplates",
    )


@operation("UpdateAnalysisTemplate")
def update_template(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Change the description."""
    membership_in_use(ctx, params["membershipIdentifier"])
    found = _own_template(ctx, params)
    given = {"description": params["description"]} if params.get("description") is not None else {}
    template = {**found, **given, "updateTime": moment_in(ctx, found)}
    ctx.store.put(_KIND, template["id"], template)
    return {"analysisTemplate": template}


@operation("DeleteAnalysisTemplate")
def delete_template(ctx: Context, params: dict[str, Any]) -> dict[str, Any]:
    """Delete a template. Analysis rules and intermediate tables that name it go on naming it (assumption)."""
    template = find_child(ctx, _KIND, params["membershipIdentifier"], params["analysisTemplateIdentifier"])
    if template is None:
        return missing(ctx, _missing(params))
    ctx.store.delete(_KIND, template["id"])
    tags.detach(ctx, template["arn"])
    return {}


def summary(template: Document) -> Document:
    """A template in a list."""
    return {**template, "isSyntheticData": template["syntheticDataParameters"] is not None}


def _own_template(ctx: Context, params: dict[str, Any]) -> Document:
    template = find_child(ctx, _KIND, params["membershipIdentifier"], params["analysisTemplateIdentifier"])
    if template is None:
        raise _missing(params)
    return template


def _missing(params: Mapping[str, Any]) -> ServiceError:
    id = params["analysisTemplateIdentifier"]
    return not_found(MEMBERSHIP, id, f"Membership {params['membershipIdentifier']} has no analysis template {id}")


def _check_source(format: str, source: Mapping[str, Any]) -> None:
    """SQL comes as text, PySpark as artifacts (service guide, analysis templates)."""
    wanted = "text" if format == SQL else "artifacts"
    if source.get(wanted) is None:
        raise invalid_configuration("source", f"A template of format {format} needs source.{wanted}")


def _check_parameters(parameters: list[dict[str, Any]]) -> None:
    names = [each["name"] for each in parameters]
    if len(set(names)) < len(names):
        raise invalid_field("analysisParameters", "A parameter is defined twice")


def _referenced_tables(params: Mapping[str, Any]) -> list[str]:
    """Read from SQL; a PySpark template has those that its creator states. They need not exist yet."""
    if params["format"] != SQL:
        given: list[str] = (params.get("schema") or {}).get("referencedTables") or []
        return given
    try:
        return sorted(sql_tables.tables_in(params["source"]["text"]))
    except ValueError as error:
        raise invalid_query("source.text", str(error)) from None


def _metadata(source: Mapping[str, Any]) -> dict[str, Any] | None:
    """Hashes of artifacts. There is no S3 here: the places are hashed instead of what they hold (assumption)."""
    artifacts = source.get("artifacts")
    if artifacts is None:
        return None
    more = artifacts.get("additionalArtifacts")
    hashes: dict[str, Any] = {"entryPointHash": _hash(artifacts["entryPoint"])}
    if more is not None:
        hashes["additionalArtifactHashes"] = [_hash(each) for each in more]
    return {"artifacts": hashes}


def _hash(artifact: Mapping[str, Any]) -> dict[str, str]:
    place = artifact["location"]
    return {"sha256": hashlib.sha256(f"s3://{place['bucket']}/{place['key']}".encode()).hexdigest()}
