"""A story told with a crash: the provider process is killed at one boundary, and people go on as if nothing had happened."""

from __future__ import annotations

from dataclasses import dataclass

from tests.providers.provider_process import Died
from tests.providers.world import Surroundings, Watcher
from tests.reliability import world_view
from tests.reliability.boundaries import Boundary, Event, Killing
from tests.reliability.promises import check_votes
from tests.reliability.rehearsal import Rehearsal, Scene, come_to_rest, go_on, run_until_nothing_is_written
from tests.reliability.stage import Stage


@dataclass
class Crashes:
    """Tries crashes in the scenes of one story.

    ``killed`` counts the processes that were killed, ``recovered`` those after which the story came to its end.
    ``elsewhere`` counts the kills whose boundary did not come by: how many reads there are depends on their order.
    """

    surroundings: Surroundings
    rehearsal: Rehearsal
    killed: int = 0
    recovered: int = 0
    elsewhere: int = 0

    def unknown(self, scene: Scene) -> list[Boundary]:
        """The first boundary of each moment of a scene's run from which the story is not known to come to its end."""
        return [each for moment, each in scene.counted.first.items() if (scene.position, moment) not in self.rehearsal.good]

    def crash(self, scene: Scene, boundary: Boundary, *, again: bool) -> None:
        """Kill the run of a scene at a boundary, and see that the story comes to its end.

        Parameters: ``again`` says whether to play what follows even if it has been played from the very same moment already.
        Raises AssertionError.
        """
        stage = Stage(self.surroundings, scene.begin)
        stage.world.watcher = killing = Killing(boundary)
        try:
            stage.up(scene.stack)
        except Died:
            self.killed += 1
        else:
            assert not killing.struck, f"the run goes on without its provider {boundary}"
            assert boundary.event is Event.READ, f"the run never came to {boundary}"
            self.elsewhere += 1
            return
        stage.world.watcher = Watcher()
        left = str(stage.moment())
        if again or (scene.position, left) not in self.rehearsal.good:
            self._recover(stage, scene, again=again)
            self.rehearsal.good.add((scene.position, left))
        self.recovered += 1

    def crash_preview(self, scene: Scene, boundary: Boundary) -> None:
        """Kill a preview before the run of a scene, and see that everything is as it was.

        Raises AssertionError.
        """
        stage = Stage(self.surroundings, scene.begin)
        stage.world.watcher = Killing(boundary)
        try:
            stage.stacks[scene.stack].preview()
        except Died:
            self.killed += 1
        else:
            self.elsewhere += 1
            return
        assert str(scene.begin) == str(stage.moment()), "a preview that dies has changed something"
        assert [] == stage.written(0), "a preview that dies has written"
        self.recovered += 1

    def _recover(self, stage: Stage, scene: Scene, *, again: bool) -> None:
        after = scene.position + 1
        for _ in run_until_nothing_is_written(stage, scene.stack):
            if not again and (after, str(stage.moment())) in self.rehearsal.good:
                break
        else:
            reached = (after, str(stage.moment()))
            go_on(stage, self.rehearsal.story.steps[after:])
            come_to_rest(stage)
            found = world_view.lines(stage.app)
            assert self.rehearsal.story.end == found, world_view.difference(self.rehearsal.story.end, found)
            self.rehearsal.good.add(reached)
        check_votes(stage.app)
