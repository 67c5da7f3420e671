"""Carry a plan out: read, plan, decide, make one move, read again, until nothing is left to do but wait.

Nothing is remembered between runs but what the service itself holds, so a run may stop anywhere and the next one goes on.
Members and requests are read afresh before every single move.
"""

from dataclasses import dataclass, field
from datetime import date

from cleanrooms_governance.change_requests.absences import ALL_CAN_VOTE, Absences
from cleanrooms_governance.change_requests.moves import CastVote, Move, Remove
from cleanrooms_governance.change_requests.next_move import Decision, Outcome, Situation, actionable, decide, withhold
from cleanrooms_governance.desired import DesiredCollaboration
from cleanrooms_governance.errors import AnswerLost, Refused, ServiceError
from cleanrooms_governance.planning.atoms import Atom
from cleanrooms_governance.planning.plan import Plan, Reviewed
from cleanrooms_governance.planning.plan_collaboration import plan_collaboration
from cleanrooms_governance.running.lookup import check_identity, find_collaboration, find_created
from cleanrooms_governance.running.losses import lost_by_commits, lost_by_removal, newly_committed
from cleanrooms_governance.running.making_moves import Making, Parties
from cleanrooms_governance.running.polling import poll
from cleanrooms_governance.running.world import World, look_closer, read_world
from cleanrooms_governance.seen import Seen
from cleanrooms_governance.service import CleanRoomsReads
from cleanrooms_governance.tagging import first_tags

__all__ = ["Parties", "Report", "advance", "ensure_collaboration", "situation_of"]

MOST_MOVES = 200
"""More moves than any run needs; reaching it means that the service undoes what we do."""


@dataclass(frozen=True, slots=True)
class Report:
    """How a run ended: the world as last read, and what is to be said about it.

    ``failure`` is the reason why the run could not go on, in words, where there is one. ``conflicting`` are the requests that
    were open when the service would not take another one.
    """

    world: World
    plan: Plan
    decision: Decision
    failure: str = ""
    conflicting: frozenset[str] = frozenset()

    @property
    def outcome(self) -> Outcome:
        """How the collaboration stands."""
        return Outcome.FAILED if self.failure else self.decision.outcome


def situation_of(
    desired: DesiredCollaboration, world: World, today: date, *, may_write: bool, absences: Absences = ALL_CAN_VOTE
) -> Situation:
    """Plan against a world that was read, and return everything that a decision needs."""
    plan = plan_collaboration(desired, world.live)
    return Situation(desired, world.live, world.requests, plan, today, may_write, world.seen, absences)


def ensure_collaboration(
    desired: DesiredCollaboration, known_id: str, parties: Parties, looked: CleanRoomsReads | None = None
) -> str:
    """Return the id of the collaboration that the file means, creating it where there is none.

    Parameters: ``looked`` as for ``find_collaboration``.
    Raises ``Refused`` and ``ServiceError``. A creation whose answer was lost is looked for and never sent twice.
    """
    found = find_collaboration(desired, known_id, parties.creator, looked)
    if found:
        return found
    try:
        created = parties.creator.create_collaboration(desired, first_tags(desired.tags, desired.owner))
    except AnswerLost as lost:
        sought = poll(lambda: find_created(desired, parties.creator), parties.sleep)
        if sought is None:
            raise lost.still(
                f"collaborations.{desired.key}: it is not known whether the collaboration was created ({lost})."
                " Run again: it will be found by its tag if it was"
            ) from lost
        created = sought
    parties.tell(f"created collaboration {created}")
    # Refused where another run has created one too since this one looked: nobody is to join two.
    find_created(desired, parties.creator)
    return created


def advance(desired: DesiredCollaboration, collaboration_id: str, reviewed: Reviewed, parties: Parties) -> Report:
    """Bring the collaboration as far towards the file as is possible now.

    Raises ``Refused`` or a ``ServiceError`` if not even a first look was possible or the live world has moved away from the
    reviewed plan before anything was written. Whatever goes wrong later is in the report.
    """
    return _Run(desired, collaboration_id, reviewed, parties).run()


@dataclass
class _Run:
    desired: DesiredCollaboration
    collaboration_id: str
    reviewed: Reviewed
    parties: Parties
    failure: str = ""
    seen: Seen = field(default_factory=Seen)
    absences: Absences = field(default_factory=Absences)

    def __post_init__(self) -> None:
        self.making = Making(self.desired, self.collaboration_id, self.parties)

    def run(self) -> Report:
        world = self._read()
        check_identity(self.desired, world.live)
        auto_approved = world.live.auto_approved
        going_on = self.reviewed
        wrote = False
        for _ in range(MOST_MOVES):
            situation = situation_of(
                self.desired, world, self.parties.today, may_write=self.parties.may_write, absences=self.absences
            )
            decision = withhold(decide(situation), self.absences.failure or self.parties.trouble())
            moves = actionable(decision.moves, self.making.conflicting, world.open_requests)
            try:
                # A shorter list only asks for more votes than were reviewed; by a longer one something might need fewer.
                (going_on if world.live.auto_approved <= auto_approved else self.reviewed).admit(situation.plan)
                going_on = going_on.either_way(situation.plan)
            except Refused as refused:
                if not wrote:
                    raise
                # What is not done needs no review: by our own wider list, say, what is held back would need no votes any more.
                # What is not done because it is refused is said.
                self.failure = self.failure or (str(refused) if moves or situation.plan.refusals else "")
            if not moves or self.failure:
                failure = self.failure or self.absences.failure
                return Report(world, situation.plan, decision, failure, self.making.conflicting)
            try:
                self.making.make(moves[0], world)
                wrote = True
            except (ServiceError, Refused) as error:
                if isinstance(moves[0], CastVote):
                    # All else goes on: the next decision is made without this vote.
                    self.absences = self.absences.and_also(moves[0].request.id, moves[0].account, error)
                elif not wrote and not self._may_have_written(error):
                    raise
                else:
                    self.failure = str(error)
                    wrote = True
            world = self._look_again(world, moves[0])
        self.failure = (
            f"gave up after {MOST_MOVES} moves: the collaboration changes as fast as it is governed. Look who else does"
        )
        return Report(world, situation.plan, decision, self.failure, self.making.conflicting)

    def _may_have_written(self, error: Exception) -> bool:
        return bool(self.making.attempts) or isinstance(error, AnswerLost)

    def _read(self) -> World:
        world = read_world(self.parties.creator, self.collaboration_id)
        world = look_closer(self.desired, world, self.parties.creator, self.parties.voters, self.seen)
        self.seen = world.seen
        return world

    def _look_again(self, before: World, made: Move) -> World:
        try:
            after = self._read()
        except ServiceError as error:
            self.failure = self.failure or str(error)
            return before
        committed = newly_committed(before.requests, after.requests)
        if lost := lost_by_commits(before.live, after.live, committed):
            self.failure = _also_took_away("committing change requests", lost)
        elif isinstance(made, Remove) and (lost := lost_by_removal(before.live, after.live, made.removal.account, committed)):
            self.failure = _also_took_away(f"removing member {made.removal.account}", lost)
        return after


def _also_took_away(what: str, lost: tuple[Atom, ...]) -> str:
    return (
        f"{what} also took away: {'; '.join(str(atom) for atom in lost)}. This was not asked for, and this tool will not try to"
        " mend it. Look at the collaboration in the console at once"
    )
