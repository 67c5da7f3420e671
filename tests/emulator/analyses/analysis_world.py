"""A collaboration in which queries and jobs run: who runs, who pays, who receives, and tables to run them on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from tests.emulator.world import CREATOR, READER, RESULTS_TO, RUNNER, Refusal, World, member, pays, refusal

ROLE = f"arn:aws:iam::{READER}:role/results"
JOB_RESULTS_TO = {"outputConfiguration": {"s3": {"bucket": "results-of-jobs"}}, "roleArn": ROLE}
TO_READER = {"outputConfiguration": {"member": {"accountId": READER}}}
TO_S3 = {"outputConfiguration": {"s3": {"resultFormat": "CSV", "bucket": "results-of-queries", "keyPrefix": "daily"}}}

ANY = {"allowedAnalyses": ["ANY_QUERY", "ANY_JOB"], "allowedAnalysisProviders": [RUNNER, CREATOR, READER]}
INVALID_QUERY = ("ValidationException", "INVALID_QUERY", None)
ANALYSIS_NOT_FOUND = ("ResourceNotFoundException", None, "MEMBERSHIP")


def payer(account: str, *abilities: str, **flags: bool) -> dict[str, Any]:
    """An entry of CreateCollaboration's `members` with a payment configuration."""
    return member(account, *abilities, paymentConfiguration=pays(**flags))


def usual_members() -> list[dict[str, Any]]:
    """A member that runs queries and jobs, and one that receives their results."""
    return [member(RUNNER, "CAN_QUERY", "CAN_RUN_JOB"), member(READER, "CAN_RECEIVE_RESULTS")]


