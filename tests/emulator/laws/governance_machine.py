"""Accounts that do whatever they like with a collaboration, under any reading, against the reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from botocore.exceptions import ClientError
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from cleanrooms_emulator.handlers import quotas
from cleanrooms_emulator.switches import Switches
from tests.emulator.laws.governance_strategies import (
    AUTO_APPROVABLE,
    EVERYBODY,
    NO_EFFECT,
    PARTNERS,
    accounts,
    changes,
    mutable,
    payments,
    readings,
    some,
)
from tests.emulator.laws.members import RUNNER_ABILITIES, Change, Member, as_listed, flags_in, subject_of, types_of
from tests.emulator.laws.reference import CLASH, DENIED, INVALID, TABLE, Reference, Request
from tests.emulator.world import CREATOR, OUTSIDER, RESULTS_TO, RUNNER, World, member, pays


@cache
def _world() -> World:
    return World()


def refused(call: Callable[..., object], **parameters: object) -> str | None:
    """The error of a call, or None."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


class Governance(RuleBasedStateMachine):
    """One collaboration, and a request of every kind in it."""

    filed = Bundle("filed")

    @initialize(
        target=filed,
        reading=readings,
        invited=st.dictionaries(st.sampled_from(PARTNERS), st.tuples(mutable, payments), max_size=3),
        running=some(*sorted(RUNNER_ABILITIES)),
        auto_approved=some(*AUTO_APPROVABLE),
        joined=some(*EVERYBODY[:-1]),
        first=st.lists(changes, min_size=1, max_size=3),
    )
    def begin(
        self,
        reading: dict[str, str],
        invited: dict[str, tuple[list[str], dict[str, bool]]],
        running: list[str],
        auto_approved: list[str],
        joined: list[str],
        first: list[list[Change]],
    ) -> Any:
        """A new collaboration; some accounts have joined, and the creator has filed something."""
        self.world = _world()
        self.world.app.reset()
        self.world.app.switches = Switches.from_names(reading)
        quotas.adjust(self.world.store, quotas.MEMBERS_INVITED, len(EVERYBODY))
        runner = RUNNER if RUNNER in invited else CREATOR
        members = [
            member(account, *abilities, *running)
            if account == runner
            else member(account, *abilities, paymentConfiguration=pays(**flags))
            for account, (abilities, flags) in invited.items()
        ]
        self.id = self.world.create(
            *members,
            abilities=running if runner == CREATOR else (),
            autoApprovedChangeRequestTypes=auto_approved,
        )
        self.reference = Reference(CREATOR, self.world.app.switches.as_names(), self.listed(), set(auto_approved))
        self.cast: set[tuple[str, str]] = set()
        self.statuses: dict[str, str] = {}
        self.turn = 0
        for account in joined:
            self.join(account)
        return multiple(*(id for wanted in first for id in self._filed(CREATOR, wanted)))

    def listed(self) -> dict[str, Member]:
        """The members as the creator sees them."""
        answer = self.world.of(CREATOR).list_members(collaborationIdentifier=self.id)
        return as_listed(answer["memberSummaries"])

    def requests(self) -> dict[str, dict[str, Any]]:
        """All requests as the creator sees them."""
        answer = self.world.of(CREATOR).list_collaboration_change_requests(collaborationIdentifier=self.id)
        return {each["id"]: each for each in answer["collaborationChangeRequestSummaries"]}

    def memberships(self, account: str) -> list[dict[str, Any]]:
        """The account's ACTIVE membership, if it has one."""
        listed: list[dict[str, Any]] = self.world.of(account).list_memberships(status="ACTIVE")["membershipSummaries"]
        return listed

    @property
    def hidden(self) -> str:
        """How an account is told that it sees nothing."""
        return "ResourceNotFoundException" if self.reference.reading["notFound"] == "404" else DENIED

    # What accounts do

    @rule(account=accounts)
    def join(self, account: str) -> None:
        """An INVITED member can, and accepts what it is to pay."""
        present = self.reference.present(account)
        expected = self.hidden if present is None else CLASH if present.status == "ACTIVE" else None
        accepts = {} if present is None or "CAN_QUERY" in present.abilities else {"paymentConfiguration": self._duties(account)}
        assert expected == refused(
            self.world.of(account).create_membership,
            collaborationIdentifier=self.id,
            queryLogStatus="DISABLED",
            defaultResultConfiguration=RESULTS_TO,
            **accepts,
        )
        if expected is None and present is not None:
            self.reference.members[account] = replace(present, status="ACTIVE")
            self.reference.come_and_go()

    def _duties(self, account: str) -> dict[str, Any]:
        summaries = self.world.of(CREATOR).list_members(collaborationIdentifier=self.id)["memberSummaries"]
        return next(each["paymentConfiguration"] for each in summaries if each["accountId"] == account)

    @rule(account=accounts)
    def leave(self, account: str) -> None:
        """An ACTIVE member can, but the creator."""
        for membership in self.memberships(account):
            left = refused(self.world.of(account).delete_membership, membershipIdentifier=membership["id"])
            assert (CLASH if account == CREATOR else None) == left
            if left is None:
                self._gone(account, "LEFT")

    @rule(account=st.one_of(accounts, st.just(CREATOR)), victim=accounts)
    def remove(self, account: str, victim: str) -> None:
        """The creator can, all but itself; the others see to it that nothing happens."""
        answer = refused(self.world.of(account).delete_member, collaborationIdentifier=self.id, accountId=victim)
        if account != CREATOR:
            assert (DENIED if self.reference.present(account) else self.hidden) == answer
        elif victim == CREATOR:
            assert answer == INVALID
        elif victim not in self.reference.members:
            assert answer == "ResourceNotFoundException"
        else:
            assert answer is None
            if self.reference.present(victim):
                self._gone(victim, "REMOVED")

    def _gone(self, account: str, status: str) -> None:
        self.reference.members[account] = replace(self.reference.members[account], status=status)
        self.reference.come_and_go()

    @rule(account=accounts, flags=payments)
    def accept_or_decline(self, account: str, flags: dict[str, bool]) -> None:
        """A member decides for itself what it pays, cost type by cost type, among what it is named for."""
        for before in self.memberships(account):
            configuration = {name: leaf for name, leaf in pays(**flags).items() if name in flags or name == "machineLearning"}
            answer = refused(
                self.world.of(account).update_membership,
                membershipIdentifier=before["id"],
                membershipPaymentConfiguration=configuration,
            )
            [after] = self.memberships(account)
            accepted = flags_in(before["paymentConfiguration"])
            if answer is None:
                accepted |= flags
                shown = self.reference.members[account]
                assert "CAN_QUERY" in shown.abilities or {name for name, flag in flags.items() if flag} <= shown.pays
            else:
                assert answer == INVALID
                assert any(flags.values()) or self.reference.reading["decline"] == "error"
            assert accepted == flags_in(after["paymentConfiguration"])

    @rule(target=filed, account=st.sampled_from((*[CREATOR] * 6, RUNNER, OUTSIDER)), drawn=changes)
    def file(self, account: str, drawn: list[Change]) -> Any:
        """The creator can, unless the request says nothing, names who left, or clashes with an open one."""
        return multiple(*self._filed(account, drawn))

    def _filed(self, account: str, drawn: list[Change]) -> list[str]:
        self._check_members()
        wanted = [self._named(change) for change in drawn]
        expected = self._filing_refused(account, wanted)
        types = [self._types(change) for change in wanted]
        try:
            answer = self.world.of(account).create_collaboration_change_request(
                collaborationIdentifier=self.id, changes=wanted
            )["collaborationChangeRequest"]
        except ClientError as error:
            code = error.response["Error"]["Code"]
            touches_payers = any("paymentConfiguration" in change["specification"].get("member", {}) for change in wanted)
            assert expected == code or (code == INVALID and touches_payers)
            return []
        assert expected is None
        given = [set(change["types"]) for change in answer["changes"]]
        assert all(got == due or (not due and got <= NO_EFFECT) for due, got in zip(types, given, strict=True))
        self.reference.file(answer["id"], wanted, set().union(*given))
        self._follow()
        return [answer["id"]]

    def _named(self, change: Change) -> Change:
        account = subject_of(change)
        if account is None or self.reference.present(account):
            return change
        specification = {**change["specification"]["member"], "displayName": f"Member {account}"}
        return {**change, "specification": {"member": specification}}

    def _types(self, change: Change) -> set[str]:
        account = subject_of(change)
        if account is None:
            return {"EDIT_AUTO_APPROVED_CHANGE_TYPES"}
        return types_of(self.reference.present(account), change["specification"]["member"], self.reference.reading)

    def _filing_refused(self, account: str, wanted: list[Change]) -> str | None:
        reading, members = self.reference.reading, self.reference.members
        if account != CREATOR:
            return DENIED if self.reference.present(account) else self.hidden
        final = {"LEFT"} if reading["readdRemoved"] == "accept" else {"LEFT", "REMOVED"}
        for change in wanted:
            subject = subject_of(change)
            if subject in members and members[subject].status in final:
                return CLASH
            if not self._types(change) and reading["noopChange"] == "400":
                return INVALID
        subjects = {subject_of(change) for change in wanted}
        for request in self.reference.requests.values():
            taken = subjects & {subject_of(change) for change in request.changes}
            excluded = {"free": False, "one-per-subject": bool(taken), "one-per-collaboration": True}[reading["concurrency"]]
            if TABLE[request.status] and excluded:
                return CLASH
        return None

    @rule(
        account=st.one_of(accounts, st.just(CREATOR)),
        id=filed,
        action=st.sampled_from(("APPROVE", "APPROVE", "DENY", "CANCEL", "COMMIT", "COMMIT")),
    )
    def act(self, account: str, id: str, action: str) -> None:
        """Whoever is asked votes, the creator ends it; as the table of statuses says."""
        self._act(account, id, action)

    @rule(
        id=filed,
        votes=st.dictionaries(accounts, st.sampled_from(("APPROVE", "APPROVE", "APPROVE", "DENY")), min_size=3),
        end=st.sampled_from(("COMMIT", "COMMIT", "CANCEL")),
    )
    def decide(self, id: str, votes: dict[str, str], end: str) -> None:
        """The way that most requests go, if enough approve."""
        for account in sorted(votes):
            self._act(account, id, votes[account])
        self._act(CREATOR, id, end)

    def _act(self, account: str, id: str, action: str) -> None:
        request = self.reference.requests[id]
        visible = self.reference.present(account) is not None
        expected = self.reference.refusal(account, id, action) if visible else self.hidden
        must_work = action != "COMMIT" or self.reference.is_fresh(request)
        answer = refused(
            self.world.of(account).update_collaboration_change_request,
            collaborationIdentifier=self.id,
            changeRequestIdentifier=id,
            action=action,
        )
        assert expected == answer or (expected is None and answer == CLASH and not must_work)
        if answer is None:
            self.cast.add((account, id))
            self.reference.act(account, id, action)
        self._follow()

    # What holds at all times

    @invariant()
    def everything_is_as_the_reference_says(self) -> None:
        """Statuses move along the table; votes are those of the voters; members have what committed requests say."""
        if not hasattr(self, "reference"):
            return
        self._follow()
        self._check_members()
        collaboration = self.world.collaboration(self.id)
        assert self.reference.auto_approved == set(collaboration["autoApprovedChangeTypes"])

    def _check_members(self) -> None:
        """Members have what committed requests say; who pays by default is taken over as it is shown."""
        listed = self.listed()
        assert set(self.reference.members) == set(listed)
        for account, expected in self.reference.members.items():
            got = listed[account]
            assert (expected.status, expected.abilities, expected.learning) == (got.status, got.abilities, got.learning)
            assert expected.named == {cost_type: cost_type in got.pays for cost_type in expected.named}
            self.reference.members[account] = replace(expected, pays=got.pays)

    def _follow(self) -> None:
        """Compare the requests; one may have committed itself where requests do so, and only if it can take effect."""
        shown = self.requests()
        assert set(self.reference.requests) == set(shown)
        for id, expected in self.reference.requests.items():
            if expected.status == "APPROVED" and self._commits_itself(id, expected):
                if shown[id]["status"] == "COMMITTED":
                    self.reference.commit(expected)
                else:
                    assert not self.reference.is_fresh(expected)
        for id, expected in self.reference.requests.items():
            got = shown[id]
            assert expected.status == got["status"]
            assert (expected.votes is None) == got["isAutoApproved"] == ("approvals" not in got)
            assert (expected.votes or {}) == {account: vote["status"] for account, vote in got.get("approvals", {}).items()}
            self._check_votes(id, expected)
            self._check_move(id, got["status"])

    def _commits_itself(self, id: str, request: Request) -> bool:
        reading = self.reference.reading
        at_once = reading["autoApprovedStatus" if request.votes is None else "noOtherVoter"] == "COMMITTED"
        return reading["autoCommitOnApproval"] == "yes" or (at_once and id not in self.statuses)

    def _check_votes(self, id: str, request: Request) -> None:
        """No commit without approval, and no vote by a stranger."""
        votes = request.votes or {}
        if request.status == "COMMITTED":
            assert set(votes.values()) <= {"APPROVED"}
        cast = {account for account, vote in votes.items() if vote != "PENDING"}
        assert all((account, id) in self.cast or account == CREATOR for account in cast)

    def _check_move(self, id: str, status: str) -> None:
        before = self.statuses.get(id, status)
        reachable = {
            "PENDING": {"APPROVED", "DENIED", "CANCELLED", "COMMITTED"},
            "APPROVED": {"COMMITTED", "CANCELLED", "DENIED"},
        }
        assert status == before or status in reachable.get(before, ())
        self.statuses[id] = status

    @invariant()
    def outsiders_see_nothing(self) -> None:
        """Whoever was never invited, left or was removed."""
        if not hasattr(self, "reference"):
            return
        outside = [account for account in EVERYBODY if not self.reference.present(account)]
        self.turn += 1
        client = self.world.of(outside[self.turn % len(outside)])
        assert DENIED == refused(client.get_collaboration, collaborationIdentifier=self.id)
        assert self.hidden == refused(client.list_members, collaborationIdentifier=self.id)
        assert self.hidden == refused(client.list_collaboration_change_requests, collaborationIdentifier=self.id)
        assert [] == client.list_collaborations()["collaborationList"]

    def teardown(self) -> None:
        """The creator deletes it: nobody sees anything any more, and memberships say so."""
        if not hasattr(self, "reference"):
            return
        joined = [account for account in EVERYBODY if self.memberships(account)]
        self.world.of(CREATOR).delete_collaboration(collaborationIdentifier=self.id)
        for account in EVERYBODY:
            assert [] == self.world.of(account).list_collaborations()["collaborationList"]
            ended = self.world.of(account).list_memberships(status="COLLABORATION_DELETED")["membershipSummaries"]
            assert (account in joined) == bool(ended)
