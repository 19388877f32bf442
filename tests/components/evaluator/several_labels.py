"""What TFX's Evaluator writes about two models that may give a clip several labels, with classes in different orders."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.components.evaluator.evaluated import evaluate
from tests.once import made_once

CLASSES = ("fall", "sit", "walk")
CLASSES_BEFORE = ("walk", "sit")
NUM_CLIPS = 40

_draw = np.random.default_rng(11)
# Each clip has one class or more: bool [clips, classes].
SETS = _draw.random((NUM_CLIPS, 3)) < 0.45
SETS[~SETS.any(axis=1), 1] = True
# Rounded, so that some are equal, and some equal to a threshold.
PROBABILITIES = np.round(0.5 * SETS + 0.5 * _draw.random((NUM_CLIPS, 3)), 1).astype(np.float32)
PROBABILITIES_BEFORE = np.round(_draw.random((NUM_CLIPS, 2)), 1).astype(np.float32)
THRESHOLDS, THRESHOLDS_BEFORE = (0.5, 0.6, 0.4), (0.5, 0.3)
CHOSEN = np.array(THRESHOLDS, np.float32) <= PROBABILITIES
GROUPS = tuple(["ann", "bob", "cem", "dan"][number % 4] for number in range(NUM_CLIPS))


def labels_of(clip: int) -> list[str]:
    return [label for label, has in zip(CLASSES, SETS[clip], strict=True) if has]


@pytest.fixture(scope="session")
def models_of_sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Artifact folders of `candidate` and `baseline`, which know the answers by the beginning of each clip."""

    def make(folder: Path) -> dict[str, Path]:
        _save_model(folder / "candidate", CLASSES, PROBABILITIES, THRESHOLDS)
        _save_model(folder / "baseline", CLASSES_BEFORE, PROBABILITIES_BEFORE, THRESHOLDS_BEFORE)
        return {name: folder / name for name in ("candidate", "baseline")}

    return made_once(tmp_path_factory, "models_of_sets", make)


@pytest.fixture(scope="session")
def sets_uri(models_of_sets: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Evaluator's output for both models."""
    from components.evaluator.config import EvaluationConfig
    from components.evaluator.eval_config import Measured, make_eval_config

    config = make_eval_config(EvaluationConfig(slices=()), Measured(len(CLASSES), has_several_labels=True))

    def make(folder: Path) -> str:
        return evaluate_sets(
            folder, config, model=models_of_sets["candidate"], baseline_model=models_of_sets["baseline"]
        )

    return made_once(tmp_path_factory, "sets", make)


def everything(_: int) -> None:
    """It is known of all classes whether a clip has them."""


def evaluate_sets(
    folder: Path, eval_config: Any, known_labels: Callable[[int], list[str] | None] = everything, **models: Path
) -> str:
    """The Evaluator's output for models, on clips that have several labels.

    `known_labels`: of a clip, those of which it is known whether the clip has them; None: all.
    """
    from models import features

    clips: list[Mapping[str, Sequence[Any]]] = [
        {
            features.LABEL: labels_of(clip),
            features.GROUP: [GROUPS[clip]],
            features.SEGMENT_ID: [f"clip {clip}"],
            features.START_SECONDS: [float(clip)],
            features.END_SECONDS: [clip + 1.0],
            **({features.KNOWN_LABELS: known} if (known := known_labels(clip)) else {}),
        }
        for clip in range(NUM_CLIPS)
    ]
    return evaluate(folder, eval_config, clips, CLASSES, has_several_labels=True, **models)


def _save_model(
    folder: Path, classes: Sequence[str], probabilities: npt.NDArray[np.float32], thresholds: Sequence[float]
) -> None:
    import tensorflow as tf

    from models import features
    from models.export_info import ExportInfo

    text = tf.TensorSpec([None], tf.string, name="examples")

    @tf.function(input_signature=[text], autograph=False)
    def answer(examples: Any) -> dict[str, Any]:
        spec = {features.START_SECONDS: tf.io.FixedLenFeature([], tf.float32)}
        clips = tf.cast(tf.io.parse_example(examples, spec)[features.START_SECONDS], tf.int32)
        of_clips = tf.gather(tf.constant(probabilities), clips)
        return {"probabilities": of_clips, "thresholds": tf.zeros_like(of_clips) + tf.constant(thresholds, tf.float32)}

    @tf.function(input_signature=[text], autograph=False)
    def transform_features(examples: Any) -> dict[str, Any]:
        labels = tf.io.parse_example(examples, {features.LABEL: tf.io.RaggedFeature(tf.string)})[features.LABEL]
        matches = tf.equal(labels.to_tensor()[:, :, tf.newaxis], tf.constant(classes))
        return {features.LABEL_ID: tf.cast(tf.reduce_any(matches, axis=1), tf.int64)}

    model_dir = folder / "Format-Serving"
    signatures = {"evaluate": answer, "transform_features": transform_features}
    tf.saved_model.save(tf.Module(), str(model_dir), signatures=signatures)
    info = ExportInfo(tuple(classes), {}, {}, "", thresholds=dict(zip(classes, thresholds, strict=True)))
    info.write(model_dir)
