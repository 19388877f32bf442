"""What a training does as a whole, and what it leaves behind."""

import io
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from foundation.messages.errors import UserError
from foundation.messages.progress import PROGRESS_LOGGER
from models.config import ModelConfig
from models.data import ClipSource
from models.training.batches import Batches
from models.training.checkpoints import Arrays, CheckpointFolder
from models.training.fit import Fitted
from models.training.history import History, eval_losses
from models.training.losses import clip_losses
from models.training.precision import dtype_policy
from tests.models.clips import CLASSES, one_stage_network
from tests.models.training.fitting import PLAIN, dropout_network, linear_network, train, training_config

MEASURES = ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "clips_per_second", "input_wait_share")


def assert_same(first: Fitted, second: Fitted) -> None:
    """The same weights and measures, times aside."""
    for left, right in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(left, right)
    for name in MEASURES[:5]:
        assert [epoch[name] for epoch in first.history] == [epoch[name] for epoch in second.history]


def evaluate(fitted: Fitted, source: ClipSource, label_smoothing: float = 0) -> float:
    """The loss of the returned weights."""
    network = linear_network(source.model)
    network.set_weights(fitted.weights)
    batches = Batches(source, source, CLASSES, training_config()).evaluation_batches(tf.distribute.InputContext())
    losses = [clip_losses(targets, network(clips), label_smoothing) for clips, targets in batches]
    return float(np.mean(np.concatenate(losses)))


def test_the_network_learns_a_few_clips_by_heart(source: ClipSource, tmp_path: Path) -> None:
    history = train(source, one_stage_network, tmp_path, epochs=15).history
    assert history[-1]["accuracy"] == 1.0
    assert history[-1]["loss"] < history[0]["loss"] / 2


@dataclass(frozen=True)
class PlainTraining:
    """A short training, the folder of its logs, and what it said."""

    history: History
    folder: Path
    said: str
    weights: Arrays


@pytest.fixture(scope="module")
def plain(source: ClipSource, tmp_path_factory: pytest.TempPathFactory) -> PlainTraining:
    said, folder = io.StringIO(), tmp_path_factory.mktemp("plain")
    logger, handler = logging.getLogger(PROGRESS_LOGGER), logging.StreamHandler(said)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    fitted = train(source, linear_network, folder, epochs=4, learning_rate=0.1)
    logger.removeHandler(handler)
    return PlainTraining(fitted.history, folder, said.getvalue(), fitted.weights)


def test_the_history_has_every_measure_of_every_epoch(plain: PlainTraining) -> None:
    assert len(plain.history) == 4
    for epoch in plain.history:
        assert set(epoch) == set(MEASURES)
        assert epoch["clips_per_second"] > 0
        assert 0 <= epoch["input_wait_share"] < 1


def test_progress_says_how_fast_it_is_and_how_long_it_waits(plain: PlainTraining) -> None:
    assert "clips/s" in plain.said
    assert "of the time waiting for input" in plain.said


def test_tensorboard_has_every_measure_of_training_and_validation(plain: PlainTraining) -> None:
    logged = {
        (path.parent.name, value.tag, event.step): float(tf.make_ndarray(value.tensor))
        for path in (plain.folder / "run/tensorboard").rglob("*tfevents*")
        for event in tf.compat.v1.train.summary_iterator(str(path))
        for value in event.summary.value
    }
    expected = {
        ("eval" if name.startswith("val_") else "train", name.removeprefix("val_"), i + 1): pytest.approx(epoch[name])
        for i, epoch in enumerate(plain.history)
        for name in MEASURES
    }
    assert logged == expected


def test_training_stops_when_it_gets_no_better_and_keeps_the_best_weights(source: ClipSource, tmp_path: Path) -> None:
    # The rate is so high that the loss goes up and down.
    fitted = train(
        source,
        linear_network,
        tmp_path,
        epochs=100,
        early_stopping_patience=3,
        learning_rate=0.1,
        label_smoothing=0.1,
        schedule="constant",
        warmup_epochs=0,
        optimizer="sgd",
        cache_megabytes=0,
    )
    losses = eval_losses(fitted.history)
    assert np.argmin(losses) == len(losses) - 1 - 3
    assert losses[-1] > min(losses)
    assert evaluate(fitted, source, label_smoothing=0.1) == pytest.approx(min(losses), rel=1e-4)


