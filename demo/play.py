"""Play the story: create, join, change, vote, commit, and notice a change behind our back."""

import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import botocore.session

from cleanrooms_emulator.control.client import EmulatorControl
from cleanrooms_emulator.transport.server_process import ServiceDidNotStart, server_process
from demo import console
from tools.playground import Playground, Run
from tools.pulumi.toolchain import ToolchainMissing

HERE = Path(__file__).parent
REGION = "eu-west-1"
RETAILER, MEDIA, BANK = "111122223333", "222233334444", "444455556666"


class StoryBroken(Exception):
    """A command did not end as the story says."""


def main() -> int:
    """Play the story; return the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with tempfile.TemporaryDirectory(prefix="cleanrooms-demo-") as scratch, server_process() as service:
            _play(Playground(Path(scratch), service.url, RETAILER), service.url)
    except (StoryBroken, ToolchainMissing, ServiceDidNotStart) as error:
        console.problem(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _play(playground: Playground, url: str) -> None:
    before, after = (HERE / name for name in ("creator.yaml", "creator-edited.yaml"))
    console.heading(
        "The retailer's stack creates a collaboration of three accounts; its own and the media partner's account join"
    )
    playground.write_stack_text("creator", before.read_text())
    playground.init("creator")
    _shown(playground.up("creator"), "created collaboration")

    console.heading("The bank joins from a stack of its own, which declares how the bank votes")
    collaboration = _only_collaboration(url)
    playground.write_stack_text("bank", (HERE / "bank.yaml").read_text().replace("COLLABORATION_ID", collaboration))
    playground.init("bank")
    _shown(playground.up("bank"), "joined")

    console.heading(
        "An edit of the stack file: a new member, and results for the bank. The preview says what needs whose votes"
    )
    console.edit(before.read_text(), after.read_text(), "stacks/Pulumi.creator.yaml")
    playground.write_stack_text("creator", after.read_text())
    _shown(playground.preview("creator"), "needs the votes of")

    console.heading(
        "pulumi up files the change request, votes for the media partner by `ownPlan: approve`, and says whom it waits for"
    )
    _shown(playground.up("creator"), "waits for 444455556666")

    console.heading("Another preview says so again, and plans nothing")
    _shown(playground.preview("creator", "--expect-no-changes"), "waits for 444455556666")

    console.heading("The bank's own stack votes by its declared rule")
    _shown(playground.up("bank"), "by approve rule")

    console.heading("pulumi up commits, reads back, and is converged")
    _shown(playground.up("creator"), "converged")
    _shown(playground.preview("creator", "--expect-no-changes"), "unchanged")

    console.heading("Somebody takes the results away from the bank in the console, with everybody's votes")
    _change_behind_our_back(url, collaboration)
    console.note("(three console users: filed as the retailer, approved as media and bank, committed)")
    _shown(playground.preview("creator"), "plan: grant CAN_RECEIVE_RESULTS to 444455556666")

    filed, votes, commits = _counts(url)
    console.heading(
        f"Shown: create, join, plan, file, wait, vote, commit, converge, drift - {filed} change requests, {votes} votes and"
        f" {commits} commits in the service's journal; nothing is left running"
    )


def _shown(run: Run, expected: str) -> None:
    console.command(run)
    if run.code or expected not in run.output:
        raise StoryBroken(f"{run.command} should have ended with status 0 and said {expected!r}")


def _client(url: str, account: str) -> Any:
    return botocore.session.Session().create_client(
        "cleanrooms",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=account,
        aws_secret_access_key="not-checked",
    )


def _only_collaboration(url: str) -> str:
    listed = _client(url, RETAILER).list_collaborations()["collaborationList"]
    return str(listed[0]["id"])


def _change_behind_our_back(url: str, collaboration: str) -> None:
    entry = {"member": {"accountId": BANK, "memberAbilities": []}}
    filed = _client(url, RETAILER).create_collaboration_change_request(
        collaborationIdentifier=collaboration,
        changes=[{"specificationType": "MEMBER", "specification": entry}],
    )
    request = filed["collaborationChangeRequest"]["id"]
    for account, action in ((MEDIA, "APPROVE"), (BANK, "APPROVE"), (RETAILER, "COMMIT")):
        _client(url, account).update_collaboration_change_request(
            collaborationIdentifier=collaboration, changeRequestIdentifier=request, action=action
        )


def _counts(url: str) -> tuple[int, int, int]:
    journal = [entry for entry in EmulatorControl(url).journal() if entry["status"] == 200]
    actions = [entry["parameters"].get("action") for entry in journal]
    filed = sum(entry["operation"] == "CreateCollaborationChangeRequest" for entry in journal)
    return filed, actions.count("APPROVE"), actions.count("COMMIT")


if __name__ == "__main__":
    sys.exit(main())
