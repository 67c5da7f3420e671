"""Where results go: what a request may say, and what is done when it says nothing.

Sources: model, ProtectedQueryOutputConfiguration with the texts of its members, ProtectedJobOutputConfigurationInput,
and the default result configurations of a membership. Whoever gets results must hold CAN_RECEIVE_RESULTS. What
happens without a configuration, and the error types, are assumptions.
"""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.analyses.runners import Runner
from cleanrooms_emulator.handlers.collaborations import roster
from cleanrooms_emulator.handlers.collaborations.roster import CAN_RECEIVE_RESULTS
from cleanrooms_emulator.handlers.refusals import invalid_configuration

QUERY_DEFAULT, JOB_DEFAULT = "defaultResultConfiguration", "defaultJobResultConfiguration"
_FIELD = "resultConfiguration"


def result_configuration(ctx: Context, runner: Runner, given: dict[str, Any] | None, default: str) -> dict[str, Any]:
    """The result configuration of a query or job, checked. Raises ValidationException.

    `given` is the input's; `default` is the member of a membership that holds the default for this kind of
    analysis. Without `given` the results go where the runner's own default says if it may receive them, else to
    the only other receiver.
    """
    if given is None:
        return _default_configuration(ctx, runner, default)
    output = given["outputConfiguration"]
    if "distribute" in output:
        _check_distribution(ctx, runner, output["distribute"]["locations"], default)
    else:
        _check_output(ctx, runner, output, default)
    return given


def receiver_accounts(configuration: dict[str, Any], runner: str) -> list[str]:
    """The accounts that get the results: the runner's own where they go to S3."""
    output = configuration["outputConfiguration"]
    places = output["distribute"]["locations"] if "distribute" in output else [output]
    return [each["member"]["accountId"] if "member" in each else runner for each in places]


def result_output(configuration: dict[str, Any], run_id: str) -> dict[str, Any]:
    """A finished run's `result.output`; the form of the S3 location is an assumption."""
    output = configuration["outputConfiguration"]
    if "s3" in output:
        return {"s3": {"location": _location(output["s3"], run_id)}}
    if "member" in output:
        return {"memberList": [{"accountId": output["member"]["accountId"]}]}
    places = output["distribute"]["locations"]
    stored = [{"location": _location(each["s3"], run_id)} for each in places if "s3" in each]
    members = [{"accountId": each["member"]["accountId"]} for each in places if "member" in each]
    return {"distribute": {"s3": stored[0] if stored else None, "memberList": members or None}}


def receiver_configurations(accounts: list[str]) -> list[dict[str, Any]]:
    """A summary's `receiverConfigurations`, when results go to these accounts."""
    details = {"directAnalysisConfigurationDetails": {"receiverAccountIds": accounts}}
    return [{"analysisType": "DIRECT_ANALYSIS", "configurationDetails": details}]


def _location(s3: dict[str, Any], run_id: str) -> str:
    prefix = (s3.get("keyPrefix") or "").strip("/")
    return "/".join(part for part in (f"s3://{s3['bucket']}", prefix, run_id) if part)


def _default_configuration(ctx: Context, runner: Runner, default: str) -> dict[str, Any]:
    receivers = [
        each
        for each in roster.members(runner.collaboration)
        if each["status"] == roster.ACTIVE and CAN_RECEIVE_RESULTS in each["abilities"]
    ]
    if any(each["accountId"] == ctx.account for each in receivers):
        configuration = runner.membership.get(default)
        if configuration is None:
            raise invalid_configuration(_FIELD, f"Give a result configuration: the membership has no {default}")
        return {"outputConfiguration": configuration["outputConfiguration"]}
    if len(receivers) != 1:
        accounts = ", ".join(each["accountId"] for each in receivers) or "nobody"
        raise invalid_configuration(_FIELD, f"Name the member that receives the results; {accounts} can")
    output = {"member": {"accountId": receivers[0]["accountId"]}}
    _check_output(ctx, runner, output, default)
    return {"outputConfiguration": output}


def _check_distribution(ctx: Context, runner: Runner, locations: list[dict[str, Any]], default: str) -> None:
    if sum("s3" in each for each in locations) > 1:
        raise invalid_configuration(_FIELD, "Results can be distributed to one S3 location only")
    accounts = [each["member"]["accountId"] for each in locations if "member" in each]
    if ctx.account in accounts:
        raise invalid_configuration(_FIELD, "The account that runs the query cannot be a member location; give an S3 location")
    if len(set(accounts)) < len(accounts):
        raise invalid_configuration(_FIELD, "A member can be named once only")
    for each in locations:
        _check_output(ctx, runner, each, default)


def _check_output(ctx: Context, runner: Runner, output: dict[str, Any], default: str) -> None:
    if "s3" in output:
        if CAN_RECEIVE_RESULTS not in runner.member["abilities"]:
            raise invalid_configuration(
                _FIELD, f"Account {ctx.account} cannot receive results; name a member with {CAN_RECEIVE_RESULTS}"
            )
    elif "member" in output:
        _check_member(ctx, runner, output["member"]["accountId"], default)
    else:
        raise invalid_configuration(_FIELD, "Results go into an intermediate table only when it is populated")


def _check_member(ctx: Context, runner: Runner, account: str, default: str) -> None:
    member = roster.find(runner.collaboration, account)
    if member is None or member["status"] != roster.ACTIVE:
        raise invalid_configuration(_FIELD, f"Account {account} is not an active member of the collaboration")
    if CAN_RECEIVE_RESULTS not in member["abilities"]:
        raise invalid_configuration(_FIELD, f"Account {account} cannot receive results: it lacks {CAN_RECEIVE_RESULTS}")
    membership = ctx.store.get(kinds.MEMBERSHIP, member["membershipId"])
    if membership is None or membership.get(default) is None:
        raise invalid_configuration(_FIELD, f"The membership of account {account} has no {default} that says where to")
