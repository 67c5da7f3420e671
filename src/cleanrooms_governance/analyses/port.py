"""The port to queries and jobs, beside that of ``service``. Every method may raise a ``ServiceError``."""

from typing import Protocol

from cleanrooms_governance.analyses.analysis import Analysis, Kind, Submission, Summary
from cleanrooms_governance.desired import Access
from cleanrooms_governance.service import CleanRooms, CleanRoomsReads

MOST = 100
"""The most that one page of a list has (service model: MaxResults)."""


class AnalysisReads(CleanRoomsReads, Protocol):
    """What an account sees of what is run in its memberships, through its reading credentials."""

    def recent_analyses(self, kind: Kind, membership_id: str, most: int) -> tuple[Summary, ...]:
        """List the newest queries or jobs that a membership shows, the newest first, ``most`` of them at most."""

    def analysis(self, kind: Kind, membership_id: str, analysis_id: str) -> Analysis:
        """Read one query or job."""


class Analyses(AnalysisReads, CleanRooms, Protocol):
    """One account's Clean Rooms in one Region, with what it runs."""

    def start_analysis(self, membership_id: str, submission: Submission) -> Analysis:
        """Start a query or job. Sent once; ``AnswerLost`` means that it may run."""

    def cancel_analysis(self, kind: Kind, membership_id: str, analysis_id: str) -> Analysis:
        """Ask for a query or job to be cancelled; to ask twice is harmless."""


class AnalysisAccounts(Protocol):
    """Opens an account, as ``service.Accounts`` does."""

    def __call__(self, access: Access, region: str) -> Analyses:
        """Return that account's Clean Rooms. Nothing is called before the first use."""
