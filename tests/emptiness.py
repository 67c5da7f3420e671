"""What a plan of a dumped stack file would still change: nothing, or what was dumped is not what there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from cleanrooms_governance.budgets.plan_budget import plan_budget
from cleanrooms_governance.budgets.reading import read_budget
from cleanrooms_governance.cli.dumping import Dumped, dump
from cleanrooms_governance.cli.live_world import Seen
from cleanrooms_governance.cli.stack import Stack, StackPath, read_stack_at
from cleanrooms_governance.desired import Access, Credentials, DesiredCollaboration, DesiredMembership
from cleanrooms_governance.memberships.advance_membership import read_invitation
from cleanrooms_governance.memberships.joining import plan_membership
from cleanrooms_governance.model import AccountId
from cleanrooms_governance.planning.changes import ClaimOwnership
from cleanrooms_governance.planning.expiry import as_of
from cleanrooms_governance.planning.plan import Plan
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.privacy_budgets import DesiredBudgetTemplate
from cleanrooms_governance.running.world import read_world
from cleanrooms_governance.service import Accounts
from cleanrooms_governance.settings.budget_inputs import budget_inputs, parse_budget_inputs
from cleanrooms_governance.settings.inputs import (
    collaboration_inputs,
    membership_inputs,
    parse_collaboration_inputs,
    parse_membership_inputs,
)

TODAY = date(2026, 11, 22)
TAKE_OVER = "take-over"


def held_by_role(*accounts: str) -> list[Access]:
    """Accounts that are held through a role each."""
    ways = {AccountId(account): Credentials(role=f"arn:aws:iam::{account}:role/governance") for account in accounts}
    return [Access(account, way, way) for account, way in ways.items()]


def held_by_profile(folder: Path, *accounts: str) -> list[Access]:
    """Accounts that are held through a profile each, which is written into a credentials file of a folder."""
    profiles = (f"[{each}]\naws_access_key_id={each}\naws_secret_access_key=not-checked\n" for each in accounts)
    (folder / "credentials").write_text("".join(profiles))
    ways = {AccountId(account): Credentials(profile=account) for account in accounts}
    return [Access(account, way, way) for account, way in ways.items()]


def dumped(seen: Seen, held: Sequence[Access]) -> Dumped:
    return dump(seen, held, {}, None)


def as_stack(text: str) -> Stack:
    """A text as the stack file `prod` of the project `acme`, which must be valid."""
    return read_stack_at(StackPath(Path("Pulumi.prod.yaml"), Path("no-project-folder"), "acme"), text)


def collaborations_of(stack: Stack) -> dict[str, DesiredCollaboration]:
    inputs = {key: collaboration_inputs(stack.file, key, stack.owner_prefix) for key in stack.file.collaborations}
    return {key: as_of(parse_collaboration_inputs(each)[0], TODAY) for key, each in inputs.items()}


def memberships_of(stack: Stack) -> dict[str, DesiredMembership]:
    """The memberships of a stack file, each with the id of its collaboration."""
    own = collaborations_of(stack)
    found = {}
    for key, section in stack.file.memberships.items():
        desired, _ = parse_membership_inputs(membership_inputs(stack.file, key, stack.owner_prefix))
        mine = own.get(section.collaboration)
        found[key] = replace(desired, collaboration=mine.id) if mine else desired
    return found


def budgets_of(stack: Stack, key: str, collaboration: str | None) -> Iterator[DesiredBudgetTemplate]:
    for name in stack.file.memberships[key].privacy_budgets or {}:
        desired, _ = parse_budget_inputs(budget_inputs(stack.file, key, name, stack.owner_prefix))
        yield replace(desired, collaboration=collaboration)


def departures(plan: Plan) -> list[str]:
    """What a plan changes, endangers or refuses beside marking as its own what nobody, or another stack, governs."""
    changes = [str(each) for each in plan.changes if not isinstance(each.change, ClaimOwnership)]
    dangers = [each.message for each in plan.dangers if each.rule != TAKE_OVER]
    return [*changes, *dangers, *(each.message for each in plan.refusals if each.rule != TAKE_OVER)]


def departures_from(stack: Stack, accounts: Accounts) -> list[str]:
    """What plans of everything in a stack file would change in a world."""
    found: list[str] = []
    ways = {account: known.access for account, known in stack.file.accounts.items() if known.access}
    for desired in collaborations_of(stack).values():
        port = accounts(ways[desired.creator], desired.region)
        found += departures(plan_collaboration(desired, read_world(port, desired.id or "").live))
    for key, membership in memberships_of(stack).items():
        port = accounts(ways[membership.account], membership.region)
        found += departures(plan_membership(membership, read_invitation(membership, port, port.memberships())))
        for budget in budgets_of(stack, key, membership.collaboration):
            found += departures(plan_budget(budget, read_budget(budget, port, port.memberships())))
    return found
