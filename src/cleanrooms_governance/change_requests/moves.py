"""The approval policy as one table, and the moves that follow from it.

``STEPS`` says what to do about an open change request by its status, by how it stands to the stack file, and by whether this
stack filed it. It holds values only; ``next_move`` applies it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from cleanrooms_governance.change_requests.filing import Draft
from cleanrooms_governance.change_requests.judging import Verdict
from cleanrooms_governance.model import AccountId, ChangeRequest, RequestStatus
from cleanrooms_governance.planning.changes import RemoveMember
from cleanrooms_governance.planning.setting_changes import (
    DescribeCollaboration,
    RenameCollaboration,
    SettingChange,
    TagCollaboration,
)
from cleanrooms_governance.service import Action
from cleanrooms_governance.tagging import TagEdit


class Step(StrEnum):
    """What to do about one change request."""

    VOTE_OR_WAIT = "vote or wait"
    COMMIT = "commit"
    CANCEL = "cancel"
    PLAN_AROUND = "plan around its accounts"
    IGNORE = "ignore"
    STOP = "stop for this collaboration"


STEPS: Mapping[tuple[str, Verdict, bool], Step] = {
    (RequestStatus.PENDING, Verdict.WANTED, True): Step.VOTE_OR_WAIT,
    (RequestStatus.PENDING, Verdict.WANTED, False): Step.VOTE_OR_WAIT,
    (RequestStatus.PENDING, Verdict.UNWANTED, True): Step.CANCEL,
    (RequestStatus.PENDING, Verdict.UNWANTED, False): Step.PLAN_AROUND,
    (RequestStatus.PENDING, Verdict.WITHOUT_EFFECT, True): Step.CANCEL,
    (RequestStatus.PENDING, Verdict.WITHOUT_EFFECT, False): Step.IGNORE,
    (RequestStatus.PENDING, Verdict.NOT_UNDERSTOOD, True): Step.PLAN_AROUND,
    (RequestStatus.PENDING, Verdict.NOT_UNDERSTOOD, False): Step.PLAN_AROUND,
    (RequestStatus.APPROVED, Verdict.WANTED, True): Step.COMMIT,
    (RequestStatus.APPROVED, Verdict.WANTED, False): Step.COMMIT,
    (RequestStatus.APPROVED, Verdict.UNWANTED, True): Step.CANCEL,
    (RequestStatus.APPROVED, Verdict.UNWANTED, False): Step.PLAN_AROUND,
    (RequestStatus.APPROVED, Verdict.WITHOUT_EFFECT, True): Step.CANCEL,
    (RequestStatus.APPROVED, Verdict.WITHOUT_EFFECT, False): Step.IGNORE,
    (RequestStatus.APPROVED, Verdict.NOT_UNDERSTOOD, True): Step.PLAN_AROUND,
    (RequestStatus.APPROVED, Verdict.NOT_UNDERSTOOD, False): Step.PLAN_AROUND,
}
"""Open requests; the key's last part says whether the request is ours.

One that is not understood is not cancelled even if it is ours: should the service begin to say something new about every
request, a cancelled one would be filed again for ever.

Requests that are over (COMMITTED, DENIED, CANCELLED) act atom by atom on what is left to file: see ``requests.denied`` and
``requests.not_in_effect``.
"""

OVER = frozenset({RequestStatus.COMMITTED, RequestStatus.DENIED, RequestStatus.CANCELLED})


def next_step(request: ChangeRequest, verdict: Verdict, *, mine: bool) -> Step:
    """Look a request up in the table; a status that this version does not know stops everything for its collaboration."""
    if request.status in OVER:
        return Step.IGNORE
    return STEPS.get((request.status, verdict, mine), Step.STOP)


@dataclass(frozen=True, slots=True)
class Claim:
    """Write the owner tag."""

    owner: str


@dataclass(frozen=True, slots=True)
class UpdateSettings:
    """Change the collaboration's name and description; ``None`` leaves one as it is."""

    name: str | None = None
    description: str | None = None

    def __str__(self) -> str:
        given = {"name": self.name, "description": self.description}
        return f"{' and '.join(key for key, value in given.items() if value is not None)} of the collaboration"


@dataclass(frozen=True, slots=True)
class EditTags:
    """Write and remove tags."""

    edit: TagEdit


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Cancel a request of ours."""

    request: ChangeRequest


@dataclass(frozen=True, slots=True)
class CastVote:
    """Vote in an account that we hold, by the named rule."""

    request: ChangeRequest
    account: AccountId
    action: Action
    rule: str
    about: str = field(default="", compare=False)
    """What the request would do, in words."""


@dataclass(frozen=True, slots=True)
class CommitRequest:
    """Commit an approved request."""

    request: ChangeRequest


@dataclass(frozen=True, slots=True)
class FileRequest:
    """File a change request."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a member at once and for good."""

    removal: RemoveMember


Move = Claim | UpdateSettings | EditTags | CancelRequest | Remove | CastVote | CommitRequest | FileRequest


def setting_moves(changes: Iterable[SettingChange]) -> tuple[Move, ...]:
    """Return the moves that carry out changes of a collaboration's own settings: one call for what goes by one."""
    update = UpdateSettings()
    edits: list[Move] = []
    for change in changes:
        match change:
            case RenameCollaboration(after=name):
                update = replace(update, name=name)
            case DescribeCollaboration(after=description):
                update = replace(update, description=description)
            case TagCollaboration(edit):
                edits.append(EditTags(edit))
    return (*([] if update == UpdateSettings() else [update]), *edits)


def actionable(moves: Iterable[Move], conflicting: frozenset[str], open_requests: frozenset[str]) -> tuple[Move, ...]:
    """Return the moves worth making, given that filing met a conflict while exactly ``conflicting`` were open.

    Which open requests exclude each other is not documented (switch ``concurrency``): as long as the same ones are open, the
    same conflict is to be expected, so filing waits for them.
    """
    if conflicting and conflicting == open_requests:
        return tuple(move for move in moves if not isinstance(move, FileRequest))
    return tuple(moves)
