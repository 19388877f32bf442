"""ModelGate: judges what the Evaluator measured and blesses the model, or not.

TFMA's own thresholds are not used for this: they cannot express argmax precision, skip a class that is absent from the
data, and report a violation as a metric key. The rules here do all three, and their findings are what people read.
"""

import json
from pathlib import Path
from typing import Any

from tfx.components.evaluator import constants
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, channel_utils
from tfx.types.channel import BaseChannel
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_artifacts import Model, ModelBlessing, ModelEvaluation
from tfx.utils import path_utils

from components.artifacts import GateReport
from components.baseline.component import IS_FIRST_PUSH
from components.model_gate.evaluation import BASE, BASELINE, CANDIDATE, read_confusion_matrix
from components.model_gate.rules import GATE_FILE, ConfusionMatrix, GatesConfig, judge
from models.card import read_card
from models.progress import say


class ModelGateExecutor(base_executor.BaseExecutor):
    """Writes `gate_report` and `blessing`."""

    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        """See the component's specification for the parameters."""
        gates = GatesConfig.model_validate_json(exec_properties["gates"])
        model = artifact_utils.get_single_instance(input_dict["model"])
        baseline_model = artifact_utils.get_single_instance(input_dict["baseline"])
        evaluation_uri = artifact_utils.get_single_uri(input_dict["evaluation"])
        candidate = _confusion_matrix(model, evaluation_uri, CANDIDATE)
        baseline = base = None
        if not baseline_model.get_int_custom_property(IS_FIRST_PUSH):
            baseline = _confusion_matrix(baseline_model, evaluation_uri, BASELINE)
        base_models = input_dict.get("base_model")
        if base_models:
            base_evaluation_uri = artifact_utils.get_single_uri(input_dict["base_evaluation"])
            base = _confusion_matrix(base_models[0], base_evaluation_uri, BASE)
        verdict = judge(gates, candidate, baseline, base)

        report = Path(artifact_utils.get_single_uri(output_dict["gate_report"]))
        report.mkdir(parents=True, exist_ok=True)
        content = {
            **verdict.as_json(),
            "classes": candidate.classes,
            "confusion_matrix": candidate.counts,
            "baseline_uri": baseline_model.uri if baseline else None,
            "base_uri": base_models[0].uri if base_models else None,
        }
        (report / GATE_FILE).write_text(json.dumps(content, indent=2) + "\n")

        blessing = artifact_utils.get_single_instance(output_dict["blessing"])
        name, value = (
            (constants.BLESSED_FILE_NAME, constants.BLESSED_VALUE)
            if verdict.passed
            else (constants.NOT_BLESSED_FILE_NAME, constants.NOT_BLESSED_VALUE)
        )
        Path(blessing.uri).mkdir(parents=True, exist_ok=True)
        (Path(blessing.uri) / name).write_text("")
        blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY, value)
        blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY, model.id)
        blessing.set_string_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_URI_KEY, model.uri)
        say(f"{len(verdict.findings) - len(verdict.failures)} of {len(verdict.findings)} rules passed")


def _confusion_matrix(model: Model, evaluation_uri: str, name: str) -> ConfusionMatrix:
    classes = read_card(Path(path_utils.serving_model_path(model.uri))).classes
    return read_confusion_matrix(evaluation_uri, name, classes)


class ModelGateSpec(ComponentSpec):
    """`gates` is the JSON of a GatesConfig."""

    INPUTS = {
        "evaluation": ChannelParameter(type=ModelEvaluation),
        "model": ChannelParameter(type=Model),
        "baseline": ChannelParameter(type=Model),
        "base_model": ChannelParameter(type=Model, optional=True),
        "base_evaluation": ChannelParameter(type=ModelEvaluation, optional=True),
    }
    OUTPUTS = {
        "gate_report": ChannelParameter(type=GateReport),
        "blessing": ChannelParameter(type=ModelBlessing),
    }
    PARAMETERS = {"gates": ExecutionParameter(type=str)}


class ModelGate(base_component.BaseComponent):
    """Blesses `model` when every rule of `gates` holds."""

    SPEC_CLASS = ModelGateSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(ModelGateExecutor)

    def __init__(
        self,
        *,
        evaluation: BaseChannel,
        model: BaseChannel,
        baseline: BaseChannel,
        gates: GatesConfig,
        base_model: BaseChannel | None = None,
        base_evaluation: BaseChannel | None = None,
    ) -> None:
        """`evaluation`: of `model` and `baseline` on the same examples.

        `base_model` is the one that training began from, `base_evaluation` its evaluation on them; neither or both.
        """
        spec = ModelGateSpec(
            evaluation=evaluation,
            model=model,
            baseline=baseline,
            base_model=base_model,
            base_evaluation=base_evaluation,
            gates=gates.model_dump_json(),
            gate_report=channel_utils.as_channel([GateReport()]),
            blessing=channel_utils.as_channel([ModelBlessing()]),
        )
        super().__init__(spec=spec)