@pytest.mark.parametrize(
    "changes",
    [
        {"class_weights": True, "optimizer": "adam", "ema_decay": 0.9},
        {"balanced_sampling": True, "schedule": "plateau", "optimizer": "sgd", "clip_norm": 1.0},
        {"augmentation": PLAIN.model_copy(update={"mixup": 0.2, "cutmix": 1.0})},
    ],
    ids=lambda changes: " ".join(changes),
)
def test_every_way_of_training_learns(source: ClipSource, tmp_path: Path, changes: dict[str, Any]) -> None:
    fitted = train(source, linear_network, tmp_path, **({"learning_rate": 0.1, "epochs": 16} | changes))
    assert fitted.history[-1]["val_accuracy"] == 1.0


def test_class_weights_weigh_the_clips_of_their_class(source: ClipSource, tmp_path: Path) -> None:
    """Two steps apart from their weights are the same: the biases tell which class gained."""
    weighted, plain = (
        train(
            source, linear_network, tmp_path / str(on), epochs=1, batch_size=8, optimizer="sgd", warmup_epochs=0,
            class_weights=on,
        ).weights[1]
        for on in (True, False)
    )  # fmt: skip
    assert weighted[2] > plain[2]
    assert weighted[0] < plain[0]


def test_penalties_keep_weights_small(source: ClipSource, tmp_path: Path, plain: PlainTraining) -> None:
    strong = train(source, linear_network, tmp_path, epochs=4, learning_rate=0.1, l1=0.3, l2=0.3).weights
    assert np.abs(strong[0]).mean() < 0.9 * np.abs(plain.weights[0]).mean()


def test_the_average_of_the_weights_is_what_is_evaluated_and_returned(
    source: ClipSource, tmp_path: Path, plain: PlainTraining
) -> None:
    fitted = train(source, linear_network, tmp_path, epochs=4, learning_rate=0.1, ema_decay=0.5)
    best = min(eval_losses(fitted.history))
    assert evaluate(fitted, source) == pytest.approx(best, rel=1e-4)
    # What is learned is the same, what is evaluated lags behind.
    assert [epoch["loss"] for epoch in fitted.history] == [epoch["loss"] for epoch in plain.history]
    assert eval_losses(fitted.history)[1] > eval_losses(plain.history)[1]


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_learns_with_float32_weights(source: ClipSource, tmp_path: Path, policy: str) -> None:
    def build(model: ModelConfig) -> keras.Model:
        with dtype_policy(policy):
            return linear_network(model)

    fitted = train(source, build, tmp_path, learning_rate=0.1, clip_norm=1.0)
    assert fitted.history[-1]["val_accuracy"] == 1.0
    assert {weight.dtype for weight in fitted.weights} == {np.dtype("float32")}


def test_a_network_with_nothing_to_learn_is_evaluated(source: ClipSource, tmp_path: Path) -> None:
    def build(model: ModelConfig) -> keras.Model:
        network = linear_network(model)
        network.trainable = False
        return network

    history = train(source, build, tmp_path, epochs=2).history
    assert history[0]["val_loss"] == history[1]["val_loss"]


def test_training_twice_with_one_seed_gives_the_same_weights(source: ClipSource, tmp_path: Path) -> None:
    first, second = (
        train(source, dropout_network, tmp_path / name, epochs=3, augmentation={}) for name in ("first", "second")
    )
    assert_same(first, second)


def test_a_training_that_was_stopped_ends_as_if_it_had_not_been(
    source: ClipSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With everything that has a state; stopped right after the second checkpoint."""
    options = {
        "epochs": 5,
        "learning_rate": 0.1,
        "augmentation": {},
        "ema_decay": 0.9,
        "schedule": "plateau",
        "plateau_patience": 1,
    }
    undisturbed = train(source, dropout_network, tmp_path / "undisturbed", **options)
    save = CheckpointFolder.save

    def stop(folder: CheckpointFolder, checkpoint: Any) -> None:
        save(folder, checkpoint)
        if len(checkpoint.history) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(CheckpointFolder, "save", stop)
        train(source, dropout_network, tmp_path / "stopped", **options)
    assert_same(train(source, dropout_network, tmp_path / "stopped", **options), undisturbed)
    # A training whose last epoch was saved has nothing left to do.
    assert_same(train(source, dropout_network, tmp_path / "stopped", **options), undisturbed)


def test_a_training_that_diverges_at_once_says_what_to_do(source: ClipSource, tmp_path: Path) -> None:
    def broken(model: ModelConfig) -> keras.Model:
        network = linear_network(model)
        network.set_weights([np.full(weight.shape, np.nan) for weight in network.weights])
        return network

    with pytest.raises(UserError, match=r"training diverged: .* Lower training\.learning_rate, which is 0\.01"):
        train(source, broken, tmp_path)
    assert not (tmp_path / "checkpoint").exists()
