"""The smallest things that governance can change, and what a change request would do to them.

An atom is one setting of one subject: that an account is a member, that it has one ability, that it is a payer candidate for
one cost type, or the collaboration's auto-approval list. CAN_QUERY and CAN_RUN_JOB are never atoms of a request, because no
request may name them. Requests and stack files are both read as values of atoms, so that an open request is judged by what
committing it *now* would do, not by how it is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.model import (
    AUTO_APPROVABLE_TYPES,
    CHANGEABLE_ABILITIES,
    RUNNER_ABILITIES,
    Ability,
    AccountId,
    ChangeRequest,
    ChangeType,
    Collaboration,
    CollaborationChange,
    CostType,
    Member,
    MemberChange,
    RequestedChange,
)

COLLABORATION = "*"
"""The subject of what belongs to no single account."""

KNOWN_ML_ABILITIES = frozenset({"CAN_RECEIVE_MODEL_OUTPUT", "CAN_RECEIVE_INFERENCE_OUTPUT"})


class Setting(StrEnum):
    """What an atom is about."""

    MEMBER = "member"
    ABILITY = "ability"
    ML_ABILITY = "ml"
    PAYS = "pays"
    AUTO_APPROVE = "autoApprove"


@dataclass(frozen=True, slots=True, order=True)
class Atom:
    """One setting of one subject; ``name`` tells abilities and cost types apart."""

    subject: str
    setting: Setting
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name or self.setting} of {self.subject}"


Value = bool | frozenset[str]
State = dict[Atom, Value]


def standing(live: Collaboration) -> State:
    """Return everything that holds in the collaboration, the runner's abilities included."""
    state: State = {Atom(COLLABORATION, Setting.AUTO_APPROVE): live.auto_approved}
    for account, member in live.members.items():
        if member.belongs:
            state[Atom(account, Setting.MEMBER)] = True
            state |= {Atom(account, Setting.ABILITY, ability): True for ability in member.abilities}
            state |= {Atom(account, Setting.ML_ABILITY, ability): True for ability in member.ml_abilities}
            state |= {Atom(account, Setting.PAYS, cost): True for cost, pays in member.payments.items() if pays}
    return state


def value_in(state: State, atom: Atom) -> Value:
    """Return an atom's value; what a state does not hold is ``False``, since absent and false are the same in live values."""
    return state.get(atom, frozenset() if atom.setting is Setting.AUTO_APPROVE else False)


def declared(desired: DesiredCollaboration) -> State:
    """Return the atoms that the stack file decides. All others are not managed.

    A declared member decides its membership and every ability that a request can change; its ML abilities only where it has
    ``mlAbilities``. An unknown ability of either kind is decided only where the file lists it. A cost type that any member
    names in ``payerFor`` is decided for all declared members: who does not name it is not to pay. One that nobody names is
    not managed, so that the runner, who pays where nobody is named, is no difference. Of a member whose time is over everything
    that it has lost is decided.
    """
    state: State = {}
    if desired.auto_approve is not None:
        state[Atom(COLLABORATION, Setting.AUTO_APPROVE)] = desired.auto_approve
    for account, member in desired.members.items():
        state[Atom(account, Setting.MEMBER)] = True
        for ability in CHANGEABLE_ABILITIES | (member.abilities - RUNNER_ABILITIES):
            state[Atom(account, Setting.ABILITY, ability)] = ability in member.abilities
        if member.ml_abilities is not None:
            for ml_ability in KNOWN_ML_ABILITIES | member.ml_abilities:
                state[Atom(account, Setting.ML_ABILITY, ml_ability)] = ml_ability in member.ml_abilities
        for cost in managed_costs_of(account, desired):
            state[Atom(account, Setting.PAYS, cost)] = cost in (member.payer_for or ())
    return state


def managed_costs(desired: DesiredCollaboration) -> frozenset[CostType]:
    """Return the cost types whose payers the file decides: those that a member names, also one whose time is over."""
    written = (member.lapsed or member for member in desired.members.values())
    return frozenset(cost for member in written for cost in member.payer_for or ())


