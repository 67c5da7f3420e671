"""Sort the differences between the stack file and the live world into changes, refusals and remarks."""

from collections.abc import Mapping
from dataclasses import dataclass

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import (
    AUTO_APPROVABLE_TYPES,
    CHANGEABLE_ABILITIES,
    KNOWN_ABILITIES,
    RUNNER_ABILITIES,
    Ability,
    AccountId,
    Collaboration,
    CostType,
    Member,
    MemberStatus,
)
from cleanrooms_governance.planning import auto_approval, expiry
from cleanrooms_governance.planning.atoms import KNOWN_ML_ABILITIES, Setting, managed_costs_of, wanted_auto_approval
from cleanrooms_governance.planning.changes import (
    AddMember,
    AddPayer,
    GrantAbility,
    GrantMlAbility,
    RemoveMember,
    RemovePayer,
    RequestChange,
    RevokeAbility,
    RevokeMlAbility,
    SetAutoApproval,
)
from cleanrooms_governance.planning.compare import Difference
from cleanrooms_governance.planning.fixed_settings import FIXED, explain_difference
from cleanrooms_governance.planning.payers import candidates, maybe_by_default
from cleanrooms_governance.planning.plan import Level, Refusal, Remark
from cleanrooms_governance.planning.setting_changes import DescribeCollaboration, RenameCollaboration, SettingChange
from cleanrooms_governance.text import label, plain

UNMANAGED = "unmanaged"
GONE = "cannot-be-added-again"
NEW_RUNNER = "runner-fixed-at-creation"
UNKNOWN_ABILITY = "unknown-ability"
NOT_REMOVABLE = "not-removable"
NAMELESS = "display-name-missing"
RELIEVED = "relieved"


def nameless(desired: DesiredCollaboration, account: AccountId) -> list[Refusal]:
    """Return a refusal for a member to invite that has no name."""
    if desired.members[account].display_name or desired.names.get(account):
        return []
    path = f"collaborations.{desired.key}.members.{account}"
    text = f"{path}: an invitation needs a name. Add displayName, or a name under accounts.{account}"
    return [Refusal(NAMELESS, account, text)]


