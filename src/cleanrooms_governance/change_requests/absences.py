"""Votes that accounts of this stack cannot cast in this run, and why: all else goes on without them.

A vote that is not cast takes nothing away: the next run casts it. So it stops neither what is filed, committed nor joined
beside it. What was sent as the creator and failed stops a run, because what follows was planned to come after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cleanrooms_governance.errors import CredentialsRefused, Refused, ServiceError, Unreachable
from cleanrooms_governance.model import AccountId


@dataclass(frozen=True, slots=True)
class Absences:
    """Who cannot vote.

    ``accounts`` are those that cannot be reached at all, with the reason; ``votes`` are single votes that failed, by request
    and account, with what went wrong.
    """

    accounts: Mapping[AccountId, str] = field(default_factory=dict)
    votes: Mapping[tuple[str, AccountId], str] = field(default_factory=dict)

    def reason(self, request_id: str, account: AccountId) -> str:
        """Return why an account cannot vote on a request, or nothing if it can."""
        if account in self.accounts:
            return f"cannot be reached: {self.accounts[account]}"
        failed = self.votes.get((request_id, account))
        return f"its vote failed: {failed}" if failed else ""

    def and_also(self, request_id: str, account: AccountId, error: ServiceError | Refused) -> "Absences":
        """Return these and the one that a failed vote shows."""
        if is_out_of_reach(error):
            return Absences({**self.accounts, account: str(error)}, self.votes)
        return Absences(self.accounts, {**self.votes, (request_id, account): str(error)})

    @property
    def failure(self) -> str:
        """What failed, in words. Accounts that cannot be reached are left out: their votes were skipped."""
        return "; ".join(self.votes[key] for key in sorted(self.votes))


ALL_CAN_VOTE = Absences()


def is_out_of_reach(error: Exception) -> bool:
    """Return whether an error means that nothing can be done as an account, whatever it is: it was not even asked."""
    return isinstance(error, CredentialsRefused | Unreachable)