class AnalysisWorld(World):
    """A collaboration of CREATOR, RUNNER and READER (or other `members`) that all have joined.

    `accepting` names cost types that a member accepts when it joins; `creates` are further parameters of
    CreateCollaboration.
    """

    def __init__(
        self,
        members: Sequence[dict[str, Any]] | None = None,
        *,
        switches: Mapping[str, str] | None = None,
        accepting: Mapping[str, Sequence[str]] | None = None,
        region: str = "eu-west-1",
        **creates: Any,
    ) -> None:
        super().__init__(switches)
        self.region = region
        entries = usual_members() if members is None else list(members)
        self.collaboration_id = self.create(*entries, **creates)
        self.memberships = {
            account: self._joined(account, (accepting or {}).get(account))
            for account in [CREATOR, *(each["accountId"] for each in entries)]
        }

    def of(self, account: str, region: str | None = None) -> Any:
        return super().of(account, region or self.region)

    def _joined(self, account: str, accepted: Sequence[str] | None) -> str:
        payment = {} if accepted is None else {"paymentConfiguration": pays(**dict.fromkeys(accepted, True))}
        return self.join(
            account,
            self.collaboration_id,
            defaultResultConfiguration=RESULTS_TO,
            defaultJobResultConfiguration=JOB_RESULTS_TO,
            **payment,
        )

    def declining(self, *accounts: str) -> Self:
        """The same world after these accounts declined to pay for queries."""
        for account in accounts:
            self.of(account).update_membership(
                membershipIdentifier=self.memberships[account],
                membershipPaymentConfiguration={"queryCompute": {"isResponsible": False}},
            )
        return self

    def table(self, name: str, owner: str = CREATOR, rule: Mapping[str, Any] | None = ANY, method: str = "MULTIPLE") -> str:
        """A configured table with a CUSTOM rule (unless None), associated under that name; the association's ARN."""
        client = self.of(owner)
        table = client.create_configured_table(
            name=name,
            tableReference={"glue": {"databaseName": "lake", "tableName": "raw"}},
            allowedColumns=["user_id", "amount"],
            analysisMethod=method,
        )["configuredTable"]["id"]
        if rule is not None:
            client.create_configured_table_analysis_rule(
                configuredTableIdentifier=table, analysisRuleType="CUSTOM", analysisRulePolicy={"v1": {"custom": rule}}
            )
        association = client.create_configured_table_association(
            name=name,
            membershipIdentifier=self.memberships[owner],
            configuredTableIdentifier=table,
            roleArn=f"arn:aws:iam::{owner}:role/lake",
        )["configuredTableAssociation"]
        return str(association["arn"])

    def template(self, owner: str = CREATOR, **given: Any) -> str:
        """An analysis template, SQL unless told otherwise; its ARN."""
        answer = self.of(owner).create_analysis_template(
            **{
                "membershipIdentifier": self.memberships[owner],
                "name": f"template-of-{owner}",
                "format": "SQL",
                "source": {"text": "select count(*) from visits where amount > :least"},
                "analysisParameters": [{"name": "least", "type": "INTEGER"}],
                **given,
            }
        )
        return str(answer["analysisTemplate"]["arn"])

    def script(self, *tables: str, owner: str = CREATOR, **given: Any) -> str:
        """An analysis template that is a PySpark job on these tables; its ARN."""
        artifact = {"location": {"bucket": "scripts", "key": "job.py"}}
        return self.template(
            owner,
            **{
                "format": "PYSPARK_1_0",
                "source": {"artifacts": {"entryPoint": artifact, "roleArn": f"arn:aws:iam::{owner}:role/scripts"}},
                "schema": {"referencedTables": list(tables)},
                "analysisParameters": [],
                **given,
            },
        )

    def budget(self, resource_arn: str, amount: int, type: str = "CALENDAR_DAY", owner: str = CREATOR) -> None:
        """An access budget, renewed at each start of its period unless it is for a LIFETIME."""
        renewed = {} if type == "LIFETIME" else {"autoRefresh": "ENABLED"}
        self.of(owner).create_privacy_budget_template(
            membershipIdentifier=self.memberships[owner],
            privacyBudgetType="ACCESS_BUDGET",
            parameters={
                "accessBudget": {"budgetParameters": [{"type": type, "budget": amount, **renewed}], "resourceArn": resource_arn}
            },
        )

    def protect(self, epsilon: int = 1, noise: int = 10, owner: str = CREATOR) -> None:
        """A differential privacy budget."""
        self.of(owner).create_privacy_budget_template(
            membershipIdentifier=self.memberships[owner],
            privacyBudgetType="DIFFERENTIAL_PRIVACY",
            autoRefresh="NONE",
            parameters={"differentialPrivacy": {"epsilon": epsilon, "usersNoisePerQuery": noise}},
        )

    def aggregations_left(self, type: str = "COUNT") -> int:
        """How many aggregations of a type the differential privacy budget still allows."""
        (budget,) = self.of(RUNNER).list_collaboration_privacy_budgets(
            collaborationIdentifier=self.collaboration_id, privacyBudgetType="DIFFERENTIAL_PRIVACY"
        )["collaborationPrivacyBudgetSummaries"]
        left = {each["type"]: each["remainingCount"] for each in budget["budget"]["differentialPrivacy"]["aggregations"]}
        return int(left[type])

    def left(self, resource_arn: str) -> int:
        """What is left of the access budget on a resource."""
        budgets = self.of(RUNNER).list_collaboration_privacy_budgets(
            collaborationIdentifier=self.collaboration_id,
            privacyBudgetType="ACCESS_BUDGET",
            accessBudgetResourceArn=resource_arn,
        )["collaborationPrivacyBudgetSummaries"]
        return int(budgets[0]["budget"]["accessBudget"]["aggregateRemainingBudget"])

    def query(self, sql: str = "select 1 as one", by: str = RUNNER, **given: Any) -> dict[str, Any]:
        """StartProtectedQuery."""
        answer: dict[str, Any] = self.of(by).start_protected_query(**self._query(sql, by, given))["protectedQuery"]
        return answer

    def querying(self, sql: str = "select 1 as one", by: str = RUNNER, **given: Any) -> Refusal:
        """The refusal of StartProtectedQuery."""
        return refusal(self.of(by).start_protected_query, **self._query(sql, by, given))

    def job(self, template: str, by: str = RUNNER, **given: Any) -> dict[str, Any]:
        """StartProtectedJob."""
        answer: dict[str, Any] = self.of(by).start_protected_job(**self._job(template, by, given))["protectedJob"]
        return answer

    def jobbing(self, template: str, by: str = RUNNER, **given: Any) -> Refusal:
        """The refusal of StartProtectedJob."""
        return refusal(self.of(by).start_protected_job, **self._job(template, by, given))

    def read(self, query: Mapping[str, Any], by: str = RUNNER) -> dict[str, Any]:
        """GetProtectedQuery."""
        answer: dict[str, Any] = self.of(by).get_protected_query(
            membershipIdentifier=self.memberships[by], protectedQueryIdentifier=query["id"]
        )["protectedQuery"]
        return answer

    def read_job(self, job: Mapping[str, Any], by: str = RUNNER) -> dict[str, Any]:
        """GetProtectedJob."""
        answer: dict[str, Any] = self.of(by).get_protected_job(
            membershipIdentifier=self.memberships[by], protectedJobIdentifier=job["id"]
        )["protectedJob"]
        return answer

    def cancel(self, query: Mapping[str, Any], by: str = RUNNER) -> dict[str, Any]:
        """UpdateProtectedQuery."""
        answer: dict[str, Any] = self.of(by).update_protected_query(
            membershipIdentifier=self.memberships[by], protectedQueryIdentifier=query["id"], targetStatus="CANCELLED"
        )["protectedQuery"]
        return answer

    def _query(self, sql: str, by: str, given: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "SQL",
            "membershipIdentifier": self.memberships[by],
            "sqlParameters": {"queryString": sql},
            **{name: value for name, value in given.items() if value is not None},
        }

    def _job(self, template: str, by: str, given: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "PYSPARK",
            "membershipIdentifier": self.memberships[by],
            "jobParameters": {"analysisTemplateArn": template},
            **given,
        }
