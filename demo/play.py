"""Play the story: create, join, vote, commit, protect a table, change who pays, use a budget up, see drift, remove a member."""

import re
import sys

from cleanrooms_emulator.control.client import EmulatorControl
from demo import console
from demo.edits import StackText
from demo.people import BANK, MEDIA, RETAILER, associate, only_collaboration, take_results_from_the_bank
from demo.telling import shown, tell
from tools.playground import Playground, Run

LOW = 2
"""The exit status of `crgov budgets` when less is left than the stack file wants to hear of."""
WAITING = 3
"""The exit status of a `crgov` command that found somebody has to act."""
REFUSED = 1
"""The exit status of a `pulumi` command of which something was refused."""

BANK_ENTRY = '        "444455556666": {displayName: Bank, abilities: []}\n'
BANK_RECEIVES = '        "444455556666": {displayName: Bank, abilities: [CAN_RECEIVE_RESULTS]}\n'
BANK_PAYS = '        "444455556666": {displayName: Bank, abilities: [CAN_RECEIVE_RESULTS], payerFor: [queryCompute]}\n'
INSURER_ENTRY = '        "555566667777": {displayName: Insurer, abilities: []}\n'
MEMBERSHIPS = "  cleanrooms:memberships:\n"
REMOVED = '      removed: ["444455556666"]\n'
BANK_REGION = "      region: eu-west-1\n"
BANK_ACCEPTS = "      payerFor: [queryCompute]\n"
BANK_VOTES = "        approve:\n"
BANK_VOTES_FOR_PAYING = """        approve:
          - types: [ADD_PAYER_CANDIDATE]
            accounts: ["444455556666"]
            abilities: [CAN_RECEIVE_RESULTS]
            payerFor: [queryCompute]
"""
MEDIA_VOTES = "      changeRequests: {ownPlan: approve}\n"
AMOUNT = "{type: CALENDAR_WEEK, budget: 4, autoRefresh: ENABLED}"
LARGER_AMOUNT = "{type: CALENDAR_WEEK, budget: 8, autoRefresh: ENABLED}"
BUDGETS = f"""      privacyBudgets:
        noise: {{type: DIFFERENTIAL_PRIVACY, epsilon: 3, usersNoisePerQuery: 50, autoRefresh: CALENDAR_MONTH}}
        audience: {{type: ACCESS_BUDGET, resource: audience, budgets: [{AMOUNT}], warnBelow: 60%}}
"""
QUERY = ("--sql", "select count(*) as people from audience", "--to-member", RETAILER)


def _play(playground: Playground, url: str) -> None:
    console.heading(
        "The retailer's stack creates a collaboration of three accounts; its own and the media partner's account join"
    )
    creator = StackText.of("creator", playground)
    playground.init("creator")
    shown(playground.up("creator"), "created collaboration")

    console.heading("The bank joins from a stack of its own, which declares how the bank votes")
    collaboration = only_collaboration(url)
    bank = StackText.of("bank", playground, collaboration)
    playground.init("bank")
    shown(playground.up("bank"), "joined")

    _a_change_by_votes(playground, creator)
    _protection(playground, creator, url)
    _another_payer(playground, creator, bank)
    _budgets_go(playground, creator)
    _drift(playground, url, collaboration)
    _a_removal(playground, creator)

    filed, votes, commits, removed = _counts(url)
    console.heading(
        "Shown: create, join, plan, file, wait, vote, commit, protect, accept a payment, query, drift, refuse, acknowledge,"
        f" remove - {filed} change requests, {votes} votes, {commits} commits and {removed} removal in the service's journal;"
        " nothing is left running"
    )


def _a_change_by_votes(playground: Playground, creator: StackText) -> None:
    console.heading(
        "An edit of the stack file: a new member, and results for the bank. The preview says what needs whose votes"
    )
    creator.edit((BANK_ENTRY, BANK_RECEIVES + INSURER_ENTRY))
    shown(playground.preview("creator"), "needs the votes of")

    console.heading(
        "pulumi up files the change request, votes for the media partner by `ownPlan: approve`, and says whom it waits for"
    )
    shown(playground.up("creator", "--skip-preview"), "waits for 444455556666")

    console.heading("Another preview says so again, and plans nothing")
    shown(playground.preview("creator", "--expect-no-changes"), "waits for 444455556666")

    console.heading("The bank's own stack votes by its declared rule")
    shown(playground.up("bank", "--skip-preview"), "by approve rule")

    console.heading("pulumi up commits, reads back, and is converged")
    shown(playground.up("creator", "--skip-preview"), "converged")
    shown(playground.preview("creator", "--expect-no-changes"), "unchanged")


