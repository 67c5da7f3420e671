"""What an intermediate table is made from: the text of its query and the tables that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.analyses import sql_tables
from cleanrooms_emulator.handlers.analyses.templates import usable_template
from cleanrooms_emulator.handlers.refusals import invalid_field, invalid_query
from cleanrooms_emulator.world.store import Document

_FIELD = "populationAnalysisConfiguration.sqlParameters"
_FORMATS = ("SQL", "PYSPARK_1_0", "PYSPARK_2_0")


@dataclass(frozen=True, slots=True)
class PopulationSource:
    """`sql` is None for a PySpark template; `names` are lower-case; `field` is the input member to blame."""

    sql: str | None
    names: frozenset[str]
    template: Document | None
    field: str


def population_source(ctx: Context, collaboration: Document, configuration: Mapping[str, Any]) -> PopulationSource:
    """The source that a population configuration names.

    Raises ValidationException when it is not exactly one query or template, or no Spark SQL, and
    ResourceNotFoundException for a template that the collaboration does not have. PySpark templates are allowed
    (service guide, creating an intermediate table); their tables are those of their schema.
    """
    parameters = configuration["sqlParameters"]
    text, arn = parameters.get("queryString"), parameters.get("analysisTemplateArn")
    if (text is None) == (arn is None):
        raise invalid_field(_FIELD, "Give either queryString or analysisTemplateArn")
    if arn is None:
        field = f"{_FIELD}.queryString"
        return PopulationSource(str(text), _names(str(text), field), None, field)
    field = f"{_FIELD}.analysisTemplateArn"
    template = usable_template(ctx, collaboration, arn, _FORMATS, field)
    if template["format"] == "SQL":
        sql = template["source"]["text"]
        return PopulationSource(sql, _names(sql, field), template, field)
    names = frozenset(each.lower() for each in template["schema"]["referencedTables"])
    return PopulationSource(None, names, template, field)


def _names(sql: str, field: str) -> frozenset[str]:
    try:
        return sql_tables.tables_in(sql)
    except ValueError as error:
        raise invalid_query(field, str(error)) from None
