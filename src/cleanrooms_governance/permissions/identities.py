"""The identities of a stack file, and which policies each of them needs."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cleanrooms_governance.desired import Access, Credentials
from cleanrooms_governance.model import RUNNER_ABILITIES, AccountId
from cleanrooms_governance.permissions.filling import Policy, Statement, Values, fill, with_tag_keys
from cleanrooms_governance.settings.sections import MembershipSection
from cleanrooms_governance.settings.stack_file import StackFile

READ, WRITE = "read", "write"


class ByHand(StrEnum):
    """What only people do, by commands, so that it is printed on request alone."""

    BUDGETS = "budgets"
    ENDING = "ending"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Identity:
    """One way into one account, with the policies that it needs; ``uses`` says for what the stack file takes it.

    ``account`` is ``None`` for the identity of the environment, from which the others are assumed: its account is in no file.
    """

    account: AccountId | None
    uses: tuple[str, ...]
    credentials: Credentials
    policies: tuple[Policy, ...]


def identities(stack: StackFile, by_hand: Collection[ByHand] = ()) -> list[Identity]:
    """Return every identity that a stack file names, by account, the environment's at the end if roles are assumed from it.

    Parameters: ``by_hand`` adds what ``crgov delete-collaboration`` and ``crgov leave`` need, ``crgov run``, and
    ``crgov budgets``.
    """
    found = [
        each for account in stack.accounts.values() if account.access for each in _of_account(stack, account.access, by_hand)
    ]
    roles = sorted({each.credentials.role for each in found if each.credentials.role})
    if roles:
        found.append(Identity(None, ("pipeline",), Credentials(environment=True), (_pipeline(roles),)))
    return found


def _of_account(stack: StackFile, access: Access, by_hand: Collection[ByHand]) -> Iterator[Identity]:
    needs = _Needs(stack, access.account)
    reading, writing = tuple(needs.reading(by_hand)), tuple(needs.writing(by_hand))
    if access.write is None:
        yield Identity(access.account, (READ,), access.read, reading)
    elif access.write == access.read:
        yield Identity(access.account, (READ, WRITE), access.read, (*reading, *writing))
    else:
        yield Identity(access.account, (READ,), access.read, reading)
        yield Identity(access.account, (WRITE,), access.write, writing)


def _pipeline(roles: Iterable[str]) -> Policy:
    """Return the policy of who assumes the roles. They are named as in the file, whatever their partition and path."""
    unnamed = {"account": "", "read_role": "", "write_role": ""}
    return fill("pipeline", lambda _: [unnamed], lambda statement: {**statement, "Resource": list(roles)})


class _Needs:
    """What one account does in a stack: what it creates, and what it is a member of."""

    def __init__(self, stack: StackFile, account: AccountId) -> None:
        self._stack = stack
        self._account = account
        self._created = [each for each in stack.collaborations.values() if each.creator == account]
        self._memberships = [each for each in stack.memberships.values() if each.account == account]

    def reading(self, by_hand: Collection[ByHand]) -> Iterator[Policy]:
        """Yield what a preview needs, and every look between two moves of a run."""
        if self._created:
            yield fill("creator-read", lambda _: self._own_regions())
            if ByHand.BUDGETS in by_hand:
                yield fill("creator-budgets-read", lambda _: self._own_regions())
        if self._memberships:
            yield fill("partner-read", self._surveying if ByHand.BUDGETS in by_hand else self._looking)
        if ByHand.RUNNING in by_hand and self._running():
            yield fill("partner-run-read", lambda _: self._running())
        if ByHand.BUDGETS in by_hand and self._memberships:
            yield fill("partner-budgets-read", self._surveying)
        elif ByHand.RUNNING in by_hand and self._running():
            yield fill("partner-budgets-read", self._before_and_after)

    def writing(self, by_hand: Collection[ByHand]) -> Iterator[Policy]:
        """Yield what a run needs besides."""
        if self._created:
            yield fill("creator-operate", self._creating, self._with_collaboration_tags)
        if self._memberships:
            yield fill("partner-operate", self._joining, self._with_membership_tags)
        if ByHand.RUNNING in by_hand and self._running():
            yield fill("partner-run", lambda _: self._running())
        if ByHand.ENDING in by_hand and (self._created or self._memberships):
            yield fill("destructive", self._ending)

    def _own_regions(self) -> list[Values]:
        return [self._values(region) for region in sorted({each.region for each in self._created})]

    def _values(self, region: str, **more: str) -> Values:
        return {"account": self._account, "region": region, **more}

    def _place(self, membership: MembershipSection) -> Values:
        """Return where a membership is, and whose collaboration it is in.

        A foreign one has both by the checks of the stack file, which lets no other pass.
        """
        own = self._stack.collaborations.get(membership.collaboration)
        if own:
            return self._values(own.region, creator=own.creator)
        return self._values(membership.region or "", creator=membership.expects.creator or "")

    def _places(self) -> list[Values]:
        return [self._place(each) for each in self._memberships]

    def _running(self) -> list[Values]:
        """Return where the account may run queries or jobs, as far as the file says."""
        return [self._place(each) for each in self._memberships if self._may_run(each)]

    def _may_run(self, membership: MembershipSection) -> bool:
        own = self._stack.collaborations.get(membership.collaboration)
        member = own.members.get(self._account) if own else None
        abilities = member.abilities if member else membership.expects.abilities
        return abilities is None or bool(abilities & RUNNER_ABILITIES)

    def _creating(self, sid: str) -> list[Values]:
        if sid == "RemoveMembers" and not any(each.removed for each in self._created):
            return []
        return self._own_regions()

    def _looking(self, sid: str) -> list[Values]:
        return self._budgeted() if sid == "ReadPrivacyBudgets" else self._places()

    def _surveying(self, _: str) -> list[Values]:
        """Return where budgets are looked at by hand, whether they are declared or not."""
        return self._places()

    def _before_and_after(self, sid: str) -> list[Values]:
        return self._running() if sid == "SeePrivacyBudgets" else []

    def _budgeted(self) -> list[Values]:
        return [self._place(each) for each in self._memberships if each.privacy_budgets is not None]

    def _joining(self, sid: str) -> list[Values]:
        if sid == "KeepPrivacyBudgets":
            return self._budgeted()
        if sid == "ReceiveResultsPassRole":
            return [
                {"account": arn.split(":")[4], "results_role": arn.partition(":role/")[2]}
                for each in self._memberships
                for arn in _result_roles(each)
            ]
        if sid == "ReceiveResultsFindBucket":
            return [{"results_bucket": bucket} for each in self._memberships for bucket in _buckets(each)]
        if sid.startswith("KeepQueryLog"):
            return [self._place(each) for each in self._memberships if each.query_log or each.job_log]
        return self._places()

    def _ending(self, sid: str) -> list[Values]:
        return self._own_regions() if sid == "DeleteOwnCollaborations" else self._places()

    def _with_collaboration_tags(self, statement: Statement) -> Statement:
        keys = {key for each in self._created for key in each.tags or ()}
        return with_tag_keys(statement, keys) if statement["Sid"] == "KeepTheLedgerInTags" else statement

    def _with_membership_tags(self, statement: Statement) -> Statement:
        keys = {key for each in self._memberships for key in each.tags or ()}
        keys |= {
            key for each in self._memberships for budget in (each.privacy_budgets or {}).values() for key in budget.tags or ()
        }
        return with_tag_keys(statement, keys) if statement["Sid"] == "MarkOwnMemberships" else statement


def _result_roles(membership: MembershipSection) -> Iterator[str]:
    results, job_results = membership.default_result_configuration, membership.default_job_result_configuration
    if results and results.role_arn:
        yield results.role_arn
    if job_results:
        yield job_results.role_arn


def _buckets(membership: MembershipSection) -> Iterator[str]:
    for each in (membership.default_result_configuration, membership.default_job_result_configuration):
        if each:
            yield each.s3.bucket