def _protection(playground: Playground, creator: StackText, url: str) -> None:
    console.heading("The media partner has brought a table. Its budgets are declared, and previewed with what they give away")
    associate(url, "audience")
    creator.edit((MEDIA_VOTES, MEDIA_VOTES + BUDGETS))
    shown(playground.preview("creator"), "if it is used for one kind alone: 150 AVG")
    shown(playground.up("creator", "--skip-preview"), "created the access budget of table audience")

    console.heading("The media partner queries the table for the retailer, at its own cost")
    shown(_query(playground, MEDIA), "CALENDAR_WEEK: 4 -> 3 of 4")


def _budgets_go(playground: Playground, creator: StackText) -> None:
    console.heading("Another query is charged to the bank; what is left of the budgets is written as a page, too")
    shown(_query(playground, BANK), f"paid by  {BANK}")
    shown(playground.crgov("budgets", "--stack", "creator", "--html", "budgets.html"), "2 of 4 (50%)", ends_with=LOW)

    console.heading("More of it? With any edit AWS resets the balance: refused, until exactly that is acknowledged")
    creator.edit((AMOUNT, LARGER_AMOUNT))
    refused = playground.preview("creator")
    shown(refused, "what was used can be used again", ends_with=REFUSED)
    creator.edit((MEDIA_VOTES, f"{MEDIA_VOTES}      acknowledge: [{_marks(refused)}]\n"))
    shown(playground.up("creator", "--skip-preview"), "changed the access budget of table audience")


def _query(playground: Playground, payer: str) -> Run:
    return playground.crgov("run", "query", "--stack", "creator", "--membership", "media", *QUERY, "--payer", payer)


def _another_payer(playground: Playground, creator: StackText, bank: StackText) -> None:
    console.heading("The bank is to pay for queries, which the media partner has paid for by default: that takes votes, too")
    creator.edit((BANK_RECEIVES, BANK_PAYS))
    shown(playground.up("creator", "--skip-preview"), "waits for 444455556666")

    console.heading("What does the bank have to do? crgov writes what to send to it")
    shown(playground.crgov("ask", BANK, "--stack", "creator"), "444455556666", ends_with=WAITING)

    console.heading("The bank allows it in its own stack: a rule for the vote, and the payment that it accepts")
    bank.edit((BANK_VOTES, BANK_VOTES_FOR_PAYING), (BANK_REGION, BANK_REGION + BANK_ACCEPTS))
    shown(playground.up("bank", "--skip-preview"), "by approve rule")

    console.heading("Committed by the creator's stack; then the bank's stack accepts, and only then can the bank be charged")
    shown(playground.up("creator", "--skip-preview"), "committed change request")
    shown(playground.up("bank", "--skip-preview"), "accepted to pay for queryCompute")


def _drift(playground: Playground, url: str, collaboration: str) -> None:
    console.heading("Somebody takes the results away from the bank in the console, with everybody's votes")
    take_results_from_the_bank(url, collaboration)
    console.note("(three console users: filed as the retailer, approved as media and bank, committed)")
    shown(playground.preview("creator"), "plan: grant CAN_RECEIVE_RESULTS to 444455556666")


def _a_removal(playground: Playground, creator: StackText) -> None:
    console.heading("The bank is to leave. A removal needs no votes and is final, so absence from the file is not enough")
    creator.edit((BANK_PAYS, ""), (MEMBERSHIPS, REMOVED + MEMBERSHIPS))
    refused = playground.preview("creator")
    shown(refused, "refused", ends_with=REFUSED)

    console.heading("Refused: nobody would be named to pay any more. The fingerprint passes exactly this danger, and no other")
    creator.edit((REMOVED, f"{REMOVED}      acknowledge: [{_marks(refused)}]\n"))
    shown(playground.up("creator", "--skip-preview"), "removed member 444455556666")


def _marks(refused: Run) -> str:
    return ", ".join(sorted(set(re.findall(r"add (fp-[0-9a-f]{16})", refused.output))))


def _counts(url: str) -> tuple[int, int, int, int]:
    journal = [entry for entry in EmulatorControl(url).journal() if entry["status"] < 300]
    actions = [entry["parameters"].get("action") for entry in journal]
    filed = sum(entry["operation"] == "CreateCollaborationChangeRequest" for entry in journal)
    removed = sum(entry["operation"] == "DeleteMember" for entry in journal)
    return filed, actions.count("APPROVE"), actions.count("COMMIT"), removed


if __name__ == "__main__":
    sys.exit(tell(_play))
