"""How are the experiments played, one after the other, whatever happens to one of them?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cleanrooms_governance.cli.probe.experiments import EXPERIMENTS, Act, Experiment
from cleanrooms_governance.cli.probe.findings import Found
from cleanrooms_governance.cli.probe.stage import Stage, Unplayable
from cleanrooms_governance.errors import GovernanceError

Say = Callable[[str], None]
"""Is told what goes on, for people who wait."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What was found, in the order of the table; ``trouble`` kept the play from its end, ``left`` is still there."""

    found: tuple[Found, ...]
    trouble: tuple[str, ...]
    left: tuple[str, ...]
    calls: int


def play(stage: Stage, say: Say, experiments: Iterable[Experiment] = EXPERIMENTS) -> Probed:
    """Create the collaboration, play everything on it, and delete it, also after a failure or an interruption."""
    found: list[Found] = []
    trouble: list[str] = []
    wanted = list(experiments)
    try:
        stage.check()
        say(f"creating {stage.name} as {stage.creator.account}")
        stage.create()
        _act(stage, [each for each in wanted if each.act is Act.INVITED], found, trouble, say)
        say(f"joining it as {stage.member.account}")
        stage.join()
        _act(stage, [each for each in wanted if each.act is Act.JOINED], found, trouble, say)
    except GovernanceError as error:
        trouble.append(str(error))
    except KeyboardInterrupt:
        trouble.append("interrupted")
    left = _cleaned_up(stage, say) if stage.creating else []
    answered = {each.switch for each in found}
    for switch in (switch for each in wanted for switch in each.switches if switch not in answered):
        found.append(Found(switch, None, "not played to its end"))
    return Probed(tuple(found), tuple(trouble), tuple(left), stage.calls)


def _cleaned_up(stage: Stage, say: Say) -> list[str]:
    say("cleaning up")
    try:
        return stage.clean_up()
    except (GovernanceError, KeyboardInterrupt) as error:
        return [f"perhaps the collaboration {stage.name} and its memberships ({str(error) or 'interrupted'})"]


def _act(stage: Stage, experiments: list[Experiment], found: list[Found], trouble: list[str], say: Say) -> None:
    for experiment in experiments:
        say(f"asking for {', '.join(experiment.switches)}")
        try:
            for each in experiment.play(stage):
                found.append(each)
                if each.value is not None:
                    stage.known[each.switch] = each.value
        except Unplayable as error:
            _not_answered(experiment, str(error), found)
        except (GovernanceError, LookupError, TypeError, AttributeError) as error:
            # The latter three are answers of another shape than any reading knows: trouble of this experiment alone.
            trouble.append(f"{', '.join(experiment.switches)}: {error}")
            _not_answered(experiment, "trouble, see below", found)
        try:
            stage.close_open()
        except GovernanceError as error:
            trouble.append(f"after {', '.join(experiment.switches)}: {error}")


def _not_answered(experiment: Experiment, why: str, found: list[Found]) -> None:
    answered = {each.switch for each in found}
    found.extend(Found(switch, None, why) for switch in experiment.switches if switch not in answered)
