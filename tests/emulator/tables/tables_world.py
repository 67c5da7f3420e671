"""A collaboration with tables: RUNNER queries, READER gets the results, PROVIDER brings data, CREATOR created it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.in_process import client, connect
from tests.emulator.world import CREATOR, NEWCOMER, READER, RESULTS_TO, RUNNER, Refusal, World, member, refusal

PROVIDER = NEWCOMER

ROLE = f"arn:aws:iam::{PROVIDER}:role/lake"
GLUE = {"glue": {"databaseName": "lake", "tableName": "visits"}}
COLUMNS = ["user_id", "amount", "day"]
ARTIFACTS = {
    "entryPoint": {"location": {"bucket": "scripts", "key": "job.py"}},
    "roleArn": f"arn:aws:iam::{PROVIDER}:role/scripts",
}

ANY_QUERY: dict[str, Any] = {"allowedAnalyses": ["ANY_QUERY"], "allowedAnalysisProviders": [RUNNER]}
PRIVATE: dict[str, Any] = {**ANY_QUERY, "differentialPrivacy": {"columns": [{"name": "user_id"}]}}
LIST: dict[str, Any] = {"joinColumns": ["user_id"], "listColumns": ["amount"]}
AGGREGATION: dict[str, Any] = {
    "aggregateColumns": [{"columnNames": ["amount"], "function": "SUM"}],
    "joinColumns": ["user_id"],
    "dimensionColumns": ["day"],
    "scalarFunctions": [],
    "outputConstraints": [{"columnName": "user_id", "minimum": 2, "type": "COUNT_DISTINCT"}],
}
BODIES = {"LIST": LIST, "AGGREGATION": AGGREGATION, "CUSTOM": ANY_QUERY}

TABLE_NOT_FOUND = ("ResourceNotFoundException", None, "CONFIGURED_TABLE")
ASSOCIATION_NOT_FOUND = ("ResourceNotFoundException", None, "CONFIGURED_TABLE_ASSOCIATION")
TABLE_EXISTS = ("ConflictException", "ALREADY_EXISTS", "CONFIGURED_TABLE")
TABLE_IN_USE = ("ConflictException", "SUBRESOURCES_EXIST", "CONFIGURED_TABLE")
ASSOCIATION_EXISTS = ("ConflictException", "ALREADY_EXISTS", "CONFIGURED_TABLE_ASSOCIATION")
ASSOCIATION_IN_USE = ("ConflictException", "SUBRESOURCES_EXIST", "CONFIGURED_TABLE_ASSOCIATION")
MEMBERSHIP_EXISTS = ("ConflictException", "ALREADY_EXISTS", "MEMBERSHIP")
MEMBERSHIP_IN_USE = ("ConflictException", "SUBRESOURCES_EXIST", "MEMBERSHIP")
INVALID_QUERY = ("ValidationException", "INVALID_QUERY", None)

POPULATED_AFTER = 10.0
"""Seconds by which a population is done."""
A_DAY = 86_400.0


def policy(type: str = "CUSTOM", said: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A policy of that type."""
    return {"v1": {type.lower(): BODIES[type] if said is None else said}}


@cache
def _client(account: str, region: str) -> Any:
    """Making a client takes longer than most tests; it serves one world after the other."""
    return client(Application(), "cleanrooms", account, region)


