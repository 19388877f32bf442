"""Settings for TFMA: which metrics it computes, on which slices. The gates say which values are good enough."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow_model_analysis as tfma
from google.protobuf import text_format
from tensorflow_model_analysis.proto.config_pb2 import EvalConfig

from components.evaluator.config import EvaluationConfig
from components.evaluator.metrics.accuracy import ACCURACY, SUBSET_ACCURACY, TopKAccuracy
from components.evaluator.metrics.answer_counts import AnswerCounts
from components.evaluator.metrics.average_precision import AveragePrecision
from components.evaluator.metrics.calibration import CalibrationError
from components.evaluator.metrics.lost_answers import LostAnswersMetric
from components.evaluator.metrics.mean_iou import MeanIou
from components.evaluator.metrics.misses import Misses
from components.evaluator.metrics.pairing import PairedAnswers
from components.evaluator.results import BASELINE, CANDIDATE
from models import features

# No cross-entropy: it raises on the label id -1, which a class that is new since the last push has for the baseline.
_EVAL_CONFIG = """
  model_specs {
    signature_name: "evaluate"
    label_key: "label_id"
    preprocessing_function_names: ["transform_features"]
  }
  slicing_specs {}
  metrics_specs {
    metrics { class_name: "ExampleCount" }
  }
  options { include_default_metrics { value: false } }
"""


class Measured(NamedTuple):
    """What is to be measured of the models of a run, beside what the section `evaluation` says.

    Attributes:
      num_classes: of the candidate.
      has_several_labels: a clip may be of several classes; else it is of one.
      ranks: whether average precision is measured: how well each class's clips are ranked before others. It always is with
        several labels.
      tracks: the candidate gives boxes, which are measured too.
    """

    num_classes: int
    has_several_labels: bool = False
    ranks: bool = False
    tracks: bool = False


def make_eval_config(evaluation: EvaluationConfig, measured: Measured, metadata: Sequence[str] = ()) -> EvalConfig:
    """Make the Evaluator's configuration for the candidate and the baseline, overall and on every slice.

    `metadata`: columns whose ranges are slices too.
    """
    config = _plain_config(measured.has_several_labels)
    _add_metrics(config, evaluation, measured)
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
    evaluation: EvaluationConfig, measured: Measured, metadata: Sequence[str] = ()
) -> EvalConfig:
    """Make the configuration for answers on folds: as for a candidate without a baseline, and no model is asked."""
    config = _plain_config(measured.has_several_labels)
    _add_metrics(config, evaluation, measured)
    _add(config, Misses)
    _add(config, LostAnswersMetric)
    for keys in evaluation.keys(metadata):
        config.slicing_specs.add(feature_keys=keys)
    _ask_no_model(config)
    return config


def make_train_eval_config(evaluation: EvaluationConfig, measured: Measured) -> EvalConfig:
    """Make the configuration for the candidate on the train split: all clips, no slices."""
    config = _plain_config(measured.has_several_labels)
    _add_metrics(config, evaluation, measured)
    return config


def make_plain_eval_config(*, has_several_labels: bool) -> EvalConfig:
    """Make the configuration for a model that others are compared with: its answers, of all clips and by group."""
    config = _plain_config(has_several_labels)
    config.slicing_specs.add(feature_keys=[features.GROUP])
    return config


def _plain_config(has_several_labels: bool) -> EvalConfig:
    config = text_format.Parse(_EVAL_CONFIG, EvalConfig())
    _add(config, AnswerCounts)
    _add(config, TopKAccuracy, k=1, name=SUBSET_ACCURACY if has_several_labels else ACCURACY)
    return config


def _ask_no_model(config: EvalConfig) -> None:
    (spec,) = config.model_specs
    spec.ClearField("signature_name")
    spec.ClearField("preprocessing_function_names")
    # The text; its id comes with the answers.
    spec.label_key = features.LABEL


def _add_metrics(config: EvalConfig, evaluation: EvaluationConfig, measured: Measured) -> None:
    _add(config, CalibrationError)
    if measured.has_several_labels or measured.ranks:
        _add(config, AveragePrecision)
    # With k classes or fewer every answer is among the first k, and of several labels none is the one to look for.
    for k in evaluation.top_k if not measured.has_several_labels else ():
        if k < measured.num_classes:
            _add(config, TopKAccuracy, k=k, name=f"top_{k}_accuracy")
    if measured.tracks:
        _add(config, MeanIou)


def _add(config: EvalConfig, metric: type[tfma.metrics.Metric], **settings: Any) -> None:
    config.metrics_specs[0].metrics.add(
        class_name=metric.__name__, module=metric.__module__, config=json.dumps(settings) if settings else ""
    )
