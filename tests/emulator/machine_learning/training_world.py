"""A collaboration in which data for training is ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.emulator.machine_learning.learning_world import UNTIL_ACTIVE, LearningWorld, learning_members, without_metadata
from tests.emulator.world import READER, RUNNER, pays


class TrainingWorld(LearningWorld):
    """With the table "visits", an association and an ACTIVE channel, and a place where READER's output goes."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.visits = self.table("visits")
        self.trees = self.association()
        self.data = self.active_channel()
        self.configure()

    def active_channel(self, association: str | None = None) -> str:
        """Another channel, ready for use."""
        arn = self.channel(association or self.trees)
        self.clock.advance(UNTIL_ACTIVE)
        return arn

    def active_model(self, **given: Any) -> str:
        """A model that has been trained."""
        arn = self.model(self.trees, self.data, **given)
        self.clock.advance(UNTIL_ACTIVE)
        return arn

    def seen_model(self, arn: str, by: str = READER, **given: Any) -> dict[str, Any]:
        """GetCollaborationTrainedModel."""
        return without_metadata(
            self.ml(by).get_collaboration_trained_model(
                collaborationIdentifier=self.collaboration_id, trainedModelArn=arn, **given
            )
        )

    def models(self, by: str = RUNNER) -> list[dict[str, Any]]:
        """ListTrainedModels."""
        found: list[dict[str, Any]] = self.ml(by).list_trained_models(membershipIdentifier=self.memberships[by])[
            "trainedModels"
        ]
        return found

    def all_models(self, by: str = READER) -> list[dict[str, Any]]:
        """ListCollaborationTrainedModels."""
        found: list[dict[str, Any]] = self.ml(by).list_collaboration_trained_models(
            collaborationIdentifier=self.collaboration_id
        )["collaborationTrainedModels"]
        return found

    def retrain(self, base: str, **given: Any) -> str:
        """An incremental training that starts from a model; the identifier of the new version."""
        channel = {"trainedModelArn": base, "channelName": "base"}
        answer = self.ml(RUNNER).create_trained_model(
            **self._model(self.trees, [self.data], {"incrementalTrainingDataChannels": [channel], **given})
        )
        assert base == answer["trainedModelArn"]
        return str(answer["versionIdentifier"])


def two_candidates(cost_type: str, switches: Mapping[str, str] | None = None) -> TrainingWorld:
    """A world in which RUNNER and READER can pay for the cost type, and have accepted to."""
    runner, reader = learning_members(**{cost_type: True})
    runner = {**runner, "paymentConfiguration": pays(queryCompute=True, **{cost_type: True})}
    accepting = {RUNNER: ["queryCompute", cost_type], READER: [cost_type]}
    return TrainingWorld(members=[runner, reader], accepting=accepting, switches=switches)
