"""What a change makes of a member, and which types name that.

Written from the fields of the model's MemberChangeSpecification and from the names of ChangeType, not from the service's code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Change = dict[str, Any]

RUNNER_ABILITIES = frozenset({"CAN_QUERY", "CAN_RUN_JOB"})
_NAMES = {
    "CAN_RECEIVE_RESULTS": "RECEIVE_RESULTS_ABILITY",
    "CAN_EXPORT_QUERY_ANALYSIS_LOG": "EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
    "CAN_RECEIVE_MODEL_OUTPUT": "CAN_RECEIVE_MODEL_OUTPUT",
    "CAN_RECEIVE_INFERENCE_OUTPUT": "CAN_RECEIVE_INFERENCE_OUTPUT",
}


@dataclass(frozen=True)
class Member:
    """As the creator configured it: `named` says what it is to pay for, `pays` is what ListMembers shows as TRUE."""

    status: str
    abilities: frozenset[str] = frozenset()
    learning: frozenset[str] = frozenset()
    named: Mapping[str, bool] = field(default_factory=dict)
    pays: frozenset[str] = frozenset()

    @property
    def is_present(self) -> bool:
        return self.status in ("INVITED", "ACTIVE")

    @property
    def rights(self) -> tuple[object, ...]:
        """All that a change can change."""
        return (self.abilities, self.learning, self.named)


def subject_of(change: Change) -> str | None:
    """The account that a change names, or None for one of the collaboration."""
    member = change["specification"].get("member")
    return member and str(member["accountId"])


def changed(before: Member | None, specification: Mapping[str, Any], reading: Mapping[str, str]) -> Member:
    """The member that a change leaves behind; `pays` is only known from a list."""
    base = before or Member("INVITED")
    kept = base.abilities & RUNNER_ABILITIES if reading["runnerAbilities"] != "drop-if-omitted" else frozenset()
    learning = specification.get("mlMemberAbilities")
    if learning is not None:
        listed = frozenset(learning["customMLMemberAbilities"])
    else:
        listed = base.learning if reading["omittedMl"] == "keep" else frozenset()
    return replace(
        base,
        abilities=kept | frozenset(specification["memberAbilities"]),
        learning=listed,
        named={**base.named, **flags_in(specification.get("paymentConfiguration"))},
    )


def types_of(before: Member | None, specification: Mapping[str, Any], reading: Mapping[str, str]) -> set[str]:
    """Names of the difference between the member as it is listed and as the change wants it."""
    base, after = before or Member("INVITED"), changed(before, specification, reading)
    types = set() if before else {"ADD_MEMBER"}
    for had, has in ((base.abilities, after.abilities), (base.learning, after.learning)):
        types |= {f"GRANT_{_NAMES[each]}" for each in has - had} | {
            f"REVOKE_{_NAMES[each]}" for each in had - has - RUNNER_ABILITIES
        }
    flags = flags_in(specification.get("paymentConfiguration"))
    if before is None and reading["newPayerTypes"] == "ADD_MEMBER":
        flags = {}
    types |= {"ADD_PAYER_CANDIDATE" for cost_type, flag in flags.items() if flag and cost_type not in base.pays}
    return types | {"REMOVE_PAYER_CANDIDATE" for cost_type, flag in flags.items() if not flag and cost_type in base.pays}


def flags_in(configuration: Mapping[str, Any] | None) -> dict[str, bool]:
    """The leaves of a payment configuration."""
    leaves = {**(configuration or {}), **((configuration or {}).get("machineLearning") or {})}
    return {name: leaf["isResponsible"] for name, leaf in leaves.items() if name != "machineLearning"}


def as_listed(summaries: Iterable[Mapping[str, Any]]) -> dict[str, Member]:
    """Members as ListMembers shows them, by account."""
    return {
        each["accountId"]: Member(
            status=each["status"],
            abilities=frozenset(each["abilities"]),
            learning=frozenset((each.get("mlAbilities") or {}).get("customMLMemberAbilities", ())),
            pays=frozenset(name for name, flag in flags_in(each["paymentConfiguration"]).items() if flag),
        )
        for each in summaries
    }
