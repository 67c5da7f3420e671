"""The changes of a membership that its account has joined: one small class each, see ``changes``.

All take effect at once and need no votes: they are the account's own business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cleanrooms_governance.model import AccountId, CostType
from cleanrooms_governance.planning.changes import Names
from cleanrooms_governance.tagging import OWNER_TAG, TagChange, TagEdit
from cleanrooms_governance.text import label, plain

UPDATE = "UpdateMembership"


class Log(StrEnum):
    """A log of a membership; the values are the keys of the stack file."""

    QUERY = "queryLog"
    JOB = "jobLog"


class Results(StrEnum):
    """A default result configuration of a membership; the values are the keys of the stack file."""

    QUERY = "defaultResultConfiguration"
    JOB = "defaultJobResultConfiguration"


class _OfMembership:
    """What all of them have in common: the account is the subject, and no change request carries them."""

    __slots__ = ()
    account: AccountId
    types: frozenset[str] = frozenset()

    @property
    def subject(self) -> str:
        """The account whose membership it is."""
        return self.account


@dataclass(frozen=True, slots=True)
class ClaimMembership(_OfMembership):
    """Note in the membership's tags that this stack governs it."""

    account: AccountId
    before: str | None
    after: str
    setting = OWNER_TAG
    operation = "TagResource"

    def __str__(self) -> str:
        was = f" (until now {plain(self.before)})" if self.before else ""
        return f"adopt the membership: tag it {OWNER_TAG}={self.after}{was}"


@dataclass(frozen=True, slots=True)
class SwitchLog(_OfMembership):
    """Turn a log on or off."""

    account: AccountId
    log: Log
    after: bool
    names: Names = field(default_factory=dict, compare=False)
    operation = UPDATE

    @property
    def setting(self) -> str:
        """Which log."""
        return self.log

    @property
    def before(self) -> bool:
        """The live value."""
        return not self.after

    def __str__(self) -> str:
        return f"switch {self.log} of {label(self.account, self.names)} {'on' if self.after else 'off'}"


@dataclass(frozen=True, slots=True)
class ChangeResults(_OfMembership):
    """Send results elsewhere; ``before`` and ``after`` are the service's documents, whole."""

    account: AccountId
    results: Results
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    names: Names = field(default_factory=dict, compare=False)
    operation = UPDATE

    @property
    def setting(self) -> str:
        """Which results."""
        return self.results

    def __str__(self) -> str:
        was = f" (until now {_place(self.before)})" if self.before else ""
        return f"set {self.results} of {label(self.account, self.names)} to {_place(self.after)}{was}"


@dataclass(frozen=True, slots=True)
class _OfPayment(_OfMembership):
    account: AccountId
    cost: CostType
    names: Names = field(default_factory=dict, compare=False)
    operation = UPDATE

    @property
    def setting(self) -> str:
        """The cost type."""
        return f"pays:{self.cost}"


@dataclass(frozen=True, slots=True)
class AcceptPayment(_OfPayment):
    """Accept to pay for what the collaboration made the account a candidate for."""

    before = False
    after = True

    def __str__(self) -> str:
        return f"accept to pay for {self.cost} as {label(self.account, self.names)}"


@dataclass(frozen=True, slots=True)
class DeclinePayment(_OfPayment):
    """Decline to pay any longer."""

    before = True
    after = False

    def __str__(self) -> str:
        return f"decline to pay for {self.cost} as {label(self.account, self.names)}"


@dataclass(frozen=True, slots=True)
class ChangeTags(TagChange, _OfMembership):
    """Write the declared tags and remove those that this tool set earlier."""

    account: AccountId
    edit: TagEdit
    names: Names = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return f"tag the membership of {label(self.account, self.names)}: {self.edit}"


MembershipChange = ClaimMembership | SwitchLog | ChangeResults | AcceptPayment | DeclinePayment | ChangeTags
"""The changes of a membership after joining."""


def _place(configuration: Mapping[str, Any]) -> str:
    s3 = configuration["outputConfiguration"].get("s3", {})
    parts = [f"s3://{s3.get('bucket', '')}/{s3.get('keyPrefix', '')}", s3.get("resultFormat", "")]
    parts += ["in a single file"] if s3.get("singleFileOutput") else []
    parts += [f"by {configuration['roleArn']}"] if configuration.get("roleArn") else []
    return plain(" ".join(filter(None, parts)), 800)
