"""What holds in every story under every reading of the service, whatever it tells.

Nobody comes, goes, is granted or loses anything by a run unless a stack file or somebody's own call asked for it; a run ends
with a word about each resource; nothing is called converged while something is planned; and runs come to rest.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cleanrooms_governance.change_requests.next_move import Outcome
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import RUNNER_ABILITIES, AccountId, CostType

LOST_BY_COMMIT = "also took away"
"""What a run says that shouts about something the service took by itself."""

_ENDS = re.compile(rf"({'|'.join(Outcome)})|refused: .*|error: .*|failure: .*|not tried.*|skipped.*")

Held = frozenset[tuple[str, str]]
"""What there is on the service: pairs of an account and of what it is or may do."""


def held_by(collaborations: Iterable[Mapping[str, Any]]) -> Held:
    """Return who belongs to the collaborations of the service, with what."""
    return frozenset(pair for each in collaborations for member in each["_members"] for pair in _entry(member))


def _entry(member: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    account = member["accountId"]
    if member["status"] not in ("INVITED", "ACTIVE"):
        return
    yield account, "member"
    for ability in (*member["abilities"], *(member.get("mlAbilities") or {}).get("customMLMemberAbilities", ())):
        yield account, ability
    for cost, pays in member["_payer"].items():
        if pays:
            yield account, cost


@dataclass
class Asked:
    """What stack files and people have asked for so far in a story."""

    files: dict[tuple[str, str], DesiredCollaboration] = field(default_factory=dict)
    """By stack and key, as last run."""
    calls: list[str] = field(default_factory=list)

    def call(self, operation: str, parameters: Mapping[str, Any]) -> None:
        """Somebody called an operation by hand."""
        self.calls.append(f"{operation} {json.dumps(parameters)}")

    def unasked(self, before: Held, after: Held, said: Sequence[str]) -> list[str]:
        """Return what changed in a run though nobody asked for it, in words."""
        gained = [
            f"{account} gained {what}"
            for account, what in sorted(after - before)
            # Every request states all payments of an entry, and so names the runner for what it paid without being named.
            if not self._wanted(account, what) and not (what in set(CostType) and _runs(account, before | after))
        ]
        shouted = any(LOST_BY_COMMIT in line for line in said)
        lost = [
            f"{account} lost {what}"
            for account, what in sorted(before - after)
            if not self._given_up(account, what) and not (shouted and (account, "member") in after)
        ]
        return gained + lost

    def _wanted(self, account: str, what: str) -> bool:
        return any(what in _listed(each, account) for each in self.files.values()) or self._called(account, what)

    def _given_up(self, account: str, what: str) -> bool:
        id = AccountId(account)
        if what == "member" or any(id in each.removed for each in self.files.values()):
            return any(id in each.removed for each in self.files.values()) or self._called(account, "")
        # A cost type goes with whoever the service lets pay by default, so no file has to speak of it.
        silent = any(id in each.members and what not in _listed(each, account) for each in self.files.values())
        return silent or what in set(CostType) or self._called(account, "")

    def _called(self, account: str, what: str) -> bool:
        named = "accountId" if what == "member" else what
        return any(account in call and named in call for call in self.calls)


def _runs(account: str, held: Held) -> bool:
    return any((account, ability) in held for ability in RUNNER_ABILITIES)


def _listed(desired: DesiredCollaboration, account: str) -> frozenset[str]:
    entry = desired.members.get(AccountId(account))
    if entry is None:
        return frozenset()
    return frozenset({"member", *entry.abilities, *(entry.ml_abilities or ()), *(str(cost) for cost in entry.payer_for or ())})


def without_an_end(keys: Iterable[str], said: Sequence[str]) -> list[str]:
    """Return the resources about which a run did not say how it ended."""
    ended = {key for line in said for key in [line.partition(": ")[0]] if _ENDS.fullmatch(line.partition(": ")[2])}
    return [f"nothing is said about how {key} ended" for key in keys if key not in ended]
