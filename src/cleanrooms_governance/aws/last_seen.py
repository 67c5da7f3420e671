"""How did something look before a call changed it?

What was read last, in the service's own spelling, for the audit. Every run reads right before it writes.
"""

from collections.abc import Mapping
from typing import Any

from cleanrooms_governance.aws.calls import Answer
from cleanrooms_governance.fingerprint import fingerprint

Document = dict[str, Any]

_IDENTIFIER = "Identifier"
_KINDS = {"accountId": "account", "resourceArn": "arn"}
"""Parameters that name what a call acts on, beside those that end with ``Identifier``."""

_ANSWERED = {"collaborationChangeRequest": "changeRequest"}
"""What answers call by another name than parameters do."""

_MEMBER = ("displayName", "status", "abilities", "mlAbilities", "paymentConfiguration")
_AS_LISTED = {"memberAbilities": "abilities", "mlMemberAbilities": "mlAbilities"}
"""What a member's entry calls the parts of a change."""

_AS_SHOWN = {"membershipPaymentConfiguration": "paymentConfiguration", "targetStatus": "status"}
"""What a thing calls the parameters of its update."""

_ABOUT_DELETED = ("name", "collaborationId", "status", "privacyBudgetType", "parameters", "autoRefresh")


class LastSeen:
    """One process's last look at everything, shared by all its accounts. Reads and writes of mappings are atomic."""

    def __init__(self) -> None:
        self._things: dict[str, Document] = {}
        self._members: dict[str, dict[str, Document]] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def learn(self, parameters: Mapping[str, Any], answer: Answer) -> None:
        """Take note of what an answer shows: whatever has an id, members, and tags."""
        for shown in answer.values():
            if isinstance(shown, dict) and "id" in shown:
                self._things[shown["id"]] = shown
            for summary in shown if isinstance(shown, list) else ():
                if isinstance(summary, dict) and "id" in summary:
                    # A list says less of a thing than an answer about it alone.
                    self._things[summary["id"]] = {**self._things.get(summary["id"], {}), **summary}
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
            case "CreateCollaborationChangeRequest":
                return {"changes": [self._before_change(collaboration, change) for change in parameters["changes"]]}
            case "UpdateCollaborationChangeRequest":
                return _part(self._things.get(parameters["changeRequestIdentifier"]), ("status",))
            case "DeleteMember":
                return _part(self._members.get(collaboration, {}).get(parameters["accountId"]), _MEMBER)
            case "TagResource" | "UntagResource":
                tags = self._tags.get(parameters["resourceArn"])
                return None if tags is None else {"tags": {key: tags.get(key) for key in _tags_after(parameters)}}
        known = self._things.get(str(parameters.get(_own_identifier(operation))))
        if known is None:
            return None
        if operation.startswith("Update"):
            return _part(known, after(operation, parameters), _AS_SHOWN)
        members = {account: each.get("status") for account, each in self._members.get(collaboration, {}).items()}
        told = {key: known[key] for key in _ABOUT_DELETED if key in known}
        return {**told, "members": members} if operation == "DeleteCollaboration" else told

    def _before_change(self, collaboration: str, change: Mapping[str, Any]) -> Document | None:
        """Return what a change of a request speaks of as it is, in the shape of the change; ``None`` for a new member."""
        specification = change["specification"]
        if "member" in specification:
            wanted = specification["member"]
            listed = self._members.get(collaboration, {}).get(wanted["accountId"])
            shown = _part(listed, (key for key in wanted if key != "accountId"), _AS_LISTED)
            return shown and {"member": {"accountId": wanted["accountId"], **shown}}
        known = self._things.get(collaboration)
        return known and {"collaboration": {"autoApprovedChangeTypes": known.get("autoApprovedChangeTypes", [])}}


def target(parameters: Mapping[str, Any], answer: Answer) -> dict[str, str]:
    """Return what a call acts on, by kind, with the id of what it made once it is answered."""
    named = {_kind(name): str(parameters[name]) for name in parameters if _kind(name)}
    answered = {
        _ANSWERED.get(name, name): str(shown["id"])
        for name, shown in answer.items()
        if isinstance(shown, dict) and "id" in shown
    }
    return {**named, **answered}


def after(operation: str, parameters: Mapping[str, Any]) -> Document | None:
    """Return what a call asks for, without what names its target."""
    if operation in ("TagResource", "UntagResource"):
        return {"tags": _tags_after(parameters)}
    asked = {name: _without_secrets(name, value) for name, value in parameters.items() if not _kind(name)}
    return asked or None


def _without_secrets(name: str, value: Any) -> Any:
    """Return a parameter with fingerprints in place of what the service model marks as sensitive."""
    if name not in ("sqlParameters", "jobParameters"):
        return value
    told = {key: fingerprint(value[key]) for key in ("queryString",) if key in value}
    values = {key: fingerprint(each) for key, each in value.get("parameters", {}).items()}
    return {**value, **told, **({"parameters": values} if values else {})}


def _kind(parameter: str) -> str:
    """Return what a parameter names, nothing if it names no target."""
    return _KINDS.get(parameter) or (parameter.removesuffix(_IDENTIFIER) if parameter.endswith(_IDENTIFIER) else "")


def _own_identifier(operation: str) -> str:
    """Return the parameter that names what ``UpdateMembership`` updates, or ``DeleteMembership`` deletes."""
    thing = operation.removeprefix("Update").removeprefix("Delete")
    return f"{thing[0].lower()}{thing[1:]}{_IDENTIFIER}" if thing != operation else ""


def _tags_after(parameters: Mapping[str, Any]) -> dict[str, str | None]:
    return dict(parameters["tags"]) if "tags" in parameters else dict.fromkeys(parameters["tagKeys"])


def _part(document: Document | None, keys: Any, names: Mapping[str, str] = {}) -> Document | None:
    return None if document is None else {key: document.get(names.get(key, key)) for key in keys or ()}
