"""The inputs of the two resources, complete by themselves: what a stack file makes, or anybody's own program."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from cleanrooms_governance.settings import fields, strict, text_shapes
from cleanrooms_governance.settings.budget_sections import PrivacyBudgetSection
from cleanrooms_governance.settings.fields import Maybe, Section
from cleanrooms_governance.settings.sections import (
    NO_ACCOUNT,
    NO_REGION,
    ChangeRequestsSection,
    CollaborationSettings,
    CredentialsSection,
    MembershipSettings,
)


def _id_or_nothing(value: object) -> str:
    return "" if value == "" else strict.collaboration_id(value)


BudgetKey = Annotated[str, strict.budget_key]
Owner = Annotated[str, strict.shaped(text_shapes.OWNER)]
IdOrNothing = Annotated[str, BeforeValidator(_id_or_nothing)]


_NO_ACCESS: dict[str, object] = {"account": NO_ACCOUNT, "read": {}}


class AccessSection(Section):
    """The ways into one account; without ``write`` it is only looked at."""

    stand_ins: ClassVar[dict[str, object]] = _NO_ACCESS

    account: fields.Account = Field(description="the account id, in quotes")
    read: CredentialsSection = Field(description="environment, profile or role")
    write: Maybe[CredentialsSection] = None


class VoterSection(Section):
    """An account that votes on the requests of a collaboration."""

    access: AccessSection = Field(description="account, read and write")
    change_requests: ChangeRequestsSection = Field(default_factory=ChangeRequestsSection)
    paused: Maybe[bool] = None


class CollaborationInputs(CollaborationSettings):
    """The inputs of a Collaboration resource."""

    stand_ins: ClassVar[dict[str, object]] = {
        **CollaborationSettings.stand_ins,
        "key": "none",
        "owner": "none",
        "access": _NO_ACCESS,
    }

    key: fields.EntryKey = Field(description="the collaboration's key in its stack")
    owner: Owner = Field(description="<project>/<stack>/<key>, the owner's mark on the collaboration")
    access: AccessSection = Field(description="account, read and write of the creator")
    adopt: IdOrNothing = ""
    voters: dict[fields.Account, VoterSection] = Field(default_factory=dict)
    budget_owners: Maybe[fields.Several[fields.Account]] = None
    names: dict[fields.Account, fields.DisplayName] = Field(default_factory=dict)


class MembershipInputs(MembershipSettings):
    """The inputs of a Membership resource."""

    stand_ins: ClassVar[dict[str, object]] = {
        **MembershipSettings.stand_ins,
        "region": NO_REGION,
        "key": "none",
        "owner": "none",
        "access": _NO_ACCESS,
    }

    key: fields.EntryKey = Field(description="the membership's key in its stack")
    owner: Owner = Field(description="<project>/<stack>/<key>, the owner's mark on the membership")
    region: fields.Region = Field(description="the Region of the collaboration, such as eu-west-1")
    access: AccessSection = Field(description="account, read and write of the member")
    collaboration: IdOrNothing = ""
    foreign: bool = False
    names: dict[fields.Account, fields.DisplayName] = Field(default_factory=dict)


class PrivacyBudgetInputs(PrivacyBudgetSection):
    """The inputs of a PrivacyBudgetTemplate resource."""

    stand_ins: ClassVar[dict[str, object]] = {
        **PrivacyBudgetSection.stand_ins,
        "account": NO_ACCOUNT,
        "region": NO_REGION,
        "key": "none/none",
        "owner": "none",
        "access": _NO_ACCESS,
    }

    key: BudgetKey = Field(description="<membership>/<budget>, its two keys in the stack")
    owner: Owner = Field(description="<project>/<stack>/<membership>/<budget>, the owner's mark on the template")
    account: fields.Account = Field(description="the account whose membership it is, in quotes")
    region: fields.Region = Field(description="the Region of the collaboration, such as eu-west-1")
    access: AccessSection = Field(description="account, read and write of the member")
    collaboration: IdOrNothing = ""
    acknowledge: fields.Several[fields.Fingerprint] = frozenset()
    paused: Maybe[bool] = None
    names: dict[fields.Account, fields.DisplayName] = Field(default_factory=dict)
