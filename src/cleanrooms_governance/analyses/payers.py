"""Who can be charged for a cost type, and who is charged for what somebody runs.

The creator names candidates, a candidate accepts on its own membership, and the runner names one of them when it submits
(service guide, glossary and membership pages). With one candidate the runner need not name it; what the service does with
several and none named is not documented, so then nothing is sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cleanrooms_governance.errors import Refused
from cleanrooms_governance.model import AccountId, Collaboration, CostType, MemberStatus
from cleanrooms_governance.planning.payers import RUNNER_OF, is_usable, maybe_by_default, payers_now
from cleanrooms_governance.text import label, plain


class Standing(StrEnum):
    """Whether an account can be charged; the values are words for people and programs."""

    USABLE = "usable"
    NOT_VISIBLE = "acceptance not visible"
    BY_DEFAULT = "acceptance not shown, nor needed by default"
    NOT_ACCEPTED = "not accepted"
    NOT_JOINED = "not joined"
    NOT_A_CANDIDATE = "not a candidate"
    NOT_A_MEMBER = "not a member"


CHARGEABLE = frozenset({Standing.USABLE, Standing.NOT_VISIBLE, Standing.BY_DEFAULT})
"""Nothing that this stack can see stands in the way."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be asked to pay; ``by_default`` is one that may pay only because nobody is named."""

    account: AccountId
    standing: Standing
    by_default: bool = False


def candidates_of(cost: CostType, live: Collaboration) -> tuple[Candidate, ...]:
    """Return who may be asked to pay for a cost type, sorted.

    Parameters: ``live.accepted`` says for whom it can be seen what they have accepted.
    """
    return tuple(
        Candidate(account, standing_of(account, cost, live), _by_default(account, cost, live))
        for account in sorted(payers_now(cost, live))
    )


def standing_of(account: AccountId, cost: CostType, live: Collaboration) -> Standing:
    """Return whether an account can be charged for a cost type, as far as this stack can see.

    Who pays only by default need not have accepted (an assumption), and looks the same as one that was named.
    """
    member = live.members.get(account)
    if member is None or not member.belongs:
        return Standing.NOT_A_MEMBER
    if account not in payers_now(cost, live):
        return Standing.NOT_A_CANDIDATE
    if member.status != MemberStatus.ACTIVE:
        return Standing.NOT_JOINED
    if is_usable(account, cost, live):
        return Standing.USABLE
    if account not in live.accepted:
        return Standing.NOT_VISIBLE
    return Standing.BY_DEFAULT if _by_default(account, cost, live) else Standing.NOT_ACCEPTED


@dataclass(frozen=True, slots=True)
class Charged:
    """Who is going to be charged: ``sent`` is ``None`` where it is left to the service, which has no choice."""

    candidate: Candidate
    sent: AccountId | None


def choose_payer(
    cost: CostType, live: Collaboration, runner: AccountId, named: AccountId | None, names: Mapping[AccountId, str]
) -> Charged:
    """Return who is charged for what ``runner`` runs.

    Parameters: ``named`` is whom the command or the stack file names, if anybody.

    An account is charged only if somebody has named it, or if it can be seen to have accepted, or if it is the runner itself.
    Raises: ``Refused`` with the choices there are.
    """
    choices = candidates_of(cost, live)
    if named is not None:
        standing = standing_of(named, cost, live)
        if standing in CHARGEABLE:
            return Charged(Candidate(named, standing, _by_default(named, cost, live)), named)
        raise Refused(
            f"account {label(named, names)} cannot be charged for {cost}: {_WHY[standing]}. Nothing was sent."
            f" {_advice(cost, choices, names)}"
        )
    if len(choices) != 1:
        why = f"{len(choices)} accounts may be charged for {cost}" if choices else f"nobody can be charged for {cost}"
        raise Refused(f"{why}, so nothing was sent. {_advice(cost, choices, names)}")
    (only,) = choices
    if only.account == runner and only.standing in CHARGEABLE:
        return Charged(only, None if only.by_default else only.account)
    if only.standing is Standing.USABLE:
        return Charged(only, only.account)
    if only.standing is Standing.NOT_VISIBLE:
        raise Refused(
            f"only account {label(only.account, names)} may be charged for {cost}, and this stack cannot see whether it has"
            f" accepted that, so nothing was sent. To charge it all the same, name it: --payer {only.account}, or by"
            " defaultPayer of the membership"
        )
    raise Refused(
        f"only account {label(only.account, names)} may be charged for {cost}, and it cannot be: {_WHY[only.standing]}."
        " Nothing was sent. Ask it, or the creator to name another payer"
    )


_WHY = {
    Standing.NOT_ACCEPTED: "it has not accepted that on its membership",
    Standing.NOT_JOINED: "it has not joined the collaboration",
    Standing.NOT_A_CANDIDATE: "the creator has not named it for that",
    Standing.NOT_A_MEMBER: "it is not a member of the collaboration",
}


def _advice(cost: CostType, choices: Iterable[Candidate], names: Mapping[AccountId, str]) -> str:
    listed = [f"{label(each.account, names)}, {plain(each.standing)}" for each in choices]
    if not listed:
        return f"Ask the creator to name somebody to pay for {cost}"
    return "\n".join(("Name one of these by --payer, or by defaultPayer of the membership:", *listed))


def _by_default(account: AccountId, cost: CostType, live: Collaboration) -> bool:
    return cost in RUNNER_OF and maybe_by_default(account, cost, live)
