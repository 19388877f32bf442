"""Answers that no count has: they are found through TFMA, with the clip and the reason."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tensorflow_model_analysis as tfma

from components.evaluator.config import EvaluationConfig
from components.evaluator.confusion import LostAnswers
from components.evaluator.eval_config import Measured, make_train_eval_config
from components.evaluator.metrics.lost_answers import LostAnswersMetric
from components.evaluator.results import read_confusion_matrix, read_lost_answers
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import judge
from foundation.evidence import State

GOOD = ([0.9, 0.1], 0)


def evaluated(folder: Path, *answers: tuple[list[float], int]) -> str:
    """TFMA's output for pairs of scores and label id."""
    config = make_train_eval_config(EvaluationConfig(), Measured(2))
    spec = config.model_specs[0]
    spec.Clear()
    spec.label_key, spec.prediction_key = "label_id", "probabilities"
    metric = config.metrics_specs[0].metrics.add()
    metric.class_name, metric.module = LostAnswersMetric.__name__, LostAnswersMetric.__module__
    scores, labels = zip(*answers, strict=True)
    columns = {"label_id": labels, "probabilities": [np.array(each) for each in scores]}
    frame = pd.DataFrame(columns | {"segment_id": [f"clip {number}" for number in range(len(answers))]})
    tfma.analyze_raw_data(frame, config, output_path=str(folder))
    return str(folder)


def test_good_answers_are_all_counted(tmp_path: Path) -> None:
    assert read_lost_answers(evaluated(tmp_path, GOOD, GOOD), "") == LostAnswers(2, 0, ())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (([float("nan"), 0.5], 0), "scores that are not finite"),
        (([float("inf"), 0.5], 0), "scores that are not finite"),
        (([0.0, 0.0], 1), "scores that sum to nothing"),
        (([0.9, 0.1], 2), "a class that the model does not have"),
    ],
)
def test_an_answer_of_no_use_fails_the_gate_with_the_clip_and_the_reason(
    tmp_path: Path, answer: tuple[list[float], int], reason: str
) -> None:
    uri = evaluated(tmp_path, GOOD, answer, GOOD)
    lost = read_lost_answers(uri, "")
    assert lost == LostAnswers(3, 1, (("clip 1", reason),))
    gates = GatesConfig(certainty=None, min_accuracy=0, min_recall=0, min_precision=0, min_examples=1)
    gates = gates.model_copy(update={"min_gain_over_majority": None})
    verdict = judge(gates, Measurements(read_confusion_matrix(uri, "", ("a", "b")), lost=lost))
    assert verdict.state is State.REFUTED
    assert f"clip 1: {reason}" in verdict.failures[0].sentence()
