"""Training: optimizer, loss, weights, and what a fit leaves behind."""

import json
import math
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from models.config import AugmentationConfig, TrainingConfig
from models.data import ClipSource, evaluation_batches
from models.errors import UserError
from models.trainer import balancing_weights, fit, make_optimizer, smoothed_cross_entropy, write_history
from tests.models.clips import CLASSES, one_stage_network

PLAIN = AugmentationConfig(crop=False, flip=False, min_time_span=1, brightness=0, contrast=0)


def rates(training: TrainingConfig, steps_per_epoch: int) -> list[float]:
    """The learning rate at each step of a training."""
    schedule = make_optimizer(training, steps_per_epoch)._learning_rate
    return [float(schedule(step)) for step in range(training.epochs * steps_per_epoch)]


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_the_rate_warms_up_from_zero_peaks_and_ends_near_zero(optimizer: Any) -> None:
    training = TrainingConfig(epochs=10, warmup_epochs=2, learning_rate=0.01, optimizer=optimizer)
    values = rates(training, steps_per_epoch=10)
    assert values[0] == 0
    assert np.argmax(values) == 20
    assert values[20] == pytest.approx(0.01)
    assert np.all(np.diff(values[:21]) > 0)
    assert np.all(np.diff(values[20:]) < 0)
    assert values[-1] < 1e-4


def test_a_constant_rate_is_constant_after_the_warm_up() -> None:
    values = rates(TrainingConfig(epochs=4, warmup_epochs=1, learning_rate=0.01, schedule="constant"), 10)
    assert values[5] == pytest.approx(0.005)
    assert values[10:] == pytest.approx([0.01] * 30)


@pytest.mark.parametrize("schedule", ["cosine", "constant"])
def test_without_a_warm_up_training_begins_at_the_full_rate(schedule: Any) -> None:
    values = rates(TrainingConfig(epochs=2, warmup_epochs=0, learning_rate=0.01, schedule=schedule), 5)
    assert values[0] == pytest.approx(0.01)


@pytest.mark.parametrize(("epochs", "warmup_epochs", "steps_per_epoch"), [(1, 2, 1), (1, 5, 3), (3, 100, 2)])
def test_a_training_shorter_than_its_warm_up_still_has_rates(
    epochs: int, warmup_epochs: int, steps_per_epoch: int
) -> None:
    values = rates(TrainingConfig(epochs=epochs, warmup_epochs=warmup_epochs), steps_per_epoch)
    assert np.isfinite(values).all()
    assert max(values) > 0


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_weight_decay_spares_biases_and_normalisation(optimizer: Any) -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, keras.layers.BatchNormalization()(keras.layers.Dense(3)(inputs)))
    model.set_weights([np.ones(weight.shape) for weight in model.weights])
    training = TrainingConfig(optimizer=optimizer, learning_rate=0.1, weight_decay=0.5, warmup_epochs=0)
    made = make_optimizer(training, steps_per_epoch=10)
    made.apply([keras.ops.zeros(weight.shape) for weight in model.trainable_weights], model.trainable_weights)
    values = {weight.name: float(np.mean(weight.numpy())) for weight in model.trainable_weights}
    assert values.pop("kernel") == pytest.approx(0.95)
    assert values == {"bias": 1, "gamma": 1, "beta": 1}


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_the_loss_is_the_smoothed_cross_entropy_of_each_clip(smoothing: float) -> None:
    logits = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0], [-3.0, 4.0, 1.0]], np.float32)
    label_ids = np.array([0, 2, 2])
    target = np.eye(3)[label_ids] * (1 - smoothing) + smoothing / 3
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = keras.ops.convert_to_numpy(smoothed_cross_entropy(3, smoothing)(label_ids, logits))
    np.testing.assert_allclose(loss, -(target * log_probabilities).sum(axis=1), rtol=1e-5)


def test_extreme_logits_give_a_finite_loss() -> None:
    logits = np.array([[1e4, -1e4], [-1e4, 1e4]], np.float32)
    assert np.isfinite(smoothed_cross_entropy(2, 0.1)(np.array([0, 0]), logits)).all()


