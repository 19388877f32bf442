"""One answer on folds for each segment that was cut into windows. The Evaluator finds this by its module path."""

from typing import Any

import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto.config_pb2 import EvalConfig

from components.evaluator import fold_answers
from components.evaluator.fold_answers import custom_eval_shared_model
from components.evaluator.windows import merging_windows

__all__ = ["custom_eval_shared_model", "custom_extractors"]


def custom_extractors(
    eval_shared_model: Any, eval_config: EvalConfig, tensor_adapter_config: Any
) -> list[tfma.extractors.Extractor]:
    """The extractors of answers on folds, and one more that merges the windows of a segment before it is sliced."""
    of_clips = fold_answers.custom_extractors(eval_shared_model, eval_config, tensor_adapter_config)
    return merging_windows(of_clips, eval_config)
