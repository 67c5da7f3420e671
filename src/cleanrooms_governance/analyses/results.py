"""Where do the results of an analysis go?

Sources: service model, ProtectedQueryOutputConfiguration and ProtectedJobOutputConfigurationInput with their members' texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cleanrooms_governance.errors import Refused
from cleanrooms_governance.model import CAN_RECEIVE_RESULTS, AccountId, Collaboration, MemberStatus
from cleanrooms_governance.text import label


@dataclass(frozen=True, slots=True)
class Bucket:
    """A place in S3; ``single_file`` is ``None`` where that is left to the service."""

    name: str
    format: str
    prefix: str | None = None
    single_file: bool | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The service's document (service model: ProtectedQueryS3OutputConfiguration)."""
        given = {"keyPrefix": self.prefix, "singleFileOutput": self.single_file}
        return {
            "resultFormat": self.format,
            "bucket": self.name,
            **{key: value for key, value in given.items() if value is not None},
        }


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who gets the results: the runner in a bucket, other members where their memberships say, or both."""

    bucket: Bucket | None = None
    members: Sequence[AccountId] = ()

    @property
    def document(self) -> dict[str, Any] | None:
        """The service's document: one place, or several to distribute to; ``None`` leaves it to the memberships' defaults."""
        places = [{"s3": self.bucket.document}] if self.bucket else []
        places += [{"member": {"accountId": account}} for account in self.members]
        if not places:
            return None
        output = places[0] if len(places) == 1 else {"distribute": {"locations": places}}
        return {"outputConfiguration": output}


def check_receivers(receivers: Receivers, runner: AccountId, live: Collaboration, names: Mapping[AccountId, str]) -> None:
    """Raise ``Refused`` where somebody would get results that may not have them, before anything is sent."""
    for account in sorted({account for account in receivers.members if receivers.members.count(account) > 1}):
        raise Refused(f"{label(account, names)} is named twice to receive the results. Nothing was sent. Name it once")
    if runner in receivers.members:
        raise Refused(
            f"{label(runner, names)} runs this itself, so its results go to a bucket. Nothing was sent. Name a bucket, not"
            " the account"
        )
    getting = [*([runner] if receivers.bucket else []), *receivers.members]
    for account in getting:
        member = live.members.get(account)
        if member is None or member.status != MemberStatus.ACTIVE:
            why = "is no active member of the collaboration"
        elif CAN_RECEIVE_RESULTS not in member.abilities:
            why = f"does not have {CAN_RECEIVE_RESULTS}"
        else:
            continue
        able = [
            label(each, names)
            for each, other in sorted(live.members.items())
            if other.status == MemberStatus.ACTIVE and CAN_RECEIVE_RESULTS in other.abilities
        ]
        raise Refused(
            f"{label(account, names)} {why}, so it cannot receive the results. Nothing was sent."
            f" {', '.join(able) or 'Nobody'} can"
        )


def check_runner(ability: str, runner: AccountId, live: Collaboration, names: Mapping[AccountId, str]) -> None:
    """Raise ``Refused`` unless an account has joined and holds the ability that it takes to run this."""
    member = live.members.get(runner)
    if member is not None and member.status == MemberStatus.ACTIVE and ability in member.abilities:
        return
    able = [label(each, names) for each, other in sorted(live.members.items()) if other.belongs and ability in other.abilities]
    raise Refused(
        f"{label(runner, names)} does not have {ability} in this collaboration, so nothing was sent."
        f" {', '.join(able) or 'Nobody'} has"
    )