def test_balancing_weights_give_every_class_the_same_weight_and_clips_a_mean_of_one() -> None:
    counts = [6, 3, 1, 0]
    weights = balancing_weights(counts)
    assert [counts[i] * weights[i] for i in range(3)] == pytest.approx([10 / 3] * 3)
    assert sum(counts[i] * weights[i] for i in range(4)) == pytest.approx(sum(counts))
    assert weights[3] == 0


def test_class_weights_weigh_the_clips_of_their_class() -> None:
    """With the weight of one class at zero, its clips teach nothing."""
    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Dense(2, use_bias=False, kernel_initializer="zeros")(inputs))
    model.compile(keras.optimizers.SGD(1.0), smoothed_cross_entropy(2, 0.0))
    model.fit(np.eye(2), np.array([0, 1]), class_weight={0: 1.0, 1: 0.0}, batch_size=2, verbose=0)
    kernel = model.get_weights()[0]
    assert kernel[0] == pytest.approx([0.25, -0.25])
    assert kernel[1] == pytest.approx([0, 0])


def train(source: ClipSource, network: keras.Model, **changes: Any) -> dict[str, list[float]]:
    """The history of a training on 8 clips, with an evaluation on the same ones."""
    values = {
        "epochs": 8,
        "batch_size": 4,
        "learning_rate": 0.01,
        "warmup_epochs": 1,
        "dropout": 0,
        "label_smoothing": 0,
        "augmentation": PLAIN,
    }
    return fit(network, source, source, TrainingConfig(**(values | changes)), CLASSES)


def linear_network(source: ClipSource) -> keras.Model:
    """One layer on the mean colours of the columns: quick to train, and enough for the drawn clips."""
    keras.utils.set_random_seed(0)
    model = source.model
    frames = keras.Input((model.num_frames, model.height, model.width, 3), dtype="uint8")
    columns = keras.ops.mean(keras.ops.cast(frames, "float32") / 255, axis=(1, 2))
    return keras.Model(frames, keras.layers.Dense(len(CLASSES))(keras.layers.Flatten()(columns)))


def test_the_network_learns_a_few_clips_by_heart(source: ClipSource) -> None:
    history = train(source, one_stage_network(source.model), epochs=15)
    assert history["accuracy"][-1] == 1.0
    assert history["loss"][-1] < history["loss"][0] / 2


def test_the_history_has_one_value_of_each_measure_an_epoch(source: ClipSource, tmp_path: Path) -> None:
    history = train(source, linear_network(source), epochs=3)
    assert {name: len(values) for name, values in history.items()} == dict.fromkeys(
        ("loss", "accuracy", "val_loss", "val_accuracy"), 3
    )
    write_history(history, tmp_path / "run")
    assert json.loads((tmp_path / "run/history.json").read_text()) == history


def test_training_stops_when_it_gets_no_better_and_keeps_the_best_weights(source: ClipSource) -> None:
    network = linear_network(source)
    # The rate is so high that the loss goes up and down.
    history = train(
        source,
        network,
        epochs=100,
        early_stopping_patience=3,
        learning_rate=5,
        schedule="constant",
        warmup_epochs=0,
        optimizer="sgd",
        cache_megabytes=0,
    )
    losses = history["val_loss"]
    assert np.argmin(losses) == len(losses) - 1 - 3
    assert losses[-1] > min(losses)
    restored = network.evaluate(evaluation_batches(source, 4, in_memory=False), verbose=0, return_dict=True)
    assert restored["loss"] == pytest.approx(min(losses), rel=1e-4)


def test_balanced_classes_train_too(source: ClipSource) -> None:
    history = train(source, linear_network(source), class_weights=True, learning_rate=0.1)
    assert history["val_accuracy"][-1] == 1.0


def test_a_training_that_diverges_at_once_says_what_to_do(source: ClipSource) -> None:
    network = linear_network(source)
    network.set_weights([np.full(weight.shape, np.nan) for weight in network.weights])
    with pytest.raises(UserError, match=r"training diverged: .* Lower training\.learning_rate, which is 0\.01"):
        train(source, network)


def test_a_history_that_is_not_finite_can_be_written(tmp_path: Path) -> None:
    write_history({"val_loss": [math.nan, 1.0]}, tmp_path)
    assert math.isnan(json.loads((tmp_path / "history.json").read_text())["val_loss"][0])
