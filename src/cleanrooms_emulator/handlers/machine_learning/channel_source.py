"""What an input channel is made from: the query, its tables, and the synthetic data that a template asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.analyses import sql_tables
from cleanrooms_emulator.handlers.analyses.table_use import named_tables
from cleanrooms_emulator.handlers.analyses.templates import check_parameters, usable_template
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import invalid
from cleanrooms_emulator.handlers.tables.directory import UsableTable
from cleanrooms_emulator.world.store import Document

_SQL = "inputChannel.dataSource.protectedQueryInputParameters.sqlParameters"
_TEXT, _TEMPLATE, _PARAMETERS = f"{_SQL}.queryString", f"{_SQL}.analysisTemplateArn", f"{_SQL}.parameters"


@dataclass(frozen=True, slots=True)
class ChannelSource:
    """A query and the tables it reads.

    `author` is the account that wrote the query or its template; `synthetic_data` are the parameters of a template
    that asks for such data; `member` is the input member that said which query it is.
    """

    sql: str
    tables: Sequence[UsableTable]
    author: str
    member: str
    template_arn: str | None = None
    synthetic_data: dict[str, Any] | None = None


def channel_source(ctx: Context, collaboration: Document, input_channel: dict[str, Any]) -> ChannelSource:
    """The source that a channel's input names. Raises ValidationException and ResourceNotFoundException."""
    parameters = input_channel["dataSource"]["protectedQueryInputParameters"]["sqlParameters"]
    text, arn = parameters.get("queryString"), parameters.get("analysisTemplateArn")
    if (text is None) == (arn is None):
        raise invalid(_SQL, "Give either queryString or analysisTemplateArn")
    if arn is None:
        if parameters.get("parameters"):
            raise invalid(_PARAMETERS, "Only an analysis template takes parameters")
        return ChannelSource(str(text), _tables(ctx, collaboration, str(text), _TEXT), ctx.account, _TEXT)
    template = usable_template(ctx, collaboration, arn, ("SQL",), _TEMPLATE)
    check_parameters(template, parameters.get("parameters"), _PARAMETERS)
    sql = template["source"]["text"]
    return ChannelSource(
        sql=sql,
        tables=_tables(ctx, collaboration, sql, _TEMPLATE),
        author=template["_account"],
        member=_TEMPLATE,
        template_arn=arn,
        synthetic_data=(template.get("syntheticDataParameters") or {}).get("mlSyntheticDataParameters"),
    )


def _tables(ctx: Context, collaboration: Document, sql: str, member: str) -> list[UsableTable]:
    try:
        names = sql_tables.tables_in(sql)
    except ValueError as error:
        raise invalid(member, str(error)) from None
    return named_tables(ctx, collaboration["id"], names, member)
