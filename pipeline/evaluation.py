"""What TFMA measures: which metrics, on which slices. What the numbers must be is the gates' business."""

from collections.abc import Sequence

import tensorflow_model_analysis as tfma
from google.protobuf import text_format

from components.model_gate.evaluation import BASELINE, CANDIDATE
from components.model_gate.mean_iou import MeanIou
from models.metadata import range_feature

# No cross-entropy: it raises on the label id -1, which is what a class that is new since the last push is to the baseline.
# Thresholds of zero make TFMA's confusion matrix one by argmax: at the default of 0.5, unsure answers count as none.
_EVAL_CONFIG = """
  model_specs {
    signature_name: "evaluate"
    label_key: "label_id"
    preprocessing_function_names: ["transform_features"]
  }
  slicing_specs {}
  slicing_specs { feature_keys: ["label"] }
  slicing_specs { feature_keys: ["group"] }
  metrics_specs {
    metrics { class_name: "ExampleCount" }
    metrics { class_name: "SparseCategoricalAccuracy" }
    metrics { class_name: "MultiClassConfusionMatrixAtThresholds" config: '"thresholds": [0.0]' }
  }
  options { include_default_metrics { value: false } }
"""


def make_eval_config(metadata: Sequence[str] = (), *, tracks: bool = False) -> tfma.EvalConfig:
    """The Evaluator's configuration: overall, per class, per group, and per range of each column of `metadata`.

    For the candidate and the baseline. `tracks`: the candidate gives boxes, which are measured too.
    """
    config = text_format.Parse(_EVAL_CONFIG, tfma.EvalConfig())
    if tracks:
        config.metrics_specs[0].metrics.add(class_name=MeanIou.__name__, module=MeanIou.__module__)
    for column in metadata:
        config.slicing_specs.add(feature_keys=[range_feature(column)])
    for name in (CANDIDATE, BASELINE):
        spec = config.model_specs.add()
        spec.CopyFrom(config.model_specs[0])
        spec.name = name
        spec.is_baseline = name == BASELINE
    del config.model_specs[0]
    return config


def make_base_eval_config() -> tfma.EvalConfig:
    """The configuration for the model that training began from: overall, which is what the gate compares."""
    config = text_format.Parse(_EVAL_CONFIG, tfma.EvalConfig())
    del config.slicing_specs[1:]
    return config
