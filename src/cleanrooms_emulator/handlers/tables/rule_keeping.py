"""How a table keeps its analysis rule: reading, keeping and deleting it, alike for the three kinds of tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.errors import ServiceError
from cleanrooms_emulator.handlers.refusals import already_exists, not_found
from cleanrooms_emulator.handlers.tables import analysis_rules
from cleanrooms_emulator.handlers.tables.analysis_rules import Rule
from cleanrooms_emulator.handlers.tables.own_resources import missing
from cleanrooms_emulator.world.store import Document


@dataclass(frozen=True, slots=True)
class RuleKeeping:
    """One kind of table.

    `kind` is that of its documents, `resource_type` what errors call it, `noun` what their messages call it. `shown`
    gives a rule in the members of the operations' answers, `moment` the time of a change.
    """

    kind: str
    resource_type: str
    noun: str
    shown: Callable[[Document, str, Rule], Document]
    moment: Callable[[Context, Document], float]

    def check_has_none(self, table: Document) -> None:
        """Raise ConflictException if the table has a rule, whatever its type; it can have one only."""
        if table["_rules"]:
            message = f"The {self.noun} has an analysis rule: {', '.join(table['_rules'])}"
            raise already_exists(self.resource_type, table["id"], message)

    def rule(self, table: Document, type: str) -> Rule:
        """The rule of that type. Raises ResourceNotFoundException."""
        rule: Rule | None = table["_rules"].get(type)
        if rule is None:
            raise not_found(self.resource_type, table["id"], f"The {self.noun} has no analysis rule of type {type}")
        return rule

    def read(self, table: Document, type: str) -> dict[str, Any]:
        """The answer that shows the rule of that type."""
        return {"analysisRule": self.shown(table, type, self.rule(table, type))}

    def create(self, ctx: Context, table: Document, params: dict[str, Any]) -> dict[str, Any]:
        """Keep the rule that the parameters hold as a new one."""
        rule = analysis_rules.new_rule(params["analysisRulePolicy"], self.moment(ctx, table))
        return self._kept(ctx, table, params["analysisRuleType"], rule)

    def update(self, ctx: Context, table: Document, params: dict[str, Any]) -> dict[str, Any]:
        """Replace the policy of the rule by that in the parameters."""
        type = params["analysisRuleType"]
        rule = self.rule(table, type)
        changed = {**rule, "policy": params["analysisRulePolicy"], "updateTime": self.moment(ctx, table)}
        return self._kept(ctx, table, type, changed)

    def delete(self, ctx: Context, table: Document, type: str) -> dict[str, Any]:
        """Take the rule of that type away."""
        try:
            self.rule(table, type)
        except ServiceError as error:
            return missing(ctx, error)
        ctx.store.put(self.kind, table["id"], analysis_rules.without_rule(table, type, self.moment(ctx, table)))
        return {}

    def _kept(self, ctx: Context, table: Document, type: str, rule: Rule) -> dict[str, Any]:
        ctx.store.put(self.kind, table["id"], analysis_rules.with_rule(table, type, rule))
        return {"analysisRule": self.shown(table, type, rule)}
