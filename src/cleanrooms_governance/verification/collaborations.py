"""Is a collaboration as its section says?"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from cleanrooms_governance.analyses.payers import CHARGEABLE, Standing, candidates_of
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import RUNNER_ABILITIES, AccountId, Collaboration, CostType, Member, MemberStatus
from cleanrooms_governance.planning.fixed_settings import FIXED
from cleanrooms_governance.planning.payers import RUNNER_OF
from cleanrooms_governance.planning.plan import Level, Plan
from cleanrooms_governance.text import label, plain
from cleanrooms_governance.verification.observation import Observation, Weight, placed

Members = Mapping[AccountId, Member]


@dataclass(frozen=True, slots=True)
class CollaborationLook:
    """A collaboration as its creator sees it, with what can be seen of who has accepted to pay.

    Parameters: ``desired`` is what the file wants today and ``plan`` what separates the two; ``views`` are the members as the
    accounts of this stack see them that have joined.
    """

    desired: DesiredCollaboration
    live: Collaboration
    plan: Plan
    names: Mapping[AccountId, str]
    views: Mapping[AccountId, Members] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Its place in the stack file."""
        return f"collaborations.{self.desired.key}"


def observe_collaboration(look: CollaborationLook) -> Iterator[Observation]:
    """Yield everything that is not as declared, and what could not be seen."""
    for check in CHECKS:
        yield from check(look)


def _runners(look: CollaborationLook) -> Iterator[Observation]:
    for account, wanted in sorted(look.desired.members.items()):
        member = look.live.members.get(account)
        for ability in sorted(wanted.abilities & RUNNER_ABILITIES):
            if member is None or not member.belongs:
                why = "is no member (any more), and nobody else can be given that"
            elif ability not in member.abilities:
                why = "does not have it (any more), and no change request can give it back. Look in the console at once"
            else:
                continue
            path = f"{look.path}.members.{account}.abilities"
            yield Observation(path, "runner", f"{label(account, look.names)} is to have {ability}, and {why}")


def _members(look: CollaborationLook) -> Iterator[Observation]:
    for account in sorted(look.desired.members):
        member = look.live.members.get(account)
        if member is not None and member.status == MemberStatus.INVITED:
            who = label(account, look.names)
            path = f"{look.path}.members.{account}"
            yield Observation(
                path, "member", f"{who} is invited and has not joined. `crgov ask {account}` writes what to send it"
            )
        elif member is not None and not member.belongs:
            path = f"{look.path}.members.{account}"
            yield Observation(path, "member", f"{label(account, look.names)} is {plain(member.status)}, which is final")
    for planned in look.plan.changes:
        yield Observation(look.path, "member", f"is not as declared: a run would {planned}")
    said = {each.path for each in _runners(look)}
    for refusal in look.plan.refusals:
        path, message = placed(look.path, refusal.message)
        if path not in said:
            yield Observation(path, "member", f"a run would be refused: {message}")
    for remark in look.plan.remarks:
        path, message = placed(look.path, remark.message)
        if remark.level is Level.WARNING and path not in said:
            yield Observation(path, "member", message, Weight.FINDING if remark.rule == FIXED else Weight.NOTE)


def _payers(look: CollaborationLook) -> Iterator[Observation]:
    for cost in CostType:
        path = f"{look.path} {cost}"
        candidates = candidates_of(cost, look.live)
        for each in candidates:
            who = label(each.account, look.names)
            if each.standing is Standing.NOT_VISIBLE:
                yield Observation(path, "payer", f"it is not visible whether {who} has accepted to pay", Weight.NOTE)
            elif each.standing is Standing.BY_DEFAULT:
                text = f"{who} has not accepted to pay, which it need not if it pays only because nobody is named"
                yield Observation(path, "payer", text, Weight.NOTE)
            elif each.standing not in CHARGEABLE:
                yield Observation(path, "payer", f"{who} may be asked to pay and cannot be charged: {each.standing}")
        ability = RUNNER_OF.get(cost)
        runs = ability and any(member.belongs and ability in member.abilities for member in look.live.members.values())
        if runs and not any(each.standing in CHARGEABLE for each in candidates):
            yield Observation(path, "payer", f"nobody can be charged, so nothing that costs {cost} can be run")


def _views(look: CollaborationLook) -> Iterator[Observation]:
    for account, members in sorted(look.views.items()):
        differing = sorted(
            each
            for each in members.keys() | look.live.members.keys()
            if _shown(members.get(each)) != _shown(look.live.members.get(each))
        )
        if differing:
            listed = ", ".join(label(each, look.names) for each in differing)
            yield Observation(
                look.path, "view", f"{label(account, look.names)} sees another entry than the creator of {listed}"
            )


def _shown(member: Member | None) -> object:
    if member is None:
        return None
    payments = frozenset(cost for cost, pays in member.payments.items() if pays)
    return member.status, member.abilities, member.ml_abilities, payments


CHECKS: tuple[Callable[[CollaborationLook], Iterator[Observation]], ...] = (_runners, _members, _payers, _views)
"""What is looked at, in the order in which it is said."""
