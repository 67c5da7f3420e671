"""How did something look before a call changed it?

What was read last, in the service's own spelling, for the audit. Every run reads right before it writes.
"""

from collections.abc import Mapping
from typing import Any

from cleanrooms_governance.aws.calls import Answer

Document = dict[str, Any]

_KINDS = {
    "collaborationIdentifier": "collaboration",
    "changeRequestIdentifier": "changeRequest",
    "membershipIdentifier": "membership",
    "accountId": "account",
    "resourceArn": "arn",
}
"""Parameters that name what a call acts on."""

_ANSWERED = {
    "collaboration": "collaboration",
    "collaborationChangeRequest": "changeRequest",
    "membership": "membership",
}
"""Members of answers whose id says what was acted on, made by the call or not."""

_MEMBER = ("displayName", "status", "abilities", "mlAbilities", "paymentConfiguration")
_AS_LISTED = {"memberAbilities": "abilities", "mlMemberAbilities": "mlAbilities"}
"""What a member's entry calls the parts of a change."""

_AS_SHOWN = {"membershipPaymentConfiguration": "paymentConfiguration"}
"""What a membership calls the parameters of its update."""


class LastSeen:
    """One process's last look at everything, shared by all its accounts. Reads and writes of mappings are atomic."""

    def __init__(self) -> None:
        self._collaborations: dict[str, Document] = {}
        self._members: dict[str, dict[str, Document]] = {}
        self._requests: dict[str, Document] = {}
        self._memberships: dict[str, Document] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def learn(self, parameters: Mapping[str, Any], answer: Answer) -> None:
        """Take note of what an answer shows."""
        for kept, one, many in (
            (self._collaborations, "collaboration", ""),
            (self._requests, "collaborationChangeRequest", "collaborationChangeRequestSummaries"),
            (self._memberships, "membership", "membershipSummaries"),
        ):
            if document := answer.get(one):
                kept[document.get("id", "")] = document
            for summary in answer.get(many) or ():
                kept[summary.get("id", "")] = {**kept.get(summary.get("id", ""), {}), **summary}
        if members := answer.get("memberSummaries"):
            known = self._members.setdefault(str(parameters.get("collaborationIdentifier")), {})
            known.update({each.get("accountId", ""): each for each in members})
        if "resourceArn" in parameters and "tags" in answer:
            self._tags[parameters["resourceArn"]] = dict(answer["tags"])

    def wrote(self, operation: str, parameters: Mapping[str, Any], answer: Answer) -> None:
        """Take note of what a call has changed: tags are written several times before they are read again."""
        self.learn(parameters, answer)
        if operation in ("TagResource", "UntagResource") and (known := self._tags.get(parameters["resourceArn"])) is not None:
            changed = _tags_after(parameters)
            kept = {**known, **{key: value for key, value in changed.items() if value is not None}}
            self._tags[parameters["resourceArn"]] = {key: kept[key] for key in kept if changed.get(key, "") is not None}

    def before(self, operation: str, parameters: Mapping[str, Any]) -> Any:
        """Return what a call is about to change, ``None`` for what is new or was never read."""
        collaboration = str(parameters.get("collaborationIdentifier"))
        match operation:
            case "UpdateCollaboration":
                return _part(self._collaborations.get(collaboration), after(operation, parameters))
            case "CreateCollaborationChangeRequest":
                return {"changes": [self._before_change(collaboration, change) for change in parameters["changes"]]}
            case "UpdateCollaborationChangeRequest":
                return _part(self._requests.get(parameters["changeRequestIdentifier"]), ("status",))
            case "DeleteMember":
                return _part(self._members.get(collaboration, {}).get(parameters["accountId"]), _MEMBER)
            case "DeleteCollaboration":
                members = {account: each.get("status") for account, each in self._members.get(collaboration, {}).items()}
                known = self._collaborations.get(collaboration)
                return {"name": known.get("name"), "members": members} if known else None
            case "UpdateMembership":
                known = self._memberships.get(parameters["membershipIdentifier"])
                return _part(known, after(operation, parameters), _AS_SHOWN)
            case "DeleteMembership":
                return _part(self._memberships.get(parameters["membershipIdentifier"]), ("collaborationId", "status"))
            case "TagResource" | "UntagResource":
                tags = self._tags.get(parameters["resourceArn"])
                return None if tags is None else {"tags": {key: tags.get(key) for key in _tags_after(parameters)}}
            case _:
                return None

    def _before_change(self, collaboration: str, change: Mapping[str, Any]) -> Document | None:
        """Return what a change of a request speaks of as it is, in the shape of the change; ``None`` for a new member."""
        specification = change["specification"]
        if "member" in specification:
            wanted = specification["member"]
            listed = self._members.get(collaboration, {}).get(wanted["accountId"])
            shown = _part(listed, (key for key in wanted if key != "accountId"), _AS_LISTED)
            return shown and {"member": {"accountId": wanted["accountId"], **shown}}
        known = self._collaborations.get(collaboration)
        return known and {"collaboration": {"autoApprovedChangeTypes": known.get("autoApprovedChangeTypes", [])}}


def target(parameters: Mapping[str, Any], answer: Answer) -> dict[str, str]:
    """Return what a call acts on, by kind, with the id of what it made once it is answered."""
    named = {kind: str(parameters[name]) for name, kind in _KINDS.items() if name in parameters}
    answered = {kind: str(answer[name]["id"]) for name, kind in _ANSWERED.items() if (answer.get(name) or {}).get("id")}
    return {**named, **answered}


def after(operation: str, parameters: Mapping[str, Any]) -> Document | None:
    """Return what a call asks for, without what names its target."""
    if operation in ("TagResource", "UntagResource"):
        return {"tags": _tags_after(parameters)}
    return {name: value for name, value in parameters.items() if name not in _KINDS} or None


def _tags_after(parameters: Mapping[str, Any]) -> dict[str, str | None]:
    return dict(parameters["tags"]) if "tags" in parameters else dict.fromkeys(parameters["tagKeys"])


def _part(document: Document | None, keys: Any, names: Mapping[str, str] = {}) -> Document | None:
    return None if document is None else {key: document.get(names.get(key, key)) for key in keys or ()}
