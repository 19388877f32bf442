"""ModelGate: judges what the Evaluator measured and blesses the model, or not.

TFMA's own thresholds cannot express argmax precision, skip a class that is absent from the data, and report a violation as
a metric key. The rules here do better in all three, and people read their findings.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from tfx.components.evaluator import constants
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils
from tfx.types.channel import BaseChannel
from tfx.types.component_spec import ChannelParameter, ComponentSpec
from tfx.types.standard_artifacts import Model, ModelBlessing, ModelEvaluation
from tfx.utils import path_utils

from components.artifacts import IS_FIRST_PUSH, FoldAnswers, GateReport
from components.evaluator.confusion import ConfusionMatrix
from components.evaluator.metrics.misses import MOST_MISSES, Miss
from components.evaluator.results import (
    BASE,
    BASELINE,
    CANDIDATE,
    SINGLE_FRAME,
    read_average_precisions,
    read_calibration_by_class,
    read_calibration_error,
    read_confusion_matrix,
    read_group_answers,
    read_lost_answers,
    read_misses,
    read_pairings,
)
from components.fold_trainer.answers import Folds, read_answers, read_chosen, read_folds
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import GATE_FILE, MISSES_FILE, Measurements
from components.model_gate.rules import judge
from components.model_gate.shared_clips import on_shared_clips
from components.specification import make_spec, text_parameters
from foundation.evidence import State
from foundation.messages.progress import say
from models.export_info import ExportInfo, read_export_info

_T = TypeVar("_T")
# Gets the URI of an evaluation, the model's name in it, and the model's classes.
_Read = Callable[[str, str, Sequence[str]], _T]


class ModelGateExecutor(base_executor.BaseExecutor):
    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        gates = GatesConfig.model_validate_json(exec_properties["gates"])
        model = artifact_utils.get_single_instance(input_dict["model"])
        measured = _measurements(input_dict)
        verdict = judge(gates, measured)

        report = Path(artifact_utils.get_single_uri(output_dict["gate_report"]))
        report.mkdir(parents=True, exist_ok=True)
        baseline, base = (input_dict.get(name) for name in ("baseline", "base_model"))
        content = {
            **verdict.as_json(),
            **measured.as_json(),
            "baseline_uri": baseline[0].uri if baseline and measured.baseline else None,
            "base_uri": base[0].uri if base else None,
            "confidence": gates.confidence,
        }
        (report / GATE_FILE).write_text(json.dumps(content, indent=2) + "\n")
        (report / MISSES_FILE).write_text(json.dumps(_misses(input_dict)) + "\n")

        is_blessed = verdict.passed or (verdict.state is State.OPEN and exec_properties["when_open"] == "push")
        blessing = artifact_utils.get_single_instance(output_dict["blessing"])
        name, value = (
            (constants.BLESSED_FILE_NAME, constants.BLESSED_VALUE)
            if is_blessed
            else (constants.NOT_BLESSED_FILE_NAME, constants.NOT_BLESSED_VALUE)
        )
        Path(blessing.uri).mkdir(parents=True, exist_ok=True)
        (Path(blessing.uri) / name).write_text("")
        blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY, value)
        blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY, model.id)
        blessing.set_string_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_URI_KEY, model.uri)
        say(
            f"{len(verdict.findings) - len(verdict.failures)} of {len(verdict.findings)} rules passed: {verdict.state.value}"
        )


def _measurements(inputs: dict[str, Any]) -> Measurements:
    evaluation_uri = artifact_utils.get_single_uri(inputs["evaluation"])
    info = _info(inputs["model"])
    classes = info.classes
    groups = read_group_answers(evaluation_uri, CANDIDATE, classes)
    folds = _folds(inputs)
    of_group = folds.of_group if folds else {}
    measured = Measurements(
        candidate=read_confusion_matrix(evaluation_uri, CANDIDATE, classes),
        groups=groups,
        base_groups=_read_if_any(read_group_answers, inputs, "base_model", "base_evaluation", BASE),
        lost=read_lost_answers(evaluation_uri, CANDIDATE),
        base=_read_if_any(read_confusion_matrix, inputs, "base_model", "base_evaluation", BASE),
        single_frame=_read_if_any(
            read_confusion_matrix, inputs, "single_frame_model", "single_frame_evaluation", SINGLE_FRAME
        ),
        calibration_error=read_calibration_error(evaluation_uri, CANDIDATE),
        fold_of_group=tuple(of_group[group] for group in groups.groups) if folds else (),
        thresholds=info.thresholds,
        calibration_errors=read_calibration_by_class(evaluation_uri, CANDIDATE, classes)
        if info.has_several_labels
        else {},
        average_precisions=read_average_precisions(evaluation_uri, CANDIDATE, classes),
    )
    return replace(measured, **_beside_baseline(inputs, evaluation_uri, info))


def _beside_baseline(inputs: dict[str, Any], evaluation_uri: str, info: ExportInfo) -> dict[str, Any]:
    """The measurements beside the last pushed model, by name; a model is never asked about clips that it has learned from."""
    (baseline,) = inputs["baseline"]
    if baseline.get_int_custom_property(IS_FIRST_PUSH):
        return {}
    info_before, version = _info(inputs["baseline"]), baseline.get_string_custom_property("version")
    classes, before = info.classes, info_before.classes
    unmeasured = {"baseline": ConfusionMatrix(before, tuple((0,) * len(before) for _ in before))}
    if info.has_several_labels != info_before.has_several_labels:
        one, other = ("several labels", "one label") if info.has_several_labels else ("one label", "several labels")
        return {**unmeasured, "not_compared": f"version {version} gives each clip {other}, and this model {one}"}
    chosen = read_chosen(Path(path_utils.serving_model_path(baseline.uri)))
    if chosen is None and not inputs.get("answers"):
        return {
            "baseline": read_confusion_matrix(evaluation_uri, BASELINE, before),
            "baseline_groups": read_group_answers(evaluation_uri, BASELINE, before),
            "pairings": read_pairings(evaluation_uri, classes),
        }
    if chosen is None:
        reason = f"version {version} was judged without folds, and may have learned from these clips"
        return {**unmeasured, "not_compared": reason}
    if not inputs.get("answers"):
        reason = f"version {version} was judged by folds, and has learned from these test clips itself"
        return {**unmeasured, "not_compared": reason}
    answers = read_answers(Path(artifact_utils.get_single_uri(inputs["answers"])))
    shared = on_shared_clips(answers, classes, chosen, before)
    if shared is None:
        return {**unmeasured, "not_compared": f"none of these clips was asked about for version {version}"}
    return {
        "baseline": shared.baseline,
        "baseline_groups": shared.baseline_groups,
        "shared": shared.candidate,
        "pairings": shared.pairings,
    }


def _folds(inputs: dict[str, Any]) -> Folds | None:
    return read_folds(Path(artifact_utils.get_single_uri(inputs["answers"]))) if inputs.get("answers") else None


def _misses(inputs: dict[str, Any]) -> dict[str, dict[str, str | list[str]]]:
    """The content of MISSES_FILE."""
    info = _info(inputs["model"])
    found = read_misses(artifact_utils.get_single_uri(inputs["evaluation"]), CANDIDATE, info.classes)

    def chosen(miss: Miss) -> str | list[str]:
        labels = [info.classes[number] for number in miss.chosen]
        return labels if info.has_several_labels else labels[0]

    return {
        label: {miss.segment_id: chosen(miss) for miss in (*each.misses, *each.false_alarms)}
        for label, each in found.items()
        if max(len(each.misses), len(each.false_alarms)) < MOST_MISSES
    }


def _read_if_any(read: _Read[_T], inputs: dict[str, Any], models: str, evaluations: str, name: str) -> _T | None:
    if not inputs.get(evaluations):
        return None
    return read(artifact_utils.get_single_uri(inputs[evaluations]), name, _info(inputs[models]).classes)


def _info(models: list[Model]) -> ExportInfo:
    return read_export_info(Path(path_utils.serving_model_path(models[0].uri)))


class ModelGateSpec(ComponentSpec):
    """`gates` is the JSON of a GatesConfig; `when_open`: as in PushConfig."""

    INPUTS = {
        "evaluation": ChannelParameter(type=ModelEvaluation),
        "model": ChannelParameter(type=Model),
        "baseline": ChannelParameter(type=Model),
        "base_model": ChannelParameter(type=Model, optional=True),
        "base_evaluation": ChannelParameter(type=ModelEvaluation, optional=True),
        "single_frame_model": ChannelParameter(type=Model, optional=True),
        "single_frame_evaluation": ChannelParameter(type=ModelEvaluation, optional=True),
        "answers": ChannelParameter(type=FoldAnswers, optional=True),
    }
    OUTPUTS = {"gate_report": ChannelParameter(type=GateReport), "blessing": ChannelParameter(type=ModelBlessing)}
    PARAMETERS = text_parameters("gates", "when_open", "code_digest")


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
        when_open: str = "block",
        base_model: BaseChannel | None = None,
        base_evaluation: BaseChannel | None = None,
        single_frame_model: BaseChannel | None = None,
        single_frame_evaluation: BaseChannel | None = None,
        answers: BaseChannel | None = None,
    ) -> None:
        """`evaluation`: of `model` and `baseline` on the same examples.

        `base_model` is the model that training began from, and `single_frame_model` sees one frame of each clip. Each comes
        with its evaluation on these examples, or not at all. With `answers` on folds the evaluation is of those.
        """
        spec = make_spec(
            type(self),
            evaluation=evaluation,
            model=model,
            baseline=baseline,
            base_model=base_model,
            base_evaluation=base_evaluation,
            single_frame_model=single_frame_model,
            single_frame_evaluation=single_frame_evaluation,
            answers=answers,
            gates=gates,
            when_open=when_open,
        )
        super().__init__(spec)
