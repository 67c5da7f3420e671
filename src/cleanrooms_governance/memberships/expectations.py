"""What an invitation says, held against what the file expects of it."""

from collections.abc import Iterable, Iterator

from cleanrooms_governance.desired import DesiredMembership
from cleanrooms_governance.model import CAN_QUERY, CAN_RUN_JOB, Collaboration, CostType, Member
from cleanrooms_governance.planning.plan import Refusal
from cleanrooms_governance.text import plain


def payment_duties(member: Member, members: Iterable[Member]) -> frozenset[CostType]:
    """Return the cost types that a member takes on by joining.

    What the collaboration configures for it, and what falls to the runner where no candidate is shown (service model:
    QueryComputePaymentConfig and JobComputePaymentConfig, the member who can query is the default payer). ML cost types by
    default arise only from the account's own calls and are not counted.
    """
    everybody = [other for other in members if other.belongs]
    duties = {cost for cost, pays in member.payments.items() if pays}
    for cost, ability in ((CostType.QUERY_COMPUTE, CAN_QUERY), (CostType.JOB_COMPUTE, CAN_RUN_JOB)):
        if ability in member.abilities and not any(other.payments.get(cost) for other in everybody):
            duties.add(cost)
    return frozenset(duties)


def unmet_expectations(desired: DesiredMembership, live: Collaboration, member: Member) -> Iterable[Refusal]:
    """Return a refusal for each thing that the invitation says otherwise, all in terms of not joining."""
    return _Comparing(desired, live, member).refusals()


class _Comparing:
    def __init__(self, desired: DesiredMembership, live: Collaboration, member: Member) -> None:
        self._desired = desired
        self._live = live
        self._member = member

    def refusals(self) -> Iterator[Refusal]:
        expects, live, member = self._desired.expects, self._live, self._member
        if expects.creator is not None and expects.creator != live.creator:
            text = f"the collaboration {plain(live.name)!r} is {live.creator}'s, not {expects.creator}'s"
            yield self._refusal("creator", "expects-creator", text)
        yield from self._list("abilities", "expects-abilities", "the abilities", member.abilities, expects.abilities)
        yield from self._list(
            "mlAbilities", "expects-ml-abilities", "the ML abilities", member.ml_abilities, expects.ml_abilities
        )
        duties = payment_duties(member, live.members.values())
        yield from self._list("payerFor", "expects-payer-for", "the payment duties", duties, expects.payer_for)
        yield from self._log("queryLog", "expects-query-log", "the query log", live.query_log, expects.query_log)
        yield from self._log("jobLog", "expects-job-log", "the job log", live.job_log, expects.job_log)
        yield from self._encryption()

    def _list(self, key: str, rule: str, what: str, has: frozenset[str], wants: frozenset[str] | None) -> Iterator[Refusal]:
        if wants is not None and wants != has:
            found, expected = (", ".join(sorted(map(str, names))) or "none" for names in (has, wants))
            yield self._refusal(key, rule, f"{what} are {found}, expected {expected}")

    def _log(self, key: str, rule: str, what: str, has: bool, wants: bool | None) -> Iterator[Refusal]:
        if wants is not None and wants != has:
            yield self._refusal(key, rule, f"{what} of the collaboration is {'on' if has else 'off'}")

    def _encryption(self) -> Iterator[Refusal]:
        wants, has = self._desired.expects.encryption, self._live.encryption
        if wants is None:
            return
        if not wants and has is not None:
            yield self._refusal("encryption", "expects-encryption", "the collaboration is for encrypted data, expected none")
        elif wants and has is None:
            yield self._refusal("encryption", "expects-encryption", "the collaboration is not for encrypted data")
        elif has is not None and (differing := sorted(name for name, value in wants.items() if has.get(name) != value)):
            said = ", ".join(f"{name} is {'true' if has.get(name) else 'false'}" for name in differing)
            yield self._refusal("encryption", "expects-encryption", said)

    def _refusal(self, key: str, rule: str, text: str) -> Refusal:
        end = "not joined. Ask the creator, or change what is expected"
        return Refusal(rule, self._desired.account, f"memberships.{self._desired.key}.expects.{key}: {text}: {end}")
