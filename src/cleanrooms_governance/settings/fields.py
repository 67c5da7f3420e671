"""The kinds of fields that sections are made of, and what all sections have in common."""

from datetime import date
from typing import Annotated, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Strict
from pydantic.alias_generators import to_camel

from cleanrooms_governance.desired import OwnPlan, Unmanaged
from cleanrooms_governance.model import AUTO_APPROVABLE_TYPES, Ability, AccountId, ChangeType, CostType
from cleanrooms_governance.settings import strict, text_shapes

T = TypeVar("T")

Maybe = Annotated[T | None, BeforeValidator(strict.given)]
"""A key that may be absent, which says that it is not managed; it may not be there without a value."""

Several = Annotated[frozenset[T], Strict(False)]
"""A list whose order and repetitions mean nothing."""

Account = Annotated[AccountId, strict.account_id]
EntryKey = Annotated[str, strict.entry_key]
Day = Annotated[date, strict.day]
Fingerprint = Annotated[str, strict.fingerprint]
Region = Annotated[str, strict.region_name]
Text = Annotated[str, strict.text]

MemberAbility = Annotated[Ability, strict.ability]
MlAbility = Annotated[str, strict.ml_ability]
Type = Annotated[str, strict.choice("change type known to this version", frozenset(ChangeType))]
AutoApprovable = Annotated[
    str,
    strict.choice("change type that can be approved automatically", AUTO_APPROVABLE_TYPES),
]
Cost = Annotated[CostType, strict.enumeration("cost type", CostType)]
VoteOnOwnPlan = Annotated[OwnPlan, strict.enumeration("way to vote", OwnPlan)]
OnUnmanaged = Annotated[Unmanaged, strict.enumeration("way to treat what is not managed", Unmanaged)]
DeadlineDays = Annotated[int, strict.days(1)]
NoticeDays = Annotated[int, strict.days(0)]
Count = Annotated[int, strict.count]
Share = Annotated[float, strict.share]
ResultRegion = Annotated[str, strict.choice("Region known to this version to take results", text_shapes.RESULT_REGIONS)]
Engine = Annotated[str, strict.choice("analytics engine", text_shapes.ANALYTICS_ENGINES)]
ResultFormat = Annotated[str, strict.choice("result format", text_shapes.RESULT_FORMATS)]

RequestId = Annotated[str, strict.shaped(text_shapes.REQUEST_ID)]
TagKey = Annotated[str, strict.tag_key]
TagValue = Annotated[str, strict.shaped(text_shapes.TAG_VALUE)]
CollaborationId = Annotated[str, strict.collaboration_id]
CollaborationName = Annotated[str, strict.shaped(text_shapes.COLLABORATION_NAME)]
Description = Annotated[str, strict.shaped(text_shapes.DESCRIPTION)]
Why = Annotated[str, strict.shaped(text_shapes.WHY)]
DisplayName = Annotated[str, strict.shaped(text_shapes.DISPLAY_NAME)]
Bucket = Annotated[str, strict.shaped(text_shapes.BUCKET)]
KeyPrefix = Annotated[str, strict.shaped(text_shapes.KEY_PREFIX)]
ResultRole = Annotated[str, strict.shaped(text_shapes.RESULT_ROLE)]
AccessRole = Annotated[str, strict.shaped(text_shapes.ACCESS_ROLE)]
ExternalId = Annotated[str, strict.external_id]
AuditPath = Annotated[str, strict.shaped(text_shapes.AUDIT_FILE)]
Profile = Annotated[str, strict.shaped(text_shapes.PROFILE)]


TAGS = "tags by key; those declared here are written, those of others stay, and without this key no tag is managed"
"""What the key ``tags`` is for, wherever it stands."""


class Section(BaseModel):
    """A mapping of the stack file: frozen, no other keys, and nothing converted into something else.

    ``stand_ins``, in the spelling of the stack file, are harmless values for required keys, with which the rest of a broken
    mapping is still checked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True, alias_generator=to_camel)

    stand_ins: ClassVar[dict[str, object]] = {}