@dataclass
class Findings:
    """Sorts differences into changes, refusals and remarks."""

    desired: DesiredCollaboration
    live: Collaboration

    def __post_init__(self) -> None:
        self.settings: list[SettingChange] = []
        self.changes: list[RequestChange] = []
        self.removals: list[RemoveMember] = []
        self.refusals: list[Refusal] = []
        self.remarks: list[Remark] = []

    def classify(self, difference: Difference) -> None:
        match difference.path:
            case ("settings", Setting.AUTO_APPROVE, *_):
                wanted = wanted_auto_approval(self.desired, self.live) or frozenset()
                steps = [SetAutoApproval(*step) for step in auto_approval.steps(self.live.auto_approved, wanted)]
                self.changes += [change for change in steps if change not in self.changes]
            case ("settings", "name"):
                self.settings.append(RenameCollaboration(difference.before, difference.after))
            case ("settings", "description"):
                self.settings.append(DescribeCollaboration(difference.before, difference.after))
            case ("settings", key, *_):
                self.remarks.append(explain_difference(key, self.desired, self.live))
            case ("members", account):
                self._member(AccountId(account), difference)
            case ("members", account, "displayName"):
                self._display_name(AccountId(account), difference)
            case ("members", account, "abilities", ability):
                self._ability(AccountId(account), Ability(ability), granted=bool(difference.after))
            case ("members", account, "mlAbilities", ability):
                self._ml_ability(AccountId(account), ability, granted=bool(difference.after))
            case ("members", account, "payerFor", cost):
                payer = AddPayer if difference.after else RemovePayer
                self.changes.append(payer(AccountId(account), CostType(cost), self._names))

    def conclude(self) -> None:
        """Take out the payer removals that come about by themselves, and say what stays though nobody asked for it."""
        for change in self._relieved():
            self.changes.remove(change)
            text = (
                f"{label(change.account, self._names)} pays for {change.cost}, as the runner does where nobody is named: that"
                " ends by itself once another payer is in effect, and until that one has joined and accepted, nobody can be"
                " charged. If it does not end by itself, it is planned then"
            )
            self.remarks.append(Remark(RELIEVED, f"{change.account} {change.cost}", text, Level.WARNING))
        self._not_known_to_belong()
        self._paid_by_default()
        self._named_by_default()
        self._unmanaged_costs()
        if self.desired.auto_approve is not None and (unknown := self.live.auto_approved - AUTO_APPROVABLE_TYPES):
            text = f"{self._path('autoApprove')}: {', '.join(sorted(unknown))} is live and not known to this version: it stays"
            self.remarks.append(Remark(UNMANAGED, "autoApprove", text, Level.WARNING))

    def _not_known_to_belong(self) -> None:
        for account in sorted(self.desired.removed & self.live.members.keys()):
            member = self.live.members[account]
            if member.status not in set(MemberStatus):
                who = label(account, {account: self._names.get(account, member.display_name)})
                text = (
                    f"{self._path('removed')}: {who} has the status {plain(member.status)}, which this version does not know:"
                    " it is not removed. Look in the console, or update this tool"
                )
                self.remarks.append(Remark(NOT_REMOVABLE, account, text, Level.WARNING))

    def _relieved(self) -> list[RemovePayer]:
        # Any other change of the entry would name the runner for what it only pays by default, since it states all payments.
        added = {change.cost for change in self.changes if isinstance(change, AddPayer)}
        found: list[RemovePayer] = []
        for account in {change.account for change in self.changes if isinstance(change, RemovePayer)}:
            of_account = [change for change in self.changes if change.subject == account]
            removals = [change for change in of_account if isinstance(change, RemovePayer) and change.cost in added]
            if removals == of_account and all(maybe_by_default(account, each.cost, self.live) for each in removals):
                found += removals
        return found

    def _paid_by_default(self) -> None:
        # Nobody is wanted as payer any more, once the time of all who were is over: then the runner is one again.
        named = {cost for member in self.desired.members.values() for cost in member.payer_for or ()}
        removals = [change for change in self.changes if isinstance(change, RemovePayer) and change.cost not in named]
        for change in removals:
            if maybe_by_default(change.account, change.cost, self.live):
                self.changes.remove(change)
                text = (
                    f"{label(change.account, self._names)} pays for {change.cost}, as the runner does where nobody is named: it"
                    " stays. To have another one pay, name it under payerFor"
                )
                self.remarks.append(Remark(RELIEVED, f"{change.account} {change.cost}", text))

    def _named_by_default(self) -> None:
        for cost in sorted({change.cost for change in self.changes if isinstance(change, AddPayer)}):
            for account in sorted(candidates(cost, self.live) & self.desired.members.keys()):
                named = cost in (self.desired.members[account].payer_for or ())
                if named and maybe_by_default(account, cost, self.live):
                    text = (
                        f"{label(account, self._names)} is wanted and shown as payer for {cost}, maybe only because nobody is"
                        " named. If that ends once another payer is in effect, adding it by name is planned then"
                    )
                    self.remarks.append(Remark(RELIEVED, f"{account} {cost}", text, Level.WARNING))

    def _unmanaged_costs(self) -> None:
        for cost in sorted(CostType):
            for account in sorted(candidates(cost, self.live) & self.desired.members.keys()):
                if cost in managed_costs_of(account, self.desired):
                    continue
                member = self.live.members[account]
                if self.desired.members[account].payer_for is not None and not member.is_runner:
                    path = self._path("members", account, "payerFor")
                    text = (
                        f"{path}: {label(account, self._names)} is to pay for {cost}, which no member of the file is named for:"
                        " not managed, it stays. To manage it, name a payer for it"
                    )
                    self.remarks.append(Remark(UNMANAGED, f"{account} {cost}", text, Level.WARNING))

    @property
    def _names(self) -> Mapping[AccountId, str]:
        return self.desired.names

    def _path(self, *parts: str) -> str:
        return ".".join(("collaborations", self.desired.key, *parts))

    def _member(self, account: AccountId, difference: Difference) -> None:
        who = label(account, self._names)
        if difference.after is None:
            self._not_among_members(self.live.members[account])
            return
        gone = self.live.members.get(account)
        if gone is not None:
            self.remarks.append(Remark(GONE, account, f"{who} {self._gone(gone.status)}", Level.WARNING))
            return
        wanted = self.desired.members[account]
        if wanted.lapsed:
            self.remarks.append(expiry.not_invited(self.desired, account))
            return
        abilities = wanted.abilities
        self.refusals += nameless(self.desired, account)
        if impossible := abilities & RUNNER_ABILITIES:
            self.refusals.append(
                Refusal(
                    NEW_RUNNER,
                    account,
                    f"{self._path('members', account, 'abilities')}: {', '.join(sorted(impossible))} can only be given when the"
                    " collaboration is created, and no change request may name it. Take it out, or recreate the collaboration",
                )
            )
        self.changes.append(AddMember(account, self._names))
        for ability in sorted(abilities - RUNNER_ABILITIES):
            self._ability(account, ability, granted=True)
        for ml_ability in sorted(wanted.ml_abilities or ()):
            self._ml_ability(account, ml_ability, granted=True)
        self.changes += [AddPayer(account, cost, self._names) for cost in sorted(wanted.payer_for or ())]

    def _not_among_members(self, member: Member) -> None:
        account = member.account
        names = {account: self._names.get(account, member.display_name)}
        if account not in self.desired.removed:
            text = (
                f"member {label(account, names)} is in the collaboration and not in the file: not managed, it stays. To manage"
                f" it, add it under {self._path('members')}; to remove it for good, list it under {self._path('removed')}"
            )
            self.remarks.append(Remark(UNMANAGED, account, text, Level.WARNING))
        elif account == self.live.creator or not self.desired.members:
            text = (
                f"{self._path('removed')}: {label(account, names)} is not removed: the creator cannot be, and a collaboration"
                " without members cannot be wanted. List the members, the creator among them"
            )
            self.refusals.append(Refusal(NOT_REMOVABLE, account, text))
        else:
            self.removals.append(RemoveMember(account, member.created, names))

    def _gone(self, status: str) -> str:
        out = f"Take it out of {self._path('members')}"
        match status:
            case MemberStatus.LEFT:
                return f"has left, which is final: it cannot be added again. {out}"
            case MemberStatus.REMOVED:
                return f"was removed, which is final: it cannot be added again. {out}"
            case _:
                return f"has the status {plain(status)}, which this version does not know: nothing is planned for it. {out}"

    def _display_name(self, account: AccountId, difference: Difference) -> None:
        message = (
            f"{self._path('members', account, 'displayName')}: the live display name is {plain(difference.before)!r}, and"
            " display names cannot be changed once a member is invited. Follow it in the file"
        )
        self.remarks.append(Remark(FIXED, f"{account} displayName", message, Level.WARNING))

    def _ability(self, account: AccountId, ability: Ability, *, granted: bool) -> None:
        path = self._path("members", account, "abilities")
        who = label(account, self._names)
        if ability in CHANGEABLE_ABILITIES:
            change = GrantAbility if granted else RevokeAbility
            self.changes.append(change(account, ability, self._names))
        elif ability in RUNNER_ABILITIES:
            has = "does not have it" if granted else "has it"
            self.remarks.append(
                Remark(
                    FIXED,
                    f"{account} {ability}",
                    f"{path}: {who} {has}, and {ability} is fixed when the collaboration is created. Follow the live value in"
                    " the file, or make a new collaboration",
                    Level.WARNING,
                )
            )
        else:
            self._unknown(account, path, ability, sorted(KNOWN_ABILITIES), granted=granted)

    def _ml_ability(self, account: AccountId, ability: str, *, granted: bool) -> None:
        if ability in KNOWN_ML_ABILITIES:
            change = GrantMlAbility if granted else RevokeMlAbility
            self.changes.append(change(account, ability, self._names))
        else:
            path = self._path("members", account, "mlAbilities")
            self._unknown(account, path, ability, sorted(KNOWN_ML_ABILITIES), granted=granted)

    def _unknown(self, account: AccountId, path: str, ability: str, known: list[str], *, granted: bool) -> None:
        who = label(account, self._names)
        if granted:
            text = (
                f"{path}: {ability} is no ability that this version knows, and {who} does not have it. Known are"
                f" {', '.join(known)}. Correct it, or update this tool"
            )
            self.refusals.append(Refusal(UNKNOWN_ABILITY, f"{account} {ability}", text))
        else:
            text = (
                f"{path}: {who} has {ability}, which this version does not know: not managed, it stays and is sent back"
                " unchanged"
            )
            self.remarks.append(Remark(UNMANAGED, f"{account} {ability}", text, Level.WARNING))
