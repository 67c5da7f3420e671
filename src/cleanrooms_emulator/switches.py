"""What nobody outside AWS knows for sure about the service, as named choices.

Every switch is one field of `Switches`: its type lists the allowed values, its first one is the default, and
the text beside it says what the values mean, what is known and where that comes from. Everything else here is
derived from the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Literal, Self, get_args, get_type_hints


def _switch(default: str, *, meaning: str, known: str, source: str) -> Any:
    return field(default=default, metadata={"meaning": meaning, "known": known, "source": source})


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """One reading of the service's undocumented behaviour. The defaults are the likeliest reading."""

    approvers: Literal["active", "active+invited"] = _switch(
        "active",
        meaning="Who gets a vote on a change request: ACTIVE members, or INVITED ones too.",
        known="All (existing) members must approve; whether an open invitation counts is not said.",
        source="service guide, change requests and add-member pages",
    )
    creator_vote: Literal["implicit", "pending"] = _switch(
        "implicit",
        meaning="The creator's own vote: cast as APPROVED when it files the request, or PENDING like any other.",
        known="The creator submits and all members approve; its own vote is not mentioned.",
        source="service guide, change requests page",
    )
    auto_commit_on_approval: Literal["no", "yes"] = _switch(
        "no",
        meaning="A request that got its last approval waits for the creator's COMMIT, or commits itself.",
        known="The API has COMMIT for the owner, and Approved and Committed are separate events; "
        "the guide only says that changes take effect once approved.",
        source="model, UpdateCollaborationChangeRequest; service guide, change requests page",
    )
    auto_approved_status: Literal["COMMITTED", "APPROVED"] = _switch(
        "COMMITTED",
        meaning="An auto-approved request is committed by its creation, or stays APPROVED and without effect until COMMIT.",
        known="Auto-approved changes take effect at once; the status in the answer is not documented.",
        source="service guide, add-member page",
    )
    concurrency: Literal["one-per-subject", "one-per-collaboration", "free"] = _switch(
        "one-per-subject",
        meaning="Which open requests exclude a new one: those that name one of its accounts (or, like it, the "
        "collaboration's settings), any, or none.",
        known="CreateCollaborationChangeRequest declares ConflictException without saying when.",
        source="model, CreateCollaborationChangeRequest",
    )
    runner_abilities: Literal["reject", "accept-if-held", "drop-if-omitted"] = _switch(
        "reject",
        meaning="CAN_QUERY and CAN_RUN_JOB in a MEMBER change: refused; accepted for the member that holds them; "
        "or accepted so and lost when the change leaves them out.",
        known="The list of abilities replaces the old one, these two are not supported in it, and the guide "
        "calls the runner immutable.",
        source="model, MemberChangeSpecification; service guide, glossary",
    )
    not_found: Literal["403", "404"] = _switch(
        "403",
        meaning="A collaboration that the caller cannot see: AccessDeniedException, or "
        "ResourceNotFoundException where the operation declares it.",
        known="Get, Update and DeleteCollaboration declare no ResourceNotFoundException and answer 403.",
        source="model; acceptance tests of other tools",
    )
    noop_change: Literal["400", "accept"] = _switch(
        "400",
        meaning="A MEMBER change that changes nothing: ValidationException, or accepted.",
        known="Every change in an answer has at least one type, and a change without effect has none.",
        source="model, ChangeTypeList",
    )
    readd_removed: Literal["reject", "accept"] = _switch(
        "reject",
        meaning="Adding a REMOVED account: ConflictException, or a new invitation. LEFT is always final.",
        known="Whoever left cannot rejoin; nothing is said about removed members.",
        source="service guide, leaving a collaboration",
    )
    omitted_ml: Literal["keep", "clear"] = _switch(
        "keep",
        meaning="mlMemberAbilities left out of a MEMBER change: unchanged, or cleared.",
        known="The member is optional, and memberAbilities beside it replaces the whole list.",
        source="model, MemberChangeSpecification",
    )
    omitted_payment: Literal["keep", "clear"] = _switch(
        "keep",
        meaning="paymentConfiguration (or a cost type) left out of a MEMBER change: unchanged, or cleared.",
        known="The member and all cost types but queryCompute are optional.",
        source="model, MemberChangeSpecification and PaymentConfiguration",
    )
    decline: Literal["allowed", "error"] = _switch(
        "allowed",
        meaning="UpdateMembership with isResponsible FALSE by a payer: declines, or is refused.",
        known="The guide lets a payer clear the box later; the shape's text announces an error.",
        source="service guide, updating a membership; model, MembershipQueryComputePaymentConfig",
    )

    @classmethod
    def from_names(cls, mapping: Mapping[str, str]) -> Self:
        """Switches from external names ("creatorVote") and values; what is not named has its default.

        Raises ValueError with one line for each unknown switch or value.
        """
        return cls().with_names(mapping)

    def with_names(self, mapping: Mapping[str, str]) -> Self:
        """These switches with some set anew, by external names. Raises ValueError as `from_names` does."""
        known = {record.name: record for record in describe()}
        problems = []
        for name, value in mapping.items():
            if name not in known:
                problems.append(f"unknown switch {name!r}; there are {', '.join(sorted(known))}")
            elif value not in known[name].values:
                problems.append(f"switch {name}: {value!r} is not one of {', '.join(known[name].values)}")
        if problems:
            raise ValueError("\n".join(problems))
        return type(self)(**{**self._by_field(), **{known[name].field: mapping[name] for name in mapping}})

    def as_names(self) -> dict[str, str]:
        """All switches by external name."""
        chosen = self._by_field()
        return {record.name: chosen[record.field] for record in describe()}

    def _by_field(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class SwitchRecord:
    """What a list of switches says about one: `name` is the external name, `field` that in `Switches`."""

    name: str
    field: str
    values: tuple[str, ...]
    default: str
    meaning: str
    known: str
    source: str


@cache
def _records() -> tuple[SwitchRecord, ...]:
    types = get_type_hints(Switches)
    return tuple(
        SwitchRecord(
            name=_external(each.name),
            field=each.name,
            values=get_args(types[each.name]),
            default=str(each.default),
            **each.metadata,
        )
        for each in fields(Switches)
    )


def describe() -> list[SwitchRecord]:
    """All switches, in the order of their declaration."""
    return list(_records())


def _external(field_name: str) -> str:
    first, *rest = field_name.split("_")
    return first + "".join(word.capitalize() for word in rest)
