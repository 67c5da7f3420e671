"""What does `crgov policies` say, and what does it write?"""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cleanrooms_governance.cli.output import Line, Report, Tone
from cleanrooms_governance.errors import GovernanceError
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.permissions.filling import Policy
from cleanrooms_governance.permissions.identities import Identity
from cleanrooms_governance.settings.documents import credentials_document
from cleanrooms_governance.text import label

Written = Mapping[str, Path]
"""The files that were written, by the name of the file."""


def write_policies(found: Sequence[Identity], folder: Path) -> Written:
    """Write each policy into a file of a folder, which is made if need be.

    Raises: ``GovernanceError`` if it cannot be written.
    """
    files = {_file_name(each, policy): policy for each in found for policy in each.policies}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, policy in files.items():
            (folder / name).write_text(_text(policy) + "\n", encoding="utf-8")
    except OSError as error:
        raise GovernanceError(f"--into {folder}: cannot be written ({error.strerror}): name a folder that can") from error
    return {name: folder / name for name in files}


def policies_report(found: Sequence[Identity], names: Mapping[AccountId, str], written: Written) -> Report:
    """Return the identities with the policies they need: the documents, or where they were written, and how to attach them."""
    lines = [line for index, each in enumerate(found) for line in _lines(each, names, written, first=index == 0)]
    if not found:
        lines = [Line("no account of this stack has credentials, so no policies are needed", Tone.FAINT)]
    documents = [_document(each, names, written) for each in found]
    return Report({"identities": documents}, lines)


def _lines(identity: Identity, names: Mapping[AccountId, str], written: Written, *, first: bool) -> Iterator[Line]:
    if not first:
        yield Line()
    yield Line(f"{_who(identity, names)}: {_way(identity)}", Tone.TITLE)
    if not identity.policies:
        yield Line("needs no policy: nothing in this file is created or joined as it", Tone.FAINT, indent=2)
    for policy in identity.policies:
        file = written.get(_file_name(identity, policy))
        yield Line(f"{policy.name}:" if file is None else f"{policy.name}: {file}", indent=2)
        if file is None:
            yield from (
                Line(text.lstrip(" "), indent=4 + len(text) - len(text.lstrip(" "))) for text in _text(policy).split("\n")
            )
        elif identity.credentials.role:
            yield Line(_attach(identity.credentials.role, policy, file), indent=4)


def _who(identity: Identity, names: Mapping[AccountId, str]) -> str:
    if identity.account is None:
        return "the identity that assumes these roles"
    return f"{label(identity.account, names)}, {' and '.join(identity.uses)}"


def _way(identity: Identity) -> str:
    credentials = identity.credentials
    if credentials.role:
        return f"role {credentials.role}"
    return f"profile {credentials.profile}" if credentials.profile else "the environment"


def _attach(role: str, policy: Policy, file: Path) -> str:
    name = role.rpartition("/")[2]
    document = shlex.quote(f"file://{file}")
    return f"aws iam put-role-policy --role-name {shlex.quote(name)} --policy-name {policy.name} --policy-document {document}"


def _document(identity: Identity, names: Mapping[AccountId, str], written: Written) -> dict[str, Any]:
    policies = [
        {"name": policy.name, "document": policy.document}
        | ({"file": str(file)} if (file := written.get(_file_name(identity, policy))) else {})
        for policy in identity.policies
    ]
    return {
        "account": identity.account,
        "name": names.get(identity.account) if identity.account else None,
        "uses": list(identity.uses),
        "credentials": credentials_document(replace(identity.credentials, external_id=None)),
        "policies": policies,
    }


def _file_name(identity: Identity, policy: Policy) -> str:
    """Return a name that no other policy of the stack has; a policy name ends with what it allows, so this needs no more."""
    if identity.account is None:
        return f"{policy.name}.json"
    return f"{identity.account}-{'-'.join(identity.uses)}-{policy.name}.json"


def _text(policy: Policy) -> str:
    return json.dumps(policy.document, indent=2)
