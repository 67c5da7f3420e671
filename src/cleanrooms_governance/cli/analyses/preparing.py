"""What is to be sent, by whom, and who is charged for it? Everything that can be known before is checked before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cleanrooms_governance.analyses.analysis import Kind, Submission
from cleanrooms_governance.analyses.payers import Charged, candidates_of, choose_payer
from cleanrooms_governance.analyses.port import Analyses, AnalysisAccounts
from cleanrooms_governance.analyses.results import Receivers, check_receivers, check_runner
from cleanrooms_governance.cli.acceptance import with_acceptance
from cleanrooms_governance.cli.declared import DeclaredMembership, collaboration_of, declared_membership
from cleanrooms_governance.cli.stack import Stack
from cleanrooms_governance.errors import Refused
from cleanrooms_governance.model import AccountId, Collaboration
from cleanrooms_governance.settings.values import to_default_payers
from cleanrooms_governance.text import label, plain


@dataclass(frozen=True, slots=True)
class Runner:
    """The membership that runs something: ``membership`` is the service's id, ``live`` its collaboration as it stands now."""

    declared: DeclaredMembership
    membership: str
    live: Collaboration
    port: Analyses
    names: Mapping[AccountId, str]

    @property
    def account(self) -> AccountId:
        """The account that runs it."""
        return self.declared.account


@dataclass(frozen=True, slots=True)
class Wish:
    """What a command asks for; ``template`` is a name or an ARN, ``payer`` ``None`` where the command names nobody."""

    kind: Kind
    sql: str | None = None
    template: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    receivers: Receivers = field(default_factory=Receivers)
    compute: Mapping[str, Any] | None = None
    payer: AccountId | None = None


def find_runner(stack: Stack, key: str, accounts: AnalysisAccounts) -> Runner:
    """Return the membership of a key as it stands now.

    Raises: ``Misused`` for an unknown key; ``Refused`` where the account has no membership in use; every ``ServiceError``.
    """
    declared = declared_membership(stack, key)
    collaboration = collaboration_of(declared, stack, accounts)
    port = accounts(declared.place.access, declared.place.region)
    mine = [each for each in port.memberships() if each.collaboration_id == collaboration]
    membership = next((each for each in mine if each.is_active), None)
    if membership is None:
        status = f"is {plain(mine[0].status)}, which is final" if mine else "has not joined its collaboration"
        raise Refused(f"memberships.{key}: account {declared.account} {status}, so it runs nothing")
    live = port.collaboration(membership.collaboration_id)
    called = {account: member.display_name for account, member in live.members.items()}
    return Runner(declared, membership.id, live, port, {**called, **stack.names})


def prepare(wish: Wish, runner: Runner, stack: Stack, accounts: AnalysisAccounts) -> tuple[Submission, Charged]:
    """Return what is to be sent, and who is charged. Nothing is written.

    Raises: ``Refused`` for what the service would refuse, with the choices there are; every ``ServiceError`` of the reads.
    """
    _check_may_run(runner)
    check_runner(wish.kind.ability, runner.account, runner.live, runner.names)
    check_receivers(wish.receivers, runner.account, runner.live, runner.names)
    charged = _charged(wish, runner, stack, accounts)
    submission = Submission(
        kind=wish.kind,
        sql=wish.sql,
        template=_template(wish.template, runner) if wish.template is not None else None,
        parameters=wish.parameters,
        results=wish.receivers.document,
        compute=wish.compute,
        payer=charged.sent,
    )
    return submission, charged


def _check_may_run(runner: Runner) -> None:
    key, account = runner.declared.key, runner.account
    if runner.declared.section.paused:
        raise Refused(f"memberships.{key} is paused, so it runs nothing. End the pause first")
    if runner.declared.place.access.write is None:
        raise Refused(
            f"memberships.{key}: account {account} is only looked at by this stack (accounts.{account} has no `write`), so it"
            " runs nothing. Give it `write` credentials"
        )


def _charged(wish: Wish, runner: Runner, stack: Stack, accounts: AnalysisAccounts) -> Charged:
    cost = wish.kind.cost
    named = wish.payer or to_default_payers(runner.declared.section.default_payer).get(cost)
    concerned = {each.account for each in candidates_of(cost, runner.live)}
    live = with_acceptance(runner.live, concerned, stack, accounts)
    return choose_payer(cost, live, runner.account, named, runner.names)


def _template(wanted: str, runner: Runner) -> str:
    """Return the ARN of the template that is meant."""
    if wanted.startswith("arn:"):
        return wanted
    there = runner.port.analysis_templates(runner.live.id)
    found = [each for each in there if each.name == wanted]
    if len(found) == 1:
        return found[0].arn
    if found:
        listed = "; ".join(f"{plain(each.arn, 200)} of {label(each.owner, runner.names)}" for each in found)
        raise Refused(
            f"{len(found)} analysis templates are named {plain(wanted)}, so nothing was sent. Give the ARN of one: {listed}"
        )
    known = ", ".join(sorted({plain(each.name) for each in there})) or "none"
    raise Refused(f"the collaboration has no analysis template named {plain(wanted)}, so nothing was sent. There are: {known}")
