"""Documents of previews of any size, in the form of the engine's, for measuring and for trying limits."""

from typing import Any


def many(collaborations: int, each: int, name: str = "Partner", danger: bool = False) -> dict[str, Any]:
    """A document with so many collaborations of so many changes, all of which need two votes."""
    steps: list[dict[str, Any]] = []
    diagnostics: list[dict[str, Any]] = []
    for number in range(collaborations):
        key = f"collaboration-{number:03}"
        type_ = "cleanrooms:governance:GovernedCollaboration$pulumi-python:dynamic/cleanrooms:Collaboration"
        urn = f"urn:pulumi:retailer::cleanrooms::{type_}::{key}"
        names = {f"{100000000000 + index}": f"{name} {index}" for index in range(each)}
        texts = [f"add member {account} ({called})" for account, called in names.items()]
        voters = "111122223333 (Retailer), 444455556666 (Bank)"
        marks = {text: f"fp-{number:08x}{index:08x}" for index, text in enumerate(texts)}
        inputs = {
            "key": key,
            "names": {**names, "111122223333": "Retailer", "444455556666": "Bank"},
            "region": "eu-west-1",
            "collaborationId": f"c-{number}",
            "fingerprint": f"fp-{number:016x}",
            "plan": {
                "changes": {
                    text: {
                        "id": marks[text],
                        "operation": "CreateCollaborationChangeRequest",
                        "types": ["ADD_MEMBER"],
                        "votes": "needed",
                    }
                    for text in texts
                },
                "dangers": {
                    marks[text]: {
                        "rule": "last-payer",
                        "subject": text,
                        "message": f"{text}: nobody pays",
                        "acknowledged": True,
                    }
                    for text in texts
                    if danger
                },
            },
            "refused": [],
            "voters": {"111122223333": {"changeRequests": {"ownPlan": "approve"}}},
        }
        steps.append({"op": "update", "urn": urn, "newState": {"inputs": inputs}})
        lines = [f"plan: {text} (needs the votes of {voters})" for text in texts]
        lines.append(f"next: file a change request with {each} changes ({', '.join(text[11:] for text in texts)})")
        diagnostics += [{"urn": urn, "message": f"{line}\n", "severity": "info"} for line in lines]
        diagnostics.append(
            {"message": f"Summary: 1 to do\nto do: collaboration {key}: file a change request\n", "severity": "info"}
        )
    return {"steps": steps, "diagnostics": diagnostics}
