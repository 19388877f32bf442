"""Settings for TFMA: which metrics it computes, on which slices. The gates say which values are good enough."""

import json
from collections.abc import Sequence
from typing import Any

import tensorflow_model_analysis as tfma
from google.protobuf import text_format
from tensorflow_model_analysis.proto.config_pb2 import EvalConfig

from components.evaluator.config import EvaluationConfig
from components.evaluator.metrics.accuracy import ACCURACY, TopKAccuracy
from components.evaluator.metrics.calibration import CalibrationError
from components.evaluator.metrics.lost_answers import LostAnswersMetric
from components.evaluator.metrics.mean_iou import MeanIou
from components.evaluator.metrics.misses import Misses
from components.evaluator.metrics.pairing import PairedAnswers
from components.evaluator.results import BASELINE, CANDIDATE
from models import features

# No cross-entropy: it raises on the label id -1, which a class that is new since the last push has for the baseline.
# The threshold of zero makes the confusion matrix one by argmax: at the default of 0.5, TFMA leaves unsure answers out.
_EVAL_CONFIG = """
  model_specs {
    signature_name: "evaluate"
    label_key: "label_id"
    preprocessing_function_names: ["transform_features"]
  }
  slicing_specs {}
  metrics_specs {
    metrics { class_name: "ExampleCount" }
    metrics { class_name: "MultiClassConfusionMatrixAtThresholds" config: '"thresholds": [0.0]' }
  }
  options { include_default_metrics { value: false } }
"""


def make_eval_config(
    evaluation: EvaluationConfig, *, num_classes: int, metadata: Sequence[str] = (), tracks: bool = False
) -> EvalConfig:
    """Make the Evaluator's configuration for the candidate and the baseline, overall and on every slice.

    `metadata`: columns whose ranges are slices too; `tracks`: the candidate gives boxes, which are measured too.
    """
    config = _plain_config()
    _add_metrics(config, evaluation, num_classes=num_classes, tracks=tracks)
    _add(config, Misses)
    _add(config, LostAnswersMetric)
    _add(config, PairedAnswers)
    for keys in evaluation.keys(metadata):
        config.slicing_specs.add(feature_keys=keys)
    for name in (CANDIDATE, BASELINE):
        spec = config.model_specs.add()
        spec.CopyFrom(config.model_specs[0])
        spec.name = name
        spec.is_baseline = name == BASELINE
    del config.model_specs[0]
    return config


def make_folds_eval_config(
    evaluation: EvaluationConfig, *, num_classes: int, metadata: Sequence[str] = ()
) -> EvalConfig:
    """Make the configuration for answers on folds: as for a candidate without a baseline, and no model is asked."""
    config = _plain_config()
    _add_metrics(config, evaluation, num_classes=num_classes, tracks=False)
    _add(config, Misses)
    _add(config, LostAnswersMetric)
    for keys in evaluation.keys(metadata):
        config.slicing_specs.add(feature_keys=keys)
    _ask_no_model(config)
    return config


def make_train_eval_config(evaluation: EvaluationConfig, *, num_classes: int, tracks: bool = False) -> EvalConfig:
    """Make the configuration for the candidate on the train split: all clips, no slices."""
    config = _plain_config()
    _add_metrics(config, evaluation, num_classes=num_classes, tracks=tracks)
    return config


def make_plain_eval_config(*, of_folds: bool = False) -> EvalConfig:
    """Make the configuration for a model that others are compared with: accuracy and confusion matrix, of all and by group.

    `of_folds`: answers on folds take the place of the model's.
    """
    config = _plain_config()
    config.slicing_specs.add(feature_keys=[features.GROUP])
    if of_folds:
        _ask_no_model(config)
    return config


def _plain_config() -> EvalConfig:
    config = text_format.Parse(_EVAL_CONFIG, EvalConfig())
    _add(config, TopKAccuracy, k=1, name=ACCURACY)
    return config


def _ask_no_model(config: EvalConfig) -> None:
    (spec,) = config.model_specs
    spec.ClearField("signature_name")
    spec.ClearField("preprocessing_function_names")
    # The text; its id comes with the answers.
    spec.label_key = features.LABEL


def _add_metrics(config: EvalConfig, evaluation: EvaluationConfig, *, num_classes: int, tracks: bool) -> None:
    _add(config, CalibrationError)
    for k in evaluation.top_k:
        if k < num_classes:  # with k classes or fewer, every answer is among the first k
            _add(config, TopKAccuracy, k=k, name=f"top_{k}_accuracy")
    if tracks:
        _add(config, MeanIou)


def _add(config: EvalConfig, metric: type[tfma.metrics.Metric], **settings: Any) -> None:
    config.metrics_specs[0].metrics.add(
        class_name=metric.__name__, module=metric.__module__, config=json.dumps(settings) if settings else ""
    )
