"""Which properties a kind of resource has beside the inputs that a program gives it.

Known to programs and to the plugin process alike, and importing next to nothing: a program declares resources without loading
what plans and carries them out.
"""

from dataclasses import dataclass

from cleanrooms_governance.assessment import kinds


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource.

    ``name`` is what its provider is stored under, ``title`` what people call it. ``computed`` are the inputs that check adds:
    always all of them, and all unknown as soon as one input is unknown. ``recorded`` are the outputs that are not inputs.
    """

    name: str
    title: str
    computed: tuple[str, ...]
    recorded: tuple[str, ...]


COLLABORATION = Kind(
    "collaboration",
    title=kinds.COLLABORATION,
    computed=("collaborationId", "plan", "fingerprint", "refused"),
    recorded=("live", "digest", "outcome", "awaited", "absent", "conflicting", "payers", "budgets"),
)

MEMBERSHIP = Kind(
    "membership",
    title=kinds.MEMBERSHIP,
    computed=("plan", "fingerprint", "refused"),
    recorded=("membership", "status", "digest", "outcome"),
)

PRIVACY_BUDGET = Kind(
    "privacybudgettemplate",
    title=kinds.BUDGET,
    computed=("plan", "fingerprint", "refused"),
    recorded=("template", "live", "digest", "outcome"),
)