def managed_costs_of(account: AccountId, desired: DesiredCollaboration) -> frozenset[CostType]:
    """Return the cost types of which the file decides whether a member pays: all for one whose time is over."""
    return frozenset(CostType) if desired.members[account].lapsed else managed_costs(desired)


def wanted_auto_approval(desired: DesiredCollaboration, live: Collaboration) -> frozenset[str] | None:
    """Return the auto-approval list to bring about, ``None`` where the file is silent about it.

    A live type that this version does not know cannot be listed in the file, so it stays.
    """
    return None if desired.auto_approve is None else desired.auto_approve | (live.auto_approved - AUTO_APPROVABLE_TYPES)


def attainable(desired: DesiredCollaboration, live: Collaboration) -> State:
    """Return the declared atoms that a request may still bring about.

    An account that has left or was removed does not come back (user guide, leaving a collaboration), so nothing about it is
    wanted any more, whatever the file says; neither is it wanted that a member joins whose time is over.
    """
    gone = {account for account, member in live.members.items() if not member.belongs}
    gone |= {account for account, member in desired.members.items() if member.lapsed and account not in live.members}
    state = {atom: value for atom, value in declared(desired).items() if atom.subject not in gone}
    auto_approval = wanted_auto_approval(desired, live)
    return state if auto_approval is None else state | {Atom(COLLABORATION, Setting.AUTO_APPROVE): auto_approval}


def stated(change: RequestedChange, live: Collaboration) -> State:
    """Return what a requested change says: its whole lists, not its differences.

    Abilities, when stated, are stated for every changeable ability that is known, listed or live (user guide, change requests:
    the list replaces). ML abilities and payers are stated only where the change speaks of them.
    """
    if isinstance(change, CollaborationChange):
        return {Atom(COLLABORATION, Setting.AUTO_APPROVE): change.auto_approved}
    member = live.members.get(change.account)
    state: State = {Atom(change.account, Setting.MEMBER): True}
    had: frozenset[Ability] = member.abilities if member and member.belongs else frozenset()
    for ability in (CHANGEABLE_ABILITIES | change.abilities | had) - RUNNER_ABILITIES:
        state[Atom(change.account, Setting.ABILITY, ability)] = ability in change.abilities
    if change.ml_abilities is not None:
        had_ml: frozenset[str] = member.ml_abilities if member and member.belongs else frozenset()
        for ml_ability in KNOWN_ML_ABILITIES | change.ml_abilities | had_ml:
            state[Atom(change.account, Setting.ML_ABILITY, ml_ability)] = ml_ability in change.ml_abilities
    for cost, pays in (change.payments or {}).items():
        state[Atom(change.account, Setting.PAYS, cost)] = pays
    return state


def stated_by(request: ChangeRequest, live: Collaboration) -> State:
    """Return what all changes of a request state together."""
    state: State = {}
    for change in request.changes:
        state |= stated(change, live)
    return state


def effects(state: State, live: Collaboration) -> State:
    """Return the part of a stated state that differs from what holds now."""
    now = standing(live)
    return {atom: value for atom, value in state.items() if value_in(now, atom) != value}


def filed(request: ChangeRequest, live: Collaboration) -> State:
    """Return what a request was about when it was filed: what it states whose change type the service recorded for it."""
    return {
        atom: value
        for change in request.changes
        for atom, value in stated(change, live).items()
        if change_type(atom, value) in change.types
    }


_ABILITY_TYPES = {
    "CAN_RECEIVE_RESULTS": "RECEIVE_RESULTS_ABILITY",
    "CAN_EXPORT_QUERY_ANALYSIS_LOG": "EXPORT_QUERY_ANALYSIS_LOG_ABILITY",
}


