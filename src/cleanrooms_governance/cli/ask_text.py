"""What is written to somebody who has to act? Plain text for an e-mail: no colours, nothing that steers a terminal.

The console's steps use the names of the service guide (change requests; creating a membership and joining a collaboration;
updating a membership).
"""

import json
from collections.abc import Iterator, Mapping

from cleanrooms_governance.change_requests.judging import content_fingerprint
from cleanrooms_governance.cli import aws_commands
from cleanrooms_governance.cli.asking import Accept, Asked, Commit, Join, Task, Vote
from cleanrooms_governance.cli.invitations import Invited, memberships_block
from cleanrooms_governance.cli.request_reports import approve_command
from cleanrooms_governance.cli.request_view import account_names, moved_since_filing, names_given, request_effects
from cleanrooms_governance.model import AccountId, ChangeRequest, CostType
from cleanrooms_governance.service import Action
from cleanrooms_governance.text import label, plain

_MOMENT = "%Y-%m-%d %H:%M UTC"


class Letter:
    """What one account is asked to do in one collaboration, as lines of text."""

    def __init__(self, account: AccountId, asked: Asked, known: Mapping[AccountId, str]) -> None:
        self._account = account
        self._world = asked.world
        self._invited = Invited(account, asked.world.live, asked.own_key)
        self._live = asked.world.live
        self._names = account_names(asked.world.live, known)

    def title(self, task: Task) -> str:
        """Return what this is about, in a line."""
        about = f"the collaboration {self._called!r}"
        match task:
            case Vote():
                return f"Vote on a change request of {about}"
            case Commit():
                return f"Commit a change request of {about}"
            case Join():
                return f"Join {about}"
            case Accept():
                return f"Accept to pay in {about}"

    def body(self, task: Task) -> Iterator[str]:
        """Yield everything below the title."""
        match task:
            case Vote(request):
                yield from self._vote(request)
            case Commit(request):
                yield from self._commit(request)
            case Join(duties):
                yield from self._join(duties)
            case Accept(costs, seen):
                yield from self._accept(costs, seen=seen)

    def commands(self, task: Task) -> list[str]:
        """Return the commands of the AWS command line, the one that is asked for first."""
        match task:
            case Vote(request):
                return [aws_commands.act_on_request(self._live, request.id, action) for action in (Action.APPROVE, Action.DENY)]
            case Commit(request):
                return [aws_commands.act_on_request(self._live, request.id, Action.COMMIT)]
            case Join(duties):
                receives = self._invited.needs_results
                return [aws_commands.join(self._live, self._account, duties, receives_results=receives)]
            case Accept(costs, _):
                return [aws_commands.accept(self._live, self._account, costs)]

    @property
    def _called(self) -> str:
        return plain(self._live.name)

    @property
    def _creator(self) -> str:
        return f"{label(self._live.creator, self._names)}, who created the collaboration"

    def _vote(self, request: ChangeRequest) -> Iterator[str]:
        yield f"{self._creator}, asks for this change:"
        yield from self._diff(request)
        yield from self._ids(request)
        yield from self._console(
            f"Choose Collaborations, then {self._called!r}, then the tab Change requests.",
            f"Choose the request {request.id}, compare it with the above, and approve or deny it.",
        )
        approve, deny = self.commands(Vote(request))
        yield from self._shell(approve, "or, to deny it for good:", deny)
        yield "With crgov of cleanrooms-governance, which checks that the request still is the one above:"
        where = ["--collaboration", self._live.id, "--region", self._live.region]
        yield f"  {approve_command(request, self._world, self._account, where)}"
        pin = {"request": request.id, "content": content_fingerprint(request.changes)}
        yield "or in the stack file, under the membership in this collaboration:"
        yield f"  changeRequests: {{pinned: [{json.dumps(pin)}]}}"

    def _commit(self, request: ChangeRequest) -> Iterator[str]:
        yield "All votes for this change are in. Only the creator of the collaboration can put it into effect:"
        yield from self._diff(request)
        yield from self._ids(request)
        yield from self._console(
            f"Choose Collaborations, then {self._called!r}, then the tab Change requests.",
            f"Choose the request {request.id}, compare it with the above, and commit it.",
        )
        yield from self._shell(*self.commands(Commit(request)))
        yield "Who governs the collaboration by cleanrooms-governance runs `pulumi up`: it commits what the stack file wants."

    def _join(self, duties: frozenset[CostType]) -> Iterator[str]:
        member = self._live.members[self._account]
        does = ", ".join(sorted(map(plain, (*member.abilities, *member.ml_abilities)))) or "contributes data only"
        yield f"{self._creator}, has invited you, account {self._account}."
        yield f"  as         {plain(member.display_name)!r}"
        yield f"  abilities  {does}"
        yield f"  pays for   {', '.join(sorted(duties)) or 'nothing'}"
        others = [each for each, other in sorted(self._live.members.items()) if other.belongs and each != self._account]
        yield f"  with       {', '.join(label(each, self._names) for each in others)}"
        yield f"  query log  {'on' if self._live.query_log else 'off'} in the collaboration"
        yield ""
        yield f"Collaboration id   {self._live.id} ({self._live.region})"
        yield ""
        yield from self._console(
            f"Choose Collaborations, then the tab Available to join, then {self._called!r}.",
            "Compare its members, and what you pay for, with the above.",
            "Choose Create membership, decide whether your queries are logged"
            + (", say where results go" if self._invited.needs_results else "")
            + (", accept the payments" if duties else "")
            + ", and create it.",
        )
        yield from self._shell(*self.commands(Join(duties)))
        if self._invited.needs_results:
            bucket, role = aws_commands.YOUR_BUCKET, aws_commands.YOUR_ROLE
            yield f"  ({bucket}: your bucket for results; {role}: your role that writes there)"
            yield ""
        yield "With cleanrooms-governance, in the stack file:"
        yield from (f"  {line}" for line in memberships_block([self._invited], self._names))

    def _accept(self, costs: frozenset[CostType], *, seen: bool) -> Iterator[str]:
        listed = ", ".join(sorted(costs))
        yield f"{self._creator}, has named you, account {self._account}, to pay for {listed}."
        yield "Nobody can charge you before you accept it, and " + (
            "you have not done so yet." if seen else "only you can see whether you have: please accept it if you have not."
        )
        yield ""
        yield f"Collaboration id   {self._live.id} ({self._live.region})"
        if membership := self._live.members[self._account].membership:
            yield f"Membership id      {membership}"
        yield ""
        yield from self._console(
            f"Choose Collaborations, then {self._called!r}.",
            f"Edit the payments of your membership, and accept {listed}.",
        )
        yield from self._shell(*self.commands(Accept(costs, seen)))
        if not self._live.members[self._account].membership:
            find = f"aws cleanrooms list-memberships --region {self._live.region}"
            yield f"  ({aws_commands.YOUR_MEMBERSHIP}: see `{find}`)"
            yield ""
        yield "With cleanrooms-governance, in the stack file, under the membership in this collaboration:"
        yield f"  payerFor: {json.dumps(sorted(costs))}   # and what it lists already"

    def _diff(self, request: ChangeRequest) -> Iterator[str]:
        happening = request_effects(request, self._live)
        yield from (f"  {effect.line(self._names).text}" for effect in happening)
        yield from (f"  {line}" for line in names_given(request, self._live))
        if not happening:
            yield "  nothing: the collaboration is like that already"
        if moved_since_filing(request, self._live):
            yield "The collaboration has changed since this was filed; shown is what it would do now."
        if request.unknown:
            yield f"It also holds what we do not understand ({', '.join(request.unknown)}): look at it in the console."
        yield ""

    def _ids(self, request: ChangeRequest) -> Iterator[str]:
        yield f"Collaboration id   {self._live.id} ({self._live.region})"
        yield f"Change request id  {request.id}, filed {request.created.strftime(_MOMENT)}"
        yield f"Content            {content_fingerprint(request.changes)}"
        yield ""

    def _console(self, *steps: str) -> Iterator[str]:
        yield f"In the AWS console, signed in to account {self._account}:"
        opening = f"Open AWS Clean Rooms in the Region {self._live.region}."
        yield from (f"  {number}. {step}" for number, step in enumerate((opening, *steps), 1))
        yield ""

    def _shell(self, *lines: str) -> Iterator[str]:
        yield f"With the AWS command line, as account {self._account}:"
        yield from (f"  {line}" for line in lines)
        yield ""
