"""Play a pull request: previewed, commented, merged, applied, waited for, driven on, watched; and one that is refused."""

import re
import sys
from pathlib import Path

from demo import console
from demo.edits import StackText
from demo.people import only_collaboration, take_results_from_the_bank
from demo.telling import StoryBroken, shown, tell
from tools.forge.page import page
from tools.forge.server import serve
from tools.forge.state import Forge
from tools.playground import Playground
from tools.pulumi.toolchain import CHECKOUT
from tools.workflows.hosted import HostedRepository
from tools.workflows.jobs import Played

STACK = "creator"
PAGES = CHECKOUT / ".demo"
"""Where the pull requests are left as pages to look at."""

RETAILER_ENTRY = "{displayName: Retailer, abilities: [CAN_RECEIVE_RESULTS]}"
BANK_ENTRY = '        "444455556666": {displayName: Bank, abilities: []}\n'
BANK_RECEIVES = '        "444455556666": {displayName: Bank, abilities: [CAN_RECEIVE_RESULTS]}\n'
INSURER_ENTRY = '        "555566667777": {displayName: Insurer, abilities: []}\n'
MEMBERSHIPS = "  cleanrooms:memberships:\n"
REMOVED = '      removed: ["444455556666"]\n'
ACKNOWLEDGED = "      acknowledge: [{}]\n"


def _play(playground: Playground, url: str) -> None:
    console.heading("For the first time somebody runs pulumi up by hand; the bank joins from a stack of its own")
    creator = StackText.of(STACK, playground)
    playground.init(STACK)
    shown(playground.up(STACK, "--skip-preview"), "created collaboration")
    StackText.of("bank", playground, only_collaboration(url))
    playground.init("bank")
    shown(playground.up("bank", "--skip-preview"), "joined")

    forge = Forge()
    with serve(forge) as address:
        console.heading("From then on the stack file lives in a repository, with the workflows of this project beside it")
        hosted = HostedRepository.new(STACK, playground, forge, address)
        governed = hosted.commit(creator.text, "Govern retail-media")
        merged = _a_pull_request(hosted, creator, governed)
        _voted_for(hosted, playground, merged)
        _watched(hosted, merged, url)
        _refused(hosted, creator, merged)
        pages = [_kept(forge, number) for number in sorted(forge.pull_requests)]
    console.heading("Shown: a preview, the comment, a merge, waiting, votes, the commit, drift, and a danger in review")
    console.note("The pull requests, as pages to look at: " + ", ".join(str(each.relative_to(CHECKOUT)) for each in pages))


def _a_pull_request(hosted: HostedRepository, creator: StackText, base: str) -> str:
    """The bank is to receive results, and an insurer is invited; returns the commit of the merge."""
    console.heading("Pull request 1: results for the bank, and a new member. preview.yml writes one comment")
    creator.edit((BANK_ENTRY, BANK_RECEIVES + INSURER_ENTRY))
    head = hosted.commit(creator.text, "Results for the bank, and the insurer")
    _reviewed(hosted, 1, base, head, "will have to vote")

    console.heading("It is merged. apply.yml finds the plan that the comment names, and does that and nothing else")
    hosted.git("commit", "--quiet", "--allow-empty", "--message", "Merge pull request 1")
    merged = hosted.git("rev-parse", "HEAD")
    hosted.forge.open(1).merged_as = merged
    _ran(hosted.play("apply.yml", "up", sha=merged), "Do what was reviewed", "Only others are awaited")
    return merged


def _voted_for(hosted: HostedRepository, playground: Playground, merged: str) -> None:
    console.heading("Days later the bank's own pipeline votes by the bank's rule")
    shown(playground.up("bank", "--skip-preview"), "by approve rule")
    console.heading("drive.yml runs on a schedule, and goes on with what waits")
    _ran(hosted.play("drive.yml", "up", sha=merged), "Go on with what waits", "committed change request")


def _watched(hosted: HostedRepository, merged: str, url: str) -> None:
    console.heading("watch.yml looks for drift every night: there is none")
    _ran(hosted.play("watch.yml", "watch", sha=merged))
    console.heading("Somebody takes the results away from the bank in the console, with everybody's votes")
    take_results_from_the_bank(url, only_collaboration(url))
    played = hosted.play("watch.yml", "watch", sha=merged)
    _ran(played, fails=True)
    console.document(played.summary)


def _refused(hosted: HostedRepository, creator: StackText, base: str) -> None:
    console.heading("Pull request 2: the bank is to leave, and the retailer is to receive no results. That is refused")
    creator.edit(
        (RETAILER_ENTRY, RETAILER_ENTRY.replace("CAN_RECEIVE_RESULTS", "")),
        (BANK_RECEIVES, ""),
        (MEMBERSHIPS, REMOVED + MEMBERSHIPS),
    )
    head = hosted.commit(creator.text, "Nobody receives results")
    comment = _reviewed(hosted, 2, base, head, "not acknowledged", fails=True)

    console.heading("The author acknowledges exactly that danger; the one comment is brought up to date")
    marks = ", ".join(sorted(set(re.findall(r"fp-[0-9a-f]{16}(?=` to `collaborations)", comment))))
    creator.edit((REMOVED, REMOVED + ACKNOWLEDGED.format(marks)))
    _reviewed(hosted, 2, base, hosted.commit(creator.text, "Nobody, indeed"), "acknowledged** by")


def _reviewed(hosted: HostedRepository, number: int, base: str, head: str, expected: str, *, fails: bool = False) -> str:
    """Play the workflow of a pull request and show its one comment; returns the comment."""
    hosted.forge.open(number)
    looked, said = hosted.preview(number, base, head)
    _ran(looked, fails=fails)
    _ran(said)
    (comment,) = hosted.forge.open(number).comments
    console.document(comment.body)
    if expected not in comment.body:
        raise StoryBroken(f"the comment should have said {expected!r}")
    return comment.body


def _ran(played: Played, step: str = "", expected: str = "", *, fails: bool = False) -> None:
    """Show the steps of a job, and what one of them said. Raises ``StoryBroken`` if it did not end as foreseen."""
    said = played.said.get(step, "")
    console.job(played.steps, said, failed=played.failed)
    if played.failed != fails or expected not in said:
        raise StoryBroken(f"the job should have {'failed' if fails else f'ended well and said {expected!r}'}:\n{played.output}")


def _kept(forge: Forge, number: int) -> Path:
    PAGES.mkdir(exist_ok=True)
    file = PAGES / f"pull-request-{number}.html"
    file.write_text(page(forge.repository, forge.open(number)), encoding="utf-8")
    return file


if __name__ == "__main__":
    sys.exit(tell(_play))
