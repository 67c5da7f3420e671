"""Service quotas (service guide, quotas page), adjustable as in AWS: per world, through the store."""

from __future__ import annotations

from dataclasses import dataclass

from cleanrooms_emulator.handlers import kinds
from cleanrooms_emulator.handlers.refusals import quota_exceeded
from cleanrooms_emulator.store import Store


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota by the name that ServiceQuotaExceededException carries (wording: assumption), and its default."""

    name: str
    default: int


MEMBERS_INVITED = Quota("Members invited per collaboration", 5)
COLLABORATIONS = Quota("Collaborations created per account", 500)
MEMBERSHIPS = Quota("Memberships per account", 500)

MAX_TAGS = 50
"""Tags on one resource. No service quota but a rule of all AWS tagging, refused with ValidationException."""


def limit(store: Store, quota: Quota) -> int:
    """The quota's value in this world."""
    adjusted = store.get(kinds.QUOTA, quota.name)
    return quota.default if adjusted is None else int(adjusted["value"])


def adjust(store: Store, quota: Quota, value: int) -> None:
    """Give the quota another value in this world, as a granted quota increase does."""
    store.put(kinds.QUOTA, quota.name, {"value": value})


def ensure_within(store: Store, quota: Quota, count: int) -> None:
    """Raise ServiceQuotaExceededException if `count` of them are more than the quota allows."""
    allowed = limit(store, quota)
    if count > allowed:
        raise quota_exceeded(quota.name, allowed)
