"""The changes of a privacy budget template: one small class each, see ``planning.changes``.

All take effect at once and need no votes: they are the account's own business. What they give away is told beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cleanrooms_governance import budget_words as words
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.planning.changes import Names
from cleanrooms_governance.privacy_budgets import Allowance, PrivacyParameters, Wanted, WantedPrivacy
from cleanrooms_governance.tagging import OWNER_TAG, TagChange, TagEdit
from cleanrooms_governance.text import label, plain

CREATE, UPDATE, DELETE = "CreatePrivacyBudgetTemplate", "UpdatePrivacyBudgetTemplate", "DeletePrivacyBudgetTemplate"


@dataclass(frozen=True, slots=True)
class Subject:
    """Which budget of whom: differential privacy, or the one of a table.

    ``id`` is what it is told apart by: the type, or the table's id. ``words`` names it in a sentence.
    """

    account: AccountId
    id: str
    words: str = field(default="", compare=False)
    names: Names = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return f"{self.words} of {label(self.account, self.names)}"


class _OfBudget:
    """What all of them have in common: the account is the subject, and no change request carries them."""

    __slots__ = ()
    budget: Subject
    types: frozenset[str] = frozenset()

    @property
    def subject(self) -> str:
        """The account whose budget it is."""
        return self.budget.account

    @property
    def setting(self) -> str:
        """Which budget."""
        return f"budget:{self.budget.id}"


@dataclass(frozen=True, slots=True)
class CreateTemplate(_OfBudget):
    """Make a template; ``tags`` are those declared, which are written with it."""

    budget: Subject
    wanted: Wanted
    table: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    before = None
    operation = CREATE

    @property
    def after(self) -> Mapping[str, Any]:
        """Everything that is decided at creation."""
        return {**wanted_document(self.wanted), "table": self.table, "tags": self.tags}

    def __str__(self) -> str:
        return f"create {self.budget}: {in_words(self.wanted)}"


@dataclass(frozen=True, slots=True)
class EndTemplate(_OfBudget):
    """Delete a template, to make another one in its place."""

    budget: Subject
    template: str = field(compare=False)
    before: Mapping[str, Any]
    said: str = field(default="", compare=False)
    after = None
    operation = DELETE

    def __str__(self) -> str:
        return f"delete {self.budget}: {self.said}"


@dataclass(frozen=True, slots=True)
class ChangePrivacy(_OfBudget):
    """Change epsilon and noise."""

    budget: Subject
    live: PrivacyParameters
    wanted: PrivacyParameters
    operation = UPDATE

    @property
    def before(self) -> Mapping[str, int]:
        """The live parameters."""
        return privacy_document(self.live)

    @property
    def after(self) -> Mapping[str, int]:
        """The desired ones."""
        return privacy_document(self.wanted)

    def __str__(self) -> str:
        moved = []
        if self.live.epsilon != self.wanted.epsilon:
            verb = "raised" if self.wanted.epsilon > self.live.epsilon else "lowered"
            moved.append(f"epsilon {verb} from {self.live.epsilon} to {self.wanted.epsilon}")
        if self.live.users_noise != self.wanted.users_noise:
            moved.append(f"noise from {self.live.users_noise} to {self.wanted.users_noise} users a query")
        return f"change {self.budget}: {', '.join(moved)}"


@dataclass(frozen=True, slots=True)
class ChangeAccess(_OfBudget):
    """Replace all amounts of an access budget, which resets its balance (service guide, editing a data access budget)."""

    budget: Subject
    live: Mapping[str, Allowance]
    wanted: Mapping[str, Allowance]
    operation = UPDATE

    @property
    def before(self) -> Mapping[str, Any]:
        """The live amounts by period."""
        return allowances_document(self.live)

    @property
    def after(self) -> Mapping[str, Any]:
        """The desired ones."""
        return allowances_document(self.wanted)

    def __str__(self) -> str:
        return f"change {self.budget}: {words.amounts(self.wanted)} (until now {words.amounts(self.live)})"


@dataclass(frozen=True, slots=True)
class ClaimTemplate(_OfBudget):
    """Note in the template's tags that this stack governs it."""

    budget: Subject
    before: str | None
    after: str
    operation = "TagResource"

    @property
    def setting(self) -> str:
        """The owner tag."""
        return f"budget:{self.budget.id}/{OWNER_TAG}"

    def __str__(self) -> str:
        was = f" (until now {plain(self.before, 256)})" if self.before else ""
        return f"adopt {self.budget}: tag it {OWNER_TAG}={self.after}{was}"


@dataclass(frozen=True, slots=True)
class ChangeTemplateTags(TagChange, _OfBudget):
    """Write the declared tags and remove those that this tool set earlier."""

    budget: Subject
    edit: TagEdit

    def __str__(self) -> str:
        return f"tag {self.budget}: {self.edit}"


BudgetChange = CreateTemplate | EndTemplate | ChangePrivacy | ChangeAccess | ClaimTemplate | ChangeTemplateTags
"""The changes of one privacy budget."""


def in_words(wanted: Wanted) -> str:
    """Return what the file wants, in words."""
    if isinstance(wanted, WantedPrivacy):
        return f"{words.privacy(wanted.parameters)}, {words.renewal(wanted.auto_refresh)}"
    return words.amounts(wanted.allowances)


def wanted_document(wanted: Wanted) -> dict[str, Any]:
    """Return what the file wants in a form for fingerprints; the name of a table is not part of it, its ARN is."""
    if isinstance(wanted, WantedPrivacy):
        return {"type": wanted.type, **privacy_document(wanted.parameters), "autoRefresh": wanted.auto_refresh}
    return {"type": wanted.type, "amounts": allowances_document(wanted.allowances)}


def privacy_document(parameters: PrivacyParameters) -> dict[str, int]:
    """Return epsilon and noise by the service's names."""
    return {"epsilon": parameters.epsilon, "usersNoisePerQuery": parameters.users_noise}


def allowances_document(allowances: Mapping[str, Allowance]) -> dict[str, list[Any]]:
    """Return amounts by period, whatever their order."""
    return {str(period): [each.uses, each.auto_refresh] for period, each in sorted(allowances.items())}
