"""A collaboration for machine learning: an algorithm and tables of CREATOR, which RUNNER uses and READER gets output of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cleanrooms_emulator.application import Application
from cleanrooms_emulator.transport.in_process import client, connect
from tests.emulator.analyses.analysis_world import AnalysisWorld, payer
from tests.emulator.world import CREATOR, READER, RUNNER, Refusal, member, refusal

RECEIVES_ALL = {"customMLMemberAbilities": ["CAN_RECEIVE_MODEL_OUTPUT", "CAN_RECEIVE_INFERENCE_OUTPUT"]}
LEARNING = ("modelTraining", "modelInference")

DENIED = ("AccessDeniedException", None, None)
NOT_FOUND = ("ResourceNotFoundException", None, None)
CONFLICT = ("ConflictException", None, None)
INVALID = ("ValidationException", None, None)

DAY = 86_400.0
UNTIL_ACTIVE = 61.0


_clients: dict[tuple[str, str, str], Any] = {}


def shared_client(app: Application, service: str, account: str, region: str) -> Any:
    """The client that all worlds use in turn, connected to this one: making clients costs more than most tests."""
    key = (service, account, region)
    if key not in _clients:
        _clients[key] = client(app, service, account, region)
    connect(app, _clients[key])
    return _clients[key]


def role(account: str) -> str:
    """A role of the account."""
    return f"arn:aws:iam::{account}:role/learning"


def learning_members(**payers: bool) -> list[dict[str, Any]]:
    """A member that runs queries, and one that receives output; READER may be a payer."""
    reader = payer(READER, "CAN_RECEIVE_RESULTS", **payers) if payers else member(READER, "CAN_RECEIVE_RESULTS")
    return [member(RUNNER, "CAN_QUERY"), {**reader, "mlMemberAbilities": RECEIVES_ALL}]


class LearningWorld(AnalysisWorld):
    """An AnalysisWorld with clients of Clean Rooms ML. A test uses one such world at a time (see `shared_client`)."""

    def __init__(self, members: Sequence[dict[str, Any]] | None = None, **more: Any) -> None:
        super().__init__(learning_members() if members is None else members, **more)

    def of(self, account: str, region: str | None = None) -> Any:
        return shared_client(self.app, "cleanrooms", account, region or self.region)

    def ml(self, account: str, region: str | None = None) -> Any:
        """The account's client of Clean Rooms ML."""
        return shared_client(self.app, "cleanroomsml", account, region or self.region)

    def algorithm(self, owner: str = CREATOR, **given: Any) -> str:
        """A configured model algorithm for training and inference; its ARN."""
        answer = self.ml(owner).create_configured_model_algorithm(
            **{
                "name": "boosted-trees",
                "roleArn": role(owner),
                "trainingContainerConfig": {"imageUri": "registry.example/trees/train:1"},
                "inferenceContainerConfig": {"imageUri": "registry.example/trees/infer:1"},
                **given,
            }
        )
        return str(answer["configuredModelAlgorithmArn"])

    def association(self, owner: str = CREATOR, algorithm: str | None = None, **given: Any) -> str:
        """An algorithm brought into the collaboration; the association's ARN."""
        answer = self.ml(owner).create_configured_model_algorithm_association(
            **{
                "membershipIdentifier": self.memberships[owner],
                "configuredModelAlgorithmArn": algorithm or self.algorithm(owner),
                "name": "trees",
                **given,
            }
        )
        return str(answer["configuredModelAlgorithmAssociationArn"])

    def channel(self, association: str, sql: str = "select amount from visits", by: str = RUNNER, **given: Any) -> str:
        """CreateMLInputChannel; the channel's ARN."""
        answer = self.ml(by).create_ml_input_channel(**self._channel(association, sql, by, given))
        return str(answer["mlInputChannelArn"])

    def channelling(self, association: str, sql: str = "select amount from visits", by: str = RUNNER, **given: Any) -> Refusal:
        """The refusal of CreateMLInputChannel."""
        return refusal(self.ml(by).create_ml_input_channel, **self._channel(association, sql, by, given))

    def read_channel(self, arn: str) -> dict[str, Any]:
        """GetMLInputChannel by the member that made it."""
        return without_metadata(
            self.ml(RUNNER).get_ml_input_channel(membershipIdentifier=self.memberships[RUNNER], mlInputChannelArn=arn)
        )

    def seen_channel(self, arn: str, by: str = READER) -> dict[str, Any]:
        """GetCollaborationMLInputChannel."""
        return without_metadata(
            self.ml(by).get_collaboration_ml_input_channel(collaborationIdentifier=self.collaboration_id, mlInputChannelArn=arn)
        )

    def delete_channel(self, arn: str, by: str = RUNNER) -> None:
        """DeleteMLInputChannelData."""
        self.ml(by).delete_ml_input_channel_data(membershipIdentifier=self.memberships[by], mlInputChannelArn=arn)

    def configure(self, account: str = READER) -> None:
        """PutMLConfiguration."""
        self.ml(account).put_ml_configuration(
            membershipIdentifier=self.memberships[account],
            defaultOutputLocation={
                "destination": {"s3Destination": {"s3Uri": "s3://models-of-the-reader/output"}},
                "roleArn": role(account),
            },
        )

    def model(self, association: str, *channels: str, **given: Any) -> str:
        """CreateTrainedModel by the runner; the model's ARN."""
        answer = self.ml(RUNNER).create_trained_model(**self._model(association, channels, given))
        return str(answer["trainedModelArn"])

    def training(self, association: str, *channels: str, by: str = RUNNER, **given: Any) -> Refusal:
        """The refusal of CreateTrainedModel."""
        parameters = {**self._model(association, channels, given), "membershipIdentifier": self.memberships[by]}
        return refusal(self.ml(by).create_trained_model, **parameters)

    def read_model(self, arn: str, **given: Any) -> dict[str, Any]:
        """GetTrainedModel by the runner."""
        return without_metadata(
            self.ml(RUNNER).get_trained_model(membershipIdentifier=self.memberships[RUNNER], trainedModelArn=arn, **given)
        )

    def inference(self, model: str, channel: str, **given: Any) -> str:
        """StartTrainedModelInferenceJob by the runner; the job's ARN."""
        answer = self.ml(RUNNER).start_trained_model_inference_job(**self._inference(model, channel, given))
        return str(answer["trainedModelInferenceJobArn"])

    def inferring(self, model: str, channel: str, by: str = RUNNER, **given: Any) -> Refusal:
        """The refusal of StartTrainedModelInferenceJob."""
        parameters = {**self._inference(model, channel, given), "membershipIdentifier": self.memberships[by]}
        return refusal(self.ml(by).start_trained_model_inference_job, **parameters)

    def read_inference(self, arn: str) -> dict[str, Any]:
        """GetTrainedModelInferenceJob by the runner."""
        return without_metadata(
            self.ml(RUNNER).get_trained_model_inference_job(
                membershipIdentifier=self.memberships[RUNNER], trainedModelInferenceJobArn=arn
            )
        )

    def removed(self, account: str) -> None:
        """DeleteMember by the creator."""
        self.of(CREATOR).delete_member(collaborationIdentifier=self.collaboration_id, accountId=account)

    def _channel(self, association: str, sql: str, by: str, given: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "membershipIdentifier": self.memberships[by],
            "configuredModelAlgorithmAssociations": [association],
            "name": "training-data",
            "inputChannel": input_channel(by, queryString=sql),
            "retentionInDays": 3,
            **given,
        }

    def _model(self, association: str, channels: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "membershipIdentifier": self.memberships[RUNNER],
            "name": "churn",
            "configuredModelAlgorithmAssociationArn": association,
            "resourceConfig": {"instanceType": "ml.m5.large", "volumeSizeInGB": 10},
            "dataChannels": [
                {"mlInputChannelArn": channel, "channelName": f"channel-{number}"} for number, channel in enumerate(channels)
            ],
            **given,
        }

    def _inference(self, model: str, channel: str, given: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "membershipIdentifier": self.memberships[RUNNER],
            "name": "scores",
            "trainedModelArn": model,
            "resourceConfig": {"instanceType": "ml.m5.large"},
            "outputConfiguration": {"members": [{"accountId": READER}]},
            "dataSource": {"mlInputChannelArn": channel},
            **given,
        }


def input_channel(account: str, **sql_parameters: Any) -> dict[str, Any]:
    """The `inputChannel` of CreateMLInputChannel, run with a role of the account."""
    return {
        "dataSource": {"protectedQueryInputParameters": {"sqlParameters": sql_parameters}},
        "roleArn": role(account),
    }


def without_metadata(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer without what botocore adds."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}