def change_type(atom: Atom, value: Value) -> str:
    """Return the change type by which the service names giving this value to this atom (service model: ChangeType).

    What the model has no type for gets a text that no service type equals, so that nothing ever matches it.
    """
    match atom.setting:
        case Setting.MEMBER:
            return ChangeType.ADD_MEMBER
        case Setting.ABILITY:
            kind = _ABILITY_TYPES.get(atom.name, f"{atom.name} (unknown)")
        case Setting.ML_ABILITY:
            kind = atom.name if atom.name in KNOWN_ML_ABILITIES else f"{atom.name} (unknown)"
        case Setting.PAYS:
            return ChangeType.ADD_PAYER_CANDIDATE if value else ChangeType.REMOVE_PAYER_CANDIDATE
        case Setting.AUTO_APPROVE:
            return ChangeType.EDIT_AUTO_APPROVED_CHANGE_TYPES
    return f"GRANT_{kind}" if value else f"REVOKE_{kind}"


def derived_types(change: RequestedChange, live: Collaboration) -> frozenset[str]:
    """Return the types of a change as we compute them against what holds now.

    Source: inferred rule of the service (change types are output only); the reconciler compares them with the service's own and
    trusts neither alone.
    """
    return frozenset(change_type(atom, value) for atom, value in effects(stated(change, live), live).items())


def unexplained_types(request: ChangeRequest, live: Collaboration) -> frozenset[str]:
    """Return the types that the service gave to a request and that nothing it states can stand for.

    It then does more than it states, by the service's own account: an entry that leaves out ML abilities or payments may clear
    them (switches ``omittedMl`` and ``omittedPayment`` of the embedded service). What was an effect when the request was filed
    explains a type even if it no longer is one.
    """
    return frozenset(type_ for change in request.changes for type_ in change.types - _possible_types(change, live))


def _possible_types(change: RequestedChange, live: Collaboration) -> frozenset[str]:
    states = stated(change, live)
    possible = {atom: value for atom, value in states.items() if atom.setting is not Setting.PAYS}
    if isinstance(change, MemberChange):
        member = live.members.get(change.account)
        paid_for = {cost for cost, pays in member.payments.items() if pays} if member and member.belongs else set()
        speaks_of_all = paid_for <= (change.payments or {}).keys()
        payments = {atom: value for atom, value in states.items() if atom.setting is Setting.PAYS}
        possible |= payments if speaks_of_all else effects(payments, live)
    return frozenset(change_type(atom, value) for atom, value in possible.items())


def accounts_of(atoms: Iterable[Atom]) -> frozenset[AccountId]:
    """Return the accounts that atoms are about."""
    return frozenset(AccountId(atom.subject) for atom in atoms if atom.subject != COLLABORATION)


def subjects_of(atoms: Iterable[Atom]) -> frozenset[str]:
    """Return the accounts that atoms are about, and the collaboration itself where they are about its list."""
    return frozenset(atom.subject for atom in atoms)


def full_entry(account: AccountId, wanted: Mapping[Atom, Value], live: Collaboration) -> MemberChange:
    """Return the whole entry to file for an account that is a member, so that only ``wanted`` changes.

    The list replaces, hence everything changeable that the account has now is sent again: abilities, and ML abilities and
    payments exactly as ListMembers shows them, with what is wanted put in. Whether leaving them out keeps or clears them is not
    documented; sending them gives the same result either way. The runner's abilities may not be sent (service model:
    MemberChangeSpecification).
    """
    member: Member = live.members[account]
    abilities = set(member.abilities - RUNNER_ABILITIES)
    ml_abilities = set(member.ml_abilities)
    payments = dict(member.payments)
    for atom, value in wanted.items():
        if atom.subject != account:
            continue
        match atom.setting:
            case Setting.ABILITY:
                (abilities.add if value else abilities.discard)(Ability(atom.name))
            case Setting.ML_ABILITY:
                (ml_abilities.add if value else ml_abilities.discard)(atom.name)
            case Setting.PAYS:
                payments[CostType(atom.name)] = bool(value)
    return MemberChange(
        account=account,
        abilities=frozenset(abilities),
        ml_abilities=frozenset(ml_abilities) if ml_abilities or member.ml_abilities else None,
        payments=spoken_payments(payments) if payments else None,
    )


def spoken_payments(payments: Mapping[CostType, bool]) -> dict[CostType, bool]:
    """Return payments as a change may state them: ``queryCompute`` is required among them (service model)."""
    return {cost: payments.get(cost, False) for cost in sorted({CostType.QUERY_COMPUTE, *payments})}
