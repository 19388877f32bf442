"""The stage from a trained model to a verdict: how good it is beside others, and whether it can be served."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from tensorflow_model_analysis.proto.config_pb2 import EvalConfig
from tfx.components import InfraValidator
from tfx.proto import infra_validator_pb2
from tfx.types.channel import BaseChannel

from components.annotations.splits.config import FOLD_SPLITS
from components.baseline.component import Baseline
from components.evaluator.component import Evaluator
from components.evaluator.eval_config import (
    Measured,
    make_eval_config,
    make_folds_eval_config,
    make_plain_eval_config,
    make_train_eval_config,
)
from components.model_gate.component import ModelGate
from components.serving_validator.component import ServingValidator
from components.serving_validator.rules import ServingValidationConfig
from pipeline.plan import Plan
from pipeline.stages.data import Data
from pipeline.stages.learning import Learning, train_single_frame


class Judgement(NamedTuple):
    """Outputs for the other stages; `train_evaluation` is on the training split, if the configuration asks for it."""

    evaluation: BaseChannel
    train_evaluation: BaseChannel | None
    gate_blessing: BaseChannel
    gate_report: BaseChannel
    serving_blessing: BaseChannel
    serving_report: BaseChannel
    components: list[Any]


def make_judgement(plan: Plan, data: Data, learning: Learning) -> Judgement:
    """Evaluate the candidate and the models that it is compared with, judge it, and ask it as its clients will."""
    config, gates = plan.config, plan.config.gates
    baseline = Baseline(
        model=learning.model,
        push_destination=config.push_destination,
        last_version=plan.last_version,
        renamed=gates.renamed,
    )
    common: dict[str, Any] = {
        "examples": data.examples,
        "schema": data.schema,
        "ledger": data.ledger,
        "average_windows": config.evaluation.average_windows,
    }
    evaluator = (
        _evaluate_folds(plan, learning, common) if learning.answers else _evaluate(plan, learning, baseline, common)
    )
    components = [baseline, evaluator]
    plain_config = make_plain_eval_config(has_several_labels=config.model.has_several_labels)

    def evaluate(name: str, model: BaseChannel, split: str, eval_config: EvalConfig) -> BaseChannel:
        another = Evaluator(model=model, eval_config=eval_config, splits=[split], **common).with_id(name)
        components.append(another)
        return another.outputs["evaluation"]

    train_evaluation = base_evaluation = single_frame_model = single_frame_evaluation = None
    if config.evaluation.train:
        train_config = make_train_eval_config(config.evaluation, _measured(plan))
        train_evaluation = evaluate("TrainEvaluator", learning.model, "train", train_config)
    if learning.base_model is not None and gates.limit_forgetting:
        base_evaluation = evaluate("BaseEvaluator", learning.base_model, "test", plain_config)
    if gates.min_gain_over_single_frame is not None:
        floor_trainer = train_single_frame(plan, learning)
        components.append(floor_trainer)
        single_frame_model = floor_trainer.outputs["model"]
        single_frame_evaluation = evaluate("SingleFrameEvaluator", single_frame_model, "test", plain_config)
    gate = ModelGate(
        evaluation=evaluator.outputs["evaluation"],
        model=learning.model,
        baseline=baseline.outputs["baseline"],
        gates=gates,
        when_open=config.push.when_open,
        base_model=learning.base_model if base_evaluation else None,
        base_evaluation=base_evaluation,
        single_frame_model=single_frame_model,
        single_frame_evaluation=single_frame_evaluation,
        answers=learning.answers,
    )
    container_blessing = None
    if config.serving_validation.docker_image:
        infra_validator = make_infra_validator(config.serving_validation, learning.model, data.examples)
        components.append(infra_validator)
        container_blessing = infra_validator.outputs["blessing"]
    serving_validator = ServingValidator(
        model=learning.model,
        examples=data.examples,
        serving_validation=config.serving_validation,
        model_name=config.serving.model_name,
        container_blessing=container_blessing,
    )
    return Judgement(
        evaluation=evaluator.outputs["evaluation"],
        train_evaluation=train_evaluation,
        gate_blessing=gate.outputs["blessing"],
        gate_report=gate.outputs["gate_report"],
        serving_blessing=serving_validator.outputs["blessing"],
        serving_report=serving_validator.outputs["serving_report"],
        components=[*components, gate, serving_validator],
    )


def _evaluate(plan: Plan, learning: Learning, baseline: Baseline, common: Mapping[str, Any]) -> Evaluator:
    """The candidate beside the last pushed model, on the test split."""
    config = plan.config
    eval_config = make_eval_config(config.evaluation, _measured(plan), config.data.metadata_config.columns)
    models = {"model": learning.model, "baseline_model": baseline.outputs["baseline"]}
    return Evaluator(eval_config=eval_config, splits=["test"], **models, **common)


def _evaluate_folds(plan: Plan, learning: Learning, common: Mapping[str, Any]) -> Evaluator:
    """The answers on folds. The last pushed model is left to the gate, since it may have learned from these clips."""
    config = plan.config
    eval_config = make_folds_eval_config(config.evaluation, _measured(plan), config.data.metadata_config.columns)
    return Evaluator(eval_config=eval_config, splits=FOLD_SPLITS, answers=learning.answers, **common)


def _measured(plan: Plan) -> Measured:
    model = plan.config.model
    return Measured(
        num_classes=len(plan.classes),
        has_several_labels=model.has_several_labels,
        ranks=plan.config.gates.limit_average_precision,
        tracks=model.tracks,
    )


def make_infra_validator(config: ServingValidationConfig, model: BaseChannel, examples: BaseChannel) -> InfraValidator:
    """TFX's InfraValidator: it asks TensorFlow Serving, in a Docker container of this machine, for clips of the test split."""
    image = config.docker_image or ""
    # The port of a registry stands behind a colon too.
    name, tag = image.rsplit(":", 1) if ":" in image.rpartition("/")[2] else (image, "latest")
    return InfraValidator(
        model=model,
        examples=examples,
        serving_spec=infra_validator_pb2.ServingSpec(
            tensorflow_serving=infra_validator_pb2.TensorFlowServing(image_name=name, tags=[tag]),
            local_docker=infra_validator_pb2.LocalDockerConfig(),
        ),
        request_spec=infra_validator_pb2.RequestSpec(
            tensorflow_serving=infra_validator_pb2.TensorFlowServingRequestSpec(signature_names=["serving_default"]),
            split_name="test",
            num_examples=config.num_requests,
        ),
        validation_spec=infra_validator_pb2.ValidationSpec(
            max_loading_time_seconds=math.ceil(config.time_limit_seconds)
        ),
    )
