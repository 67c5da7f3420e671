"""Who pays for training and inference: chosen when they are submitted, refused when it cannot be, and shown."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.machine_learning.learning_world import INVALID, learning_members
from tests.emulator.machine_learning.training_world import TrainingWorld, two_candidates
from tests.emulator.world import CREATOR, OUTSIDER, READER, RUNNER, Refusal, member_change, pays

Run = Callable[..., dict[str, Any]]
Refused = Callable[..., Refusal]


def train(world: TrainingWorld, **given: Any) -> dict[str, Any]:
    return world.read_model(world.model(world.trees, world.data, **given))


def training(world: TrainingWorld, **given: Any) -> Refusal:
    return world.training(world.trees, world.data, **given)


def infer(world: TrainingWorld, **given: Any) -> dict[str, Any]:
    return world.read_inference(world.inference(world.active_model(), world.data, **given))


def inferring(world: TrainingWorld, **given: Any) -> Refusal:
    return world.inferring(world.active_model(), world.data, **given)


both = pytest.mark.parametrize(
    ("cost_type", "field", "run", "refused"),
    [
        ("modelTraining", "mlModelTrainingPayerAccountId", train, training),
        ("modelInference", "mlModelInferencePayerAccountId", infer, inferring),
    ],
    ids=["training", "inference"],
)


@both
def test_the_runner_pays_when_nobody_is_configured(cost_type: str, field: str, run: Run, refused: Refused) -> None:
    assert RUNNER == run(TrainingWorld())[field]


@both
def test_the_only_candidate_pays(cost_type: str, field: str, run: Run, refused: Refused) -> None:
    world = TrainingWorld(members=learning_members(**{cost_type: True}), accepting={READER: [cost_type]})

    assert READER == run(world)[field]


@both
@pytest.mark.parametrize("payer", [RUNNER, READER])
def test_of_several_candidates_the_named_one_pays(cost_type: str, field: str, run: Run, refused: Refused, payer: str) -> None:
    assert payer == run(two_candidates(cost_type), **{field: payer})[field]


@both
def test_of_several_candidates_one_has_to_be_named(cost_type: str, field: str, run: Run, refused: Refused) -> None:
    answer = refused(two_candidates(cost_type))

    assert (INVALID, 400, []) == (answer.kind, answer.status, answer.fields)


@both
@pytest.mark.parametrize("reading", ["runner", "first"])
def test_of_several_candidates_one_may_be_chosen(cost_type: str, field: str, run: Run, refused: Refused, reading: str) -> None:
    assert RUNNER == run(two_candidates(cost_type, {"ambiguousPayer": reading}))[field]


@both
@pytest.mark.parametrize("named", [OUTSIDER, CREATOR], ids=["an outsider", "a member that is none"])
def test_who_is_no_candidate_cannot_pay(cost_type: str, field: str, run: Run, refused: Refused, named: str) -> None:
    assert INVALID == refused(two_candidates(cost_type), **{field: named}).kind


@both
def test_a_candidate_that_declined_cannot_pay(cost_type: str, field: str, run: Run, refused: Refused) -> None:
    world = two_candidates(cost_type)
    world.of(READER).update_membership(
        membershipIdentifier=world.memberships[READER],
        membershipPaymentConfiguration={"machineLearning": {cost_type: {"isResponsible": False}}},
    )

    assert INVALID == refused(world, **{field: READER}).kind


@both
def test_a_candidate_that_was_removed_cannot_pay(cost_type: str, field: str, run: Run, refused: Refused) -> None:
    world = TrainingWorld(members=learning_members(**{cost_type: True}), accepting={READER: [cost_type]})
    model = world.model(world.trees, world.data, **({field: READER} if cost_type == "modelTraining" else {}))
    world.removed(READER)

    assert INVALID == world.training(world.trees, world.data, mlModelTrainingPayerAccountId=READER).kind
    assert "CREATE_PENDING" == world.read_model(model)["status"]


@both
def test_partners_see_who_pays(cost_type: str, field: str, run: Run, refused: Refused) -> None:
    world = two_candidates(cost_type)
    shown = run(world, **{field: READER})
    if cost_type == "modelTraining":
        seen = world.seen_model(shown["trainedModelArn"])
        listed = [*world.models(), *world.all_models()]
    else:
        reader, scope = world.ml(READER), {"collaborationIdentifier": world.collaboration_id}
        (seen,) = reader.list_collaboration_trained_model_inference_jobs(**scope)["collaborationTrainedModelInferenceJobs"]
        listed = world.ml(RUNNER).list_trained_model_inference_jobs(membershipIdentifier=world.memberships[RUNNER])[
            "trainedModelInferenceJobs"
        ]

    assert {READER} == {each[field] for each in [seen, *listed]}


@both
def test_a_run_keeps_its_payer_when_the_configuration_changes(cost_type: str, field: str, run: Run, refused: Refused) -> None:
    world = two_candidates(cost_type)
    shown = run(world, **{field: READER})
    change = member_change(READER, "CAN_RECEIVE_RESULTS", paymentConfiguration=pays(**{cost_type: False}))
    request = world.file(world.collaboration_id, change)
    for account in (RUNNER, READER):
        world.act(request, "APPROVE", account)
    world.act(request, "COMMIT", CREATOR)

    again = (
        world.read_model(shown["trainedModelArn"])
        if cost_type == "modelTraining"
        else world.read_inference(shown["trainedModelInferenceJobArn"])
    )
    assert READER == again[field]
    assert INVALID == refused(world, **{field: READER}).kind
