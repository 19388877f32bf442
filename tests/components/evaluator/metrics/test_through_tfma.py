"""What comes out of TFMA for given predictions is what scikit-learn says of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tensorflow_model_analysis as tfma
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support, top_k_accuracy_score

from components.evaluator.config import EvaluationConfig
from components.evaluator.eval_config import Measured, make_train_eval_config
from components.evaluator.metrics.misses import Miss, Misses
from components.evaluator.results import (
    ClassMisses,
    read_calibration_error,
    read_confusion_matrix,
    read_misses,
    read_overall,
    read_reliability,
    read_slices,
)

CLASSES = ("a", "b", "c", "d")
NUM_CLIPS = 60

draw = np.random.default_rng(7)
# The last class is never the most probable one.
PROBABILITIES = draw.dirichlet([1, 1, 1, 0.1], NUM_CLIPS)
LABELS = draw.integers(0, len(CLASSES), NUM_CLIPS)


@pytest.fixture(scope="module")
def tfma_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    """TFMA's output for these predictions, measured as those of a model are."""
    config = make_train_eval_config(EvaluationConfig(top_k=(2,)), Measured(len(CLASSES)))
    spec = config.model_specs[0]
    spec.Clear()
    spec.label_key, spec.prediction_key = "label_id", "probabilities"
    config.metrics_specs[0].metrics.add(class_name=Misses.__name__, module=Misses.__module__)
    for feature in ("half", "label"):
        config.slicing_specs.add(feature_keys=[feature])
    frame = pd.DataFrame(
        {"label_id": LABELS, "probabilities": list(PROBABILITIES), "half": ["first"] * 20 + ["second"] * 40}
        | {"label": [CLASSES[label] for label in LABELS], "segment_id": [f"clip {n}" for n in range(NUM_CLIPS)]}
    )
    folder: Path = tmp_path_factory.mktemp("tfma")
    tfma.analyze_raw_data(frame, config, output_path=str(folder))
    return str(folder)


def test_each_class_has_the_recall_precision_and_f1_of_scikit_learn(tfma_uri: str) -> None:
    matrix = read_confusion_matrix(tfma_uri, "", CLASSES)
    chosen = PROBABILITIES.argmax(axis=1)
    assert matrix.counts == tuple(map(tuple, confusion_matrix(LABELS, chosen, labels=range(4)).tolist()))
    expected = precision_recall_fscore_support(LABELS, chosen, labels=range(4), zero_division=0)
    for label, precision, recall, f1, support in zip(CLASSES, *expected, strict=True):
        assert (matrix.precision(label), matrix.recall(label)) == (precision, recall)
        assert matrix.f1(label) == pytest.approx(f1, rel=1e-12)
        assert matrix.examples(label) == support


def test_accuracy_and_top_k_accuracy_are_those_of_scikit_learn(tfma_uri: str) -> None:
    overall = read_overall(tfma_uri, "")
    assert overall["sparse_categorical_accuracy"] == pytest.approx(accuracy_score(LABELS, PROBABILITIES.argmax(axis=1)))
    assert overall["top_2_accuracy"] == pytest.approx(top_k_accuracy_score(LABELS, PROBABILITIES, k=2))


def test_a_slice_has_the_accuracy_of_its_clips(tfma_uri: str) -> None:
    right = PROBABILITIES.argmax(axis=1) == LABELS
    slices = [entry for entry in read_slices(tfma_uri, "") if entry.feature == "half"]
    found = {entry.value: (entry.num_clips, entry.accuracy) for entry in slices}
    assert found == {
        "first": (20, pytest.approx(right[:20].mean())),
        "second": (40, pytest.approx(right[20:].mean())),
    }


def test_the_misses_of_a_class_are_its_clips_that_were_taken_for_another_the_highest_loss_first(tfma_uri: str) -> None:
    found = read_misses(tfma_uri, "", CLASSES)
    assert set(found) == set(CLASSES)
    for label_id, label in enumerate(CLASSES):
        own = PROBABILITIES[:, label_id]
        of_class = np.flatnonzero(label_id == LABELS)
        missed = [clip for clip in of_class if PROBABILITIES[clip].argmax() != label_id]
        worst = sorted(missed, key=lambda clip: own[clip])
        misses = tuple(
            Miss(
                pytest.approx(own[clip]),
                pytest.approx(PROBABILITIES[clip].max()),
                (int(PROBABILITIES[clip].argmax()),),
                f"clip {clip}",
            )
            for clip in worst
        )
        others = np.flatnonzero(label_id != LABELS)
        means = pytest.approx(own[of_class].mean()), pytest.approx(own[others].mean())
        assert found[label] == ClassMisses(means[0], misses, means[1])


def test_the_reliability_of_all_bins_together_is_accuracy_and_mean_confidence(tfma_uri: str) -> None:
    num_clips, confidence, accuracy = np.array(read_reliability(tfma_uri, "")).T
    assert num_clips.sum() == NUM_CLIPS
    assert (num_clips * confidence).sum() / NUM_CLIPS == pytest.approx(PROBABILITIES.max(axis=1).mean(), abs=1e-6)
    assert (num_clips * accuracy).sum() / NUM_CLIPS == (PROBABILITIES.argmax(axis=1) == LABELS).mean()
    gap = (num_clips * abs(accuracy - confidence)).sum() / NUM_CLIPS
    assert read_calibration_error(tfma_uri, "") == pytest.approx(gap)
