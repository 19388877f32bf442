"""A model learns another class: with clips of the old ones it keeps them, without it forgets, and the gate sees that."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import judge
from models.base_model import open_base
from models.config import ModelConfig
from models.data import ClipSource
from models.export_info import WEIGHTS_FILE, ExportInfo, read_export_info
from models.networks.build import build_network
from models.preprocessing import fit_frames
from models.trainer import run_fn
from models.training.batches import Batches
from models.training.checkpoints import CheckpointFolder
from models.training.config import WarmStartConfig
from models.training.fit import fit
from models.training.warm_start import begin_with, read_weights
from models.views import centre_view
from tests.models.clips import CLASSES, clip_example, draw_clip, encode_clip, write_examples
from tests.models.training.fitting import training_config

OLD_CLASSES, NEW_CLASS = CLASSES[:2], CLASSES[2]
COLOURS = {"mean": [0.3, 0.3, 0.3], "std": [0.25, 0.25, 0.25]}
TRAINING = training_config(epochs=12)
FORGETTING = GatesConfig(min_accuracy=0, min_recall=0, min_precision=0, min_examples=1, max_forgetting=0.2)


@dataclass(frozen=True)
class BaseRun:
    """A model of the old classes, as an export keeps it."""

    folder: Path
    source: ClipSource
    model: ModelConfig

    def clips(self, name: str, labels: Sequence[str]) -> ClipSource:
        """Eight clips of each label."""
        examples = [
            clip_example(label, encode_clip(draw_clip(CLASSES.index(label), seed)))
            for seed in range(8)
            for label in labels
        ]
        return ClipSource([write_examples(self.folder / f"{name}.gz", examples)], self.source.transform, self.model)

    def build(self, classes: Sequence[str]) -> keras.Model:
        """A network with random weights."""
        mean, std = COLOURS.values()
        return build_network(self.model, num_classes=len(classes), dropout=0, channel_mean=mean, channel_std=std)

    def train(self, name: str, classes: Sequence[str], labels: Sequence[str], base: Path | None = None) -> keras.Model:
        """A network of `classes` that was trained on clips of `labels`."""
        clips = self.clips(name, labels)

        def build() -> keras.Model:
            network = self.build(classes)
            if base:
                begin_with(network, read_weights(open_base(base), self.model), classes)
            return network

        keras.utils.set_random_seed(0)
        fitted = fit(
            build,
            Batches(clips, clips, classes, TRAINING),
            tf.distribute.get_strategy(),
            CheckpointFolder(f"{self.folder}/{name}-checkpoint"),
            f"{self.folder}/{name}-run",
        )
        network = self.build(classes)
        network.set_weights(fitted.weights)
        return network

    def confusions(self, network: keras.Model, classes: Sequence[str]) -> ConfusionMatrix:
        """What clips are taken for that no training has seen."""
        counts = []
        for label in classes:
            clips = np.stack([draw_clip(CLASSES.index(label), seed) for seed in range(100, 110)])
            logits = network(centre_view(fit_frames(tf.constant(clips), self.model), self.model), training=False)
            counts.append(tuple(np.bincount(np.argmax(logits, axis=1), minlength=len(classes)).tolist()))
        return ConfusionMatrix(tuple(classes), tuple(counts))


@pytest.fixture(scope="module")
def base_run(source: ClipSource, tmp_path_factory: pytest.TempPathFactory) -> BaseRun:
    folder = tmp_path_factory.mktemp("base")
    run = BaseRun(folder, source, source.model.model_copy(update={"network": "single_frame"}))
    ExportInfo(OLD_CLASSES, run.model.model_dump(mode="json"), {}, "key", normalization=COLOURS).write(folder)
    run.train("old", OLD_CLASSES, OLD_CLASSES).save_weights(folder / WEIGHTS_FILE)
    return run


@pytest.fixture(scope="module")
def known(base_run: BaseRun) -> ConfusionMatrix:
    """What the base model takes clips for."""
    network = base_run.build(OLD_CLASSES)
    network.load_weights(base_run.folder / WEIGHTS_FILE)
    return base_run.confusions(network, OLD_CLASSES)


def test_a_new_class_is_learned_and_the_old_ones_are_kept(
    base_run: BaseRun, known: ConfusionMatrix, tmp_path: Path
) -> None:
    files = list(base_run.clips("all", CLASSES).patterns)
    warm_start = WarmStartConfig(model=str(base_run.folder), frozen_through="stage1")
    run_fn(
        SimpleNamespace(
            train_files=files,
            eval_files=files,
            transform_graph_path=base_run.source.transform.transform_savedmodel_dir.rpartition("/")[0],
            hyperparameters=None,
            model_run_dir=str(tmp_path / "run"),
            base_model=str(base_run.folder),
            serving_model_dir=str(tmp_path / "model"),
            custom_config={
                "model": base_run.model.model_dump_json(),
                "training": TRAINING.model_copy(update={"warm_start": warm_start}).model_dump_json(),
                "metadata": "{}",
                "sampling": "{}",
                "classes": json.dumps(CLASSES),
                "code_digest": "code",
                "recipe": "recipe",
                "checkpoint_root": str(tmp_path / "checkpoints"),
            },
        )
    )
    info = read_export_info(tmp_path / "model")
    assert info.base == open_base(base_run.folder).fingerprint
    assert info.normalization == COLOURS
    tuned = base_run.build(CLASSES)
    tuned.load_weights(tmp_path / "model" / WEIGHTS_FILE)
    matrix = base_run.confusions(tuned, CLASSES)
    assert [matrix.recall(label) for label in CLASSES] == pytest.approx([1, 1, 1], abs=0.2)
    assert judge(FORGETTING, Measurements(matrix, base=known)).passed

    before = read_weights(open_base(base_run.folder), base_run.model).features
    after = read_weights(open_base(tmp_path / "model"), base_run.model).features
    names = [weight.path for weight in tuned.weights[: len(after)]]
    kept = [name for name, old, new in zip(names, before, after, strict=True) if (old == new).all()]
    assert kept == [name for name in names if name.startswith(("stem", "stage0", "stage1"))]


def test_a_training_without_clips_of_the_old_classes_is_caught(base_run: BaseRun, known: ConfusionMatrix) -> None:
    forgetful = base_run.train("new", CLASSES, [NEW_CLASS], base_run.folder)
    verdict = judge(FORGETTING, Measurements(base_run.confusions(forgetful, CLASSES), base=known))
    assert [found.sentence() for found in verdict.failures if found.rule == "forgetting"] == [
        f"class {label!r}: forgetting 1, bar at most 0.2 (base model 1, this one 0)" for label in OLD_CLASSES
    ]
