"""Answers on folds in place of a model's: the extractors of an evaluation of those. Found by their module path.

TFX hands extractors nothing but models, so the folder of the answers goes by the path of one; nothing is loaded from there.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.constants import MATERIALIZED_PREDICTION
from tensorflow_model_analysis.proto.config_pb2 import EvalConfig

from components.evaluator.extractors import before_slicing
from components.evaluator.metrics.answers import PROBABILITIES, THRESHOLDS, as_label_ids, text_of
from components.fold_trainer.answers import Answer, read_answers, read_folds
from models import features


def custom_eval_shared_model(
    eval_saved_model_path: str, model_name: str, eval_config: EvalConfig, **_: Any
) -> tfma.types.EvalSharedModel:
    """What stands for the fold models: a path, and nothing to load. A hook of TFX's Evaluator."""
    return tfma.types.EvalSharedModel(
        model_path=eval_saved_model_path, model_name=model_name, model_type=MATERIALIZED_PREDICTION
    )


def custom_extractors(
    eval_shared_model: Any, eval_config: EvalConfig, tensor_adapter_config: Any
) -> list[tfma.extractors.Extractor]:
    """TFMA's own extractors without that of predictions, and one of the answers."""
    extractors = tfma.default_extractors(eval_config=eval_config, tensor_adapter_config=tensor_adapter_config)
    without = [extractor for extractor in extractors if "Prediction" not in extractor.stage_name]
    answering = beam.ParDo(WithAnswers(str(Path(eval_shared_model.model_path).parent)))
    return before_slicing(without, eval_config, "AddAnswers", answering)


class WithAnswers(beam.DoFn):
    """Adds to the extracts of a clip what the model of its fold said, and the ids of its labels."""

    def __init__(self, folder: str) -> None:
        """`folder`: of a FoldAnswers artifact."""
        self._folder = Path(folder)

    def setup(self) -> None:
        """Read the answers; each worker does."""
        self._ids = {label: number for number, label in enumerate(read_folds(self._folder).classes)}
        self._predictions = {each.clip: _predictions(each) for each in read_answers(self._folder)}

    def process(self, extracts: dict[str, Any]) -> Iterator[dict[str, Any]]:
        found = extracts[tfma.FEATURES_KEY]
        labels = as_label_ids(found, self._ids)
        predictions = self._predictions[text_of(found[features.SEGMENT_ID])]
        yield {**extracts, tfma.LABELS_KEY: labels, tfma.PREDICTIONS_KEY: predictions}


def _predictions(answer: Answer) -> dict[str, npt.NDArray[np.float32]]:
    """What the `evaluate` signature of the fold's model would give."""
    outputs = {PROBABILITIES: answer.scores, **({THRESHOLDS: answer.thresholds} if answer.thresholds else {})}
    return {name: np.array(values, np.float32) for name, values in outputs.items()}