class TablesWorld(World):
    """A collaboration that all have joined; operations take and give ids unless said otherwise."""

    def of(self, account: str, region: str = "eu-west-1") -> Any:
        """The account's client, connected to this world until another one asks for it."""
        found = _client(account, region)
        connect(self.app, found)
        return found

    def __init__(self, switches: Mapping[str, str] | None = None) -> None:
        super().__init__(switches)
        self.collaboration_id = self.create(
            member(RUNNER, "CAN_QUERY", "CAN_RUN_JOB"), member(READER, "CAN_RECEIVE_RESULTS"), member(PROVIDER)
        )
        self.memberships = {
            account: self.join(account, self.collaboration_id, defaultResultConfiguration=RESULTS_TO)
            for account in (CREATOR, RUNNER, READER, PROVIDER)
        }

    # Configured tables

    def new_table(self, owner: str = PROVIDER, **given: Any) -> dict[str, Any]:
        """CreateConfiguredTable; the table."""
        answer: dict[str, Any] = self.of(owner).create_configured_table(**_table(given))["configuredTable"]
        return answer

    def creating_table(self, owner: str = PROVIDER, **given: Any) -> Refusal:
        """The refusal of CreateConfiguredTable."""
        return refusal(self.of(owner).create_configured_table, **_table(given))

    def table(self, id: str, owner: str = PROVIDER) -> dict[str, Any]:
        """GetConfiguredTable."""
        answer: dict[str, Any] = self.of(owner).get_configured_table(configuredTableIdentifier=id)["configuredTable"]
        return answer

    def rule(self, table: str, type: str = "CUSTOM", said: Mapping[str, Any] | None = None, owner: str = PROVIDER) -> Any:
        """CreateConfiguredTableAnalysisRule; the rule."""
        return self.of(owner).create_configured_table_analysis_rule(
            configuredTableIdentifier=table, analysisRuleType=type, analysisRulePolicy=policy(type, said)
        )["analysisRule"]

    def ruling(self, table: str, type: str, said: Mapping[str, Any], owner: str = PROVIDER) -> Refusal:
        """The refusal of CreateConfiguredTableAnalysisRule."""
        return refusal(
            self.of(owner).create_configured_table_analysis_rule,
            configuredTableIdentifier=table,
            analysisRuleType=type,
            analysisRulePolicy=policy(type, said),
        )

    # Associations

    def associate(self, name: str, table: str | None = None, owner: str = PROVIDER, **more: Any) -> dict[str, Any]:
        """CreateConfiguredTableAssociation, of a new table unless told; the association."""
        answer: dict[str, Any] = self.of(owner).create_configured_table_association(
            **self._association(name, table, owner), **more
        )["configuredTableAssociation"]
        return answer

    def associating(self, name: str, table: str | None = None, owner: str = PROVIDER) -> Refusal:
        """The refusal of CreateConfiguredTableAssociation."""
        return refusal(self.of(owner).create_configured_table_association, **self._association(name, table, owner))

    def association(self, id: str, owner: str = PROVIDER) -> dict[str, Any]:
        """GetConfiguredTableAssociation."""
        answer: dict[str, Any] = self.of(owner).get_configured_table_association(**self.named(id, owner))[
            "configuredTableAssociation"
        ]
        return answer

    def named(self, id: str, owner: str = PROVIDER) -> dict[str, str]:
        """The parameters that name an association."""
        return {"membershipIdentifier": self.memberships[owner], "configuredTableAssociationIdentifier": id}

    def associated(
        self, name: str, said: Mapping[str, Any] | None = None, owner: str = PROVIDER, **given: Any
    ) -> dict[str, Any]:
        """A new table with a CUSTOM rule, associated under that name; the association."""
        table = self.new_table(owner, **given)["id"]
        self.rule(table, "CUSTOM", said, owner)
        return self.associate(name, table, owner)

    # Intermediate tables

    def define(self, name: str, sql: str, **given: Any) -> dict[str, Any]:
        """CreateIntermediateTable by RUNNER; the table."""
        answer: dict[str, Any] = self.of(RUNNER).create_intermediate_table(**self.defined(name, sql), **given)[
            "intermediateTable"
        ]
        return answer

    def defining(self, name: str, sql: str, by: str = RUNNER, **given: Any) -> Refusal:
        """The refusal of CreateIntermediateTable."""
        return refusal(self.of(by).create_intermediate_table, **{**self.defined(name, sql, by), **given})

    def defined(self, name: str, sql: str, by: str = RUNNER) -> dict[str, Any]:
        """The parameters of CreateIntermediateTable."""
        return {
            "membershipIdentifier": self.memberships[by],
            "name": name,
            "populationAnalysisConfiguration": {"sqlParameters": {"queryString": sql}},
        }

    def intermediate(self, id: str) -> dict[str, Any]:
        """GetIntermediateTable by RUNNER."""
        answer: dict[str, Any] = self.of(RUNNER).get_intermediate_table(**self.made(id))["intermediateTable"]
        return answer

    def status(self, id: str) -> str:
        """The status of an intermediate table."""
        return str(self.intermediate(id)["status"])

    def made(self, id: str, owner: str = RUNNER) -> dict[str, str]:
        """The parameters that name an intermediate table."""
        return {"membershipIdentifier": self.memberships[owner], "intermediateTableIdentifier": id}

    def allow(self, id: str, said: Mapping[str, Any] | None = None) -> Any:
        """CreateIntermediateTableAnalysisRule; the rule."""
        return self.of(RUNNER).create_intermediate_table_analysis_rule(
            **self.made(id), analysisRuleType="CUSTOM", analysisRulePolicy=policy("CUSTOM", said)
        )["analysisRule"]

    def allowing(self, id: str, said: Mapping[str, Any]) -> Refusal:
        """The refusal of CreateIntermediateTableAnalysisRule."""
        return refusal(
            self.of(RUNNER).create_intermediate_table_analysis_rule,
            **self.made(id),
            analysisRuleType="CUSTOM",
            analysisRulePolicy=policy("CUSTOM", said),
        )

    def populate(self, id: str, **given: Any) -> dict[str, Any]:
        """PopulateIntermediateTable; its answer."""
        answer: dict[str, Any] = self.of(RUNNER).populate_intermediate_table(**self.made(id), **given)
        return answer

    def populating(self, id: str, **given: Any) -> Refusal:
        """The refusal of PopulateIntermediateTable."""
        return refusal(self.of(RUNNER).populate_intermediate_table, **self.made(id), **given)

    def filled(self, name: str, sql: str, said: Mapping[str, Any] | None = None, **given: Any) -> str:
        """An intermediate table that is populated and has a rule; its id."""
        id = str(self.define(name, sql, **given)["id"])
        self.populate(id)
        self.clock.advance(POPULATED_AFTER)
        self.allow(id, said)
        return id

    def disallow(self, name: str, by: str = PROVIDER, **given: Any) -> None:
        """DisallowIntermediateTable."""
        self.of(by).disallow_intermediate_table(membershipIdentifier=self.memberships[by], intermediateTableName=name, **given)

    def query(self, sql: str) -> Any:
        """StartProtectedQuery by RUNNER; the query."""
        return self.of(RUNNER).start_protected_query(**self._query(sql))["protectedQuery"]

    def querying(self, sql: str) -> Refusal:
        """The refusal of StartProtectedQuery."""
        return refusal(self.of(RUNNER).start_protected_query, **self._query(sql))

    # Templates and schemas

    def template(self, name: str = "report", owner: str = PROVIDER, **given: Any) -> dict[str, Any]:
        """CreateAnalysisTemplate; the template."""
        answer: dict[str, Any] = self.of(owner).create_analysis_template(**self.sketch(name, owner), **given)[
            "analysisTemplate"
        ]
        return answer

    def sketch(self, name: str = "report", owner: str = PROVIDER) -> dict[str, Any]:
        """The parameters of CreateAnalysisTemplate but format and source."""
        return {"membershipIdentifier": self.memberships[owner], "name": name}

    def sql_template(self, sql: str, name: str = "report", owner: str = PROVIDER, **given: Any) -> dict[str, Any]:
        """A template with SQL text."""
        return self.template(name, owner, format="SQL", source={"text": sql}, **given)

    def schema(self, name: str, by: str = READER) -> dict[str, Any]:
        """GetSchema."""
        answer: dict[str, Any] = self.of(by).get_schema(collaborationIdentifier=self.collaboration_id, name=name)["schema"]
        return answer

    def schemas(self, by: str = READER, **given: Any) -> list[str]:
        """ListSchemas; the names."""
        listed = self.of(by).list_schemas(collaborationIdentifier=self.collaboration_id, **given)["schemaSummaries"]
        return [each["name"] for each in listed]

    def reasons(self, name: str) -> list[str]:
        """Why a table is not ready; empty when it is."""
        (detail,) = self.schema(name)["schemaStatusDetails"]
        reasons = [str(each["code"]) for each in detail.get("reasons", [])]
        assert ("NOT_READY" if reasons else "READY") == detail["status"]
        return reasons

    # Others

    def budget(self, arn: str, amount: int, owner: str = PROVIDER) -> None:
        """A lifetime access budget on a table."""
        self.of(owner).create_privacy_budget_template(
            membershipIdentifier=self.memberships[owner],
            privacyBudgetType="ACCESS_BUDGET",
            parameters={
                "accessBudget": {"budgetParameters": [{"type": "LIFETIME", "budget": amount}], "resourceArn": arn},
            },
        )

    def left(self) -> dict[str, int]:
        """What is left of all access budgets of the collaboration, by ARN."""
        listed = self.of(RUNNER).list_collaboration_privacy_budgets(
            collaborationIdentifier=self.collaboration_id, privacyBudgetType="ACCESS_BUDGET"
        )["collaborationPrivacyBudgetSummaries"]
        budgets = [each["budget"]["accessBudget"] for each in listed]
        return {each["resourceArn"]: each["aggregateRemainingBudget"] for each in budgets}

    def tags(self, arn: str, owner: str) -> dict[str, str]:
        """ListTagsForResource."""
        found: dict[str, str] = self.of(owner).list_tags_for_resource(resourceArn=arn)["tags"]
        return found

    def remove(self, account: str) -> None:
        """DeleteMember."""
        self.of(CREATOR).delete_member(collaborationIdentifier=self.collaboration_id, accountId=account)

    def close(self) -> None:
        """DeleteCollaboration."""
        self.of(CREATOR).delete_collaboration(collaborationIdentifier=self.collaboration_id)

    def _association(self, name: str, table: str | None, owner: str) -> dict[str, Any]:
        return {
            "membershipIdentifier": self.memberships[owner],
            "name": name,
            "configuredTableIdentifier": table or self.new_table(owner)["id"],
            "roleArn": ROLE,
        }

    def _query(self, sql: str) -> dict[str, Any]:
        return {
            "membershipIdentifier": self.memberships[RUNNER],
            "type": "SQL",
            "sqlParameters": {"queryString": sql},
            "resultConfiguration": {"outputConfiguration": {"member": {"accountId": READER}}},
        }


def _table(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": "Visits",
        "tableReference": GLUE,
        "allowedColumns": COLUMNS,
        "analysisMethod": "DIRECT_QUERY",
        **given,
    }


def names(listed: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of what was listed."""
    return [str(each["name"]) for each in listed]
