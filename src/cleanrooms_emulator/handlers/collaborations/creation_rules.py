"""What CreateCollaboration refuses beyond the shapes of its input."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.handlers.collaborations.roster import RUNNER_ABILITIES, Member
from cleanrooms_emulator.handlers.memberships import payer_rules
from cleanrooms_emulator.handlers.refusals import invalid_configuration
from cleanrooms_emulator.switches import Switches


def check_engine(engine: str | None) -> None:
    """Refuse CLEAN_ROOMS_SQL, which ended in 2025 (service guide, document history)."""
    if engine == "CLEAN_ROOMS_SQL":
        raise invalid_configuration("analyticsEngine", "The analytics engine CLEAN_ROOMS_SQL is no longer available")


def check_members(creator: str, params: dict[str, Any]) -> None:
    """Refuse an account named twice, the creator among the members, and a second runner.

    There is one runner for a collaboration (service guide, glossary); the type of all these errors is an
    assumption.
    """
    seen = {creator}
    for index, member in enumerate(params["members"], 1):
        account = member["accountId"]
        if account in seen:
            what = "the creator" if account == creator else "listed twice"
            raise invalid_configuration(f"members.{index}.member.accountId", f"Account {account} is {what}")
        seen.add(account)
    listed = [params["creatorMemberAbilities"], *(member["memberAbilities"] for member in params["members"])]
    for ability in RUNNER_ABILITIES:
        if sum(ability in abilities for abilities in listed) > 1:
            raise invalid_configuration("members", f"Only one member can have {ability}")


def check_payers(switches: Switches, entries: list[Member]) -> None:
    """Refuse a runner that is not to pay while nobody else is, and more (see `payer_rules`)."""
    payer_rules.check_at_creation(switches, entries, "members")
